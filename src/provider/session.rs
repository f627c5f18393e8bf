//! What one process knows of its provider block, and the client that all resources share.

mod chains;
mod estimates;
mod looks;
mod today;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::chains::Chains;
use self::estimates::Estimates;
pub(super) use self::estimates::{Answer, Asker, NoAnswer};
use self::looks::Looks;
pub(crate) use self::today::Today;
use super::order::lock::{Locked, Locks, Subject, Way};
use super::order::waiting::{Bounds, Paused, Polling};
use super::settings::{OrderDefaults, Settings};
use crate::certcentral::{
    Amount, Client, Config, Error, ListedOrder, OrderId, PriceEstimate, PriceQuery, RateWindow,
    Request,
};
use crate::framework::{Attr, Diagnostic};
use crate::pki::Chain;

/// Bound of an operation that only looks.
const TIME_TO_LOOK: Duration = Duration::from_secs(600);

/// The configured provider, shared by its resources. Empty until core configures the provider,
/// which may happen more than once in a process that a debugger keeps alive.
#[derive(Debug, Default)]
pub struct Session {
    configured: RwLock<Option<Arc<Configured>>>,
    polling: OnceLock<Arc<Polling>>,
}

#[derive(Debug)]
struct Configured {
    settings: Settings,
    client: OnceLock<Result<Client, Diagnostic>>,
    /// What resources of this configuration have: tokens of the orders that they create, and
    /// orders.
    claimed: Mutex<BTreeMap<Claimed, Purpose>>,
    /// What this configuration knows of each order that it has met.
    met: Mutex<BTreeMap<OrderId, Met>>,
    estimates: Estimates,
    looks: Looks,
    chains: Chains,
    locks: Arc<Locks>,
    /// Keys of the orders that are planned for the same names, by these names.
    planned: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

/// What only one resource of an apply may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Claimed {
    /// The token of an order that is created.
    Token(String),
    /// An order that is there.
    Order(OrderId),
}

/// What a token or an order is claimed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// A resource has it, or is about to.
    Holding,
    /// A destroy ends it.
    Ending,
}

/// What a configuration knows of an order beyond its state: what became of it elsewhere in the same
/// process.
#[derive(Debug, Default)]
struct Met {
    /// It is replaced as its plan announced: what replaces it is no duplicate.
    is_replaced: bool,
    /// What the reviewed plan of its replacement said of its end.
    reviewed_end: Option<ReviewedEnd>,
    /// A refresh has looked at it for some object.
    is_refreshed: bool,
    /// A plan imports it.
    is_imported: bool,
    /// A plan ends it.
    is_to_end: bool,
    /// What an object that let go of it and left it open was to it.
    left_behind: Option<LeftBehind>,
}

/// An order in whose place a reviewed plan buys another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replaced {
    /// Its id.
    pub order_id: i64,
    /// What the plan said of its end.
    pub end: ReviewedEnd,
}

/// What a reviewed plan said of the end of an order that it replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReviewedEnd {
    /// Why the order stays open although its end was asked for.
    pub stays: Option<String>,
    /// The marks of other objects in spite of which it ends.
    pub overridden: Vec<String>,
}

/// What an object that let go of an order was to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeftBehind {
    /// How it came by the order, as its state said.
    pub order_origin: Attr<String>,
    /// The random id by which the notes of the order name the object, as far as it was known when
    /// the object let go.
    pub adoption: Option<String>,
    /// The certificate (PEM) that it had.
    pub certificate_pem: Option<String>,
    /// Whether the notes say by now that the object holds the order no more.
    pub is_released: bool,
}

/// A resource's right to a token or an order. Given back when it is dropped, unless it is kept.
#[derive(Debug)]
pub struct Claim {
    configured: Arc<Configured>,
    claimed: Claimed,
    is_kept: bool,
}

impl Claim {
    /// Keeps the claim for the rest of the apply: there is an order, or there may be one. Only
    /// [`Claim::give_back`] ends it then, whatever happens.
    pub fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Ends the claim: there is no order for certain.
    pub fn give_back(mut self) {
        self.is_kept = false;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.is_kept {
            self.configured.claimed().remove(&self.claimed);
        }
    }
}

impl Configured {
    fn claimed(&self) -> MutexGuard<'_, BTreeMap<Claimed, Purpose>> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn met(&self) -> MutexGuard<'_, BTreeMap<OrderId, Met>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Takes over settings. Calls nothing and builds nothing: most processes of a command never
    /// make a call.
    pub fn configure(&self, settings: Settings) {
        let configured = Arc::new(Configured {
            locks: Arc::new(match settings.machine.clone() {
                Some(directory) => Locks::on_machine(directory),
                None => Locks::new(settings.isolated.is_some()),
            }),
            settings,
            client: OnceLock::new(),
            claimed: Mutex::default(),
            met: Mutex::default(),
            estimates: Estimates::default(),
            looks: Looks::default(),
            chains: Chains::default(),
            planned: Mutex::default(),
        });
        *self
            .configured
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(configured);
    }

