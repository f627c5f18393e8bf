//! How calls run: schema, provider block, dropped calls, StopProvider, unknown types, broken bytes.

use std::sync::Arc;

use tonic::Request;

use super::bed::{Bed, TYPE_NAME, apply_request, decoded, encoded, errors, order, warnings};
use crate::framework::server::proto::provider_server::Provider as _;
use crate::framework::server::proto::schema::object::NestingMode;
use crate::framework::server::proto::{
    DynamicValue, StringKind, configure_provider, get_provider_schema, stop_provider,
    validate_provider_config, validate_resource_config,
};
use crate::framework::server::to_proto;
use crate::framework::{AttributePath, Catalog, Value};

fn planned(note: &str) -> Value {
    order([
        ("name", "a.example".into()),
        ("note", note.into()),
        ("id", Value::Unknown),
        ("status", Value::Unknown),
    ])
}

fn config(note: &str) -> Value {
    order([("name", "a.example".into()), ("note", note.into())])
}

#[tokio::test]
async fn a_dropped_call_does_not_cancel_a_create() {
    let bed = Bed::new();
    let server = Arc::clone(&bed.server);
    let caller = tokio::spawn(async move {
        let request = apply_request(&Value::Null, &planned("wait"), &config("wait"));
        server.apply_resource_change(Request::new(request)).await
    });
    bed.script.started.notified().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    assert_eq!(bed.log(), [""; 0]);
    bed.script.go_on.notify_one();
    bed.script.finished.notified().await;
    assert_eq!(bed.log(), ["create of a.example"]);
    bed.drain.close();
    bed.drain.wait().await;
}

#[tokio::test]
async fn stop_ends_waits_keeps_the_order_and_serves_on() {
    let bed = Bed::new();
    let server = Arc::clone(&bed.server);
    let caller = tokio::spawn(async move {
        let note = "wait for stop";
        let request = apply_request(&Value::Null, &planned(note), &config(note));
        server.apply_resource_change(Request::new(request)).await
    });
    bed.script.started.notified().await;
    let stopped = bed
        .server
        .stop_provider(Request::new(stop_provider::Request {}))
        .await;
    assert_eq!(stopped.unwrap().into_inner().error, "");
    let answer = caller.await.unwrap().unwrap().into_inner();
    assert_eq!(warnings(&answer.diagnostics), ["Order pending"]);
    let state = decoded(answer.new_state.as_ref());
    assert_eq!(state.attribute("id"), &"7".into());
    assert_eq!(state.attribute("status"), &"pending".into());
    assert!(!bed.server.stop().token().is_cancelled());
    let later = bed
        .apply(&Value::Null, &planned("fine"), &config("fine"))
        .await;
    assert_eq!(later.diagnostics, []);
}

#[test]
fn schema_and_model_of_the_test_provider_agree() {
    let provider = super::test_provider::TestProvider(Arc::default());
    let catalog = Catalog::of(&provider);
    for entry in catalog.resources.iter().chain(&catalog.data_sources) {
        assert_eq!(entry.violations, [""; 0]);
    }
}

