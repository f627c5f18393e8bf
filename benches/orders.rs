//! Plan, apply, plan again and destroy of many orders through Terraform, with its own defaults for
//! parallelism and refresh.

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use certcentral_sandbox::{Sandbox, Settings};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};

use crate::Outcome;
use crate::contender::{Provider, built_in_orders};
use crate::directory::{Directory, terraform};
use crate::sample::{Sample, seconds};
use crate::table::Table;
use crate::usage::{self, Usage};

/// Number of orders, and rounds: a thousand take minutes.
const SIZES: [(usize, usize); 3] = [(1, 5), (100, 3), (1000, 1)];

/// Heads of the table, and the commands behind them.
const OPERATIONS: [(&str, &[&str]); 4] = [
    ("plan", &["plan", "-no-color"]),
    ("apply", &["apply", "-auto-approve", "-no-color"]),
    ("re-plan", &["plan", "-no-color"]),
    ("destroy", &["destroy", "-auto-approve", "-no-color"]),
];

/// Prints the times of all providers beside those of the built-in resource, then what their
/// processes used.
pub(crate) fn run(providers: &[Provider], out: &mut dyn Write) -> Outcome<()> {
    let terraform = terraform()?;
    let csr = csr()?;
    let providers = able(
        providers,
        &Bench {
            terraform: &terraform,
            csr: &csr,
            count: 1,
        },
        out,
    )?;
    for (count, rounds) in SIZES {
        let bench = Bench {
            terraform: &terraform,
            csr: &csr,
            count,
        };
        print_times(&bench, rounds, &providers, out)?;
        print_usage(&bench, &providers, out)?;
    }
    Ok(())
}

/// The providers that bring one order through its life, which also warms them up; the others are
/// named with their error.
fn able<'a>(
    providers: &'a [Provider],
    bench: &Bench<'_>,
    out: &mut dyn Write,
) -> Outcome<Vec<&'a Provider>> {
    let mut able = Vec::new();
    for provider in providers {
        match bench.provider(provider) {
            Ok(_) => able.push(provider),
            Err(error) => writeln!(out, "\n{}: orders not measured: {error}", provider.name)?,
        }
    }
    Ok(able)
}

fn print_times(
    bench: &Bench<'_>,
    rounds: usize,
    providers: &[&Provider],
    out: &mut dyn Write,
) -> Outcome<()> {
    let mut built_in = Times::default();
    let mut times: Vec<Times> = providers.iter().map(|_| Times::default()).collect();
    for _ in 0..rounds {
        built_in.push(bench.built_in()?);
        for (provider, times) in providers.iter().zip(&mut times) {
            times.push(bench.provider(provider)?);
        }
    }

    let title = format!(
        "{} orders: seconds (times the built-in resource), median of rounds: {rounds}",
        bench.count
    );
    let mut table = Table::new(title, &heads());
    let yardstick = built_in.samples()?;
    table.row(row(
        "terraform_data",
        yardstick.iter().map(|sample| seconds(sample.median())),
    ));
    for (provider, times) in providers.iter().zip(times) {
        let samples = times.samples()?;
        let cells = samples.iter().zip(&yardstick).map(|(sample, yardstick)| {
            format!(
                "{} ({:.1}x)",
                seconds(sample.median()),
                sample.ratio_to(yardstick)
            )
        });
        table.row(row(provider.name, cells));
    }
    write!(out, "{table}")?;
    Ok(())
}

fn print_usage(bench: &Bench<'_>, providers: &[&Provider], out: &mut dyn Write) -> Outcome<()> {
    let title = format!(
        "{} orders: provider processes, their CPU seconds, peak MiB of the largest",
        bench.count
    );
    let mut table = Table::new(title, &heads());
    for provider in providers {
        let cells = bench.usage(provider)?.map(|usage| {
            let memory = usage.peak_memory as f64 / 1024.0;
            format!("{} / {} / {memory:.1}", usage.processes, seconds(usage.cpu))
        });
        table.row(row(provider.name, cells));
    }
    write!(out, "{table}")?;
    Ok(())
}

fn heads() -> Vec<&'static str> {
    [""].into_iter()
        .chain(OPERATIONS.map(|(name, _)| name))
        .collect()
}

fn row(name: impl Display, cells: impl IntoIterator<Item = String>) -> Vec<String> {
    [name.to_string()].into_iter().chain(cells).collect()
}

/// Durations of every operation, a round after the other.
#[derive(Default)]
struct Times([Vec<Duration>; OPERATIONS.len()]);

impl Times {
    fn push(&mut self, round: [Duration; OPERATIONS.len()]) {
        for (durations, duration) in self.0.iter_mut().zip(round) {
            durations.push(duration);
        }
    }

    fn samples(self) -> Outcome<Vec<Sample>> {
        self.0.into_iter().map(Sample::new).collect()
    }
}

/// So many orders with one core.
struct Bench<'a> {
    terraform: &'a Path,
    csr: &'a str,
    count: usize,
}

impl Bench<'_> {
    fn built_in(&self) -> Outcome<[Duration; OPERATIONS.len()]> {
        let directory = self.directory(&built_in_orders(self.count))?;
        each_operation(|arguments| directory.time(arguments))
    }

    /// Times one life of the orders, in a sandbox of their own.
    fn provider(&self, provider: &Provider) -> Outcome<[Duration; OPERATIONS.len()]> {
        let sandbox = Sandbox::start(Settings::default())?;
        let mut directory = self.directory(&(provider.orders)(self.count))?;
        point_at(&mut directory, &sandbox);
        directory.override_provider(provider.source, &provider.program)?;
        each_operation(|arguments| directory.time(arguments))
    }

    /// Lives the same life with this program in the provider's place.
    fn usage(&self, provider: &Provider) -> Outcome<[Usage; OPERATIONS.len()]> {
        let sandbox = Sandbox::start(Settings::default())?;
        let mut directory = self.directory(&(provider.orders)(self.count))?;
        point_at(&mut directory, &sandbox);
        directory.override_provider(provider.source, &std::env::current_exe()?)?;
        let report = directory.path().join("usage.txt");
        for (name, value) in usage::environment(&provider.program, &report) {
            directory.env(name, value);
        }
        each_operation(|arguments| {
            directory.time(arguments)?;
            usage::collect(&report)
        })
    }

    fn directory(&self, configuration: &str) -> Outcome<Directory> {
        Directory::new(
            self.terraform,
            &[("main.tf", configuration), ("order.csr", self.csr)],
        )
    }
}

fn point_at(directory: &mut Directory, sandbox: &Sandbox) {
    directory.env("DIGICERT_API_KEY", "sandbox-bench");
    directory.env("DIGICERT_BASE_URL", sandbox.base_url());
}

fn each_operation<T: Copy + Default>(
    mut operate: impl FnMut(&[&str]) -> Outcome<T>,
) -> Outcome<[T; OPERATIONS.len()]> {
    let mut results = [T::default(); OPERATIONS.len()];
    for (result, (_, arguments)) in results.iter_mut().zip(OPERATIONS) {
        *result = operate(arguments)?;
    }
    Ok(results)
}

/// One CSR for all orders: it names none, so that every name fits.
fn csr() -> Outcome<String> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    Ok(params.serialize_request(&KeyPair::generate()?)?.pem()?)
}
