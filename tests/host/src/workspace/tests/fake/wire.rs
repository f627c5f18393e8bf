//! The schemas of the fake provider, and its values on the wire.

use std::collections::BTreeMap;

use crate::{
    msgpack,
    proto::tfplugin6::{
        self as proto, diagnostic::Severity, resource_identity_schema::IdentityAttribute, schema,
    },
    schema::Schemas,
    ty::Type,
    value::Value,
};

pub(super) fn schemas() -> proto::get_provider_schema::Response {
    let attribute = |name: &str, required: bool, optional: bool| schema::Attribute {
        name: name.to_owned(),
        r#type: b"\"string\"".to_vec(),
        required,
        optional,
        computed: !required,
        ..Default::default()
    };
    let order = schema::Block {
        attributes: vec![
            attribute("name", true, false),
            attribute("id", false, false),
            attribute("note", false, true),
        ],
        ..Default::default()
    };
    let schema = |block| proto::Schema {
        version: 1,
        block: Some(block),
    };
    proto::get_provider_schema::Response {
        provider: Some(schema(schema::Block::default())),
        server_capabilities: Some(proto::ServerCapabilities {
            move_resource_state: true,
            generate_resource_config: true,
            ..Default::default()
        }),
        resource_schemas: [("x_order".to_owned(), schema(order.clone()))].into(),
        data_source_schemas: [("x_order".to_owned(), schema(order))].into(),
        ..Default::default()
    }
}

pub(super) fn ty() -> Type {
    Schemas::decode(&schemas()).0.resources["x_order"]
        .block
        .implied_type()
}

pub(super) fn read(value: Option<&proto::DynamicValue>) -> Value {
    msgpack::decode(&ty(), &value.unwrap().msgpack).unwrap()
}

pub(super) fn wire(value: &Value) -> Option<proto::DynamicValue> {
    Some(proto::DynamicValue {
        msgpack: msgpack::encode(&ty(), value).unwrap(),
        json: vec![],
    })
}

pub(super) fn with(value: &Value, name: &str, text: Value) -> Value {
    let mut attributes: BTreeMap<_, _> = value.entries().unwrap().clone();
    attributes.insert(name.to_owned(), text);
    Value::Object(attributes)
}

pub(super) fn says(severity: Severity) -> Vec<proto::Diagnostic> {
    vec![proto::Diagnostic {
        severity: severity.into(),
        summary: "as told".to_owned(),
        ..Default::default()
    }]
}

/// `x_order` is named by its id.
pub(super) fn identity_schemas() -> proto::get_resource_identity_schemas::Response {
    let schema = proto::ResourceIdentitySchema {
        version: 1,
        identity_attributes: vec![IdentityAttribute {
            name: "id".to_owned(),
            r#type: b"\"string\"".to_vec(),
            required_for_import: true,
            ..Default::default()
        }],
    };
    proto::get_resource_identity_schemas::Response {
        identity_schemas: [("x_order".to_owned(), schema)].into(),
        diagnostics: vec![],
    }
}

fn identity_ty() -> Type {
    Type::Object([("id".to_owned(), Type::String)].into())
}

/// The identity with this id.
pub(super) fn identity(id: Value) -> Option<proto::ResourceIdentityData> {
    let value = Value::Object([("id".to_owned(), id)].into());
    Some(proto::ResourceIdentityData {
        identity_data: Some(proto::DynamicValue {
            msgpack: msgpack::encode(&identity_ty(), &value).unwrap(),
            json: vec![],
        }),
    })
}

/// The identity of an object; none for null.
pub(super) fn identity_of(object: &Value) -> Option<proto::ResourceIdentityData> {
    (!object.is_null()).then(|| identity(object.attribute("id").clone()))?
}

/// The id in an identity.
pub(super) fn id_in(identity: &proto::ResourceIdentityData) -> Value {
    let value = identity.identity_data.as_ref().unwrap();
    let identity = msgpack::decode(&identity_ty(), &value.msgpack).unwrap();
    identity.attribute("id").clone()
}