    /// What orders use that set nothing of their own; nothing before the provider is configured.
    pub fn order_defaults(&self) -> Option<OrderDefaults> {
        self.configured()
            .map(|configured| configured.settings.order_defaults.clone())
    }

    /// The organization of an order that names none.
    pub fn default_organization(&self) -> Option<i64> {
        self.order_defaults()?.organization_id.into_known()
    }

    /// Whether orders may be revoked; not before the provider is configured.
    pub fn allow_revocation(&self) -> bool {
        self.configured()
            .is_some_and(|configured| configured.settings.guards.allow_revocation)
    }

    /// Whether the provider is known to be read-only, so that an apply of what is planned would be
    /// refused.
    pub fn read_only(&self) -> bool {
        self.configured()
            .is_some_and(|configured| configured.settings.guards.read_only == Attr::Known(true))
    }

    /// Why the outcome of a call is missing in the audit log. Told once.
    pub fn audit_trouble(&self) -> Option<String> {
        let configured = self.configured()?;
        configured.client.get()?.as_ref().ok()?.audit_trouble()
    }

    /// The API client, or the reason why no call can be made, pointing at the argument that is
    /// missing.
    pub fn client(&self) -> Result<Client, Diagnostic> {
        let configured = self.configured().ok_or_else(|| {
            Diagnostic::bug("A call to CertCentral was needed before the provider was configured.")
        })?;
        configured
            .client
            .get_or_init(|| build_client(&configured.settings))
            .clone()
    }

    /// Whether the key or the address is known only after apply, so that nothing can be called yet.
    pub fn awaits_settings(&self) -> bool {
        self.configured().is_some_and(|configured| {
            configured.settings.api_key.is_unknown() || configured.settings.base_url.is_unknown()
        })
    }

    /// The client of an operation that only looks, such as a refresh.
    pub fn client_to_look(&self, stop: &CancellationToken) -> Result<Client, Diagnostic> {
        let deadline = Instant::now() + TIME_TO_LOOK;
        Ok(self.client()?.within(deadline, stop))
    }

    /// Today, by this machine and, once CertCentral has answered a call, by its clock.
    pub(crate) fn today(&self) -> Today {
        let configured = self.configured();
        let client = configured.and_then(|configured| configured.client.get()?.clone().ok());
        Today::new(
            OffsetDateTime::now_utc().date(),
            client.and_then(|client| client.today()),
        )
    }

    /// What one order may cost; null without a limit.
    pub fn max_order_price(&self) -> Attr<Amount> {
        self.configured().map_or(Attr::Null, |configured| {
            configured.settings.max_order_price.clone()
        })
    }

    /// The answer to a price query, by `ask` unless this configuration knows it already. None where
    /// it is not worth the wait: see [`Estimates::get`].
    pub(super) async fn price(
        &self,
        query: &PriceQuery,
        asker: Asker,
        ask: impl Future<Output = Answer>,
    ) -> Option<Answer> {
        let configured = self.configured()?;
        configured.estimates.get(query, asker, ask).await
    }

    /// The price that a query was answered with, without asking.
    pub(super) fn known_price(&self, query: &PriceQuery) -> Option<PriceEstimate> {
        self.configured()?.estimates.known(query)
    }

    /// All orders of the account, by `ask` unless this configuration has asked a moment ago. None
    /// if they could not be listed: a plan does well without, and asks once.
    pub(super) async fn listed_orders(
        &self,
        ask: impl Future<Output = Option<Vec<ListedOrder>>>,
    ) -> Option<Arc<Option<Vec<ListedOrder>>>> {
        let configured = self.configured()?;
        // Who cannot be asked for a price cannot be asked for a list either, and a plan waits once.
        if configured.estimates.found_nobody() {
            return None;
        }
        let ask = async { Ok(ask.await) };
        configured.looks.orders.get(None, ask).await.ok()
    }

    /// The same if it is at hand and nothing has `changed` since, without asking.
    pub(super) async fn orders_at_hand(
        &self,
        changed: Option<OffsetDateTime>,
    ) -> Option<Vec<ListedOrder>> {
        let configured = self.configured()?;
        let at_hand = configured.looks.orders.at_hand(changed).await?;
        (*at_hand).clone()
    }

