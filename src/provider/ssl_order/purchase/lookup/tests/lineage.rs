//! The note that a reissue leaves, and what an order is to a configuration, against the sandbox.

use std::time::Duration;

use certcentral_sandbox::{At, Fault, Issuance, Sandbox, Settings};

use super::super::super::new_order;
use super::super::super::new_order::Prepared;
use super::super::super::token_notes::{MARK, note, remember};
use super::super::{Relation, latest, relation};
use crate::certcentral::{Client, Order, OrderId, Reissue};
use crate::framework::Attr;
use crate::provider::block::ProviderConfig;
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::{csr_for, names, order, session_of};

struct Account {
    sandbox: Sandbox,
    session: Session,
    client: Client,
}

impl Account {
    fn new() -> Self {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let config = ProviderConfig {
            api_key: "sandbox-unit".into(),
            base_url: Attr::Known(sandbox.base_url()),
            organization_id: Attr::Known(778_812),
            ..ProviderConfig::default()
        };
        let session = session_of(&config);
        let client = session.client().unwrap();
        Self {
            sandbox,
            session,
            client,
        }
    }

    fn prepared(&self, order: &SslOrderModel) -> Prepared {
        new_order::prepare(order, Some(778_812), None, &self.client.host()).unwrap()
    }

    async fn place(&self, order: &SslOrderModel) -> OrderId {
        let prepared = self.prepared(order);
        let placed = self.client.place_order(&prepared.product, &prepared.body);
        placed.await.unwrap().id
    }

    async fn reissue(&self, id: OrderId, to: &SslOrderModel) {
        let reissue = Reissue::new(self.prepared(to).body.certificate);
        self.client.reissue_order(id, &reissue).await.unwrap();
    }

    async fn note(&self, id: OrderId, order: &SslOrderModel) {
        let text = format!("{MARK}{}", self.prepared(order).token);
        self.client.add_note(id, &text).await.unwrap();
    }

    /// The last words of the calls since the journal had this length.
    fn calls(&self, seen: usize) -> Vec<String> {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let journal = self.sandbox.journal();
        journal[seen..]
            .iter()
            .map(|entry| format!("{} {}", entry.method, last(&entry.path)))
            .collect()
    }

    /// The calls that leave a note on the order once it is what `order` says.
    async fn remembered(&self, id: OrderId, order: &SslOrderModel) -> Vec<String> {
        let seen = self.sandbox.journal().len();
        let reference = order.alternative_order_id.as_str();
        remember(&self.client, id, reference, order, &self.session).await;
        self.calls(seen)
    }

    /// What the order is to a configuration, and the calls that tell it.
    async fn kin(&self, id: OrderId, order: &SslOrderModel) -> (Relation, Vec<String>) {
        let info = self.client.order(id).await.unwrap();
        let seen = self.sandbox.journal().len();
        let kin = relation(&self.client, &info, &self.prepared(order)).await;
        (kin.unwrap(), self.calls(seen))
    }

    /// The texts of the notes, oldest first.
    async fn notes(&self, id: OrderId) -> Vec<String> {
        let notes = self.client.notes(id).await.unwrap();
        notes
            .into_iter()
            .rev()
            .filter_map(|note| note.text)
            .collect()
    }
}

fn with_names(dns_names: &[&str]) -> SslOrderModel {
    SslOrderModel {
        dns_names: names(dns_names),
        ..order()
    }
}

fn with_another_key() -> SslOrderModel {
    SslOrderModel {
        csr: Attr::Known(csr_for("shop.example.com", &[])),
        ..order()
    }
}

/// The order in state: its reference is the token that it was placed with.
fn in_state(order: SslOrderModel, reference: &str) -> SslOrderModel {
    SslOrderModel {
        alternative_order_id: reference.into(),
        ..order
    }
}

#[tokio::test]
async fn each_content_of_a_reissued_order_is_noted_once() {
    let account = Account::new();
    let id = account.place(&order()).await;
    let reference = account.prepared(&order()).token;
    let mut expected = Vec::new();
    for name in ["one.example.com", "two.example.com"] {
        let reissued = with_names(&[name]);
        let state = in_state(reissued.clone(), &reference);
        assert_eq!(
            account.remembered(id, &state).await,
            ["GET note", "POST note"]
        );
        assert_eq!(account.remembered(id, &state).await, ["GET note"]);
        expected.push(format!(
            "Reissued by Terraform, found from now on as {}",
            account.prepared(&reissued).token
        ));
    }
    assert_eq!(account.notes(id).await, expected);
}

