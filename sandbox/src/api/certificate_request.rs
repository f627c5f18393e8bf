//! The checks of the `certificate` object, the same for orders, reissues and duplicates.

use std::net::IpAddr;

use serde_json::Value;
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::error::Problem;
use super::extract::Fields;
use crate::account::ca::{G1_INTERMEDIATE_ID, G1_ROOTS_END};
use crate::account::catalog::{Product, SERVER_PLATFORMS};
use crate::account::certificate::WantedCertificate;
use crate::account::csr::{self, Csr, CsrFault};
use crate::account::state::State;
use crate::account::term::Term;

/// Reads everything but the signing request, which has refusals of its own: see [`csr()`].
pub(super) fn read(fields: &mut Fields<'_>, product: &Product, today: Date) -> WantedCertificate {
    let certificate = &fields.body["certificate"];
    let common_name = fields.required_text(certificate, "common_name");
    let dns_names = names(fields, certificate, &common_name, product);
    fields.required_text(certificate, "csr");
    let signature_hash = fields.required_text(certificate, "signature_hash");
    if !signature_hash.is_empty() && !product.hashes().iter().any(|hash| hash.0 == signature_hash) {
        fields.wrong("signature_hash");
    }
    let server_platform = match &certificate["server_platform"] {
        Value::Null => -1,
        platform => platform["id"].as_i64().unwrap_or(0),
    };
    if !SERVER_PLATFORMS
        .iter()
        .any(|known| known.0 == server_platform)
    {
        fields.wrong("server_platform");
    }
    let profile = fields.text(certificate, "profile_option", "server_auth_only_eku");
    let cert_validity = match &certificate["cert_validity"] {
        Value::Null => None,
        term => one_term(fields, term, "cert_validity", today),
    };
    WantedCertificate {
        common_name,
        dns_names,
        csr: Csr {
            pem: String::new(),
            public_key_der: Vec::new(),
            key_size: 0,
        },
        signature_hash,
        server_platform,
        client_auth: profile == "server_client_auth_eku",
        below_g1_root: fields.text(certificate, "ca_cert_id", "") == G1_INTERMEDIATE_ID,
        cert_validity,
    }
}

/// Refuses a certificate below a root of the first generation from the day on from which the
/// account may have none.
pub(super) fn root(wanted: &WantedCertificate, state: &State) -> Result<(), Problem> {
    let has_ended = state.behavior.refuses_g1_roots && state.clock.today() >= G1_ROOTS_END;
    match wanted.below_g1_root && has_ended {
        true => Err(Problem::invalid_value("ca_cert_id")),
        false => Ok(()),
    }
}

/// Refuses a certificate that was asked for too long, where the account cuts none.
pub(super) fn longest(wanted: &WantedCertificate, state: &State) -> Result<(), Problem> {
    let today = state.clock.today();
    let longest = Term::Days(state.longest_certificate()).end(today);
    let is_too_long = wanted
        .cert_validity
        .is_some_and(|term| term.end(today) > longest);
    match is_too_long && state.behavior.refuses_long_certificates {
        true => Err(Problem::invalid_value("cert_validity")),
        false => Ok(()),
    }
}

/// The signing request of a body.
pub(super) fn csr(body: &Value) -> Result<Csr, Problem> {
    let text = body["certificate"]["csr"].as_str().unwrap_or_default();
    csr::parse(text).map_err(|fault| match fault {
        CsrFault::Unreadable => Problem::csr_unreadable(),
        CsrFault::BadSignature => Problem::csr_bad_signature(),
        CsrFault::WeakKey => Problem::csr_weak_key(),
    })
}

/// The common name and the other names, lower-case, each once.
fn names(
    fields: &mut Fields<'_>,
    certificate: &Value,
    common_name: &str,
    product: &Product,
) -> Vec<String> {
    let refused = |name: &str| !dns_name_is_valid(name) || (product.ev && name.starts_with("*."));
    if common_name.len() > 64 || (!common_name.is_empty() && refused(common_name)) {
        fields.wrong("common_name");
    }
    let mut names = vec![common_name.to_lowercase()];
    for name in fields.list(certificate, "dns_names").unwrap_or_default() {
        if refused(&name) {
            fields.wrong("dns_names");
        }
        let name = name.to_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// An object with exactly one of `years`, `days` and `custom_expiration_date`. The refusal names
/// the unit that was used.
pub(super) fn one_term(
    fields: &mut Fields<'_>,
    object: &Value,
    name: &str,
    today: Date,
) -> Option<Term> {
    let units: Vec<_> = ["custom_expiration_date", "days", "years"]
        .into_iter()
        .filter(|unit| !object[unit].is_null())
        .collect();
    let [unit] = units[..] else {
        fields.wrong(name);
        return None;
    };
    let term = read_term(unit, &object[unit], today);
    if term.is_none() {
        match unit {
            "years" => fields.wrong("validity_years"),
            "days" => fields.wrong("validity_days"),
            _ => fields.wrong(unit),
        }
    }
    term
}

/// A term of at least a day and at most three years.
pub(super) fn read_term(unit: &str, value: &Value, today: Date) -> Option<Term> {
    const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
    let term = match unit {
        "years" => Term::Years(u16::try_from(value.as_u64()?).ok()?),
        "days" => Term::Days(u16::try_from(value.as_u64()?).ok()?),
        _ => Term::Until(Date::parse(value.as_str()?, DATE).ok()?),
    };
    // Numbers are bounded before they become dates, which end with the year 9999.
    let in_range = match term {
        Term::Years(years) => (1..=3).contains(&years),
        Term::Days(days) => (1..=3 * 366).contains(&days),
        Term::Until(date) => date > today,
    };
    (in_range && term.end(today) <= Term::Years(3).end(today)).then_some(term)
}

/// Letters, digits and hyphens in at least two labels; one `*` as the left-most label; no IP
/// address, no underscore.
fn dns_name_is_valid(name: &str) -> bool {
    let rest = name.strip_prefix("*.").unwrap_or(name);
    let labels: Vec<&str> = rest.split('.').collect();
    labels.len() >= 2
        && rest.len() <= 253
        && rest.parse::<IpAddr>().is_err()
        && labels.iter().all(|label| label_is_valid(label))
        && labels
            .last()
            .is_some_and(|top| !INTERNAL.contains(&top.to_lowercase().as_str()))
}

/// Top labels that no public certificate authority may sign.
const INTERNAL: [&str; 6] = ["local", "localhost", "internal", "lan", "corp", "home"];

fn label_is_valid(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_host_names_pass() {
        for good in ["example.com", "*.example.com", "xn--bcher-kva.example"] {
            assert!(dns_name_is_valid(good), "{good}");
        }
        for bad in [
            "",
            "server",
            "db.internal",
            "a_b.example.com",
            "www.*.example.com",
            "*.*.example.com",
            "10.0.0.1",
            "-a.example.com",
            "https://example.com",
            "example.com.",
        ] {
            assert!(!dns_name_is_valid(bad), "{bad}");
        }
    }
}