    /// The requests that wait for somebody, by `ask` unless this configuration has asked a moment
    /// ago and nothing has `changed` since.
    pub(super) async fn waiting_requests(
        &self,
        changed: Option<OffsetDateTime>,
        ask: impl Future<Output = Result<Vec<Request>, Error>>,
    ) -> Result<Arc<Vec<Request>>, Error> {
        match self.configured() {
            Some(configured) => configured.looks.requests.get(changed, ask).await,
            None => ask.await.map(Arc::new),
        }
    }

    /// Notes that an object holds these intermediates and read them on this day.
    pub(super) fn holds_chain(&self, intermediates: &str, read_on: Date) {
        if let Some(configured) = self.configured() {
            configured.chains.hold(intermediates, read_on);
        }
    }

    /// The earliest day on which an object that holds these intermediates read them.
    pub(super) fn chain_read_on(&self, intermediates: &str) -> Option<Date> {
        self.configured()?.chains.read_on(intermediates)
    }

    /// What CertCentral has in the place of these intermediates, by `ask` unless this configuration
    /// has asked already.
    pub(super) async fn chain_now(
        &self,
        intermediates: &str,
        ask: impl Future<Output = Option<Chain>>,
    ) -> Option<Chain> {
        self.configured()?.chains.now(intermediates, ask).await
    }

    /// Notes that an order for a key is planned. Returns whether one for another key is planned for
    /// the same `names`.
    pub(super) fn plan_names(&self, names: &str, key: &str) -> bool {
        let Some(configured) = self.configured() else {
            return false;
        };
        let planned = configured.planned.lock();
        let mut planned = planned.unwrap_or_else(PoisonError::into_inner);
        let keys = planned.entry(names.to_owned()).or_default();
        keys.insert(key.to_owned());
        keys.len() > 1
    }

    /// Takes the locks of an order, which all processes of this machine share. Says what ended the
    /// wait in vain.
    pub(super) async fn lock(
        &self,
        subject: &Subject,
        way: Way,
        bounds: Bounds<'_>,
    ) -> Result<Locked, Paused> {
        let configured = self.configured();
        let locks = configured.map_or_else(
            || Arc::new(Locks::new(true)),
            |configured| Arc::clone(&configured.locks),
        );
        locks.take(subject, way, bounds).await
    }

    /// The rhythm in which all waiting orders of the process are looked at.
    pub fn polling(&self) -> Arc<Polling> {
        Arc::clone(self.polling.get_or_init(Arc::default))
    }

    /// Claims a token for one create. None if another resource of this apply has it: two resources
    /// with the same content would share one order.
    pub fn claim_token(&self, token: &str) -> Option<Claim> {
        self.claim(Claimed::Token(token.to_owned()), Purpose::Holding)
    }

    /// Claims an order for one resource. None if another one of this apply has it, or ends it.
    pub fn claim_order(&self, order_id: OrderId) -> Option<Claim> {
        self.claim(Claimed::Order(order_id), Purpose::Holding)
    }

    /// Claims an order for the destroy that ends it. None if a resource of this apply has it, or
    /// another destroy.
    pub fn claim_ending(&self, order_id: OrderId) -> Option<Claim> {
        self.claim(Claimed::Order(order_id), Purpose::Ending)
    }

    /// Whether a resource of this apply has an order.
    pub fn is_held(&self, order_id: OrderId) -> bool {
        self.purpose(order_id) == Some(Purpose::Holding)
    }

    /// Whether a destroy of this apply is just ending an order.
    pub fn is_ending(&self, order_id: OrderId) -> bool {
        self.purpose(order_id) == Some(Purpose::Ending)
    }

    fn purpose(&self, order_id: OrderId) -> Option<Purpose> {
        let configured = self.configured()?;
        let claimed = configured.claimed();
        claimed.get(&Claimed::Order(order_id)).copied()
    }

    fn claim(&self, claimed: Claimed, purpose: Purpose) -> Option<Claim> {
        let configured = self.configured()?;
        match configured.claimed().entry(claimed.clone()) {
            Entry::Occupied(_) => return None,
            Entry::Vacant(free) => {
                free.insert(purpose);
            }
        }
        Some(Claim {
            configured,
            claimed,
            is_kept: false,
        })
    }

    /// Remembers that this apply replaces an order as its plan announced.
    pub fn let_go(&self, order_id: OrderId) {
        self.meet(order_id, |met| met.is_replaced = true);
    }

    /// Remembers the same of an order whose replacement was reviewed, and what was said of its end.
    /// With `create_before_destroy` that comes later, and Terraform plans it anew.
    pub(super) fn let_go_as_reviewed(&self, replaced: Replaced) {
        let Ok(order_id) = OrderId::try_from(replaced.order_id) else {
            return;
        };
        self.meet(order_id, |met| {
            met.is_replaced = true;
            met.reviewed_end = Some(replaced.end);
        });
    }

