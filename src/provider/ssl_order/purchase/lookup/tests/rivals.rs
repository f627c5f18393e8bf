//! Which orders count as the same one placed twice, against the sandbox.

use certcentral_sandbox::{At, Fault, Move, Sandbox, Settings};

use super::super::afterwards;
use crate::certcentral::{Client, OrderId};
use crate::provider::ssl_order::purchase::new_order::Prepared;
use crate::provider::ssl_order::samples::{client, csr_for, order, prepared};

/// An account in which some orders were placed at the same moment, and the eyes of a run that
/// placed one of them.
struct Account {
    sandbox: Sandbox,
    client: Client,
    prepared: Prepared,
}

impl Account {
    fn new() -> Self {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let client = client(&sandbox.base_url());
        let prepared = prepared(&order());
        Self {
            sandbox,
            client,
            prepared,
        }
    }

    async fn place(&self) -> OrderId {
        let (product, body) = (&self.prepared.product, &self.prepared.body);
        self.client.place_order(product, body).await.unwrap().id
    }

    /// What the run that placed `ours` is told.
    async fn told(&self, ours: OrderId) -> Vec<String> {
        let shown = afterwards(&self.client, &self.prepared, ours).await;
        let warnings = shown.warnings(ours, &self.prepared.token);
        warnings.into_iter().map(|warning| warning.detail).collect()
    }
}

#[tokio::test]
async fn both_runs_are_told_to_keep_the_earlier_order() {
    let account = Account::new();
    let (first, second) = (account.place().await, account.place().await);

    for (ours, other) in [(first, second), (second, first)] {
        let told = account.told(ours).await;
        assert_eq!(told.len(), 1, "{told:?}");
        for words in [
            format!(
                "Order {ours} is in this state, and order {other} (issued) carries the same token \
                 {}",
                account.prepared.token
            ),
            format!("Keep order {first}, the earlier one, and end order {second}"),
        ] {
            assert!(told[0].contains(&words), "{words}\n{}", told[0]);
        }
    }
}

#[tokio::test]
async fn an_order_alone_takes_one_look_and_no_word() {
    let account = Account::new();
    let ours = account.place().await;
    let seen = account.sandbox.journal().len();

    assert_eq!(account.told(ours).await, [] as [&str; 0]);
    let looks: Vec<_> = account.sandbox.journal()[seen..]
        .iter()
        .map(|entry| entry.path.clone())
        .collect();
    assert_eq!(
        looks,
        [format!("/order/alternate/{}", account.prepared.token)]
    );
}

#[tokio::test]
async fn a_look_up_that_lags_is_made_up_for_by_the_list() {
    let account = Account::new();
    let (first, second) = (account.place().await, account.place().await);
    let nothing = Fault::Answer {
        status: 404,
        body: r#"{"errors":[{"code":"not_found","message":"No orders"}]}"#.to_owned(),
        content_type: "application/json".to_owned(),
    };
    let route = "GET /order/alternate/*".parse().unwrap();
    account.sandbox.fault(route, 1, At::Before, nothing);

    let told = account.told(second).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains(&format!("order {first} (issued)")),
        "{}",
        told[0]
    );
}

#[tokio::test]
async fn a_closed_order_and_an_order_for_another_key_are_not_the_same_one() {
    let mut account = Account::new();
    let closed = account.place().await;
    account
        .sandbox
        .apply(closed.get().unsigned_abs(), Move::Revoke)
        .unwrap();
    let ours = account.place().await;
    let csr = csr_for("example.com", &[]);
    let own = std::mem::replace(&mut account.prepared.body.certificate.csr, csr);
    account.place().await;
    account.prepared.body.certificate.csr = own;

    assert_eq!(account.told(ours).await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_look_that_fails_leaves_the_order_as_it_is() {
    let account = Account::new();
    account.place().await;
    let ours = account.place().await;
    let route = "GET /order/alternate/*".parse().unwrap();
    account
        .sandbox
        .fault(route, 1, At::Before, Fault::Html { status: 403 });

    assert_eq!(account.told(ours).await, [] as [&str; 0]);
}

#[tokio::test]
async fn an_order_and_the_one_that_continues_it_are_not_the_same_one() {
    let mut account = Account::new();
    account
        .sandbox
        .change(|behavior| behavior.early_renewal = true);
    let former = account.place().await;
    account.prepared.body.renewal_of_order_id = Some(former);
    let renewal = account.place().await;
    account.prepared.body.renewal_of_order_id = None;
    assert_eq!(account.told(renewal).await, [] as [&str; 0], "is renewed");

    let other = account.place().await;
    assert_eq!(account.told(other).await.len(), 1);
    account.prepared.body.renewal_of_order_id = Some(renewal);
    assert_eq!(account.told(other).await, [] as [&str; 0], "to be renewed");
}

#[tokio::test]
async fn an_order_that_is_closed_is_no_second_one_whoever_tells_it() {
    let account = Account::new();
    let other = account.place().await;
    let ours = account.place().await;
    let closed_meanwhile = "GET /order/certificate/* after set pointer=/status value=revoked";
    account.sandbox.add_fault(closed_meanwhile.parse().unwrap());
    let seen = account.sandbox.journal().len();
    assert_eq!(account.told(ours).await, [] as [&str; 0]);
    assert_eq!(account.sandbox.journal().len(), seen + 2);

    account
        .sandbox
        .apply(other.get().unsigned_abs(), Move::Revoke)
        .unwrap();
    let seen = account.sandbox.journal().len();
    assert_eq!(account.told(ours).await, [] as [&str; 0]);
    assert_eq!(account.sandbox.journal().len(), seen + 1);
}
