//! The provider and an account in this process, on a clock that is paused.

use std::collections::BTreeSet;

use certcentral_sandbox::{Entry, RateLimit, Sandbox, Settings};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use terraform_host::{Resource, Workspace, connection, handshake::Address};
use terraform_provider_digicert::{framework::server::Server, provider::DigicertProvider};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;
use tokio_util::task::TaskTracker;
use tonic::transport::Channel;

use crate::host::bed::order_with;

/// Resources that Terraform works on at the same time, as it does by default.
const PARALLELISM: usize = 10;

/// An account, and a Terraform with orders to place in it.
pub(super) struct Bed {
    pub(super) sandbox: Sandbox,
    terraform: Workspace,
    resources: Vec<Resource>,
    _socket: TempDir,
}

impl Bed {
    /// An account with the limits, and this many orders to place.
    pub(super) async fn new(limit: Option<RateLimit>, orders: usize, provider: Json) -> Self {
        let mut settings = Settings {
            clock_runs: true,
            ..Settings::default()
        };
        settings.behavior.rate_limit = limit;
        let sandbox = Sandbox::start_on_this_runtime(settings).unwrap();
        let socket = TempDir::new().unwrap();
        let mut block = json!({
            "api_key": "sandbox-many",
            "base_url": sandbox.base_url(),
            "max_orders_per_apply": orders,
        });
        for (name, value) in provider.as_object().unwrap() {
            block[name] = value.clone();
        }
        let terraform = Workspace::on_channel(provider_at(&socket).await)
            .parallelism(PARALLELISM)
            .provider_config(block);
        Self {
            sandbox,
            terraform,
            resources: (0..orders).map(resource).collect(),
            _socket: socket,
        }
    }

    /// Plans and applies everything.
    pub(super) async fn apply(&mut self) {
        let plan = self.terraform.plan(&self.resources).await.unwrap();
        let plan = plan.expect_success();
        let applied = self.terraform.apply(&plan).await.unwrap();
        let _applied = applied.expect_success();
    }

    /// Plans again: nothing is to do.
    pub(super) async fn assert_settled(&mut self) {
        let plan = self.terraform.plan(&self.resources).await.unwrap();
        assert!(plan.expect_success().is_empty());
    }

    /// Every order is bought once and in state.
    pub(super) fn assert_bought_once(&self, orders: usize) {
        let bought: BTreeSet<u64> = self.sandbox.orders().iter().map(|order| order.id).collect();
        let in_state: BTreeSet<u64> = self
            .resources
            .iter()
            .map(|resource| {
                let state = self.terraform.attributes(&resource.address).unwrap();
                assert_eq!(state["status"], "issued", "{}", resource.address);
                state["order_id"].as_u64().unwrap()
            })
            .collect();
        assert_eq!(bought.len(), orders);
        assert_eq!(in_state, bought);
    }

    /// Every order POST.
    pub(super) fn posts(&self) -> Vec<Entry> {
        let mut journal = self.sandbox.journal();
        journal.retain(|entry| {
            entry.method == "POST" && entry.path.starts_with("/order/certificate/")
        });
        journal
    }

    /// No stretch of the documented lengths holds more calls than are documented, from the first
    /// call on.
    pub(super) fn assert_within_the_documented_limits(&self) {
        let times: Vec<OffsetDateTime> = self
            .sandbox
            .journal()
            .iter()
            .map(|entry| OffsetDateTime::parse(&entry.time, &Rfc3339).unwrap())
            .collect();
        for (calls, window) in [(100, Duration::seconds(5)), (1000, Duration::minutes(3))] {
            let most = (0..times.len()).map(|last| {
                let within = times[..=last].iter().rev();
                within
                    .take_while(|time| times[last] - **time < window)
                    .count()
            });
            assert!(most.max() <= Some(calls), "more than {calls} in {window}");
        }
    }

    /// How many calls were answered with this status.
    pub(super) fn answered(&self, status: u16) -> usize {
        count(&self.sandbox.journal(), status)
    }
}

/// How many calls were answered with this status.
pub(super) fn count(entries: &[Entry], status: u16) -> usize {
    let answered = entries.iter().filter(|entry| entry.status == Some(status));
    answered.count()
}

fn resource(number: usize) -> Resource {
    let name = format!("host{number}.example.com");
    Resource::new(
        &format!("digicert_ssl_order.host{number}"),
        // Each repeat of an order begins with a look, and they come one after the other.
        order_with(json!({ "common_name": name, "timeouts": { "create": "30m" } })),
    )
}

/// A provider that listens on this runtime.
async fn provider_at(socket: &TempDir) -> Channel {
    let path = socket.path().join("provider");
    let listener = UnixListener::bind(&path).unwrap();
    let provider = Server::new(DigicertProvider::new(|_| {}), TaskTracker::new());
    let server = tonic::transport::Server::builder().add_service(provider.into_service());
    tokio::spawn(server.serve_with_incoming(UnixListenerStream::new(listener)));
    connection::connect(Address::Unix(path), None)
        .await
        .unwrap()
}
