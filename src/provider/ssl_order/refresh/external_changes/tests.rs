//! The certificate of the order against what is configured.

mod follow;

use serde_json::{Value as Json, json};

use super::{moved, reissued};
use crate::certcentral::Order;
use crate::framework::{Attr, Severity};
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::{csr_for, fixture, names, order};

fn said(state: &SslOrderModel) -> Option<String> {
    let issued: Order = fixture("order_info_issued.json");
    reissued(state, &issued).map(|warning| {
        assert_eq!(warning.severity, Severity::Warning);
        assert_eq!(warning.summary, "Certificate reissued outside Terraform");
        let path = warning.attribute.expect("a path");
        let (_, rest) = warning.detail.split_once(": ").expect("differences");
        let (differences, _) = rest.split_once(". ").expect("an end");
        format!("{path}: {differences}")
    })
}

#[test]
fn the_configured_certificate_is_not_mentioned() {
    assert_eq!(said(&order()), None);
    let mut spelled = order();
    spelled.common_name = "SHOP.example.com.".into();
    assert_eq!(said(&spelled), None);
}

#[test]
fn another_key_is_named() {
    let mut state = order();
    state.csr = Attr::Known(csr_for("shop.example.com", &[]));
    assert_eq!(
        said(&state).as_deref(),
        Some("csr: it has another key than `csr`")
    );
}

#[test]
fn other_names_are_named() {
    let mut state = order();
    state.dns_names = names(&["www.shop.example.com", "new.example.com"]);
    assert_eq!(
        said(&state).as_deref(),
        Some(
            "dns_names: it does not cover new.example.com; it also covers api.example.com, which \
             the order's arguments do not name"
        )
    );
}

#[test]
fn free_companions_are_no_difference() {
    let mut state = order();
    state.dns_names = names(&["api.example.com"]);
    assert_eq!(said(&state), None, "www.shop.example.com comes free");
}

#[test]
fn an_order_without_certificate_is_not_compared() {
    let mut state = order();
    state.csr = Attr::Known(csr_for("shop.example.com", &[]));
    let pending: Order = fixture("order_info_pending.json");
    assert_eq!(reissued(&state, &pending), None);
}

#[test]
fn a_state_without_csr_and_names_is_not_compared() {
    assert_eq!(said(&SslOrderModel::default()), None);
}

/// The issued order with other members.
fn issued_with(members: &Json) -> Order {
    let mut info: Json = fixture("order_info_issued.json");
    for (name, value) in members.as_object().unwrap() {
        info[name] = value.clone();
    }
    serde_json::from_value(info).unwrap()
}

fn reconfigured() -> SslOrderModel {
    let mut state = order();
    state.csr = Attr::Known(csr_for("shop.example.com", &[]));
    state
}

#[test]
fn a_pending_reissue_may_be_what_is_configured() {
    let pending = issued_with(&json!({ "status": "reissue_pending" }));
    assert_eq!(reissued(&reconfigured(), &pending), None);
}

#[test]
fn a_rejected_reissue_is_named_only_while_it_is_the_newest() {
    let summary = |requests: Json| {
        let order = issued_with(&json!({ "requests": requests }));
        let warning = reissued(&reconfigured(), &order).expect("a warning");
        let names_request = warning.detail.contains("request 4400103");
        (warning.summary, names_request)
    };
    let first = json!({ "id": 4_400_101, "type": "new_request", "status": "approved" });
    let second = json!({ "id": 4_400_102, "type": "reissue", "status": "approved" });
    let third = json!({ "id": 4_400_103, "type": "reissue", "status": "rejected" });
    let fourth = json!({ "id": 4_400_104, "type": "reissue", "status": "approved" });
    assert_eq!(
        summary(json!([third, first, second])),
        ("Certificate is not the configured one".into(), true)
    );
    assert_eq!(
        summary(json!([first, second, third, fourth])),
        ("Certificate reissued outside Terraform".into(), false)
    );
}

#[test]
fn a_move_names_both_containers() {
    let mut state = order();
    state.container_id = Attr::Known(60_400);
    let issued: Order = fixture("order_info_issued.json");
    let warning = moved(&state, &issued).expect("a warning");
    assert_eq!(warning.severity, Severity::Warning);
    assert_eq!(
        warning.attribute.expect("a path").to_string(),
        "container_id"
    );
    let (first, _) = warning.detail.split_once(": ").expect("a first part");
    let name = issued.container.as_ref().and_then(|c| c.name.clone());
    assert_eq!(
        first,
        format!(
            "Order 2147500123 is in container 60412 ({}), and `container_id` is 60400",
            name.expect("a name")
        )
    );
}

#[test]
fn no_move_where_it_is_the_same_or_not_told_or_closed() {
    let mut state = order();
    let issued: Order = fixture("order_info_issued.json");
    assert_eq!(moved(&state, &issued), None, "no container configured");
    state.container_id = Attr::Known(60_412);
    assert_eq!(moved(&state, &issued), None);
    state.container_id = Attr::Known(60_400);
    for members in [
        json!({ "container": null }),
        json!({ "container": [] }),
        json!({ "container": { "id": 0 } }),
        json!({ "status": "revoked" }),
    ] {
        assert_eq!(moved(&state, &issued_with(&members)), None, "{members}");
    }
}
