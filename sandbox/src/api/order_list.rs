//! Finding orders: the filtered list, status changes, and the look-up by reference.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::{Extension, Json};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, UtcOffset};

use super::error::Problem;
use super::order_info::{container_brief, organization_brief, product_brief};
use super::query::{Query, time_range};
use super::{Account, Answer};
use crate::account::certificate::Origin;
use crate::account::clock::timestamp;
use crate::account::order::{Order, Status};
use crate::account::snapshots::Snapshot;
use crate::account::state::State as AccountState;

/// `GET /order/certificate`.
pub(super) async fn orders(
    State(shared): Account,
    Extension(snapshot): Extension<Snapshot>,
    uri: Uri,
) -> Answer {
    let query = Query::of(&uri);
    let state = snapshot.view(&shared);
    let now = state.now();
    let hides = state.behavior.hides_needs_approval;
    let mut found: Vec<&Order> = state
        .orders
        .values()
        .filter(|order| !hides || order.status(now) != Status::NeedsApproval)
        .collect();
    for (name, values) in query.filters() {
        let mut kept = Vec::new();
        for order in found {
            if values
                .iter()
                .map(|value| matches(&state, order, name, value))
                .collect::<Result<Vec<_>, _>>()?
                .contains(&true)
            {
                kept.push(order);
            }
        }
        found = kept;
    }
    if let Some(keys) = query.get("sort") {
        sort(&mut found, keys, now)?;
    }
    let items = found.iter().map(|order| item(&state, order)).collect();
    Ok(Json(query.page("orders", items)?))
}

/// Whether an order passes one value of a filter.
fn matches(state: &AccountState, order: &Order, name: &str, value: &str) -> Result<bool, Problem> {
    let wanted = &order.wanted;
    let certificate = &order.primary().wanted;
    let is = |number: u64| value.parse() == Ok(number);
    Ok(match name {
        "id" => is(order.id),
        "status" => match order.status(state.now()) {
            // Documented: the filter `issued` includes expired orders.
            Status::Expired => matches!(value, "issued" | "expired"),
            status => status.name() == value,
        },
        "common_name" => is_like(&certificate.common_name, value),
        "domain_name" => {
            let mut names = certificate.dns_names.iter();
            names.any(|name| is_like(name, value))
        }
        "product_name_id" => wanted.product.name_id == value,
        "organization_id" => is(wanted.organization_id),
        "container_id" => is(wanted.container_id),
        "user_id" => is(order.user.id),
        "certificate_id" => order.certificate_id().is_some_and(is),
        // Also of duplicates and of certificates that a reissue replaced, which order info is not
        // found by.
        "serial_number" => order
            .certificates()
            .filter_map(|certificate| certificate.issued.as_ref())
            .any(|issued| issued.serial_number.eq_ignore_ascii_case(value)),
        "is_renewed" => is(u64::from(state.renewed_by(order).is_some())),
        "date_created" => {
            let (from, to) = time_range(value, UtcOffset::UTC)
                .ok_or_else(|| Problem::invalid_value("date_created"))?;
            (from..=to).contains(&order.created)
        }
        _ => return Err(Problem::not_imitated(&format!("the filter `{name}`"))),
    })
}

