//! What `duplicate_order_check` makes of an order that is there already.

use certcentral_sandbox::{Sandbox, Settings};
use tokio_util::sync::CancellationToken;

use super::{object, only_problem, ordered_by_somebody_else, run, summaries};
use crate::certcentral::{OrderId, Reissue};
use crate::framework::Severity;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::{client, order, prepared, session};

fn checked(word: &str) -> SslOrderModel {
    SslOrderModel {
        duplicate_order_check: word.into(),
        ..order()
    }
}

/// An order with our key under another token, that was reissued by hand since.
async fn reissued(sandbox: &Sandbox) -> OrderId {
    let prepared = prepared(&SslOrderModel {
        order_key: "another".into(),
        ..order()
    });
    let client = client(&sandbox.base_url());
    let placed = client
        .place_order(&prepared.product, &prepared.body)
        .await
        .unwrap();
    let reissue = Reissue::new(prepared.body.certificate);
    client.reissue_order(placed.id, &reissue).await.unwrap();
    placed.id
}

#[tokio::test]
async fn a_similar_order_of_somebody_else_is_refused_told_or_passed_over() {
    for (word, is_told) in [("error", None), ("warn", Some(true)), ("off", Some(false))] {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let other = ordered_by_somebody_else(&sandbox).await;
        let stop = CancellationToken::new();
        let created = run(&session(&sandbox), checked(word), stop).await;
        let named = format!("Order {other}, placed ");
        let Some(is_told) = is_told else {
            let problem = only_problem(created);
            assert_eq!(problem.summary, "Similar order exists");
            assert!(problem.detail.starts_with(&named), "{}", problem.detail);
            assert_eq!(sandbox.orders().len(), 1);
            continue;
        };
        let (_, warnings) = object(created);
        let told = format!("Order for shop.example.com is bought beside order {other}");
        let told = is_told.then_some(told.as_str());
        assert_eq!(summaries(&warnings), Vec::from_iter(told), "{word}");
        for warning in warnings.iter() {
            assert_eq!(warning.severity, Severity::Warning);
            assert!(warning.detail.starts_with(&named), "{}", warning.detail);
        }
        assert_eq!(sandbox.orders().len(), 2, "{word}");
    }
}

#[tokio::test]
async fn a_reissued_order_without_a_note_is_passed_over_only_without_the_check() {
    for word in ["error", "warn", "off"] {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let doubtful = reissued(&sandbox).await;
        let stop = CancellationToken::new();
        let created = run(&session(&sandbox), checked(word), stop).await;
        if word == "off" {
            let (_, warnings) = object(created);
            assert_eq!(summaries(&warnings), [] as [&str; 0]);
            assert_eq!(sandbox.orders().len(), 2);
        } else {
            let problem = only_problem(created);
            assert_eq!(problem.summary, "Reissued order exists", "{word}");
            let named = format!("Order {doubtful} is open for shop.example.com");
            assert!(problem.detail.starts_with(&named), "{}", problem.detail);
            assert_eq!(sandbox.orders().len(), 1, "{word}");
        }
    }
}
