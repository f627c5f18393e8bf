//! Objects that come into a state from elsewhere: imports, moves across types, and the
//! configuration written for them.

use serde_json::Value as Json;

use super::{
    Phase, Report, StoredObject, Workspace,
    objects::{stored, upgraded},
    type_name,
};
use crate::{
    client::{Provider, Source},
    core_rules::{check_stored_identity, check_stored_object},
    diagnostic::{Diagnostic, Severity},
    error::Error,
    json::to_json,
    path::Path,
};

/// What an import names its object by.
#[derive(Clone, Copy)]
enum Name<'a> {
    Id(&'a str),
    Identity(&'a Json),
}

impl Workspace {
    /// Imports an object by id to an address, as `terraform import` does: import, then read.
    pub async fn import(&mut self, address: &str, id: &str) -> Result<Report, Error> {
        self.import_named(address, Name::Id(id)).await
    }

    /// Imports an object by identity, as an `import` block with `identity` does since Terraform
    /// 1.12.
    pub async fn import_by_identity(
        &mut self,
        address: &str,
        identity: &Json,
    ) -> Result<Report, Error> {
        self.import_named(address, Name::Identity(identity)).await
    }

    async fn import_named(&mut self, address: &str, name: Name<'_>) -> Result<Report, Error> {
        let mut report = Report::default();
        let provider = self.open(Phase::Run, &mut report).await?;
        if !report.failed()
            && let Some(object) = imported(&provider, address, name, &mut report).await?
        {
            self.state.insert(address.to_owned(), object);
        }
        self.end(provider).await?;
        Ok(report)
    }

    /// Takes over an object of another type, as a `moved` block does before the plan that refreshes
    /// it.
    pub async fn move_from(&mut self, source: &Source, address: &str) -> Result<Report, Error> {
        let mut report = Report::default();
        let provider = self.open(Phase::Run, &mut report).await?;
        if !report.failed() {
            let type_name = type_name(address);
            let called = provider.move_from(type_name, source).await;
            let answer = report.take(address, called)?;
            let block = &provider.resource(type_name)?.block;
            if !answer.failed() {
                let mut violations = check_stored_object(block, &answer.object());
                violations.extend(check_stored_identity(
                    provider.identity(type_name).is_some(),
                    &answer.object(),
                    answer.identity.as_ref(),
                ));
                report.violate(address, violations);
            }
            if !report.failed() {
                let object = stored(&provider, type_name, &answer)?;
                self.state.insert(address.to_owned(), object);
            }
        }
        self.end(provider).await?;
        Ok(report)
    }

    /// The configuration that the provider writes for an object in state, as for `plan
    /// -generate-config-out` since Terraform
    /// 1.14. Null when it reported an error.
    pub async fn generate_config(&mut self, address: &str) -> Result<(Json, Report), Error> {
        let object = self.state.get(address).cloned();
        let object = object.ok_or_else(|| Error::UnknownAddress {
            address: address.to_owned(),
        })?;
        let mut report = Report::default();
        let mut config = Json::Null;
        let provider = self.open(Phase::Run, &mut report).await?;
        if !report.failed()
            && let Some(state) = upgraded(&provider, address, &object, &mut report).await?
        {
            let called = provider.generate_config(&object.type_name, &state).await;
            config = to_json(&report.take(address, called)?.object());
        }
        self.end(provider).await?;
        Ok((config, report))
    }
}

async fn imported(
    provider: &Provider,
    address: &str,
    name: Name<'_>,
    report: &mut Report,
) -> Result<Option<StoredObject>, Error> {
    let type_name = type_name(address);
    let schema = provider.resource(type_name)?;
    let has_identities = provider.identity(type_name).is_some();
    let called = match name {
        Name::Id(id) => provider.import(type_name, id).await,
        Name::Identity(identity) => {
            let schema = provider.identity(type_name);
            let ty = schema.ok_or_else(|| Error::NoIdentity {
                type_name: type_name.to_owned(),
            })?;
            let text = identity.to_string();
            let identity = crate::json::decode(&ty.implied_type(), text.as_bytes())?;
            provider.import_by_identity(type_name, &identity).await
        }
    };
    let answer = report.take(address, called)?;
    report.violate(
        address,
        check_stored_object(&schema.block, &answer.object()),
    );
    if report.failed() {
        return Ok(None);
    }
    let read = provider
        .read(
            type_name,
            &answer.object(),
            &answer.private,
            answer.identity.as_ref(),
        )
        .await;
    let read = report.take(address, read)?;
    if read.failed() {
        return Ok(None);
    }
    if read.object().is_null() {
        report.add(vec![non_existent(address, name)]);
        return Ok(None);
    }
    let object = stored(provider, type_name, &read)?;
    let mut violations = check_stored_object(&schema.block, &read.object());
    violations.extend(check_stored_identity(
        has_identities,
        &read.object(),
        read.identity.as_ref(),
    ));
    let valid = violations.is_empty();
    report.violate(address, violations);
    Ok(valid.then_some(object))
}

fn non_existent(address: &str, name: Name<'_>) -> Diagnostic {
    let name = match name {
        Name::Id(id) => format!("id {id:?}"),
        Name::Identity(identity) => format!("identity {identity}"),
    };
    Diagnostic {
        severity: Severity::Error,
        summary: "Cannot import non-existent remote object".to_owned(),
        detail: format!("The provider found no object with the {name} for {address}."),
        path: Path::root(),
    }
}
