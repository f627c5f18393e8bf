//! The body of a refusal, in the forms in which the API sends it.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::ErrorItem;

/// Error items that are kept of one answer.
const MAX_ITEMS: usize = 10;

/// The body of a refusal. `errors` is a list, or a single object in some answers.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) errors: Vec<ErrorItem>,
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ErrorItem>, D::Error> {
    struct OneOrMany;

    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Vec<ErrorItem>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of errors, or one error")
        }

        fn visit_unit<E>(self) -> Result<Vec<ErrorItem>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<ErrorItem>, A::Error> {
            let mut errors = Vec::new();
            while let Some(item) = items.next_element()? {
                if errors.len() < MAX_ITEMS {
                    errors.push(item);
                }
            }
            Ok(errors)
        }

        fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Vec<ErrorItem>, A::Error> {
            let item = ErrorItem::deserialize(de::value::MapAccessDeserializer::new(entries))?;
            Ok(vec![item])
        }
    }

    deserializer.deserialize_any(OneOrMany)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(json: &str) -> Vec<ErrorItem> {
        serde_json::from_str::<ErrorBody>(json).unwrap().errors
    }

    #[test]
    fn errors_are_a_list_or_one_object() {
        let expected = ErrorItem {
            code: "not_found|order".to_owned(),
            message: "Gone.".to_owned(),
        };
        let one = r#"{"code":"not_found|order","message":"Gone."}"#;
        for json in [
            format!(r#"{{"errors":{one}}}"#),
            format!(r#"{{"errors":[{one}]}}"#),
        ] {
            assert_eq!(items(&json), vec![expected.clone()], "{json}");
        }
        assert_eq!(items(r#"{"errors":[]}"#), []);
        assert_eq!(items(r#"{"errors":null}"#), []);
        assert!(serde_json::from_str::<ErrorBody>("{}").is_err());
    }

    #[test]
    fn a_thousand_errors_are_cut_to_ten() {
        let many = vec![r#"{"code":"x"}"#; 1000].join(",");
        assert_eq!(items(&format!(r#"{{"errors":[{many}]}}"#)).len(), 10);
    }
}
