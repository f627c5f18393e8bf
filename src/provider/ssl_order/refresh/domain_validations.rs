//! `domain_validations`: how control over each name is proven. Pure.

use std::collections::BTreeMap;

use time::format_description::well_known::Rfc3339;

use crate::certcentral::{DnsNameValidation, Order, PlacedOrder, RandomValue, ValidationStatus};
use crate::framework::Attr;
use crate::pki::dns_name::without_wildcard;
use crate::provider::order::domains::{dcv_record, file_url, is_validated};
use crate::provider::ssl_order::model::{DomainValidationModel, SslOrderModel};

/// A token that proves control over names.
struct Token<'a> {
    value: &'a str,
    expires_at: Option<String>,
}

/// The tokens that came with the answer to the POST.
pub(crate) fn tokens(state: &mut SslOrderModel, placed: &PlacedOrder, method: Option<&str>) {
    let names = keys(state);
    let mut validations = known(state);
    for name in names {
        let domain = placed
            .domains
            .iter()
            .find(|domain| domain.name().is_some_and(|scope| is_within(&name, scope)));
        let token = domain
            .and_then(|domain| domain.dcv_token.as_ref())
            .and_then(|token| {
                Some(Token {
                    value: token.token.as_deref()?,
                    expires_at: token
                        .expiration_date
                        .and_then(|at| at.format(&Rfc3339).ok()),
                })
            })
            .or_else(|| {
                placed.dcv_random_value.as_deref().map(|value| Token {
                    value,
                    expires_at: None,
                })
            });
        let entry = validations.entry(name.clone()).or_default();
        let scope = domain.and_then(|domain| domain.name()).unwrap_or(&name);
        if let (Some(token), Some(method)) = (token, method) {
            prove(entry, method, scope, &name, &token);
        }
    }
    store(state, validations);
}

/// The order's random value, asked for after the POST.
pub(crate) fn random_value(
    state: &mut SslOrderModel,
    method: &str,
    validation: &ValidationStatus,
    value: &RandomValue,
) {
    let token = Token {
        value: &value.dcv_random_value,
        expires_at: value
            .expiration_date
            .and_then(|at| at.format(&Rfc3339).ok()),
    };
    let mut validations = known(state);
    for name in keys(state) {
        let scope = validation
            .dns_name_validations
            .iter()
            .find(|candidate| covers(candidate, &name))
            .and_then(|found| found.name_scope.as_deref())
            .unwrap_or(&name);
        let entry = validations.entry(name.clone()).or_default();
        prove(entry, method, scope, &name, &token);
    }
    store(state, validations);
}

/// What order validation says. Returns whether every name is validated.
pub(crate) fn update(
    state: &mut SslOrderModel,
    order: &Order,
    validation: &ValidationStatus,
) -> bool {
    let mut validations = known(state);
    let mut all_validated = true;
    for name in keys(state) {
        let found = validation
            .dns_name_validations
            .iter()
            .find(|candidate| covers(candidate, &name));
        let entry = validations.entry(name).or_default();
        if let Some(found) = found {
            entry.status = found.status.clone().into();
            if let Some(method) = &found.method {
                entry.method = Attr::Known(method.clone());
            }
        }
        if entry.method.is_null() {
            entry.method = order.dcv_method.clone().into();
        }
        all_validated &= found.is_none_or(is_validated);
    }
    store(state, validations);
    all_validated
}

/// Leaves what is known and makes everything else null, so that the state is wholly known.
pub(crate) fn fill_gaps(state: &mut SslOrderModel, order: &Order) {
    let mut validations = known(state);
    for name in keys(state) {
        let entry = validations.entry(name).or_default();
        if entry.method.is_null() {
            entry.method = order.dcv_method.clone().into();
        }
    }
    store(state, validations);
}

fn covers(validation: &DnsNameValidation, name: &str) -> bool {
    validation
        .dns_names
        .iter()
        .any(|listed| without_wildcard(listed).eq_ignore_ascii_case(name))
        || validation
            .name_scope
            .as_deref()
            .is_some_and(|scope| is_within(name, scope))
}

fn is_within(name: &str, scope: &str) -> bool {
    let scope = without_wildcard(scope);
    name.eq_ignore_ascii_case(scope)
        || name
            .to_lowercase()
            .strip_suffix(&scope.to_lowercase())
            .is_some_and(|head| head.ends_with('.'))
}

/// Fills in what the owner of the domain has to create.
fn prove(
    entry: &mut DomainValidationModel,
    method: &str,
    scope: &str,
    name: &str,
    token: &Token<'_>,
) {
    entry.method = method.into();
    entry.expires_at = token.expires_at.clone().into();
    if let Some(record) = dcv_record(method, scope, token.value) {
        entry.record_name = Attr::Known(record.name);
        entry.record_type = record.kind.into();
        entry.record_value = Attr::Known(record.value);
    } else if method.starts_with("http-token") {
        entry.http_url = Attr::Known(file_url(name));
        entry.http_content = token.value.into();
    }
}

