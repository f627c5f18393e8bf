//! How Terraform and OpenTofu start and stop us: the server side of go-plugin.
//!
//! Terraform starts the program with its wishes in the environment, reads one line on stdout that
//! says where to connect, and talks gRPC over mutual TLS. This module serves any tonic routes in
//! that way and knows nothing of what they do. A process lives for one phase of one command, so it
//! must start fast and stop without losing work that costs money.

mod connection;
mod controller;
mod environment;
mod handshake;
mod lifetime;
mod listener;
pub mod log;
pub mod memory;
pub mod panic;
mod reattach;
mod redact;
mod server;
mod signals;
mod tls;

use tokio::select;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::service::Routes;

pub use environment::{Environment, EnvironmentError};
pub use handshake::{NotAPlugin, started_by_terraform};
pub use listener::ListenError;
pub use redact::Redactor;
pub use server::ServerEnded;

use lifetime::Ending;
use listener::Bound;
use server::Server;
use signals::{OnInterrupt, Signals};
use tls::MutualTls;

/// What a host has to know about a plugin.
#[derive(Debug, Clone, Copy)]
pub struct PluginInfo {
    /// Program name, as in `terraform-provider-digicert`.
    pub name: &'static str,
    /// Version of the program, as in `1.2.3`.
    pub version: &'static str,
    /// Source address as configurations write it, without the host of a registry:
    /// `certcentral/digicert`.
    pub source_address: &'static str,
    /// Major version of the plugin protocol that the routes speak.
    pub protocol_version: u32,
}

/// Why the plugin could not start, or stopped before anybody asked it to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The handlers for SIGTERM, SIGINT and SIGHUP could not be installed.
    #[error("cannot listen for signals")]
    Signals(#[source] std::io::Error),
    /// The certificate for this process could not be made.
    #[error("cannot make a certificate for the connection to Terraform")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused the configuration.
    #[error("cannot configure TLS for the connection to Terraform")]
    Tls(#[from] rustls::Error),
    /// No socket could be opened.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The line that tells where to connect could not be written.
    #[error("cannot write to standard output, where Terraform reads how to connect")]
    Handshake(#[source] std::io::Error),
    /// The server ended although nobody stopped it.
    #[error("the gRPC server ended unexpectedly")]
    Server(#[source] ServerEnded),
}

/// What a process tells its calls when it ends.
#[derive(Debug, Clone, Default)]
pub struct Farewell {
    /// Cancelled when the end begins, so that tasks which only wait can stop.
    pub ending: CancellationToken,
    /// Cancelled 8 s after SIGTERM: every call must be answered now, whatever it has sent.
    pub answers_due: CancellationToken,
}

/// Serves `routes` to the Terraform process that started us, until it tells us to stop or is gone.
///
/// `drain` holds the tasks that must get their answer before the process exits, such as an order in
/// flight. It is closed when the end begins: a call that finds `drain.is_closed()` must not start
/// such a task any more. After a Shutdown call the tasks get until 1.7 s after it (Terraform kills
/// at 2 s), as long when Terraform is gone without a word, because nobody reads their answers any
/// more. After SIGTERM they get 120 s, unless the host calls Shutdown or is gone before; `farewell`
/// tells calls when they have to answer.
///
/// On return the caller should end the process at once and not wait for threads of the runtime (use
/// [`tokio::runtime::Runtime::shutdown_background`]).
pub async fn serve(
    plugin: &PluginInfo,
    environment: &Environment,
    routes: Routes,
    drain: TaskTracker,
    farewell: Farewell,
) -> Result<(), ServeError> {
    let parent = std::os::unix::process::parent_id();
    let mut signals = Signals::install(OnInterrupt::Ignore).map_err(ServeError::Signals)?;
    let tls = match &environment.client_certificate {
        Some(pinned) => Some(MutualTls::pinned_to(pinned.clone())?),
        None => None,
    };
    let bound = Bound::for_host(environment, tls.is_some())?;
    let certificate = tls.as_ref().map(|tls| tls.certificate.clone());
    let address = bound.address.clone();
    let mut server = Server::start(bound, tls, routes).await;
    handshake::announce(plugin, environment, &address, certificate.as_ref())
        .map_err(ServeError::Handshake)?;
    tracing::debug!(
        name = plugin.name,
        version = plugin.version,
        "plugin started"
    );

    let connections = server.connections();
    let reason = select! {
        () = server.shutdown_called() => Ending::Shutdown,
        () = signals.ended() => Ending::Terminated,
        () = lifetime::orphaned(connections, parent, std::os::unix::process::parent_id) => Ending::Orphaned,
        error = server.failed() => return Err(ServeError::Server(error)),
    };
    farewell.ending.cancel();
    let gone = lifetime::orphaned(
        server.connections(),
        parent,
        std::os::unix::process::parent_id,
    );
    server
        .finish(reason, &drain, &farewell.answers_due, gone)
        .await;
    Ok(())
}

/// Serves `routes` to any Terraform process whose `TF_REATTACH_PROVIDERS` names us, until Ctrl-C:
/// for debuggers.
///
/// Prints the variable for people to copy. There is no TLS in this mode, so only a unix socket that
/// nobody else may open is used. `drain` and `farewell` as in [`serve`].
pub async fn serve_debug(
    plugin: &PluginInfo,
    environment: &Environment,
    routes: Routes,
    drain: TaskTracker,
    farewell: Farewell,
) -> Result<(), ServeError> {
    let mut signals = Signals::install(OnInterrupt::End).map_err(ServeError::Signals)?;
    let bound = Bound::for_debug(environment)?;
    let address = bound.address.clone();
    let mut server = Server::start(bound, None, routes).await;
    reattach::announce(plugin, &address).map_err(ServeError::Handshake)?;

    let reason = select! {
        () = server.shutdown_called() => Ending::Shutdown,
        () = signals.ended() => Ending::Terminated,
        error = server.failed() => return Err(ServeError::Server(error)),
    };
    farewell.ending.cancel();
    // A second Ctrl-C ends at once.
    let again = signals.ended();
    server
        .finish(reason, &drain, &farewell.answers_due, again)
        .await;
    Ok(())
}

#[cfg(test)]
mod tests;
