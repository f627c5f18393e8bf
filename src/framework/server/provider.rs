//! The provider itself and the calls about it: its schema, its block.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use super::data_source::{DataSourceRpc, HostedData};
use super::hosted::{Hosted, ResourceRpc};
use super::proto::{
    ServerCapabilities, configure_provider, get_provider_schema, get_resource_identity_schemas,
    validate_provider_config,
};
use super::{from_proto, to_proto};
use crate::framework::{
    DataSource, Diagnostic, Diagnostics, Provider, Resource, Schema, Type, Types,
};

/// A provider with its types by name.
pub(super) struct Assembled<P> {
    pub(super) provider: P,
    block: OnceLock<(Schema, Type)>,
    types: HostedTypes,
    answer: OnceLock<get_provider_schema::Response>,
}

/// The types that a provider registered, by kind and name.
#[derive(Default)]
struct HostedTypes {
    resources: BTreeMap<&'static str, Arc<dyn ResourceRpc>>,
    data_sources: BTreeMap<&'static str, Arc<dyn DataSourceRpc>>,
}

impl Types for HostedTypes {
    fn resource<R: Resource>(&mut self, resource: R) {
        let hosted = Arc::new(Hosted::new(resource));
        self.resources.insert(R::TYPE_NAME, hosted);
    }

    fn data_source<D: DataSource>(&mut self, data_source: D) {
        let hosted = Arc::new(HostedData::new(data_source));
        self.data_sources.insert(D::TYPE_NAME, hosted);
    }
}

impl<P: Provider> Assembled<P> {
    pub(super) fn new(provider: P) -> Self {
        let mut types = HostedTypes::default();
        provider.register(&mut types);
        Self {
            provider,
            block: OnceLock::new(),
            types,
            answer: OnceLock::new(),
        }
    }

    pub(super) fn resource(&self, type_name: &str) -> Result<Arc<dyn ResourceRpc>, Diagnostics> {
        let found = self.types.resources.get(type_name).map(Arc::clone);
        found.ok_or_else(|| {
            Diagnostic::error(
                "Unknown resource type",
                format!("This provider has no resource type {type_name:?}."),
            )
            .into()
        })
    }

    pub(super) fn data_source(
        &self,
        type_name: &str,
    ) -> Result<Arc<dyn DataSourceRpc>, Diagnostics> {
        let found = self.types.data_sources.get(type_name).map(Arc::clone);
        found.ok_or_else(|| {
            Diagnostic::error(
                "Unknown data source",
                format!("This provider has no data source {type_name:?}."),
            )
            .into()
        })
    }

    /// Core may skip this call in later processes of one command, so nothing depends on it.
    pub(super) fn schemas(&self) -> get_provider_schema::Response {
        let answer = || get_provider_schema::Response {
            provider: Some(to_proto::schema(&self.block().0)),
            resource_schemas: by_name(&self.types.resources, |resource| Some(resource.schema())),
            data_source_schemas: by_name(&self.types.data_sources, |data_source| {
                Some(data_source.schema())
            }),
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
        get_resource_identity_schemas::Response {
            identity_schemas: by_name(&self.types.resources, <dyn ResourceRpc>::identity_schema),
            ..get_resource_identity_schemas::Response::default()
        }
    }

    pub(super) fn validate(
        &self,
        request: &validate_provider_config::Request,
    ) -> Result<validate_provider_config::Response, Diagnostics> {
        let config = from_proto::object(request.config.as_ref(), &self.block().1)?;
        let diagnostics = self.provider.validate(&from_proto::model(&config)?);
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
            .configure(&request.terraform_version, from_proto::model(&config)?);
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

fn by_name<T: ?Sized, S>(
    types: &BTreeMap<&'static str, Arc<T>>,
    schema: impl Fn(&T) -> Option<S>,
) -> HashMap<String, S> {
    let named =
        |(name, hosted): (&&'static str, &Arc<T>)| Some(((*name).to_owned(), schema(hosted)?));
    types.iter().filter_map(named).collect()
}
