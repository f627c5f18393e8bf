//! What Terraform read from a state file or from an `import` or `moved` block: JSON, private bytes,
//! words.
//!
//! An input is a line that says what the rest is:
//!
//! | line | rest |
//! |---|---|
//! | `state TYPE VERSION` | a stored state of that schema version |
//! | `identity TYPE VERSION` | a stored identity |
//! | `moved TYPE ADDRESS VERSION` | the state of another provider's resource that becomes a `digicert_ssl_order` |
//! | `private TYPE` | the private data beside a state |
//! | `import TYPE` | the id of an import |

use terraform_host::proto::tfplugin6 as proto;
use terraform_provider_digicert::framework::{Value, json, msgpack};

use crate::plugin::{self, Plugin};
use crate::{Form, headed};

/// A state as a release wrote it.
const STATE: &[u8] = include_bytes!("../../../tests/fixtures/states/digicert_ssl_order.v0.json");

thread_local! {
    static PLUGIN: Plugin = Plugin::without_key();
}

/// Hands the bytes to the call that Terraform makes with them.
pub fn hold(input: &[u8]) -> Form {
    let Some((head, rest)) = headed(input) else {
        return Form::Foreign;
    };
    let words: Vec<&str> = head.split(' ').collect();
    PLUGIN.with(|plugin| {
        let known = |type_name: &str| plugin.resource(type_name).is_some();
        match words[..] {
            ["state", type_name, version] if known(type_name) => {
                let Ok(version) = version.parse() else {
                    return Form::Foreign;
                };
                stored_state(plugin, type_name, version, rest);
            }
            ["identity", type_name, version] if known(type_name) => {
                let Ok(version) = version.parse() else {
                    return Form::Foreign;
                };
                stored_identity(plugin, type_name, version, rest);
            }
            ["moved", type_name, address, version] => {
                let Ok(version) = version.parse() else {
                    return Form::Foreign;
                };
                moved(plugin, type_name, address, version, rest);
            }
            ["private", type_name] if known(type_name) => private(plugin, type_name, rest),
            ["import", type_name] if known(type_name) => import(plugin, type_name, rest),
            _ => return Form::Foreign,
        }
        Form::Fits
    })
}

/// A state is refused, or brought into today's form; that form is upgraded no further.
fn stored_state(plugin: &Plugin, type_name: &str, version: i64, stored: &[u8]) {
    let Some(state) = upgraded(plugin, type_name, version, stored) else {
        return;
    };
    let value = known(plugin, type_name, &state);
    let written = json::encode(&value).unwrap_or_else(|error| unreachable!("{error}"));
    // Every schema of today has version 0.
    let again = upgraded(plugin, type_name, 0, written.to_string().as_bytes());
    let again = again.unwrap_or_else(|| unreachable!("today's form is refused: {written}"));
    assert_eq!(known(plugin, type_name, &again), value);
}

fn upgraded(
    plugin: &Plugin,
    type_name: &str,
    version: i64,
    stored: &[u8],
) -> Option<proto::DynamicValue> {
    let request = proto::upgrade_resource_state::Request {
        type_name: type_name.to_owned(),
        version,
        raw_state: raw(stored),
    };
    let answer = plugin.call(async |core| core.upgrade_resource_state(request).await);
    let refused = plugin::refuse(&answer.diagnostics);
    assert_eq!(answer.upgraded_state.is_none(), refused);
    answer.upgraded_state
}

fn stored_identity(plugin: &Plugin, type_name: &str, version: i64, stored: &[u8]) {
    let request = proto::upgrade_resource_identity::Request {
        type_name: type_name.to_owned(),
        version,
        raw_identity: raw(stored),
    };
    let answer = plugin.call(async |core| core.upgrade_resource_identity(request).await);
    if plugin::refuse(&answer.diagnostics) {
        assert_eq!(answer.upgraded_identity, None);
    }
    let Some(identity) = answer.upgraded_identity else {
        return;
    };
    // Whatever is an identity can be imported by: without a key it is refused, or makes a first
    // state.
    imported(
        plugin,
        proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            identity: Some(identity),
            ..proto::import_resource_state::Request::default()
        },
    );
}

