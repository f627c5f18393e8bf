//! An order as a set of facts. Its status is computed from them and never stored.

use serde_json::{Value, json};
use time::{Date, Duration, Month, OffsetDateTime};

use crate::{
    account::{Product, User},
    ca::Issued,
    csr::Csr,
};

/// Everything that is known of one order.
#[derive(Debug)]
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
    /// When the organization was (or had been) validated.
    pub(crate) organization_validated: bool,
    pub(crate) certificate_id: u64,
    pub(crate) issued: Option<Issued>,
    /// End of the order's coverage, known once the first certificate is issued.
    pub(crate) valid_till: Option<Date>,
    /// How often the order was read while it could have been issued.
    pub(crate) polls: u32,
    /// The certificate is being made: the short state between validation and issuance.
    pub(crate) processing: bool,
    pub(crate) canceled: Option<OffsetDateTime>,
    pub(crate) revoked: Option<OffsetDateTime>,
    /// Set by the control interface, so that one order can expire without the clock.
    pub(crate) expired_by_hand: Option<OffsetDateTime>,
    /// The order that renews this one.
    pub(crate) renewed_by: Option<u64>,
}

/// What the order's POST asked for, after all checks.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) product: &'static Product,
    pub(crate) common_name: String,
    /// The common name first, then the others, each once.
    pub(crate) dns_names: Vec<String>,
    pub(crate) csr: Csr,
    pub(crate) signature_hash: String,
    pub(crate) server_platform: i64,
    pub(crate) client_auth: bool,
    pub(crate) cert_validity: Option<Term>,
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
    pub(crate) auto_reissue: u64,
    pub(crate) disable_renewal_notifications: bool,
    pub(crate) disable_ct: bool,
    pub(crate) disable_issuance_email: bool,
}

/// The known methods of domain control validation; all but the first use a random value.
pub(crate) const DCV_METHODS: [&str; 5] = [
    "email",
    "dns-txt-token",
    "dns-cname-token",
    "http-token",
    "http-token-dynamic",
];

impl Wanted {
    /// Whether the order can be validated this way: a file proves nothing about a wildcard.
    pub(crate) fn takes_dcv_method(&self, method: &str) -> bool {
        let has_wildcard = self.dns_names.iter().any(|name| name.starts_with("*."));
        DCV_METHODS.contains(&method) && !(has_wildcard && method.starts_with("http-token"))
    }
}

/// A validity as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    Years(u16),
    Days(u16),
    Until(Date),
}

impl Term {
    /// The last valid day when the first one is `from`.
    pub(crate) fn end(self, from: Date) -> Date {
        match self {
            Self::Years(years) => same_day(from, years) - Duration::DAY,
            Self::Days(days) => from + Duration::days(i64::from(days) - 1),
            Self::Until(date) => date,
        }
    }

    pub(crate) fn to_json(self) -> Value {
        match self {
            Self::Years(years) => json!({ "years": years }),
            Self::Days(days) => json!({ "days": days }),
            Self::Until(date) => json!({ "custom_expiration_date": date.to_string() }),
        }
    }

    /// Whole years, rounded up, as order info and prices count them.
    pub(crate) fn years(self, from: Date) -> u16 {
        let end = self.end(from);
        (1..=3)
            .find(|years| end <= Self::Years(*years).end(from))
            .unwrap_or(3)
    }
}

/// The same day a number of years later; 29 February becomes 1 March.
fn same_day(from: Date, years: u16) -> Date {
    let year = from.year() + i32::from(years);
    from.replace_year(year)
        .or_else(|_| Date::from_calendar_date(year, Month::March, 1))
        .unwrap_or(from)
}

/// A request: what approvers decide on.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) id: u64,
    pub(crate) kind: &'static str,
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

/// One base domain of an order and the state of its validation.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) dns_names: Vec<String>,
    pub(crate) validated: bool,
    pub(crate) token: String,
    pub(crate) token_expires: OffsetDateTime,
}

/// Status of an order, in the API's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    NeedsApproval,
    Pending,
    Processing,
    Issued,
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
        match &self.issued {
            Some(_) if self.expired_by_hand.is_some() => Status::Expired,
            Some(certificate) if now.date() > certificate.valid_till => Status::Expired,
            Some(_) => Status::Issued,
            None if !self.is_approved() => Status::NeedsApproval,
            None if self.processing => Status::Processing,
            None => Status::Pending,
        }
    }

    pub(crate) fn is_approved(&self) -> bool {
        self.requests
            .first()
            .is_some_and(|request| request.status == RequestStatus::Approved)
    }

    pub(crate) fn is_validated(&self) -> bool {
        self.organization_validated && self.domains.iter().all(|domain| domain.validated)
    }

    /// Approved, validated, open and without a certificate.
    pub(crate) fn can_be_issued(&self, now: OffsetDateTime) -> bool {
        let waiting = matches!(self.status(now), Status::Pending | Status::Processing);
        waiting && self.is_validated()
    }

    /// The certificate id, which exists from the approval on.
    pub(crate) fn certificate_id(&self) -> Option<u64> {
        self.is_approved().then_some(self.certificate_id)
    }

    /// When the status last changed.
    pub(crate) fn last_change(&self, now: OffsetDateTime) -> OffsetDateTime {
        let decided = self
            .requests
            .iter()
            .filter_map(|request| Some(request.decision.as_ref()?.date));
        let ran_out = self.issued.as_ref().and_then(|certificate| {
            let end = certificate.valid_till.midnight().assume_utc() + Duration::DAY;
            (end <= now).then_some(end)
        });
        let issued = self
            .issued
            .as_ref()
            .map(|certificate| certificate.date_issued);
        [
            issued,
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

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_term_counts_both_its_first_and_its_last_day() {
        let from = date!(2026 - 04 - 14);
        assert_eq!(Term::Days(199).end(from), date!(2026 - 10 - 29));
        assert_eq!(Term::Years(1).end(from), date!(2027 - 04 - 13));
        assert_eq!(
            Term::Years(1).end(date!(2028 - 02 - 29)),
            date!(2029 - 02 - 28)
        );
        assert_eq!(Term::Days(366).years(from), 2);
    }
}
