//! An order that was placed with `st-digicert_certificate` and is moved to `digicert_ssl_order`.

use certcentral_sandbox::Approval;
use serde_json::{Value as Json, json};
use terraform_host::{Action, Resource, Source};

use crate::host::bed::{Bed, CSR, SHOP, body_by_hand, errors, only_error, order, warnings};

/// A state as that provider writes it.
fn source(attributes: Json) -> Source {
    Source {
        provider_address: "registry.terraform.io/myklst/st-digicert".to_owned(),
        type_name: "st-digicert_certificate".to_owned(),
        schema_version: 0,
        attributes,
        private: Vec::new(),
    }
}

fn attributes(order_id: &Json) -> Json {
    json!({
        "common_name": "shop.example.com",
        "sans": null,
        "organization_id": 123_456,
        "min_days_remaining": 30,
        "product_name": "Basic OV",
        "order_validity_days": 365,
        "dns_challenge": null,
        "order_id": order_id,
        "certificate_id": null,
        "order_valid_till": "2027-11-24",
        "certificate_valid_till": "2026-12-24",
        "csr": *CSR,
        "private_key_pem": "-----BEGIN RSA PRIVATE KEY-----\nkey-secret\n-----END RSA PRIVATE \
            KEY-----\n",
        "certificate_pem": "leaf",
        "issuer_pem": "issuer",
        "root_pem": "root",
    })
}

#[tokio::test]
async fn a_moved_order_is_the_paid_one_and_its_plan_is_empty() {
    for approval in [Approval::None, Approval::OneStep] {
        let mut bed = Bed::with(|account| account.approval = approval);
        let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;

        let source = source(attributes(&json!(id)));
        let report = bed.terraform.move_from(&source, SHOP).await.unwrap();
        report.expect_success();
        assert_eq!(warnings(&report), ["Private key stays behind"]);
        let plan = bed.plan(&order()).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{:?}", plan.report);
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();

        let state = bed.order();
        assert_eq!(state["order_id"], id);
        assert_eq!(state["product_name_id"], "ssl_basic");
        let whole = format!("{:?} {:?}", bed.terraform.state(), report);
        assert!(!whole.contains("key-secret"), "{whole}");
        let identity = bed.terraform.state()[SHOP].identity.as_ref().unwrap();
        assert_eq!(identity.value, json!({ "order_id": id }));
        assert_eq!(bed.posts().len(), 1, "the one by hand");
    }
}

#[tokio::test]
async fn a_state_without_an_order_is_not_moved() {
    let mut bed = Bed::new();
    let source = source(attributes(&json!(null)));
    let report = bed.terraform.move_from(&source, SHOP).await.unwrap();
    report.expect_valid();
    assert_eq!(errors(&report), ["Moved state without an order id"]);
    assert!(only_error(&report).contains("`import` block"));
    assert!(bed.terraform.state().is_empty());
    assert_eq!(bed.seen(), 0);
}

#[tokio::test]
async fn the_bare_name_of_that_provider_will_do() {
    let mut bed = Bed::new();
    let id = bed.order_by_hand("ssl_basic", &body_by_hand(&CSR)).await;
    let bare = Source {
        provider_address: "st-digicert".to_owned(),
        ..source(attributes(&json!(id)))
    };
    let report = bed.terraform.move_from(&bare, SHOP).await.unwrap();
    report.expect_success();
    let plan = bed.plan(&order()).await.expect_success();
    assert_eq!(plan.action(SHOP), Some(Action::NoOp), "{:?}", plan.report);
    assert_eq!(bed.posts().len(), 1, "the one by hand");
}

/// What a state holds at `address`, as another address of this provider wrote it.
fn from_a_mirror(bed: &Bed, address: &str, provider_address: &str) -> Source {
    let object = &bed.terraform.state()[address];
    Source {
        provider_address: provider_address.to_owned(),
        type_name: object.type_name.clone(),
        schema_version: object.schema_version,
        attributes: object.attributes.clone(),
        private: object.private.clone(),
    }
}

#[tokio::test]
async fn an_order_of_a_mirror_of_this_provider_stays_as_it_is() {
    const WAIT: &str = "digicert_order_issuance.shop";
    let mut bed = Bed::new();
    let _applied = bed.apply(&order()).await.expect_success();
    let wait = json!({ "order_id": bed.order_id(), "keepers": { "a": "b" } });
    let both = [Resource::new(SHOP, order()), Resource::new(WAIT, wait)];
    let plan = bed.terraform.plan(&both).await.unwrap().expect_success();
    let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
    let before = bed.terraform.state().clone();
    for mirror in [
        "registry.terraform.io/mycorp/digicert",
        "tf.mycorp.example:8443/infra/digicert",
        "digicert",
    ] {
        for address in [SHOP, WAIT] {
            let source = from_a_mirror(&bed, address, mirror);
            bed.terraform.state_mut().remove(address);
            let report = bed.terraform.move_from(&source, address).await.unwrap();
            report.expect_success();
            assert_eq!(warnings(&report), [""; 0], "{mirror}");
        }
        assert_eq!(bed.terraform.state(), &before, "{mirror}");
        let plan = bed.terraform.plan(&both).await.unwrap().expect_success();
        assert!(plan.is_empty(), "{mirror}");
    }
    let newer = Source {
        schema_version: before[SHOP].schema_version + 1,
        ..from_a_mirror(&bed, SHOP, "registry.opentofu.org/mycorp/digicert")
    };
    let report = bed.terraform.move_from(&newer, SHOP).await.unwrap();
    report.expect_valid();
    assert_eq!(errors(&report), ["State from a newer provider"]);
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn no_other_resource_is_moved() {
    let mut bed = Bed::new();
    let other = Source {
        provider_address: "registry.terraform.io/digicert/digicert".to_owned(),
        type_name: "digicert_certificate".to_owned(),
        ..source(json!({ "order_id": 7 }))
    };
    let report = bed.terraform.move_from(&other, SHOP).await.unwrap();
    report.expect_valid();
    assert_eq!(errors(&report), ["Move not supported"]);
    assert!(bed.terraform.state().is_empty());
}
