//! Rules about single values: that they say something, are among those that CertCentral or this
//! provider takes, and have the form that CertCentral takes. Elements of a set have no address, so
//! what is wrong with one points at the set.

use std::collections::BTreeMap;

use super::limits::{
    CLOCK_DAYS, DCV_METHODS, FORBIDDEN_HASHES, LONGEST_REFERENCE, PAYMENT_METHODS,
    REVOCATION_REASONS, SIGNATURE_HASHES,
};
use super::{error, listed, warning};
use crate::framework::{Attr, AttributePath, Diagnostic, Set};
use crate::provider::order::waiting::LONGEST_TIMEOUT;
use crate::provider::ssl_order::model::{CustomFieldModel, RENEWAL_DAYS, SslOrderModel};
use crate::provider::ssl_order::schema::products::{PRODUCTS, Product};

/// Arguments with a closed list: other values have no meaning, or none that this provider could act
/// by.
const OWN_CHOICES: [(&str, &[&str]); 5] = [
    ("wait_for", &["auto", "issued", "none"]),
    ("on_destroy", &["retain", "cancel", "revoke"]),
    ("revocation_reason", &REVOCATION_REASONS),
    ("duplicate_order_check", &["error", "warn", "off"]),
    ("on_clock_failure", &["error", "warn"]),
];

/// The API's arguments: it may know more values than these.
const API_CHOICES: [(&str, &[&str]); 2] = [
    ("payment_method", &PAYMENT_METHODS),
    ("dcv_method", &DCV_METHODS),
];

/// A list or a set has no element that is null, because the API's have none. Elements of a set have
/// no address. Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn nulls(order: &SslOrderModel) -> Vec<Diagnostic> {
    let organization = AttributePath::of("organization");
    let contacts = order
        .organization
        .known()
        .and_then(|organization| organization.contacts.known());
    let sets = [
        ("dns_names", has_null(order.dns_names.known())),
        (
            "additional_emails",
            has_null(order.additional_emails.known()),
        ),
        ("custom_fields", has_null(order.custom_fields.known())),
    ];
    let of_sets = sets
        .into_iter()
        .filter(|(_, has_null)| *has_null)
        .map(|(name, _)| AttributePath::of(name));
    of_sets
        .chain(null_elements(
            &AttributePath::of("organization_units"),
            order.organization_units.known(),
        ))
        .chain(null_elements(&organization.attribute("contacts"), contacts))
        .map(|path| {
            let argument = path.to_string();
            error(
                &path,
                "Element without a value",
                format!(
                    "`{}` has an element that is null. Remove it; for texts, `compact()` does.",
                    argument.split('[').next().unwrap_or_default()
                ),
            )
        })
        .collect()
}

fn has_null<T>(set: Option<&Set<Attr<T>>>) -> bool {
    set.is_some_and(|set| set.0.iter().any(Attr::is_null))
}

fn null_elements<T>(list: &AttributePath, elements: Option<&Vec<Attr<T>>>) -> Vec<AttributePath> {
    elements
        .into_iter()
        .flatten()
        .enumerate()
        .filter(|(_, element)| element.is_null())
        .map(|(index, _)| list.index(index))
        .collect()
}

/// A blank text chooses nothing: an error where the API takes one of several values, a warning
/// where it takes a name. Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn blanks(order: &SslOrderModel) -> Vec<Diagnostic> {
    type Say = fn(&AttributePath, &str, String) -> Diagnostic;
    let arguments: [(&str, &Attr<String>, Say); 4] = [
        ("profile_option", &order.profile_option, warning),
        ("ca_cert_id", &order.ca_cert_id, warning),
        ("dcv_method", &order.dcv_method, error),
        ("payment_method", &order.payment_method, error),
    ];
    arguments
        .into_iter()
        .filter(|(_, value, _)| value.as_str().is_some_and(|text| text.trim().is_empty()))
        .map(|(name, _, say)| {
            say(
                &AttributePath::of(name),
                "Blank argument",
                format!(
                    "`{name}` is blank, which names nothing. Leave it out, or set it to null, \
                    to use the default."
                ),
            )
        })
        .collect()
}

