//! Identities on the wire: beside states and plans, and from older versions.

use std::sync::Arc;

use super::erased::ErasedResource;
use super::proto::upgrade_resource_identity::{Request, Response};
use super::proto::{DynamicValue, ResourceIdentityData};
use super::resource::{broken_json, no_json};
use super::{from_proto, to_proto};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::json;
use crate::framework::value::Value;

/// The identity of the object in a state: known as a whole, or left out. Never an error, because whatever fails beside a state
/// loses the state; the next refresh brings the identity again.
pub(super) fn of_state(resource: &ErasedResource, state: &Value) -> Option<ResourceIdentityData> {
    encoded(resource, state).unwrap_or_else(|bug| {
        tracing::error!(detail = bug.detail, "identity left out");
        None
    })
}

/// The identity that a plan leads to, left out until it is known: core refuses unknown values in that of an update, and
/// Terraform up to 1.15 cannot render any plan as JSON that has some. It stores the identity that comes with the result.
pub(super) fn of_plan(
    resource: &ErasedResource,
    planned: &Value,
) -> Result<Option<ResourceIdentityData>, Diagnostic> {
    encoded(resource, planned)
}

fn encoded(
    resource: &ErasedResource,
    state: &Value,
) -> Result<Option<ResourceIdentityData>, Diagnostic> {
    let Some((_, ty)) = resource.identity_schema() else {
        return Ok(None);
    };
    let identity = resource.operations.identity(state)?;
    identity
        .filter(Value::is_wholly_known)
        .map(|identity| to_proto::value(&identity, ty).map(data))
        .transpose()
}

/// The identity that an import asks for; none if it asks by id.
pub(super) fn asked(
    resource: &ErasedResource,
    identity: Option<&ResourceIdentityData>,
) -> Result<Option<Value>, Diagnostic> {
    let Some(value) = identity.and_then(|identity| identity.identity_data.as_ref()) else {
        return Ok(None);
    };
    let Some((_, ty)) = resource.identity_schema() else {
        return Err(Diagnostic::error(
            "Import by identity not supported",
            format!(
                "A {} has no identity. Import it by its `id`.",
                resource.type_name()
            ),
        ));
    };
    let identity = from_proto::value(Some(value), ty)?;
    Ok((!identity.is_null()).then_some(identity))
}

/// Core refuses an import by identity that brings none.
pub(super) fn missing(type_name: &str) -> Diagnostic {
    Diagnostic::bug(format!(
        "The import of a {type_name} by its identity returned an object without an identity."
    ))
}

pub(super) async fn upgrade(
    resource: Arc<ErasedResource>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let type_name = resource.type_name();
    let Some((schema, ty)) = resource.identity_schema() else {
        return Ok(Response::default());
    };
    let raw = request.raw_identity.unwrap_or_default();
    if raw.json.is_empty() {
        return Err(no_json(type_name).into());
    }
    let stored =
        serde_json::from_slice(&raw.json).map_err(|error| broken_json(type_name, &error))?;
    let upgraded = if request.version == schema.version {
        stored
    } else {
        resource
            .operations
            .upgrade_identity(request.version, stored)?
    };
    let identity = json::decode(&upgraded, ty).map_err(|error| {
        Diagnostic::error(
            "Identity not readable",
            format!(
                "The stored identity of this {type_name} does not have the form of its schema: {error}. It was edited by hand, or \
                 written by another release of the provider. Restore the state from a backup, or remove the resource with \
                 `terraform state rm` and import it again.",
            ),
        )
    })?;
    Ok(Response {
        upgraded_identity: Some(data(to_proto::value(&identity, ty)?)),
        ..Response::default()
    })
}

fn data(value: DynamicValue) -> ResourceIdentityData {
    ResourceIdentityData {
        identity_data: Some(value),
    }
}
