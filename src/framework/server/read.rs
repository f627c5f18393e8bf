//! The calls about one resource type that change nothing: validate, upgrade, read, import.

use std::sync::Arc;

use super::apply::with_error;
use super::erased::ErasedResource;
use super::proto::{
    import_resource_state, read_resource, upgrade_resource_state, validate_resource_config,
};
use super::{from_proto, identity, outgoing, to_proto};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::json;
use crate::framework::path::AttributePath;
use crate::framework::plan::{clear_write_only, set_write_only};
use crate::framework::resource::{Call, Read, ReadRequest};
use crate::framework::value::Value;

pub(super) async fn validate(
    resource: Arc<ErasedResource>,
    request: validate_resource_config::Request,
) -> Result<validate_resource_config::Response, Diagnostics> {
    let config = from_proto::object(request.config.as_ref(), resource.ty())?;
    let mut diagnostics = resource.operations.validate(&config);
    let knows_write_only = request
        .client_capabilities
        .is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
    if !knows_write_only {
        let attributes = &resource.schema().attributes;
        let paths = set_write_only(attributes, &config, &AttributePath::default());
        diagnostics.extend(paths.into_iter().map(write_only_refused));
    }
    Ok(validate_resource_config::Response {
        diagnostics: to_proto::diagnostics(diagnostics),
    })
}

/// To an older core the attribute looks like any other, and its value would end up in plan and state.
fn write_only_refused(path: AttributePath) -> Diagnostic {
    Diagnostic::error(
        "Write-only argument not supported",
        format!(
            "The argument {path} is write-only: its value must not be stored in plan or state. This version of Terraform \
             cannot promise that. Use Terraform 1.11 or OpenTofu 1.11 or newer, or leave the argument out.",
        ),
    )
    .at(path)
}

pub(super) async fn upgrade(
    resource: Arc<ErasedResource>,
    request: upgrade_resource_state::Request,
) -> Result<upgrade_resource_state::Response, Diagnostics> {
    let raw = request.raw_state.unwrap_or_default();
    if raw.json.is_empty() {
        return Err(no_json(resource.type_name()).into());
    }
    let stored: serde_json::Value = serde_json::from_slice(&raw.json)
        .map_err(|error| broken_json(resource.type_name(), &error))?;
    let current = resource.schema().version;
    let upgraded = match request.version.cmp(&current) {
        std::cmp::Ordering::Equal => stored,
        std::cmp::Ordering::Less => resource.operations.upgrade(request.version, stored)?,
        std::cmp::Ordering::Greater => {
            return Err(too_new(resource.type_name(), request.version, current).into());
        }
    };
    let mut state = json::decode(&upgraded, resource.ty()).map_err(|error| {
        Diagnostic::error(
            "State not readable",
            format!(
                "The stored state of this {} does not have the form of its schema: {error}. It was edited by hand, or \
                 written by another release of the provider. Correct it, restore it from a backup, or remove the resource \
                 with `terraform state rm` and import it again.",
                resource.type_name()
            ),
        )
        .at(error.path)
    })?;
    // An older version may have stored what is write-only today.
    clear_write_only(&resource.schema().attributes, &mut state);
    let outgoing = outgoing::state(&resource, &Value::Unknown, state)?;
    Ok(upgrade_resource_state::Response {
        upgraded_state: Some(outgoing.state),
        diagnostics: to_proto::diagnostics(outgoing.warnings),
    })
}

pub(super) fn no_json(type_name: &str) -> Diagnostic {
    Diagnostic::error(
        "State of an unsupported form",
        format!(
            "The stored state of this {type_name} is not in JSON, the form that Terraform writes since version 0.12. No \
             release of this provider wrote it. Restore the state from a backup, or remove the resource with `terraform \
             state rm` and import it again.",
        ),
    )
}

pub(super) fn broken_json(type_name: &str, error: &serde_json::Error) -> Diagnostic {
    Diagnostic::error(
        "State not readable",
        format!(
            "The stored state of this {} is not valid JSON (line {}, column {}). Restore the state from a backup.",
            type_name,
            error.line(),
            error.column(),
        ),
    )
}

fn too_new(type_name: &str, version: i64, current: i64) -> Diagnostic {
    Diagnostic::error(
        "State from a newer provider",
        format!(
            "The state of this {type_name} was written with schema version {version}; this release of the provider knows \
             versions up to {current}. Use the newer release of the provider again.",
        ),
    )
}

pub(super) async fn read(
    resource: Arc<ErasedResource>,
    call: Call,
    request: read_resource::Request,
) -> Result<read_resource::Response, Diagnostics> {
    let state = from_proto::value(request.current_state.as_ref(), resource.ty())?;
    let kept = read_resource::Response {
        new_state: request.current_state,
        private: request.private.clone(),
        new_identity: request.current_identity,
        ..read_resource::Response::default()
    };
    if state.is_null() {
        return Ok(kept);
    }
    let request = ReadRequest {
        state,
        private: request.private,
    };
    match resource.operations.read(call, request).await {
        Read::Object {
            state,
            private,
            warnings,
        } => {
            let read = outgoing::state(&resource, &Value::Unknown, state)?;
            Ok(read_resource::Response {
                new_state: Some(read.state),
                private,
                diagnostics: to_proto::diagnostics(warnings.into_iter().chain(read.warnings)),
                new_identity: read.identity,
            })
        }
        Read::Gone(warnings) => Ok(read_resource::Response {
            new_state: Some(to_proto::value(&Value::Null, resource.ty())?),
            diagnostics: to_proto::diagnostics(warnings),
            ..read_resource::Response::default()
        }),
        Read::Failed(diagnostics) => Ok(read_resource::Response {
            diagnostics: to_proto::diagnostics(with_error(
                diagnostics,
                "The read failed without saying why",
            )),
            ..kept
        }),
    }
}

pub(super) async fn import(
    resource: Arc<ErasedResource>,
    call: Call,
    request: import_resource_state::Request,
) -> Result<import_resource_state::Response, Diagnostics> {
    let by_identity = identity::asked(&resource, request.identity.as_ref())?;
    let asked_by_identity = by_identity.is_some();
    let imported = match by_identity {
        Some(identity) => {
            let import = resource.operations.import_by_identity(call, identity);
            import.await?
        }
        None => resource.operations.import(call, request.id).await?,
    };
    let outgoing = outgoing::state(&resource, &Value::Unknown, imported.state)?;
    if asked_by_identity && outgoing.identity.is_none() {
        return Err(identity::missing(resource.type_name()).into());
    }
    Ok(import_resource_state::Response {
        imported_resources: vec![import_resource_state::ImportedResource {
            type_name: resource.type_name().to_owned(),
            state: Some(outgoing.state),
            private: imported.private,
            identity: outgoing.identity,
        }],
        diagnostics: to_proto::diagnostics(outgoing.warnings),
    })
}
