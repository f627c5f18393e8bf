//! Query strings of list endpoints: `filters[name]`, `filters[name][0]`, `sort`, `offset`, `limit`.

use axum::http::Uri;
use serde_json::{Value, json};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};
use url::form_urlencoded;

use super::error::Problem;

const LARGEST_PAGE: usize = 1000;

/// A parsed query string.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default();
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A number, or a refusal that names the parameter.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        self.get(name)
            .map(|text| text.parse().map_err(|_| Problem::invalid_value(name)))
            .transpose()
    }

    /// All filters with their values, in the order given. `filters[status][1]` adds a value to
    /// `status`.
    pub(super) fn filters(&self) -> Vec<(&str, Vec<&str>)> {
        let mut filters: Vec<(&str, Vec<&str>)> = Vec::new();
        for (key, value) in &self.0 {
            let Some((name, _)) = key
                .strip_prefix("filters[")
                .and_then(|rest| rest.split_once(']'))
            else {
                continue;
            };
            match filters.iter_mut().find(|filter| filter.0 == name) {
                Some(filter) => filter.1.push(value),
                None => filters.push((name, vec![value])),
            }
        }
        filters
    }

    /// One page of `items` under `name`, with the `page` object; `{}` if nothing matches at all.
    pub(super) fn page(&self, name: &str, items: Vec<Value>) -> Result<Value, Problem> {
        if items.is_empty() {
            return Ok(json!({}));
        }
        let as_size = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let offset = self.number("offset")?.map_or(0, as_size);
        let limit = self
            .number("limit")?
            .map_or(LARGEST_PAGE, as_size)
            .min(LARGEST_PAGE);
        let total = items.len();
        let shown: Vec<Value> = items.into_iter().skip(offset).take(limit).collect();
        Ok(json!({
            name: shown,
            "page": { "total": total, "limit": limit, "offset": offset },
        }))
    }
}

/// `a...b`, both ends included, where an end is a date or a date with time of day in `zone`.
pub(super) fn time_range(text: &str, zone: UtcOffset) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let (from, to) = text.split_once("...")?;
    let whole_day = time::Duration::seconds(86_399);
    let end = |text: &str, rest_of_day| {
        const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
        const MOMENT: &[BorrowedFormatItem<'_>] =
            format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
        let moment = match Date::parse(text, DATE) {
            Ok(date) => date.midnight() + rest_of_day,
            Err(_) => PrimitiveDateTime::parse(&text.replacen(' ', "T", 1), MOMENT).ok()?,
        };
        Some(moment.assume_offset(zone))
    };
    Some((end(from, time::Duration::ZERO)?, end(to, whole_day)?))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn filters_take_one_or_several_values() {
        let uri = "/x?filters%5Bstatus%5D%5B0%5D=issued&filters[status][1]=pending&filters[id]=7"
            .parse()
            .unwrap();
        let query = Query::of(&uri);
        assert_eq!(
            query.filters(),
            [("status", vec!["issued", "pending"]), ("id", vec!["7"])]
        );
    }

    #[test]
    fn a_range_of_dates_covers_its_last_day() {
        let range = time_range("2026-04-14...2026-04-15", UtcOffset::UTC).unwrap();
        assert_eq!(range.0, datetime!(2026-04-14 00:00:00 UTC));
        assert_eq!(range.1, datetime!(2026-04-15 23:59:59 UTC));
        assert_eq!(time_range("2026-04-14", UtcOffset::UTC), None);
    }
}