#[tokio::test]
async fn the_schema_says_what_core_needs() {
    let bed = Bed::new();
    let request = || Request::new(get_provider_schema::Request {});
    let first = bed.server.get_provider_schema(request()).await.unwrap();
    let second = bed.server.get_provider_schema(request()).await.unwrap();
    let answer = first.into_inner();
    assert_eq!(answer, second.into_inner());
    let capabilities = answer.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(capabilities.move_resource_state && capabilities.generate_resource_config);
    let schema = &answer.resource_schemas[TYPE_NAME];
    assert_eq!(schema.version, 2);
    let block = schema.block.as_ref().unwrap();
    assert_eq!(block.description, "An order.");
    let attribute = |name: &str| {
        let found = block.attributes.iter().find(|a| a.name == name);
        found.unwrap_or_else(|| panic!("no attribute {name}"))
    };
    let name = attribute("name");
    assert_eq!(name.r#type, b"\"string\"");
    assert_eq!(name.description_kind(), StringKind::Markdown);
    assert!(name.required && !name.optional && !name.computed);
    let hash = attribute("hash");
    assert!(!hash.required && hash.optional && hash.computed);
    let id = attribute("id");
    assert!(!id.required && !id.optional && id.computed);
    assert!(attribute("secret").sensitive);
    let contacts = attribute("contacts");
    assert_eq!(contacts.r#type, b"");
    let nested = contacts.nested_type.as_ref().unwrap();
    assert_eq!(nested.nesting(), NestingMode::List);
    let names: Vec<_> = nested.attributes.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["email", "role", "contact_id"]);
}

#[tokio::test]
async fn the_provider_block_is_checked_and_taken_over_more_than_once() {
    let bed = Bed::new();
    let block = |region: &[u8]| {
        let msgpack = [b"\x81\xa6region", region].concat();
        Some(DynamicValue {
            msgpack,
            json: Vec::new(),
        })
    };
    let request = validate_provider_config::Request {
        config: block(b"\xa4mars"),
    };
    let answer = bed
        .server
        .validate_provider_config(Request::new(request))
        .await;
    assert_eq!(
        errors(&answer.unwrap().into_inner().diagnostics),
        ["Unknown region"]
    );
    for region in [&b"\xd4\x00\x00"[..], b"\xa2eu"] {
        let request = configure_provider::Request {
            terraform_version: "1.11.4".to_owned(),
            config: block(region),
            client_capabilities: None,
        };
        let answer = bed.server.configure_provider(Request::new(request)).await;
        assert_eq!(answer.unwrap().into_inner().diagnostics, []);
    }
    assert_eq!(
        bed.log(),
        ["configure 1.11.4 Unknown", "configure 1.11.4 Known(\"eu\")"]
    );
}

async fn validated(
    bed: &Bed,
    type_name: &str,
    config: DynamicValue,
) -> validate_resource_config::Response {
    let request = validate_resource_config::Request {
        type_name: type_name.to_owned(),
        config: Some(config),
        client_capabilities: None,
    };
    let answer = bed
        .server
        .validate_resource_config(Request::new(request))
        .await;
    answer.unwrap().into_inner()
}

#[tokio::test]
async fn an_unknown_resource_type_is_named() {
    let answer = validated(&Bed::new(), "test_other", encoded(&Value::Null)).await;
    assert_eq!(errors(&answer.diagnostics), ["Unknown resource type"]);
    assert_eq!(
        answer.diagnostics[0].detail,
        "This provider has no resource type \"test_other\"."
    );
}

#[tokio::test]
async fn broken_bytes_are_an_error_at_their_attribute() {
    let bed = Bed::new();
    let mut config = encoded(&order([("name", "a.example".into())]));
    let at = config.msgpack.windows(5).position(|w| w == b"\xa4name");
    // Eight bytes of text become an array that the input does not have.
    config.msgpack[at.unwrap() + 5] = 0xdd;
    let answer = validated(&bed, TYPE_NAME, config).await;
    assert_eq!(errors(&answer.diagnostics), ["Value not readable"]);
    assert_eq!(
        answer.diagnostics[0].attribute,
        Some(to_proto::path(&AttributePath::of("name")))
    );
}

#[tokio::test]
async fn a_configuration_that_is_no_object_is_no_bug_of_the_provider() {
    for (config, found) in [
        (Value::Null, "expected an object, found null"),
        (Value::Unknown, "expected an object, found an unknown value"),
    ] {
        let answer = validated(&Bed::new(), TYPE_NAME, encoded(&config)).await;
        assert_eq!(errors(&answer.diagnostics), ["Value not readable"]);
        let detail = &answer.diagnostics[0].detail;
        assert!(detail.contains(found), "{detail}");
    }
}

#[tokio::test]
async fn a_panic_in_a_pure_call_is_an_error_too() {
    let config = encoded(&order([("note", "panic in validate".into())]));
    let answer = validated(&Bed::new(), TYPE_NAME, config).await;
    assert_eq!(
        errors(&answer.diagnostics),
        ["Unexpected provider behaviour"]
    );
}
