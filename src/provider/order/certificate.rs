//! The certificate of an order: the chain of its key, and its days.

use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::certcentral::{ChainItem, Order, SerialNumber};
use crate::framework::Attr;
use crate::pki::{Certificate, Chain, Csr};

/// A day as the API and state write it.
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Returns the extended key usages of a certificate as an attribute.
pub(crate) fn usages(certificate: &Certificate) -> Attr<Vec<Attr<String>>> {
    let all = certificate.extended_key_usages().iter();
    Attr::Known(all.map(|usage| usage.as_str().into()).collect())
}

/// Returns a day as the API and state write it.
pub(crate) fn day(date: Date) -> String {
    date.format(DAY).unwrap_or_else(|_| date.to_string())
}

/// Returns the day that a text writes.
pub(crate) fn parse_day(text: &str) -> Option<Date> {
    Date::parse(text, DAY).ok()
}

/// Returns the chain of the order's certificate: its leaf holds the key of the CSR in state, or of
/// the CSR that CertCentral has, and the serial number that order info tells. Or why there is none.
pub(crate) fn own_chain(
    items: &[ChainItem],
    csr_in_state: Option<&str>,
    order: &Order,
) -> Result<Chain, String> {
    let pem: Vec<_> = items
        .iter()
        .filter_map(|item| item.pem.as_deref())
        .collect();
    let bundle = pem.join("\n");
    let mut reason = None;
    for csr in [csr_in_state, order.certificate.csr.as_deref()]
        .into_iter()
        .flatten()
    {
        match Csr::from_pem(csr) {
            Ok(csr) => match Chain::from_pem(&bundle, csr.public_key()) {
                Ok(chain) => match another_serial_number(&chain, order) {
                    None => return Ok(chain),
                    Some(another) => reason = Some(another),
                },
                Err(error) => reason = Some(error.to_string()),
            },
            Err(error) => {
                reason.get_or_insert(format!("the order's CSR is not readable: {error}"));
            }
        }
    }
    Err(reason.unwrap_or_else(|| "order info shows no CSR to compare it with".to_owned()))
}

/// Why a chain is another certificate's. A certificate of the same key may be one from before a
/// reissue.
fn another_serial_number(chain: &Chain, order: &Order) -> Option<String> {
    let told = order.certificate.serial_number.as_deref()?;
    let found = chain.leaf().serial_number();
    (SerialNumber(told) != SerialNumber(found)).then(|| {
        format!("it is of the certificate with serial number {found}, and order info tells {told}")
    })
}
