//! Values of the provider block, the resources and the data sources, in msgpack, as Terraform sends
//! them with every call.
//!
//! An input is a line that names the schema (`provider`, a resource type, or `data.` and a data
//! source) and the bytes of a value.

use terraform_host::msgpack as core_msgpack;
use terraform_host::proto::tfplugin6 as proto;
use terraform_provider_digicert::framework::{Type, Value, msgpack};

use crate::plugin::{self, Plugin};
use crate::{Form, headed, quoted};

thread_local! {
    static PLUGIN: Plugin = Plugin::without_key();
}

/// Decodes the value, encodes it again and has it validated.
pub fn hold(input: &[u8]) -> Form {
    let Some((schema, bytes)) = headed(input) else {
        return Form::Foreign;
    };
    PLUGIN.with(|plugin| match (schema, plugin.resource(schema)) {
        ("provider", _) => {
            let value = decoded(bytes, &plugin.block);
            let request = proto::validate_provider_config::Request {
                config: plugin::in_msgpack(bytes),
            };
            let answer = plugin.call(async |core| core.validate_provider_config(request).await);
            let refused = plugin::refuse(&answer.diagnostics);
            judged(value.as_ref().filter(is_object), refused);
            Form::Fits
        }
        (_, Some(ty)) => {
            let value = decoded(bytes, ty);
            is_validated(plugin, schema, bytes, value.as_ref());
            is_kept_by_a_failed_read(plugin, schema, bytes, value.as_ref());
            Form::Fits
        }
        _ => {
            let data_source = schema.strip_prefix("data.");
            let Some((name, ty)) =
                data_source.and_then(|name| Some((name, plugin.data_source(name)?)))
            else {
                return Form::Foreign;
            };
            is_not_read_without_key(plugin, name, bytes, decoded(bytes, ty).as_ref());
            Form::Fits
        }
    })
}

/// The value, if the bytes hold one. Then it survives our own encoding, and core reads the same
/// value from both.
fn decoded(bytes: &[u8], ty: &Type) -> Option<Value> {
    let value = match msgpack::decode(bytes, ty) {
        Ok(value) => value,
        Err(error) => {
            quoted::is_harmless(&error.to_string());
            quoted::is_harmless(&error.path.to_string());
            return None;
        }
    };
    let again = msgpack::encode(&value, ty);
    let again = again.unwrap_or_else(|error| unreachable!("{value:?} has no msgpack: {error}"));
    assert_eq!(msgpack::decode(&again, ty).as_ref(), Ok(&value));

    if let Ok(ty) = terraform_host::ty::Type::from_json(&ty.to_json()) {
        let sent = core_msgpack::decode(&ty, bytes);
        let answered = core_msgpack::decode(&ty, &again);
        assert_eq!(sent, answered, "core reads something else");
    }
    Some(value)
}

fn is_validated(plugin: &Plugin, schema: &str, bytes: &[u8], value: Option<&Value>) {
    let request = proto::validate_resource_config::Request {
        type_name: schema.to_owned(),
        config: plugin::in_msgpack(bytes),
        client_capabilities: None,
    };
    let answer = plugin.call(async |core| core.validate_resource_config(request).await);
    judged(value.filter(is_object), plugin::refuse(&answer.diagnostics));
}

/// A configuration is validated; without a key nothing is looked up, and no state comes of it.
fn is_not_read_without_key(plugin: &Plugin, name: &str, bytes: &[u8], value: Option<&Value>) {
    let request = proto::validate_data_resource_config::Request {
        type_name: name.to_owned(),
        config: plugin::in_msgpack(bytes),
    };
    let answer = plugin.call(async |core| core.validate_data_resource_config(request).await);
    judged(value.filter(is_object), plugin::refuse(&answer.diagnostics));
    let request = proto::read_data_source::Request {
        type_name: name.to_owned(),
        config: plugin::in_msgpack(bytes),
        ..proto::read_data_source::Request::default()
    };
    let answer = plugin.call(async |core| core.read_data_source(request).await);
    assert!(plugin::refuse(&answer.diagnostics));
    assert_eq!(answer.state, None);
}

/// Without a key nothing can be looked at; no state is unknown. State and private data stay as they
/// are, to the byte.
fn is_kept_by_a_failed_read(plugin: &Plugin, schema: &str, bytes: &[u8], value: Option<&Value>) {
    // No bytes at all are an absent state, of which there is nothing to read.
    if value == Some(&Value::Unknown) || bytes.is_empty() {
        return;
    }
    let private = b"{\"version\":1,\"data\":{}}";
    let request = proto::read_resource::Request {
        type_name: schema.to_owned(),
        current_state: plugin::in_msgpack(bytes),
        private: private.to_vec(),
        ..proto::read_resource::Request::default()
    };
    let answer = plugin.call(async |core| core.read_resource(request).await);
    let refused = plugin::refuse(&answer.diagnostics);
    judged(value, refused);
    if value.is_some() && refused {
        assert_eq!(answer.new_state, plugin::in_msgpack(bytes));
        assert_eq!(answer.private, private);
    }
}

/// A configuration as a whole is never absent or unknown.
fn is_object(value: &&Value) -> bool {
    value.as_object().is_some()
}

/// What is no value, or none that core may send, is refused.
fn judged(value: Option<&Value>, refused: bool) {
    assert!(value.is_some() || refused, "no value and no error");
}
