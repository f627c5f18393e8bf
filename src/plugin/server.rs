//! The running gRPC server: started with a listener and routes, ended without waiting for streams
//! that stay open.

use std::convert::Infallible;
use std::task::{Context, Poll};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TrackedFuture;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::service::Routes;

use super::connection::{ConnectionCount, OpenConnections, incoming};
use super::controller;
use super::lifetime::{Ending, Host, LAST_ANSWERS, settle};
use super::listener::{Bound, SocketFile};
use super::tls::MutualTls;

/// How a server that nobody stopped can have ended.
#[derive(Debug, thiserror::Error)]
pub enum ServerEnded {
    /// It stopped accepting.
    #[error("it accepts no more connections")]
    Closed,
    /// tonic reported an error.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
    /// Its task panicked.
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
}

/// A server that accepts connections in tasks of its own.
pub(super) struct Server {
    task: JoinHandle<Result<(), tonic::transport::Error>>,
    connections: OpenConnections,
    calls: TaskTracker,
    /// Cancelled by the host's Shutdown call.
    shutdown: CancellationToken,
    /// Cancelled by us to accept no more and end all streams.
    stop: CancellationToken,
    _file: Option<SocketFile>,
}

impl Server {
    pub(super) async fn start(bound: Bound, tls: Option<MutualTls>, routes: Routes) -> Self {
        let shutdown = CancellationToken::new();
        let stop = CancellationToken::new();
        let connections = OpenConnections::default();
        let calls = TaskTracker::new();

        let acceptor = tls.map(|tls| tls.acceptor);
        let incoming = incoming(bound.listener, acceptor, connections.clone());
        let service = CountedCalls {
            routes: controller::add_to(routes, shutdown.clone(), stop.clone())
                .await
                .prepare(),
            calls: calls.clone(),
        };
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(
            tonic::transport::Server::builder()
                .serve_with_incoming_shutdown(service, incoming, stopped),
        );
        Self {
            task,
            connections,
            calls,
            shutdown,
            stop,
            _file: bound.file,
        }
    }

    pub(super) fn connections(&self) -> watch::Receiver<ConnectionCount> {
        self.connections.watch()
    }

    /// Completes when the host calls Shutdown.
    pub(super) fn shutdown_called(&self) -> impl Future<Output = ()> + use<> {
        self.shutdown.clone().cancelled_owned()
    }

    /// Completes only when the server ends by itself.
    pub(super) async fn failed(&mut self) -> ServerEnded {
        match (&mut self.task).await {
            Ok(Ok(())) => ServerEnded::Closed,
            Ok(Err(error)) => error.into(),
            Err(error) => error.into(),
        }
    }

    /// Gives `drain` its time, then closes what is still open, and removes the socket.
    /// `answers_due` is cancelled when no call may wait any longer, `gone` ends when the host is.
    pub(super) async fn finish(
        self,
        ending: Ending,
        drain: &TaskTracker,
        answers_due: &CancellationToken,
        gone: impl Future<Output = ()>,
    ) {
        tracing::debug!(?ending, tasks = drain.len(), "ending");
        if ending == Ending::Shutdown {
            self.stop.cancel();
        }
        let host = Host {
            shutdown: &self.shutdown,
            gone,
        };
        settle(ending, &self.calls, drain, answers_due, host).await;
        self.stop.cancel();
        // Ends early once every connection is closed; a client that keeps its connection cannot
        // hold us.
        let _ = timeout(LAST_ANSWERS, self.task).await;
    }
}

/// `routes` with every call counted in `calls` until its answer begins. An open stream is not
/// counted.
#[derive(Debug, Clone)]
struct CountedCalls {
    routes: Routes,
    calls: TaskTracker,
}

impl Service<http::Request<Body>> for CountedCalls {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = TrackedFuture<<Routes as Service<http::Request<Body>>>::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<http::Request<Body>>::poll_ready(&mut self.routes, cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        self.calls.track_future(self.routes.call(request))
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use futures_util::poll;
    use tokio::sync::Notify;

    use tokio_stream::StreamExt;
    use tonic::client::Grpc;
    use tonic::codec::Streaming;
    use tonic::codegen::http::uri::PathAndQuery;
    use tonic::server::NamedService;
    use tonic::transport::{Channel, Endpoint};
    use tonic::{Code, IntoRequest, Request, Status};
    use tonic_prost::ProstCodec;

    use super::*;
    use crate::plugin::Environment;

    /// Has the wire form of every message of the plugin services that a host sends or gets here:
    /// nothing.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Nothing {}

    impl Server {
        /// Ends under a host that stays.
        async fn end(self, ending: Ending, drain: &TaskTracker) {
            let due = CancellationToken::new();
            self.finish(ending, drain, &due, std::future::pending())
                .await;
        }
    }

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
        host.server.end(Ending::Shutdown, &TaskTracker::new()).await;

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
            .end(Ending::Terminated, &TaskTracker::new())
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

        let mut finish = std::pin::pin!(host.server.end(Ending::Shutdown, &drain));
        assert!(futures_util::poll!(&mut finish).is_pending());
        answer.send(()).unwrap();
        finish.await;

        assert!(order.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn the_socket_is_gone_after_the_end() {
        let host = Host::start().await;
        host.server
            .end(Ending::Terminated, &TaskTracker::new())
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

    /// Answers once it is told to.
    #[derive(Clone)]
    struct Slow(Arc<Notify>);

    impl NamedService for Slow {
        const NAME: &'static str = "test.Slow";
    }

    impl Service<http::Request<Body>> for Slow {
        type Response = http::Response<Body>;
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

        fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _request: http::Request<Body>) -> Self::Future {
            let answer = Arc::clone(&self.0);
            Box::pin(async move {
                answer.notified().await;
                Ok(http::Response::new(Body::empty()))
            })
        }
    }

    #[tokio::test]
    async fn a_call_counts_until_its_answer_begins() {
        let answer = Arc::new(Notify::new());
        let calls = TaskTracker::new();
        let mut service = CountedCalls {
            routes: Routes::new(Slow(Arc::clone(&answer))).prepare(),
            calls: calls.clone(),
        };
        assert_eq!(calls.len(), 0);

        let request = http::Request::post("/test.Slow/Call").body(Body::empty());
        let mut call = Box::pin(service.call(request.unwrap()));
        assert!(poll!(&mut call).is_pending());
        assert_eq!(calls.len(), 1);

        answer.notify_one();
        let response = call.await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(calls.len(), 0);
    }
}
