//! A provider in this process that can die as a process does: in the middle of anything, without a
//! last word.

use std::path::Path;

use certcentral_sandbox::Sandbox;
use terraform_host::connection;
use terraform_provider_digicert::framework::server::{Server, Stop};
use terraform_provider_digicert::provider::DigicertProvider;
use tokio::io::{copy_bidirectional, duplex};
use tokio::task::AbortHandle;
use tokio_util::task::TaskTracker;
use tonic::transport::Channel;

/// Bytes that a pipe holds: more than a message.
const PIPE: usize = 1 << 20;

/// One run of the provider, with an API key of its own, by which CertCentral tells it from the runs
/// before.
pub(super) struct Process {
    pub(super) channel: Channel,
    pub(super) key: String,
    stop: Stop,
    wire: AbortHandle,
}

impl Process {
    /// Starts the provider; `seed` decides on its pauses. On a machine it shares its locks with the
    /// others there.
    pub(super) async fn start(seed: u64, key: String, machine: Option<&Path>) -> Self {
        let mut provider = DigicertProvider::new(|_| {}).isolated(seed);
        if let Some(machine) = machine {
            provider = provider.on_machine(machine.to_owned());
        }
        let server = Server::new(provider, TaskTracker::new());
        let stop = server.stop();
        let (core, mut core_end) = duplex(PIPE);
        let (mut provider_end, provider) = duplex(PIPE);
        // Between the two ends of gRPC, because only what lies between can be cut.
        let wire = tokio::spawn(async move {
            let _ = copy_bidirectional(&mut core_end, &mut provider_end).await;
        });
        let serving = tonic::transport::Server::builder()
            .add_service(server.into_service())
            .serve_with_incoming(tokio_stream::once(Ok::<_, std::io::Error>(provider)));
        tokio::spawn(serving);
        Self {
            channel: connection::over(core).await.unwrap(),
            key,
            stop,
            wire: wire.abort_handle(),
        }
    }

    /// Takes Terraform's side away: no answer reaches it any more.
    pub(super) fn cut(&self) {
        self.wire.abort();
    }

    /// Ends the process. Tasks of this runtime cannot be killed, so whatever it still sends is
    /// refused: nothing of it has an effect.
    pub(super) fn kill(&self, sandbox: &Sandbox) {
        self.cut();
        sandbox.withdraw_key(&self.key);
        self.stop.shut_down();
    }
}
