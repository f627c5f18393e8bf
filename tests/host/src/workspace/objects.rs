//! Objects between state and provider: upgrade and refresh.

use super::{
    Phase, Report, StoredObject, Workspace,
    identities::{stored_identity, upgraded_identity},
    state::{State, without_removed_attributes},
};
use crate::{
    client::{Answer, Provider},
    core_rules::{check_stored_identity, check_stored_object},
    diagnostic::{Diagnostic, Severity},
    error::Error,
    json::to_json,
    path::Path,
    value::Value,
};

impl Workspace {
    /// Reads every object and stores what was found, as `terraform apply -refresh-only` does.
    pub async fn refresh(&mut self) -> Result<Report, Error> {
        let mut report = Report::default();
        let provider = self.open(Phase::Run, &mut report).await?;
        if !report.failed() {
            self.state = refreshed(&provider, &self.state, &mut report).await?;
        }
        self.end(provider).await?;
        Ok(report)
    }
}

/// The state with every object upgraded and read. What could not be read stays as it was.
pub(super) async fn refreshed(
    provider: &Provider,
    state: &State,
    report: &mut Report,
) -> Result<State, Error> {
    let mut refreshed = state.clone();
    for (address, object) in state {
        let Some(value) = upgraded(provider, address, object, report).await? else {
            continue;
        };
        let type_name = &object.type_name;
        let identity = upgraded_identity(provider, address, object, report).await?;
        let read = provider
            .read(type_name, &value, &object.private, identity.as_ref())
            .await;
        let read = report.take(address, read)?;
        let schema = provider.resource(type_name)?;
        let mut violations = check_stored_object(&schema.block, &read.object());
        if !read.failed() {
            violations.extend(check_stored_identity(
                provider.identity(type_name).is_some(),
                &read.object(),
                read.identity.as_ref(),
            ));
        }
        let broken = read.failed() || !violations.is_empty();
        report.violate(address, violations);
        if broken {
            continue;
        }
        if read.object().is_null() {
            refreshed.remove(address);
        } else {
            let read = StoredObject {
                tainted: object.tainted,
                ..stored(provider, &object.type_name, &read)?
            };
            refreshed.insert(address.clone(), read);
        }
    }
    Ok(refreshed)
}

/// The value of a stored object under the current schema. `None` when the provider could not say.
pub(super) async fn upgraded(
    provider: &Provider,
    address: &str,
    object: &StoredObject,
    report: &mut Report,
) -> Result<Option<Value>, Error> {
    let schema = provider.resource(&object.type_name)?;
    if object.schema_version > schema.version {
        report.add(vec![Diagnostic {
            severity: Severity::Error,
            summary: "Resource instance managed by newer provider version".to_owned(),
            detail: format!(
                "The state of {address} has version {}.",
                object.schema_version
            ),
            path: Path::root(),
        }]);
        return Ok(None);
    }
    let json = if object.schema_version == schema.version {
        without_removed_attributes(&schema.block.implied_type(), &object.attributes)
    } else {
        object.attributes.clone()
    };
    let answer = provider
        .upgrade(&object.type_name, object.schema_version, &json)
        .await;
    let answer = report.take(address, answer)?;
    let violations = check_stored_object(&schema.block, &answer.object());
    let valid = !answer.failed() && violations.is_empty();
    report.violate(address, violations);
    Ok(valid.then(|| answer.object()))
}

/// An answer as core stores it.
pub(super) fn stored(
    provider: &Provider,
    type_name: &str,
    answer: &Answer,
) -> Result<StoredObject, Error> {
    let identities = provider.identity(type_name);
    Ok(StoredObject {
        type_name: type_name.to_owned(),
        schema_version: provider.resource(type_name)?.version,
        attributes: to_json(&answer.object()),
        private: answer.private.clone(),
        identity: identities.and_then(|schema| stored_identity(schema.version, answer)),
        tainted: false,
    })
}