/// A product that is not known is a warning: accounts differ and DigiCert adds products.
/// Source: <https://dev.digicert.com/glossary/>
pub(crate) fn product(order: &SslOrderModel) -> Vec<Diagnostic> {
    let path = AttributePath::of("product_name_id");
    match order.product_name_id.as_str() {
        Some(name) if name.is_empty() || !name.chars().all(is_name_character) => vec![error(
            &path,
            "Invalid product",
            format!(
                "{name:?} is not a product name id: those are made of a-z, 0-9 and underscores, \
                 such as \"ssl_basic\"."
            ),
        )],
        Some(name) if Product::named(name).is_none() => vec![warning(
            &path,
            "Unknown product",
            format!(
                "{name:?} is none of the products that this provider knows ({}). It is sent as it \
                 is; CertCentral refuses products that are not enabled for the account.",
                PRODUCTS.map(|p| p.name_id).join(", ")
            ),
        )],
        _ => Vec::new(),
    }
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}

/// The products of the API page take only SHA-256, and no public CA takes SHA-1. What other
/// products take is theirs to say. Sources:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>, Baseline Requirements 7.1.3.2,
/// <https://cabforum.org/working-groups/server/baseline-requirements/requirements/>
pub(crate) fn signature_hash(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(hash) = order
        .signature_hash
        .as_str()
        .filter(|hash| *hash != "sha256")
    else {
        return Vec::new();
    };
    let path = AttributePath::of("signature_hash");
    if let Some(product) = Product::of(order).filter(|product| product.of_the_page) {
        return vec![error(
            &path,
            "Invalid signature hash",
            format!(
                "`{}` is issued with \"sha256\" only; `signature_hash` is {hash:?}. Leave it out.",
                product.name_id
            ),
        )];
    }
    if SIGNATURE_HASHES.contains(&hash) {
        return Vec::new();
    }
    let spelled = hash.to_ascii_lowercase().replace('-', "");
    vec![
        if hash.trim().is_empty() || FORBIDDEN_HASHES.contains(&spelled.as_str()) {
            error(
                &path,
                "Invalid signature hash",
                format!(
                    "`signature_hash` is {hash:?}, which no public certificate is signed with; it \
                     takes {}.",
                    quoted(&SIGNATURE_HASHES)
                ),
            )
        } else {
            unknown_value(&path, "signature_hash", hash, &SIGNATURE_HASHES)
        },
    ]
}

fn unknown_value(path: &AttributePath, name: &str, value: &str, known: &[&str]) -> Diagnostic {
    warning(
        path,
        "Unknown value",
        format!(
            "`{name}` is {value:?}; this provider knows {}. It is sent as it is; CertCentral may \
             refuse it.",
            quoted(known)
        ),
    )
}

/// Arguments with a closed or open list of values. Sources:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>,
/// <https://dev.digicert.com/glossary/>,
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/revoke-order-certificates.html>
pub(crate) fn enumerations(order: &SslOrderModel) -> Vec<Diagnostic> {
    let value = |name: &str| match name {
        "wait_for" => order.wait_for.as_str(),
        "on_destroy" => order.on_destroy.as_str(),
        "revocation_reason" => order.revocation_reason.as_str(),
        "duplicate_order_check" => order.duplicate_order_check.as_str(),
        "on_clock_failure" => order.on_clock_failure.as_str(),
        "payment_method" => order.payment_method.as_str(),
        _ => order.dcv_method.as_str(),
    };
    let own = OWN_CHOICES.iter().filter_map(|(name, choices)| {
        let value = value(name).filter(|value| !choices.contains(value))?;
        Some(error(
            &AttributePath::of(*name),
            "Invalid value",
            format!("`{name}` is {value:?}; it takes {}.", quoted(choices)),
        ))
    });
    let api = API_CHOICES.iter().filter_map(|(name, choices)| {
        // A blank one is refused as such.
        let value = value(name).filter(|value| !value.trim().is_empty())?;
        (!choices.contains(&value))
            .then(|| unknown_value(&AttributePath::of(*name), name, value, choices))
    });
    own.chain(api).collect()
}

fn quoted(choices: &[&str]) -> String {
    listed(choices.iter().map(|choice| format!("{choice:?}")), "or")
}

/// Ids of CertCentral are above zero. Source:
/// <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn ids(order: &SslOrderModel) -> Vec<Diagnostic> {
    let ids = [
        (AttributePath::of("container_id"), &order.container_id),
        (
            AttributePath::of("renewal_of_order_id"),
            &order.renewal_of_order_id,
        ),
    ];
    ids.into_iter()
        .filter_map(|(path, id)| {
            let id = id.known().filter(|id| **id <= 0)?;
            Some(error(
                &path,
                "Invalid id",
                format!(
                    "{id} is not an id: ids of CertCentral are whole numbers above zero. Leave \
                    the argument out to use the default."
                ),
            ))
        })
        .collect()
}

