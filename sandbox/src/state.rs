//! The account's memory behind one lock, and the steps by which an order moves on.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration as StdDuration,
};

use time::{Duration, OffsetDateTime};

use crate::{
    account::{self, Organization, Role, User},
    ca::{Authority, Leaf},
    clock::Clock,
    faults::Rules,
    journal::{Journal, Summary},
    order::{Decision, Order, Request, RequestStatus, Status, Term, Wanted},
    settings::{Approval, Behavior, Issuance, Settings},
};

/// The state as every handler shares it.
pub(crate) struct Shared(Mutex<State>);

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self(Mutex::new(state))
    }

    /// Locks the state. A handler that panicked while it held the lock has failed its own test already.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) behavior: Behavior,
    pub(crate) max_certificate_days: u16,
    pub(crate) required_custom_fields: Vec<u64>,
    pub(crate) authority: Authority,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) orders: BTreeMap<u64, Order>,
    pub(crate) journal: Journal,
    pub(crate) rules: Rules,
    recent_calls: HashMap<String, VecDeque<OffsetDateTime>>,
    ids: Ids,
}

/// The last number given of each kind. Orders and certificates start above 2^31, so that a client that keeps ids in
/// 32 bits fails here and not in production.
struct Ids {
    order: u64,
    certificate: u64,
    request: u64,
    domain: u64,
    organization: u64,
}

fn next(counter: &mut u64) -> u64 {
    *counter += 1;
    *counter
}

impl State {
    pub(crate) fn new(settings: Settings) -> Result<Self, rcgen::Error> {
        let clock = Clock::new(settings.start_at, settings.clock_runs);
        Ok(Self {
            authority: Authority::new(clock.now())?,
            clock,
            behavior: settings.behavior,
            max_certificate_days: settings.max_certificate_days,
            required_custom_fields: settings.required_custom_fields,
            organizations: account::organizations(),
            orders: BTreeMap::new(),
            journal: Journal::default(),
            rules: Rules::default(),
            recent_calls: HashMap::new(),
            ids: Ids {
                order: 2_147_500_000,
                certificate: 3_001_200_000,
                request: 4_400_000,
                domain: 901_000,
                organization: 790_000,
            },
        })
    }

