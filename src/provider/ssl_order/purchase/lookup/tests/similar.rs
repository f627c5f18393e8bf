//! Which orders of the account are similar, against the sandbox.

use certcentral_sandbox::{Approval, Behavior, Issuance, Move, Sandbox, Settings};
use serde_json::json;
use time::macros::{date, datetime};

use super::super::super::new_order::Prepared;
use super::super::super::open_orders::OpenOrder;
use super::super::{Known, Similar, awaiting_approval, candidates, is_recent, may_be_for, similar};
use crate::certcentral::{Client, NewOrder, Order, OrderId, Reissue, RequestOrder};
use crate::framework::Attr;
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::{
    csr_for, fixture, new_organization, order, prepared, session,
};

/// An account in which others have ordered, and the order that is about to be placed.
struct Account {
    sandbox: Sandbox,
    session: Session,
    client: Client,
    prepared: Prepared,
}

impl Account {
    fn new(approval: Approval) -> Self {
        let sandbox = Sandbox::start(Settings {
            start_at: Some(datetime!(2026-05-01 12:00 UTC)),
            behavior: Behavior {
                approval,
                early_renewal: true,
                ..Behavior::default()
            },
            ..Settings::default()
        })
        .unwrap();
        let session = session(&sandbox);
        let client = session.client().unwrap();
        Self {
            sandbox,
            session,
            client,
            prepared: prepared(&order()),
        }
    }

    /// An order of somebody else, by hand and for another key.
    async fn place(&self, change: impl FnOnce(&mut NewOrder)) -> OrderId {
        let mut body = self.prepared.body.clone();
        body.certificate.csr = csr_for("shop.example.com", &[]);
        body.alternative_order_id = None;
        change(&mut body);
        let placed = self.client.place_order(&self.prepared.product, &body);
        placed.await.unwrap().id
    }

    fn apply(&self, id: OrderId, step: Move) {
        self.sandbox.apply(id.get().unsigned_abs(), step).unwrap();
    }

    /// Lets an order wait for a reissue to our names.
    async fn reissue(&self, id: OrderId) {
        self.sandbox
            .change(|behavior| behavior.issuance = Issuance::Manual);
        let mut certificate = self.prepared.body.certificate.clone();
        certificate.csr = csr_for("shop.example.com", &[]);
        let reissue = Reissue::new(certificate);
        self.client.reissue_order(id, &reissue).await.unwrap();
    }

    /// The orders that were looked at one by one since the journal had this length.
    fn looked_at(&self, seen: usize) -> Vec<i64> {
        let journal = self.sandbox.journal();
        let paths = journal[seen..].iter().map(|entry| entry.path.as_str());
        paths
            .filter_map(|path| path.strip_prefix("/order/certificate/")?.parse().ok())
            .collect()
    }

    async fn similar(&self) -> Similar {
        // Today is CertCentral's day as its newest answer tells it.
        self.client.current_user().await.unwrap();
        similar(
            &self.client,
            &self.prepared,
            &self.session,
            &Known::default(),
        )
        .await
        .unwrap()
    }
}

fn ids(orders: &[Order]) -> Vec<OrderId> {
    orders.iter().map(|order| order.id).collect()
}

#[tokio::test]
async fn the_list_is_asked_for_our_common_name_product_and_organization() {
    let mut account = Account::new(Approval::None);
    let narrow = "filters%5Bcommon_name%5D=shop.example.com&filters%5Bproduct_name_id%5D=ssl_plus";
    let rest = "sort=-date_created&offset=0&limit=1000";
    let new = prepared(&SslOrderModel {
        organization: Attr::Known(new_organization()),
        ..order()
    });
    for (prepared, query) in [
        (
            account.prepared.clone(),
            format!("{narrow}&filters%5Borganization_id%5D=778812&{rest}"),
        ),
        (new, format!("{narrow}&{rest}")),
    ] {
        account.prepared = prepared;
        let found = candidates(&account.client, &account.prepared).await;
        assert_eq!(ids(&found.unwrap()), []);
        assert_eq!(account.sandbox.journal().last().unwrap().query, query);
    }
}