#[tokio::test]
async fn an_order_that_its_reference_finds_gets_no_note() {
    let account = Account::new();
    let id = account.place(&order()).await;
    let reference = account.prepared(&order()).token;
    for state in [
        in_state(order(), &reference),
        in_state(with_names(&["one.example.com"]), "web-42"),
    ] {
        assert_eq!(account.remembered(id, &state).await, [] as [&str; 0]);
    }
}

#[tokio::test]
async fn the_organization_of_the_provider_block_is_part_of_the_noted_content() {
    let account = Account::new();
    let without = |order: SslOrderModel| SslOrderModel {
        organization: Attr::Null,
        ..order
    };
    let id = account.place(&without(order())).await;
    let reference = account.prepared(&without(order())).token;
    let reissued = without(with_names(&["one.example.com"]));
    let state = in_state(reissued.clone(), &reference);
    assert_eq!(
        account.remembered(id, &state).await,
        ["GET note", "POST note"]
    );
    account.note(id, &reissued).await;
    let notes = account.notes(id).await;
    assert_eq!(notes[0], notes[1]);
}

#[tokio::test]
async fn an_order_with_our_key_and_our_reference_is_the_same_without_a_look_at_its_notes() {
    let account = Account::new();
    let id = account.place(&order()).await;
    assert_eq!(account.kin(id, &order()).await, (Relation::Same, vec![]));
}

#[tokio::test]
async fn an_order_with_another_key_is_foreign_without_another_look() {
    let account = Account::new();
    let id = account.place(&with_another_key()).await;
    account.note(id, &order()).await;
    let kin = account.kin(id, &order()).await;
    assert_eq!(kin, (Relation::Foreign, vec![]));
}

#[tokio::test]
async fn an_order_with_our_key_and_a_reference_of_its_own_is_told_by_its_notes() {
    let account = Account::new();
    let id = account.place(&in_state(order(), "web-42")).await;
    let look = || vec!["GET note".to_owned()];
    let kin = account.kin(id, &order()).await;
    assert_eq!(kin, (Relation::Foreign, look()));
    account.client.add_note(id, "Mine.").await.unwrap();
    assert!(note(&account.client, id, &account.prepared(&order())).await);
    let kin = account.kin(id, &order()).await;
    assert_eq!(kin, (Relation::Same, look()));
    let other = SslOrderModel {
        order_key: "second".into(),
        ..order()
    };
    let kin = account.kin(id, &other).await;
    assert_eq!(kin, (Relation::Foreign, look()));
}

/// A reference may be cut or kept in another case, and this machine's own address has several
/// spellings.
#[tokio::test]
async fn an_order_with_our_key_is_known_by_a_damaged_reference_and_at_another_spelling_of_the_host()
{
    let account = Account::new();
    let token = account.prepared(&order()).token;
    let host = account.client.host().replace("127.0.0.1", "localhost");
    let elsewhere = new_order::prepare(&order(), Some(778_812), None, &host).unwrap();
    assert_ne!(elsewhere.token, token);
    for (reference, kin) in [
        (token[..20].to_owned(), Relation::Same),
        (token[..13].to_owned(), Relation::Same),
        (token.to_uppercase(), Relation::Same),
        (elsewhere.token, Relation::Same),
        (token[..12].to_owned(), Relation::Sibling),
        (format!("{token}x"), Relation::Sibling),
    ] {
        let id = account.place(&in_state(order(), &reference)).await;
        assert_eq!(account.kin(id, &order()).await.0, kin, "{reference}");
    }
}

#[tokio::test]
async fn an_order_with_our_key_under_another_token_is_told_by_its_notes_and_reissues() {
    let account = Account::new();
    let second = SslOrderModel {
        order_key: "second".into(),
        ..order()
    };
    let third = SslOrderModel {
        order_key: "third".into(),
        ..order()
    };
    let looks = ["GET note".to_owned(), "GET reissue".to_owned()];

    let bought_on_purpose = account.place(&second).await;
    let kin = account.kin(bought_on_purpose, &order()).await;
    assert_eq!(kin, (Relation::Sibling, looks.to_vec()));

    let reissued = account.place(&second).await;
    account.reissue(reissued, &second).await;
    let kin = account.kin(reissued, &order()).await;
    assert_eq!(kin, (Relation::Doubtful, looks.to_vec()));

    account.note(reissued, &third).await;
    let kin = account.kin(reissued, &order()).await;
    assert_eq!(kin, (Relation::Sibling, looks.to_vec()));

    account.note(reissued, &order()).await;
    let kin = account.kin(reissued, &order()).await;
    assert_eq!(kin, (Relation::Same, looks[..1].to_vec()));
}

