//! The certificate of an order: the chain of its key, and its days.

use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::certcentral::{ChainItem, Order};
use crate::pki::{Chain, Csr};

/// A day as the API and state write it.
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// Returns a day as the API and state write it.
pub(crate) fn day(date: Date) -> String {
    date.format(DAY).unwrap_or_else(|_| date.to_string())
}

/// Returns the day that a text writes.
pub(crate) fn parse_day(text: &str) -> Option<Date> {
    Date::parse(text, DAY).ok()
}

/// Returns the chain whose leaf holds the key of the CSR in state, or of the CSR that CertCentral has; or why there is none.
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
                Ok(chain) => return Ok(chain),
                Err(error) => reason = Some(error.to_string()),
            },
            Err(error) => {
                reason.get_or_insert(format!("the order's CSR is not readable: {error}"));
            }
        }
    }
    Err(reason.unwrap_or_else(|| "order info shows no CSR to compare it with".to_owned()))
}
