//! The certificate of the order against what is configured.

use super::reissued;
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
            "dns_names: it does not cover new.example.com; it also covers api.example.com, which the order's arguments do not name"
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
