//! Rules about the validity of order and certificate, in both forms. Dates are checked against a calendar here and
//! against today only where an order is about to be placed: an order whose date has passed must still plan and destroy.

use time::macros::format_description;
use time::{Date, Duration};

use super::{error, warning};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::ssl_order::model::{SslOrderModel, ValidityModel};

/// The longest a date may lie ahead, in days, in the seed's form.
const LONGEST_DAYS: i64 = 824;

/// One of the two forms is required, and they exclude each other.
pub(super) fn one_form(order: &SslOrderModel) -> Vec<Diagnostic> {
    let older = [
        ("validity_years", order.validity_years.is_null()),
        ("validity_days", order.validity_days.is_null()),
        (
            "custom_expiration_date",
            order.custom_expiration_date.is_null(),
        ),
    ]
    .into_iter()
    .filter_map(|(name, is_null)| (!is_null).then_some(name))
    .collect::<Vec<_>>();
    match (older.as_slice(), &order.order_validity) {
        ([], Attr::Null) => vec![error(
            &AttributePath::of("order_validity"),
            "Missing order validity",
            "Nothing says how long the order lasts. Set `order_validity = { years = 1 }`, or one of the older arguments `validity_years`, \
             `validity_days` and `custom_expiration_date`.",
        )],
        ([], Attr::Known(validity)) => exactly_one(validity, "order_validity"),
        ([], Attr::Unknown) => Vec::new(),
        (_, Attr::Known(validity)) if *validity == older_form(order) => vec![warning(
            &AttributePath::of("order_validity"),
            "Validity is given twice",
            "`order_validity` and its older form say the same. Remove one of them.",
        )],
        ([first, ..], Attr::Known(_)) => vec![error(
            &AttributePath::of("order_validity"),
            "Conflicting validity arguments",
            format!(
                "`order_validity` and `{first}` both say how long the order lasts. Remove one of them."
            ),
        )],
        ([_], _) => Vec::new(),
        (several, _) => vec![precedence(several)],
    }
}

fn older_form(order: &SslOrderModel) -> ValidityModel {
    ValidityModel {
        years: order.validity_years.clone(),
        days: order.validity_days.clone(),
        custom_expiration_date: order.custom_expiration_date.clone(),
    }
}

/// The API takes the date before the days before the years.
fn precedence(given: &[&str]) -> Diagnostic {
    let counts = ["custom_expiration_date", "validity_days"]
        .into_iter()
        .find(|name| given.contains(name))
        .unwrap_or("validity_years");
    warning(
        &AttributePath::of(counts),
        "Several validity arguments",
        format!(
            "{} are set. CertCentral uses `{counts}` and ignores the others; all of them are sent as given.",
            given
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(" and ")
        ),
    )
}

fn exactly_one(validity: &ValidityModel, argument: &str) -> Vec<Diagnostic> {
    match set_members(validity) {
        1 => Vec::new(),
        0 => vec![error(
            &AttributePath::of(argument),
            "Empty validity",
            format!(
                "`{argument}` has no member. Set one of `years`, `days` and `custom_expiration_date`."
            ),
        )],
        _ => vec![error(
            &AttributePath::of(argument),
            "Several validity members",
            format!(
                "`{argument}` takes exactly one of `years`, `days` and `custom_expiration_date`. Remove the others."
            ),
        )],
    }
}

fn set_members(validity: &ValidityModel) -> usize {
    usize::from(!validity.years.is_null())
        + usize::from(!validity.days.is_null())
        + usize::from(!validity.custom_expiration_date.is_null())
}

/// Allowed years and days. Source: the "Order OV/EV SSL" page for the older form, "End of 4-6 year Multi-year Plans" for today's.
pub(super) fn years_and_days(order: &SslOrderModel) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(years) = order
        .validity_years
        .known()
        .filter(|years| !matches!(years, 1 | 2))
    {
        found.push(error(
            &AttributePath::of("validity_years"),
            "Invalid validity",
            format!("`validity_years` is {years}; it takes 1 or 2. For a longer order use `order_validity = {{ years = 3 }}`."),
        ));
    }
    if let Some(days) = order
        .validity_days
        .known()
        .filter(|days| !(1..=LONGEST_DAYS).contains(*days))
    {
        found.push(error(
            &AttributePath::of("validity_days"),
            "Invalid validity",
            format!("`validity_days` is {days}; it takes 1 to {LONGEST_DAYS}."),
        ));
    }
    if let Some(validity) = order.order_validity.known() {
        let path = AttributePath::of("order_validity");
        if let Some(years) = validity
            .years
            .known()
            .filter(|years| !(1..=3).contains(*years))
        {
            found.push(error(
                &path.attribute("years"),
                "Invalid validity",
                format!("`order_validity.years` is {years}; it takes 1 to 3."),
            ));
        }
        if let Some(days) = validity.days.known().filter(|days| **days < 1) {
            found.push(error(
                &path.attribute("days"),
                "Invalid validity",
                format!("`order_validity.days` is {days}; it takes at least 1."),
            ));
        }
    }
    found
}

/// Every date is a date of the calendar.
pub(super) fn dates(order: &SslOrderModel) -> Vec<Diagnostic> {
    all_dates(order)
        .into_iter()
        .filter_map(|(path, text)| {
            parse_date(text).is_none().then(|| {
                error(
                    &path,
                    "Invalid date",
                    format!(
                        "{text:?} is not a date of the form yyyy-MM-dd, such as \"2027-03-31\"."
                    ),
                )
            })
        })
        .collect()
}

/// Dates as an order that is about to be placed must have them: in the future, and in the older form less than 825 days ahead.
pub(in crate::provider::ssl_order) fn dates_for_a_new_order(
    order: &SslOrderModel,
    today: Date,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (path, text) in all_dates(order) {
        let Some(date) = parse_date(text) else {
            continue;
        };
        if date <= today {
            found.push(error(
                &path,
                "Date in the past",
                format!(
                    "An order that ends on {date} cannot be placed on {today}. Choose a later date."
                ),
            ));
        } else if path == AttributePath::of("custom_expiration_date")
            && date - today > Duration::days(LONGEST_DAYS)
        {
            found.push(error(
                &path,
                "Date too far ahead",
                format!("`custom_expiration_date` is {date}; it must be less than 825 days after {today}."),
            ));
        }
    }
    found
}

/// The first certificate's own validity: at most one member.
pub(super) fn certificate_validity(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(validity) = order.cert_validity.known() else {
        return Vec::new();
    };
    let path = AttributePath::of("cert_validity");
    if set_members(validity) > 1 {
        return exactly_one(validity, "cert_validity");
    }
    let mut found = Vec::new();
    for (member, value) in [("years", &validity.years), ("days", &validity.days)] {
        if let Some(value) = value.known().filter(|value| **value < 1) {
            found.push(error(
                &path.attribute(member),
                "Invalid validity",
                format!("`cert_validity.{member}` is {value}; it takes at least 1."),
            ));
        }
    }
    found
}

fn all_dates(order: &SslOrderModel) -> Vec<(AttributePath, &str)> {
    let mut dates = Vec::new();
    if let Some(date) = order.custom_expiration_date.as_str() {
        dates.push((AttributePath::of("custom_expiration_date"), date));
    }
    for (argument, validity) in [
        ("order_validity", &order.order_validity),
        ("cert_validity", &order.cert_validity),
    ] {
        if let Some(date) = validity
            .known()
            .and_then(|v| v.custom_expiration_date.as_str())
        {
            dates.push((
                AttributePath::of(argument).attribute("custom_expiration_date"),
                date,
            ));
        }
    }
    dates
}

fn parse_date(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}
