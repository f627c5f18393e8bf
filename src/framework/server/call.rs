//! How every call runs: in a task of its own, that a dropped RPC does not cancel and whose panic
//! becomes a diagnostic. StopProvider ends its waits, and the process can serve on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::{Response, Status};
use tracing::Instrument;

use super::to_proto::{self, Answer};
use crate::framework::{Call, Diagnostic, Diagnostics};

/// What a call is about.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// The provider itself.
    Provider,
    /// A managed resource type.
    Resource(String),
    /// A data source.
    DataSource(String),
}

impl Subject {
    fn type_name(&self) -> Option<&str> {
        match self {
            Self::Provider => None,
            Self::Resource(name) | Self::DataSource(name) => Some(name),
        }
    }
}

/// What the calls of a server share.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    pub(super) stop: Stop,
    drain: TaskTracker,
}

impl Calls {
    pub(super) fn new(drain: TaskTracker) -> Self {
        Self {
            stop: Stop::new(),
            drain,
        }
    }

    /// Runs `work` to its end, even if nobody waits for the answer any more: an HTTP answer that is
    /// never read is an order that is lost. Errors are part of the answer, in the diagnostics.
    pub(super) async fn run<A, W, F>(
        &self,
        rpc: &'static str,
        subject: &Subject,
        work: W,
    ) -> Result<Response<A>, Status>
    where
        A: Answer,
        W: FnOnce(Call) -> F + Send + 'static,
        F: Future<Output = Result<A, Diagnostics>> + Send,
    {
        let call = Call {
            stop: self.stop.token(),
        };
        let is_data_source = matches!(subject, Subject::DataSource(_));
        let (data_source, resource) = if is_data_source {
            (subject.type_name(), None)
        } else {
            (None, subject.type_name())
        };
        let span = tracing::info_span!(
            "rpc",
            tf_rpc = rpc,
            tf_req_id = request_id(),
            tf_resource_type = resource,
            tf_data_source_type = data_source,
        );
        let task = async move {
            tracing::trace!("call received");
            let answer = work(call).await;
            tracing::trace!("call answered");
            answer
        };
        let answer = match self.drain.spawn(task.instrument(span)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(diagnostics)) => refusal(diagnostics),
            Err(_) => refusal(panicked(rpc, subject).into()),
        };
        Ok(Response::new(answer))
    }
}

fn refusal<A: Answer>(diagnostics: Diagnostics) -> A {
    let mut answer = A::default();
    *answer.diagnostics() = to_proto::diagnostics(diagnostics);
    answer
}

/// The panic's own text is left to the log: it may quote anything.
fn panicked(rpc: &str, subject: &Subject) -> Diagnostic {
    let of = subject
        .type_name()
        .map(|name| format!(" of {name}"))
        .unwrap_or_default();
    Diagnostic::bug(format!(
        "The provider failed in the middle of {rpc}{of}. The state is kept as it was before this \
         call; what the call had already changed elsewhere is not recorded, so check it before you \
         apply again. Run with TF_LOG=DEBUG to see the cause.",
    ))
}

/// Unique within the machine while the process lives.
fn request_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{number}", std::process::id())
}

/// What ends the waits of calls: core's StopProvider for the calls of the moment, a shutdown for
/// all.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    shutdown: CancellationToken,
    current: Mutex<Option<CancellationToken>>,
}

impl Stop {
    /// A handle that nothing has stopped.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token of a call that starts now.
    pub fn token(&self) -> CancellationToken {
        self.current()
            .get_or_insert_with(|| self.0.shutdown.child_token())
            .clone()
    }

    /// Ends the waits of every running call. Calls that start later do not notice.
    pub fn stop_calls(&self) {
        let stopped = self.current().take();
        if let Some(token) = stopped {
            token.cancel();
        }
    }

    /// Ends the waits of every call, running or to come: the process is about to exit.
    pub fn shut_down(&self) {
        self.0.shutdown.cancel();
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Option<CancellationToken>> {
        self.0
            .current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[test]
    fn stop_ends_running_calls_and_not_later_ones() {
        let stop = Stop::new();
        let running = stop.token();
        stop.stop_calls();
        let later = stop.token();
        assert!(running.is_cancelled());
        assert!(!later.is_cancelled());
    }

    #[test]
    fn a_shutdown_ends_running_and_later_calls() {
        let stop = Stop::new();
        let running = stop.token();
        stop.shut_down();
        assert!(running.is_cancelled());
        assert!(stop.token().is_cancelled());
    }
}
