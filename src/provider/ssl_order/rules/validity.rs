//! Rules about the validity of order and certificate, in both forms. Values that are unknown may
//! turn out to be absent, so nothing is concluded from them.
//!
//! Most rules hold whatever day it is. Those about dates hold for an order that is about to be
//! placed only: one whose date has passed must still plan and destroy, so today is an argument.

use time::{Date, Duration};

use super::limits::{CERTIFICATE_DAYS, CERTIFICATE_YEARS, OLDER_DAYS, ORDER_DAYS, validity_step};
use super::{error, warning};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::order::certificate::parse_day;
use crate::provider::ssl_order::model::{OLDER_YEARS, ORDER_YEARS, SslOrderModel, Term};

/// Days of the longest year.
const LONGEST_YEAR: i64 = 366;

/// One of the two forms is required. Both may be given where they mean the same, as in a
/// configuration that Terraform generated for an imported order. Sources:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>,
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ov.html>
pub(crate) fn one_form(order: &SslOrderModel) -> Vec<Diagnostic> {
    let older = order.older_term();
    if older.has_unknown() || order.order_validity.is_unknown() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let given = older.given();
    if given.len() > 1 {
        found.push(precedence(&given));
    }
    match (given.first(), order.order_validity.known()) {
        (None, None) => found.push(error(
            &AttributePath::of("order_validity"),
            "Missing order validity",
            "Nothing says how long the order lasts. Set `order_validity = { years = 1 }`, or one \
             of the older arguments `validity_years`, `validity_days` and \
             `custom_expiration_date`.",
        )),
        (_, None) => {}
        (None, Some(validity)) => found.extend(exactly_one(validity)),
        (Some(_), Some(validity)) => {
            found.extend(exactly_one(validity));
            found.extend(both_forms(&older, validity));
        }
    }
    found
}

fn both_forms(older: &Term, today: &Term) -> Option<Diagnostic> {
    if today.has_unknown() {
        return None;
    }
    let path = AttributePath::of("order_validity");
    let argument = older_argument(older.given().pop()?);
    Some(if older.sent() == today.sent() {
        warning(
            &path,
            "Validity given twice",
            format!(
                "`order_validity` and `{argument}` say the same about how long the order lasts. \
                 Remove `{argument}`, the older form."
            ),
        )
    } else {
        error(
            &path,
            "Conflicting validity arguments",
            format!(
                "`order_validity` and `{argument}` both say how long the order lasts, and they \
                 differ. Remove one of them."
            ),
        )
    })
}

/// The API takes the date before the days before the years.
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
fn precedence(given: &[&'static str]) -> Diagnostic {
    let names: Vec<_> = given.iter().map(|member| older_argument(member)).collect();
    let counts = given
        .last()
        .map_or("validity_years", |member| older_argument(member));
    warning(
        &AttributePath::of(counts),
        "Several validity arguments",
        format!(
            "{} are set. CertCentral uses `{counts}` and ignores the others; all of them are sent \
             as given. Remove the others.",
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(" and ")
        ),
    )
}

fn older_argument(member: &str) -> &'static str {
    match member {
        "years" => "validity_years",
        "days" => "validity_days",
        _ => "custom_expiration_date",
    }
}

fn exactly_one(validity: &Term) -> Option<Diagnostic> {
    let path = AttributePath::of("order_validity");
    match validity.given().len() {
        0 if !validity.has_unknown() => Some(error(
            &path,
            "Empty validity",
            "`order_validity` has no member. Set one of `years`, `days` and \
             `custom_expiration_date`.",
        )),
        0 | 1 => None,
        _ => Some(several_members(&path, "order_validity", "exactly one")),
    }
}

fn several_members(path: &AttributePath, argument: &str, how_many: &str) -> Diagnostic {
    error(
        path,
        "Several validity members",
        format!(
            "`{argument}` takes {how_many} of `years`, `days` and `custom_expiration_date`. Remove \
             the others."
        ),
    )
}

