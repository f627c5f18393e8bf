//! A create by single calls, so that a test can act while it waits.

use std::{sync::Arc, time::Duration};

use certcentral_sandbox::Sandbox;
use serde_json::{Value as Json, json};
use terraform_host::{
    Closed, Launch, Provider, Value,
    client::{Answer, ApplyOrder, PlanQuestion},
    connection::connect,
    core_rules::proposed_new,
    json::config,
    proto::plugin::{Empty, grpc_controller_client::GrpcControllerClient},
    tls::client_config,
};
use tokio::task::JoinHandle;
use tonic::transport::Channel;

use crate::host::bed::launch;

/// The resource type of every create here.
pub(super) const TYPE: &str = "digicert_ssl_order";

/// After this long without a request the test has failed.
const LIMIT: Duration = Duration::from_secs(30);

/// A configured process that orders at a sandbox.
pub(crate) async fn started(sandbox: &Sandbox) -> Arc<Provider> {
    started_by(launch(sandbox)).await
}

/// A configured process of this launch.
pub(super) async fn started_by(launch: Launch) -> Arc<Provider> {
    let provider = Provider::start(&launch).await.unwrap();
    let block = config(&provider.schemas().provider.block, &json!({})).unwrap();
    assert_eq!(provider.configure(&block).await.unwrap(), []);
    Arc::new(provider)
}

/// Plans and sends the create of an order; the answer comes by the task.
pub(crate) async fn create(provider: &Arc<Provider>, arguments: &Json) -> JoinHandle<Answer> {
    create_of(provider, TYPE, arguments).await
}

/// Plans and sends a create; the answer comes by the task.
pub(crate) async fn create_of(
    provider: &Arc<Provider>,
    type_name: &'static str,
    arguments: &Json,
) -> JoinHandle<Answer> {
    let block = &provider.resource(type_name).unwrap().block;
    let config = config(block, arguments).unwrap();
    let proposed = proposed_new(block, &Value::Null, &config);
    let question = PlanQuestion {
        prior: &Value::Null,
        proposed: &proposed,
        config: &config,
        private: &[],
        reviewed: &[],
        identity: None,
    };
    let plan = provider.plan(type_name, &question).await.unwrap();
    assert!(!plan.failed(), "{:?}", plan.diagnostics);
    let provider = Arc::clone(provider);
    tokio::spawn(async move {
        let order = ApplyOrder {
            prior: &Value::Null,
            planned: &plan.object(),
            config: &config,
            private: &plan.private,
            identity: plan.identity.as_ref(),
        };
        provider.apply(type_name, &order).await.unwrap_or_default()
    })
}

/// Waits until the sandbox has answered a request with this method and path beginning.
pub(crate) async fn answered(
    sandbox: &Sandbox,
    method: &'static str,
    path: &'static str,
) -> JoinHandle<()> {
    let journal = sandbox.watch();
    tokio::task::spawn_blocking(move || {
        loop {
            let entry = journal.recv_timeout(LIMIT).unwrap();
            if entry.method == method && entry.path.starts_with(path) {
                return;
            }
        }
    })
}

/// A second connection of the owner.
pub(super) async fn channel(provider: &Provider) -> Channel {
    let process = provider.process().unwrap();
    let certificate = process.handshake().certificate.as_ref().unwrap();
    let tls = client_config(certificate, process.identity()).unwrap();
    connect(process.handshake().address.clone(), Some(tls))
        .await
        .unwrap()
}

/// Calls Shutdown, while other calls go on.
pub(super) async fn shut_down(provider: &Provider) {
    let mut controller = GrpcControllerClient::new(channel(provider).await);
    controller.shutdown(Empty {}).await.unwrap();
}

/// How the process ended, which nobody else may hold any more.
pub(super) async fn ended(provider: Arc<Provider>) -> Closed {
    Arc::into_inner(provider)
        .unwrap()
        .close()
        .await
        .unwrap()
        .unwrap()
}

/// Sends a signal to the process.
pub(super) fn signal(provider: &Provider, name: &str) {
    let id = provider.process().unwrap().id().unwrap().to_string();
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &id])
        .status()
        .unwrap();
    assert!(status.success());
}