/// The keys: every name without its wildcard.
fn keys(state: &SslOrderModel) -> Vec<String> {
    let mut keys: Vec<_> = state
        .canonical_names()
        .iter()
        .map(|name| without_wildcard(name).to_owned())
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

fn known(state: &SslOrderModel) -> BTreeMap<String, DomainValidationModel> {
    let keys = keys(state);
    state
        .domain_validations
        .known()
        .into_iter()
        .flatten()
        .filter(|(name, _)| keys.contains(name))
        .filter_map(|(name, validation)| Some((name.clone(), validation.known()?.clone())))
        .collect()
}

fn store(state: &mut SslOrderModel, validations: BTreeMap<String, DomainValidationModel>) {
    state.domain_validations = Attr::Known(
        validations
            .into_iter()
            .map(|(name, validation)| (name, Attr::Known(validation)))
            .collect(),
    );
}

#[cfg(test)]
mod tests {
    use super::{fill_gaps, tokens, update};
    use crate::certcentral::{Order, PlacedOrder, ValidationStatus};
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::{DomainValidationModel, SslOrderModel};
    use crate::provider::ssl_order::samples::{fixture, order, placed};

    fn with_tokens(method: &str) -> SslOrderModel {
        let mut state = placed(&order());
        let answer: PlacedOrder = fixture("order_created_with_dcv.json");
        tokens(&mut state, &answer, Some(method));
        state
    }

    fn of(state: &SslOrderModel, name: &str) -> DomainValidationModel {
        state
            .domain_validations
            .known()
            .and_then(|validations| validations.get(name)?.known())
            .expect(name)
            .clone()
    }

    #[test]
    fn each_method_says_what_to_create() {
        let base = |method: &str| DomainValidationModel {
            method: method.into(),
            expires_at: "2026-05-14T09:12:40Z".into(),
            ..DomainValidationModel::default()
        };
        for (method, expected) in [
            (
                "dns-txt-token",
                DomainValidationModel {
                    record_name: "example.com".into(),
                    record_type: "TXT".into(),
                    record_value: "9kq2vxn4tj".into(),
                    ..base("dns-txt-token")
                },
            ),
            (
                "dns-cname-token",
                DomainValidationModel {
                    record_name: "9kq2vxn4tj.example.com".into(),
                    record_type: "CNAME".into(),
                    record_value: "dcv.digicert.com".into(),
                    ..base("dns-cname-token")
                },
            ),
            (
                "http-token",
                DomainValidationModel {
                    http_url: "http://api.example.com/.well-known/pki-validation/fileauth.txt"
                        .into(),
                    http_content: "9kq2vxn4tj".into(),
                    ..base("http-token")
                },
            ),
            ("email", base("email")),
        ] {
            assert_eq!(of(&with_tokens(method), "api.example.com"), expected);
        }
    }

    #[test]
    fn validation_adds_the_status_and_keeps_the_token() {
        let mut state = with_tokens("dns-txt-token");
        let validation: ValidationStatus = fixture("validation_status.json");
        let all = update(
            &mut state,
            &fixture::<Order>("order_info_pending.json"),
            &validation,
        );
        assert!(!all);
        let shop = of(&state, "shop.example.com");
        assert_eq!(shop.status.as_str(), Some("unapproved"));
        assert_eq!(shop.method.as_str(), Some("dns-txt-token"));
        assert_eq!(shop.record_value.as_str(), Some("9kq2vxn4tj"));
    }

    #[test]
    fn all_names_are_validated_only_if_each_is() {
        let order_info: Order = fixture("order_info_pending.json");
        for (status, expected) in [
            ("approved", true),
            ("active", true),
            ("complete", true),
            ("unapproved", false),
            ("expired", false),
        ] {
            let mut body: serde_json::Value = fixture("validation_status.json");
            body["dns_name_validations"][0]["status"] = status.into();
            let validation: ValidationStatus = serde_json::from_value(body).unwrap();
            let mut state = placed(&order());
            assert_eq!(
                update(&mut state, &order_info, &validation),
                expected,
                "{status}"
            );
        }
    }

    #[test]
    fn what_is_not_told_is_null_and_the_keys_stay() {
        let mut state = placed(&order());
        fill_gaps(&mut state, &fixture::<Order>("order_info_issued.json"));
        let expected = DomainValidationModel {
            method: "dns-txt-token".into(),
            ..DomainValidationModel::default()
        };
        assert_eq!(of(&state, "shop.example.com"), expected);
        assert_eq!(
            state
                .domain_validations
                .known()
                .map(std::collections::BTreeMap::len),
            Some(3)
        );
        assert!(!matches!(state.domain_validations, Attr::Unknown));
    }
}
