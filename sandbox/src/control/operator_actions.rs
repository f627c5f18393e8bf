//! Moving a single order by hand: what approvers, validators and time do in the real account.

use thiserror::Error;
use time::OffsetDateTime;

use crate::account::catalog::APPROVER;
use crate::account::certificate::Certificate;
use crate::account::order::Status;
use crate::account::request::{RequestStatus, Verdict};
use crate::account::state::State;

/// What can be done to one order from outside the imitated API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Approve the oldest of its requests that waits, review included.
    Approve,
    /// Reject the oldest of its requests that waits.
    Reject,
    /// Validate its organization and all its domains.
    Validate,
    /// Issue its certificates, reissues and duplicates too; approves and validates first where that
    /// is missing.
    Issue,
    /// Cancel it before it is issued; later, the reissue that it waits for.
    Cancel,
    /// Revoke it after it was issued.
    Revoke,
    /// Revoke the certificate in force and nothing else, as DigiCert does after a mistake of its
    /// own. The order stays issued.
    RevokeCertificate,
    /// Let the proofs of control over its domains lapse.
    Lapse,
    /// Let the validation of its organization lapse.
    LapseOrganization,
    /// Let it run out without moving the clock.
    Expire,
    /// Move it to another division.
    Container(u64),
}

impl Move {
    pub(crate) fn named(word: &str) -> Option<Self> {
        Some(match word {
            "approve" => Self::Approve,
            "reject" => Self::Reject,
            "validate" => Self::Validate,
            "issue" => Self::Issue,
            "cancel" => Self::Cancel,
            "revoke" => Self::Revoke,
            "revoke_certificate" => Self::RevokeCertificate,
            "lapse" => Self::Lapse,
            "lapse_organization" => Self::LapseOrganization,
            "expire" => Self::Expire,
            _ => return None,
        })
    }
}

/// Why an order was not moved.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MoveError {
    /// There is no such order.
    #[error("there is no order {0}")]
    NoSuchOrder(u64),
    /// The order's status does not allow it.
    #[error("order {order} is {status}, which does not allow this")]
    WrongStatus {
        /// Order id.
        order: u64,
        /// Its status in the API's words.
        status: &'static str,
    },
    /// The signing request that was given is none.
    #[error("the signing request cannot be used")]
    UnusableRequest,
    /// There is no such division.
    #[error("there is no container {0}")]
    NoSuchContainer(u64),
    /// The certificate could not be signed.
    #[error("the certificate could not be signed")]
    Signing(#[source] rcgen::Error),
}

impl State {
    pub(crate) fn apply(&mut self, id: u64, step: Move) -> Result<(), MoveError> {
        let now = self.now();
        let order = self.orders.get_mut(&id).ok_or(MoveError::NoSuchOrder(id))?;
        let status = order.status(now);
        let unfinished = matches!(
            status,
            Status::NeedsApproval | Status::Pending | Status::Processing | Status::ReissuePending
        );
        let active = matches!(status, Status::Issued | Status::ReissuePending);
        let open = order.further.iter().any(Certificate::is_open);
        let allowed = match step {
            Move::Approve | Move::Reject => {
                (unfinished || active) && order.waiting_request().is_some()
            }
            Move::Validate | Move::Issue => unfinished || active && open,
            Move::Cancel => unfinished,
            Move::Revoke | Move::RevokeCertificate | Move::Expire => active,
            Move::Container(_) | Move::Lapse | Move::LapseOrganization => true,
        };
        if !allowed {
            return Err(MoveError::WrongStatus {
                order: id,
                status: status.name(),
            });
        }
        match step {
            Move::Approve => self.decide_waiting(id, RequestStatus::Approved),
            Move::Reject => self.decide_waiting(id, RequestStatus::Rejected),
            Move::Validate => self.validate(id),
            Move::Issue => {
                self.approve_certificates(id);
                self.validate(id);
                return self.issue_ready(id).map_err(MoveError::Signing);
            }
            Move::Cancel if status == Status::ReissuePending => {
                order.cancel_reissue(&APPROVER, "cancelled by hand", now);
            }
            Move::Cancel => order.canceled = Some(now),
            Move::Revoke => order.revoke(None, now),
            Move::RevokeCertificate => {
                let certificate = order.primary().id;
                order.revoke(Some(certificate), now);
            }
            Move::Lapse => self.lapse_domains(id),
            Move::LapseOrganization => self.set_organization(id, None),
            Move::Expire => order.expired_by_hand = Some(now),
            Move::Container(container) => {
                let known = self.catalog.container(container);
                known.ok_or(MoveError::NoSuchContainer(container))?;
                order.wanted.container_id = container;
            }
        }
        self.issue_if_immediate(id).map_err(MoveError::Signing)
    }

    /// Validates the order's organization and domains, for later orders, too.
    fn validate(&mut self, id: u64) {
        let now = self.now();
        self.set_organization(id, Some(now));
        self.prove_all(id);
    }

    fn set_organization(&mut self, id: u64, validated: Option<OffsetDateTime>) {
        let order = self.orders.get(&id);
        let organization = order.map(|order| order.wanted.organization_id);
        let mut known = self.organizations.iter_mut();
        if let Some(known) = known.find(|known| Some(known.id) == organization) {
            known.validated = validated;
        }
    }

    /// Decides the oldest request that waits.
    fn decide_waiting(&mut self, id: u64, status: RequestStatus) {
        let now = self.now();
        if let Some(order) = self.orders.get_mut(&id)
            && let Some(request) = order.waiting_request()
        {
            order.decide(request, by_hand(status), now);
        }
    }

    /// Approves every certificate that waits for it, and no revocation.
    fn approve_certificates(&mut self, id: u64) {
        let now = self.now();
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        let open: Vec<u64> = order
            .certificates()
            .filter(|certificate| certificate.is_open() && order.id_of(certificate).is_none())
            .map(|certificate| certificate.request)
            .collect();
        for request in open {
            order.decide(request, by_hand(RequestStatus::Approved), now);
        }
    }
}

fn by_hand(status: RequestStatus) -> Verdict {
    Verdict {
        status,
        by: &APPROVER,
        comment: None,
    }
}
