//! A server of the test provider, and core's side of its calls in terms of values.

use std::sync::Arc;

use tokio_util::task::TaskTracker;
use tonic::Request;

use super::test_provider::{Script, TestProvider, order_identity_schema, order_schema};
use crate::framework::author::private_state;
use crate::framework::server::Server;
use crate::framework::server::proto::diagnostic::Severity;
use crate::framework::server::proto::provider_server::Provider as _;
use crate::framework::server::proto::{
    Diagnostic, DynamicValue, ResourceIdentityData, apply_resource_change, plan_resource_change,
    read_resource,
};
use crate::framework::{Type, Value, msgpack};

pub(super) const TYPE_NAME: &str = "test_order";

pub(super) struct Bed {
    pub(super) server: Arc<Server<TestProvider>>,
    pub(super) script: Arc<Script>,
    pub(super) drain: TaskTracker,
}

impl Bed {
    pub(super) fn new() -> Self {
        let script = Arc::<Script>::default();
        let drain = TaskTracker::new();
        let provider = TestProvider(Arc::clone(&script));
        Self {
            server: Arc::new(Server::new(provider, drain.clone())),
            script,
            drain,
        }
    }

    pub(super) fn log(&self) -> Vec<String> {
        self.script.log.lock().unwrap().clone()
    }

    pub(super) async fn plan(
        &self,
        prior: &Value,
        proposed: &Value,
        config: &Value,
    ) -> plan_resource_change::Response {
        let request = plan_request(prior, proposed, config);
        self.plan_as_asked(request).await
    }

    pub(super) async fn plan_as_asked(
        &self,
        request: plan_resource_change::Request,
    ) -> plan_resource_change::Response {
        let answer = self
            .server
            .plan_resource_change(Request::new(request))
            .await;
        answer.unwrap().into_inner()
    }

    pub(super) async fn apply(
        &self,
        prior: &Value,
        planned: &Value,
        config: &Value,
    ) -> apply_resource_change::Response {
        let request = apply_request(prior, planned, config);
        let answer = self
            .server
            .apply_resource_change(Request::new(request))
            .await;
        answer.unwrap().into_inner()
    }

    pub(super) async fn read(&self, state: &Value) -> read_resource::Response {
        let request = read_resource::Request {
            type_name: TYPE_NAME.to_owned(),
            current_state: Some(encoded(state)),
            private: token("kept"),
            ..read_resource::Request::default()
        };
        let answer = self.server.read_resource(Request::new(request)).await;
        answer.unwrap().into_inner()
    }
}

pub(super) fn plan_request(
    prior: &Value,
    proposed: &Value,
    config: &Value,
) -> plan_resource_change::Request {
    plan_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(encoded(prior)),
        proposed_new_state: Some(encoded(proposed)),
        config: Some(encoded(config)),
        prior_private: token("prior"),
        ..plan_resource_change::Request::default()
    }
}

pub(super) fn apply_request(
    prior: &Value,
    planned: &Value,
    config: &Value,
) -> apply_resource_change::Request {
    apply_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(encoded(prior)),
        planned_state: Some(encoded(planned)),
        config: Some(encoded(config)),
        planned_private: token("planned"),
        ..apply_resource_change::Request::default()
    }
}

pub(super) fn token(text: &str) -> Vec<u8> {
    private_state::encode(&super::test_provider::Token(text.to_owned()))
}

pub(super) fn encoded(value: &Value) -> DynamicValue {
    DynamicValue {
        msgpack: msgpack::encode(value, &order_schema().ty()).unwrap(),
        json: Vec::new(),
    }
}

pub(super) fn decoded(value: Option<&DynamicValue>) -> Value {
    match value {
        Some(value) => msgpack::decode(&value.msgpack, &order_schema().ty()).unwrap(),
        None => Value::Null,
    }
}

pub(super) fn identity(id: &str) -> ResourceIdentityData {
    let identity = Value::Object([("id".to_owned(), id.into())].into());
    ResourceIdentityData {
        identity_data: Some(DynamicValue {
            msgpack: msgpack::encode(&identity, &order_identity_schema().ty()).unwrap(),
            json: Vec::new(),
        }),
    }
}

/// The id in an identity; none if there is no identity.
pub(super) fn identified(identity: Option<&ResourceIdentityData>) -> Option<Value> {
    let value = identity?.identity_data.as_ref().unwrap();
    let identity = msgpack::decode(&value.msgpack, &order_identity_schema().ty()).unwrap();
    Some(identity.attribute("id").clone())
}

/// An order with these attributes, all others null.
pub(super) fn order<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    let Type::Object(types) = order_schema().ty() else {
        panic!("the schema is an object")
    };
    filled(types.keys(), attributes)
}

/// A contact with these attributes, all others null.
pub(super) fn contact<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    let names = ["contact_id", "email", "role"].map(str::to_owned);
    filled(names.iter(), attributes)
}

fn filled<'a, const N: usize>(
    names: impl Iterator<Item = &'a String>,
    attributes: [(&str, Value); N],
) -> Value {
    let mut values: std::collections::BTreeMap<_, _> =
        names.map(|name| (name.clone(), Value::Null)).collect();
    for (name, value) in attributes {
        assert!(values.insert(name.to_owned(), value).is_some(), "{name}");
    }
    Value::Object(values)
}

pub(super) fn errors(diagnostics: &[Diagnostic]) -> Vec<&str> {
    summaries(diagnostics, Severity::Error)
}

pub(super) fn warnings(diagnostics: &[Diagnostic]) -> Vec<&str> {
    summaries(diagnostics, Severity::Warning)
}

fn summaries(diagnostics: &[Diagnostic], severity: Severity) -> Vec<&str> {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == severity)
        .map(|diagnostic| diagnostic.summary.as_str())
        .collect()
}
