//! The control interface under `/_sandbox/`, for tests and people. Not an imitation.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::account::clock::timestamp;
use crate::account::dcv::{DnsRecord, LookupFailure};
use crate::account::state::Shared;
use crate::control::colleague::ColleagueReissue;
use crate::control::operator_actions::{Move, MoveError};
use crate::faults::{Action, At, FaultRule, HoldStage, HoldState, Route, one};
use crate::listener::ListenerSwitch;

/// Path of the control interface.
pub(crate) const CONTROL_PATH: &str = "/_sandbox";

type Sandbox = State<Arc<Shared>>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/journal", get(journal).delete(clear_journal))
        .route("/summary", get(summary))
        .route("/settings", get(settings).put(change_settings))
        .route("/clock", get(clock))
        .route("/clock/advance", post(advance))
        .route("/orders/{id}/reissue", post(reissue))
        .route("/orders/{id}/renew", post(renew))
        .route("/orders/{id}/{step}", post(move_order))
        .route(
            "/orders/{id}/container/{container}",
            post(move_to_container),
        )
        .route("/chain/replace", post(replace_chain))
        .route("/dns", get(dns_records))
        .route("/dns/{type}/{name}/{value}", put(publish).delete(withdraw))
        .route("/dns-failures", get(lookup_failures))
        .route(
            "/dns-failures/{domain}",
            put(fail_lookups).delete(mend_lookups),
        )
        .route("/faults", post(add_fault).delete(clear_rules))
        .route("/holds", post(add_hold))
        .route("/holds/{id}", get(see_hold))
        .route("/holds/{id}/release", post(release_hold))
        .route("/elsewhere", get(redirected))
        .route("/root.pem", get(root))
        .with_state(shared)
}

async fn journal(State(shared): Sandbox) -> Response {
    Json(shared.lock().journal.entries()).into_response()
}

async fn clear_journal(State(shared): Sandbox) -> StatusCode {
    shared.lock().journal.clear();
    StatusCode::NO_CONTENT
}

async fn summary(State(shared): Sandbox) -> Response {
    Json(shared.lock().summary()).into_response()
}

async fn settings(State(shared): Sandbox) -> Response {
    Json(&shared.lock().behavior).into_response()
}

/// A JSON body, whatever its content type says: `curl -d` names another one.
struct Told<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Told<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| refusal(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()))
    }
}

