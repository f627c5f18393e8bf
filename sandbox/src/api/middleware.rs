//! What every request passes around its handler: journal, faults, key, permission, limits.

use std::mem;
use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::BASE_PATH;
use super::error::Problem;
use super::extract::Caller;
use super::fault_middleware::{CallFaults, Reply};
use crate::account::catalog::{self, Role};
use crate::account::clock::{http_date, timestamp};
use crate::account::snapshots::{DeferredRequest, Snapshot};
use crate::account::state::{Shared, State as AccountState};
use crate::faults::script::{End, Script};
use crate::journal::{Entry, body_value};
use crate::listener::{ConnectionHandle, ListenerSwitch};

/// Requests larger than this are refused as malformed.
const LARGEST_BODY: usize = 1 << 20;
const KEY_HEADER: &str = "x-dc-devkey";
/// Tells that `Date` is the time of a virtual clock, so that a client need not hold it against its
/// machine's.
const CLOCK_HEADER: &str = "x-sandbox-clock";

/// Runs the request in a task of its own: like the real service, the sandbox finishes what it began
/// even if the client hangs up.
pub(crate) async fn run(
    State(shared): State<Arc<Shared>>,
    Extension(switch): Extension<ListenerSwitch>,
    ConnectInfo(connection): ConnectInfo<ConnectionHandle>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::spawn(handle(shared, switch, request, next)).await {
        Ok(Reply::Answer(response)) => response,
        // The connection follows the script first, so nothing of this response is ever sent.
        Ok(Reply::Script(script)) => {
            connection.follow(script);
            StatusCode::OK.into_response()
        }
        Err(failure) => Problem::internal(&failure).into_response(),
    }
}

/// One request from arrival to answer.
async fn handle(
    shared: Arc<Shared>,
    switch: ListenerSwitch,
    request: Request,
    next: Next,
) -> Reply {
    let (parts, body) = request.into_parts();
    let path = path_below_base(&parts);
    let key = header_text(&parts.headers, KEY_HEADER);
    let due = {
        let mut state = shared.lock();
        let due = state.rules.due(parts.method.as_str(), &path);
        // Who calls with a withdrawn key is dead: no fault may turn its refusal into another
        // answer.
        match state.withdrawn_keys.contains(&key) {
            true => Vec::new(),
            false => due,
        }
    };
    let faults = CallFaults {
        due,
        headers: parts.headers.clone(),
        path: path.clone(),
    };
    let body = match faults.resets_early() {
        true => Ok(Bytes::new()),
        false => to_bytes(body, LARGEST_BODY).await,
    };
    let (sequence, overdue) = arrive(&shared, &parts, &path, body.as_deref().unwrap_or_default());
    for late in overdue {
        process(
            &shared,
            late.parts,
            late.body,
            late.next,
            Snapshot::default(),
        )
        .await;
        shared.lock().journal.processed(late.sequence);
    }

    let reply = match faults.before(&shared).await {
        Some(reply) => reply,
        // A body that breaks off or is too large never reaches the account.
        None if body.is_err() => Reply::Answer(Problem::bad_request_format().into_response()),
        None => {
            let body = body.unwrap_or_default();
            if let Some(calls) = faults.late_calls() {
                let after = sequence + calls;
                shared.lock().deferred.push(DeferredRequest {
                    sequence,
                    after,
                    parts,
                    body,
                    next,
                });
                Reply::Script(Script::silent(End::Close))
            } else {
                let snapshot = faults.snapshot(&shared, sequence);
                let parts = faults.instead(parts);
                let response = process(&shared, parts, body, next, snapshot).await;
                shared.lock().journal.processed(sequence);
                faults
                    .after(&shared)
                    .await
                    .unwrap_or(Reply::Answer(response))
            }
        }
    };
    if let Some(until) = faults.refuses(&shared) {
        switch.set_open(false).await;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            shared.clock_is_past(until).await;
            switch.set_open(true).await;
        });
    }
    match reply {
        Reply::Answer(answer) => record(&shared, sequence, answer, &faults, &key).await,
        Reply::Script(script) => {
            shared.lock().journal.answered(sequence, None);
            Reply::Script(script)
        }
    }
}

