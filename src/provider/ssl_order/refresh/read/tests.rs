//! Refreshing, against the sandbox.

use certcentral_sandbox::{At, Fault, Sandbox, Settings};
use tokio_util::sync::CancellationToken;

use super::read;
use crate::framework::{Attr, Call, Read, ReadRequest};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::samples::{client, csr_for, order, placed, prepared, session};

async fn ordered() -> (Sandbox, SslOrderModel) {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let client = client(&sandbox.base_url());
    let prepared = prepared(&order());
    let answer = client
        .place_order(&prepared.product, &prepared.body)
        .await
        .unwrap();
    let mut state = placed(&order());
    state.order_id = Attr::Known(answer.id.get());
    (sandbox, state)
}

async fn refreshed(
    sandbox: &Sandbox,
    state: &SslOrderModel,
) -> Read<SslOrderModel, SslOrderPrivate> {
    let request = ReadRequest {
        state: state.clone(),
        private: SslOrderPrivate::default(),
    };
    let call = Call {
        stop: CancellationToken::new(),
    };
    read(&session(sandbox), &call, request).await
}

#[tokio::test]
async fn a_certificate_with_another_key_is_stored_with_a_warning_and_the_arguments_stay() {
    let (sandbox, mut state) = ordered().await;
    state.csr = Attr::Known(csr_for("shop.example.com", &[]));
    let Read::Object {
        state: now,
        warnings,
        ..
    } = refreshed(&sandbox, &state).await
    else {
        panic!("not read");
    };
    let summaries: Vec<_> = warnings.iter().map(|w| w.summary.as_str()).collect();
    assert_eq!(summaries, ["Certificate reissued outside Terraform"]);
    assert_eq!(now.csr, state.csr);
    assert_eq!(now.dns_names, state.dns_names);
    assert_eq!(now.status.as_str(), Some("issued"));
    assert!(
        now.certificate_pem
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
}

#[tokio::test]
async fn a_chain_that_cannot_be_read_keeps_the_old_certificate_until_the_next_refresh() {
    let (sandbox, mut state) = ordered().await;
    state.certificate_id = Attr::Known(1);
    state.certificate_pem = "old".into();
    state.serial_number = "01".into();
    let route = "GET /certificate/*/chain".parse().unwrap();
    sandbox.fault_times(route, 1, 100, At::Before, Fault::Html { status: 503 });
    let Read::Object { state: now, .. } = refreshed(&sandbox, &state).await else {
        panic!("not read");
    };
    assert_eq!(now.certificate_pem.as_str(), Some("old"));
    assert_eq!(now.serial_number.as_str(), Some("01"));
    assert_eq!(now.certificate_id, Attr::Known(1));
    sandbox.clear_rules();
    let Read::Object { state: now, .. } = refreshed(&sandbox, &now).await else {
        panic!("not read");
    };
    assert_ne!(now.certificate_pem.as_str(), Some("old"));
}

#[tokio::test]
async fn an_order_that_is_not_visible_stays_unless_it_was_closed() {
    let (sandbox, mut state) = ordered().await;
    state.order_id = Attr::Known(1);
    let Read::Failed(problems) = refreshed(&sandbox, &state).await else {
        panic!("dropped");
    };
    assert_eq!(problems.iter().next().unwrap().summary, "Order not visible");
    state.status = "canceled".into();
    assert!(matches!(refreshed(&sandbox, &state).await, Read::Gone(_)));
}