/// Whether a text is what a filter asks for, where `%` stands for any characters.
fn is_like(text: &str, wanted: &str) -> bool {
    let mut parts = wanted.split('%');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in between {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Sorts by a list of keys, the first weighing most. Each has a sign, `-` for descending; a plus
/// sign that is not escaped arrives as a blank. A bare key is refused, as a user reports.
fn sort(orders: &mut [&Order], keys: &str, now: OffsetDateTime) -> Result<(), Problem> {
    for key in keys.rsplit(',') {
        let (key, descending) = match key.split_at_checked(1) {
            Some(("-", key)) => (key, true),
            Some(("+" | " ", key)) => (key, false),
            _ => return Err(Problem::invalid_value("sort")),
        };
        match key {
            "id" | "order_id" => orders.sort_by_key(|order| order.id),
            "date_created" => orders.sort_by_key(|order| (order.created, order.id)),
            "common_name" => orders.sort_by_key(|order| &order.primary().wanted.common_name),
            "status" => orders.sort_by_key(|order| order.status(now).name()),
            _ => return Err(Problem::invalid_value("sort")),
        }
        if descending {
            orders.reverse();
        }
    }
    Ok(())
}

fn item(state: &AccountState, order: &Order) -> Value {
    let now = state.now();
    let wanted = &order.wanted;
    let primary = order.primary();
    let mut certificate = json!({
        "common_name": primary.wanted.common_name,
        "dns_names": primary.wanted.dns_names,
        "signature_hash": primary.wanted.signature_hash,
    });
    if let Some(id) = order.certificate_id() {
        certificate["id"] = id.into();
    }
    let status = order.status(now);
    if let (Some(issued), Status::Issued | Status::ReissuePending | Status::Expired) =
        (&primary.issued, status)
    {
        certificate["valid_from"] = issued.valid_from.to_string().into();
        certificate["valid_till"] = issued.valid_till.to_string().into();
        certificate["days_remaining"] = (issued.valid_till - now.date()).whole_days().into();
        certificate["serial_number"] = issued.serial_number.as_str().into();
    }
    let term = primary
        .wanted
        .cert_validity
        .unwrap_or(wanted.order_validity);
    certificate["cert_validity"] = term.to_json();
    let count = |origin| {
        order
            .further
            .iter()
            .filter(|one| one.origin == origin)
            .count()
    };
    let (reissues, duplicates) = (count(Origin::Reissue), count(Origin::Duplicate));
    let mut container = container_brief(state, order);
    container["is_active"] = true.into();
    let mut item = json!({
        "id": order.id,
        "certificate": certificate,
        "status": status.name(),
        "is_renewed": state.renewed_by(order).is_some(),
        "date_created": timestamp(order.created),
        "organization": organization_brief(state, order),
        "validity_years": wanted.order_validity.years(order.created.date()),
        "disable_renewal_notifications": wanted.disable_renewal_notifications,
        "order_validity": wanted.order_validity.to_json(),
        "auto_renew": wanted.auto_renew,
        "container": container,
        "product": product_brief(&wanted.product),
        "has_duplicates": duplicates > 0,
        "duplicates_count": duplicates,
        "has_reissues": reissues > 0,
        "reissues_count": reissues,
        "number_of_sans": primary.wanted.dns_names.len() - 1,
        "price": order.price,
        "product_name_id": wanted.product.name_id,
    });
    if let Some(end) = order.valid_till {
        item["order_valid_till"] = end.to_string().into();
    }
    if let Some(new) = state.renewed_by(order) {
        item["renewed_order_id"] = new.into();
    }
    // Recorded on orders of one year, too.
    if !state.behavior.orders_end_with_certificate {
        item["is_multi_year_plan"] = "1".into();
    }
    item
}

/// `GET /order/certificate/status-changes`. Counts as one reading of every order, as polling
/// clients use it instead.
pub(super) async fn status_changes(State(shared): Account, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let mut state = shared.lock();
    let ids: Vec<u64> = state.orders.keys().copied().collect();
    for id in ids {
        state.poll(id)?;
    }
    let now = state.now();
    let minutes = query.number("minutes")?;
    let seconds = query.number("seconds")?;
    let filters = query.filters();
    let (from, to) = match (filters.as_slice(), minutes, seconds) {
        ([], None, None) => return Err(Problem::invalid_value("minutes")),
        ([], minutes, seconds) => {
            let back = minutes
                .unwrap_or(0)
                .saturating_mul(60)
                .saturating_add(seconds.unwrap_or(0));
            let back = i64::try_from(back).map_err(|_| Problem::time_frame_too_long())?;
            let from = now.checked_sub(Duration::seconds(back));
            (from.ok_or_else(Problem::time_frame_too_long)?, now)
        }
        ([("status_last_updated", values)], None, None) if values.len() == 1 => {
            // Documented as Mountain Daylight Time.
            let zone = UtcOffset::from_hms(-6, 0, 0).unwrap_or(UtcOffset::UTC);
            time_range(values[0], zone)
                .ok_or_else(|| Problem::invalid_value("status_last_updated"))?
        }
        _ => return Err(Problem::not_imitated("this combination of filters")),
    };
    if to - from > Duration::days(7) {
        return Err(Problem::time_frame_too_long());
    }
    let orders: Vec<Value> = state
        .orders
        .values()
        .filter(|order| (from..=to).contains(&order.last_change(now)))
        .map(|order| reference(order, now))
        .collect();
    let answer = if orders.is_empty() {
        json!({})
    } else {
        json!({ "orders": orders })
    };
    Ok(Json(answer))
}

/// `GET /order/alternate/{alternative_order_id}`. The reference is not unique: every order that
/// carries it is listed.
pub(super) async fn by_reference(
    State(shared): Account,
    Extension(snapshot): Extension<Snapshot>,
    Path(alternative): Path<String>,
    uri: Uri,
) -> Answer {
    let state = snapshot.view(&shared);
    let now = state.now();
    let hides = state.behavior.hides_needs_approval;
    let items: Vec<Value> = state
        .orders
        .values()
        .filter(|order| order.wanted.alternative_order_id.as_ref() == Some(&alternative))
        .filter(|order| !hides || order.status(now) != Status::NeedsApproval)
        .map(|order| reference(order, now))
        .collect();
    if items.is_empty() {
        return Err(Problem::not_found("order"));
    }
    Ok(Json(Query::of(&uri).page("orders", items)?))
}

/// An order as the short lists show it.
fn reference(order: &Order, now: OffsetDateTime) -> Value {
    let mut item = json!({ "order_id": order.id, "status": order.status(now).name() });
    if let Some(id) = order.certificate_id() {
        item["certificate_id"] = id.into();
    }
    item
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn a_percent_sign_stands_for_any_characters() {
        for (wanted, expected) in [
            ("shop.example.com", true),
            ("%.example.com", true),
            ("shop.%", true),
            ("%example%", true),
            ("s%p.%.com", true),
            ("%", true),
            ("example.com", false),
            ("%.example.org", false),
            ("shop.example.com%x", false),
            ("", false),
        ] {
            assert_eq!(is_like("shop.example.com", wanted), expected, "{wanted}");
        }
    }
}
