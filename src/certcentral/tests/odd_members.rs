//! Answers with a member that is something else than it should be: only what something depends on
//! is needed, and of the order POST only the id.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::server::json as answered;
use super::transport::{order_id, place};
use crate::certcentral::account::{ContainerList, CustomFieldDefinitions};
use crate::certcentral::orders::certificates::IssuedCertificates;
use crate::certcentral::orders::list::{AlternateOrders, OrderList, StatusChanges};
use crate::certcentral::orders::update::Notes;
use crate::certcentral::request::RequestList;
use crate::certcentral::{
    CertificateChain, DcvCheck, Order, PlacedOrder, RandomValue, Request, ValidationStatus,
};

type Reads = fn(&str) -> bool;

/// Example bodies by the beginning of their names, how they are read, and the members that are
/// needed: `*` stands for every item of a list.
const KINDS: &[(&str, Reads, &[&str])] = &[
    (
        "order_info_",
        reads::<Order>,
        &[
            "id",
            "status",
            "certificate",
            "certificate/common_name",
            "certificate/dns_names",
            "certificate/dns_names/*",
        ],
    ),
    ("order_created_", reads::<PlacedOrder>, &["id"]),
    ("reissue_created_", reads::<PlacedOrder>, &["id"]),
    ("duplicate_created", reads::<PlacedOrder>, &["id"]),
    (
        "list_orders",
        reads::<OrderList>,
        &[
            "orders",
            "orders/*",
            "orders/*/id",
            "orders/*/status",
            "orders/*/certificate",
            "orders/*/certificate/common_name",
            "orders/*/certificate/dns_names",
            "orders/*/certificate/dns_names/*",
            "page",
            "page/total",
        ],
    ),
    (
        "alternate_orders_",
        reads::<AlternateOrders>,
        &[
            "orders",
            "orders/*",
            "orders/*/order_id",
            "orders/*/status",
            "page",
            "page/total",
        ],
    ),
    (
        "status_changes",
        reads::<StatusChanges>,
        &["orders", "orders/*", "orders/*/order_id", "orders/*/status"],
    ),
    (
        "list_reissues",
        reads::<IssuedCertificates>,
        &[
            "certificates",
            "certificates/*",
            "certificates/*/id",
            "certificates/*/common_name",
            "certificates/*/dns_names",
            "certificates/*/dns_names/*",
            "certificates/*/csr",
        ],
    ),
    (
        "notes",
        reads::<Notes>,
        &["notes", "notes/*", "notes/*/text"],
    ),
    (
        "requests",
        reads::<RequestList>,
        &[
            "requests",
            "requests/*",
            "requests/*/id",
            "requests/*/status",
            "requests/*/order",
            "requests/*/order/id",
            "page",
            "page/total",
        ],
    ),
    (
        "request.json",
        reads::<Request>,
        &["id", "status", "order", "order/id"],
    ),
    ("validation_status", reads::<ValidationStatus>, &[]),
    ("check_dcv_", reads::<DcvCheck>, &[]),
    (
        "dcv_random_value",
        reads::<RandomValue>,
        &["dcv_random_value"],
    ),
    (
        "chain",
        reads::<CertificateChain>,
        &["intermediates", "intermediates/*"],
    ),
    (
        "containers",
        reads::<ContainerList>,
        &["containers", "containers/*", "containers/*/id"],
    ),
    (
        "metadata",
        reads::<CustomFieldDefinitions>,
        &["metadata", "metadata/*", "metadata/*/id"],
    ),
];

fn reads<T: DeserializeOwned>(text: &str) -> bool {
    serde_json::from_str::<T>(text).is_ok()
}

/// What may stand in place of a member.
fn oddities() -> [Value; 12] {
    [
        Value::Null,
        json!(true),
        json!(5),
        json!(-5),
        json!(1.5),
        json!(1e300),
        json!("text"),
        json!(""),
        json!([]),
        json!({}),
        json!([[]]),
        json!({"id": {"id": []}}),
    ]
}

/// The paths of every member and item of a body.
fn paths(body: &Value) -> Vec<Vec<String>> {
    let inner: Vec<(String, &Value)> = match body {
        Value::Object(members) => members.iter().map(|(n, v)| (n.clone(), v)).collect(),
        Value::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered.map(|(at, v)| (at.to_string(), v)).collect()
        }
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (name, value) in inner {
        found.push(vec![name.clone()]);
        for mut path in paths(value) {
            path.insert(0, name.clone());
            found.push(path);
        }
    }
    found
}

/// The path with `*` in place of the numbers of items.
fn pattern(path: &[String]) -> String {
    let steps = path.iter().map(|step| match step.parse::<usize>() {
        Ok(_) => "*",
        Err(_) => step.as_str(),
    });
    steps.collect::<Vec<_>>().join("/")
}

