//! Every call of the client, and what the gates make of it. A call that is not in the table, or
//! stands there as something else than it is, fails here: nothing that changes an account can be
//! added without a decision.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use super::server::{Server, Turn, certificate};
use crate::certcentral::*;

/// POSTs that change nothing.
const QUESTIONS: [&str; 1] = ["POST /services/v2/finance/order-pricing "];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Changes nothing.
    Reads,
    /// Changes something.
    Changes,
    /// Changes something for money.
    Buys,
    /// Revokes.
    Revokes,
}

type Failure = Pin<Box<dyn Future<Output = Option<Error>>>>;

struct Row {
    name: &'static str,
    kind: Kind,
    call: fn(Client) -> Failure,
}

macro_rules! table {
    ($($kind:ident $name:ident($($argument:expr),*);)+) => {
        vec![$(Row {
            name: stringify!($name),
            kind: Kind::$kind,
            call: |client| Box::pin(async move { client.$name($($argument),*).await.err() }),
        }),+]
    };
}

fn table() -> Vec<Row> {
    table! {
        Reads account();
        Reads current_user();
        Reads containers();
        Reads custom_fields();
        Reads orders_by_alternative_id("tf-token");
        Reads certificate_chain(id());
        Reads download_certificate(id());
        Reads status_changes(Duration::from_secs(60));
        Reads domain(id());
        Reads domains(None);
        Reads order_price(&price_query());
        Reads balance(None);
        Reads reissues(id());
        Reads duplicates(id());
        Reads orders(&OrderFilter::default());
        Reads notes(id());
        Reads order(id::<OrderId>());
        Reads organizations(None);
        Reads organization(id());
        Reads approvers();
        Reads products();
        Reads product("ssl_basic");
        Reads request(id());
        Reads requests(None);
        Reads waiting_requests();
        Reads validation_status(id());
        Buys place_order("ssl_basic", &NewOrder::new(certificate()));
        Revokes revoke_order(id(), &Revocation::default());
        Revokes revoke_certificate(id(), &Revocation::default());
        Changes reissue_order(id(), &Reissue::new(certificate()));
        Changes duplicate_order(id(), &Duplicate::new(certificate()));
        Changes cancel_order(id(), "note");
        Changes decide_request(id(), Decision::Approved, "comment");
        Changes add_note(id(), "note");
        Changes dcv_random_value(id());
        Changes check_dcv(id());
        Changes update_dcv_method(id(), "email");
        Changes update_auto_reissue(id(), true);
        Changes update_additional_emails(id(), &[]);
        Changes update_custom_field(id(), &CustomFieldValue { metadata_id: 1, value: "x".to_owned() });
        Changes update_renewal_message(id(), None);
        Changes update_renewal_notifications(id(), true);
        Changes update_contacts(id(), &[]);
    }
}

fn id<T: TryFrom<i64, Error = InvalidId>>() -> T {
    T::try_from(7).unwrap()
}

fn price_query() -> PriceQuery {
    PriceQuery {
        certificate: PricedNames {
            dns_names: vec!["shop.example.com".to_owned()],
        },
        order_validity: Validity::Years(1),
        product_name_id: "ssl_basic".to_owned(),
        renewal_of_order_valid_till: None,
    }
}

/// A server that closes every connection without an answer, and a client that may do everything but
/// what `change` forbids.
async fn met(row: &Row, change: impl FnOnce(&mut Config)) -> (Server, Error) {
    let server = Server::start(vec![Turn::Answer(Vec::new()), Turn::Answer(Vec::new())]).await;
    let mut config = server.config();
    config.allow_revocation = true;
    change(&mut config);
    let failure = (row.call)(Client::new(config).unwrap()).await;
    let failure = failure.unwrap_or_else(|| panic!("{} succeeded without an answer", row.name));
    (server, failure)
}

/// Every file of the client but its tests, with its name.
fn sources() -> Vec<(String, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/certcentral")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                if name != "tests" {
                    folders.push(path);
                }
            } else if name != "tests.rs" {
                sources.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    sources
}

