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
mod tests;
