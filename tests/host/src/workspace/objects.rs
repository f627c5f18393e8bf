//! Objects between state and provider: upgrade, refresh, import.

use super::{
    Phase, Report, StoredObject, Workspace,
    state::{State, without_removed_attributes},
    type_name,
};
use crate::{
    client::{Answer, Provider},
    core_rules::check_stored_object,
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

    /// Imports an object by id to an address, as `terraform import` does: import, then read.
    pub async fn import(&mut self, address: &str, id: &str) -> Result<Report, Error> {
        let mut report = Report::default();
        let provider = self.open(Phase::Run, &mut report).await?;
        if !report.failed()
            && let Some(object) = imported(&provider, address, id, &mut report).await?
        {
            self.state.insert(address.to_owned(), object);
        }
        self.end(provider).await?;
        Ok(report)
    }
}

async fn imported(
    provider: &Provider,
    address: &str,
    id: &str,
    report: &mut Report,
) -> Result<Option<StoredObject>, Error> {
    let type_name = type_name(address);
    let schema = provider.resource(type_name)?;
    let answer = report.take(address, provider.import(type_name, id).await)?;
    report.violate(
        address,
        check_stored_object(&schema.block, &answer.object()),
    );
    if report.failed() {
        return Ok(None);
    }
    let read = provider
        .read(type_name, &answer.object(), &answer.private)
        .await;
    let read = report.take(address, read)?;
    if read.failed() {
        return Ok(None);
    }
    if read.object().is_null() {
        report.add(vec![Diagnostic {
            severity: Severity::Error,
            summary: "Cannot import non-existent remote object".to_owned(),
            detail: format!("The provider found no object with the id {id:?} for {address}."),
            path: Path::root(),
        }]);
        return Ok(None);
    }
    let object = stored(provider, type_name, &read)?;
    let violations = check_stored_object(&schema.block, &read.object());
    let valid = violations.is_empty();
    report.violate(address, violations);
    Ok(valid.then_some(object))
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
        let read = provider
            .read(&object.type_name, &value, &object.private)
            .await;
        let read = report.take(address, read)?;
        let schema = provider.resource(&object.type_name)?;
        let violations = check_stored_object(&schema.block, &read.object());
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

fn stored(provider: &Provider, type_name: &str, answer: &Answer) -> Result<StoredObject, Error> {
    Ok(StoredObject {
        type_name: type_name.to_owned(),
        schema_version: provider.resource(type_name)?.version,
        attributes: to_json(&answer.object()),
        private: answer.private.clone(),
        tainted: false,
    })
}