/// Allowed years and days of the order. Sources:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/> for the older form,
/// <https://dev.digicert.com/en/certcentral-apis/services-api/api-changes/end-of-4-6-year-multi-year-plans-for-public-tls-ssl-and-vmc-certificates.html>
/// for today's.
pub(crate) fn years_and_days(order: &SslOrderModel) -> Vec<Diagnostic> {
    let path = AttributePath::of("order_validity");
    let (years, days) = order
        .order_validity
        .known()
        .map_or((&Attr::Null, &Attr::Null), |v| (&v.years, &v.days));
    [
        (
            AttributePath::of("validity_years"),
            &order.validity_years,
            OLDER_YEARS,
            "For a longer order use `order_validity = { years = 3 }`.",
        ),
        (
            AttributePath::of("validity_days"),
            &order.validity_days,
            OLDER_DAYS,
            "For a longer order use `order_validity`.",
        ),
        (
            path.attribute("years"),
            years,
            ORDER_YEARS,
            "CertCentral refuses longer orders.",
        ),
        (
            path.attribute("days"),
            days,
            ORDER_DAYS,
            "CertCentral refuses orders of more than three years.",
        ),
    ]
    .into_iter()
    .filter_map(|(path, value, allowed, advice)| {
        let value = value.known().filter(|value| !allowed.contains(value))?;
        Some(error(
            &path,
            "Invalid validity",
            format!(
                "`{path}` is {value}; it takes {} to {}. {advice}",
                allowed.start(),
                allowed.end()
            ),
        ))
    })
    .collect()
}

/// Every date is a date of the calendar. Source:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn dates(order: &SslOrderModel) -> Vec<Diagnostic> {
    all_dates(order)
        .into_iter()
        .filter(|(_, text)| parse(text).is_none())
        .map(|(path, text)| {
            error(
                &path,
                "Invalid date",
                format!(
                    "`{path}` is {text:?}, not a date of the form yyyy-MM-dd, such as \
                    \"2027-03-31\"."
                ),
            )
        })
        .collect()
}

/// The first certificate's own validity: at most one member, above zero.
/// Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-secure-site-ev.html>
pub(crate) fn certificate_validity(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(validity) = order.cert_validity.known() else {
        return Vec::new();
    };
    let path = AttributePath::of("cert_validity");
    let mut found = Vec::new();
    if validity.given().len() > 1 {
        found.push(several_members(&path, "cert_validity", "at most one"));
    }
    for (member, value, allowed) in [
        ("years", &validity.years, CERTIFICATE_YEARS),
        ("days", &validity.days, CERTIFICATE_DAYS),
    ] {
        if let Some(value) = value.known().filter(|value| !allowed.contains(value)) {
            found.push(error(
                &path.attribute(member),
                "Invalid validity",
                format!(
                    "`cert_validity.{member}` is {value}; it takes {} to {}. Leave it out to get \
                     the longest that is allowed.",
                    allowed.start(),
                    allowed.end()
                ),
            ));
        }
    }
    found
}

/// A certificate that would outlive its order. A warning, because CertCentral counts the days.
/// Source: `cert_validity_exceeds_order_validity`,
/// <https://dev.digicert.com/certcentral-apis/services-api/errors.html>
pub(crate) fn certificate_within_order(order: &SslOrderModel) -> Vec<Diagnostic> {
    if order.order_validity.is_unknown() {
        return Vec::new();
    }
    let wanted = order.cert_validity.known();
    let (Some(wanted), Some(ordered)) = (
        wanted.and_then(|wanted| wanted.days_of_years(365)),
        order.term().days_of_years(LONGEST_YEAR),
    ) else {
        return Vec::new();
    };
    if wanted <= ordered {
        return Vec::new();
    }
    vec![warning(
        &AttributePath::of("cert_validity"),
        "Certificate longer than its order",
        format!(
            "`cert_validity` asks for {wanted} days and the order lasts {ordered} at most; \
             CertCentral may refuse that. Shorten the certificate, or make the order longer."
        ),
    )]
}

