//! A resource type behind one method per RPC: the models of its author end here.

use std::sync::OnceLock;

use futures_util::future::BoxFuture;

use super::proto::{
    ResourceIdentitySchema, Schema as ProtoSchema, apply_resource_change, generate_resource_config,
    import_resource_state, move_resource_state, plan_resource_change, read_resource,
    upgrade_resource_identity, upgrade_resource_state, validate_resource_config,
};
use super::to_proto;
use crate::framework::{Call, Diagnostics, IdentitySchema, Resource, Schema, Type};

/// The answer of an RPC, or the diagnostics that refuse it.
pub(super) type Pending<'a, A> = BoxFuture<'a, Result<A, Diagnostics>>;

/// A managed resource type as the service sees it.
pub(super) trait ResourceRpc: Send + Sync + 'static {
    fn schema(&self) -> ProtoSchema;
    fn identity_schema(&self) -> Option<ResourceIdentitySchema>;
    fn validate_resource_config(
        &self,
        call: Call,
        request: validate_resource_config::Request,
    ) -> Pending<'_, validate_resource_config::Response>;
    fn upgrade_resource_state(
        &self,
        call: Call,
        request: upgrade_resource_state::Request,
    ) -> Pending<'_, upgrade_resource_state::Response>;
    fn upgrade_resource_identity(
        &self,
        call: Call,
        request: upgrade_resource_identity::Request,
    ) -> Pending<'_, upgrade_resource_identity::Response>;
    fn read_resource(
        &self,
        call: Call,
        request: read_resource::Request,
    ) -> Pending<'_, read_resource::Response>;
    fn plan_resource_change(
        &self,
        call: Call,
        request: plan_resource_change::Request,
    ) -> Pending<'_, plan_resource_change::Response>;
    fn apply_resource_change(
        &self,
        call: Call,
        request: apply_resource_change::Request,
    ) -> Pending<'_, apply_resource_change::Response>;
    fn import_resource_state(
        &self,
        call: Call,
        request: import_resource_state::Request,
    ) -> Pending<'_, import_resource_state::Response>;
    fn move_resource_state(
        &self,
        call: Call,
        request: move_resource_state::Request,
    ) -> Pending<'_, move_resource_state::Response>;
    fn generate_resource_config(
        &self,
        call: Call,
        request: generate_resource_config::Request,
    ) -> Pending<'_, generate_resource_config::Response>;
}

/// A resource type with its schemas, made on first use: most processes of a command need none of
/// most types.
///
/// Each operation of the author is boxed where it is called. Its future may be large, and one that
/// holds several of them does not fit on the stack of a thread in a build without optimization.
pub(super) struct Hosted<R: Resource> {
    pub(super) resource: R,
    schema: OnceLock<(Schema, Type)>,
    identity: OnceLock<Option<(IdentitySchema, Type)>>,
}

impl<R: Resource> Hosted<R> {
    pub(super) fn new(resource: R) -> Self {
        Self {
            resource,
            schema: OnceLock::new(),
            identity: OnceLock::new(),
        }
    }

    /// The schema, and the type of a whole configuration or state.
    pub(super) fn schema(&self) -> (&Schema, &Type) {
        let (schema, ty) = self.schema.get_or_init(|| {
            let schema = self.resource.schema();
            let ty = schema.ty();
            (schema, ty)
        });
        (schema, ty)
    }

    /// The type of a whole configuration or state.
    pub(super) fn ty(&self) -> &Type {
        self.schema().1
    }

    /// The schema of the identity, and the type of a whole identity; none if there are no
    /// identities.
    pub(super) fn identity(&self) -> Option<(&IdentitySchema, &Type)> {
        let made = self.identity.get_or_init(|| {
            let schema = self.resource.identity_schema()?;
            let ty = schema.ty();
            Some((schema, ty))
        });
        made.as_ref().map(|(schema, ty)| (schema, ty))
    }
}

impl<R: Resource> ResourceRpc for Hosted<R> {
    fn schema(&self) -> ProtoSchema {
        to_proto::schema(self.schema().0)
    }

    fn identity_schema(&self) -> Option<ResourceIdentitySchema> {
        self.identity()
            .map(|(schema, _)| to_proto::identity_schema(schema))
    }

    fn validate_resource_config(
        &self,
        _call: Call,
        request: validate_resource_config::Request,
    ) -> Pending<'_, validate_resource_config::Response> {
        Box::pin(async move { self.validate(&request) })
    }

    fn upgrade_resource_state(
        &self,
        _call: Call,
        request: upgrade_resource_state::Request,
    ) -> Pending<'_, upgrade_resource_state::Response> {
        Box::pin(async move { self.upgrade_state(request) })
    }

    fn upgrade_resource_identity(
        &self,
        _call: Call,
        request: upgrade_resource_identity::Request,
    ) -> Pending<'_, upgrade_resource_identity::Response> {
        Box::pin(async move { self.upgrade_identity(request) })
    }

    fn read_resource(
        &self,
        call: Call,
        request: read_resource::Request,
    ) -> Pending<'_, read_resource::Response> {
        Box::pin(self.read(call, request))
    }

    fn plan_resource_change(
        &self,
        _call: Call,
        request: plan_resource_change::Request,
    ) -> Pending<'_, plan_resource_change::Response> {
        Box::pin(self.plan(request))
    }

    fn apply_resource_change(
        &self,
        call: Call,
        request: apply_resource_change::Request,
    ) -> Pending<'_, apply_resource_change::Response> {
        Box::pin(self.apply(call, request))
    }

    fn import_resource_state(
        &self,
        call: Call,
        request: import_resource_state::Request,
    ) -> Pending<'_, import_resource_state::Response> {
        Box::pin(self.import(call, request))
    }

    fn move_resource_state(
        &self,
        _call: Call,
        request: move_resource_state::Request,
    ) -> Pending<'_, move_resource_state::Response> {
        Box::pin(async move { self.move_state(request) })
    }

    fn generate_resource_config(
        &self,
        _call: Call,
        request: generate_resource_config::Request,
    ) -> Pending<'_, generate_resource_config::Response> {
        Box::pin(async move { self.generate_config(request) })
    }
}