/// Notes the arrival of a request; returns its number, and the requests that take effect before it.
fn arrive(shared: &Shared, parts: &Parts, path: &str, body: &[u8]) -> (u64, Vec<DeferredRequest>) {
    let mut state = shared.lock();
    let entry = arrival(parts, path, body, timestamp(state.now()));
    let sequence = state.journal.arrived(entry);
    let (overdue, waiting) = mem::take(&mut state.deferred)
        .into_iter()
        .partition(|late| late.after < sequence);
    state.deferred = waiting;
    let AccountState {
        snapshots, orders, ..
    } = &mut *state;
    snapshots.keep(sequence, orders);
    (sequence, overdue)
}

/// The request as the account sees it: key, limits, permission, handler.
async fn process(
    shared: &Shared,
    parts: Parts,
    body: Bytes,
    next: Next,
    snapshot: Snapshot,
) -> Response {
    let key = header_text(&parts.headers, KEY_HEADER);
    let withdrawn = shared.lock().withdrawn_keys.contains(&key);
    let Some(user) = catalog::user_of_key(&key).filter(|_| !withdrawn) else {
        return Problem::invalid_key().into_response();
    };
    shared.lock().renew_by_itself();
    if !shared.lock().admit(&key) {
        return Problem::rate_limited().into_response();
    }
    let may_price = !shared.lock().behavior.viewers_may_not_price;
    if user.role == Role::ViewOnly && is_refused_to_viewers(&parts, may_price) {
        return Problem::missing_permission().into_response();
    }
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(Caller(user));
    request.extensions_mut().insert(snapshot);
    next.run(request).await
}

/// Whether a request needs more than the right to look. The one POST that only tells something is
/// the price estimate, which some accounts refuse to those who may only look.
fn is_refused_to_viewers(parts: &Parts, may_price: bool) -> bool {
    let is_estimate =
        parts.method == Method::POST && parts.uri.path().ends_with("/finance/order-pricing");
    parts.method != Method::GET && !(is_estimate && may_price)
}

/// Shapes the answer, notes it in the journal, and makes of it what the connection is to do.
async fn record(
    shared: &Shared,
    sequence: u64,
    answer: Response,
    faults: &CallFaults,
    key: &str,
) -> Reply {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    for (name, value) in DOCUMENTED_HEADERS {
        parts.headers.insert(name, HeaderValue::from_static(value));
    }
    let mut state = shared.lock();
    // Without it the server would tell the machine's time, and a client would not see the virtual
    // one.
    if let Ok(date) = HeaderValue::from_str(&http_date(state.now() + faults.date_is_off())) {
        parts.headers.insert(header::DATE, date);
    }
    if faults.date_is_off().is_zero() {
        parts
            .headers
            .insert(CLOCK_HEADER, HeaderValue::from_static("virtual"));
    }
    let body = faults.shape(&state, &mut parts, body);
    let seen = (parts.status.as_u16(), masked(body_value(&body), key));
    state.journal.answered(sequence, Some(seen));
    faults.send(parts, body)
}

/// A body that repeats the API key without it.
fn masked(body: Value, key: &str) -> Value {
    let text = body.to_string();
    if key.is_empty() || !text.contains(key) {
        return body;
    }
    serde_json::from_str(&text.replace(key, "***")).unwrap_or_default()
}

/// Headers of the real service that a client might meet.
const DOCUMENTED_HEADERS: [(&str, &str); 5] = [
    ("server", "nginx"),
    ("cache-control", "private,no-cache"),
    ("x-frame-options", "SAMEORIGIN"),
    ("x-content-type-options", "nosniff"),
    ("x-xss-protection", "1; mode=block"),
];

fn arrival(parts: &Parts, path: &str, body: &[u8], time: String) -> Entry {
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = match name.as_str() {
            KEY_HEADER | "authorization" | "cookie" => "***".to_owned(),
            _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
        };
        (name.as_str().to_owned(), value)
    });
    Entry {
        sequence: 0,
        time,
        method: parts.method.to_string(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        request: body_value(body),
        processed: false,
        status: None,
        response: Value::Null,
    }
}

/// The path as rules and the journal know it. Nesting strips the base path, so the original is not
/// needed.
fn path_below_base(parts: &Parts) -> String {
    let path = parts.uri.path();
    path.strip_prefix(BASE_PATH).unwrap_or(path).to_owned()
}

fn header_text(headers: &HeaderMap, name: &str) -> String {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}
