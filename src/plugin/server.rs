//! The running gRPC server: started with a listener and routes, ended without waiting for streams that stay open.

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::service::Routes;

use super::calls::CountedCalls;
use super::connection::{ConnectionCount, OpenConnections, incoming};
use super::controller;
use super::lifetime::{Ending, LAST_ANSWERS, settle};
use super::listener::{Bound, SocketFile};
use super::tls::MutualTls;

/// How a server that nobody stopped can have ended.
#[derive(Debug, thiserror::Error)]
pub enum ServerEnded {
    /// It stopped accepting.
    #[error("it accepts no more connections")]
    Closed,
    /// tonic reported an error.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
    /// Its task panicked.
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
}

/// A server that accepts connections in tasks of its own.
pub(super) struct Server {
    task: JoinHandle<Result<(), tonic::transport::Error>>,
    connections: OpenConnections,
    calls: TaskTracker,
    /// Cancelled by the host's Shutdown call.
    shutdown: CancellationToken,
    /// Cancelled by us to accept no more and end all streams.
    stop: CancellationToken,
    _file: Option<SocketFile>,
}

impl Server {
    pub(super) async fn start(bound: Bound, tls: Option<MutualTls>, routes: Routes) -> Self {
        let shutdown = CancellationToken::new();
        let stop = CancellationToken::new();
        let connections = OpenConnections::default();
        let calls = TaskTracker::new();

        let acceptor = tls.map(|tls| tls.acceptor);
        let incoming = incoming(bound.listener, acceptor, connections.clone());
        let service = CountedCalls {
            routes: controller::add_to(routes, shutdown.clone(), stop.clone())
                .await
                .prepare(),
            calls: calls.clone(),
        };
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(
            tonic::transport::Server::builder()
                .serve_with_incoming_shutdown(service, incoming, stopped),
        );
        Self {
            task,
            connections,
            calls,
            shutdown,
            stop,
            _file: bound.file,
        }
    }

    pub(super) fn connections(&self) -> watch::Receiver<ConnectionCount> {
        self.connections.watch()
    }

    /// Completes when the host calls Shutdown.
    pub(super) fn shutdown_called(&self) -> impl Future<Output = ()> + use<> {
        self.shutdown.clone().cancelled_owned()
    }

    /// Completes only when the server ends by itself.
    pub(super) async fn failed(&mut self) -> ServerEnded {
        match (&mut self.task).await {
            Ok(Ok(())) => ServerEnded::Closed,
            Ok(Err(error)) => error.into(),
            Err(error) => error.into(),
        }
    }

    /// Gives `drain` its time, then closes what is still open, and removes the socket.
    pub(super) async fn finish(self, ending: Ending, drain: &TaskTracker) {
        tracing::debug!(?ending, tasks = drain.len(), "ending");
        if ending == Ending::Shutdown {
            self.stop.cancel();
        }
        settle(ending, &self.calls, drain, &self.shutdown).await;
        self.stop.cancel();
        // Ends early once every connection is closed; a client that keeps its connection cannot hold us.
        let _ = timeout(LAST_ANSWERS, self.task).await;
    }
}

#[cfg(test)]
mod tests;
