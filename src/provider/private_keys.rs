//! A private key in an argument, where none belongs: it would stand in plan and state, and be sent.
//! Looks at every text of a configuration, so that no argument can be forgotten.

use std::collections::BTreeSet;

use crate::framework::{Diagnostic, Diagnostics, FromToValue, Value};
use crate::pki::holds_private_key;

/// Refuses every argument that holds a private key. Where this finds one, nothing else may be said
/// of the configuration: another message could quote the key.
pub(super) fn refuse(config: &impl FromToValue) -> Diagnostics {
    arguments(config).iter().map(|it| refusal(it)).collect()
}

/// Returns the arguments that hold a private key, without the places of elements and the keys of
/// maps.
pub(super) fn arguments(config: &impl FromToValue) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    look_at(&config.to_value(), "", &mut found);
    found
}

/// Says that an argument holds a private key. Points nowhere, because core quotes the source of
/// what a diagnostic points at.
pub(super) fn refusal(argument: &str) -> Diagnostic {
    Diagnostic::error(
        "Private key in an argument",
        format!(
            "`{argument}` holds a private key, which would stand in plan and state. It has not \
             been sent and is not shown here. Remove it. If others may have read the \
             configuration, make a new key."
        ),
    )
}

fn look_at(value: &Value, argument: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            if holds_private_key(text) {
                found.insert(argument.to_owned());
            }
        }
        Value::List(elements) | Value::Set(elements) => {
            for element in elements {
                look_at(element, argument, found);
            }
        }
        Value::Map(elements) => {
            for (key, element) in elements {
                look_at(&key.as_str().into(), argument, found);
                look_at(element, argument, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let path = match argument {
                    "" => name.clone(),
                    _ => format!("{argument}.{name}"),
                };
                look_at(member, &path, found);
            }
        }
        Value::Unknown | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::{Attr, Provider, Resource};
    use crate::provider::DigicertProvider;
    use crate::provider::block::ProviderConfig;
    use crate::provider::order_issuance::{OrderIssuance, OrderIssuanceModel};

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n";

    fn is_refused_at(problems: &Diagnostics, argument: &str) {
        let problems: Vec<_> = problems.iter().collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].summary, "Private key in an argument");
        assert_eq!(problems[0].attribute, None);
        let begins = format!("`{argument}` holds a private key");
        assert!(problems[0].detail.starts_with(&begins), "{problems:?}");
        assert!(!format!("{problems:?}").contains("canary"), "{problems:?}");
    }

    #[test]
    fn a_key_in_the_provider_block_is_refused_alone() {
        for (argument, config) in [
            (
                "region",
                ProviderConfig {
                    region: KEY.into(),
                    ..ProviderConfig::default()
                },
            ),
            (
                "max_order_price",
                ProviderConfig {
                    max_order_price: KEY.into(),
                    ..ProviderConfig::default()
                },
            ),
            (
                "audit_log_path",
                ProviderConfig {
                    audit_log_path: KEY.into(),
                    ..ProviderConfig::default()
                },
            ),
        ] {
            let provider = DigicertProvider::new(|_| {}).reading(|_| None);
            is_refused_at(&provider.validate(&config), argument);
            is_refused_at(&provider.configure("1.15.0", config), argument);
        }
    }

    #[test]
    fn a_key_in_a_map_is_refused_and_so_is_one_that_names_an_element() {
        let issuance = OrderIssuance::new(std::sync::Arc::default());
        for (name, value) in [("a", KEY), (KEY, "a")] {
            let keepers = [(name.to_owned(), value.into())].into();
            let config = OrderIssuanceModel {
                order_id: Attr::Known(7),
                keepers: Attr::Known(keepers),
                ..OrderIssuanceModel::default()
            };
            is_refused_at(&issuance.validate(&config), "keepers");
        }
    }
}
