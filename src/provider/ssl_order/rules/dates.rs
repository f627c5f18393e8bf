//! Rules about dates of an order that is about to be placed. An order whose date has passed must still plan and destroy, so they
//! hold for new orders only, and today is an argument.

use time::{Date, Duration};

use super::limits::{OLDER_DAYS, ORDER_DAYS, validity_step};
use super::{error, warning};
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::order::certificate::parse_day;
use crate::provider::ssl_order::model::SslOrderModel;

/// Dates are in the future and not too far ahead, and the certificate is not longer than DigiCert issues today.
/// Sources: at each part of the rule.
pub(crate) fn dates_for_a_new_order(order: &SslOrderModel, today: Date) -> Vec<Diagnostic> {
    all(order)
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
                "`{path}` is {date}; it must be less than {} days after {today}. Choose an earlier date.",
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
                "`cert_validity` asks for {days} days. Since {} DigiCert issues public certificates for {} days at most (the CA/Browser Forum \
                 allows {} from {}), and shortens or refuses longer ones. Leave `cert_validity` out to get the longest.",
                step.digicert_from, step.digicert_days, step.industry_days, step.industry_from
            ),
        )
    })
}

fn certificate_date() -> AttributePath {
    AttributePath::of("cert_validity").attribute("custom_expiration_date")
}

/// Every date that is known, with its path.
pub(crate) fn all(order: &SslOrderModel) -> Vec<(AttributePath, &str)> {
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

/// Whether a text is a date of the calendar in the API's form.
pub(crate) fn is_date(text: &str) -> bool {
    parse(text).is_some()
}

fn parse(text: &str) -> Option<Date> {
    // The parser also takes a sign before the year.
    let is_plain = text.starts_with(|c: char| c.is_ascii_digit());
    parse_day(text).filter(|_| is_plain)
}