#[tokio::test]
async fn an_order_with_another_key_that_waits_for_a_reissue_is_told_by_its_notes() {
    let account = Account::new();
    let theirs = in_state(with_another_key(), &account.prepared(&order()).token);
    let id = account.place(&theirs).await;
    account
        .sandbox
        .change(|behavior| behavior.issuance = Issuance::Manual);
    account.reissue(id, &order()).await;
    let note = vec!["GET note".to_owned()];
    let kin = account.kin(id, &order()).await;
    assert_eq!(kin, (Relation::Doubtful, note.clone()));

    account.note(id, &with_names(&["one.example.com"])).await;
    let kin = account.kin(id, &order()).await;
    let both = vec!["GET note".to_owned(), "GET reissue".to_owned()];
    assert_eq!(kin, (Relation::Foreign, both));

    account.note(id, &order()).await;
    assert_eq!(account.kin(id, &order()).await, (Relation::Same, note));
}

#[tokio::test]
async fn a_reissue_after_the_last_note_or_of_which_nothing_is_told_is_doubtful() {
    let account = Account::new();
    let second = SslOrderModel {
        order_key: "second".into(),
        ..order()
    };
    let id = account.place(&second).await;
    account.note(id, &with_names(&["one.example.com"])).await;
    account.sandbox.advance(Duration::from_secs(60));
    account.reissue(id, &order()).await;
    assert_eq!(account.kin(id, &order()).await.0, Relation::Doubtful);

    let id = account.place(&second).await;
    account.reissue(id, &order()).await;
    let untold = Fault::Remove {
        pointer: "/certificates/0/csr".to_owned(),
    };
    let list = "GET /order/certificate/*/reissue".parse().unwrap();
    account.sandbox.fault(list, 1, At::After, untold);
    assert_eq!(account.kin(id, &order()).await.0, Relation::Doubtful);
}

#[tokio::test]
async fn an_order_of_which_too_little_is_told_may_be_ours() {
    let account = Account::new();
    let ours = account.prepared(&order()).token;
    type Thinned = fn(&mut Order);
    let nothing: Thinned = |_| {};
    let names: Thinned = |order| {
        order.certificate.common_name = None;
        order.certificate.dns_names.clear();
    };
    let csr: Thinned = |order| order.certificate.csr = None;
    let reference: Thinned = |order| order.alternative_order_id = None;
    for (bears, left_out, kin) in [
        (ours.as_str(), &[nothing][..], Relation::Same),
        (&ours, &[names], Relation::Same),
        (&ours, &[csr], Relation::Untold),
        (&ours, &[reference], Relation::Untold),
        (&ours, &[names, csr], Relation::Untold),
        (&ours, &[names, csr, reference], Relation::Untold),
        // Its names are told, which is what a similar order is known by.
        (&ours, &[csr, reference], Relation::Foreign),
        ("PO-4711", &[names, csr], Relation::Foreign),
        ("PO-4711", &[nothing], Relation::Foreign),
    ] {
        let id = account.place(&in_state(order(), bears)).await;
        let mut info = account.client.order(id).await.unwrap();
        left_out.iter().for_each(|thin| thin(&mut info));
        let told = relation(&account.client, &info, &account.prepared(&order())).await;
        assert_eq!(told.unwrap(), kin, "{bears}: {info:?}");
    }
}

#[tokio::test]
async fn an_order_of_the_same_content_as_a_renewal_is_its_twin() {
    let account = Account::new();
    let renewal = SslOrderModel {
        renewal_of_order_id: Attr::Known(2_147_400_001),
        ..order()
    };
    let twin = account.place(&order()).await;
    assert_eq!(account.kin(twin, &renewal).await, (Relation::Twin, vec![]));

    let second = SslOrderModel {
        order_key: "second".into(),
        ..order()
    };
    let reissued = account.place(&second).await;
    let kin = account.kin(reissued, &renewal).await;
    assert_eq!(kin.0, Relation::Sibling);
    account.note(reissued, &order()).await;
    let kin = account.kin(reissued, &renewal).await;
    assert_eq!(kin, (Relation::Twin, vec!["GET note".to_owned()]));
}

#[tokio::test]
async fn a_renewal_that_is_named_counts_only_for_an_order_that_is_renewed() {
    let account = Account::new();
    let id = account.place(&order()).await;
    let named = account.place(&order()).await;
    let mut info = account.client.order(id).await.unwrap();
    info.renewed_order_id = Some(named);
    for (is_renewed, expected) in [(false, id), (true, named)] {
        info.is_renewed = is_renewed;
        let last = latest(&account.client, info.clone()).await.unwrap();
        assert_eq!(last.id, expected);
    }
}
