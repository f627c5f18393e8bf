//! The running sandbox as a test holds it: start, look, steer, stop on drop.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use axum::{Extension, Router};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::account::dcv::{DnsRecord, LookupFailure};
use crate::account::state::{Shared, State};
use crate::api::{self, BASE_PATH};
use crate::control::colleague::ColleagueReissue;
use crate::control::operator_actions::{Move, MoveError};
use crate::control::routes::{self, CONTROL_PATH};
use crate::faults::{Action, At, Fault, FaultRule, Hold, Route};
use crate::journal::{Entry, Summary};
use crate::listener::{ConnectionHandle, Listener, ListenerSwitch};
use crate::settings::{Behavior, Settings};

/// A sandbox that listens until it is dropped.
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    switch: ListenerSwitch,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

/// Why a sandbox did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// Only this machine may reach a sandbox: it accepts keys that anybody can guess.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The address could not be taken.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The certificate authority could not be made.
    #[error("cannot make the throw-away certificate authority")]
    Authority(#[source] rcgen::Error),
}

/// An order as an observer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderSeen {
    /// Order id.
    pub id: u64,
    /// Status in the API's words.
    pub status: String,
    /// Certificate id, from the approval on.
    pub certificate_id: Option<u64>,
    /// First name of the certificate.
    pub common_name: String,
    /// All names of the newest certificate that the order was asked for, the common name first. A
    /// reissue that still waits counts.
    pub dns_names: Vec<String>,
    /// All names of the certificate in force; none before there is one.
    pub names_in_force: Vec<String>,
    /// The ids of all its certificates, given from the approval of each on.
    pub certificates: Vec<u64>,
    /// The CSR of the newest one, as PEM with CRLF line ends.
    pub csr: String,
    /// The caller's own reference.
    pub alternative_order_id: Option<String>,
    /// The order that this one renews.
    pub renewal_of: Option<u64>,
    /// What the certificate in force has; none before there is one.
    pub in_force: Option<CertificateSeen>,
}

/// A certificate as an observer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateSeen {
    /// Serial number.
    pub serial_number: String,
    /// Whether it is good for client authentication, beside server authentication.
    pub client_auth: bool,
    /// Common name of its issuer.
    pub issuer: String,
    /// For how many days it is valid, both ends included.
    pub days: i64,
}

impl Sandbox {
    /// Starts a sandbox on a thread of its own and returns once it accepts connections.
    ///
    /// # Errors
    /// If the address is not a loopback address or is taken, or no certificate authority can be
    /// made.
    pub fn start(settings: Settings) -> Result<Self, StartError> {
        Self::start_by(settings, serve)
    }

    /// Starts a sandbox on the runtime of the caller, whose clock it shares: a test that pauses
    /// that clock sees minutes pass in no time.
    ///
    /// # Errors
    /// Those of [`Sandbox::start`].
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn start_on_this_runtime(settings: Settings) -> Result<Self, StartError> {
        Self::start_by(settings, |address, switch, routes, stopped| {
            let (address, listener) = open(address, switch)?;
            tokio::spawn(serve_at(listener, routes, stopped));
            Ok((address, None))
        })
    }

    fn start_by(
        settings: Settings,
        serve: impl FnOnce(
            SocketAddr,
            ListenerSwitch,
            Router,
            oneshot::Receiver<()>,
        ) -> io::Result<Served>,
    ) -> Result<Self, StartError> {
        let address = settings.listen;
        if !address.ip().is_loopback() {
            return Err(StartError::NotLoopback(address));
        }
        let state = State::new(settings).map_err(StartError::Authority)?;
        let shared = Arc::new(Shared::new(state));
        let switch = ListenerSwitch::new();
        let routes = Router::new()
            .nest_service(BASE_PATH, api::router(Arc::clone(&shared)))
            .nest(CONTROL_PATH, routes::router(Arc::clone(&shared)))
            .layer(Extension(switch.clone()));
        let (stop, stopped) = oneshot::channel();
        let (address, server) = serve(address, switch.clone(), routes, stopped)
            .map_err(|source| StartError::Listen { address, source })?;
        Ok(Self {
            address,
            shared,
            switch,
            stop: Some(stop),
            server,
        })
    }

