//! How long an order is looked for whose answer was lost, and where.

use std::time::Duration;

use certcentral_sandbox::{Sandbox, Settings};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::super::post::{Outcome, settle};
use crate::certcentral::{Client, Error};
use crate::framework::Diagnostic;
use crate::provider::order::waiting::Bounds;
use crate::provider::ssl_order::samples::{client, order, prepared};

/// An account that an order was sent to, and the failure of that call.
struct Account {
    sandbox: Sandbox,
    client: Client,
    lost: Error,
}

impl Account {
    async fn new() -> Self {
        let sandbox = Sandbox::start_on_this_runtime(Settings::default()).unwrap();
        let lost = "POST /order/certificate/* 1 before drop";
        sandbox.add_fault(lost.parse().unwrap());
        let client = client(&sandbox.base_url());
        let prepared = prepared(&order());
        let lost = client.place_order(&prepared.product, &prepared.body).await;
        Self {
            sandbox,
            client,
            lost: lost.unwrap_err(),
        }
    }

    fn rule(&self, rule: &str) {
        self.sandbox.add_fault(rule.parse().unwrap());
    }

    async fn settled(&self, seconds: u64, stop: &CancellationToken) -> Outcome {
        let bounds = Bounds::from_now(Duration::from_secs(seconds), stop);
        settle(&self.client, &prepared(&order()), &self.lost, bounds).await
    }

    async fn unknown(&self, seconds: u64, stop: &CancellationToken) -> Diagnostic {
        match self.settled(seconds, stop).await {
            Outcome::Unknown(problem) => problem,
            outcome => panic!("{outcome:?}"),
        }
    }

    /// The looks, without the order's token.
    fn looks(&self) -> Vec<String> {
        let journal = self.sandbox.journal();
        journal[1..]
            .iter()
            .map(|entry| entry.path.split("/tf-").next().unwrap().to_owned())
            .collect()
    }
}

const BY_TOKEN: &str = "/order/alternate";
const ELSEWHERE: [&str; 2] = ["/order/certificate", "/request"];

#[tokio::test(start_paused = true)]
async fn an_order_is_looked_for_by_its_token_for_two_minutes_and_then_elsewhere() {
    let account = Account::new().await;
    let begin = Instant::now();
    let problem = account.unknown(600, &CancellationToken::new()).await;
    assert!(
        problem
            .detail
            .contains("It was looked for by its token and not found."),
        "{}",
        problem.detail
    );
    assert_eq!(begin.elapsed().as_secs(), 120);
    let looks = account.looks();
    assert_eq!(looks[..7], [BY_TOKEN; 7]);
    assert_eq!(looks[7..], ELSEWHERE);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_leaves_one_look_by_token_and_one_elsewhere() {
    let account = Account::new().await;
    account.unknown(0, &CancellationToken::new()).await;
    let looks = account.looks();
    assert_eq!(looks[0], BY_TOKEN);
    assert_eq!(looks[1..], ELSEWHERE);
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_one_look_by_token() {
    let account = Account::new().await;
    let stop = CancellationToken::new();
    stop.cancel();
    let begin = Instant::now();
    account.unknown(600, &stop).await;
    assert_eq!(begin.elapsed().as_secs(), 0);
    assert_eq!(account.looks(), [BY_TOKEN]);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_is_told_wherever_it_is() {
    for rule in [
        "GET /order/alternate/* 1x* html status=503",
        "GET /order/certificate 1x* html status=503",
        "GET /request 1x* html status=503",
    ] {
        let account = Account::new().await;
        account.rule(rule);
        let problem = account.unknown(600, &CancellationToken::new()).await;
        let told = "Looking for it failed too: ";
        assert!(problem.detail.contains(told), "{rule}: {}", problem.detail);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_rejected_meanwhile_does_not_keep_the_order_from_being_looked_for() {
    let account = Account::new().await;
    let prepared = prepared(&order());
    let placed = account
        .client
        .place_order(&prepared.product, &prepared.body)
        .await
        .unwrap();
    account.rule(
        r#"GET /user/* answer {"status": 403, "body": {"errors":[{"code":"access_denied|access_denied_invalid_key","message":"No."}]}}"#,
    );
    account.client.current_user().await.unwrap_err();
    let outcome = account.settled(600, &CancellationToken::new()).await;
    let Outcome::Settled(order) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(order.id, placed.id);
}
