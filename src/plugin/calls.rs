//! Counts the calls that have no answer yet, so that SIGTERM does not cut one off.

use std::convert::Infallible;
use std::task::{Context, Poll};

use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TrackedFuture;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::service::Routes;

/// `routes` with every call counted in `calls` until its answer begins. An open stream is not counted.
#[derive(Debug, Clone)]
pub(super) struct CountedCalls {
    pub(super) routes: Routes,
    pub(super) calls: TaskTracker,
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
