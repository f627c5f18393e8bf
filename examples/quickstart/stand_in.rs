//! Runs the job with `terraform-host`, the stand-in for Terraform that the tests use.

use std::path::Path;

use serde_json::{Value, json};
use terraform_host::{Action, Launch, Report, Resource, Workspace};

use crate::request::SigningRequest;
use crate::{API_KEY, COMMON_NAME, DNS_NAMES, Result, heading};

const ADDRESS: &str = "digicert_ssl_order.shop";

/// Plans, applies and plans again. Returns the attributes in state.
pub(crate) fn order(provider: &Path, base_url: &str, request: &SigningRequest) -> Result<Value> {
    println!(
        "\nNeither `terraform` nor `tofu` is on PATH: the stand-in `terraform-host` does their \
         part."
    );
    tokio::runtime::Runtime::new()?.block_on(run(provider, base_url, request))
}

async fn run(provider: &Path, base_url: &str, request: &SigningRequest) -> Result<Value> {
    let launch = Launch::new(provider)
        .env("DIGICERT_API_KEY", API_KEY)
        .env("DIGICERT_BASE_URL", base_url)
        .env("NO_PROXY", "127.0.0.1")
        .without_env("DIGICERT_REGION");
    let mut workspace = Workspace::new(launch);
    let shop = [Resource::new(ADDRESS, configuration(request))];

    heading("Plan");
    let plan = workspace.plan(&shop).await?;
    succeeded(&plan.report)?;
    let change = plan.change(ADDRESS).ok_or("the plan has no order")?;
    if change.action != Action::Create {
        return Err(format!("the plan is {:?} instead of a create", change.action).into());
    }
    println!("{ADDRESS} will be created:");
    println!("{}", serde_json::to_string_pretty(&shop[0].config)?);
    print_warnings(&plan.report);

    heading("Apply");
    let applied = workspace.apply(&plan).await?;
    succeeded(&applied.report)?;
    for (address, action) in &applied.done {
        println!("{address}: {action:?} is done");
    }
    print_warnings(&applied.report);

    heading("Plan, a second time");
    let second = workspace.plan(&shop).await?;
    succeeded(&second.report)?;
    if !second.is_empty() {
        return Err("the second plan still wants to change something".into());
    }
    println!("No changes.");

    workspace
        .attributes(ADDRESS)
        .cloned()
        .ok_or_else(|| "the state holds no order".into())
}

/// The arguments of `main.tf`.
fn configuration(request: &SigningRequest) -> Value {
    json!({
        "product_name_id": "ssl_basic",
        "common_name": COMMON_NAME,
        "dns_names": &DNS_NAMES[1..],
        "csr": request.pem(),
        "order_validity": { "years": 1 },
        "organization": { "id": 123456 },
    })
}

fn succeeded(report: &Report) -> Result<()> {
    if !report.failed() {
        return Ok(());
    }
    let errors = report.errors().map(ToString::to_string);
    let violations = report.violations.iter().map(ToString::to_string);
    Err(errors
        .chain(violations)
        .collect::<Vec<_>>()
        .join("\n")
        .into())
}

fn print_warnings(report: &Report) {
    for warning in report.warnings() {
        println!("\nWarning: {}\n{}", warning.summary, warning.detail);
    }
}
