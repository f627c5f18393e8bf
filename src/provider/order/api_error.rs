//! What a person reads when CertCentral says no, or says nothing: one table from the API's codes to
//! summary, advice and attribute, and one from its field names to arguments.
//!
//! Source: <https://dev.digicert.com/certcentral-apis/services-api/errors.html>

mod network;

use std::time::Duration;

use crate::certcentral::{ApiError, ConfigError, Error, ErrorItem, GaveUp, NotSent};
use crate::framework::{AttributePath, Diagnostic};

/// The summary of a call that a stop ended before it could change anything.
pub(crate) const INTERRUPTED: &str = "Interrupted";

/// What to say about one code of the API.
struct Advice {
    /// The code, in full or without its detail.
    code: &'static str,
    summary: &'static str,
    advice: &'static str,
    attribute: Option<&'static str>,
}

const ADVICE: &[Advice] = &[
    Advice {
        code: "access_denied|access_denied_invalid_key",
        summary: "API key rejected by CertCentral",
        advice: "The key is wrong, disabled, or of another region. Check `api_key` or \
            DIGICERT_API_KEY, and `region`: keys of the US instance do not work in the European \
            one.",
        attribute: None,
    },
    Advice {
        code: "access_denied|missing_permission",
        summary: "API key lacks a permission",
        advice: "The user or the role of the key may not do this. Use a key of a user with the \
            permission; a view-only key can only plan.",
        attribute: None,
    },
    Advice {
        code: "access_denied",
        summary: "Access denied by CertCentral",
        advice: "Check the permissions of the user whose key is used.",
        attribute: None,
    },
    Advice {
        code: "request_limit_exceeded",
        summary: "Request limit of CertCentral exceeded",
        advice: "The provider itself keeps below the limits of 1000 requests in 3 minutes and 100 \
            in 5 seconds, so other users of the key use them up. Run the command again in some \
            minutes, or share the limit by `requests_per_second` in every run.",
        attribute: None,
    },
    Advice {
        code: "not_found|product",
        summary: "Product not available",
        advice: "The account does not have this product, or its id is misspelt. The products of \
            the account are in CertCentral under Request a Certificate.",
        attribute: Some("product_name_id"),
    },
    Advice {
        code: "not_found|organization",
        summary: "Organization not found",
        advice: "The account has no such organization, or the key does not see it. The ids are in \
            CertCentral under Certificates, Organizations.",
        attribute: Some("organization"),
    },
    Advice {
        code: "not_found|container",
        summary: "Container not found",
        advice: "The account has no such container (division), or the key does not see it. Correct \
            `container_id`, or use a key of that container.",
        attribute: Some("container_id"),
    },
    Advice {
        code: "csr_",
        summary: "CSR refused by CertCentral",
        advice: "Make a new CSR with an RSA key of at least 2048 bits or an EC key on P-256 or \
            P-384.",
        attribute: Some("csr"),
    },
    Advice {
        code: "cert_validity_exceeds_order_validity",
        summary: "Certificate validity exceeds the order",
        advice: "Shorten `cert_validity`, or lengthen the order.",
        attribute: Some("cert_validity"),
    },
    Advice {
        code: "caa_check_failed",
        summary: "CAA records forbid the certificate",
        advice: "Add a CAA record for digicert.com to the domain, or remove the records that \
            forbid it.",
        attribute: Some("dns_names"),
    },
    Advice {
        code: "invalid_custom_field_value",
        summary: "Custom field refused by CertCentral",
        advice: "A required custom field has no value, or a value does not fit the field's type.",
        attribute: Some("custom_fields"),
    },
    Advice {
        code: "cert_transparency_turned_off_for_account",
        summary: "CT logging cannot be switched off",
        advice: "The account does not allow certificates outside of the CT logs. Remove \
            `disable_ct`.",
        attribute: Some("disable_ct"),
    },
    Advice {
        code: "order_not_eligible_for_renewal",
        summary: "Order cannot be renewed",
        advice: "Check `renewal_of_order_id`, or leave it out to place an order of its own.",
        attribute: Some("renewal_of_order_id"),
    },
    Advice {
        code: "order_renewed_already",
        summary: "Order renewed already",
        advice: "Import the renewal, or leave `renewal_of_order_id` out to place an order of its \
            own.",
        attribute: Some("renewal_of_order_id"),
    },
];

