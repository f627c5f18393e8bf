//! Configurations made of imported states.

use tonic::Request;

use super::bed::{Bed, TYPE_NAME, contact, decoded, encoded, order};
use crate::framework::Value;
use crate::framework::server::proto::generate_resource_config;
use crate::framework::server::proto::provider_server::Provider as _;

async fn generated(state: &Value) -> Value {
    let request = generate_resource_config::Request {
        type_name: TYPE_NAME.to_owned(),
        state: Some(encoded(state)),
    };
    let bed = Bed::new();
    let answer = bed.server.generate_resource_config(Request::new(request));
    let answer = answer.await.unwrap().into_inner();
    assert_eq!(answer.diagnostics, []);
    decoded(answer.config.as_ref())
}

#[tokio::test]
async fn a_generated_configuration_holds_the_arguments_that_are_no_default() {
    let person = |role: Value, id: Value| {
        contact([
            ("email", "x@a.example".into()),
            ("role", role),
            ("contact_id", id),
        ])
    };
    let state = order([
        ("name", "a.example".into()),
        ("hash", "sha256".into()),
        ("id", "7".into()),
        ("status", "issued".into()),
        ("secret", "s".into()),
        (
            "contacts",
            Value::List(vec![
                person("technical".into(), 5.into()),
                person("legal".into(), 6.into()),
            ]),
        ),
    ]);
    let expected = order([
        ("name", "a.example".into()),
        (
            "contacts",
            Value::List(vec![
                person(Value::Null, Value::Null),
                person("legal".into(), Value::Null),
            ]),
        ),
    ]);
    assert_eq!(generated(&state).await, expected);
}

#[tokio::test]
async fn what_is_no_default_is_written_out() {
    let state = order([("name", "a.example".into()), ("hash", "sha384".into())]);
    assert_eq!(generated(&state).await, state);
}

#[tokio::test]
async fn no_object_has_no_configuration() {
    assert_eq!(generated(&Value::Null).await, Value::Null);
}
