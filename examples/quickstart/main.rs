//! `cargo run --example quickstart`: orders a certificate through Terraform, against a sandbox of
//! CertCentral.
//!
//! It needs no account, no API key and no set-up: it builds the provider, starts the sandbox, makes
//! a key and a CSR, runs `terraform` (or `tofu`) on a configuration in a temporary directory, and
//! verifies the certificate that ends up in state. Without either program it runs the same job
//! through `terraform-host`, the stand-in that the tests use.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to the person who runs it"
)]

mod chain;
mod program;
mod provider;
mod request;
mod stand_in;

use std::error::Error;
use std::process::ExitCode;

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::Value;

use crate::chain::Verified;
use crate::program::Program;
use crate::request::SigningRequest;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const COMMON_NAME: &str = "shop.example.com";
const DNS_NAMES: [&str; 2] = [COMMON_NAME, "www.shop.example.com"];

/// Any key that starts with `sandbox-` opens the sandbox.
const API_KEY: &str = "sandbox-quickstart";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe quickstart failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    heading("Build the provider");
    let provider = provider::build()?;
    println!("{}", provider.display());

    heading("Start a CertCentral sandbox");
    let sandbox = Sandbox::start(Settings::default())?;
    println!(
        "{} (on this machine only; nothing costs anything)",
        sandbox.base_url()
    );

    heading("Make a key and a certificate signing request");
    let request = SigningRequest::new(COMMON_NAME, &DNS_NAMES)?;
    println!(
        "ECDSA P-256 for {}; the private key stays in this process",
        DNS_NAMES.join(" and ")
    );

    let attributes = match Program::find() {
        Some(program) => program.order(&provider, &sandbox.base_url(), &request)?,
        None => stand_in::order(&provider, &sandbox.base_url(), &request)?,
    };

    heading("Result");
    let placed = sandbox.summary().orders_created;
    if placed != 1 {
        return Err(format!("the sandbox counts {placed} orders instead of one").into());
    }
    let verified = chain::verify(
        text(&attributes, "certificate_pem")?,
        text(&attributes, "chain_pem")?,
        &sandbox.root_pem(),
        &request.public_key(),
        &DNS_NAMES,
    )?;
    report(&attributes, &verified)
}

fn report(attributes: &Value, verified: &Verified) -> Result<()> {
    println!("order id        {}", number(attributes, "order_id")?);
    println!("certificate id  {}", number(attributes, "certificate_id")?);
    println!("status          {}", text(attributes, "status")?);
    println!("valid till      {}", text(attributes, "valid_till")?);
    println!("names           {}", verified.names.join(", "));
    println!("orders placed   1, counted by the sandbox");
    println!("chain verified  {}", verified.subjects.join(" <- "));
    Ok(())
}

/// Opens a section of the output.
fn heading(title: &str) {
    println!("\n== {title}");
}

fn text<'a>(attributes: &'a Value, name: &str) -> Result<&'a str> {
    attributes[name]
        .as_str()
        .ok_or_else(|| format!("`{name}` is missing in state").into())
}

fn number(attributes: &Value, name: &str) -> Result<i64> {
    attributes[name]
        .as_i64()
        .ok_or_else(|| format!("`{name}` is missing in state").into())
}
