//! The provider itself and the calls about it: its schema, its block.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::erased::{ErasedResource, model};
use super::proto::{
    ServerCapabilities, configure_provider, get_provider_schema, get_resource_identity_schemas,
    validate_provider_config,
};
use super::{from_proto, to_proto};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::schema::Schema;
use crate::framework::ty::Type;

/// A provider with its resource types by name.
pub(super) struct Assembled<P> {
    provider: P,
    block: OnceLock<(Schema, Type)>,
    resources: BTreeMap<&'static str, Arc<ErasedResource>>,
    answer: OnceLock<get_provider_schema::Response>,
}

impl<P: Provider> Assembled<P> {
    pub(super) fn new(provider: P) -> Self {
        let resources = provider
            .resources()
            .into_iter()
            .map(|resource| (resource.type_name(), Arc::new(resource)))
            .collect();
        Self {
            provider,
            block: OnceLock::new(),
            resources,
            answer: OnceLock::new(),
        }
    }

    pub(super) fn resource(&self, type_name: &str) -> Result<Arc<ErasedResource>, Diagnostics> {
        let found = self.resources.get(type_name).map(Arc::clone);
        found.ok_or_else(|| {
            Diagnostic::error(
                "Unknown resource type",
                format!("This provider has no resource type {type_name:?}."),
            )
            .into()
        })
    }

    /// Core may skip this call in later processes of one command, so nothing depends on it.
    pub(super) fn schemas(&self) -> get_provider_schema::Response {
        let answer = || get_provider_schema::Response {
            provider: Some(to_proto::schema(&self.block().0)),
            resource_schemas: self
                .resources
                .iter()
                .map(|(name, resource)| ((*name).to_owned(), to_proto::schema(resource.schema())))
                .collect(),
            server_capabilities: Some(ServerCapabilities {
                plan_destroy: true,
                get_provider_schema_optional: true,
                move_resource_state: true,
                generate_resource_config: true,
            }),
            ..get_provider_schema::Response::default()
        };
        self.answer.get_or_init(answer).clone()
    }

    pub(super) fn identity_schemas(&self) -> get_resource_identity_schemas::Response {
        let schemas = self.resources.iter().filter_map(|(name, resource)| {
            let (schema, _) = resource.identity_schema()?;
            Some(((*name).to_owned(), to_proto::identity_schema(schema)))
        });
        get_resource_identity_schemas::Response {
            identity_schemas: schemas.collect(),
            ..get_resource_identity_schemas::Response::default()
        }
    }

    pub(super) fn validate(
        &self,
        request: &validate_provider_config::Request,
    ) -> Result<validate_provider_config::Response, Diagnostics> {
        let config = from_proto::object(request.config.as_ref(), &self.block().1)?;
        let diagnostics = self.provider.validate(&model(&config)?);
        Ok(validate_provider_config::Response {
            diagnostics: to_proto::diagnostics(diagnostics),
        })
    }

    pub(super) fn configure(
        &self,
        request: &configure_provider::Request,
    ) -> Result<configure_provider::Response, Diagnostics> {
        let config = from_proto::object(request.config.as_ref(), &self.block().1)?;
        let diagnostics = self
            .provider
            .configure(&request.terraform_version, model(&config)?);
        Ok(configure_provider::Response {
            diagnostics: to_proto::diagnostics(diagnostics),
        })
    }

    fn block(&self) -> &(Schema, Type) {
        self.block.get_or_init(|| {
            let schema = self.provider.schema();
            let ty = schema.ty();
            (schema, ty)
        })
    }
}
