//! Rules about single values: products, enumerations, ids, addresses.

use super::{error, warning};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::product::{PRODUCTS, Product};

/// The provider's own arguments: other values have no meaning.
const OWN_CHOICES: [(&str, &[&str]); 4] = [
    ("wait_for", &["auto", "issued", "none"]),
    ("on_destroy", &["retain", "cancel", "revoke"]),
    (
        "revocation_reason",
        &[
            "unspecified",
            "keyCompromise",
            "affiliationChanged",
            "superseded",
            "cessationOfOperation",
        ],
    ),
    ("duplicate_order_check", &["error", "warn", "off"]),
];

/// The API's arguments: it may know more values than these.
const API_CHOICES: [(&str, &[&str]); 2] = [
    ("payment_method", &["balance", "card", "profile"]),
    (
        "dcv_method",
        &[
            "email",
            "dns-txt-token",
            "dns-cname-token",
            "http-token",
            "http-token-dynamic",
        ],
    ),
];

/// A product that is not known is a warning: accounts differ and DigiCert adds products.
pub(super) fn product(order: &SslOrderModel) -> Vec<Diagnostic> {
    let path = AttributePath::of("product_name_id");
    match order.product_name_id.as_str() {
        Some(name) if name.is_empty() || !name.chars().all(is_name_character) => vec![error(
            &path,
            "Invalid product",
            format!(
                "{name:?} is not a product name id: those are made of a-z, 0-9 and underscores, such as \"ssl_basic\"."
            ),
        )],
        Some(name) if Product::named(name).is_none() => vec![warning(
            &path,
            "Unknown product",
            format!(
                "{name:?} is none of the products that this provider knows ({}). It is sent as it is; CertCentral refuses products that are \
                 not enabled for the account.",
                PRODUCTS.map(|p| p.name_id).join(", ")
            ),
        )],
        _ => Vec::new(),
    }
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}

/// The products of the API page take only SHA-256.
pub(super) fn signature_hash(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(hash) = order.signature_hash.as_str() else {
        return Vec::new();
    };
    let path = AttributePath::of("signature_hash");
    if !matches!(hash, "sha256" | "sha384" | "sha512") {
        return vec![error(
            &path,
            "Invalid signature hash",
            format!(
                "`signature_hash` is {hash:?}; it takes \"sha256\", for some products also \"sha384\" or \"sha512\"."
            ),
        )];
    }
    match Product::of(order).filter(|p| p.of_the_page && hash != "sha256") {
        Some(product) => vec![error(
            &path,
            "Invalid signature hash",
            format!(
                "`{}` is issued with \"sha256\" only; `signature_hash` is {hash:?}.",
                product.name_id
            ),
        )],
        None => Vec::new(),
    }
}

/// Arguments with a closed or open list of values.
pub(super) fn enumerations(order: &SslOrderModel) -> Vec<Diagnostic> {
    let value = |name: &str| match name {
        "wait_for" => order.wait_for.as_str(),
        "on_destroy" => order.on_destroy.as_str(),
        "revocation_reason" => order.revocation_reason.as_str(),
        "duplicate_order_check" => order.duplicate_order_check.as_str(),
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
        let value = value(name).filter(|value| !choices.contains(value))?;
        Some(warning(
            &AttributePath::of(*name),
            "Unknown value",
            format!(
                "`{name}` is {value:?}; this provider knows {}. It is sent as it is; CertCentral may refuse it.",
                quoted(choices)
            ),
        ))
    });
    own.chain(api).collect()
}

fn quoted(choices: &[&str]) -> String {
    let quoted: Vec<_> = choices.iter().map(|choice| format!("{choice:?}")).collect();
    match quoted.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        _ => quoted.concat(),
    }
}

/// Ids of CertCentral are above zero.
pub(super) fn ids(order: &SslOrderModel) -> Vec<Diagnostic> {
    let mut ids = vec![
        (AttributePath::of("container_id"), &order.container_id),
        (
            AttributePath::of("renewal_of_order_id"),
            &order.renewal_of_order_id,
        ),
    ];
    let fields = order.custom_fields.known();
    for field in fields
        .into_iter()
        .flat_map(|set| &set.0)
        .filter_map(Attr::known)
    {
        ids.push((AttributePath::of("custom_fields"), &field.metadata_id));
    }
    ids.into_iter()
        .filter_map(|(path, id)| {
            let id = id.known().filter(|id| **id <= 0)?;
            Some(error(
                &path,
                "Invalid id",
                format!("{id} is not an id: ids of CertCentral are whole numbers above zero. Leave the argument out to use the default."),
            ))
        })
        .collect()
}

/// Notification addresses have a local part and a domain.
pub(super) fn emails(order: &SslOrderModel) -> Vec<Diagnostic> {
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

fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}

/// A SHA-1 thumbprint.
pub(super) fn thumbprint(order: &SslOrderModel) -> Vec<Diagnostic> {
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

/// The API's own limits are not documented; what cannot be part of a URL path is refused.
pub(super) fn alternative_order_id(order: &SslOrderModel) -> Vec<Diagnostic> {
    order
        .alternative_order_id
        .as_str()
        .filter(|text| text.is_empty() || text.len() > 128 || text.chars().any(char::is_control))
        .map(|_| {
            error(
                &AttributePath::of("alternative_order_id"),
                "Invalid alternative order id",
                "`alternative_order_id` takes 1 to 128 characters without control characters. Leave it out to have one derived from the order.",
            )
        })
        .into_iter()
        .collect()
}

/// The two clocks count days ahead; zero switches them off.
pub(super) fn clock_days(order: &SslOrderModel) -> Vec<Diagnostic> {
    [
        (
            "reissue_days_before_expiry",
            &order.reissue_days_before_expiry,
        ),
        ("renew_days_before_expiry", &order.renew_days_before_expiry),
    ]
    .into_iter()
    .filter_map(|(name, days)| {
        let days = days.known().filter(|days| **days < 0)?;
        Some(error(
            &AttributePath::of(name),
            "Invalid number of days",
            format!("`{name}` is {days}; it takes a number of days, or 0 to switch the clock off."),
        ))
    })
    .collect()
}

/// Durations that this provider reads.
pub(super) fn timeouts(order: &SslOrderModel) -> Vec<Diagnostic> {
    let Some(timeouts) = order.timeouts.known() else {
        return Vec::new();
    };
    [
        ("create", &timeouts.create),
        ("update", &timeouts.update),
        ("delete", &timeouts.delete),
    ]
    .into_iter()
    .filter_map(|(name, given)| Some((name, given.as_str()?)))
    .filter(|(_, text)| humantime::parse_duration(text).is_err())
    .map(|(name, text)| {
        error(
            &AttributePath::of("timeouts").attribute(name),
            "Invalid duration",
            format!("{text:?} is not a duration such as \"10m\" or \"1h30m\"."),
        )
    })
    .collect()
}
