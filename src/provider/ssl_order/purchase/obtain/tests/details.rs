//! What a create tells of the order that it has, and which calls that takes.

use std::fs;
use std::time::Duration;

use certcentral_sandbox::{Approval, Behavior, Dcv, Issuance, Sandbox, Settings};
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::{Purchase, obtain};
use super::{object, run, summaries};
use crate::framework::{Attr, Call, Warnings};
use crate::provider::block::ProviderConfig;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::samples::{order, plan, session, session_of};

fn sandbox(dcv: Dcv, issuance: Issuance) -> Sandbox {
    let mut settings = Settings::default();
    settings.behavior.dcv = dcv;
    settings.behavior.issuance = issuance;
    Sandbox::start_on_this_runtime(settings).unwrap()
}

async fn created(sandbox: &Sandbox, order: SslOrderModel) -> (SslOrderModel, Warnings) {
    let stop = CancellationToken::new();
    object(run(&session(sandbox), order, stop).await)
}

/// The order whose names are proven by a record that its owner publishes.
fn proven_by_dns() -> SslOrderModel {
    SslOrderModel {
        dcv_method: "dns-txt-token".into(),
        ..order()
    }
}

/// The values of the records to publish, by name.
fn records(state: &SslOrderModel) -> Vec<(String, Option<String>)> {
    let validations = state.domain_validations.known().unwrap().iter();
    validations
        .map(|(name, validation)| {
            let value = &validation.known().unwrap().record_value;
            (name.clone(), value.known().cloned())
        })
        .collect()
}

/// How often the random value of an order was asked for.
fn random_values(sandbox: &Sandbox) -> usize {
    let journal = sandbox.journal();
    let asked = journal
        .iter()
        .filter(|entry| entry.path.ends_with("/dcv-random-value"));
    asked.count()
}

#[tokio::test(start_paused = true)]
async fn an_order_that_is_found_after_a_lost_answer_is_told() {
    let sandbox = sandbox(Dcv::Prevalidated, Issuance::Immediate);
    let lost = "POST /order/certificate/* 1 after drop";
    sandbox.add_fault(lost.parse().unwrap());
    let (state, warnings) = created(&sandbox, order()).await;
    let id = sandbox.orders()[0].id;
    assert_eq!(state.id, Attr::Known(id.to_string()));
    assert_eq!(summaries(&warnings), ["Order found after a lost answer"]);
    let detail = &warnings.iter().next().unwrap().detail;
    let found = format!("order {id} (issued). Nothing was sent twice.");
    assert!(detail.contains(&found), "{detail}");
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn the_audit_log_holds_the_price_that_was_asked_for() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let config = ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        max_order_price: "1000".into(),
        audit_log_path: path.to_str().unwrap().into(),
        ..ProviderConfig::default()
    };
    let session = session_of(&config);
    object(run(&session, order(), CancellationToken::new()).await);
    let lines = fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let prices: Vec<_> = lines.iter().map(|line| &line["estimated_price"]).collect();
    assert_eq!(prices, ["804.00 USD", "804.00 USD"], "{lines:?}");
}

#[tokio::test]
async fn what_the_answer_to_the_order_says_is_kept_where_nothing_else_can_be_read() {
    let mut settings = Settings::default();
    settings.behavior.approval = Approval::OneStep;
    let sandbox = Sandbox::start(settings).unwrap();
    let unreadable = "GET /order/certificate/* 1x* html status=503";
    sandbox.add_fault(unreadable.parse().unwrap());
    let (state, _) = created(&sandbox, order()).await;
    let journal = sandbox.journal();
    let answer = journal.iter().find(|entry| entry.method == "POST").unwrap();
    let request = answer.response["requests"][0]["id"].as_i64().unwrap();
    let requests = state.requests.known().unwrap();
    let ids: Vec<_> = requests
        .iter()
        .map(|it| it.known().unwrap().id.clone())
        .collect();
    assert_eq!(ids, [Attr::Known(request)]);
    assert_eq!(state.status.as_str(), Some("needs_approval"));
}

