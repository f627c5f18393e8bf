//! Moving a single order by hand: what approvers, validators and time do in the real account.

use thiserror::Error;

use crate::{
    account::{APPROVER, User},
    order::{Decision, Request, RequestStatus, Status},
    state::State,
};

/// What can be done to one order from outside the imitated API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Approve its request, review included.
    Approve,
    /// Reject its request.
    Reject,
    /// Validate its organization and all its domains.
    Validate,
    /// Issue its certificate; approves and validates first where that is missing.
    Issue,
    /// Cancel it before it is issued.
    Cancel,
    /// Revoke it after it was issued.
    Revoke,
    /// Let its certificate run out without moving the clock.
    Expire,
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
    /// The certificate could not be signed.
    #[error("the certificate could not be signed")]
    Signing(#[source] rcgen::Error),
}

impl State {
    pub(crate) fn apply(&mut self, id: u64, step: Move) -> Result<(), MoveError> {
        let now = self.now();
        let order = self.orders.get_mut(&id).ok_or(MoveError::NoSuchOrder(id))?;
        let status = order.status(now);
        let allowed = match step {
            Move::Approve | Move::Reject => status == Status::NeedsApproval,
            Move::Validate | Move::Issue | Move::Cancel => matches!(
                status,
                Status::NeedsApproval | Status::Pending | Status::Processing
            ),
            Move::Revoke | Move::Expire => status == Status::Issued,
        };
        if !allowed {
            return Err(MoveError::WrongStatus {
                order: id,
                status: status.name(),
            });
        }
        match step {
            Move::Approve => self.decide_first(id, RequestStatus::Approved),
            Move::Reject => self.decide_first(id, RequestStatus::Rejected),
            Move::Validate => self.validate(id),
            Move::Issue => {
                if status == Status::NeedsApproval {
                    self.decide_first(id, RequestStatus::Approved);
                }
                self.validate(id);
                return self.issue(id).map_err(MoveError::Signing);
            }
            Move::Cancel => order.canceled = Some(now),
            Move::Revoke => order.revoked = Some(now),
            Move::Expire => order.expired_by_hand = Some(now),
        }
        self.settle(id).map_err(MoveError::Signing)
    }

    /// Validates the order's organization and domains; the organization stays validated for later orders.
    fn validate(&mut self, id: u64) {
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        order.organization_validated = true;
        for domain in &mut order.domains {
            domain.validated = true;
        }
        let organization_id = order.wanted.organization_id;
        if let Some(organization) = self
            .organizations
            .iter_mut()
            .find(|organization| organization.id == organization_id)
        {
            organization.validated = true;
        }
    }

    fn decide_first(&mut self, id: u64, status: RequestStatus) {
        let now = self.now();
        if let Some(request) = self
            .orders
            .get_mut(&id)
            .and_then(|order| order.requests.first_mut())
        {
            decide(request, status, &APPROVER, None, now);
        }
    }
}

/// Ends a request with a decision.
pub(crate) fn decide(
    request: &mut Request,
    status: RequestStatus,
    by: &'static User,
    comment: Option<String>,
    now: time::OffsetDateTime,
) {
    request.status = status;
    request.decision = Some(Decision {
        date: now,
        by,
        comment,
    });
}
