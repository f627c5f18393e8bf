//! What every request passes before and after its handler: journal, rules, key, permission, limits.

use std::sync::Arc;

use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{BASE_PATH, error::Problem};
use crate::{
    account::{self, Role, User},
    clock::{http_date, timestamp},
    connection::Line,
    faults::{Action, At, Fault, wait_at},
    journal::{Entry, body_value},
    state::Shared,
};

/// The user that the key belongs to, for handlers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) &'static User);

/// Requests larger than this are refused as malformed.
const LARGEST_BODY: usize = 1 << 20;
const KEY_HEADER: &str = "x-dc-devkey";

/// Runs the request in a task of its own: like the real service, the sandbox finishes what it began even if the
/// client hangs up.
pub(crate) async fn pass(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let visit = tokio::spawn(visit(shared, request, next));
    match visit.await {
        Ok(Some(response)) => response,
        // The line is cut first, so nothing of this response is ever sent.
        Ok(None) => {
            line.cut();
            StatusCode::OK.into_response()
        }
        Err(failure) => Problem::internal(&failure).into_response(),
    }
}

/// One request from arrival to answer; `None` means that the connection is to be dropped.
async fn visit(shared: Arc<Shared>, request: Request, next: Next) -> Option<Response> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await;
    let path = path_below_base(&parts);
    let (sequence, rules) = {
        let mut state = shared.lock();
        let body = body.as_deref().unwrap_or_default();
        let entry = arrival(&parts, &path, body, timestamp(state.now()));
        (
            state.journal.arrived(entry),
            state.rules.due(parts.method.as_str(), &path),
        )
    };

    let answer = match meet(&rules, At::Before).await {
        Some(outcome) => outcome,
        // A body that breaks off or is too large never reaches the account.
        None if body.is_err() => Some(Problem::bad_request_format().into_response()),
        None => {
            let response = process(&shared, parts, body.unwrap_or_default(), next).await;
            shared.lock().journal.processed(sequence);
            meet(&rules, At::After).await.unwrap_or(Some(response))
        }
    };
    let Some(answer) = answer else {
        shared.lock().journal.answered(sequence, None);
        return None;
    };
    Some(record(&shared, sequence, answer).await)
}

/// Waits and misbehaves as the rules demand. `Some` replaces the regular answer; `Some(None)` drops the connection.
async fn meet(rules: &[(At, Action)], now: At) -> Option<Option<Response>> {
    for (at, action) in rules {
        match action {
            _ if *at != now => {}
            Action::Hold(hold) => wait_at(hold).await,
            Action::Fault(fault) => return Some(faulty_answer(fault)),
        }
    }
    None
}

fn faulty_answer(fault: &Fault) -> Option<Response> {
    let (status, content_type, body) = match fault {
        Fault::Drop => return None,
        Fault::Answer {
            status,
            body,
            content_type,
        } => (*status, content_type.clone(), body.clone()),
        Fault::Html { status } => (
            *status,
            "text/html".to_owned(),
            format!(
                "<html><head><title>{status}</title></head><body><h1>{status}</h1><p>Request could not be served.</p></body></html>\r\n"
            ),
        ),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Some((status, [(header::CONTENT_TYPE, content_type)], body).into_response())
}

/// The request as the account sees it: key, limits, permission, handler.
async fn process(shared: &Shared, parts: Parts, body: Bytes, next: Next) -> Response {
    let key = header_text(&parts.headers, KEY_HEADER);
    let Some(user) = account::user_of_key(&key) else {
        return Problem::invalid_key().into_response();
    };
    if !shared.lock().admit(&key) {
        return Problem::rate_limited().into_response();
    }
    if user.role == Role::ViewOnly && changes_something(&parts) {
        return Problem::missing_permission().into_response();
    }
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(Caller(user));
    next.run(request).await
}

/// Whether a request needs more than the right to look. The one POST that only tells something is the price estimate.
fn changes_something(parts: &Parts) -> bool {
    let is_estimate =
        parts.method == Method::POST && parts.uri.path().ends_with("/finance/order-pricing");
    parts.method != Method::GET && !is_estimate
}

async fn record(shared: &Shared, sequence: u64, answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let seen = (parts.status.as_u16(), body_value(&body));
    for (name, value) in DOCUMENTED_HEADERS {
        parts.headers.insert(name, HeaderValue::from_static(value));
    }
    let mut state = shared.lock();
    // Without it the server would tell the machine's time, and a client would not see the virtual one.
    if let Ok(date) = HeaderValue::from_str(&http_date(state.now())) {
        parts.headers.insert(header::DATE, date);
    }
    state.journal.answered(sequence, Some(seen));
    Response::from_parts(parts, Body::from(body))
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

/// The path as rules and the journal know it. Nesting strips the base path, so the original is not needed.
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

/// How handlers learn who calls.
pub(super) type ByCaller = Extension<Caller>;