/// Notification addresses have a local part and a domain.
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/additional-emails.html>
pub(crate) fn emails(order: &SslOrderModel) -> Vec<Diagnostic> {
    let path = AttributePath::of("additional_emails");
    order
        .additional_emails
        .known()
        .into_iter()
        .flat_map(|set| &set.0)
        .filter_map(Attr::as_str)
        .filter(|email| !is_email(email))
        .map(|email| {
            error(
                &path,
                "Invalid e-mail address",
                format!("{email:?} is not an e-mail address such as \"tls@example.com\"."),
            )
        })
        .collect()
}

/// Whether a text has a local part and a domain.
pub(crate) fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}

/// A SHA-1 thumbprint. Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn thumbprint(order: &SslOrderModel) -> Vec<Diagnostic> {
    order
        .renewed_thumbprint
        .as_str()
        .filter(|text| text.len() != 40 || !text.chars().all(|c| c.is_ascii_hexdigit()))
        .map(|text| {
            error(
                &AttributePath::of("renewed_thumbprint"),
                "Invalid thumbprint",
                format!(
                    "{text:?} is not a SHA-1 thumbprint: 40 hexadecimal digits without separators."
                ),
            )
        })
        .into_iter()
        .collect()
}

/// The API's own limits are not documented: what cannot be part of a URL path is refused, what is
/// long only doubted. Source:
/// <https://dev.digicert.com/services-api/orders/get-orders-alternative-order-id/>
pub(crate) fn alternative_order_id(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(text) = order.alternative_order_id.as_str() else {
        return Vec::new();
    };
    let path = AttributePath::of("alternative_order_id");
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return vec![error(
            &path,
            "Invalid alternative order id",
            "`alternative_order_id` takes a text without control characters. Leave it out to have \
             one derived from the order.",
        )];
    }
    let length = text.chars().count();
    if length <= LONGEST_REFERENCE {
        return Vec::new();
    }
    vec![warning(
        &path,
        "Long alternative order id",
        format!(
            "`alternative_order_id` has {length} characters. CertCentral does not say how many it \
             keeps; the order cannot be found again by a text that was cut. Use at most \
             {LONGEST_REFERENCE}."
        ),
    )]
}

/// Platforms have ids above zero, and -1 stands for any other. Source:
/// <https://dev.digicert.com/glossary/>
pub(crate) fn server_platform(order: &SslOrderModel) -> Vec<Diagnostic> {
    order
        .server_platform_id
        .known()
        .filter(|id| **id < -1 || **id == 0)
        .map(|id| {
            warning(
                &AttributePath::of("server_platform_id"),
                "Unknown server platform",
                format!(
                    "`server_platform_id` is {id}; ids are above zero, and -1 stands for any \
                    other platform. CertCentral may refuse it."
                ),
            )
        })
        .into_iter()
        .collect()
}

/// A language tag such as `en` or `zh_CN`. The list of languages is not documented.
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) fn locale(order: &SslOrderModel) -> Vec<Diagnostic> {
    order
        .locale
        .as_str()
        .filter(|text| !is_language_tag(text))
        .map(|text| {
            warning(
                &AttributePath::of("locale"),
                "Unknown value",
                format!(
                    "`locale` is {text:?}, which does not look like a language such as \"en\". \
                    It is sent as it is; CertCentral may refuse it."
                ),
            )
        })
        .into_iter()
        .collect()
}

fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// The two clocks count days ahead; zero switches them off. Source: this provider's own arguments.
pub(crate) fn clock_days(order: &SslOrderModel) -> Vec<Diagnostic> {
    [
        (
            "reissue_days_before_expiry",
            &order.reissue_days_before_expiry,
        ),
        ("renew_days_before_expiry", &order.renew_days_before_expiry),
    ]
    .into_iter()
    .filter_map(|(name, days)| {
        let days = days.known().filter(|days| !CLOCK_DAYS.contains(days))?;
        Some(error(
            &AttributePath::of(name),
            "Invalid number of days",
            format!(
                "`{name}` is {days}; it takes a number of days up to {}, or 0 to switch the clock \
                 off.",
                CLOCK_DAYS.end()
            ),
        ))
    })
    .collect()
}

/// A renewal that is due before CertCentral takes it waits until then. Source:
/// <https://www.digicert.com/ssl-certificate-renewal/>
pub(crate) fn renewal_days(order: &SslOrderModel) -> Vec<Diagnostic> {
    let days = order.renew_days_before_expiry.known();
    days.filter(|days| **days > RENEWAL_DAYS && CLOCK_DAYS.contains(days))
        .map(|days| {
            warning(
                &AttributePath::of("renew_days_before_expiry"),
                "Renewal is refused this early",
                format!(
                    "`renew_days_before_expiry` is {days}, but CertCentral refuses to renew an \
                     order more than {RENEWAL_DAYS} days before its end. The renewal is planned \
                     from then on. Set {RENEWAL_DAYS} or fewer days."
                ),
            )
        })
        .into_iter()
        .collect()
}