/// Dates are in the future and not too far ahead, and the certificate is not longer than DigiCert
/// issues today. Sources: at each part of the rule.
pub(crate) fn dates_for_a_new_order(order: &SslOrderModel, today: Date) -> Vec<Diagnostic> {
    all_dates(order)
        .into_iter()
        .filter_map(|(path, text)| Some((path, parse(text)?)))
        .filter_map(|(path, date)| {
            in_the_past(&path, date, today).or_else(|| too_far(&path, date, today))
        })
        .chain(certificate_above_the_limit(order, today))
        .collect()
}

fn in_the_past(path: &AttributePath, date: Date, today: Date) -> Option<Diagnostic> {
    (date <= today).then(|| {
        let what = if *path == certificate_date() {
            "A certificate"
        } else {
            "An order"
        };
        error(
            path,
            "Date in the past",
            format!(
                "{what} that ends on {date} cannot be ordered on {today}. Choose a later date."
            ),
        )
    })
}

/// Sources: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/> for the older form,
/// <https://dev.digicert.com/en/certcentral-apis/services-api/api-changes/end-of-4-6-year-multi-year-plans-for-public-tls-ssl-and-vmc-certificates.html>
/// for today's.
fn too_far(path: &AttributePath, date: Date, today: Date) -> Option<Diagnostic> {
    let longest = if *path == certificate_date() {
        return None;
    } else if *path == AttributePath::of("custom_expiration_date") {
        *OLDER_DAYS.end()
    } else {
        // The day of the order counts too.
        ORDER_DAYS.end() + 1
    };
    (date - today > Duration::days(longest)).then(|| {
        error(
            path,
            "Date too far ahead",
            format!(
                "`{path}` is {date}; it must be less than {} days after {today}. Choose an earlier \
                 date.",
                longest + 1
            ),
        )
    })
}

/// DigiCert shortens what is above its limit of the day, so it is a warning.
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-basic-ev.html>
fn certificate_above_the_limit(order: &SslOrderModel, today: Date) -> Option<Diagnostic> {
    let validity = order.cert_validity.known()?;
    let step = validity_step(today)?;
    let path = AttributePath::of("cert_validity");
    let (path, days) = if let Some(date) = validity.custom_expiration_date.as_str().and_then(parse)
    {
        (
            path.attribute("custom_expiration_date"),
            (date - today).whole_days(),
        )
    } else if let Some(days) = validity.days.known() {
        (path.attribute("days"), *days)
    } else {
        let years = *validity.years.known()?;
        (path.attribute("years"), years.saturating_mul(365))
    };
    (days > step.digicert_days).then(|| {
        warning(
            &path,
            "Certificate longer than DigiCert issues",
            format!(
                "`cert_validity` asks for {days} days. Since {} DigiCert issues public \
                 certificates for {} days at most (the CA/Browser Forum allows {} from {}), and \
                 shortens or refuses longer ones. Leave `cert_validity` out to get the longest.",
                step.digicert_from, step.digicert_days, step.industry_days, step.industry_from
            ),
        )
    })
}

fn certificate_date() -> AttributePath {
    AttributePath::of("cert_validity").attribute("custom_expiration_date")
}

/// Every date that is known, with its path.
fn all_dates(order: &SslOrderModel) -> Vec<(AttributePath, &str)> {
    let mut dates = Vec::new();
    if let Some(date) = order.custom_expiration_date.as_str() {
        dates.push((AttributePath::of("custom_expiration_date"), date));
    }
    for (argument, validity) in [
        ("order_validity", &order.order_validity),
        ("cert_validity", &order.cert_validity),
    ] {
        let date = validity
            .known()
            .and_then(|v| v.custom_expiration_date.as_str());
        if let Some(date) = date {
            let path = AttributePath::of(argument).attribute("custom_expiration_date");
            dates.push((path, date));
        }
    }
    dates
}

/// Returns the date of a text in the form of the API, if it is one of the calendar.
fn parse(text: &str) -> Option<Date> {
    // The parser also takes a sign before the year.
    let is_plain = text.starts_with(|c: char| c.is_ascii_digit());
    parse_day(text).filter(|_| is_plain)
}
