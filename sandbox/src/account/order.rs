//! An order as a set of facts. Its status is computed from them and never stored.

use std::sync::Arc;

use serde_json::Value;
use time::{Date, Duration, OffsetDateTime};

use crate::account::catalog::{Product, User};
use crate::account::certificate::{Certificate, Origin};
use crate::account::dcv::Domain;
use crate::account::request::{Request, RequestStatus};
use crate::account::term::Term;

/// Everything that is known of one order.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) user: &'static User,
    pub(crate) created: OffsetDateTime,
    pub(crate) wanted: Wanted,
    /// Price in whole US dollars, charged when the order is approved.
    pub(crate) price: u64,
    /// The first is the request for the order itself.
    pub(crate) requests: Vec<Request>,
    pub(crate) domains: Vec<Domain>,
    /// The certificate that the order itself asked for.
    pub(crate) first: Certificate,
    /// Reissues and duplicates in the order in which they were asked for.
    pub(crate) further: Vec<Certificate>,
    /// End of the order's coverage, known once the first certificate is issued.
    pub(crate) valid_till: Option<Date>,
    pub(crate) canceled: Option<OffsetDateTime>,
    pub(crate) revoked: Option<OffsetDateTime>,
    /// Set by the control interface, so that one order can expire without the clock.
    pub(crate) expired_by_hand: Option<OffsetDateTime>,
    /// The order that renews this one.
    pub(crate) renewed_by: Option<u64>,
    /// Oldest first.
    pub(crate) notes: Vec<Note>,
}

/// A note on an order.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) id: u64,
    pub(crate) created: OffsetDateTime,
    pub(crate) text: String,
    pub(crate) user: &'static User,
}

/// What the order's POST asked for beside the certificate, after all checks. Later changes in place
/// show here.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) product: Arc<Product>,
    pub(crate) order_validity: Term,
    pub(crate) organization_id: u64,
    pub(crate) container_id: u64,
    pub(crate) contacts: Vec<Value>,
    pub(crate) custom_fields: Vec<(u64, String)>,
    pub(crate) skip_approval: bool,
    pub(crate) renewal_of: Option<u64>,
    pub(crate) alternative_order_id: Option<String>,
    pub(crate) comments: String,
    pub(crate) payment_method: String,
    pub(crate) dcv_method: String,
    pub(crate) additional_emails: Vec<String>,
    pub(crate) auto_renew: u64,
    pub(crate) custom_renewal_message: Option<String>,
    pub(crate) auto_reissue: u64,
    pub(crate) disable_renewal_notifications: bool,
    pub(crate) disable_ct: bool,
    pub(crate) disable_issuance_email: bool,
}

/// Status of an order, in the API's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    NeedsApproval,
    Pending,
    Processing,
    Issued,
    ReissuePending,
    Expired,
    Revoked,
    Canceled,
    Rejected,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NeedsApproval => "needs_approval",
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Issued => "issued",
            Self::ReissuePending => "reissue_pending",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Canceled => "canceled",
            Self::Rejected => "rejected",
        }
    }
}

impl Order {
    pub(crate) fn status(&self, now: OffsetDateTime) -> Status {
        let request = self.requests.first().map(|request| request.status);
        if request == Some(RequestStatus::Rejected) {
            return Status::Rejected;
        }
        if self.canceled.is_some() {
            return Status::Canceled;
        }
        if self.revoked.is_some() {
            return Status::Revoked;
        }
        let primary = self.primary();
        if primary.issued.is_some() {
            return if self.expired_by_hand.is_some() || self.has_ended(now.date()) {
                Status::Expired
            } else if self.pending_reissue().is_some() {
                Status::ReissuePending
            } else {
                Status::Issued
            };
        }
        if !self.is_approved() {
            Status::NeedsApproval
        } else if primary.processing {
            Status::Processing
        } else {
            Status::Pending
        }
    }

    /// Whether its coverage has run out. Until then it can be reissued, even if its certificate has
    /// run out sooner.
    pub(crate) fn has_ended(&self, today: Date) -> bool {
        self.valid_till.is_some_and(|end| today > end)
    }

    /// The certificate in force: the latest reissue that is issued, else the first certificate.
    pub(crate) fn primary(&self) -> &Certificate {
        let reissues = self.further.iter().rev();
        reissues
            .filter(|certificate| certificate.origin == Origin::Reissue)
            .find(|certificate| certificate.issued.is_some())
            .unwrap_or(&self.first)
    }

    /// The certificate that was asked for last, issued or not: what the order is meant to become.
    /// Duplicates stand beside it.
    pub(crate) fn newest(&self) -> &Certificate {
        let reissues = self.further.iter().rev();
        reissues
            .filter(|certificate| certificate.origin == Origin::Reissue)
            .find(|certificate| !certificate.rejected)
            .unwrap_or(&self.first)
    }

    /// All certificates, the first one first.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.first).chain(&self.further)
    }

    pub(crate) fn certificates_mut(&mut self) -> impl Iterator<Item = &mut Certificate> {
        std::iter::once(&mut self.first).chain(&mut self.further)
    }

    /// The reissue that the order waits for.
    pub(crate) fn pending_reissue(&self) -> Option<&Certificate> {
        self.further
            .iter()
            .find(|certificate| certificate.origin == Origin::Reissue && certificate.is_open())
    }

    pub(crate) fn is_approved(&self) -> bool {
        self.requests
            .first()
            .is_some_and(|request| request.status == RequestStatus::Approved)
    }

    /// Certificates that are approved and not made yet.
    pub(crate) fn approved_and_open(&self, now: OffsetDateTime) -> Vec<u64> {
        let open = matches!(
            self.status(now),
            Status::Pending | Status::Processing | Status::Issued | Status::ReissuePending
        );
        self.certificates()
            .filter(|certificate| open && certificate.is_open() && self.may_have_id(certificate))
            .map(|certificate| certificate.id)
            .collect()
    }

    /// The id of the certificate in force, which exists from the approval on.
    pub(crate) fn certificate_id(&self) -> Option<u64> {
        self.id_of(self.primary())
    }

    /// The id of a certificate of this order, which exists from the approval of its request on, and
    /// which a rejected order shows as well.
    pub(crate) fn id_of(&self, certificate: &Certificate) -> Option<u64> {
        let is_rejected = self
            .requests
            .first()
            .is_some_and(|request| request.status == RequestStatus::Rejected);
        (is_rejected || self.may_have_id(certificate)).then_some(certificate.id)
    }

    fn may_have_id(&self, certificate: &Certificate) -> bool {
        self.requests.iter().any(|request| {
            request.id == certificate.request && request.status == RequestStatus::Approved
        })
    }

    /// When the status last changed.
    pub(crate) fn last_change(&self, now: OffsetDateTime) -> OffsetDateTime {
        let decided = self
            .requests
            .iter()
            .filter_map(|request| Some(request.decision.as_ref()?.date));
        let issued = self.primary().issued.as_ref();
        let ran_out = self.valid_till.and_then(|last_day| {
            let end = last_day.midnight().assume_utc() + Duration::DAY;
            (end <= now).then_some(end)
        });
        let issued = issued.map(|certificate| certificate.date_issued);
        let reissues = self.further.iter();
        let reissue_begun = reissues
            .filter(|certificate| certificate.origin == Origin::Reissue)
            .map(|certificate| certificate.created)
            .max();
        [
            issued,
            reissue_begun,
            self.canceled,
            self.revoked,
            self.expired_by_hand,
            ran_out,
        ]
        .into_iter()
        .flatten()
        .chain(decided)
        .fold(self.created, Ord::max)
    }
}
