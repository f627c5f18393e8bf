//! Rules about values that only look like values: elements that are null, texts that are blank.

use super::{error, warning};
use crate::framework::{Attr, AttributePath, Diagnostic, Set};
use crate::provider::ssl_order::model::SslOrderModel;

/// A list or a set has no element that is null, because the API's have none. Elements of a set have no address.
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
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

/// A blank text chooses nothing: an error where the API takes one of several values, a warning where it takes a name.
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
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
                format!("`{name}` is blank, which names nothing. Leave it out, or set it to null, to use the default."),
            )
        })
        .collect()
}