#[test]
fn every_call_of_the_client_is_in_the_table() {
    let mut written = BTreeSet::new();
    for (_, text) in sources() {
        let calls = text.lines().filter_map(|line| {
            let signature = line.strip_prefix("    pub async fn ")?;
            Some(signature.split(['(', '<']).next()?.to_owned())
        });
        written.extend(calls);
    }
    let known: BTreeSet<_> = table().iter().map(|row| row.name.to_owned()).collect();
    assert_eq!(written, known);
}

/// What is no GET and no question cannot be made without naming its change: see [`Call`].
#[test]
fn only_the_client_sends() {
    let senders = |what: &str| -> Vec<String> {
        let senders = sources()
            .into_iter()
            .filter(|(_, text)| text.contains(what));
        senders.map(|(name, _)| name).collect()
    };
    assert_eq!(senders("transport::send("), ["client.rs"]);
    assert_eq!(senders("self.send("), ["client.rs"]);
    assert_eq!(senders("Call::ask("), ["price.rs"]);
}

#[tokio::test]
async fn a_read_only_client_sends_nothing_that_changes() {
    for row in table() {
        let (server, failure) = met(&row, |config| config.read_only = true).await;
        if row.kind == Kind::Reads {
            assert!(server.connections() > 0, "{} is only a read", row.name);
            for request in server.requests() {
                let reads = request.starts_with("GET ")
                    || QUESTIONS
                        .iter()
                        .any(|question| request.starts_with(question));
                assert!(reads, "{} sent {request}", row.name);
            }
        } else {
            let refused = matches!(failure, Error::Config(ConfigError::ReadOnly));
            assert!(refused, "{}: {failure}", row.name);
            assert_eq!(failure.certainty(), Certainty::NothingHappened);
            assert_eq!(server.connections(), 0, "{}", row.name);
        }
    }
}

#[tokio::test]
async fn a_client_that_may_change_things_sends_each_change_once() {
    for row in table() {
        let (server, _) = met(&row, |_| {}).await;
        if row.kind != Kind::Reads {
            let requests = server.requests();
            assert_eq!(requests.len(), 1, "{}", row.name);
            assert!(
                !requests[0].starts_with("GET "),
                "{} changes nothing",
                row.name
            );
        }
    }
}

#[tokio::test]
async fn only_revocations_need_the_permission_to_revoke() {
    for row in table() {
        let (server, failure) = met(&row, |config| config.allow_revocation = false).await;
        let refused = matches!(failure, Error::Config(ConfigError::RevocationNotAllowed));
        assert_eq!(
            refused,
            row.kind == Kind::Revokes,
            "{}: {failure}",
            row.name
        );
        assert_eq!(server.connections() == 0, refused, "{}", row.name);
    }
}

#[tokio::test]
async fn only_purchases_count_as_orders() {
    for row in table() {
        let (server, failure) = met(&row, |config| config.max_orders = Some(0)).await;
        let refused = matches!(failure, Error::Config(ConfigError::OrderLimit { limit: 0 }));
        assert_eq!(refused, row.kind == Kind::Buys, "{}: {failure}", row.name);
        assert_eq!(server.connections() == 0, refused, "{}", row.name);
    }
}

#[tokio::test]
async fn what_changes_is_in_the_audit_log_or_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    for row in table() {
        let path = folder.path().join(row.name);
        let (server, _) = met(&row, |config| config.audit_log = Some(AuditLog::new(&path))).await;
        assert!(server.connections() > 0, "{}", row.name);
        let lines = fs::read_to_string(&path)
            .unwrap_or_default()
            .lines()
            .count();
        let expected = if row.kind == Kind::Reads { 0 } else { 2 };
        assert_eq!(lines, expected, "{}", row.name);

        let nowhere = folder.path().join("nowhere").join(row.name);
        let (server, failure) = met(&row, |config| {
            config.audit_log = Some(AuditLog::new(&nowhere));
        })
        .await;
        let refused = matches!(&failure, Error::Config(ConfigError::AuditLog { path, .. }) if *path == nowhere);
        assert_eq!(refused, row.kind != Kind::Reads, "{}: {failure}", row.name);
        assert_eq!(server.connections() == 0, refused, "{}", row.name);
    }
}