    pub(crate) fn next_domain_id(&mut self) -> u64 {
        next(&mut self.ids.domain)
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    pub(crate) fn advance(&mut self, by: StdDuration) {
        self.clock.advance(by);
    }

    /// Counts a call of `key` and says whether the rolling windows let it in. Refused calls do not count.
    pub(crate) fn admit(&mut self, key: &str) -> bool {
        let Some(limit) = self.behavior.rate_limit else {
            return true;
        };
        let now = self.now();
        let calls = self.recent_calls.entry(key.to_owned()).or_default();
        while calls
            .front()
            .is_some_and(|call| now - *call >= Duration::seconds(180))
        {
            calls.pop_front();
        }
        let latest = calls
            .iter()
            .rev()
            .take_while(|call| now - **call < Duration::seconds(5))
            .count();
        let admitted = calls.len() < limit.per_180_seconds && latest < limit.per_5_seconds;
        if admitted {
            calls.push_back(now);
        }
        admitted
    }

    pub(crate) fn organization(&self, id: u64) -> Option<&Organization> {
        self.organizations.iter().find(|item| item.id == id)
    }

    /// Adds an organization that came with an order; it has yet to be validated.
    pub(crate) fn add_organization(&mut self, mut organization: Organization) -> u64 {
        organization.id = next(&mut self.ids.organization);
        let id = organization.id;
        self.organizations.push(organization);
        id
    }

    /// An order by its id, or by the serial number or thumbprint of its certificate.
    pub(crate) fn find_order(&self, key: &str) -> Option<&Order> {
        if let Some(order) = key.parse().ok().and_then(|id: u64| self.orders.get(&id)) {
            return Some(order);
        }
        self.orders.values().find(|order| {
            order.issued.as_ref().is_some_and(|certificate| {
                certificate.serial_number.eq_ignore_ascii_case(key)
                    || certificate.thumbprint.eq_ignore_ascii_case(key)
            })
        })
    }

    pub(crate) fn order_of_certificate(&self, id: u64) -> Option<&Order> {
        self.orders
            .values()
            .find(|order| order.certificate_id() == Some(id))
    }

    pub(crate) fn order_of_request(&mut self, id: u64) -> Option<&mut Order> {
        self.orders
            .values_mut()
            .find(|order| order.requests.iter().any(|request| request.id == id))
    }

    /// Creates the order. The answer shows its request unless the second value is false.
    pub(crate) fn place(
        &mut self,
        wanted: Wanted,
        user: &'static User,
    ) -> Result<(u64, bool), rcgen::Error> {
        let now = self.now();
        let id = next(&mut self.ids.order);
        let may_approve = user.role == Role::Administrator;
        let (status, shown) = match self.behavior.approval {
            Approval::TwoStep if !may_approve => (RequestStatus::Submitted, true),
            _ if !may_approve => (RequestStatus::Pending, true),
            _ if wanted.skip_approval => (RequestStatus::Approved, false),
            Approval::None => (RequestStatus::Approved, false),
            Approval::OneStep => (RequestStatus::Pending, true),
            Approval::TwoStep => (RequestStatus::Submitted, true),
            Approval::Auto => (RequestStatus::Approved, true),
        };
        let request = Request {
            id: next(&mut self.ids.request),
            kind: "new_request",
            date: now,
            status,
            requester: user,
            comments: wanted.comments.clone(),
            reviewer: None,
            decision: (status == RequestStatus::Approved).then_some(Decision {
                date: now,
                by: user,
                comment: None,
            }),
        };
        if let Some(renewed) = wanted.renewal_of.and_then(|old| self.orders.get_mut(&old)) {
            renewed.renewed_by = Some(id);
        }
        let order = Order {
            id,
            user,
            created: now,
            price: price(&wanted, now),
            requests: vec![request],
            domains: self.domains(&wanted, now)?,
            organization_validated: self
                .organization(wanted.organization_id)
                .is_some_and(|organization| organization.validated),
            certificate_id: next(&mut self.ids.certificate),
            issued: None,
            valid_till: None,
            polls: 0,
            processing: false,
            canceled: None,
            revoked: None,
            expired_by_hand: None,
            renewed_by: None,
            wanted,
        };
        self.orders.insert(id, order);
        self.settle(id)?;
        Ok((id, shown))
    }

    /// Issues the order's certificate if nothing is missing and the account issues at once.
    pub(crate) fn settle(&mut self, id: u64) -> Result<(), rcgen::Error> {
        let now = self.now();
        let ready = self
            .orders
            .get(&id)
            .is_some_and(|order| order.can_be_issued(now));
        if ready && self.behavior.issuance == Issuance::Immediate {
            self.issue(id)?;
        }
        Ok(())
    }

    /// Counts one reading of the order's status, which may be what its issuance waits for.
    pub(crate) fn poll(&mut self, id: u64) -> Result<(), rcgen::Error> {
        let now = self.now();
        let issuance = self.behavior.issuance;
        let Some(order) = self
            .orders
            .get_mut(&id)
            .filter(|order| order.can_be_issued(now))
        else {
            return Ok(());
        };
        match issuance {
            Issuance::AfterPolls(polls) if order.polls < polls => {
                order.polls += 1;
                order.processing = order.polls == polls;
                Ok(())
            }
            Issuance::AfterPolls(_) | Issuance::Immediate => self.issue(id),
            Issuance::Manual => Ok(()),
        }
    }

    /// Signs the certificate of an order, whatever the settings say.
    pub(crate) fn issue(&mut self, id: u64) -> Result<(), rcgen::Error> {
        let now = self.clock.now();
        let today = self.clock.today();
        let Some(order) = self.orders.get_mut(&id) else {
            return Ok(());
        };
        let Some(organization) = self
            .organizations
            .iter()
            .find(|item| item.id == order.wanted.organization_id)
        else {
            return Ok(());
        };
        let order_end = order.wanted.order_validity.end(today);
        let longest = Term::Days(self.max_certificate_days).end(today);
        let requested = order
            .wanted
            .cert_validity
            .map_or(order_end, |term| term.end(today));
        let leaf = Leaf {
            public_key_der: &order.wanted.csr.public_key_der,
            common_name: &order.wanted.common_name,
            dns_names: &order.wanted.dns_names,
            organization: &organization.name,
            city: &organization.city,
            state: &organization.state,
            country: &organization.country,
            client_auth: order.wanted.client_auth,
            valid_from: today,
            valid_till: longest.min(requested).min(order_end),
        };
        order.issued = Some(self.authority.issue(&leaf, now)?);
        order.valid_till = Some(order_end);
        order.processing = false;
        Ok(())
    }

    /// What the account did so far.
    pub(crate) fn summary(&self) -> Summary {
        let now = self.now();
        let mut summary = Summary::default();
        for order in self.orders.values() {
            summary.orders_created += 1;
            if order.is_approved() {
                summary.orders_charged += 1;
                summary.charges_total += order.price;
            }
            let counter = match order.status(now) {
                Status::NeedsApproval => &mut summary.needs_approval,
                Status::Pending | Status::Processing => &mut summary.pending,
                Status::Issued => &mut summary.issued,
                Status::Expired => &mut summary.expired,
                Status::Revoked => &mut summary.revoked,
                Status::Canceled => &mut summary.canceled,
                Status::Rejected => &mut summary.rejected,
            };
            *counter += 1;
        }
        summary
    }
}

/// Price of an order: each name costs the product's unit price per started year.
fn price(wanted: &Wanted, now: OffsetDateTime) -> u64 {
    let years = u64::from(wanted.order_validity.years(now.date()));
    let names = u64::try_from(wanted.dns_names.len()).unwrap_or(u64::MAX);
    wanted.product.unit_price * years * names
}
