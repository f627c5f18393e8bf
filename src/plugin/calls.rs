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

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;

    use futures_util::poll;
    use tokio::sync::Notify;
    use tonic::server::NamedService;

    use super::*;

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
