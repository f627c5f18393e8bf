//! What is asked and what is answered, between values and the wire.

use crate::{
    codec::CodecError,
    core_rules::{Rule, Violation},
    diagnostic::{self, Diagnostic},
    json, msgpack,
    path::Path,
    proto::tfplugin6 as proto,
    schema::IdentitySchema,
    ty::Type,
    value::Value,
};

/// What a plan is asked for.
#[derive(Clone, Debug)]
pub struct PlanQuestion<'a> {
    /// The prior state; null for a create.
    pub prior: &'a Value,
    /// What core proposes; null for a destroy.
    pub proposed: &'a Value,
    /// The configuration; null for a destroy.
    pub config: &'a Value,
    /// The private bytes of the prior state.
    pub private: &'a [u8],
    /// The private bytes of the plan that is being applied; empty in a first plan. Only releases
    /// that keep them send them.
    pub reviewed: &'a [u8],
    /// The identity of the prior state, if there is one.
    pub identity: Option<&'a Value>,
}

/// What an apply is told to do.
#[derive(Clone, Debug)]
pub struct ApplyOrder<'a> {
    /// The prior state; null for a create.
    pub prior: &'a Value,
    /// The planned state; null for a delete.
    pub planned: &'a Value,
    /// The configuration; null for a delete.
    pub config: &'a Value,
    /// The private bytes of the plan.
    pub private: &'a [u8],
    /// The identity of the plan, if it has one.
    pub identity: Option<&'a Value>,
}

/// An answer that carries an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The object. Null when it was absent, or could not be read (then a violation says why).
    pub value: Option<Value>,
    /// The provider's own bytes.
    pub private: Vec<u8>,
    /// The identity of the object, if one came with it.
    pub identity: Option<Value>,
    /// The provider's messages.
    pub diagnostics: Vec<Diagnostic>,
    /// Paths that force a replacement; only of a plan.
    pub requires_replace: Vec<Path>,
    /// Forms that core refuses.
    pub violations: Vec<Violation>,
}

impl Answer {
    /// The object; null when there is none.
    pub fn object(&self) -> Value {
        self.value.clone().unwrap_or(Value::Null)
    }

    /// Whether core takes the call for failed.
    pub fn failed(&self) -> bool {
        !self.violations.is_empty() || self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The answer with the identity that came beside its object.
    pub(super) fn with_identity(
        mut self,
        schema: Option<&IdentitySchema>,
        data: Option<&proto::ResourceIdentityData>,
    ) -> Self {
        let Some(data) = data.and_then(|data| data.identity_data.as_ref()) else {
            return self;
        };
        let Some(schema) = schema else {
            let message = "an identity of a resource type that has none";
            self.violations.push(Violation::new(
                Rule::InvalidIdentity,
                &Path::root(),
                message,
            ));
            return self;
        };
        let answer = answered(&schema.implied_type(), Some(data), vec![], vec![]);
        self.identity = answer.value.filter(|identity| !identity.is_null());
        self.violations.extend(answer.violations);
        self
    }
}

pub(super) fn wire(ty: &Type, value: &Value) -> Result<proto::DynamicValue, CodecError> {
    Ok(proto::DynamicValue {
        msgpack: msgpack::encode(ty, value)?,
        json: vec![],
    })
}

pub(super) fn identity_data(
    schema: Option<&IdentitySchema>,
    identity: Option<&Value>,
) -> Result<Option<proto::ResourceIdentityData>, CodecError> {
    let (Some(schema), Some(identity)) = (schema, identity) else {
        return Ok(None);
    };
    Ok(Some(proto::ResourceIdentityData {
        identity_data: Some(wire(&schema.implied_type(), identity)?),
    }))
}

pub(super) fn answered(
    ty: &Type,
    value: Option<&proto::DynamicValue>,
    private: Vec<u8>,
    diagnostics: Vec<proto::Diagnostic>,
) -> Answer {
    let decoded = match value {
        Some(value) if !value.msgpack.is_empty() => msgpack::decode(ty, &value.msgpack).map(Some),
        Some(value) if !value.json.is_empty() => json::decode(ty, &value.json).map(Some),
        _ => Ok(None),
    };
    let (value, violations) = match decoded {
        Ok(value) => (value, vec![]),
        Err(err) => (
            None,
            vec![Violation::new(Rule::WrongForm, &err.path, err.message)],
        ),
    };
    Answer {
        value,
        private,
        identity: None,
        diagnostics: diagnostic::read(diagnostics),
        requires_replace: vec![],
        violations,
    }
}