/// Takes any subset of the settings and keeps the rest.
async fn change_settings(State(shared): Sandbox, Told(changes): Told<Value>) -> Response {
    let mut state = shared.lock();
    let changes = changes.as_object().cloned().unwrap_or_default();
    match state.behavior.with(changes) {
        Ok(behavior) => {
            state.behavior = behavior;
            Json(&state.behavior).into_response()
        }
        Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

async fn replace_chain(State(shared): Sandbox) -> Response {
    match shared.lock().replace_chain() {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

async fn clock(State(shared): Sandbox) -> Response {
    let now = timestamp(shared.lock().now());
    Json(json!({ "now": now })).into_response()
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

/// Ten years in one step: more is a mistake and would soon leave the calendar.
const LONGEST_ADVANCE: u64 = 10 * 366 * 86_400;

async fn advance(State(shared): Sandbox, Told(by): Told<Advance>) -> Response {
    if by.seconds > LONGEST_ADVANCE {
        return refusal(StatusCode::BAD_REQUEST, "`seconds` is more than ten years");
    }
    shared.lock().advance(Duration::from_secs(by.seconds));
    clock(State(shared)).await
}

async fn move_order(State(shared): Sandbox, Path((id, step)): Path<(u64, String)>) -> Response {
    let Some(step) = Move::named(&step) else {
        return refusal(
            StatusCode::NOT_FOUND,
            "an order can be moved by approve, reject, validate, issue, cancel, revoke, \
             revoke_certificate, expire, lapse, lapse_organization, reissue, renew",
        );
    };
    apply(&shared, id, step)
}

async fn move_to_container(
    State(shared): Sandbox,
    Path((id, container)): Path<(u64, u64)>,
) -> Response {
    apply(&shared, id, Move::Container(container))
}

/// A reissue by a colleague: any of `common_name`, `dns_names`, `csr`, `new_key`, or no body.
async fn reissue(State(shared): Sandbox, Path(id): Path<u64>, body: Bytes) -> Response {
    let told = match body.trim_ascii().is_empty() {
        true => Ok(ColleagueReissue::default()),
        false => serde_json::from_slice(&body),
    };
    match told {
        Ok(told) => moved(shared.lock().reissue_elsewhere(id, told)),
        Err(error) => refusal(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
    }
}

/// A renewal by a colleague; answers the order that renews this one.
async fn renew(State(shared): Sandbox, Path(id): Path<u64>) -> Response {
    let renewed = shared.lock().renew_elsewhere(id);
    match renewed {
        Ok(renewal) => (StatusCode::CREATED, Json(json!({ "id": renewal }))).into_response(),
        Err(error) => moved(Err(error)),
    }
}

fn apply(shared: &Shared, id: u64, step: Move) -> Response {
    moved(shared.lock().apply(id, step))
}

fn moved(outcome: Result<(), MoveError>) -> Response {
    match outcome {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            let status = match &error {
                MoveError::NoSuchOrder(_) | MoveError::NoSuchContainer(_) => StatusCode::NOT_FOUND,
                MoveError::WrongStatus { .. } => StatusCode::CONFLICT,
                MoveError::UnusableRequest => StatusCode::UNPROCESSABLE_ENTITY,
                MoveError::Signing(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            refusal(status, &error.to_string())
        }
    }
}

async fn dns_records(State(shared): Sandbox) -> Response {
    Json(&shared.lock().dns).into_response()
}

type RecordPath = Path<(String, String, String)>;

async fn publish(State(shared): Sandbox, Path((kind, name, value)): RecordPath) -> StatusCode {
    let record = DnsRecord::new(&kind, &name, &value);
    shared.lock().dns.insert(record);
    StatusCode::NO_CONTENT
}

async fn withdraw(State(shared): Sandbox, Path((kind, name, value)): RecordPath) -> Response {
    let record = DnsRecord::new(&kind, &name, &value);
    if shared.lock().dns.remove(&record) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        refusal(StatusCode::NOT_FOUND, "there is no such record")
    }
}

async fn lookup_failures(State(shared): Sandbox) -> Response {
    Json(&shared.lock().lookup_failures).into_response()
}

async fn fail_lookups(
    State(shared): Sandbox,
    Path(domain): Path<String>,
    Told(failure): Told<LookupFailure>,
) -> StatusCode {
    shared.lock().fail_lookups(&domain, Some(failure));
    StatusCode::NO_CONTENT
}

async fn mend_lookups(State(shared): Sandbox, Path(domain): Path<String>) -> Response {
    match shared.lock().fail_lookups(&domain, None) {
        true => StatusCode::NO_CONTENT.into_response(),
        false => refusal(StatusCode::NOT_FOUND, "no look-up of this domain fails"),
    }
}

/// Which calls a rule is for: number `call` (1 = the next one) and `times` in a row.
#[derive(Deserialize)]
struct Calls {
    route: Route,
    #[serde(default = "one")]
    call: u64,
    #[serde(default = "one")]
    times: u64,
    at: At,
}

/// Takes a rule in the words of `--fault`, as text or as a JSON string, or as an object.
async fn add_fault(State(shared): Sandbox, body: String) -> Response {
    match told_rule(&body) {
        Ok(rule) => {
            let id = shared.lock().add_fault(rule);
            (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
        }
        Err(reason) => refusal(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
}

fn told_rule(body: &str) -> Result<FaultRule, String> {
    let body = body.trim();
    if body.starts_with('{') {
        serde_json::from_str(body).map_err(|error| error.to_string())
    } else if body.starts_with('"') {
        let words: String = serde_json::from_str(body).map_err(|error| error.to_string())?;
        words.parse()
    } else {
        body.parse()
    }
}

async fn clear_rules(
    State(shared): Sandbox,
    Extension(switch): Extension<ListenerSwitch>,
) -> StatusCode {
    shared.lock().clear_rules();
    switch.set_open(true).await;
    StatusCode::NO_CONTENT
}

async fn add_hold(State(shared): Sandbox, Told(calls): Told<Calls>) -> Response {
    let hold = HoldState::new(watch::Sender::new(HoldStage::Armed));
    let action = Action::Hold(hold);
    let id = shared
        .lock()
        .rules
        .add(calls.route, calls.call, calls.times, calls.at, action);
    (
        StatusCode::CREATED,
        Json(json!({ "id": id, "stage": "armed" })),
    )
        .into_response()
}

#[derive(Deserialize)]
struct Wait {
    /// Seconds to wait for a call to be held before answering.
    #[serde(default)]
    wait: u64,
}

async fn see_hold(
    State(shared): Sandbox,
    Path(id): Path<u64>,
    Query(Wait { wait }): Query<Wait>,
) -> Response {
    let Some(hold) = shared.lock().rules.hold(id) else {
        return no_hold(id);
    };
    let mut stage = hold.subscribe();
    let arrival = stage.wait_for(|stage| *stage != HoldStage::Armed);
    // Running out of time is an answer too: the stage is still `armed`.
    let _ = tokio::time::timeout(Duration::from_secs(wait.min(300)), arrival).await;
    let stage = *hold.borrow();
    Json(json!({ "id": id, "stage": stage })).into_response()
}

async fn release_hold(State(shared): Sandbox, Path(id): Path<u64>) -> Response {
    let Some(hold) = shared.lock().rules.hold(id) else {
        return no_hold(id);
    };
    hold.send_replace(HoldStage::Released);
    Json(json!({ "id": id, "stage": "released" })).into_response()
}

async fn redirected(State(shared): Sandbox) -> Response {
    Json(shared.lock().redirected()).into_response()
}

async fn root(State(shared): Sandbox) -> Response {
    let pem = shared.lock().authority.root_pem.clone();
    ([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response()
}

fn no_hold(id: u64) -> Response {
    refusal(StatusCode::NOT_FOUND, &format!("there is no hold {id}"))
}

fn refusal(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({ "error": reason }))).into_response()
}
