//! The gRPC service: one short method per RPC, in the order in which core calls them.

use std::sync::Arc;

use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status};

use super::call::{Calls, Stop, Subject};
use super::data_source::DataSourceRpc;
use super::hosted::{Pending, ResourceRpc};
use super::proto::provider_server::{self, ProviderServer};
use super::proto::{
    apply_resource_change, configure_provider, generate_resource_config, get_provider_schema,
    get_resource_identity_schemas, import_resource_state, move_resource_state,
    plan_resource_change, read_data_source, read_resource, stop_provider,
    upgrade_resource_identity, upgrade_resource_state, validate_data_resource_config,
    validate_provider_config, validate_resource_config,
};
use super::provider::Assembled;

use super::to_proto::Answer;
use crate::framework::{Call, Diagnostics, Provider};

/// Largest gRPC message in either direction, in bytes, as servers written in Go set it. tonic's own
/// limit of 4 MiB is too small for Terraform.
pub const MAX_MESSAGE_BYTES: usize = 256 << 20;

/// A provider as a gRPC service.
pub struct Server<P> {
    provider: Arc<Assembled<P>>,
    calls: Calls,
}

impl<P: Provider> Server<P> {
    /// A server of `provider`. Every call runs in a task on `drain`: whoever exits waits for these
    /// first, as long as core leaves the time.
    pub fn new(provider: P, drain: TaskTracker) -> Self {
        Self {
            provider: Arc::new(Assembled::new(provider)),
            calls: Calls::new(drain),
        }
    }

    /// What ends the waits of running calls; for the exit of the process.
    pub fn stop(&self) -> Stop {
        self.calls.stop.clone()
    }

    /// The service for a tonic server.
    pub fn into_service(self) -> ProviderServer<Self> {
        ProviderServer::new(self)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES)
    }

    async fn on_provider<A: Answer>(
        &self,
        rpc: &'static str,
        work: impl FnOnce(&Assembled<P>) -> Result<A, Diagnostics> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let provider = Arc::clone(&self.provider);
        self.calls
            .run(rpc, &Subject::Provider, |_| async move { work(&provider) })
            .await
    }

    async fn on_resource<Q, A>(
        &self,
        rpc: &'static str,
        request: Request<Q>,
        method: for<'a> fn(&'a dyn ResourceRpc, Call, Q) -> Pending<'a, A>,
    ) -> Result<Response<A>, Status>
    where
        Q: Addressed,
        A: Answer,
    {
        let request = request.into_inner();
        let resource = self.provider.resource(request.type_name());
        let subject = Subject::Resource(request.type_name().to_owned());
        self.calls
            .run(rpc, &subject, move |call| async move {
                method(&*resource?, call, request).await
            })
            .await
    }

    async fn on_data_source<Q, A>(
        &self,
        rpc: &'static str,
        request: Request<Q>,
        method: for<'a> fn(&'a dyn DataSourceRpc, Call, Q) -> Pending<'a, A>,
    ) -> Result<Response<A>, Status>
    where
        Q: Addressed,
        A: Answer,
    {
        let request = request.into_inner();
        let data_source = self.provider.data_source(request.type_name());
        let subject = Subject::DataSource(request.type_name().to_owned());
        self.calls
            .run(rpc, &subject, move |call| async move {
                method(&*data_source?, call, request).await
            })
            .await
    }
}

/// A request about one type.
trait Addressed: Send + 'static {
    fn type_name(&self) -> &str;
}

macro_rules! addressed {
    ($($rpc:ident . $name:ident),* $(,)?) => {
        $(impl Addressed for $rpc::Request {
            fn type_name(&self) -> &str {
                &self.$name
            }
        })*
    };
}

addressed!(
    validate_resource_config.type_name,
    upgrade_resource_state.type_name,
    upgrade_resource_identity.type_name,
    read_resource.type_name,
    plan_resource_change.type_name,
    apply_resource_change.type_name,
    import_resource_state.type_name,
    move_resource_state.target_type_name,
    generate_resource_config.type_name,
    validate_data_resource_config.type_name,
    read_data_source.type_name,
);

