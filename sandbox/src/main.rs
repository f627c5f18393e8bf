//! `certcentral-sandbox`: the sandbox as a program for people.

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;
use std::{fs, thread};

use certcentral_sandbox::{
    Approval, Behavior, Dcv, Entry, FaultRule, Issuance, RateLimit, Sandbox, Seed, Settings,
    StartError,
};
use clap::Parser;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::runtime::{Builder, Runtime};
use tokio::signal;

const AFTER_HELP: &str = "\
What it imitates: OV and EV TLS orders with approval, validation, issuance and downloads; reissues, duplicates,
revocation, cancelling; changes of contacts, e-mails and custom fields; notes; the look-ups of account, products and
organizations. The README lists every route.

What it is not: DigiCert software, a copy of the whole API, or safe to expose. Its certificates are trusted by
nobody. It listens on this machine only and forgets everything when it stops.

API keys: any key that starts with `sandbox-`. A key `sandbox-readonly-...` may only read; orders placed with
`sandbox-standard-...` wait for an approver.

Control API, on the same port:
  GET    /_sandbox/journal                    every request and answer, keys masked (DELETE clears it)
  GET    /_sandbox/summary                    orders created, charged, issued, reissued, revoked, ...
  GET    /_sandbox/settings                   approval, issuance, dcv, hide_former_certificate, early_renewal,
                                              orders_end_with_certificate, refuses_long_certificates, adds_companions,
                                              longest_certificate_days, refuses_g1_roots, next_intermediate,
                                              hides_needs_approval, viewers_may_not_price, irregular, rate_limit
                                              (PUT changes any of them)
  POST   /_sandbox/clock/advance              {\"seconds\": 86400}
  POST   /_sandbox/chain/replace              another intermediate and root for all certificates
  POST   /_sandbox/orders/ID/STEP             approve, reject, validate, issue, cancel, revoke, expire,
                                              revoke_certificate, lapse, lapse_organization
  POST   /_sandbox/orders/ID/reissue          as a colleague: {\"dns_names\": [...], \"new_key\": true}
  POST   /_sandbox/orders/ID/renew            as a colleague
  POST   /_sandbox/orders/ID/container/ID     move an order to another division
  PUT    /_sandbox/dns/TYPE/NAME/VALUE        publish a record in the sandbox's DNS, such as
                                              /dns/TXT/_dnsauth.example.com/value (DELETE withdraws it, GET
                                              /_sandbox/dns lists)
  PUT    /_sandbox/dns-failures/DOMAIN        \"perspective\" or \"dnssec\": its records prove nothing (DELETE
                                              mends the zone)
  POST   /_sandbox/faults                     let the n-th call of a route fail (DELETE removes all)
  GET    /_sandbox/elsewhere                  requests that followed a redirect to the second listener
  POST   /_sandbox/holds                      stop the n-th call of a route until it is released
  GET    /_sandbox/root.pem                   the root certificate

FAULTS, for --fault and with the same words for POST /_sandbox/faults:
  METHOD PATH [CALL[xTIMES]] [before|after] KIND [member=value ...]
  `*` stands for any method, any one segment, or as the whole path for any path; `x*` means from then on; a JSON object may
  stand in place of the members. The README explains the kinds:
    in place of the answer   answer, html, limited, maintenance, redirect, echo, huge, raw, drop, reset, reset_early, hang
    of the account           late, stale, delay, refuse, instead
    of the answer            status, date, set, remove, only, form, chain, garble, truncate, drip
  --fault 'POST /order/certificate/* 1 after drop'              the order is placed, its answer is lost
  --fault 'GET /order/alternate/* 1x* stale calls=3'            look-ups lag three calls behind
  --fault '* * 10x5 limited retry_after=30'                  calls 10 to 14 meet a limit

Example:
  certcentral-sandbox --listen 127.0.0.1:8086 --approval one_step
  export DIGICERT_BASE_URL=http://127.0.0.1:8086/services/v2 DIGICERT_API_KEY=sandbox-me
  terraform apply
  curl -X POST http://127.0.0.1:8086/_sandbox/orders/ORDER_ID/approve";

/// A local stand-in for DigiCert CertCentral: takes orders at no cost and signs real certificates
/// with a throw-away certificate authority.
#[derive(Debug, Parser)]
#[command(name = "certcentral-sandbox", version, after_help = AFTER_HELP)]
struct Arguments {
    /// Loopback address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8086")]
    listen: SocketAddr,
    /// Who approves orders: none, one_step, two_step or auto.
    #[arg(long, value_name = "WHO", default_value = "none")]
    approval: Approval,
    /// When an order is issued: immediate, after_polls(N) or manual.
    #[arg(long, value_name = "WHEN", default_value = "immediate")]
    issuance: Issuance,
    /// Domains validated beforehand: prevalidated (all), example_domains, required (none), or dns
    /// (none, and a check of an order looks for its record in the sandbox's DNS).
    #[arg(long, value_name = "WHICH", default_value = "prevalidated")]
    dcv: Dcv,
    /// Start the clock at this time (RFC 3339) and keep it still; without it the clock runs with
    /// the machine's.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    clock: Option<OffsetDateTime>,
    /// Enforce DigiCert's request limits: 1000 in 3 minutes, 100 in 5 seconds.
    #[arg(long)]
    rate_limit: bool,
    /// Give every answer the irregular forms of the real service: ids as strings, unknown members
    /// and the like.
    #[arg(long)]
    irregular: bool,
    /// Change a setting of the account, such as adds_companions=true. May be repeated; the settings
    /// are those of GET /_sandbox/settings.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, Value)>,
    /// Add a validated organization of your own. May be repeated, as the next three.
    #[arg(long = "organization", value_name = "ID[=NAME]", value_parser = numbered)]
    organizations: Vec<(u64, String)>,
    /// Add a division of your own.
    #[arg(long = "container", value_name = "ID[=NAME]", value_parser = numbered)]
    containers: Vec<(u64, String)>,
    /// Add a custom field of your own, which takes any text.
    #[arg(long = "custom-field", value_name = "ID[=LABEL]", value_parser = numbered)]
    custom_fields: Vec<(u64, String)>,
    /// Add a product of your own; an EV product has _ev_ in its name id.
    #[arg(long = "product", value_name = "NAME_ID[=NAME]", value_parser = named)]
    products: Vec<(String, String)>,
    /// Let calls fail, such as 'POST /order/certificate/* 1 after drop'. May be repeated; FAULTS
    /// below has the words.
    #[arg(long = "fault", value_name = "RULE")]
    faults: Vec<FaultRule>,
    /// Write the root certificate (PEM) to this file, for clients that verify chains.
    #[arg(long, value_name = "FILE")]
    root_file: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the sandbox did not start")]
    Start(#[from] StartError),
    #[error("cannot write the root certificate to {path}")]
    RootFile { path: PathBuf, source: io::Error },
    #[error("`--set` names no setting")]
    Setting(#[source] serde_json::Error),
    #[error("cannot listen for the signals that stop the program")]
    Signal(#[source] io::Error),
}

fn main() -> ExitCode {
    match serve(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: &Arguments) -> Result<(), Failure> {
    let sandbox = Sandbox::start(Settings {
        listen: arguments.listen,
        start_at: arguments.clock,
        clock_runs: arguments.clock.is_none(),
        faults: arguments.faults.clone(),
        seed: Seed {
            organizations: arguments.organizations.clone(),
            containers: arguments.containers.clone(),
            products: arguments.products.clone(),
            custom_fields: arguments.custom_fields.clone(),
        },
        first_id: match arguments.clock {
            Some(_) => 0,
            None => never_given_before(),
        },
        behavior: behavior(arguments)?,
        ..Settings::default()
    })?;
    if let Some(path) = &arguments.root_file {
        fs::write(path, sandbox.root_pem()).map_err(|source| Failure::RootFile {
            path: path.clone(),
            source,
        })?;
    }
    let stop = StopSignal::listen().map_err(Failure::Signal)?;
    let entries = sandbox.watch();
    say(&format!(
        "certcentral-sandbox listening on {}",
        sandbox.base_url()
    ));
    let narrator = thread::spawn(move || narrate(&entries));
    stop.wait();
    // Dropping the sandbox ends its watchers, and with them the narrator.
    drop(sandbox);
    let _ = narrator.join();
    Ok(())
}

fn behavior(arguments: &Arguments) -> Result<Behavior, Failure> {
    let behavior = Behavior {
        approval: arguments.approval,
        issuance: arguments.issuance,
        dcv: arguments.dcv,
        irregular: arguments.irregular,
        rate_limit: arguments.rate_limit.then_some(RateLimit::DOCUMENTED),
        ..Behavior::default()
    };
    behavior
        .with(arguments.settings.iter().cloned().collect())
        .map_err(Failure::Setting)
}

/// Ids that no earlier run gave: a state that a restart outlives must not name an order of the next
/// run. Nobody places more than one order a second for long.
fn never_given_before() -> u64 {
    let began = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
    u64::try_from((OffsetDateTime::now_utc() - began).whole_seconds()).unwrap_or(0)
}

/// One line for every request that could change something.
fn narrate(entries: &mpsc::Receiver<Entry>) {
    for entry in entries {
        if entry.method != "GET" {
            say(&entry.line());
        }
    }
}

/// Listens for the signals that stop the program from the moment it is made, not from the moment it
/// waits: a signal that follows the first line of output must find somebody listening.
struct StopSignal {
    runtime: Runtime,
    #[cfg(unix)]
    signals: [signal::unix::Signal; 2],
}

impl StopSignal {
    fn listen() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        #[cfg(unix)]
        let signals = {
            use signal::unix::{SignalKind, signal};
            let _inside = runtime.enter();
            [
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
            ]
        };
        Ok(Self {
            runtime,
            #[cfg(unix)]
            signals,
        })
    }

    #[cfg(unix)]
    fn wait(mut self) {
        let [interrupt, terminate] = &mut self.signals;
        self.runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        });
    }

    #[cfg(not(unix))]
    fn wait(self) {
        // Without a handler there is nothing to wait for: the program stops rather than hangs.
        let _ = self.runtime.block_on(signal::ctrl_c());
    }
}

fn setting(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is not of the form NAME=VALUE"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

fn named(text: &str) -> Result<(String, String), String> {
    let (id, name) = text.split_once('=').unwrap_or((text, text));
    Ok((id.to_owned(), name.to_owned()))
}

fn numbered(text: &str) -> Result<(u64, String), String> {
    let (id, name) = named(text)?;
    let id = id
        .parse()
        .map_err(|_| format!("`{id}` is not the number of an object"))?;
    Ok((id, name))
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .map(|moment| moment.to_offset(time::UtcOffset::UTC))
        .filter(|moment| (2000..2100).contains(&moment.year()))
        .ok_or_else(|| {
            format!("`{text}` is not a time such as 2026-04-14T09:00:00Z in this century")
        })
}

/// Prints a line for people. A closed pipe is no reason to stop serving.
#[expect(clippy::disallowed_methods, reason = "a program for people")]
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn complain(failure: &dyn Error) {
    let mut text = format!("certcentral-sandbox: {failure}");
    let mut cause = failure.source();
    while let Some(source) = cause {
        text.push_str(&format!(": {source}"));
        cause = source.source();
    }
    let _ = writeln!(io::stderr().lock(), "{text}");
}
