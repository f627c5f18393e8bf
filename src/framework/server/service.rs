//! The gRPC service: one short method per RPC, in the order in which core calls them.

use std::sync::Arc;

use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status};

use super::call::Calls;
use super::erased::ErasedResource;
use super::proto::provider_server::{self, ProviderServer};
use super::proto::{
    apply_resource_change, configure_provider, generate_resource_config, get_provider_schema,
    get_resource_identity_schemas, import_resource_state, move_resource_state,
    plan_resource_change, read_resource, stop_provider, upgrade_resource_identity,
    upgrade_resource_state, validate_provider_config, validate_resource_config,
};
use super::provider::Assembled;
use super::stop::Stop;
use super::to_proto::Answer;
use super::{apply, generate, identity, moved, plan, resource};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::provider::Provider;
use crate::framework::resource::Call;

/// What servers written in Go allow; tonic's own limit is 4 MiB.
const MESSAGE_LIMIT: usize = 256 << 20;

/// A provider as a gRPC service.
pub struct Server<P> {
    provider: Arc<Assembled<P>>,
    calls: Calls,
}

impl<P: Provider> Server<P> {
    /// A server of `provider`. Every call runs in a task on `drain`: whoever exits waits for these first, as long as
    /// core leaves the time.
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
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT)
    }

    async fn on_provider<A: Answer>(
        &self,
        rpc: &'static str,
        work: impl FnOnce(&Assembled<P>) -> Result<A, Diagnostics> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let provider = Arc::clone(&self.provider);
        self.calls
            .run(rpc, "", |_| async move { work(&provider) })
            .await
    }

    async fn on_resource<A, F>(
        &self,
        rpc: &'static str,
        type_name: String,
        work: impl FnOnce(Arc<ErasedResource>, Call) -> F + Send + 'static,
    ) -> Result<Response<A>, Status>
    where
        A: Answer,
        F: Future<Output = Result<A, Diagnostics>> + Send,
    {
        let resource = self.provider.resource(&type_name);
        self.calls
            .run(rpc, &type_name, |call| async move {
                work(resource?, call).await
            })
            .await
    }
}

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
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        self.on_resource("ValidateResourceConfig", type_name, |resource, _| {
            resource::validate(resource, request)
        })
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Result<Response<upgrade_resource_state::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        self.on_resource("UpgradeResourceState", type_name, |resource, _| {
            resource::upgrade(resource, request)
        })
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<upgrade_resource_identity::Request>,
    ) -> Result<Response<upgrade_resource_identity::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        self.on_resource("UpgradeResourceIdentity", type_name, |resource, _| {
            identity::upgrade(resource, request)
        })
        .await
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        self.on_resource("ReadResource", type_name, |resource, call| {
            resource::read(resource, call, request)
        })
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Result<Response<plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        self.on_resource("PlanResourceChange", type_name, |resource, _| {
            plan::plan(resource, request)
        })
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Result<Response<apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        self.on_resource("ApplyResourceChange", type_name, |resource, call| {
            apply::apply(resource, call, request)
        })
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<import_resource_state::Request>,
    ) -> Result<Response<import_resource_state::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        self.on_resource("ImportResourceState", type_name, |resource, call| {
            resource::import(resource, call, request)
        })
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<move_resource_state::Request>,
    ) -> Result<Response<move_resource_state::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.target_type_name.clone();
        self.on_resource("MoveResourceState", type_name, |resource, _| {
            moved::moved(resource, request)
        })
        .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<generate_resource_config::Request>,
    ) -> Result<Response<generate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let type_name = request.type_name.clone();
        self.on_resource("GenerateResourceConfig", type_name, |resource, _| {
            generate::generate(resource, request)
        })
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
