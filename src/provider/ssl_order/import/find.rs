//! From the serial number or thumbprint of a certificate to the id of its order, by reads only.
//!
//! Order info takes both in place of an order id, but only of the primary certificate. The order
//! list also takes the serial numbers of others. Source: "Order info" and "List orders" of the
//! Services API.

use crate::certcentral::{
    Client, Error, ListedOrder, Order, OrderFilter, OrderId, OrderRef, SerialNumber,
};
use crate::framework::Diagnostic;
use crate::provider::order::api_error;
use crate::provider::order::status::Absence;

/// Orders that an error names before the rest is counted.
const SHOWN_ORDERS: usize = 10;

/// The order whose certificate has that serial number, which comes without leading zeros.
pub(crate) async fn by_serial(client: &Client, serial: &str) -> Result<OrderId, Diagnostic> {
    let doing = format!("looking for the certificate with serial number {serial}");
    for spelling in spellings(serial) {
        if let Some(order) = shown(client, OrderRef::SerialNumber(spelling), &doing).await? {
            return Ok(order.id);
        }
    }
    let listed = listed(client, serial, &doing).await?;
    match listed.as_slice() {
        [order] if is_serial(order.certificate.serial_number.as_deref(), serial) => Ok(order.id),
        [order] if has_further(client, order.id, serial, &doing).await? => Ok(order.id),
        [] | [_] => Err(not_found(
            &format!("serial number {serial}"),
            "Check the digits",
        )),
        several => Err(ambiguous(several, serial)),
    }
}

/// The orders that the list gives for a serial number.
async fn listed(
    client: &Client,
    serial: &str,
    doing: &str,
) -> Result<Vec<ListedOrder>, Diagnostic> {
    for spelling in spellings(serial) {
        let filter = OrderFilter {
            serial_number: Some(spelling),
            ..OrderFilter::default()
        };
        let orders = client
            .orders(&filter)
            .await
            .map_err(|error| api_error::diagnostic(&error, doing))?;
        if !orders.is_empty() {
            return Ok(orders);
        }
    }
    Ok(Vec::new())
}

fn ambiguous(orders: &[ListedOrder], serial: &str) -> Diagnostic {
    let ids: Vec<_> = orders
        .iter()
        .take(SHOWN_ORDERS)
        .map(|order| order.id.to_string())
        .collect();
    let more = match orders.len().saturating_sub(SHOWN_ORDERS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Diagnostic::error(
        "Several orders have this serial number",
        format!(
            "CertCentral lists the orders {}{more} for serial number {serial}. Import the one that \
             is meant by its order id.",
            ids.join(", ")
        ),
    )
}

/// The order whose primary certificate has that thumbprint.
pub(crate) async fn by_thumbprint(
    client: &Client,
    thumbprint: &str,
) -> Result<OrderId, Diagnostic> {
    let doing = format!("looking for the certificate with thumbprint {thumbprint}");
    let key = OrderRef::Thumbprint(thumbprint.to_owned());
    match shown(client, key, &doing).await? {
        Some(order) => Ok(order.id),
        None => Err(not_found(
            &format!("thumbprint {thumbprint}"),
            "CertCentral finds only the certificate in force by its thumbprint, no duplicate and \
             none that was reissued: import those by serial number or order id. If 40 digits are a \
             serial number, write serial_number: before them. Check the digits",
        )),
    }
}

/// Whether a reissue or duplicate of the order has the serial number: an order that the list merely
/// gives proves nothing.
async fn has_further(
    client: &Client,
    order: OrderId,
    serial: &str,
    doing: &str,
) -> Result<bool, Diagnostic> {
    let failed = |error: Error| api_error::diagnostic(&error, doing);
    let mut certificates = client.reissues(order).await.map_err(failed)?;
    certificates.extend(client.duplicates(order).await.map_err(failed)?);
    Ok(certificates
        .iter()
        .any(|certificate| is_serial(certificate.serial_number.as_deref(), serial)))
}

/// The order that CertCentral shows for a key; none if it knows no such thing. CertCentral may take
/// decimal digits for an order id: what is about another certificate than the one that was asked
/// for is none either.
async fn shown(client: &Client, key: OrderRef, doing: &str) -> Result<Option<Order>, Diagnostic> {
    match client.order(key).await {
        Err(Error::AboutAnother { .. }) => Ok(None),
        shown => Absence::UnknownNumber.or_order(shown, doing),
    }
}

/// CertCentral writes whole bytes; the number itself is tried where that differs.
fn spellings(serial: &str) -> Vec<String> {
    if serial.len().is_multiple_of(2) {
        vec![serial.to_owned()]
    } else {
        vec![format!("0{serial}"), serial.to_owned()]
    }
}

fn is_serial(shown: Option<&str>, serial: &str) -> bool {
    shown.is_some_and(|shown| SerialNumber(shown) == SerialNumber(serial))
}

fn not_found(what: &str, advice: &str) -> Diagnostic {
    Diagnostic::error(
        "No order found to import",
        format!(
            "CertCentral shows this API key no order whose certificate has {what}. The certificate \
             may be of another account, or its order in a container (division) that the key does \
             not see. {advice}, or use a key that sees the container. Nothing was imported."
        ),
    )
}
