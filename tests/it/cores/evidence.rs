//! What the tests look at: the sandbox's journal, what Terraform printed, and the cores that are
//! worth the time.

use std::time::Duration;

use certcentral_sandbox::{Approval, Behavior, Entry, Issuance, Route, Sandbox, Settings};
use serde_json::Value;
use time::OffsetDateTime;

use crate::cores::driver::{Core, Output, Product, cores};

/// The cores that differ most: Terraform at its oldest and at its newest, and OpenTofu.
pub(crate) fn few_cores() -> Vec<Core> {
    let mut all = cores();
    // A core under `.cores/` comes before the same version on `PATH`.
    all.sort_by_key(|core| core.version);
    let is_terraform = |core: &Core| core.product == Product::Terraform;
    let oldest = all.iter().position(is_terraform);
    let newest = all.iter().rposition(is_terraform);
    let mut place = 0..;
    all.retain(|core| {
        let place = place.next();
        place == oldest || place == newest || !is_terraform(core)
    });
    all
}

/// What is on `PATH`.
pub(super) fn installed_cores() -> Vec<Core> {
    let mut all = cores();
    all.retain(|core| core.on_path);
    all
}

/// A sandbox whose clock starts then.
pub(super) fn account(start_at: OffsetDateTime, change: impl FnOnce(&mut Behavior)) -> Sandbox {
    let mut settings = Settings {
        start_at: Some(start_at),
        ..Settings::default()
    };
    change(&mut settings.behavior);
    Sandbox::start(settings).unwrap()
}

/// Lets time pass until then.
pub(super) fn advance_to(sandbox: &Sandbox, moment: OffsetDateTime) {
    let seconds = (moment - sandbox.clock()).whole_seconds();
    sandbox.advance(Duration::from_secs(seconds.try_into().unwrap()));
}

/// A sandbox that treats orders like this.
pub(super) fn sandbox(approval: Approval, issuance: Issuance) -> Sandbox {
    Sandbox::start(Settings {
        behavior: Behavior {
            approval,
            issuance,
            ..Behavior::default()
        },
        ..Settings::default()
    })
    .unwrap()
}

/// The order POST of any product.
pub(super) fn order_post() -> Route {
    "POST /order/certificate/*".parse().unwrap()
}

/// The order POSTs of a sandbox.
pub(super) fn order_posts(sandbox: &Sandbox) -> Vec<Entry> {
    let mut entries = sandbox.journal();
    entries.retain(|entry| {
        let product = entry.path.strip_prefix("/order/certificate/");
        entry.method == "POST" && product.is_some_and(|product| !product.contains('/'))
    });
    entries
}

/// The path of the one POST that changes nothing.
pub(super) const PRICE: &str = "/finance/order-pricing";

/// The calls that change something.
pub(super) fn changing_calls(sandbox: &Sandbox) -> Vec<String> {
    changing(&sandbox.journal())
}

/// Those of some entries that change something.
pub(super) fn changing(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .filter(|entry| entry.method != "GET" && entry.path != PRICE)
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect()
}

/// Sorts the arrays of an order's body that are sets.
pub(super) fn with_sorted_names(mut body: Value) -> Value {
    if let Some(names) = body["certificate"]["dns_names"].as_array_mut() {
        names.sort_by_key(Value::to_string);
    }
    body
}

/// Everything printed, with neither the frames nor the line ends that core adds to fit a terminal.
pub(super) fn printed(output: &Output) -> String {
    let all = format!("{}\n{}", output.stdout, output.stderr);
    let words = all
        .split_whitespace()
        .map(|word| word.trim_start_matches(['│', '╷', '╵']))
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Fails with the whole output unless it holds every one of `texts`.
#[track_caller]
pub(super) fn assert_says(output: &Output, texts: &[&str]) {
    let printed = printed(output);
    for text in texts {
        assert!(
            printed.contains(text),
            "{} does not say {text:?}\n--- stdout ---\n{}\n--- stderr ---\n{}",
            output.command,
            output.stdout,
            output.stderr,
        );
    }
}
