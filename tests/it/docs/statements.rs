//! What the guides state and no other test shows, on real cores.

use std::time::Duration;

use certcentral_sandbox::{Approval, Sandbox, Settings};
use serde_json::Value;

use super::guides::csr;
use crate::cores::driver::{Core, Product, Workdir, cores};

const ORDER: &str = "digicert_ssl_order.shop";
const WAIT: &str = "digicert_order_issuance.shop";
const DAY: Duration = Duration::from_secs(86_400);

/// The newest core, if there is one. What the provider does with time and money does not depend on
/// it.
fn newest() -> Option<Core> {
    let is_terraform = |core: &Core| core.product == Product::Terraform;
    cores()
        .into_iter()
        .max_by_key(|core| (is_terraform(core), core.version))
}

/// An order with some arguments, and a wait for its certificate.
fn workdir(core: &Core, sandbox: &Sandbox, arguments: &str) -> Workdir {
    let mut workdir = Workdir::new(core, &[("main.tf", &text(arguments))]);
    workdir.write("shop.csr", &csr());
    workdir
        .env("DIGICERT_BASE_URL", sandbox.base_url())
        .env("DIGICERT_API_KEY", "sandbox-guide");
    workdir
}

fn text(arguments: &str) -> String {
    format!(
        r#"terraform {{
  required_providers {{
    digicert = {{ source = "certcentral/digicert" }}
  }}
}}

resource "digicert_ssl_order" "shop" {{
  product_name_id = "ssl_basic"
  common_name     = "shop.example.com"
  csr             = file("shop.csr")
  organization    = {{ id = 123456 }}
  {arguments}
}}
"#
    )
}

/// `pipelines-and-reviews.md`, "Read the warnings".
#[test]
fn a_plan_warns_in_its_messages_and_the_saved_plan_forgets_the_warnings() {
    const PAID: &str = "This apply places a paid order";
    for core in cores() {
        let workdir = Workdir::new(&core, &[("main.tf", &text("validity_years = 1"))]);
        workdir.write("shop.csr", &csr());
        let plan = workdir.run(&["plan", "-json", "-out=order.plan"]).success();
        let warned = plan.stdout.lines().any(|line| {
            let message: Value = serde_json::from_str(line).unwrap();
            message["diagnostic"]["severity"] == "warning"
                && message["diagnostic"]["summary"] == PAID
                && message["diagnostic"]["address"] == ORDER
        });
        assert!(warned, "{}: {}", core.name, plan.stdout);
        for show in [
            &["show", "order.plan"][..],
            &["show", "-json", "order.plan"],
        ] {
            let shown = workdir.run(show).success().stdout;
            assert!(shown.contains("shop.example.com"), "{}: {shown}", core.name);
            assert!(!shown.contains(PAID), "{}: {shown}", core.name);
        }
    }
}

/// `renewal-and-reissue.md`, "Renewal".
#[test]
fn a_renewal_waits_for_its_window_and_is_held_against_the_price_limit() {
    let Some(core) = newest() else { return };
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let early = "order_validity = { years = 1 }\n  renew_days_before_expiry = 200";
    let mut workdir = workdir(&core, &sandbox, early);
    workdir.apply();
    let id = sandbox.orders()[0].id;

    sandbox.advance(DAY * 200);
    let early = workdir.apply();
    assert!(
        early
            .stdout
            .contains("Warning: Renewal is refused this early"),
        "{}",
        early.stdout
    );
    assert_eq!(workdir.attributes(ORDER).unwrap()["order_id"], id);
    assert_eq!(sandbox.summary().orders_created, 1);

    sandbox.advance(DAY * 125);
    workdir.env("DIGICERT_MAX_ORDER_PRICE", "292.99");
    let dear = workdir.run(&["plan"]).exits_with(1);
    assert!(
        dear.stderr.contains("Error: Order exceeds the price limit"),
        "{}",
        dear.stderr
    );
    assert_eq!(sandbox.summary().orders_created, 1);

    workdir.env("DIGICERT_MAX_ORDER_PRICE", "293");
    let output = workdir.apply();
    assert!(
        output
            .stdout
            .contains("Warning: This apply places a paid renewal order"),
        "{}",
        output.stdout
    );
    workdir.assert_empty_plan();
    let orders = sandbox.orders();
    assert_eq!(orders.len(), 2);
    assert_eq!(workdir.attributes(ORDER).unwrap()["order_id"], orders[1].id);
    assert_eq!(sandbox.summary().revoked, 0);
}

/// `renewal-and-reissue.md`, "Reissue".
#[test]
fn a_wait_takes_the_certificate_of_a_reissue_by_the_clock_over_at_the_next_refresh() {
    let Some(core) = newest() else { return };
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let workdir = workdir(&core, &sandbox, "order_validity = { years = 2 }");
    let wait = "resource \"digicert_order_issuance\" \"shop\" \
        {\n  order_id = digicert_ssl_order.shop.order_id\n}\n";
    workdir.write("wait.tf", wait);
    workdir.apply();
    let serial = |address| workdir.attributes(address).unwrap()["serial_number"].clone();
    let former = serial(ORDER);

    sandbox.advance(DAY * 180);
    workdir.apply();
    let now = serial(ORDER);
    assert_ne!(now, former, "reissued by the clock");
    assert_eq!(serial(WAIT), former, "not yet");
    workdir.apply();
    assert_eq!(serial(WAIT), now);
    workdir.assert_empty_plan();
    assert_eq!(sandbox.summary().orders_created, 1);
}

/// `approval.md`, "Skip the approval".
#[test]
fn an_approval_is_skipped_only_by_a_user_who_may_approve() {
    let Some(core) = newest() else { return };
    for (key, status) in [
        ("sandbox-admin-guide", "issued"),
        ("sandbox-standard-guide", "needs_approval"),
    ] {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        sandbox.change(|account| account.approval = Approval::OneStep);
        let arguments = "order_validity = { years = 1 }\n  skip_approval = true";
        let mut workdir = workdir(&core, &sandbox, arguments);
        workdir.env("DIGICERT_API_KEY", key);
        workdir.apply();
        let order = workdir.attributes(ORDER).unwrap();
        assert_eq!(order["status"], status, "{key}");
    }
}
