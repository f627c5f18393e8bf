//! Rules for identities. Core asks no more than this: an identity may differ from the one before,
//! also after an update in place.

use super::{Rule, Violation};
use crate::{path::Path, value::Value};

/// The identity beside an object that core is about to store. Of a type that has identities, an
/// object without one could not be found again by it; core lets that pass and we do not.
pub fn check_stored_identity(
    has_identities: bool,
    object: &Value,
    identity: Option<&Value>,
) -> Vec<Violation> {
    match identity {
        None if has_identities && !object.is_null() => {
            let message = "the object comes without its identity";
            vec![Violation::new(
                Rule::InvalidIdentity,
                &Path::root(),
                message,
            )]
        }
        None => vec![],
        Some(identity) => check_known_identity(identity),
    }
}

/// An identity holds no unknown value; a plan that does not know it yet leaves it out.
pub fn check_known_identity(identity: &Value) -> Vec<Violation> {
    let unknown = identity.unknown_paths().into_iter();
    unknown
        .map(|path| Violation::new(Rule::InvalidIdentity, &path, "the value is still unknown"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(id: Value) -> Value {
        Value::Object([("id".to_owned(), id)].into())
    }

    #[test]
    fn a_stored_object_has_a_known_identity_if_its_type_has_identities() {
        let object = identity(Value::string("1"));
        let (known, unknown) = (object.clone(), identity(Value::Unknown));
        for (has_identities, object, identity, violations) in [
            (true, &object, Some(&known), 0),
            (true, &object, Some(&unknown), 1),
            (true, &object, None, 1),
            (true, &Value::Null, None, 0),
            (false, &object, None, 0),
        ] {
            let found = check_stored_identity(has_identities, object, identity);
            assert_eq!(found.len(), violations, "{identity:?}");
            assert!(found.iter().all(|it| it.rule == Rule::InvalidIdentity));
        }
    }
}