    /// Base URL of the imitated API: `http://127.0.0.1:PORT/services/v2`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{BASE_PATH}", self.address)
    }

    /// Base URL of the control interface: `http://127.0.0.1:PORT/_sandbox`.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("http://{}{CONTROL_PATH}", self.address)
    }

    /// The root certificate of this sandbox as PEM with CRLF line ends.
    #[must_use]
    pub fn root_pem(&self) -> String {
        self.shared.lock().authority.root_pem.clone()
    }

    /// Every request so far, in order of arrival.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.shared.lock().journal.entries().to_vec()
    }

    /// How many requests have arrived so far: the sequence number of the newest.
    #[must_use]
    pub fn arrivals(&self) -> u64 {
        self.shared.lock().journal.last()
    }

    /// Delivers each journal entry once it is complete.
    #[must_use]
    pub fn watch(&self) -> mpsc::Receiver<Entry> {
        self.shared.lock().journal.watch()
    }

    /// What the account has done, counted from its orders.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.shared.lock().summary()
    }

    /// All orders by ascending id.
    #[must_use]
    pub fn orders(&self) -> Vec<OrderSeen> {
        let state = self.shared.lock();
        let now = state.now();
        let orders = state.orders.values().map(|order| {
            let newest = &order.newest().wanted;
            let in_force = order.primary();
            let names_in_force = match in_force.issued {
                Some(_) => in_force.wanted.dns_names.clone(),
                None => Vec::new(),
            };
            let certificates = order.certificates();
            OrderSeen {
                id: order.id,
                status: order.status(now).name().to_owned(),
                certificate_id: order.certificate_id(),
                common_name: order.primary().wanted.common_name.clone(),
                dns_names: newest.dns_names.clone(),
                names_in_force,
                certificates: certificates.filter_map(|it| order.id_of(it)).collect(),
                csr: newest.csr.pem.clone(),
                alternative_order_id: order.wanted.alternative_order_id.clone(),
                renewal_of: order.wanted.renewal_of,
                in_force: in_force.issued.as_ref().map(|issued| CertificateSeen {
                    serial_number: issued.serial_number.clone(),
                    client_auth: issued.client_auth,
                    issuer: issued.signer.name().to_owned(),
                    days: (issued.valid_till - issued.valid_from).whole_days() + 1,
                }),
            }
        });
        orders.collect()
    }

    /// The virtual time.
    #[must_use]
    pub fn clock(&self) -> OffsetDateTime {
        self.shared.lock().now()
    }

    /// Gives an organization of the account another name, as DigiCert does once it is validated
    /// anew. Certificates that are issued keep the former one.
    pub fn rename_organization(&self, id: u64, name: &str) {
        let mut state = self.shared.lock();
        let mut all = state.organizations.iter_mut();
        if let Some(organization) = all.find(|it| it.id == id) {
            name.clone_into(&mut organization.name);
        }
    }

    /// Moves the virtual clock forward.
    pub fn advance(&self, by: Duration) {
        self.shared.lock().advance(by);
    }

    /// Changes how the account treats orders from now on.
    pub fn change(&self, change: impl FnOnce(&mut Behavior)) {
        change(&mut self.shared.lock().behavior);
    }

    /// Puts another intermediate and another root in the place of those that certify all
    /// certificates, issued ones among them.
    ///
    /// # Errors
    /// If they cannot be made.
    pub fn replace_chain(&self) -> Result<(), StartError> {
        self.shared
            .lock()
            .replace_chain()
            .map_err(StartError::Authority)
    }

    /// Does something to one order that is not part of the imitated API.
    ///
    /// # Errors
    /// If there is no such order or its status does not allow it.
    pub fn apply(&self, order: u64, step: Move) -> Result<(), MoveError> {
        self.shared.lock().apply(order, step)
    }

    /// Approves the order's request, review included.
    ///
    /// # Errors
    /// If there is no such order or it does not wait for approval.
    pub fn approve(&self, order: u64) -> Result<(), MoveError> {
        self.apply(order, Move::Approve)
    }

    /// Issues the order's certificate, whatever it still waited for.
    ///
    /// # Errors
    /// If there is no such order or it is issued or closed already.
    pub fn issue(&self, order: u64) -> Result<(), MoveError> {
        self.apply(order, Move::Issue)
    }

    /// Reissues the order's certificate as a colleague does in CertCentral's console.
    ///
    /// # Errors
    /// If there is no such order, it is not issued, or the signing request is none.
    pub fn reissue_elsewhere(
        &self,
        order: u64,
        reissue: ColleagueReissue,
    ) -> Result<(), MoveError> {
        self.shared.lock().reissue_elsewhere(order, reissue)
    }

    /// Renews the order as a colleague does, and returns the order that renews it.
    ///
    /// # Errors
    /// If there is no such order, it never had a certificate, or it is renewed already.
    pub fn renew_elsewhere(&self, order: u64) -> Result<u64, MoveError> {
        self.shared.lock().renew_elsewhere(order)
    }

    /// The records in the sandbox's DNS.
    #[must_use]
    pub fn dns_records(&self) -> Vec<DnsRecord> {
        self.shared.lock().dns.iter().cloned().collect()
    }

    /// Publishes a record in the sandbox's DNS.
    pub fn publish(&self, record: DnsRecord) {
        self.shared.lock().dns.insert(record);
    }

    /// Takes a record out of the sandbox's DNS. False if it was not there.
    pub fn withdraw(&self, record: &DnsRecord) -> bool {
        self.shared.lock().dns.remove(record)
    }

    /// Lets the records of a domain, and of what is below it, prove nothing; `None` mends the zone.
    pub fn fail_lookups(&self, domain: &str, failure: Option<LookupFailure>) {
        self.shared.lock().fail_lookups(domain, failure);
    }

    /// Lets call number `call` (1 = the next one) of a route meet a fault.
    pub fn fault(&self, route: Route, call: u64, at: At, fault: Fault) {
        self.fault_times(route, call, 1, at, fault);
    }

    /// Lets `times` calls of a route in a row meet a fault, from call number `call` on.
    pub fn fault_times(&self, route: Route, call: u64, times: u64, at: At, fault: Fault) {
        self.add_fault(FaultRule {
            route,
            call,
            times,
            at,
            fault,
        });
    }

    /// Lets calls meet a fault as a rule says it, such as `POST /order/certificate/* 1 after drop`.
    pub fn add_fault(&self, rule: FaultRule) {
        self.shared.lock().add_fault(rule);
    }

    /// Removes all faults and holds; held calls go on, and a maintenance window ends.
    pub fn clear_rules(&self) {
        self.shared.lock().clear_rules();
    }

    /// Accepts a key no longer, as after its removal in CertCentral's console. A call of it that is
    /// under way is refused unless the account has acted on it already, and a later one meets no
    /// fault.
    pub fn withdraw_key(&self, key: &str) {
        self.shared.lock().withdrawn_keys.insert(key.to_owned());
    }

    /// Refuses new connections, and resolves once that is so. Those that stand go on.
    pub async fn refuse_connections(&self) {
        self.switch.set_open(false).await;
    }

    /// Takes connections again, and resolves once that is so.
    pub async fn take_connections(&self) {
        self.switch.set_open(true).await;
    }

    /// The heads of the requests that followed a redirect to the sandbox's second listener.
    #[must_use]
    pub fn seen_elsewhere(&self) -> Vec<String> {
        self.shared.lock().redirected()
    }

    /// Stops call number `call` (1 = the next one) of a route before or after its processing until
    /// it is released.
    pub fn hold(&self, route: Route, call: u64, at: At) -> Hold {
        let (hold, stage) = Hold::armed();
        let rules = &mut self.shared.lock().rules;
        rules.add(route, call, 1, at, Action::Hold(stage));
        hold
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Without held calls the runtime ends at once, and the port is free when drop returns.
        self.stop.take().map(|stop| stop.send(()).ok());
        self.server.take().map(|server| server.join().ok());
        // A request that nobody waits for any more holds the state that holds it.
        self.shared.lock().deferred.clear();
    }
}

