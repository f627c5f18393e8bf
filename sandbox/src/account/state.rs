//! The account's memory behind one lock, and the counts that prove what happened.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration as StdDuration;

use time::{Duration, OffsetDateTime};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::account::ca::{Authority, Signer};
use crate::account::catalog::{self, Catalog, Organization};
use crate::account::certificate::{Certificate, Origin};
use crate::account::clock::Clock;
use crate::account::dcv::{LookupFailure, Zone};
use crate::account::limits::certificate_days;
use crate::account::order::{Order, Status};
use crate::account::snapshots::{DeferredRequest, Snapshots};
use crate::faults::chain;
use crate::faults::redirect_target::RedirectTarget;
use crate::faults::{Fault, FaultRule, Rules};
use crate::journal::{Journal, Summary};
use crate::settings::{Behavior, Settings};

/// The state as every handler shares it.
pub(crate) struct Shared(Mutex<State>);

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self(Mutex::new(state))
    }

    /// Locks the state. A handler that panicked while it held the lock has failed its own test
    /// already.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the clock, running or moved by hand, is past a point in time.
    pub(crate) async fn clock_is_past(&self, due: OffsetDateTime) {
        let mut moved = self.lock().moved.subscribe();
        loop {
            let (left, runs) = {
                let state = self.lock();
                (due - state.now(), state.clock.runs())
            };
            let Ok(left) = StdDuration::try_from(left) else {
                return;
            };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = sleep(left), if runs => {}
                // The sender lives as long as the state, so waiting cannot fail.
                _ = moved.changed() => {}
            }
        }
    }
}

pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) behavior: Behavior,
    max_certificate_days: Option<u16>,
    /// When the account began.
    pub(crate) opened: OffsetDateTime,
    /// When control over each domain was last proven.
    pub(crate) proven: BTreeMap<String, OffsetDateTime>,
    pub(crate) required_custom_fields: Vec<u64>,
    pub(crate) authority: Authority,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) orders: BTreeMap<u64, Order>,
    pub(crate) dns: Zone,
    /// Domains whose records prove nothing, and why.
    pub(crate) lookup_failures: BTreeMap<String, LookupFailure>,
    pub(crate) journal: Journal,
    pub(crate) rules: Rules,
    /// What calls may be shown that look back.
    pub(crate) snapshots: Snapshots,
    /// Requests that the account is to see later.
    pub(crate) deferred: Vec<DeferredRequest>,
    /// Every call is answered with a page until then.
    pub(crate) maintenance_until: Option<OffsetDateTime>,
    /// Where redirects lead to, once there was one.
    pub(crate) redirect_target: Option<Arc<RedirectTarget>>,
    /// Tells whoever waits for it that the clock was moved.
    pub(crate) moved: watch::Sender<()>,
    /// Keys that were accepted once and are no longer.
    pub(crate) withdrawn_keys: HashSet<String>,
    recent_calls: HashMap<String, VecDeque<OffsetDateTime>>,
    pub(crate) ids: Ids,
}

/// The last number given of each kind. Orders and certificates start above 2^31, so that a client
/// that keeps ids in 32 bits fails here and not in production.
pub(crate) struct Ids {
    pub(crate) order: u64,
    pub(crate) certificate: u64,
    pub(crate) request: u64,
    domain: u64,
    organization: u64,
    pub(crate) note: u64,
}

pub(crate) fn next(counter: &mut u64) -> u64 {
    *counter += 1;
    *counter
}

impl State {
    pub(crate) fn new(settings: Settings) -> Result<Self, rcgen::Error> {
        let clock = Clock::new(settings.start_at, settings.clock_runs);
        let mut state = Self {
            authority: Authority::new(clock.now())?,
            opened: clock.now(),
            catalog: Arc::new(Catalog::of(&settings.seed)),
            organizations: catalog::organizations(
                settings.subsidiaries,
                &settings.seed,
                clock.now(),
            ),
            clock,
            proven: BTreeMap::new(),
            behavior: settings.behavior,
            max_certificate_days: settings.max_certificate_days,
            required_custom_fields: settings.required_custom_fields,
            orders: BTreeMap::new(),
            dns: Zone::new(),
            lookup_failures: BTreeMap::new(),
            journal: Journal::default(),
            rules: Rules::default(),
            snapshots: Snapshots::default(),
            deferred: Vec::new(),
            maintenance_until: None,
            redirect_target: None,
            moved: watch::Sender::new(()),
            withdrawn_keys: HashSet::new(),
            recent_calls: HashMap::new(),
            ids: Ids {
                order: 2_147_500_000 + settings.first_id,
                certificate: 3_001_200_000 + settings.first_id,
                request: 4_400_000 + settings.first_id,
                domain: 901_000,
                organization: 790_000,
                note: 0,
            },
        };
        for rule in settings.faults {
            state.add_fault(rule);
        }
        Ok(state)
    }

