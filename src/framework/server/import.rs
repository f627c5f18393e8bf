//! MoveResourceState: an object of another resource type becomes one of ours.

use std::sync::Arc;

use super::erased::ErasedResource;
use super::proto::RawState;
use super::proto::move_resource_state::{Request, Response};
use super::resource::{broken_json, no_json};
use super::{outgoing, to_proto};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::moved::MoveSource;
use crate::framework::value::Value;

pub(super) async fn moved(
    resource: Arc<ErasedResource>,
    request: Request,
) -> Result<Response, Diagnostics> {
    // It comes from a state file: what could move a cursor is escaped before a person reads it.
    let type_name = &request.source_type_name.escape_debug().to_string();
    let state = json(type_name, request.source_state)?.ok_or_else(|| no_json(type_name))?;
    let identity = json(type_name, request.source_identity)?
        .map(|identity| (request.source_identity_schema_version, identity));
    let moved = resource.operations.move_from(MoveSource {
        provider_address: request.source_provider_address,
        type_name: request.source_type_name,
        schema_version: request.source_schema_version,
        state,
        identity,
    })?;
    let outgoing = outgoing::state(&resource, &Value::Unknown, moved.state)?;
    Ok(Response {
        target_state: Some(outgoing.state),
        target_private: moved.private,
        diagnostics: to_proto::diagnostics(moved.warnings.into_iter().chain(outgoing.warnings)),
        target_identity: outgoing.identity,
    })
}

fn json(type_name: &str, raw: Option<RawState>) -> Result<Option<serde_json::Value>, Diagnostic> {
    raw.filter(|raw| !raw.json.is_empty())
        .map(|raw| {
            serde_json::from_slice(&raw.json).map_err(|error| broken_json(type_name, &error))
        })
        .transpose()
}