#[tokio::test]
async fn only_open_orders_with_our_names_that_nothing_renews_are_looked_at() {
    let mut account = Account::new(Approval::None);
    let other_names = |body: &mut NewOrder| {
        body.certificate.dns_names = vec!["other.example.com".to_owned()];
    };
    let similar = account.place(|_| {}).await;
    let closed = account.place(|_| {}).await;
    account.apply(closed, Move::Revoke);
    account.place(other_names).await;
    let renewed = account.place(|_| {}).await;
    let renewal = account
        .place(|body| body.renewal_of_order_id = Some(renewed))
        .await;
    let to_be_renewed = account.place(|_| {}).await;
    account.prepared.body.renewal_of_order_id = Some(to_be_renewed);
    let pending = account.place(other_names).await;
    account.reissue(pending).await;

    let seen = account.sandbox.journal().len();
    let found = candidates(&account.client, &account.prepared).await;
    let expected = [pending, renewal, similar];
    assert_eq!(ids(&found.unwrap()), expected);
    assert_eq!(account.looked_at(seen), expected.map(OrderId::get));
}

#[tokio::test]
async fn the_newest_similar_order_is_named_and_older_ones_all_while_they_have_coverage() {
    let account = Account::new(Approval::None);
    let oldest = account.place(|_| {}).await;
    let newest = account.place(|_| {}).await;
    let a_day = std::time::Duration::from_secs(24 * 60 * 60);
    for days in 0..8 {
        let similar = account.similar().await;
        let Similar::Foreign(OpenOrder { id, placed, .. }) = similar else {
            panic!("{days}: {similar:?}");
        };
        assert_eq!((id, placed.as_str()), (newest, "on 2026-05-01"));
        account.sandbox.advance(a_day);
    }
    let similar = account.similar().await;
    let Similar::Older(older) = similar else {
        panic!("{similar:?}");
    };
    let ids: Vec<_> = older.iter().map(|order| order.id).collect();
    assert_eq!(ids, [newest, oldest]);
    assert_eq!(older[0].placed, "on 2026-05-01");
    assert_eq!(older[0].ends, "covers them until 2027-04-30");
}

#[tokio::test]
async fn an_order_that_waits_for_a_reissue_is_similar_only_with_our_names() {
    let account = Account::new(Approval::None);
    let other = account
        .place(|body| body.certificate.dns_names = vec!["other.example.com".to_owned()])
        .await;
    account.reissue(other).await;
    let seen = account.sandbox.journal().len();
    let similar = account.similar().await;
    assert!(matches!(similar, Similar::Nothing), "{similar:?}");
    assert_eq!(account.looked_at(seen), [other.get()]);
}

#[tokio::test]
async fn open_orders_are_found_by_the_requests_about_our_common_name() {
    for approval in [Approval::OneStep, Approval::TwoStep] {
        let account = Account::new(approval);
        let waiting = account.place(|_| {}).await;
        account
            .place(|body| {
                body.certificate.common_name = "www.example.com".to_owned();
                body.certificate.csr = csr_for("www.example.com", &[]);
            })
            .await;
        let closed = account.place(|_| {}).await;
        account.apply(closed, Move::Cancel);

        let seen = account.sandbox.journal().len();
        let requests = account.client.waiting_requests().await.unwrap();
        let seen = seen + 1;
        let found = awaiting_approval(&account.client, &account.prepared, &requests, &[]).await;
        assert_eq!(ids(&found.unwrap()), [waiting]);
        assert_eq!(account.looked_at(seen), [waiting.get(), closed.get()]);
    }
}

#[test]
fn a_request_may_be_about_our_names_unless_it_tells_another_one() {
    let prepared = prepared(&order());
    for (certificate, expected) in [
        (json!({ "common_name": "shop.example.com" }), true),
        (json!({ "common_name": "SHOP.example.com" }), true),
        (json!({ "common_name": "www.shop.example.com" }), false),
        (json!({}), true),
        (json!(null), true),
    ] {
        let about = json!({ "id": 112_233, "certificate": certificate });
        let about: RequestOrder = serde_json::from_value(about).unwrap();
        assert_eq!(may_be_for(&about, &prepared), expected, "{about:?}");
    }
}

#[test]
fn an_order_is_recent_for_seven_days_and_always_without_a_date() {
    let mut info: Order = fixture("order_info_issued.json");
    for (created, expected, told) in [
        (Some(datetime!(2026-05-08 00:00 UTC)), true, "on 2026-05-08"),
        (Some(datetime!(2026-05-01 00:00 UTC)), true, "on 2026-05-01"),
        (
            Some(datetime!(2026-04-30 23:59:59 UTC)),
            false,
            "on 2026-04-30",
        ),
        (None, true, "recently"),
    ] {
        info.date_created = created;
        assert_eq!(is_recent(&info, date!(2026 - 05 - 08)), expected, "{told}");
        assert_eq!(OpenOrder::seen(&info).placed, told);
    }
}
