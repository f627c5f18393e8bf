//! Objects of other resource types that become ours.

use tonic::Request;

use super::bed::{Bed, TYPE_NAME, decoded, errors, identified, order, token, warnings};
use crate::framework::server::proto::provider_server::Provider as _;
use crate::framework::server::proto::{RawState, move_resource_state};

async fn moved(source_type_name: &str, json: &str) -> move_resource_state::Response {
    let request = move_resource_state::Request {
        source_provider_address: "registry.terraform.io/other/other".to_owned(),
        source_type_name: source_type_name.to_owned(),
        source_schema_version: 3,
        source_state: Some(RawState {
            json: json.as_bytes().to_vec(),
            ..RawState::default()
        }),
        target_type_name: TYPE_NAME.to_owned(),
        ..move_resource_state::Request::default()
    };
    let bed = Bed::new();
    let answer = bed.server.move_resource_state(Request::new(request)).await;
    answer.unwrap().into_inner()
}

#[tokio::test]
async fn a_moved_object_has_state_private_data_and_identity() {
    let answer = moved("other_order", r#"{"number":9,"key":"secret"}"#).await;
    assert_eq!(warnings(&answer.diagnostics), ["Key left behind"]);
    assert_eq!(
        decoded(answer.target_state.as_ref()),
        order([("id", "9".into())])
    );
    assert_eq!(answer.target_private, token("moved"));
    assert_eq!(
        identified(answer.target_identity.as_ref()),
        Some("9".into())
    );
}

/// An object of our own type that stood under another address.
async fn from_address(address: &str, version: i64, json: &str) -> move_resource_state::Response {
    let request = move_resource_state::Request {
        source_provider_address: address.to_owned(),
        source_type_name: TYPE_NAME.to_owned(),
        source_schema_version: version,
        source_state: Some(RawState {
            json: json.as_bytes().to_vec(),
            ..RawState::default()
        }),
        source_private: b"what the mirror kept".to_vec(),
        target_type_name: TYPE_NAME.to_owned(),
        ..move_resource_state::Request::default()
    };
    let bed = Bed::new();
    let answer = bed.server.move_resource_state(Request::new(request)).await;
    answer.unwrap().into_inner()
}

#[tokio::test]
async fn an_object_of_our_own_type_passes_from_any_address_of_this_provider() {
    let state = r#"{"name":"a.example","id":"9","status":"issued","newer":{"x":[1]}}"#;
    let expected = order([
        ("name", "a.example".into()),
        ("id", "9".into()),
        ("status", "issued".into()),
    ]);
    for address in [
        "registry.terraform.io/mycorp/test",
        "artifacts.mycorp.example:8443/tf/test",
        "test",
    ] {
        let answer = from_address(address, 2, state).await;
        assert_eq!(answer.diagnostics, [], "{address}");
        assert_eq!(decoded(answer.target_state.as_ref()), expected);
        assert_eq!(answer.target_private, b"what the mirror kept");
        let identity = identified(answer.target_identity.as_ref());
        assert_eq!(identity, Some("9".into()));
    }
}

#[tokio::test]
async fn an_older_state_of_another_address_is_upgraded_and_a_newer_one_refused() {
    let address = "registry.opentofu.org/mycorp/test";
    let answer = from_address(address, 1, r#"{"common_name":"a.example"}"#).await;
    assert_eq!(answer.diagnostics, []);
    let expected = order([("name", "a.example".into())]);
    assert_eq!(decoded(answer.target_state.as_ref()), expected);
    for (version, json, error) in [
        (3, "{}", "State from a newer provider"),
        (2, "{", "State not readable"),
        (2, "", "State of an unsupported form"),
        (2, r#"{"name":[]}"#, "State not readable"),
    ] {
        let answer = from_address(address, version, json).await;
        assert_eq!(errors(&answer.diagnostics), [error]);
        assert_eq!(answer.target_state, None);
    }
}

#[tokio::test]
async fn an_object_of_our_name_from_another_provider_is_left_to_the_resource() {
    for address in [
        "registry.terraform.io/test/other",
        "registry.terraform.io/mycorp/contest",
        "other",
        "",
    ] {
        let answer = from_address(address, 2, r#"{"name":"a.example"}"#).await;
        assert_eq!(
            errors(&answer.diagnostics),
            ["Order not moved"],
            "{address}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_moved_is_an_error_that_quotes_no_state() {
    for (type_name, json, error) in [
        ("another_order", r#"{"key":"secret"}"#, "Order not moved"),
        ("other_order", "{", "State not readable"),
        ("other_order", "", "State of an unsupported form"),
    ] {
        let answer = moved(type_name, json).await;
        assert_eq!(errors(&answer.diagnostics), [error]);
        assert!(!answer.diagnostics[0].detail.contains("secret"));
        assert_eq!(answer.target_state, None);
    }
}