/// Arguments by the API's field names. A field that is not here is looked up by the object that
/// holds it: `organization.contacts.0.email` by `organization.contacts`.
const FIELDS: &[(&str, &[&str])] = &[
    ("common_name", &["common_name"]),
    ("dns_names", &["dns_names"]),
    ("csr", &["csr"]),
    ("signature_hash", &["signature_hash"]),
    ("server_platform", &["server_platform_id"]),
    ("organization_units", &["organization_units"]),
    ("profile_option", &["profile_option"]),
    ("ca_cert_id", &["ca_cert_id"]),
    ("cert_validity", &["cert_validity"]),
    ("cert_validity.years", &["cert_validity", "years"]),
    ("cert_validity.days", &["cert_validity", "days"]),
    (
        "cert_validity.custom_expiration_date",
        &["cert_validity", "custom_expiration_date"],
    ),
    ("validity_years", &["validity_years"]),
    ("validity_days", &["validity_days"]),
    ("custom_expiration_date", &["custom_expiration_date"]),
    ("order_validity", &["order_validity"]),
    ("order_validity.years", &["order_validity", "years"]),
    ("order_validity.days", &["order_validity", "days"]),
    (
        "order_validity.custom_expiration_date",
        &["order_validity", "custom_expiration_date"],
    ),
    ("organization", &["organization"]),
    ("organization.id", &["organization", "id"]),
    ("organization.contacts", &["organization", "contacts"]),
    ("contacts", &["organization", "contacts"]),
    ("container", &["container_id"]),
    ("custom_fields", &["custom_fields"]),
    ("additional_emails", &["additional_emails"]),
    ("auto_renew", &["auto_renew"]),
    ("auto_reissue", &["auto_reissue"]),
    ("custom_renewal_message", &["custom_renewal_message"]),
    ("comments", &["comments"]),
    ("locale", &["locale"]),
    ("payment_method", &["payment_method"]),
    ("dcv_method", &["dcv_method"]),
    ("renewal_of_order_id", &["renewal_of_order_id"]),
    ("renewed_thumbprint", &["renewed_thumbprint"]),
    ("alternative_order_id", &["alternative_order_id"]),
];

/// The diagnostic for a failed call. `doing` says what was tried: "placing the order".
pub(crate) fn diagnostic(error: &Error, doing: &str) -> Diagnostic {
    match error {
        Error::Api(api) => refused(api, doing),
        Error::GaveUp {
            last,
            attempts,
            elapsed,
            end,
            ..
        } => gave_up(diagnostic(last, doing), *attempts, *elapsed, *end),
        Error::NotSent { reason, waited, .. } => not_sent(doing, *reason, *waited),
        Error::Transport { .. } | Error::Proxy { .. } => network::diagnostic(error, doing),
        Error::NotJson { is_html, .. } => Diagnostic::error(
            "Answer is not from CertCentral's API",
            format!(
                "{}\n\n{}",
                sentence(error, doing),
                if *is_html {
                    "An HTML page usually comes from a proxy, a firewall or a maintenance window \
                     (Saturdays 22:00 to 24:00 MDT). Check `base_url` and `proxy_url`, or run the \
                     command again later."
                } else {
                    "Check `base_url` and `proxy_url`."
                }
            ),
        ),
        Error::Redirect { .. } => Diagnostic::error(
            "Redirect refused",
            format!(
                "{}\n\nA redirect would carry the API key to another place. Set `base_url` to the \
                 final address if you trust it.",
                sentence(error, doing)
            ),
        ),
        Error::AboutAnother { .. } => Diagnostic::error(
            "Answer is about something else",
            format!(
                "{}\n\nNothing of the answer was used. A cache or a gateway between this machine \
                 and CertCentral may mix up answers: run the command again, and check `base_url` \
                 and `proxy_url` if it happens again.",
                sentence(error, doing)
            ),
        ),
        Error::Config(guard) if is_guard(guard) => guarded(guard, doing),
        Error::Config(setting) if network::is_setting(setting) => network::unusable(setting, doing),
        _ => Diagnostic::error(
            "Answer of CertCentral not usable",
            format!(
                "{}\n\nRun the command again; if the error stays, report it as a bug of the \
                 provider.",
                sentence(error, doing)
            ),
        ),
    }
}

fn refused(api: &ApiError, doing: &str) -> Diagnostic {
    let known = api
        .errors
        .iter()
        .find_map(|item| ADVICE.iter().find(|advice| advice.fits(item)));
    let field = api
        .errors
        .iter()
        .filter(|item| item.kind() == "invalid_value")
        .find_map(|item| field_argument(item.detail()?));
    let said = format!("CertCentral refused {doing}. {api}.");
    let diagnostic = match known {
        Some(advice) => Diagnostic::error(advice.summary, format!("{said}\n\n{}", advice.advice)),
        None => Diagnostic::error("Refused by CertCentral", said),
    };
    let attribute = known.and_then(|advice| advice.attribute);
    match attribute.map(AttributePath::of).or(field) {
        Some(path) => diagnostic.at(path),
        None => diagnostic,
    }
}

impl Advice {
    fn fits(&self, item: &ErrorItem) -> bool {
        item.code == self.code
            || item.kind() == self.code
            || (self.code.ends_with('_') && item.code.starts_with(self.code))
    }
}