#[tonic::async_trait]
impl<P: Provider> provider_server::Provider for Server<P> {
    async fn get_provider_schema(
        &self,
        _request: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        self.on_provider("GetProviderSchema", |provider| Ok(provider.schemas()))
            .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _request: Request<get_resource_identity_schemas::Request>,
    ) -> Result<Response<get_resource_identity_schemas::Response>, Status> {
        self.on_provider("GetResourceIdentitySchemas", |provider| {
            Ok(provider.identity_schemas())
        })
        .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<validate_provider_config::Request>,
    ) -> Result<Response<validate_provider_config::Response>, Status> {
        let request = request.into_inner();
        self.on_provider("ValidateProviderConfig", move |provider| {
            provider.validate(&request)
        })
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<configure_provider::Request>,
    ) -> Result<Response<configure_provider::Response>, Status> {
        let request = request.into_inner();
        self.on_provider("ConfigureProvider", move |provider| {
            provider.configure(&request)
        })
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<validate_resource_config::Request>,
    ) -> Result<Response<validate_resource_config::Response>, Status> {
        self.on_resource(
            "ValidateResourceConfig",
            request,
            <dyn ResourceRpc>::validate_resource_config,
        )
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Result<Response<upgrade_resource_state::Response>, Status> {
        self.on_resource(
            "UpgradeResourceState",
            request,
            <dyn ResourceRpc>::upgrade_resource_state,
        )
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<upgrade_resource_identity::Request>,
    ) -> Result<Response<upgrade_resource_identity::Response>, Status> {
        self.on_resource(
            "UpgradeResourceIdentity",
            request,
            <dyn ResourceRpc>::upgrade_resource_identity,
        )
        .await
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        self.on_resource("ReadResource", request, <dyn ResourceRpc>::read_resource)
            .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Result<Response<plan_resource_change::Response>, Status> {
        self.on_resource(
            "PlanResourceChange",
            request,
            <dyn ResourceRpc>::plan_resource_change,
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Result<Response<apply_resource_change::Response>, Status> {
        self.on_resource(
            "ApplyResourceChange",
            request,
            <dyn ResourceRpc>::apply_resource_change,
        )
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<import_resource_state::Request>,
    ) -> Result<Response<import_resource_state::Response>, Status> {
        self.on_resource(
            "ImportResourceState",
            request,
            <dyn ResourceRpc>::import_resource_state,
        )
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<move_resource_state::Request>,
    ) -> Result<Response<move_resource_state::Response>, Status> {
        self.on_resource(
            "MoveResourceState",
            request,
            <dyn ResourceRpc>::move_resource_state,
        )
        .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<generate_resource_config::Request>,
    ) -> Result<Response<generate_resource_config::Response>, Status> {
        self.on_resource(
            "GenerateResourceConfig",
            request,
            <dyn ResourceRpc>::generate_resource_config,
        )
        .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<validate_data_resource_config::Request>,
    ) -> Result<Response<validate_data_resource_config::Response>, Status> {
        self.on_data_source(
            "ValidateDataResourceConfig",
            request,
            <dyn DataSourceRpc>::validate_data_resource_config,
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<read_data_source::Request>,
    ) -> Result<Response<read_data_source::Response>, Status> {
        const RPC: &str = "ReadDataSource";
        let may_wait = request
            .get_ref()
            .client_capabilities
            .is_some_and(|capabilities| capabilities.deferral_allowed);
        if may_wait && self.provider.provider.awaits_settings() {
            return self
                .on_data_source(RPC, request, <dyn DataSourceRpc>::defer_data_source)
                .await;
        }
        self.on_data_source(RPC, request, <dyn DataSourceRpc>::read_data_source)
            .await
    }

    async fn stop_provider(
        &self,
        _request: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        self.calls.stop.stop_calls();
        Ok(Response::new(stop_provider::Response::default()))
    }
}
