//! UpgradeResourceState and UpgradeResourceIdentity: what a state file holds, in today's form.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::hosted::Hosted;
use super::outgoing::Outgoing;
use super::proto::{RawState, upgrade_resource_identity, upgrade_resource_state};
use super::{outgoing, to_proto};
use crate::framework::{Diagnostic, Diagnostics, Resource, Value, json};

/// Reads the JSON of a state file that was written for `type_name`; none if there is none.
pub(super) fn stored(type_name: &str, raw: Option<RawState>) -> Result<Option<Json>, Diagnostic> {
    raw.filter(|raw| !raw.json.is_empty())
        .map(|raw| serde_json::from_slice(&raw.json).map_err(|error| broken(type_name, &error)))
        .transpose()
}

/// The error for a state without JSON.
pub(super) fn missing(type_name: &str) -> Diagnostic {
    Diagnostic::error(
        "State of an unsupported form",
        format!(
            "The stored state of this {type_name} is not in JSON, the form that Terraform writes \
             since version 0.12. No release of this provider wrote it. Restore the state from a \
             backup, or remove the resource with `terraform state rm` and import it again.",
        ),
    )
}

fn broken(type_name: &str, error: &serde_json::Error) -> Diagnostic {
    Diagnostic::error(
        "State not readable",
        format!(
            "The stored state of this {type_name} is not valid JSON (line {}, column {}). Restore \
             the state from a backup.",
            error.line(),
            error.column(),
        ),
    )
}

impl<R: Resource> Hosted<R> {
    /// Brings a stored state into today's form.
    pub(super) fn upgrade_state(
        &self,
        request: upgrade_resource_state::Request,
    ) -> Result<upgrade_resource_state::Response, Diagnostics> {
        let type_name = R::TYPE_NAME;
        let stored = stored(type_name, request.raw_state)?.ok_or_else(|| missing(type_name))?;
        let outgoing = self.of_today(request.version, stored)?;
        Ok(upgrade_resource_state::Response {
            upgraded_state: Some(outgoing.state),
            diagnostics: to_proto::diagnostics(outgoing.warnings),
        })
    }

    /// Returns today's form of a state that schema version `version` of this type wrote.
    pub(super) fn of_today(&self, version: i64, stored: Json) -> Result<Outgoing, Diagnostics> {
        let type_name = R::TYPE_NAME;
        let (schema, ty) = self.schema();
        let upgraded = match version.cmp(&schema.version) {
            Ordering::Equal => stored,
            Ordering::Less => self.resource.upgrade(version, stored)?,
            Ordering::Greater => {
                return Err(too_new(type_name, version, schema.version).into());
            }
        };
        let state = json::decode(&upgraded, ty).map_err(|error| {
            Diagnostic::error(
                "State not readable",
                format!(
                    "The stored state of this {type_name} does not have the form of its schema: \
                     {error}. It was edited by hand, or written by another release of the \
                     provider. Correct it, restore it from a backup, or remove the resource with \
                     `terraform state rm` and import it again.",
                ),
            )
            .at(error.path)
        })?;
        Ok(self.outgoing(&Value::Unknown, state)?)
    }

    /// Brings a stored identity into today's form.
    pub(super) fn upgrade_identity(
        &self,
        request: upgrade_resource_identity::Request,
    ) -> Result<upgrade_resource_identity::Response, Diagnostics> {
        let type_name = R::TYPE_NAME;
        let Some((schema, ty)) = self.identity() else {
            return Ok(upgrade_resource_identity::Response::default());
        };
        let stored = stored(type_name, request.raw_identity)?.ok_or_else(|| missing(type_name))?;
        let upgraded = if request.version == schema.version {
            stored
        } else {
            self.resource.upgrade_identity(request.version, stored)?
        };
        let identity = json::decode(&upgraded, ty).map_err(|error| {
            Diagnostic::error(
                "Identity not readable",
                format!(
                    "The stored identity of this {type_name} does not have the form of its schema: \
                     {error}. It was edited by hand, or written by another release of the \
                     provider. Restore the state from a backup, or remove the resource with \
                     `terraform state rm` and import it again.",
                ),
            )
        })?;
        Ok(upgrade_resource_identity::Response {
            upgraded_identity: Some(outgoing::identity_data(&identity, ty)?),
            ..upgrade_resource_identity::Response::default()
        })
    }
}

fn too_new(type_name: &str, version: i64, current: i64) -> Diagnostic {
    Diagnostic::error(
        "State from a newer provider",
        format!(
            "The state of this {type_name} was written with schema version {version}; this release \
             of the provider knows versions up to {current}. Use the newer release of the provider \
             again.",
        ),
    )
}