    /// What was said of the end of an order when the plan of its replacement was reviewed.
    pub(super) fn reviewed_end(&self, order_id: Option<OrderId>) -> Option<ReviewedEnd> {
        self.meet(order_id?, |met| met.reviewed_end.clone())
            .flatten()
    }

    /// Whether this apply replaces an order: it announced what it places instead.
    pub fn has_let_go(&self, order_id: OrderId) -> bool {
        self.meet(order_id, |met| met.is_replaced)
            .unwrap_or_default()
    }

    /// Remembers that an object has let go of an order and left it open.
    pub(super) fn leave_behind(&self, order_id: OrderId, left_behind: LeftBehind) {
        self.meet(order_id, |met| met.left_behind = Some(left_behind));
    }

    /// What an object of this apply left behind, for the one that takes its place.
    pub(super) fn take_over(&self, order_id: OrderId) -> Option<LeftBehind> {
        self.meet(order_id, |met| met.left_behind.take()).flatten()
    }

    /// Remembers a refresh of an order, and returns whether another object of this configuration
    /// has it, too: a process refreshes each object once.
    pub fn is_refreshed_again(&self, order_id: OrderId) -> bool {
        self.meet(order_id, |met| {
            std::mem::replace(&mut met.is_refreshed, true)
        })
        .unwrap_or_default()
    }

    /// Remembers that a plan imports an order, and returns whether it ends it elsewhere.
    pub fn imports_what_ends(&self, order_id: OrderId) -> bool {
        self.meet(order_id, |met| {
            met.is_imported = true;
            met.is_to_end
        })
        .unwrap_or_default()
    }

    /// Remembers that a plan ends an order, and returns whether it imports it elsewhere.
    pub fn ends_what_is_imported(&self, order_id: OrderId) -> bool {
        self.meet(order_id, |met| {
            met.is_to_end = true;
            met.is_imported
        })
        .unwrap_or_default()
    }

    /// Looks at what is known of an order, in one step.
    fn meet<T>(&self, order_id: OrderId, look: impl FnOnce(&mut Met) -> T) -> Option<T> {
        let configured = self.configured()?;
        let mut met = configured.met();
        Some(look(met.entry(order_id).or_default()))
    }

    fn configured(&self) -> Option<Arc<Configured>> {
        self.configured
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn build_client(settings: &Settings) -> Result<Client, Diagnostic> {
    let api_key = match &settings.api_key {
        Attr::Known(key) => key.clone(),
        Attr::Null => {
            return Err(Diagnostic::error(
                "Missing API key",
                "This operation calls CertCentral, and no API key is set. Set the argument \
                 `api_key` of the provider block, or better the environment variable \
                 DIGICERT_API_KEY. Planning new orders works without a key; a plan of existing \
                 ones does with `-refresh=false`.",
            ));
        }
        Attr::Unknown => return Err(not_known_yet("api_key")),
    };
    let Some(base_url) = settings.base_url.known() else {
        return Err(not_known_yet("base_url"));
    };
    let mut config = Config::new(base_url.clone(), api_key);
    config.timeouts.request = settings.request_timeout;
    config.timeouts.order = config.timeouts.order.max(settings.request_timeout);
    config.ca_bundle = settings.ca_bundle.clone();
    config.proxy = settings.proxy.clone();
    config.root_variables = settings.root_variables.clone();
    config.allow_revocation = settings.guards.allow_revocation;
    config.read_only = settings.guards.forbid_changes();
    config.max_orders = settings.guards.max_orders.known().copied();
    config.audit_log = settings.guards.audit_log.known().cloned();
    config.max_retries = settings.max_retries;
    config.leave = settings.leave.clone();
    config.isolated = settings.isolated;
    config
        .rate_windows
        .extend(settings.requests_per_second.map(RateWindow::per_second));
    config.user_agent = format!(
        "terraform-provider-digicert/{} (Terraform {})",
        env!("CARGO_PKG_VERSION"),
        settings.terraform_version
    );
    Client::new(config).map_err(|error| {
        Diagnostic::error(
            "CertCentral client cannot be set up",
            format!("The settings of the provider block cannot be used: {error}."),
        )
    })
}

fn not_known_yet(argument: &str) -> Diagnostic {
    Diagnostic::error(
        "Provider argument not known yet",
        format!(
            "This operation calls CertCentral, but the provider argument `{argument}` becomes \
             known only during apply. Apply the resources that it comes from first, for example \
             with `terraform apply -target=...`, or set it from a value that is known in the plan."
        ),
    )
}

#[cfg(test)]
mod tests;
