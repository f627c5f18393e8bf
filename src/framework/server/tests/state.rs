//! Reading, upgrading and importing states.

use std::collections::HashMap;

use tonic::Request;

use super::bed::{Bed, TYPE_NAME, decoded, errors, order, token};
use crate::framework::server::proto::provider_server::Provider as _;
use crate::framework::server::proto::{RawState, import_resource_state, upgrade_resource_state};
use crate::framework::server::to_proto;
use crate::framework::{AttributePath, Value};

fn stored(note: &str) -> Value {
    order([
        ("name", "a.example".into()),
        ("note", note.into()),
        ("id", "7".into()),
        ("status", "issued".into()),
    ])
}

#[tokio::test]
async fn a_read_returns_the_object_as_it_is_with_its_private_data() {
    let answer = Bed::new().read(&stored("fine")).await;
    assert_eq!(answer.diagnostics, []);
    let state = decoded(answer.new_state.as_ref());
    assert_eq!(state.attribute("status"), &"revoked".into());
    assert_eq!(state.attribute("id"), &"7".into());
    assert_eq!(answer.private, token("kept"));
}

#[tokio::test]
async fn an_object_that_is_gone_reads_as_null() {
    let answer = Bed::new().read(&stored("gone")).await;
    assert_eq!(answer.diagnostics, []);
    assert_eq!(decoded(answer.new_state.as_ref()), Value::Null);
}

#[tokio::test]
async fn a_failed_read_keeps_state_and_private_data() {
    for (note, error) in [
        ("unreachable", "Order not read"),
        ("silent", "Unexpected provider behaviour"),
    ] {
        let answer = Bed::new().read(&stored(note)).await;
        assert_eq!(errors(&answer.diagnostics), [error]);
        assert_eq!(decoded(answer.new_state.as_ref()), stored(note));
        assert_eq!(answer.private, token("kept"));
    }
}

#[tokio::test]
async fn a_panic_in_a_read_is_an_error() {
    let answer = Bed::new().read(&stored("panic")).await;
    assert_eq!(
        errors(&answer.diagnostics),
        ["Unexpected provider behaviour"]
    );
}

async fn upgraded(version: i64, raw_state: RawState) -> upgrade_resource_state::Response {
    let request = upgrade_resource_state::Request {
        type_name: TYPE_NAME.to_owned(),
        version,
        raw_state: Some(raw_state),
    };
    let bed = Bed::new();
    let answer = bed
        .server
        .upgrade_resource_state(Request::new(request))
        .await;
    answer.unwrap().into_inner()
}

fn json(text: &str) -> RawState {
    RawState {
        json: text.as_bytes().to_vec(),
        flatmap: HashMap::new(),
    }
}

#[tokio::test]
async fn a_state_of_this_version_is_read_with_nulls_for_what_it_lacks() {
    let answer = upgraded(
        2,
        json(r#"{"name":"a.example","contacts":[{"email":"x@a.example","contact_id":5}]}"#),
    )
    .await;
    assert_eq!(answer.diagnostics, []);
    let contact = super::bed::contact([("email", "x@a.example".into()), ("contact_id", 5.into())]);
    let expected = order([
        ("name", "a.example".into()),
        ("contacts", Value::List(vec![contact])),
    ]);
    assert_eq!(decoded(answer.upgraded_state.as_ref()), expected);
}

#[tokio::test]
async fn an_older_state_is_upgraded_by_the_resource() {
    let answer = upgraded(1, json(r#"{"common_name":"a.example"}"#)).await;
    assert_eq!(answer.diagnostics, []);
    assert_eq!(
        decoded(answer.upgraded_state.as_ref()),
        order([("name", "a.example".into())])
    );
}

#[tokio::test]
async fn states_that_cannot_be_read_are_errors_never_panics() {
    let flatmap = RawState {
        json: Vec::new(),
        flatmap: HashMap::from([("name".to_owned(), "a".to_owned())]),
    };
    for (version, raw, error) in [
        (2, flatmap, "State of an unsupported form"),
        (2, RawState::default(), "State of an unsupported form"),
        (2, json("{"), "State not readable"),
        (2, json("[]"), "State not readable"),
        (2, json(r#"{"surplus":1}"#), "State not readable"),
        (3, json("{}"), "State from a newer provider"),
        (0, json("{}"), "Unexpected provider behaviour"),
    ] {
        let answer = upgraded(version, raw).await;
        assert_eq!(errors(&answer.diagnostics), [error]);
        assert_eq!(answer.upgraded_state, None);
    }
}

#[tokio::test]
async fn a_broken_attribute_of_a_state_is_pointed_at() {
    let answer = upgraded(2, json(r#"{"contacts":[{"contact_id":"many"}]}"#)).await;
    let path = AttributePath::of("contacts")
        .index(0)
        .attribute("contact_id");
    assert_eq!(answer.diagnostics[0].attribute, Some(to_proto::path(&path)));
}

#[tokio::test]
async fn an_import_returns_one_object_for_core_to_read() {
    let bed = Bed::new();
    let request = |id: &str| {
        Request::new(import_resource_state::Request {
            type_name: TYPE_NAME.to_owned(),
            id: id.to_owned(),
            ..import_resource_state::Request::default()
        })
    };
    let answer = bed.server.import_resource_state(request("42")).await;
    let answer = answer.unwrap().into_inner();
    let [imported] = answer.imported_resources.as_slice() else {
        panic!("{answer:?}")
    };
    assert_eq!(imported.type_name, TYPE_NAME);
    assert_eq!(
        decoded(imported.state.as_ref()),
        order([("id", "42".into())])
    );
    assert_eq!(imported.private, token("imported"));
    let answer = bed.server.import_resource_state(request("")).await;
    let answer = answer.unwrap().into_inner();
    assert_eq!(errors(&answer.diagnostics), ["Order not imported"]);
    assert_eq!(answer.imported_resources, []);
}
