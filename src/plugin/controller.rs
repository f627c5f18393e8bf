//! The services that go-plugin expects beside the plugin's own: stop, health, and two streams that
//! stay silent.

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};
use tonic_health::ServingStatus;

use proto::grpc_broker_server::{GrpcBroker, GrpcBrokerServer};
use proto::grpc_controller_server::{GrpcController, GrpcControllerServer};
use proto::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};

#[expect(
    unreachable_pub,
    unused_qualifications,
    reason = "generated from proto/go_plugin.proto"
)]
mod proto {
    tonic::include_proto!("plugin");
}

/// The name under which go-plugin asks for the health of a plugin.
const HEALTH_SERVICE: &str = "plugin";

/// Adds the services to `routes`. `shutdown` is cancelled when the host calls Shutdown; `stop` ends
/// the streams.
pub(super) async fn add_to(
    routes: Routes,
    shutdown: CancellationToken,
    stop: CancellationToken,
) -> Routes {
    let (health, health_service) = tonic_health::server::health_reporter();
    health
        .set_service_status(HEALTH_SERVICE, ServingStatus::Serving)
        .await;
    routes
        .add_service(health_service)
        .add_service(GrpcControllerServer::new(Controller { shutdown }))
        .add_service(GrpcStdioServer::new(Stdio { stop: stop.clone() }))
        .add_service(GrpcBrokerServer::new(Broker { stop }))
}

struct Controller {
    shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(
        &self,
        _request: Request<proto::Empty>,
    ) -> Result<Response<proto::Empty>, Status> {
        self.shutdown.cancel();
        Ok(Response::new(proto::Empty {}))
    }
}

/// Would carry what a plugin prints. We print nothing, so the stream only stays open.
struct Stdio {
    stop: CancellationToken,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = BoxStream<'static, Result<proto::StdioData, Status>>;

    async fn stream_stdio(
        &self,
        _request: Request<proto::Empty>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        let silence = stream::pending().take_until(self.stop.clone().cancelled_owned());
        Ok(Response::new(silence.boxed()))
    }
}

/// Would arrange further connections between host and plugin. A provider has none.
struct Broker {
    stop: CancellationToken,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = BoxStream<'static, Result<proto::ConnInfo, Status>>;

    async fn start_stream(
        &self,
        request: Request<Streaming<proto::ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let silence = request
            .into_inner()
            .filter_map(|_ignored| std::future::ready(None))
            .take_until(self.stop.clone().cancelled_owned());
        Ok(Response::new(silence.boxed()))
    }
}
