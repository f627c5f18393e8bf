//! Ends: decisions on requests, cancelled reissues, revocations.

use time::OffsetDateTime;

use crate::account::catalog::User;
use crate::account::order::{Decision, Order, Request, RequestStatus};
use crate::account::placement::Asked;
use crate::account::state::{State, next};
use crate::settings::Approval;

/// Type of the request for a revocation.
pub(crate) const REVOKE: &str = "revoke";

/// A decision before it is written down.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    pub(crate) status: RequestStatus,
    pub(crate) by: &'static User,
    pub(crate) comment: Option<String>,
}

impl State {
    /// Asks approvers for a revocation of the order, or of one of its certificates, and returns the request.
    pub(crate) fn request_revocation(
        &mut self,
        id: u64,
        certificate: Option<u64>,
        asked: Asked,
    ) -> Option<&Request> {
        let date = self.now();
        let request = Request {
            id: next(&mut self.ids.request),
            kind: REVOKE,
            certificate,
            date,
            status: match self.behavior.approval {
                Approval::TwoStep => RequestStatus::Submitted,
                Approval::None | Approval::OneStep | Approval::Auto => RequestStatus::Pending,
            },
            requester: asked.by,
            comments: asked.comments,
            reviewer: None,
            decision: None,
        };
        let order = self.orders.get_mut(&id)?;
        order.requests.push(request);
        order.requests.last()
    }
}

impl Order {
    /// Revokes one certificate, or the order with all its certificates. The order stays issued in the former case.
    pub(crate) fn revoke(&mut self, certificate: Option<u64>, now: OffsetDateTime) {
        if certificate.is_none() {
            self.revoked = Some(now);
        }
        for one in self.certificates_mut() {
            if one.issued.is_some() && certificate.is_none_or(|id| id == one.id) {
                one.revoke_at(now);
            }
        }
    }

    /// Ends a request with a decision, and draws the consequences that need no certificate authority.
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

    /// Cancels the reissue that the order waits for; its request counts as rejected.
    pub(crate) fn cancel_reissue(&mut self, by: &'static User, note: &str, now: OffsetDateTime) {
        let Some(reissue) = self.pending_reissue() else {
            return;
        };
        let request = reissue.request;
        let verdict = Verdict {
            status: RequestStatus::Rejected,
            by,
            comment: Some(note.to_owned()),
        };
        self.decide(request, verdict, now);
    }

    fn give_up(&mut self, certificate: u64) {
        if let Some(certificate) = self.further.iter_mut().find(|one| one.id == certificate) {
            certificate.rejected = true;
            certificate.processing = false;
        }
        // Domains that only it named need no validation any more.
        self.domains.retain(|domain| domain.validated);
    }
}
