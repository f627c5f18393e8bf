//! The server over a real unix socket, called as a host calls it.

use std::time::{Duration, Instant};

use tokio_stream::StreamExt;
use tonic::client::Grpc;
use tonic::codec::Streaming;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, IntoRequest, Request, Status};
use tonic_prost::ProstCodec;

use super::*;
use crate::plugin::Environment;

/// Has the wire form of every message of the plugin services that a host sends or gets here: nothing.
#[derive(Clone, PartialEq, prost::Message)]
struct Nothing {}

struct Host {
    channel: Channel,
    server: Server,
    directory: tempfile::TempDir,
}

impl Host {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().as_os_str().to_owned();
        let environment =
            Environment::from_lookup(|name| (name == "TMPDIR").then(|| path.clone())).unwrap();
        let bound = Bound::for_debug(&environment).unwrap();
        let address = format!("unix:{}", bound.address);
        let server = Server::start(bound, None, Routes::default()).await;
        let channel = Endpoint::try_from(address)
            .unwrap()
            .connect()
            .await
            .unwrap();
        Self {
            channel,
            server,
            directory,
        }
    }

    async fn call(&self, method: &'static str) -> Result<(), Status> {
        let mut client = self.client().await;
        let codec = ProstCodec::<Nothing, Nothing>::default();
        client
            .unary(
                Nothing {}.into_request(),
                PathAndQuery::from_static(method),
                codec,
            )
            .await
            .map(drop)
    }

    async fn open_stdio(&self) -> Streaming<Nothing> {
        let mut client = self.client().await;
        let codec = ProstCodec::<Nothing, Nothing>::default();
        let method = PathAndQuery::from_static("/plugin.GRPCStdio/StreamStdio");
        let answer = client.server_streaming(Nothing {}.into_request(), method, codec);
        answer.await.unwrap().into_inner()
    }

    async fn open_broker(&self) -> Streaming<Nothing> {
        let mut client = self.client().await;
        let codec = ProstCodec::<Nothing, Nothing>::default();
        let method = PathAndQuery::from_static("/plugin.GRPCBroker/StartStream");
        let knocks = tokio_stream::iter([Nothing {}]).chain(tokio_stream::pending());
        let answer = client.streaming(Request::new(knocks), method, codec);
        answer.await.unwrap().into_inner()
    }

    async fn client(&self) -> Grpc<Channel> {
        let mut client = Grpc::new(self.channel.clone());
        client.ready().await.unwrap();
        client
    }
}

const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";

#[tokio::test]
async fn shutdown_is_answered_and_does_not_wait_for_open_streams() {
    let host = Host::start().await;
    let mut stdio = host.open_stdio().await;
    let mut broker = host.open_broker().await;
    let shutdown = host.server.shutdown_called();

    host.call(SHUTDOWN).await.unwrap();
    shutdown.await;
    let started = Instant::now();
    host.server
        .finish(Ending::Shutdown, &TaskTracker::new())
        .await;

    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert!(stdio.next().await.is_none());
    assert!(broker.next().await.is_none());
}

#[tokio::test]
async fn sigterm_does_not_wait_for_open_streams() {
    let host = Host::start().await;
    let mut stdio = host.open_stdio().await;
    let started = Instant::now();
    host.server
        .finish(Ending::Terminated, &TaskTracker::new())
        .await;

    assert!(started.elapsed() < Duration::from_secs(1));
    assert!(stdio.next().await.is_none());
}

#[tokio::test]
async fn shutdown_waits_for_a_task_that_must_finish() {
    let host = Host::start().await;
    let drain = TaskTracker::new();
    let (answer, answered) = tokio::sync::oneshot::channel::<()>();
    let order = drain.spawn(answered);
    let shutdown = host.server.shutdown_called();
    host.call(SHUTDOWN).await.unwrap();
    shutdown.await;

    let mut finish = std::pin::pin!(host.server.finish(Ending::Shutdown, &drain));
    assert!(futures_util::poll!(&mut finish).is_pending());
    answer.send(()).unwrap();
    finish.await;

    assert!(order.await.unwrap().is_ok());
}

#[tokio::test]
async fn the_socket_is_gone_after_the_end() {
    let host = Host::start().await;
    host.server
        .finish(Ending::Terminated, &TaskTracker::new())
        .await;
    assert_eq!(std::fs::read_dir(host.directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn connections_are_counted() {
    let host = Host::start().await;
    host.call("/plugin.GRPCController/Unknown")
        .await
        .unwrap_err();
    let mut connections = host.server.connections();
    let open = ConnectionCount {
        open: 1,
        was_connected: true,
    };
    assert_eq!(*connections.borrow(), open);

    drop(host.channel);
    connections.wait_for(|count| count.open == 0).await.unwrap();
}

#[tokio::test]
async fn what_we_do_not_serve_is_unimplemented() {
    let host = Host::start().await;
    let status = host
        .call("/tfplugin6.Provider/NoSuchCall")
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn the_plugin_is_healthy() {
    #[derive(Clone, PartialEq, prost::Message)]
    struct Check {
        #[prost(string, tag = "1")]
        service: String,
    }
    #[derive(Clone, PartialEq, prost::Message)]
    struct Health {
        #[prost(int32, tag = "1")]
        status: i32,
    }
    const SERVING: i32 = 1;

    let host = Host::start().await;
    let check = Check {
        service: "plugin".to_owned(),
    };
    let health = host
        .client()
        .await
        .unary(
            check.into_request(),
            PathAndQuery::from_static("/grpc.health.v1.Health/Check"),
            ProstCodec::<Check, Health>::default(),
        )
        .await
        .unwrap();
    assert_eq!(health.into_inner().status, SERVING);
}
