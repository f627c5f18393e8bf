//! The chain of a certificate that stays the same: read again once a week, one call for all who
//! hold the same intermediates.

use std::time::Duration;

use certcentral_sandbox::{At, ChainForm, Fault};
use serde_json::{Value as Json, json};
use terraform_host::{Plan, Resource};

use crate::host::bed::{Bed, SHOP, new_csr, order, order_with, route, warnings};

const DAY: Duration = Duration::from_secs(86_400);
const PAY: &str = "digicert_ssl_order.pay";
const WAIT: &str = "digicert_order_issuance.shop";
const REPLACED: &str = "Certificate chain replaced by CertCentral";
const CHAIN: &str = "GET /certificate/*/chain";

/// Two orders and a wait for one of them, all below the same intermediate.
async fn three() -> (Bed, Vec<Resource>) {
    let mut bed = Bed::new();
    let pay = order_with(json!({ "common_name": "pay.example.com", "csr": new_csr() }));
    let mut resources = vec![Resource::new(SHOP, order()), Resource::new(PAY, pay)];
    apply(&mut bed, &resources).await;
    let wait = json!({ "order_id": bed.order_id(), "timeouts": { "create": "30s" } });
    resources.push(Resource::new(WAIT, wait));
    apply(&mut bed, &resources).await;
    (bed, resources)
}

async fn plan(bed: &mut Bed, resources: &[Resource]) -> Plan {
    let plan = bed.terraform.plan(resources).await.unwrap().expect_valid();
    plan.expect_success()
}

async fn apply(bed: &mut Bed, resources: &[Resource]) {
    let plan = plan(bed, resources).await;
    let applied = bed.terraform.apply(&plan).await.unwrap().expect_valid();
    let _applied = applied.expect_success();
}

fn chains_after(bed: &Bed, seen: usize) -> usize {
    let calls = bed.calls_after(seen);
    calls.iter().filter(|call| call.ends_with("/chain")).count()
}

/// The chain of a resource, each part of it.
fn chain(bed: &Bed, address: &str) -> [Json; 2] {
    let attributes = bed.terraform.attributes(address).unwrap();
    ["chain_pem", "root_pem"].map(|name| attributes[name].clone())
}

#[tokio::test]
async fn a_replaced_chain_is_found_within_a_week_by_one_call_for_all_who_hold_it() {
    let (mut bed, resources) = three().await;
    let former = chain(&bed, SHOP);
    bed.sandbox.replace_chain().unwrap();
    bed.sandbox.advance(6 * DAY);
    let seen = bed.seen();
    assert!(plan(&mut bed, &resources).await.is_empty());
    assert_eq!(chains_after(&bed, seen), 0, "not before a week has passed");

    bed.sandbox.advance(DAY);
    let seen = bed.seen();
    let planned = plan(&mut bed, &resources).await;
    assert!(planned.is_empty());
    // The wait says the same of its order, once for both.
    assert_eq!(warnings(&planned.report), [REPLACED; 2]);
    assert_eq!(chains_after(&bed, seen), 1);
    assert_eq!(
        bed.calls_after(seen).len(),
        4,
        "one look at each, and the chain"
    );
    apply(&mut bed, &resources).await;
    let now = chain(&bed, SHOP);
    let root = bed.sandbox.root_pem().replace('\r', "");
    assert_eq!(now[1].as_str(), Some(root.as_str()));
    assert_ne!(now[0], former[0]);
    for address in [PAY, WAIT] {
        assert_eq!(chain(&bed, address), now, "{address}");
    }
    let shop = bed.order();
    let both = [shop["certificate_pem"].as_str(), shop["chain_pem"].as_str()];
    assert_eq!(shop["fullchain_pem"], both.map(Option::unwrap).concat());
    assert_eq!(shop["certificate_chain"][1]["pem"], shop["chain_pem"]);

    bed.sandbox.advance(6 * DAY);
    let seen = bed.seen();
    let planned = plan(&mut bed, &resources).await;
    assert_eq!(
        (planned.is_empty(), warnings(&planned.report)),
        (true, vec![])
    );
    assert_eq!(chains_after(&bed, seen), 0);
    let summary = bed.sandbox.summary();
    assert_eq!((summary.orders_created, summary.reissued), (2, 0));
}

#[tokio::test]
async fn a_chain_that_is_the_same_costs_one_call_a_week_and_no_word() {
    let (mut bed, resources) = three().await;
    let seen = bed.seen();
    for day in 1..=28 {
        bed.sandbox.advance(DAY);
        bed.terraform.refresh().await.unwrap().expect_success();
        assert_eq!(chains_after(&bed, seen), day / 7, "day {day}");
    }
    let planned = plan(&mut bed, &resources).await;
    assert_eq!(
        (planned.is_empty(), warnings(&planned.report)),
        (true, vec![])
    );
}

/// The chain in state is good as it is.
#[tokio::test]
async fn what_proves_nothing_changes_nothing_and_is_asked_for_again() {
    let faults = [
        Fault::Chain {
            form: ChainForm::OtherKey,
        },
        Fault::Chain {
            form: ChainForm::NoLeaf,
        },
        Fault::Html { status: 500 },
        Fault::Drop,
    ];
    for fault in faults {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        let former = chain(&bed, SHOP);
        bed.sandbox.replace_chain().unwrap();
        bed.sandbox.advance(7 * DAY);
        bed.sandbox.fault(route(CHAIN), 1, At::After, fault.clone());
        let seen = bed.seen();
        let refreshed = bed.terraform.refresh().await.unwrap();
        refreshed.expect_success();
        assert_eq!(warnings(&refreshed), Vec::<&str>::new(), "{fault:?}");
        assert_eq!(chains_after(&bed, seen), 1, "{fault:?}");
        assert_eq!(chain(&bed, SHOP), former, "{fault:?}");
        let refreshed = bed.terraform.refresh().await.unwrap();
        refreshed.expect_success();
        assert_eq!(warnings(&refreshed), [REPLACED], "{fault:?}");
        assert_ne!(chain(&bed, SHOP), former, "{fault:?}");
    }
}

#[tokio::test]
async fn the_path_to_a_root_wins_where_an_intermediate_comes_twice_in_whatever_order() {
    for form in [ChainForm::CrossSigned, ChainForm::Reversed] {
        let mut bed = Bed::new();
        let _applied = bed.apply(&order()).await.expect_success();
        bed.sandbox.replace_chain().unwrap();
        bed.sandbox.advance(7 * DAY);
        let fault = Fault::Chain { form };
        bed.sandbox.fault(route(CHAIN), 1, At::After, fault);
        bed.terraform.refresh().await.unwrap().expect_success();
        let root = bed.sandbox.root_pem().replace('\r', "");
        assert_eq!(
            chain(&bed, SHOP)[1].as_str(),
            Some(root.as_str()),
            "{form:?}"
        );
    }
}