    /// The longest certificate in days, both ends included.
    pub(crate) fn longest_certificate(&self) -> u16 {
        let today = self.clock.today();
        let longest = self.max_certificate_days;
        let longest = longest.unwrap_or_else(|| certificate_days(today));
        let own = self.behavior.longest_certificate_days;
        own.map_or(longest, |own| own.min(longest))
    }

    /// Puts another intermediate and another root in the place of those that certify the
    /// certificates of the account's first one.
    pub(crate) fn replace_chain(&mut self) -> Result<(), rcgen::Error> {
        let now = self.now();
        let another = chain::another(&self.authority, now)?;
        let certificates = self.orders.values_mut().flat_map(Order::certificates_mut);
        let issued = certificates.filter_map(|certificate| certificate.issued.as_mut());
        for issued in issued.filter(|issued| issued.signer == Signer::First) {
            issued.chain_pem.clone_from(&another);
        }
        self.authority.put_in_place(another);
        Ok(())
    }

    pub(crate) fn next_domain_id(&mut self) -> u64 {
        next(&mut self.ids.domain)
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    pub(crate) fn advance(&mut self, by: StdDuration) {
        self.clock.advance(by);
        self.renew_by_itself();
        self.reissue_by_itself();
        self.moved.send_replace(());
    }

    /// Adds a rule and returns its number.
    pub(crate) fn add_fault(&mut self, rule: FaultRule) -> u64 {
        if let Fault::Stale { calls } = rule.fault {
            self.snapshots.reach(calls);
            self.snapshots.keep(self.journal.last(), &self.orders);
        }
        self.rules.add_fault(rule)
    }

    /// The heads of the requests that followed a redirect of the sandbox.
    pub(crate) fn redirected(&self) -> Vec<String> {
        let target = self.redirect_target.as_ref();
        target.map_or_else(Vec::new, |target| target.seen())
    }

    /// Removes all faults and holds; what they have done to the account stays.
    pub(crate) fn clear_rules(&mut self) {
        self.rules.clear();
        self.snapshots.forget();
        self.maintenance_until = None;
    }

    pub(crate) fn in_maintenance(&self) -> bool {
        self.maintenance_until.is_some_and(|end| self.now() < end)
    }

    /// Counts a call of `key` and says whether the rolling windows let it in. Refused calls do not
    /// count.
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
            order.primary().issued.as_ref().is_some_and(|certificate| {
                certificate.serial_number.eq_ignore_ascii_case(key)
                    || certificate.thumbprint.eq_ignore_ascii_case(key)
            })
        })
    }

    /// A certificate of any order by its id, and the order.
    pub(crate) fn find_certificate(&self, id: u64) -> Option<(&Order, &Certificate)> {
        self.orders.values().find_map(|order| {
            let certificate = order
                .certificates()
                .find(|one| order.id_of(one) == Some(id))?;
            Some((order, certificate))
        })
    }

    pub(crate) fn order_of_request(&mut self, id: u64) -> Option<&mut Order> {
        self.orders
            .values_mut()
            .find(|order| order.requests.iter().any(|request| request.id == id))
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
            for certificate in order.certificates() {
                if certificate.issued.is_some() {
                    match certificate.origin {
                        Origin::New => {}
                        Origin::Reissue => summary.reissued += 1,
                        Origin::Duplicate => summary.duplicated += 1,
                    }
                    summary.certificates_revoked += u64::from(certificate.is_revoked(now));
                }
            }
            let counter = match order.status(now) {
                Status::NeedsApproval => &mut summary.needs_approval,
                Status::Pending | Status::Processing => &mut summary.pending,
                Status::Issued | Status::ReissuePending => &mut summary.issued,
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