/// The address that was taken, and the thread if it is one of its own.
type Served = (SocketAddr, Option<JoinHandle<()>>);

/// Listens and starts the thread that serves until `stopped` resolves.
fn serve(
    address: SocketAddr,
    switch: ListenerSwitch,
    routes: Router,
    stopped: oneshot::Receiver<()>,
) -> io::Result<Served> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (address, listener) = {
        let _inside = runtime.enter();
        open(address, switch)?
    };
    let server = thread::Builder::new()
        .name("certcentral-sandbox".to_owned())
        .spawn(move || {
            runtime.block_on(serve_at(listener, routes, stopped));
            runtime.shutdown_background();
        })?;
    Ok((address, Some(server)))
}

/// Takes the address. Inside a runtime.
fn open(address: SocketAddr, switch: ListenerSwitch) -> io::Result<(SocketAddr, Listener)> {
    let listener = Listener::at(address, switch)?;
    Ok((listener.address(), listener))
}

async fn serve_at(listener: Listener, routes: Router, stopped: oneshot::Receiver<()>) {
    let service = routes.into_make_service_with_connect_info::<ConnectionHandle>();
    tokio::select! {
        // Serving never ends by itself; errors of single connections stay there.
        _ = axum::serve(listener, service) => {}
        _ = stopped => {}
    }
}
