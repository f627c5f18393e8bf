//! Answers that the account did not give.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::account::clock::http_date;

/// An answer with a status, a media type and a body.
pub(crate) fn answer(status: u16, content_type: &str, body: &str) -> Response {
    (
        known(status),
        [(header::CONTENT_TYPE, content_type.to_owned())],
        body.to_owned(),
    )
        .into_response()
}

/// A page of HTML.
pub(crate) fn page(status: u16, text: &str) -> Response {
    let page = format!(
        "<html><head><title>{status}</title></head><body><h1>{status}</h1><p>{text}</p></body></html>\r\n"
    );
    answer(status, "text/html", &page)
}

/// The page of every call during a maintenance window.
pub(crate) fn maintenance() -> Response {
    page(503, "CertCentral is down for scheduled maintenance.")
}

/// A 429. `now+90` and `now-90` become a date by the sandbox's clock.
pub(crate) fn limited(retry_after: Option<&str>, html: bool, now: OffsetDateTime) -> Response {
    let mut response = if html {
        page(429, "Too many requests.")
    } else {
        let message = "Service unavailable, please limit request volume";
        let errors = json!([{ "code": "request_limit_exceeded", "message": message }]);
        (
            StatusCode::TOO_MANY_REQUESTS,
            Json(json!({ "errors": errors })),
        )
            .into_response()
    };
    let after = retry_after.map(|after| {
        match after
            .strip_prefix("now")
            .and_then(|seconds| seconds.parse().ok())
        {
            Some(seconds) => http_date(now + Duration::seconds(seconds)),
            None => after.to_owned(),
        }
    });
    if let Some(value) = after.and_then(|after| HeaderValue::from_str(&after).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// A redirect.
pub(crate) fn redirect(status: u16, location: &str) -> Response {
    (known(status), [(header::LOCATION, location.to_owned())]).into_response()
}

/// A refusal that repeats every header of the request wherever an answer has room for text.
pub(crate) fn echo(status: u16, request: &HeaderMap) -> Response {
    let headers: Vec<String> = request
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let headers = headers.join("; ");
    let errors = json!([{ "code": format!("echo|{headers}"), "message": headers }]);
    let mut response = (known(status), Json(json!({ "errors": errors }))).into_response();
    let name = HeaderName::from_static("x-echo");
    if let Ok(value) = HeaderValue::from_str(&headers) {
        response.headers_mut().insert(name, value);
    }
    response
}

fn known(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Gives an answer another status.
pub(crate) fn with_status(mut response: Response, status: u16) -> Response {
    *response.status_mut() = known(status);
    response
}
