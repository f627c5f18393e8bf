//! Ends that somebody asks for: revocations and cancelled reissues.

use time::OffsetDateTime;

use crate::account::catalog::User;
use crate::account::order::Order;
use crate::account::request::{NewRequest, Request, RequestStatus, Verdict};
use crate::account::state::State;
use crate::settings::Approval;

/// Type of the request for a revocation.
pub(crate) const REVOKE: &str = "revoke";

impl State {
    /// Asks approvers for a revocation of the order, or of one of its certificates, and returns the
    /// request.
    pub(crate) fn request_revocation(
        &mut self,
        id: u64,
        certificate: Option<u64>,
        asked: NewRequest,
    ) -> Option<&Request> {
        let status = match self.behavior.approval {
            Approval::TwoStep => RequestStatus::Submitted,
            Approval::None | Approval::OneStep | Approval::Auto => RequestStatus::Pending,
        };
        let mut request = self.new_request(asked, REVOKE, status);
        request.certificate = certificate;
        let order = self.orders.get_mut(&id)?;
        order.requests.push(request);
        order.requests.last()
    }
}

impl Order {
    /// Revokes one certificate, or the order with all its certificates. The order stays issued in
    /// the former case.
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

    pub(crate) fn give_up(&mut self, certificate: u64) {
        if let Some(certificate) = self.further.iter_mut().find(|one| one.id == certificate) {
            certificate.rejected = true;
            certificate.processing = false;
        }
        // Domains that only it named need no validation any more.
        let others = self.certificates().filter(|one| !one.rejected);
        let names: Vec<String> = others
            .flat_map(|one| one.wanted.dns_names.clone())
            .collect();
        for domain in &mut self.domains {
            domain.dns_names.retain(|name| names.contains(name));
        }
        self.domains.retain(|domain| !domain.dns_names.is_empty());
    }
}
