//! Data sources: what they return, what would be refused, and what waits for the provider block.

use std::sync::atomic::Ordering;

use tonic::Request;

use super::bed::{Bed, errors, warnings};
use super::test_provider::price_schema;
use crate::framework::server::proto::provider_server::Provider as _;
use crate::framework::server::proto::{
    ClientCapabilities, DynamicValue, deferred, get_provider_schema, read_data_source,
    validate_data_resource_config,
};
use crate::framework::{Value, msgpack};

const TYPE_NAME: &str = "test_price";

fn object<const N: usize>(values: [(&str, Value); N]) -> Value {
    Value::Object(values.map(|(name, value)| (name.to_owned(), value)).into())
}

fn part(label: &str, amount: Value) -> Value {
    object([("label", label.into()), ("amount", amount)])
}

fn price(name: Value, region: Value, amount: Value, parts: Value) -> Value {
    object([
        ("name", name),
        ("region", region),
        ("amount", amount),
        ("parts", parts),
    ])
}

fn config(name: &str) -> Value {
    let parts = Value::List(vec![part("tax", Value::Null)]);
    price(name.into(), Value::Null, Value::Null, parts)
}

fn encoded(value: &Value) -> Option<DynamicValue> {
    Some(DynamicValue {
        msgpack: msgpack::encode(value, &price_schema().ty()).unwrap(),
        json: Vec::new(),
    })
}

async fn read(bed: &Bed, config: &Value, deferral_allowed: bool) -> read_data_source::Response {
    let request = read_data_source::Request {
        type_name: TYPE_NAME.to_owned(),
        config: encoded(config),
        client_capabilities: Some(ClientCapabilities {
            deferral_allowed,
            ..ClientCapabilities::default()
        }),
        ..read_data_source::Request::default()
    };
    let answer = bed.server.read_data_source(Request::new(request)).await;
    answer.unwrap().into_inner()
}

async fn validated(type_name: &str, config: &Value) -> validate_data_resource_config::Response {
    let request = validate_data_resource_config::Request {
        type_name: type_name.to_owned(),
        config: encoded(config),
    };
    let bed = Bed::new();
    let answer = bed
        .server
        .validate_data_resource_config(Request::new(request));
    answer.await.unwrap().into_inner()
}

#[tokio::test]
async fn the_schema_lists_data_sources_apart_from_resources() {
    let request = Request::new(get_provider_schema::Request {});
    let answer = Bed::new().server.get_provider_schema(request).await;
    let answer = answer.unwrap().into_inner();
    assert!(!answer.resource_schemas.contains_key(TYPE_NAME));
    let block = answer.data_source_schemas[TYPE_NAME]
        .block
        .as_ref()
        .unwrap();
    assert_eq!(block.description, "A price.");
}

#[tokio::test]
async fn a_configuration_is_checked_also_with_unknown_values() {
    let answer = validated(TYPE_NAME, &config("")).await;
    assert_eq!(errors(&answer.diagnostics), ["Invalid name"]);
    let unknown = price(Value::Unknown, Value::Unknown, Value::Null, Value::Unknown);
    assert_eq!(validated(TYPE_NAME, &unknown).await.diagnostics, []);
    let answer = validated("test_order", &config("x")).await;
    assert_eq!(errors(&answer.diagnostics), ["Unknown data source"]);
}

#[tokio::test]
async fn a_read_returns_the_configuration_and_what_was_found() {
    let bed = Bed::new();
    let answer = read(&bed, &config("dear"), true).await;
    assert_eq!(warnings(&answer.diagnostics), ["Price is high"]);
    assert_eq!(answer.deferred, None);
    let state = msgpack::decode(&answer.state.unwrap().msgpack, &price_schema().ty()).unwrap();
    let parts = Value::List(vec![part("tax", 7.into())]);
    assert_eq!(state, price("dear".into(), "us".into(), 293.into(), parts));
}

#[tokio::test]
async fn a_failed_read_has_no_state() {
    for (name, error) in [
        ("absent", "Price not found"),
        ("silent", "Unexpected provider behaviour"),
        ("panic", "Unexpected provider behaviour"),
    ] {
        let answer = read(&Bed::new(), &config(name), false).await;
        assert_eq!(errors(&answer.diagnostics), [error], "{name}");
        assert_eq!(answer.state, None);
    }
}

/// Core refuses the first two itself, and takes the others although they change an argument.
#[tokio::test]
async fn a_state_that_is_not_known_or_changes_an_argument_is_refused() {
    let everywhere = |name: &str| {
        let parts = Value::List(vec![part("tax", Value::Null)]);
        price(name.into(), "eu".into(), Value::Null, parts)
    };
    for (name, detail) in [
        ("unknown", "amount is still unknown after apply"),
        (
            "other region",
            "region was planned with a known value and came back with another",
        ),
        ("other part", "parts[0].label was planned and is now absent"),
    ] {
        let answer = read(&Bed::new(), &everywhere(name), false).await;
        assert_eq!(
            errors(&answer.diagnostics),
            ["Unexpected provider behaviour"]
        );
        assert_eq!(answer.state, None);
        let shown = &answer.diagnostics[0].detail;
        assert!(shown.contains(detail), "{shown}");
        assert!(!shown.contains("mars"), "{shown}");
    }
}

#[tokio::test]
async fn a_read_waits_for_the_provider_block_where_core_allows_it() {
    let bed = Bed::new();
    bed.script.awaits_settings.store(true, Ordering::Relaxed);
    let waits = read(&bed, &config("x"), true).await;
    assert_eq!(waits.diagnostics, []);
    let reason = waits.deferred.unwrap().reason();
    assert_eq!(reason, deferred::Reason::ProviderConfigUnknown);
    let state = msgpack::decode(&waits.state.unwrap().msgpack, &price_schema().ty()).unwrap();
    assert!(state.is_unknown());
    let fails = read(&bed, &config("absent"), false).await;
    assert_eq!(errors(&fails.diagnostics), ["Price not found"]);
}
