//! What other people of the account do to an order in CertCentral's console: another certificate,
//! and a renewal, by hand or by the account itself.

use rcgen::{CertificateParams, KeyPair};
use serde::Deserialize;
use time::Duration;

use super::operator_actions::MoveError;
use crate::account::catalog::APPROVER;
use crate::account::certificate::Origin;
use crate::account::csr;
use crate::account::order::{Order, Status};
use crate::account::request::NewRequest;
use crate::account::state::State;

/// How long before its end CertCentral renews an order by itself where `auto_renew` is set.
const AUTO_RENEWAL: Duration = Duration::days(30);
/// How long before its end CertCentral reissues a certificate by itself where `auto_reissue` is
/// set.
const AUTO_REISSUE: Duration = Duration::days(30);

/// What a colleague changes by a reissue; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColleagueReissue {
    /// Another common name.
    pub common_name: Option<String>,
    /// Other further names; the common name need not be among them.
    pub dns_names: Option<Vec<String>>,
    /// Another signing request, as PEM.
    pub csr: Option<String>,
    /// Whether the certificate is asked for with client authentication.
    pub client_auth: Option<bool>,
    /// Whether the certificate gets a new key, which nobody keeps.
    pub new_key: bool,
}

impl State {
    /// Reissues the certificate of an order as a colleague who may approve it.
    pub(crate) fn reissue_elsewhere(
        &mut self,
        id: u64,
        reissue: ColleagueReissue,
    ) -> Result<(), MoveError> {
        let status = self.status_of(id)?;
        let order = self.orders.get(&id).ok_or(MoveError::NoSuchOrder(id))?;
        if status != Status::Issued {
            return Err(wrong(id, status));
        }
        let mut wanted = order.primary().wanted.clone();
        if let Some(name) = reissue.common_name {
            wanted.common_name = name.to_lowercase();
        }
        if let Some(names) = reissue.dns_names {
            wanted.dns_names = names.iter().map(|name| name.to_lowercase()).collect();
        }
        wanted.dns_names.retain(|name| *name != wanted.common_name);
        wanted.dns_names.insert(0, wanted.common_name.clone());
        wanted.client_auth = reissue.client_auth.unwrap_or(wanted.client_auth);
        let request = match (reissue.csr, reissue.new_key) {
            (Some(csr), _) => Some(csr),
            (None, true) => Some(new_request().map_err(MoveError::Signing)?),
            (None, false) => None,
        };
        if let Some(request) = request {
            wanted.csr = csr::parse(&request).map_err(|_| MoveError::UnusableRequest)?;
        }
        let asked = by_colleague();
        self.add_certificate(id, Origin::Reissue, wanted, asked)
            .map_err(MoveError::Signing)?;
        Ok(())
    }

    /// Renews an order as a colleague does; returns the order that renews it.
    pub(crate) fn renew_elsewhere(&mut self, id: u64) -> Result<u64, MoveError> {
        let status = self.status_of(id)?;
        let order = self.orders.get(&id).ok_or(MoveError::NoSuchOrder(id))?;
        let had_certificate = matches!(
            status,
            Status::Issued | Status::ReissuePending | Status::Expired
        );
        if !had_certificate || self.renewed_by(order).is_some() {
            return Err(wrong(id, status));
        }
        let mut wanted = order.wanted.clone();
        wanted.renewal_of = Some(id);
        // The reference belongs to whoever placed the former order.
        wanted.alternative_order_id = None;
        wanted.skip_approval = true;
        let certificate = order.primary().wanted.clone();
        let placed = self.place(wanted, certificate, &APPROVER);
        let (renewal, _) = placed.map_err(MoveError::Signing)?;
        Ok(renewal)
    }

    /// Renews the orders that are to be renewed by themselves and whose end is near.
    pub(crate) fn renew_by_itself(&mut self) {
        let today = self.clock.today();
        let is_due = |order: &&Order| {
            let mut ends = order.valid_till.into_iter();
            order.wanted.auto_renew == 1
                && order.status(self.now()) == Status::Issued
                && self.renewed_by(order).is_none()
                && ends.any(|end| end - AUTO_RENEWAL <= today)
        };
        let due: Vec<u64> = self
            .orders
            .values()
            .filter(is_due)
            .map(|it| it.id)
            .collect();
        for id in due {
            // Signing fails for no order that has a certificate; the order would show it.
            let _ = self.renew_elsewhere(id);
        }
    }

    /// Reissues the certificates that are to be reissued by themselves, whose end is near and whose
    /// order goes on.
    pub(crate) fn reissue_by_itself(&mut self) {
        let today = self.clock.today();
        let is_due = |order: &&Order| {
            let end = order.primary().issued.as_ref().map(|it| it.valid_till);
            order.wanted.auto_reissue == 1
                && order.status(self.now()) == Status::Issued
                && end
                    .is_some_and(|end| end - AUTO_REISSUE <= today && order.valid_till > Some(end))
        };
        let due: Vec<u64> = self
            .orders
            .values()
            .filter(is_due)
            .map(|it| it.id)
            .collect();
        for id in due {
            // Signing fails for no order that has a certificate; the order would show it.
            let _ = self.reissue_elsewhere(id, ColleagueReissue::default());
        }
    }

    fn status_of(&self, id: u64) -> Result<Status, MoveError> {
        let order = self.orders.get(&id).ok_or(MoveError::NoSuchOrder(id))?;
        Ok(order.status(self.now()))
    }
}

fn wrong(order: u64, status: Status) -> MoveError {
    MoveError::WrongStatus {
        order,
        status: status.name(),
    }
}

fn by_colleague() -> NewRequest {
    NewRequest {
        by: &APPROVER,
        skip_approval: true,
        comments: String::new(),
    }
}

/// A signing request for a new key.
fn new_request() -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    CertificateParams::new(Vec::new())?
        .serialize_request(&key)?
        .pem()
}
