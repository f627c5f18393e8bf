//! Process start to handshake line, against a process that does nothing.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P521_SHA512};

use crate::contender::Provider;
use crate::sample::{Candidate, interleaved, milliseconds};
use crate::table::Table;
use crate::{Outcome, directory::scratch};

const ROUNDS: usize = 60;
/// What every Terraform shows its plugins, so that a person who starts one by hand gets a message
/// instead.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Prints the medians of all providers and of `true`.
pub(crate) fn run(providers: &[Provider], out: &mut dyn Write) -> Outcome<()> {
    let announced = client_certificate()?;
    let sockets = scratch()?;
    let mut candidates = vec![Candidate::new("true", time_true)];
    for provider in providers {
        let measure = || time_handshake(&provider.program, &announced, sockets.path());
        candidates.push(Candidate::new(provider.name, measure));
    }

    let mut table = Table::new(
        format!("Process start to handshake line, mutual TLS announced (ms, {ROUNDS} rounds)"),
        &["", "median", "9 in 10", "over true"],
    );
    let mut floor = Duration::ZERO;
    for (name, sample) in interleaved(ROUNDS, candidates) {
        match sample {
            Ok(sample) => {
                if name == "true" {
                    floor = sample.median();
                }
                let over = sample.median().saturating_sub(floor);
                let durations = [sample.median(), sample.slow(), over].map(milliseconds);
                table.row([name.to_owned()].into_iter().chain(durations));
            }
            Err(error) => writeln!(out, "\n{name}: start not measured: {error}")?,
        }
    }
    write!(out, "{table}")?;
    Ok(())
}

/// From the start of `true` to the end of its output.
fn time_true() -> Outcome<Duration> {
    let begin = Instant::now();
    let mut child = Command::new("true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    read_line(&mut child, &mut line)?;
    let elapsed = begin.elapsed();
    child.wait()?;
    Ok(elapsed)
}

/// From the start of a provider to its handshake line. The process is killed afterwards.
fn time_handshake(program: &Path, client_certificate: &str, sockets: &Path) -> Outcome<Duration> {
    let mut command = Command::new(program);
    command
        .env("TF_PLUGIN_MAGIC_COOKIE", MAGIC_COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6")
        .env("PLUGIN_MIN_PORT", "10000")
        .env("PLUGIN_MAX_PORT", "25000")
        .env("PLUGIN_CLIENT_CERT", client_certificate)
        .env("PLUGIN_UNIX_SOCKET_DIR", sockets)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let begin = Instant::now();
    let mut child = command.spawn()?;
    let mut line = String::new();
    read_line(&mut child, &mut line)?;
    let elapsed = begin.elapsed();
    child.kill()?;
    child.wait()?;
    if line.starts_with("1|6|") {
        return Ok(elapsed);
    }
    Err(format!(
        "{} printed no handshake line but {line:?}",
        program.display()
    )
    .into())
}

fn read_line(child: &mut std::process::Child, line: &mut String) -> Outcome<()> {
    let stdout = child.stdout.take().ok_or("standard output is not a pipe")?;
    BufReader::new(stdout).read_line(line)?;
    Ok(())
}

/// What Terraform announces: a certificate with a P-521 key.
fn client_certificate() -> Outcome<String> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
    Ok(CertificateParams::new(vec!["localhost".to_owned()])?
        .self_signed(&key)?
        .pem())
}
