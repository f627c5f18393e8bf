//! Identities beside states and plans, imports by identity, and identities of older versions.

use tonic::Request;

use super::bed::{Bed, TYPE_NAME, decoded, encoded, errors, identified, identity, order, token};
use crate::framework::server::proto::provider_server::Provider as _;
use crate::framework::server::proto::{
    RawState, get_resource_identity_schemas, import_resource_state, read_resource,
    upgrade_resource_identity,
};
use crate::framework::{Value, msgpack};

fn stored(note: &str) -> Value {
    order([
        ("name", "a.example".into()),
        ("note", note.into()),
        ("hash", "sha256".into()),
        ("id", "7".into()),
        ("status", "issued".into()),
    ])
}

fn config(note: &str) -> Value {
    order([("name", "a.example".into()), ("note", note.into())])
}

#[tokio::test]
async fn core_is_told_what_an_identity_consists_of() {
    let request = Request::new(get_resource_identity_schemas::Request {});
    let bed = Bed::new();
    let answer = bed.server.get_resource_identity_schemas(request);
    let answer = answer.await.unwrap().into_inner();
    let schema = &answer.identity_schemas[TYPE_NAME];
    assert_eq!(schema.version, 1);
    let [id] = schema.identity_attributes.as_slice() else {
        panic!("{schema:?}")
    };
    assert_eq!(
        (id.name.as_str(), &id.r#type[..]),
        ("id", &b"\"string\""[..])
    );
    assert!(id.required_for_import && !id.optional_for_import);
}

#[tokio::test]
async fn the_identity_of_a_new_object_is_left_out_of_its_plan_and_known_after_apply() {
    let bed = Bed::new();
    let config = config("fine");
    let plan = bed.plan(&Value::Null, &config, &config).await;
    assert_eq!(plan.planned_identity, None);
    let planned = decoded(plan.planned_state.as_ref());
    let made = bed.apply(&Value::Null, &planned, &config).await;
    assert_eq!(identified(made.new_identity.as_ref()), Some("7".into()));
}

#[tokio::test]
async fn an_update_keeps_the_identity() {
    let bed = Bed::new();
    let (prior, config) = (stored("fine"), config("other"));
    let plan = bed.plan(&prior, &stored("other"), &config).await;
    assert_eq!(identified(plan.planned_identity.as_ref()), Some("7".into()));
    let planned = decoded(plan.planned_state.as_ref());
    let updated = bed.apply(&prior, &planned, &config).await;
    assert_eq!(identified(updated.new_identity.as_ref()), Some("7".into()));
}

#[tokio::test]
async fn an_update_in_place_may_change_the_identity_which_its_plan_then_leaves_out() {
    let bed = Bed::new();
    let (prior, config) = (stored("fine"), config("renew"));
    let plan = bed.plan(&prior, &stored("renew"), &config).await;
    assert_eq!(plan.diagnostics, []);
    assert_eq!(plan.requires_replace, []);
    assert_eq!(plan.planned_identity, None);
    let planned = decoded(plan.planned_state.as_ref());
    assert_eq!(planned.attribute("id"), &Value::Unknown);
    let renewed = bed.apply(&prior, &planned, &config).await;
    assert_eq!(renewed.diagnostics, []);
    assert_eq!(
        decoded(renewed.new_state.as_ref()).attribute("id"),
        &"8".into()
    );
    assert_eq!(identified(renewed.new_identity.as_ref()), Some("8".into()));
}

#[tokio::test]
async fn what_was_done_of_a_failed_update_has_its_identity() {
    let bed = Bed::new();
    let (prior, config) = (stored("fine"), config("half"));
    let answer = bed.apply(&prior, &stored("half"), &config).await;
    assert_eq!(errors(&answer.diagnostics), ["Order not updated"]);
    assert_eq!(identified(answer.new_identity.as_ref()), Some("7".into()));
}

#[tokio::test]
async fn a_read_gives_an_identity_to_a_state_that_an_older_core_wrote() {
    let answer = Bed::new().read(&stored("fine")).await;
    assert_eq!(identified(answer.new_identity.as_ref()), Some("7".into()));
}

#[tokio::test]
async fn a_failed_read_keeps_the_identity() {
    let request = read_resource::Request {
        type_name: TYPE_NAME.to_owned(),
        current_state: Some(encoded(&stored("unreachable"))),
        current_identity: Some(identity("7")),
        ..read_resource::Request::default()
    };
    let answer = Bed::new().server.read_resource(Request::new(request)).await;
    let answer = answer.unwrap().into_inner();
    assert_eq!(errors(&answer.diagnostics), ["Order not read"]);
    assert_eq!(answer.new_identity, Some(identity("7")));
}

#[tokio::test]
async fn an_object_that_is_gone_or_deleted_has_no_identity() {
    let bed = Bed::new();
    assert_eq!(bed.read(&stored("gone")).await.new_identity, None);
    let deleted = bed.apply(&stored("fine"), &Value::Null, &Value::Null).await;
    assert_eq!(deleted.new_identity, None);
    let kept = bed
        .apply(&stored("stuck"), &Value::Null, &Value::Null)
        .await;
    assert_eq!(identified(kept.new_identity.as_ref()), Some("7".into()));
}

async fn imported(id: &str) -> import_resource_state::Response {
    let request = import_resource_state::Request {
        type_name: TYPE_NAME.to_owned(),
        identity: Some(identity(id)),
        ..import_resource_state::Request::default()
    };
    let bed = Bed::new();
    let answer = bed.server.import_resource_state(Request::new(request));
    answer.await.unwrap().into_inner()
}

#[tokio::test]
async fn an_import_by_identity_answers_with_the_identity() {
    let answer = imported("42").await;
    assert_eq!(answer.diagnostics, []);
    let [object] = answer.imported_resources.as_slice() else {
        panic!("{answer:?}")
    };
    assert_eq!(decoded(object.state.as_ref()), order([("id", "42".into())]));
    assert_eq!(object.private, token("imported"));
    assert_eq!(identified(object.identity.as_ref()), Some("42".into()));
}

#[tokio::test]
async fn an_import_by_identity_without_one_in_the_answer_is_an_error() {
    let answer = imported("nameless").await;
    assert_eq!(
        errors(&answer.diagnostics),
        ["Unexpected provider behaviour"]
    );
    assert_eq!(answer.imported_resources, []);
}

#[tokio::test]
async fn an_identity_of_an_older_version_is_upgraded() {
    for (version, json, upgraded, error) in [
        (0, r#"{"number":7}"#, Some("7"), None),
        (1, r#"{"id":"7"}"#, Some("7"), None),
        (1, r#"{"id":[]}"#, None, Some("Identity not readable")),
        (2, r#"{"id":"7"}"#, None, Some("Identity refused")),
        (1, "{", None, Some("State not readable")),
        (1, "", None, Some("State of an unsupported form")),
    ] {
        let request = upgrade_resource_identity::Request {
            type_name: TYPE_NAME.to_owned(),
            version,
            raw_identity: Some(RawState {
                json: json.as_bytes().to_vec(),
                ..RawState::default()
            }),
        };
        let bed = Bed::new();
        let answer = bed.server.upgrade_resource_identity(Request::new(request));
        let answer = answer.await.unwrap().into_inner();
        assert_eq!(
            identified(answer.upgraded_identity.as_ref()),
            upgraded.map(Value::from),
            "{version} {json}"
        );
        assert_eq!(errors(&answer.diagnostics), Vec::from_iter(error));
    }
}

#[test]
fn an_identity_has_the_type_of_its_schema() {
    let data = identity("7").identity_data.unwrap();
    let ty = super::test_provider::order_identity_schema().ty();
    let expected = Value::Object([("id".to_owned(), "7".into())].into());
    assert_eq!(msgpack::decode(&data.msgpack, &ty), Ok(expected));
}
