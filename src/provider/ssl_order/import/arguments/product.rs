//! Whether this resource can hold an order, by its product.

use crate::certcentral::Order;
use crate::framework::Diagnostic;
use crate::provider::ssl_order::schema::products::Product;

/// Products of other kinds, by how their name ids begin. Source: "Glossary: product identifiers" of the Services API.
const OTHER_KINDS: [(&str, &str); 8] = [
    ("client_", "a client certificate"),
    ("class1_smime", "an S/MIME certificate"),
    ("secure_email", "an S/MIME certificate"),
    ("code_signing", "a code signing certificate"),
    ("document_signing", "a document signing certificate"),
    ("grid_", "a grid certificate"),
    ("vmc", "a mark certificate"),
    ("wildcard_dv_", "a DV TLS certificate"),
];

/// An error for an order of another kind; a warning for a product that is not known.
pub(crate) fn check(order: &Order) -> Result<Option<Diagnostic>, Diagnostic> {
    let product = order.product.as_ref();
    let name_id = product
        .and_then(|product| product.name_id.as_deref())
        .or(order.product_name_id.as_deref())
        .unwrap_or_default();
    let validation = product.and_then(|product| product.validation_type.as_deref());
    if let Some(kind) = other_kind(name_id, validation) {
        return Err(Diagnostic::error(
            "Order of another kind of product",
            format!(
                "Order {} is of product `{name_id}`, {kind}. `digicert_ssl_order` holds orders for OV and EV TLS certificates only, so the \
                 order is not imported; nothing about it was changed.",
                order.id
            ),
        ));
    }
    let is_known = Product::named(name_id).is_some();
    Ok((!is_known).then(|| {
        Diagnostic::warning(
            "Order of an unknown product",
            format!(
                "Order {} is of product `{name_id}`, which this provider does not know. It is imported as an OV or EV TLS order. Check that it \
                 is one before you change its arguments.",
                order.id
            ),
        )
    }))
}

fn other_kind(name_id: &str, validation: Option<&str>) -> Option<&'static str> {
    if Product::named(name_id).is_some() {
        return None;
    }
    let is_dv = name_id.starts_with("ssl_dv_")
        || validation.is_some_and(|validation| validation.eq_ignore_ascii_case("dv"));
    if is_dv {
        return Some("a DV TLS certificate");
    }
    OTHER_KINDS
        .into_iter()
        .find_map(|(start, kind)| name_id.starts_with(start).then_some(kind))
}

#[cfg(test)]
mod tests {
    use super::other_kind;

    #[test]
    fn products_of_other_kinds_are_told_from_unknown_ones() {
        for (name_id, validation, kind) in [
            ("ssl_basic", Some("ov"), None),
            ("ssl_ev_basic", Some("ev"), None),
            ("ssl_basic", Some("dv"), None),
            ("ssl_dv_geotrust_flex", None, Some("a DV TLS certificate")),
            ("wildcard_dv_geotrust", None, Some("a DV TLS certificate")),
            ("ssl_new_thing", Some("DV"), Some("a DV TLS certificate")),
            ("ssl_new_thing", Some("ov"), None),
            ("private_ssl_flex", None, None),
            ("", None, None),
            ("client_premium", Some("ov"), Some("a client certificate")),
            ("secure_email_mailbox", None, Some("an S/MIME certificate")),
            (
                "code_signing_ev",
                Some("ev"),
                Some("a code signing certificate"),
            ),
            (
                "document_signing_org_1",
                None,
                Some("a document signing certificate"),
            ),
            ("vmc_basic", Some("vmc"), Some("a mark certificate")),
        ] {
            assert_eq!(other_kind(name_id, validation), kind, "{name_id}");
        }
    }
}