#[test]
fn a_member_on_which_nothing_depends_never_fails_an_answer() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/certcentral");
    for (beginning, reads, needed) in KINDS {
        let mut refused = BTreeSet::new();
        let mut tried = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !file.starts_with(beginning) {
                continue;
            }
            let body: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            for path in paths(&body) {
                for odd in oddities() {
                    let mut spoiled = body.clone();
                    *spoiled
                        .pointer_mut(&format!("/{}", path.join("/")))
                        .unwrap() = odd.clone();
                    tried += 1;
                    if reads(&spoiled.to_string()) {
                        continue;
                    }
                    let pattern = pattern(&path);
                    assert!(
                        needed.contains(&pattern.as_str()),
                        "{file} is unreadable with {odd} as {pattern}"
                    );
                    refused.insert(pattern);
                }
            }
        }
        assert!(tried > 0, "{beginning}: no such file");
        let said: BTreeSet<_> = needed.iter().map(|&path| path.to_owned()).collect();
        assert_eq!(refused, said, "{beginning}: what is needed is refused");
    }
}

#[test]
fn what_is_good_beside_an_odd_member_is_read() {
    let order: Order = serde_json::from_value(json!({
        "id": 3_000_000_000.0, "status": "issued", "price": {}, "container": 5,
        "custom_fields": "", "validity_years": 1.5, "organization": "Example Widgets LLC",
        "certificate": {"id": {}, "common_name": "a.example.com", "dns_names": ["a.example.com"],
            "key_size": "large", "valid_till": 20_270_101, "serial_number": "0A"},
        "requests": [
            {"id": "7f1d4c57-9c0e-4d9b-8a51-c0aa3f0a4c1e", "status": "pending"},
            {"id": 7, "status": ["approved"], "type": "new_request"}
        ],
        "additional_emails": {"first": 5}, "is_renewed": "perhaps", "auto_renew": []
    }))
    .unwrap();
    assert_eq!(order.id, order_id(3_000_000_000));
    assert_eq!(order.certificate.serial_number.as_deref(), Some("0A"));
    assert_eq!(order.certificate.id, None);
    assert_eq!((order.price, order.container), (None, None));
    assert_eq!(order.validity_years, None);
    let [request] = &order.requests[..] else {
        panic!("not one request: {:?}", order.requests);
    };
    assert_eq!((request.id.get(), request.status.as_ref()), (7, None));
    assert_eq!(request.kind.as_deref(), Some("new_request"));
}

#[tokio::test]
async fn a_whole_positive_id_is_an_order_whatever_stands_beside_it() {
    let table: &[(&str, &[&str])] = &[
        (
            r#"{"id":3000000000,"requests":[{"id":null,"status":"pending"}]}"#,
            &["requests"],
        ),
        (
            r#"{"requests":{"id":5,"status":"pending"},"id":3000000000}"#,
            &["requests"],
        ),
        (
            r#"{"id":3000000000,"requests":"none","certificate_id":"soon"}"#,
            &["requests", "certificate_id"],
        ),
        (
            r#"{"id":3000000000,"certificate_id":{"id":5},"domains":7}"#,
            &["certificate_id", "domains"],
        ),
        (
            r#"{"id":3000000000,"certificate_chain":"-----BEGIN CERTIFICATE-----"}"#,
            &["certificate_chain"],
        ),
        (
            r#"{"id":3000000000,"certificate_chain":[null,{"pem":[]}],"dcv_random_value":[1]}"#,
            &["certificate_chain", "dcv_random_value"],
        ),
        (r#"{"id":3000000000.0}"#, &[]),
        (r#"{"id":"3000000000"}"#, &[]),
        (r#"{"id":3e9,"requests":null,"domains":{}}"#, &[]),
        (
            r#"{"id":3000000000,"errors":[{"code":"late","message":"x"}]}"#,
            &[],
        ),
        (
            r#"{"id":3000000000,"order":{"id":5},"status":[],"price":{}}"#,
            &[],
        ),
        (
            r#"{"id":3000000000,"certificate_id":1,"certificate_id":{}}"#,
            &[],
        ),
    ];
    for (body, odd) in table {
        for status in ["200 OK", "201 Created", "202 Accepted"] {
            let placed = place(answered(status, body)).await;
            let placed = placed.unwrap_or_else(|error| panic!("{status} {body}: {error}"));
            assert_eq!(placed.id, order_id(3_000_000_000), "{body}");
            assert_eq!(placed.odd_members, *odd, "{body}");
        }
    }
    for body in [
        r#"{"id":3000000000.5}"#,
        r#"{"id":[3000000000]}"#,
        r#"{"id":true}"#,
        r#"{"id":3000000000,"id":3000000001}"#,
        r#"{"order_id":3000000000}"#,
        "[3000000000]",
        "3000000000",
    ] {
        assert!(
            place(answered("201 Created", body)).await.is_err(),
            "{body}"
        );
    }
}