#[tokio::test]
async fn the_chain_in_the_answer_to_the_order_is_not_downloaded_again() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let (state, _) = created(&sandbox, order()).await;
    assert!(state.certificate_pem.known().is_some());
    let id = sandbox.orders()[0].id;
    let token = state.alternative_order_id.as_str().unwrap();
    let mut calls: Vec<_> = sandbox
        .journal()
        .into_iter()
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    // The order and its rivals are looked at side by side.
    calls[4..6].sort();
    assert_eq!(
        calls,
        [
            format!("GET /order/alternate/{token}"),
            "GET /order/certificate".to_owned(),
            "GET /request".to_owned(),
            "POST /order/certificate/ssl_plus".to_owned(),
            format!("GET /order/alternate/{token}"),
            format!("GET /order/certificate/{id}"),
            format!("GET /order/certificate/{id}/validation"),
        ]
    );
}

#[tokio::test]
async fn the_random_value_comes_with_the_answer_to_a_new_order_and_is_asked_for_an_adopted_one() {
    let sandbox = Sandbox::start(Settings {
        behavior: Behavior {
            dcv: Dcv::Required,
            ..Behavior::default()
        },
        ..Settings::default()
    })
    .unwrap();
    let (placed, _) = created(&sandbox, proven_by_dns()).await;
    assert_eq!(random_values(&sandbox), 0);
    let records_to_publish = records(&placed);
    assert!(!records_to_publish.is_empty());
    for (name, value) in &records_to_publish {
        assert!(value.is_some(), "{name}");
    }
    let (adopted, _) = created(&sandbox, proven_by_dns()).await;
    assert_eq!(random_values(&sandbox), 1);
    assert_eq!(records(&adopted), records_to_publish);
}

#[tokio::test]
async fn nobody_asks_for_the_random_value_of_an_order_whose_names_are_validated() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    for _ in 0..2 {
        created(&sandbox, proven_by_dns()).await;
    }
    assert_eq!(sandbox.summary().orders_created, 1);
    assert_eq!(random_values(&sandbox), 0);
}

#[tokio::test(start_paused = true)]
async fn a_create_waits_for_the_certificate_as_long_as_its_timeout() {
    let sandbox = sandbox(Dcv::Prevalidated, Issuance::AfterPolls(2));
    let begin = Instant::now();
    let (state, warnings) = created(&sandbox, order()).await;
    assert_eq!(state.status.as_str(), Some("issued"));
    assert_eq!(summaries(&warnings), [] as [&str; 0]);
    assert_eq!(begin.elapsed().as_secs(), 2 + 4);

    sandbox.change(|behavior| behavior.issuance = Issuance::Manual);
    let begin = Instant::now();
    let second = SslOrderModel {
        order_key: "second".into(),
        wait_for: "issued".into(),
        ..order()
    };
    let (state, warnings) = created(&sandbox, second).await;
    assert_eq!(state.status.as_str(), Some("pending"));
    assert_eq!(summaries(&warnings), ["Certificate not issued yet"]);
    let waited = begin.elapsed().as_secs();
    assert!((540..=600).contains(&waited), "{waited}");
}

#[tokio::test]
async fn the_organization_of_the_provider_block_stands_in_for_none() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let config = ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        organization_id: Attr::Known(778_812),
        ..ProviderConfig::default()
    };
    let session = session_of(&config);
    let without = SslOrderModel {
        organization: Attr::Null,
        ..order()
    };
    object(run(&session, without, CancellationToken::new()).await);
    let journal = sandbox.journal();
    let sent = journal.iter().find(|entry| entry.method == "POST").unwrap();
    assert_eq!(sent.request["organization"]["id"], 778_812);
}

#[tokio::test]
async fn an_order_is_placed_under_the_token_of_the_content_that_finds_it_again() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let first = session(&sandbox);
    let stop = CancellationToken::new();
    let planned = |order: &SslOrderModel| plan(order, None, SslOrderPrivate::default()).state;
    let content = SslOrderModel {
        order_key: "as a create has it".into(),
        ..order()
    };
    let purchase = Purchase {
        planned: planned(&order()),
        content: Some(planned(&content)),
        renewal_of: None,
        renewed_until: None,
        reviewed_price: None,
        timeout: Duration::from_secs(600),
    };
    let call = Call { stop: stop.clone() };
    let state = obtain(&first, &call, purchase).await.ok().unwrap().state;
    let (adopted, warnings) = object(run(&session(&sandbox), content, stop).await);
    assert_eq!(summaries(&warnings), ["Existing order adopted"]);
    assert_eq!(adopted.order_id, state.order_id);
    assert_eq!(sandbox.summary().orders_created, 1);
}
