//! The chain of a certificate that stays the same: DigiCert replaces and revokes intermediates
//! without touching what they certified. So a refresh reads the chain again when that was done a
//! week ago, one call for all who hold the same intermediates.

use time::Date;
use tracing::debug;

use super::certificate::{day, own_chain, parse_day};
use crate::certcentral::{Client, Order, OrderStatus, SerialNumber};
use crate::framework::Diagnostic;
use crate::pki::{Certificate, Chain};
use crate::provider::session::{Session, Today};

/// How long a chain stands. Source: this provider's own choice.
const STANDS_FOR_DAYS: i64 = 7;

/// What a state holds of a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'a> {
    /// The certificate.
    pub leaf: Option<&'a str>,
    /// Its intermediates.
    pub intermediates: Option<&'a str>,
    /// The root, if it was sent.
    pub root: Option<&'a str>,
    /// The CSR, if the state has it.
    pub csr: Option<&'a str>,
}

/// When the chain of an object was read, as private data keep it.
pub(crate) type ReadOn = Option<String>;

/// Notes before a refresh what it holds: whoever holds the same reads it together.
pub(crate) fn hold(session: &Session, held: Held<'_>, read_on: &ReadOn) {
    let read_on = read_on.as_deref().and_then(parse_day);
    if let (Some(intermediates), Some(read_on)) = (held.intermediates, read_on) {
        session.holds_chain(intermediates, read_on);
    }
}

/// Notes that a chain was read just now. Whose day nobody knows begins its week, too.
pub(crate) fn note(read_on: &mut ReadOn, today: Today) {
    *read_on = today.agreed().map(day);
}

/// Returns the chain that CertCentral has by now for the certificate that the state holds, if it is
/// another one. Asks nobody before a week has passed, and nobody twice.
pub(crate) async fn another(
    session: &Session,
    client: &Client,
    order: &Order,
    held: Held<'_>,
    read_on: &mut ReadOn,
) -> Option<Chain> {
    let today = session.today();
    let (leaf, intermediates) = (leaf_in_force(order, held)?, held.intermediates?);
    if read_on.is_none() {
        note(read_on, today);
        return None;
    }
    if !is_old(session.chain_read_on(intermediates)?, today.agreed()?) {
        return None;
    }
    let now = session
        .chain_now(intermediates, ask(client, order, held.csr))
        .await?;
    note(read_on, today);
    let own = proven(leaf, &now)?;
    let has_same_root = own.root().is_none_or(|root| held.root == Some(&root.pem()));
    let is_same = own.intermediates_pem() == intermediates && has_same_root;
    (!is_same).then_some(own)
}

fn is_old(read_on: Date, today: Date) -> bool {
    (today - read_on).whole_days() >= STANDS_FOR_DAYS
}

/// The certificate in state, if it is the one that the order shows and nothing is under way.
fn leaf_in_force(order: &Order, held: Held<'_>) -> Option<Certificate> {
    let leaf = Certificate::parse_bundle(held.leaf?).ok()?.pop()?;
    let told = order.certificate.serial_number.as_deref()?;
    let is_in_force = SerialNumber(told) == SerialNumber(leaf.serial_number());
    (order.status == OrderStatus::Issued && is_in_force).then_some(leaf)
}

/// The chain is good as it is while it cannot be read, so a failure costs neither a repeat nor a
/// word.
async fn ask(client: &Client, order: &Order, csr: Option<&str>) -> Option<Chain> {
    let id = order.certificate.id?;
    let answer = client.without_repeats().certificate_chain(id).await;
    let chain = answer
        .map_err(|error| error.to_string())
        .and_then(|answer| own_chain(&answer.intermediates, csr, order));
    chain
        .inspect_err(|reason| debug!(order_id = %order.id, reason, "chain not read again"))
        .ok()
}

/// The chain of one certificate as that of another, if its intermediates certify that one, too.
fn proven(leaf: Certificate, now: &Chain) -> Option<Chain> {
    let key = leaf.public_key().to_vec();
    let issuers = now.intermediates().iter().chain(now.root()).cloned();
    let pool = std::iter::once(leaf).chain(issuers).collect();
    let own = Chain::new(pool, &key).ok()?;
    (own.intermediates() == now.intermediates()).then_some(own)
}

/// The warning of a chain that took the place of another.
pub(crate) fn replaced(order: &Order, former: &str, now: &Chain) -> Diagnostic {
    let former = Certificate::parse_bundle(former).unwrap_or_default();
    let id = order.id;
    Diagnostic::warning(
        "Certificate chain replaced by CertCentral",
        format!(
            "The certificate of order {id} is the same as before, and CertCentral now sends it \
             with other intermediates: {}, and before {}. State holds the new chain, so whatever \
             is configured with it changes with the next apply. Servers that send the former one \
             should get the new one soon: its intermediates may be revoked.",
            shown(now.intermediates()),
            shown(&former),
        ),
    )
}

fn shown(certificates: &[Certificate]) -> String {
    let shown: Vec<_> = certificates
        .iter()
        .map(|it| {
            let name = it.subject_common_name().unwrap_or("without a name");
            format!("{name} (serial number {})", it.serial_number())
        })
        .collect();
    match shown.is_empty() {
        true => "none".to_owned(),
        false => shown.join(", "),
    }
}
