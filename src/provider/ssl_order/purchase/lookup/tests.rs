//! What carries a token, against the sandbox.

mod ahead_of_notes;
mod lineage;
mod rivals;
mod similar;

use certcentral_sandbox::{Behavior, Move, Sandbox, Settings};

use super::super::new_order::Prepared;
use super::{Found, by_token};
use crate::certcentral::{Client, NewOrder, OrderId};
use crate::framework::Attr;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::{client, csr_for, order, prepared};

/// An account in which a renewal may be ordered at any time, and a user's own reference that any
/// order may carry.
struct Account {
    sandbox: Sandbox,
    client: Client,
    prepared: Prepared,
}

impl Account {
    fn new() -> Self {
        let sandbox = Sandbox::start(Settings {
            behavior: Behavior {
                early_renewal: true,
                ..Behavior::default()
            },
            ..Settings::default()
        })
        .unwrap();
        let client = client(&sandbox.base_url());
        let prepared = prepared(&referenced());
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

    /// Places the renewal of an order, under a reference of its own.
    async fn place_renewal(&self, former: OrderId) -> OrderId {
        let body = NewOrder {
            renewal_of_order_id: Some(former),
            alternative_order_id: Some(format!("renewal-of-{former}")),
            ..self.prepared.body.clone()
        };
        let placed = self.client.place_order(&self.prepared.product, &body);
        placed.await.unwrap().id
    }

    fn apply(&self, id: OrderId, step: Move) {
        self.sandbox.apply(id.get().unsigned_abs(), step).unwrap();
    }

    async fn found(&self) -> Found {
        by_token(&self.client, &self.prepared).await.unwrap()
    }

    /// The id of the only order, which has our key.
    async fn ours(&self) -> OrderId {
        match self.found().await {
            Found::Ours(order) => order.id,
            found => panic!("{found:?}"),
        }
    }

    async fn nothing(&self) {
        let found = self.found().await;
        assert!(matches!(found, Found::Nothing), "{found:?}");
    }
}

fn referenced() -> SslOrderModel {
    SslOrderModel {
        alternative_order_id: "web-42".into(),
        ..order()
    }
}

#[tokio::test]
async fn an_open_order_with_our_key_is_ours() {
    let account = Account::new();
    account.nothing().await;
    let placed = account.place().await;
    assert_eq!(account.ours().await, placed);
}

#[tokio::test]
async fn an_order_with_another_key_is_not_ours() {
    let mut account = Account::new();
    let csr = csr_for("shop.example.com", &[]);
    let own = std::mem::replace(&mut account.prepared.body.certificate.csr, csr);
    let placed = account.place().await;
    account.prepared.body.certificate.csr = own;
    let found = account.found().await;
    assert!(
        matches!(&found, Found::Others(others) if others[0].0 == placed),
        "{found:?}"
    );
}

#[tokio::test]
async fn two_open_orders_are_both_named() {
    let account = Account::new();
    let placed = [account.place().await, account.place().await];
    let Found::Several(mut ids) = account.found().await else {
        panic!("one or none");
    };
    ids.sort_unstable();
    assert_eq!(ids, placed);
}

#[tokio::test]
async fn closed_orders_hide_no_open_one_and_are_not_found() {
    let account = Account::new();
    for step in [Move::Revoke, Move::Expire] {
        let closed = account.place().await;
        account.apply(closed, step);
        account.nothing().await;
    }
    let open = account.place().await;
    assert_eq!(account.ours().await, open);
}

#[tokio::test]
async fn a_renewal_is_found_through_the_order_that_it_renews_open_or_expired() {
    let account = Account::new();
    let former = account.place().await;
    let renewal = account.place_renewal(former).await;
    assert_eq!(account.ours().await, renewal);
    account.apply(former, Move::Expire);
    assert_eq!(account.ours().await, renewal);
}

#[tokio::test]
async fn the_order_that_is_to_be_renewed_is_not_its_own_renewal() {
    let mut account = Account::new();
    let former = account.place().await;
    account.prepared = prepared(&SslOrderModel {
        renewal_of_order_id: Attr::Known(former.get()),
        ..referenced()
    });
    account.nothing().await;
    let renewal = account.place().await;
    assert_eq!(account.ours().await, renewal);
}

#[tokio::test]
async fn a_renewal_that_was_closed_does_not_hide_the_order_that_goes_on() {
    let account = Account::new();
    let former = account.place().await;
    let renewal = account.place_renewal(former).await;
    account.apply(renewal, Move::Revoke);
    assert_eq!(account.ours().await, former);
}

#[tokio::test]
async fn the_last_renewal_is_found_when_all_before_it_have_expired() {
    let account = Account::new();
    let first = account.place().await;
    let second = account.place_renewal(first).await;
    let third = account.place_renewal(second).await;
    account.apply(first, Move::Expire);
    account.apply(second, Move::Expire);
    assert_eq!(account.ours().await, third);
}