/// CertCentral and this provider would each buy the order that follows. Source: this provider's own
/// argument.
pub(crate) fn renewed_once(order: &SslOrderModel) -> Vec<Diagnostic> {
    let by_itself = order.auto_renew == Attr::Known(true);
    let days = order.renew_days_before_expiry.known();
    days.filter(|days| by_itself && **days > 0)
        .map(|days| {
            warning(
                &AttributePath::of("auto_renew"),
                "Order may be renewed twice",
                format!(
                    "`auto_renew` is true, so CertCentral renews the order by itself before it \
                     ends, and `renew_days_before_expiry` is {days}, so Terraform renews it as \
                     well: each of the two may place a paid order. Remove one of them. With \
                     `renew_days_before_expiry` the renewal comes under Terraform; what \
                     CertCentral orders by itself does not."
                ),
            )
        })
        .into_iter()
        .collect()
}

/// CertCentral and this provider would each reissue the certificate. Source: this provider's own
/// argument.
pub(crate) fn reissued_once(order: &SslOrderModel) -> Vec<Diagnostic> {
    let by_itself = order.auto_reissue == Attr::Known(true);
    let days = order.reissue_days_before_expiry.known();
    days.filter(|days| by_itself && **days > 0)
        .map(|days| {
            warning(
                &AttributePath::of("auto_reissue"),
                "Certificate is reissued by two",
                format!(
                    "`auto_reissue` is true, so CertCentral reissues the certificate by itself 30 \
                     days before it ends, and `reissue_days_before_expiry` is {days}, so Terraform \
                     reissues it as well. Neither costs anything, but only the reissue of \
                     Terraform stands in a plan. Remove one of them."
                ),
            )
        })
        .into_iter()
        .collect()
}

/// Durations that this provider reads. Source: this provider's own argument.
pub(crate) fn timeouts(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(timeouts) = order.timeouts.known() else {
        return Vec::new();
    };
    [
        ("create", &timeouts.create),
        ("update", &timeouts.update),
        ("delete", &timeouts.delete),
    ]
    .into_iter()
    .filter_map(|(name, given)| {
        let text = given.as_str()?;
        let reason = match humantime::parse_duration(text) {
            Ok(time) if time <= LONGEST_TIMEOUT => return None,
            Ok(_) => "longer than a year. Set a shorter duration",
            Err(_) => "not a duration",
        };
        Some(error(
            &AttributePath::of("timeouts").attribute(name),
            "Invalid duration",
            format!("`timeouts.{name}` is {text:?}, {reason} such as \"10m\" or \"1h30m\"."),
        ))
    })
    .collect()
}

/// Ids are above zero. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/account/list-custom-fields.html>
pub(crate) fn custom_field_ids(order: &SslOrderModel) -> Vec<Diagnostic> {
    known_fields(order)
        .filter_map(|field| field.metadata_id.known())
        .filter(|id| **id <= 0)
        .map(|id| {
            error(
                &AttributePath::of("custom_fields"),
                "Invalid id",
                format!(
                    "{id} is not a `metadata_id`: ids of CertCentral are whole numbers above zero. \
                     They are in CertCentral under Settings, Custom Order Fields."
                ),
            )
        })
        .collect()
}

/// A field has one value for an order. Source:
/// <https://dev.digicert.com/services-api/orders/edit-custom-field/>
pub(crate) fn custom_field_duplicates(order: &SslOrderModel) -> Vec<Diagnostic> {
    let mut fields = BTreeMap::<i64, usize>::new();
    for id in known_fields(order).filter_map(|field| field.metadata_id.known()) {
        *fields.entry(*id).or_default() += 1;
    }
    fields
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(id, count)| {
            error(
                &AttributePath::of("custom_fields"),
                "Duplicate custom field",
                format!(
                    "`metadata_id` {id} has {count} values, and an order has one value for each \
                     field. Keep one of them."
                ),
            )
        })
        .collect()
}

fn known_fields(order: &SslOrderModel) -> impl Iterator<Item = &CustomFieldModel> {
    order
        .custom_fields
        .known()
        .into_iter()
        .flat_map(|fields| &fields.0)
        .filter_map(Attr::known)
}