/// A foreign state is refused, or becomes a state of ours that names its order.
fn moved(plugin: &Plugin, source: &str, address: &str, version: i64, state: &[u8]) {
    const TARGET: &str = "digicert_ssl_order";
    let request = proto::move_resource_state::Request {
        source_provider_address: address.to_owned(),
        source_type_name: source.to_owned(),
        source_schema_version: version,
        source_state: raw(state),
        target_type_name: TARGET.to_owned(),
        ..proto::move_resource_state::Request::default()
    };
    let answer = plugin.call(async |core| core.move_resource_state(request).await);
    let refused = plugin::refuse(&answer.diagnostics);
    assert_eq!(answer.target_state.is_none(), refused);
    if let Some(state) = answer.target_state {
        names_its_order(plugin, TARGET, &state);
    }
}

/// Private data is read or counts as none. The plan of a state that nobody changed hands on what
/// the next plan leaves as it is.
fn private(plugin: &Plugin, type_name: &str, private: &[u8]) {
    let Some(state) = upgraded(plugin, type_name, 0, STATE) else {
        return;
    };
    let generate = proto::generate_resource_config::Request {
        type_name: type_name.to_owned(),
        state: Some(state.clone()),
    };
    let config = plugin.call(async |core| core.generate_resource_config(generate).await);
    assert!(!plugin::refuse(&config.diagnostics));
    let plan = |private: &[u8]| {
        let request = proto::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(state.clone()),
            proposed_new_state: Some(state.clone()),
            config: config.config.clone(),
            prior_private: private.to_vec(),
            ..proto::plan_resource_change::Request::default()
        };
        let answer = plugin.call(async |core| core.plan_resource_change(request).await);
        (!plugin::refuse(&answer.diagnostics))
            .then_some((answer.planned_state, answer.planned_private))
    };
    if let Some((planned, handed_on)) = plan(private) {
        assert_eq!(plan(&handed_on), Some((planned, handed_on)));
    }
}

fn import(plugin: &Plugin, type_name: &str, id: &[u8]) {
    let Ok(id) = std::str::from_utf8(id) else {
        return;
    };
    imported(
        plugin,
        proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            ..proto::import_resource_state::Request::default()
        },
    );
}

/// An import without a key is refused, or its first state names the order.
fn imported(plugin: &Plugin, request: proto::import_resource_state::Request) {
    let answer = plugin.call(async |core| core.import_resource_state(request).await);
    let refused = plugin::refuse(&answer.diagnostics);
    assert_eq!(answer.imported_resources.is_empty(), refused);
    for imported in answer.imported_resources {
        if let Some(state) = &imported.state {
            names_its_order(plugin, &imported.type_name, state);
        }
    }
}

fn names_its_order(plugin: &Plugin, type_name: &str, state: &proto::DynamicValue) {
    let value = known(plugin, type_name, state);
    let id = value.attribute("order_id");
    let Value::Number(number) = id else {
        unreachable!("the order is {id:?}");
    };
    let number = number.to_string();
    assert!(number.parse::<i64>().is_ok_and(|id| id > 0), "{number}");
}

/// The value of an answer: wholly known, and of its type.
fn known(plugin: &Plugin, type_name: &str, state: &proto::DynamicValue) -> Value {
    let ty = plugin.resource(type_name);
    let ty = ty.unwrap_or_else(|| unreachable!("no resource {type_name}"));
    let value = msgpack::decode(&state.msgpack, ty);
    let value = value.unwrap_or_else(|error| unreachable!("{error}"));
    assert!(value.is_wholly_known(), "{value:?}");
    value
}

fn raw(bytes: &[u8]) -> Option<proto::RawState> {
    Some(proto::RawState {
        json: bytes.to_vec(),
        ..proto::RawState::default()
    })
}
