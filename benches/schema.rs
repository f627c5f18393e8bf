//! Connect to first schema answer, through the stand-in for core.

use std::io::Write;
use std::time::{Duration, Instant};

use terraform_host::client::Provider as Client;
use terraform_host::connection::connect;
use terraform_host::process::Launch;
use terraform_host::tls::client_config;
use tokio::runtime::{Builder, Runtime};

use crate::Outcome;
use crate::contender::Provider;
use crate::directory::scratch;
use crate::sample::{Candidate, interleaved, milliseconds};
use crate::table::Table;

const ROUNDS: usize = 30;

/// Prints the medians of all providers.
pub(crate) fn run(providers: &[Provider], out: &mut dyn Write) -> Outcome<()> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let sockets = scratch()?;
    let mut candidates = Vec::new();
    for provider in providers {
        let launch = Launch::new(&provider.program)
            .socket_dir(sockets.path())
            .handshake_limit(Duration::from_secs(5));
        let runtime = &runtime;
        candidates.push(Candidate::new(provider.name, move || {
            time_schema(runtime, &launch)
        }));
    }

    let mut table = Table::new(
        format!("Connect with mutual TLS to first schema answer, decoded (ms, {ROUNDS} rounds)"),
        &["", "median", "9 in 10"],
    );
    for (name, sample) in interleaved(ROUNDS, candidates) {
        match sample {
            Ok(sample) => {
                let durations = [sample.median(), sample.slow()].map(milliseconds);
                table.row([name.to_owned()].into_iter().chain(durations));
            }
            Err(error) => writeln!(out, "\n{name}: schema not measured: {error}")?,
        }
    }
    write!(out, "{table}")?;
    Ok(())
}

/// From the handshake line to the decoded schema. The process is started before and killed after.
fn time_schema(runtime: &Runtime, launch: &Launch) -> Outcome<Duration> {
    runtime.block_on(async {
        let mut process = launch.start().await?;
        let handshake = process.handshake();
        let certificate = handshake
            .certificate
            .as_ref()
            .ok_or("the handshake line has no certificate")?;
        let tls = client_config(certificate, process.identity())?;
        let address = handshake.address.clone();

        let begin = Instant::now();
        let channel = connect(address, Some(tls)).await?;
        Client::connected(channel).await?;
        let elapsed = begin.elapsed();

        process.kill().await?;
        Ok(elapsed)
    })
}