/// The argument behind a field of the order body, such as `certificate.common_name` or
/// `organization.contacts[0].email`: the innermost object of the field that is an argument of its
/// own.
fn field_argument(field: &str) -> Option<AttributePath> {
    let field = field.strip_prefix("certificate.").unwrap_or(field);
    let mut prefix = field;
    loop {
        if let Some((_, [root, nested @ ..])) = FIELDS.iter().find(|(api, _)| *api == prefix) {
            return Some(
                nested
                    .iter()
                    .fold(AttributePath::of(*root), |path, name| path.attribute(*name)),
            );
        }
        prefix = &prefix[..prefix.rfind(['.', '['])?];
    }
}

fn sentence(error: &Error, doing: &str) -> String {
    let mut text = format!("The call for {doing} failed: {error}.");
    if let Some(cause) = innermost(error) {
        text.push_str(&format!(" Cause: {cause}."));
    }
    text
}

/// The last cause of the chain names what the system or the library found.
fn innermost(error: &Error) -> Option<String> {
    let mut cause = std::error::Error::source(error)?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(cause.to_string())
}

/// Whether a refusal comes from a guard of the provider block.
fn is_guard(error: &ConfigError) -> bool {
    matches!(
        error,
        ConfigError::ReadOnly | ConfigError::OrderLimit { .. } | ConfigError::AuditLog { .. }
    )
}

/// The call was not sent, because a guard of the provider block stops it.
fn guarded(guard: &ConfigError, doing: &str) -> Diagnostic {
    match guard {
        ConfigError::ReadOnly => Diagnostic::error(
            "Provider is read-only",
            format!(
                "The call for {doing} was not sent, because `read_only` of the provider block, or \
                 DIGICERT_READ_ONLY, is set: this provider only reads. Nothing changed in \
                 CertCentral. Apply where it is not set."
            ),
        ),
        ConfigError::OrderLimit { limit } => Diagnostic::error(
            "Order limit of this apply is reached",
            format!(
                "The call for {doing} was not sent, because one apply places at most {limit} paid \
                 orders (`max_orders_per_apply`), and that many were placed or are of unknown \
                 outcome. Orders that were placed are in state. If so many are meant, raise \
                 `max_orders_per_apply` in the provider block, or DIGICERT_MAX_ORDERS, and apply \
                 again."
            ),
        ),
        _ => Diagnostic::error(
            "Audit log cannot be written",
            format!(
                "The call for {doing} was not sent, because every change is written to the audit \
                 log first, and {guard}. Nothing changed in CertCentral. Correct `audit_log_path` \
                 of the provider block, or DIGICERT_AUDIT_LOG, or its directory, and apply again."
            ),
        ),
    }
}

/// The diagnostic of the last attempt, with how often and how long the call was tried and what
/// ended that.
fn gave_up(mut last: Diagnostic, attempts: u32, elapsed: Duration, end: GaveUp) -> Diagnostic {
    let tried = match attempts {
        1 => "The call was tried once".to_owned(),
        times => format!(
            "The call was tried {times} times within {}",
            seconds(elapsed)
        ),
    };
    let ended = match end {
        GaveUp::Exhausted => ", as often as `max_retries` allows.".to_owned(),
        GaveUp::Unreachable => {
            ". A connection that does not stand is tried four times at most, whatever \
             `max_retries` allows."
                .to_owned()
        }
        GaveUp::Faulty => {
            ". A call that is answered with 500 is tried four times at most, whatever \
             `max_retries` allows."
                .to_owned()
        }
        GaveUp::TimeUp { pause, .. } => format!(
            ". The next attempt would come {} later, after the time of this operation; `timeouts` \
             sets that time.",
            seconds(pause)
        ),
        GaveUp::Stopped | GaveUp::LookFirst { .. } => ", until the run was interrupted.".to_owned(),
        GaveUp::NoTurn => {
            ", and had no further turn within the request limit of CertCentral in the time of this \
             operation."
                .to_owned()
        }
        GaveUp::Final => {
            ". An earlier attempt was not answered and may have taken effect; look before you try \
             again."
                .to_owned()
        }
    };
    last.detail = format!("{}\n\n{tried}{ended}", last.detail);
    last
}

/// A call that was not sent.
fn not_sent(doing: &str, reason: NotSent, waited: Duration) -> Diagnostic {
    match reason {
        NotSent::Stopped => Diagnostic::error(
            INTERRUPTED,
            format!(
                "The run was interrupted while the call for {doing} waited for its turn or for its \
                 answer. It changed nothing."
            ),
        ),
        NotSent::TimeUp => Diagnostic::error(
            "No turn within the request limit",
            format!(
                "The call for {doing} had no turn within the request limit of CertCentral in the \
                 time of this operation; it waited {}. Nothing was sent.\n\nRun the command again \
                 in some minutes; or give the operation more time in `timeouts`, lower the \
                 parallelism of the run, or let fewer runs use this API key at the same time.",
                seconds(waited)
            ),
        ),
    }
}

fn seconds(duration: Duration) -> String {
    match duration.as_secs_f64().round() {
        1.0 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

#[cfg(test)]
mod tests;
