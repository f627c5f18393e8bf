//! Open orders for the same names, product and organization: ours under another reference, or somebody else's of the last week,
//! ordered by hand or with a key that was lost in a crash. Somebody else's is never taken over, only named.

use std::collections::BTreeSet;

use time::{Date, Duration, OffsetDateTime};
use tracing::debug;

use super::lineage;
use super::lineage::Relation;
use super::lookup::has_key;
use super::new_order::Prepared;
use crate::certcentral::{
    Client, Error, Order, OrderFilter, OrderId, OrderOrganization, OrderStatus, RequestOrder,
    RequestStatus,
};
use crate::provider::session::Session;
use crate::provider::ssl_order::equality::names_of;

/// How far back an order of somebody else counts, in days.
const DAYS_BACK: i64 = 7;

/// What the account has for the same names.
#[derive(Debug)]
pub(crate) enum Similar {
    /// Nothing that matters.
    Nothing,
    /// The order of this configuration, reissued or renewed since.
    Ours(Box<Order>),
    /// Another order of this configuration than the one that is to be renewed.
    Twin(OrderId),
    /// An order for our key of which nobody can tell.
    Doubtful(OrderId),
    /// Somebody else's of the last week.
    Foreign {
        /// Its id.
        id: OrderId,
        /// When it was placed, for a sentence.
        placed: String,
    },
}

/// Looks for similar orders. `renewal_of_order_id` is no duplicate of what renews it.
pub(crate) async fn look(
    client: &Client,
    prepared: &Prepared,
    session: &Session,
) -> Result<Similar, Error> {
    let today = session.today();
    let mut found = Similar::Nothing;
    for info in candidates(client, prepared).await? {
        match lineage::relation(client, &info, prepared).await? {
            Relation::Same => return Ok(Similar::Ours(Box::new(info))),
            // What this apply has let go of is replaced on purpose.
            _ if session.has_let_go(info.id) => {}
            Relation::Twin => return Ok(Similar::Twin(info.id)),
            Relation::Doubtful => found = Similar::Doubtful(info.id),
            Relation::Foreign if !has_our_names(&info, prepared) => {}
            Relation::Foreign if is_recent(&info, today) => {
                if matches!(found, Similar::Nothing) {
                    found = Similar::Foreign {
                        id: info.id,
                        placed: placed(&info),
                    };
                }
            }
            Relation::Foreign | Relation::Sibling => {}
        }
    }
    Ok(found)
}

/// The open orders with our names, our key and our token, where the look-up by token may not show them yet.
pub(crate) async fn with_our_token(
    client: &Client,
    prepared: &Prepared,
) -> Result<Vec<Order>, Error> {
    let is_ours = |order: &Order| {
        has_key(order, &prepared.csr)
            && order.alternative_order_id.as_deref() == Some(prepared.token.as_str())
    };
    let mut found = candidates(client, prepared).await?;
    found.retain(is_ours);
    if found.is_empty() {
        found = awaiting_approval(client, prepared).await?;
        found.retain(is_ours);
    }
    Ok(found)
}

/// The orders with our common name whose requests wait for an approver. It is not documented that lists of orders show these.
async fn awaiting_approval(client: &Client, prepared: &Prepared) -> Result<Vec<Order>, Error> {
    let mut ids = BTreeSet::new();
    for status in [RequestStatus::Submitted, RequestStatus::Pending] {
        for request in client.requests(Some(&status)).await? {
            ids.extend(
                request
                    .order
                    .filter(|order| may_be_for(order, prepared))
                    .map(|order| order.id),
            );
        }
    }
    let mut found = Vec::new();
    for id in ids {
        let order = client.order(id).await?;
        if order.status.is_open() {
            found.push(order);
        }
    }
    Ok(found)
}

/// Whether a request may be about our names. One that tells none may be about any.
fn may_be_for(order: &RequestOrder, prepared: &Prepared) -> bool {
    let ours = &prepared.body.certificate.common_name;
    let theirs = order
        .certificate
        .as_ref()
        .and_then(|certificate| certificate.common_name.as_deref());
    theirs.is_none_or(|theirs| theirs.eq_ignore_ascii_case(ours))
}

/// The open orders for the same names, product and organization, newest first. Of one that waits for a reissue, the list may show the
/// names that it is about to lose.
async fn candidates(client: &Client, prepared: &Prepared) -> Result<Vec<Order>, Error> {
    let certificate = &prepared.body.certificate;
    let filter = OrderFilter {
        common_name: Some(certificate.common_name.clone()),
        product_name_id: Some(prepared.product.clone()),
        organization_id: match &prepared.body.organization {
            Some(OrderOrganization::Existing(existing)) => Some(existing.id),
            _ => None,
        },
        ..OrderFilter::default()
    };
    debug!(common_name = %certificate.common_name, "looking for similar orders");
    let ours = names_of(Some(&certificate.common_name), &certificate.dns_names);
    let mut found = Vec::new();
    for listed in client.orders(&filter).await? {
        let may_be = listed.status.is_open()
            && !listed.is_renewed
            && prepared.renewal_of() != Some(listed.id);
        let theirs = &listed.certificate;
        let is_alike = names_of(theirs.common_name.as_deref(), &theirs.dns_names) == ours
            || listed.status == OrderStatus::ReissuePending;
        if may_be && is_alike {
            found.push(client.order(listed.id).await?);
        }
    }
    Ok(found)
}

/// Whether order info shows the names that we are about to order.
fn has_our_names(order: &Order, prepared: &Prepared) -> bool {
    let (ours, theirs) = (&prepared.body.certificate, &order.certificate);
    names_of(Some(&ours.common_name), &ours.dns_names)
        == names_of(theirs.common_name.as_deref(), &theirs.dns_names)
}

/// An order without a date counts as recent.
fn is_recent(order: &Order, today: Date) -> bool {
    order
        .date_created
        .is_none_or(|at| at.date() >= today - Duration::days(DAYS_BACK))
}

fn placed(order: &Order) -> String {
    order.date_created.map_or_else(
        || "recently".to_owned(),
        |at: OffsetDateTime| format!("on {}", at.date()),
    )
}

#[cfg(test)]
mod tests {
    use certcentral_sandbox::{Approval, Behavior, Issuance, Move, Sandbox, Settings};
    use serde_json::json;
    use time::macros::{date, datetime};

    use super::super::new_order::Prepared;
    use super::{Similar, awaiting_approval, candidates, is_recent, look, may_be_for, placed};
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
            look(&self.client, &self.prepared, &self.session)
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
        let narrow =
            "filters%5Bcommon_name%5D=shop.example.com&filters%5Bproduct_name_id%5D=ssl_plus";
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
    async fn the_newest_similar_order_is_named_and_none_that_is_older_than_a_week() {
        let account = Account::new(Approval::None);
        account.place(|_| {}).await;
        let newest = account.place(|_| {}).await;
        let a_day = std::time::Duration::from_secs(24 * 60 * 60);
        for days in 0..8 {
            let similar = account.similar().await;
            let Similar::Foreign { id, placed } = similar else {
                panic!("{days}: {similar:?}");
            };
            assert_eq!((id, placed.as_str()), (newest, "on 2026-05-01"));
            account.sandbox.advance(a_day);
        }
        let similar = account.similar().await;
        assert!(matches!(similar, Similar::Nothing), "{similar:?}");
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
            let found = awaiting_approval(&account.client, &account.prepared).await;
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
            assert_eq!(placed(&info), told);
        }
    }
}
