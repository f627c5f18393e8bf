//! State as core stores it, and what core stores after each kind of answer.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::identities::stored_identity;
use crate::{client::Answer, json::to_json, ty::Type};

/// The state of all resources by address.
pub type State = BTreeMap<String, StoredObject>;

/// One object in a state file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Its resource type.
    pub type_name: String,
    /// The schema version that wrote it.
    pub schema_version: i64,
    /// Its attributes.
    pub attributes: Json,
    /// The provider's own bytes.
    pub private: Vec<u8>,
    /// Its identity, since it was written by a core and a provider that know identities.
    pub identity: Option<StoredIdentity>,
    /// It will be replaced by the next apply.
    pub tainted: bool,
}

/// The identity of an object in a state file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredIdentity {
    /// The version of the identity schema that wrote it.
    pub version: i64,
    /// Its attributes.
    pub value: Json,
}

/// Which kind of apply an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// From nothing.
    Create,
    /// In place.
    Update,
    /// To nothing.
    Delete,
}

/// What core stores after an apply (`None`: nothing). `answer` is an answer that core has checked:
/// a violation counts as an error. The type and the versions, of state and identity, are those of
/// the schemas.
pub fn saved_object(
    operation: Operation,
    prior: Option<&StoredObject>,
    answer: &Answer,
    type_name: &str,
    [schema_version, identity_version]: [i64; 2],
) -> Option<StoredObject> {
    let value = answer.object().unknown_as_null();
    if value.is_null() {
        // A failed operation that answers nothing leaves what there was.
        return answer.failed().then(|| prior.cloned()).flatten();
    }
    let failed_create = answer.failed() && operation == Operation::Create;
    let kept_status = answer.failed() && prior.is_some_and(|prior| prior.tainted);
    Some(StoredObject {
        type_name: type_name.to_owned(),
        schema_version,
        attributes: to_json(&value),
        private: answer.private.clone(),
        identity: stored_identity(identity_version, answer),
        tainted: failed_create || kept_status,
    })
}

/// The stored attributes without those that the schema does not have. Core does this when the
/// versions are equal.
pub(super) fn without_removed_attributes(ty: &Type, json: &Json) -> Json {
    match (ty, json) {
        (Type::Object(types), Json::Object(object)) => types
            .iter()
            .filter_map(|(name, ty)| {
                let json = object.get(name)?;
                Some((name.clone(), without_removed_attributes(ty, json)))
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        (Type::List(element) | Type::Set(element), Json::Array(elements)) => elements
            .iter()
            .map(|json| without_removed_attributes(element, json))
            .collect(),
        (Type::Map(element), Json::Object(entries)) => entries
            .iter()
            .map(|(key, json)| (key.clone(), without_removed_attributes(element, json)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        _ => json.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        diagnostic::{Diagnostic, Severity},
        path::Path,
        value::Value,
    };

    fn prior(tainted: bool) -> StoredObject {
        StoredObject {
            type_name: "x_order".to_owned(),
            schema_version: 0,
            attributes: json!({ "id": "old" }),
            private: b"old".to_vec(),
            identity: None,
            tainted,
        }
    }

    fn answer(id: Option<&str>, severity: Option<Severity>) -> Answer {
        Answer {
            value: id.map(|id| Value::Object([("id".to_owned(), Value::string(id))].into())),
            private: b"new".to_vec(),
            diagnostics: severity
                .map(|severity| Diagnostic {
                    severity,
                    summary: "s".to_owned(),
                    detail: String::new(),
                    path: Path::root(),
                })
                .into_iter()
                .collect(),
            ..Answer::default()
        }
    }

    fn new(tainted: bool) -> StoredObject {
        StoredObject {
            schema_version: 3,
            attributes: json!({ "id": "new" }),
            private: b"new".to_vec(),
            ..prior(tainted)
        }
    }

    #[test]
    fn each_answer_saves_what_core_saves() {
        use Operation::{Create, Delete, Update};
        use Severity::{Error, Warning};
        for (operation, before, id, severity, saved) in [
            (Create, None, None, Some(Error), None),
            (Create, None, Some("new"), Some(Error), Some(new(true))),
            (Create, None, Some("new"), Some(Warning), Some(new(false))),
            (Create, None, Some("new"), None, Some(new(false))),
            (
                Update,
                Some(prior(false)),
                None,
                Some(Error),
                Some(prior(false)),
            ),
            (
                Update,
                Some(prior(false)),
                Some("new"),
                Some(Error),
                Some(new(false)),
            ),
            (
                Update,
                Some(prior(false)),
                Some("new"),
                None,
                Some(new(false)),
            ),
            (
                Delete,
                Some(prior(false)),
                None,
                Some(Error),
                Some(prior(false)),
            ),
            (
                Delete,
                Some(prior(true)),
                None,
                Some(Error),
                Some(prior(true)),
            ),
            (
                Delete,
                Some(prior(true)),
                Some("new"),
                Some(Error),
                Some(new(true)),
            ),
            (Delete, Some(prior(false)), None, None, None),
        ] {
            let answer = answer(id, severity);
            let found = saved_object(operation, before.as_ref(), &answer, "x_order", [3, 0]);
            assert_eq!(found, saved, "{operation:?} {id:?} {severity:?}");
        }
    }

    #[test]
    fn unknowns_are_saved_as_null() {
        let mut answer = answer(None, None);
        answer.value = Some(Value::Object([("id".to_owned(), Value::Unknown)].into()));
        let saved = saved_object(Operation::Create, None, &answer, "x_order", [0, 0]).unwrap();
        assert_eq!(saved.attributes, json!({ "id": null }));
    }

    #[test]
    fn attributes_that_the_schema_lost_are_not_handed_over() {
        let ty = json!(["object", { "a": "string", "l": ["list", ["object", { "b": "string" }]] }]);
        let ty = Type::from_json(&ty).unwrap();
        let stored = json!({ "a": "1", "gone": "2", "l": [{ "b": "3", "gone": "4" }] });
        assert_eq!(
            without_removed_attributes(&ty, &stored),
            json!({ "a": "1", "l": [{ "b": "3" }] })
        );
    }
}
