//! The binary that Terraform starts. Joins the provider, the framework's server and the plugin's
//! life.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use terraform_provider_digicert::framework::server::Server;
use terraform_provider_digicert::plugin::{self, Environment, Farewell, PluginInfo, Redactor};
use terraform_provider_digicert::provider::{DigicertProvider, SOURCE_ADDRESS};
use tokio_util::task::TaskTracker;
use tonic::service::Routes;

const PLUGIN: PluginInfo = PluginInfo {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    source_address: SOURCE_ADDRESS,
    protocol_version: 6,
};

/// Threads that answer calls. A call mostly waits for CertCentral, and core sends ten at a time.
const WORKERS: usize = 2;

/// Terraform provider for TLS certificates of DigiCert CertCentral.
///
/// Terraform and OpenTofu start this program by themselves; there is nothing to run by hand.
/// Name it in a configuration instead:
///
///   terraform {
///     required_providers {
///       digicert = { source = "certcentral/digicert" }
///     }
///   }
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment)]
struct Arguments {
    /// Serve until Ctrl-C and print the TF_REATTACH_PROVIDERS variable for a terraform command in
    /// another terminal
    #[arg(long)]
    debug: bool,
}

fn main() -> ExitCode {
    let arguments = if std::env::args_os().len() > 1 {
        Arguments::parse()
    } else {
        Arguments { debug: false }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    // A debugger is welcome to a process that was started for it.
    if !arguments.debug {
        plugin::memory::hide();
    }
    let environment = Environment::from_process()?;
    if !arguments.debug {
        plugin::started_by_terraform(&environment)?;
    }
    let redactor = Redactor::default();
    plugin::panic::install_hook(redactor.clone());
    plugin::log::init(environment.log_level(), redactor.clone())?;

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()?;
    let served = runtime.block_on(serve(arguments.debug, &environment, redactor));
    // Streams that Terraform keeps open must not hold the process.
    runtime.shutdown_background();
    served
}

async fn serve(
    debug: bool,
    environment: &Environment,
    redactor: Redactor,
) -> Result<(), Box<dyn Error>> {
    let drain = TaskTracker::new();
    let farewell = Farewell::default();
    let provider = DigicertProvider::new(move |secret| redactor.add(secret))
        .leaving(farewell.answers_due.clone(), drain.clone());
    let server = Server::new(provider, drain.clone());
    let (stop, ending) = (server.stop(), farewell.ending.clone());
    tokio::spawn(async move {
        ending.cancelled().await;
        stop.shut_down();
    });
    let routes = Routes::new(server.into_service());
    if debug {
        plugin::serve_debug(&PLUGIN, environment, routes, drain, farewell).await?;
    } else {
        plugin::serve(&PLUGIN, environment, routes, drain, farewell).await?;
    }
    Ok(())
}

/// Tells the person at the terminal what went wrong, cause by cause. A broken pipe changes nothing.
fn complain(error: &dyn Error) {
    use std::io::Write as _;

    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    let _ = writeln!(std::io::stderr(), "{text}");
}
