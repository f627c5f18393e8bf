//! Requests: what approvers decide on, and what their decisions lead to.

use time::OffsetDateTime;

use crate::account::catalog::{Role, User};
use crate::account::order::Order;
use crate::account::revocation::REVOKE;
use crate::account::state::{State, next};
use crate::settings::Approval;

/// A request: what approvers decide on.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) id: u64,
    pub(crate) kind: &'static str,
    /// The one certificate that it is about; `None` if it is about the whole order.
    pub(crate) certificate: Option<u64>,
    pub(crate) date: OffsetDateTime,
    pub(crate) status: RequestStatus,
    pub(crate) requester: &'static User,
    pub(crate) comments: String,
    pub(crate) reviewer: Option<&'static User>,
    pub(crate) decision: Option<Decision>,
}

#[derive(Debug, Clone)]
pub(crate) struct Decision {
    pub(crate) date: OffsetDateTime,
    pub(crate) by: &'static User,
    pub(crate) comment: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestStatus {
    Submitted,
    Pending,
    Approved,
    Rejected,
}

impl RequestStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// Who asks, whether approval is to be skipped, and the note to the approver.
pub(crate) struct NewRequest {
    pub(crate) by: &'static User,
    pub(crate) skip_approval: bool,
    pub(crate) comments: String,
}

/// A decision before it is written down.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) status: RequestStatus,
    pub(crate) by: &'static User,
    pub(crate) comment: Option<String>,
}

impl State {
    /// A request of this status, which is decided already if that is `Approved`.
    pub(crate) fn new_request(
        &mut self,
        asked: NewRequest,
        kind: &'static str,
        status: RequestStatus,
    ) -> Request {
        let date = self.now();
        Request {
            id: next(&mut self.ids.request),
            kind,
            certificate: None,
            date,
            status,
            requester: asked.by,
            comments: asked.comments,
            reviewer: None,
            decision: (status == RequestStatus::Approved).then_some(Decision {
                date,
                by: asked.by,
                comment: None,
            }),
        }
    }

    /// A request for a certificate as the account's approval setting has it, and whether answers
    /// show it.
    pub(crate) fn certificate_request(
        &mut self,
        asked: NewRequest,
        kind: &'static str,
    ) -> (Request, bool) {
        let may_approve = asked.by.role == Role::Administrator;
        let (status, shown) = match self.behavior.approval {
            Approval::TwoStep if !may_approve => (RequestStatus::Submitted, true),
            _ if !may_approve => (RequestStatus::Pending, true),
            _ if asked.skip_approval => (RequestStatus::Approved, false),
            Approval::None => (RequestStatus::Approved, false),
            Approval::OneStep => (RequestStatus::Pending, true),
            Approval::TwoStep => (RequestStatus::Submitted, true),
            Approval::Auto => (RequestStatus::Approved, true),
        };
        (self.new_request(asked, kind, status), shown)
    }
}

impl Order {
    /// The oldest request that nobody has decided yet.
    pub(crate) fn waiting_request(&self) -> Option<u64> {
        let mut requests = self.requests.iter();
        let waiting = requests.find(|request| {
            matches!(
                request.status,
                RequestStatus::Pending | RequestStatus::Submitted
            )
        });
        waiting.map(|request| request.id)
    }

    /// Ends a request with a decision, and draws the consequences that need no certificate
    /// authority.
    pub(crate) fn decide(&mut self, request: u64, verdict: Verdict, now: OffsetDateTime) {
        let Some(request) = self.requests.iter_mut().find(|one| one.id == request) else {
            return;
        };
        let status = verdict.status;
        request.status = status;
        request.decision = Some(Decision {
            date: now,
            by: verdict.by,
            comment: verdict.comment,
        });
        let (kind, certificate) = (request.kind, request.certificate);
        match (status, certificate) {
            (RequestStatus::Approved, _) if kind == REVOKE => self.revoke(certificate, now),
            (RequestStatus::Rejected, Some(id)) if kind != REVOKE => self.give_up(id),
            _ => {}
        }
    }
}
