//! ImportResourceState, MoveResourceState and GenerateResourceConfig: how an object that exists
//! comes under a resource, and how its configuration is written.

use super::hosted::Hosted;
use super::proto::{
    ResourceIdentityData, generate_resource_config, import_resource_state, move_resource_state,
};
use super::{from_proto, stored, to_proto};
use crate::framework::author::private_state::encode;
use crate::framework::config_from_state::arguments;
use crate::framework::{
    Call, Diagnostic, Diagnostics, FromToValue as _, MoveSource, Resource, Value, json,
};

impl<R: Resource> Hosted<R> {
    /// Makes the first state of an import, by id or by identity.
    pub(super) async fn import(
        &self,
        call: Call,
        request: import_resource_state::Request,
    ) -> Result<import_resource_state::Response, Diagnostics> {
        let type_name = R::TYPE_NAME;
        let asked = self.asked(request.identity.as_ref())?;
        let by_identity = asked.is_some();
        let imported = match asked {
            Some(identity) => Box::pin(self.resource.import_by_identity(call, identity)).await?,
            None => Box::pin(self.resource.import(call, request.id)).await?,
        };
        let outgoing = self.outgoing(&Value::Unknown, imported.state.to_value())?;
        if by_identity && outgoing.identity.is_none() {
            // Core refuses an import by identity that brings none.
            return Err(Diagnostic::bug(format!(
                "The import of a {type_name} by its identity returned an object without an \
                 identity."
            ))
            .into());
        }
        Ok(import_resource_state::Response {
            imported_resources: vec![import_resource_state::ImportedResource {
                type_name: type_name.to_owned(),
                state: Some(outgoing.state),
                private: encode(&imported.private),
                identity: outgoing.identity,
            }],
            diagnostics: to_proto::diagnostics(outgoing.warnings),
        })
    }

    /// The identity that an import asks for; none if it asks by id.
    fn asked(
        &self,
        identity: Option<&ResourceIdentityData>,
    ) -> Result<Option<R::Identity>, Diagnostic> {
        let Some(value) = identity.and_then(|identity| identity.identity_data.as_ref()) else {
            return Ok(None);
        };
        let Some((_, ty)) = self.identity() else {
            return Err(Diagnostic::error(
                "Import by identity not supported",
                format!("A {} has no identity. Import it by its `id`.", R::TYPE_NAME),
            ));
        };
        let identity = from_proto::value(Some(value), ty)?;
        (!identity.is_null())
            .then(|| from_proto::model(&identity))
            .transpose()
    }

    /// Takes over an object of another resource type, or of this one from another address of this
    /// provider.
    pub(super) fn move_state(
        &self,
        request: move_resource_state::Request,
    ) -> Result<move_resource_state::Response, Diagnostics> {
        if is_another_address::<R>(&request) {
            return self.move_own(request);
        }
        // It comes from a state file: what could move a cursor is escaped before a person reads it.
        let type_name = &request.source_type_name.escape_debug().to_string();
        let state = stored::stored(type_name, request.source_state)?
            .ok_or_else(|| stored::missing(type_name))?;
        let identity = stored::stored(type_name, request.source_identity)?
            .map(|identity| (request.source_identity_schema_version, identity));
        let moved = self.resource.move_from(MoveSource {
            provider_address: request.source_provider_address,
            type_name: request.source_type_name,
            schema_version: request.source_schema_version,
            state,
            identity,
        })?;
        let outgoing = self.outgoing(&Value::Unknown, moved.state.to_value())?;
        Ok(move_resource_state::Response {
            target_state: Some(outgoing.state),
            target_private: encode(&moved.private),
            diagnostics: to_proto::diagnostics(moved.warnings.into_iter().chain(outgoing.warnings)),
            target_identity: outgoing.identity,
        })
    }

    /// Takes an object of this very type over as an upgrade does: nothing of it is lost.
    fn move_own(
        &self,
        request: move_resource_state::Request,
    ) -> Result<move_resource_state::Response, Diagnostics> {
        let type_name = R::TYPE_NAME;
        let stored = stored::stored(type_name, request.source_state)?
            .ok_or_else(|| stored::missing(type_name))?;
        let (schema, ty) = self.schema();
        // Core takes out what the schema does not have before an upgrade of the same version, but
        // not before a move.
        let stored = if request.source_schema_version == schema.version {
            json::without_surplus(stored, ty)
        } else {
            stored
        };
        let outgoing = self.of_today(request.source_schema_version, stored)?;
        Ok(move_resource_state::Response {
            target_state: Some(outgoing.state),
            target_private: request.source_private,
            diagnostics: to_proto::diagnostics(outgoing.warnings),
            target_identity: outgoing.identity,
        })
    }

    /// Writes the configuration of an imported state.
    pub(super) fn generate_config(
        &self,
        request: generate_resource_config::Request,
    ) -> Result<generate_resource_config::Response, Diagnostics> {
        let (schema, ty) = self.schema();
        let state = from_proto::value(request.state.as_ref(), ty)?;
        let config = if state.is_null() {
            request.state
        } else {
            let arguments = from_proto::model(&arguments(&schema.attributes, &state))?;
            let config = self.resource.generate_config(arguments);
            Some(to_proto::value(&config.to_value(), ty)?)
        };
        Ok(generate_resource_config::Response {
            config,
            ..generate_resource_config::Response::default()
        })
    }
}

/// Whether an object of this type comes from another address of this provider, such as a mirror:
/// some releases of OpenTofu ask for a move then, and so does a `moved` block across namespaces.
/// The name of a type begins with that of its provider, which is the last part of an address, or
/// all of it in OpenTofu before 1.11.12 and 1.12.4.
fn is_another_address<R: Resource>(request: &move_resource_state::Request) -> bool {
    let own = R::TYPE_NAME.split('_').next();
    let source = request.source_provider_address.rsplit('/').next();
    request.source_type_name == R::TYPE_NAME && source == own
}
