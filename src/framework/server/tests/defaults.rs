//! What a resource type need not write itself.

use tonic::Request;

use super::bed::{Bed, errors};
use super::test_provider::note_schema;
use crate::framework::server::proto::provider_server::Provider as _;
use crate::framework::server::proto::{
    DynamicValue, apply_resource_change, import_resource_state, plan_resource_change,
};
use crate::framework::{Value, msgpack};

const TYPE_NAME: &str = "test_note";

fn note(text: &str) -> Value {
    Value::Object([("text".to_owned(), text.into())].into())
}

fn encoded(value: &Value) -> Option<DynamicValue> {
    Some(DynamicValue {
        msgpack: msgpack::encode(value, &note_schema().ty()).unwrap(),
        json: Vec::new(),
    })
}

fn decoded(value: Option<DynamicValue>) -> Value {
    msgpack::decode(&value.unwrap().msgpack, &note_schema().ty()).unwrap()
}

async fn applied(prior: &Value, planned: &Value) -> apply_resource_change::Response {
    let request = apply_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: encoded(prior),
        planned_state: encoded(planned),
        config: encoded(planned),
        ..apply_resource_change::Request::default()
    };
    let bed = Bed::new();
    let answer = bed.server.apply_resource_change(Request::new(request));
    answer.await.unwrap().into_inner()
}

#[tokio::test]
async fn a_plan_is_left_as_it_is_and_an_update_makes_it_the_state() {
    let request = plan_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: encoded(&note("old")),
        proposed_new_state: encoded(&note("new")),
        config: encoded(&note("new")),
        ..plan_resource_change::Request::default()
    };
    let bed = Bed::new();
    let plan = bed.server.plan_resource_change(Request::new(request)).await;
    let plan = plan.unwrap().into_inner();
    assert_eq!(plan.diagnostics, []);
    assert_eq!(decoded(plan.planned_state), note("new"));
    let updated = applied(&note("old"), &note("new")).await;
    assert_eq!(updated.diagnostics, []);
    assert_eq!(decoded(updated.new_state), note("new"));
    assert_eq!(updated.private, br#"{"version":1,"data":{}}"#);
}

#[tokio::test]
async fn a_delete_forgets_the_object() {
    let deleted = applied(&note("old"), &Value::Null).await;
    assert_eq!(deleted.diagnostics, []);
    assert_eq!(decoded(deleted.new_state), Value::Null);
}

#[tokio::test]
async fn an_import_is_refused() {
    let request = import_resource_state::Request {
        type_name: TYPE_NAME.to_owned(),
        id: "1".to_owned(),
        ..import_resource_state::Request::default()
    };
    let bed = Bed::new();
    let answer = bed
        .server
        .import_resource_state(Request::new(request))
        .await;
    let answer = answer.unwrap().into_inner();
    assert_eq!(errors(&answer.diagnostics), ["Import not supported"]);
    assert!(
        answer.diagnostics[0]
            .detail
            .contains("A test_note cannot be imported.")
    );
    assert_eq!(answer.imported_resources, []);
}
