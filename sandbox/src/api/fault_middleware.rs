//! The faults that one call meets: before the account acts, after it, and on the way back.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::response::Parts as ResponseParts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::error::Problem;
use super::{BASE_PATH, fault_responses};
use crate::account::snapshots::Snapshot;
use crate::account::state::{Shared, State};
use crate::faults::redirect_target::RedirectTarget;
use crate::faults::script::{End, Script, garbled};
use crate::faults::{Action, At, Due, Fault, Form, form, wait_at};

/// What a call ends with.
pub(super) enum Reply {
    /// An answer as an HTTP server sends it.
    Answer(Response),
    /// What the connection does instead.
    Script(Script),
}

/// A call and what it meets.
pub(super) struct CallFaults {
    pub(super) due: Due,
    pub(super) headers: HeaderMap,
    pub(super) path: String,
}

impl CallFaults {
    fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.due.iter().filter_map(|(_, action)| match action {
            Action::Fault(fault) => Some(fault),
            Action::Hold(_) => None,
        })
    }

    /// Whether the connection is reset before the body of the request is read.
    pub(super) fn resets_early(&self) -> bool {
        self.faults().any(|fault| *fault == Fault::ResetEarly)
    }

    /// After how many further calls the account is to see the request, if not now.
    pub(super) fn late_calls(&self) -> Option<u64> {
        self.faults().find_map(|fault| match fault {
            Fault::Late { calls } => Some(*calls),
            _ => None,
        })
    }

    /// The account as the call is to see it.
    pub(super) fn snapshot(&self, shared: &Shared, sequence: u64) -> Snapshot {
        let back = self.faults().find_map(|fault| match fault {
            Fault::Stale { calls } => Some(*calls),
            _ => None,
        });
        back.map_or_else(Snapshot::default, |calls| {
            shared.lock().snapshots.at(sequence.saturating_sub(calls))
        })
    }

    /// How far the header `Date` of the answer is off.
    pub(super) fn date_is_off(&self) -> Duration {
        let off = self.faults().find_map(|fault| match fault {
            Fault::Date { seconds } => Some(*seconds),
            _ => None,
        });
        let century = 100 * 366 * 86_400;
        Duration::seconds(off.unwrap_or(0).clamp(-century, century))
    }

    /// The request as the account is to see it: for something else, by a fault.
    pub(super) fn instead(&self, mut parts: Parts) -> Parts {
        let other = self.faults().find_map(|fault| match fault {
            Fault::Instead { path } => Some(path),
            _ => None,
        });
        if let Some(uri) = other.and_then(|path| path.parse().ok()) {
            parts.uri = uri;
        }
        parts
    }

    /// Until when new connections are refused once the call is answered.
    pub(super) fn refuses(&self, shared: &Shared) -> Option<OffsetDateTime> {
        let seconds = self.faults().find_map(|fault| match fault {
            Fault::Refuse { seconds } => Some(*seconds),
            _ => None,
        })?;
        Some(later(shared.lock().now(), seconds))
    }

    /// Waits and misbehaves before the account sees the request. `Some` means that it never does.
    pub(super) async fn before(&self, shared: &Shared) -> Option<Reply> {
        if shared.lock().in_maintenance() {
            return Some(Reply::Answer(fault_responses::maintenance()));
        }
        self.meet(shared, At::Before).await
    }

    /// Waits and misbehaves after the account has acted. `Some` stands in place of its answer.
    pub(super) async fn after(&self, shared: &Shared) -> Option<Reply> {
        self.meet(shared, At::After).await
    }

    async fn meet(&self, shared: &Shared, now: At) -> Option<Reply> {
        for (at, action) in &self.due {
            if *at != now {
                continue;
            }
            match action {
                Action::Hold(hold) => wait_at(hold).await,
                Action::Fault(Fault::Delay { seconds }) => {
                    let due = later(shared.lock().now(), *seconds);
                    shared.clock_is_past(due).await;
                }
                Action::Fault(fault) => {
                    if let Some(reply) = self.substitute(shared, fault).await {
                        return Some(reply);
                    }
                }
            }
        }
        None
    }

    /// What stands in place of the account's answer; `None` for a fault that leaves it in its
    /// place.
    async fn substitute(&self, shared: &Shared, fault: &Fault) -> Option<Reply> {
        let silent = |end| Some(Reply::Script(Script::silent(end)));
        let answer = match fault {
            Fault::Answer {
                status,
                body,
                content_type,
            } => fault_responses::answer(*status, content_type, body),
            Fault::Html { status } => {
                fault_responses::page(*status, "Request could not be served.")
            }
            Fault::Limited { retry_after, html } => {
                fault_responses::limited(retry_after.as_deref(), *html, shared.lock().now())
            }
            Fault::Maintenance { seconds } => {
                let mut state = shared.lock();
                state.maintenance_until = Some(later(state.now(), *seconds));
                fault_responses::maintenance()
            }
            Fault::Redirect { status, location } => match location {
                Some(location) => fault_responses::redirect(*status, location),
                None => self.redirect_to_target(shared, *status).await,
            },
            Fault::Echo { status } => fault_responses::echo(*status, &self.headers),
            Fault::Huge { bytes, gzip } => {
                return Some(Reply::Script(Script::huge(*bytes, *gzip)));
            }
            Fault::Raw { text } => return Some(Reply::Script(Script::raw(text.clone()))),
            Fault::Drop => return silent(End::Close),
            Fault::Reset | Fault::ResetEarly => return silent(End::Reset),
            Fault::Hang => return silent(End::Hang),
            Fault::Late { .. }
            | Fault::Delay { .. }
            | Fault::Stale { .. }
            | Fault::Refuse { .. }
            | Fault::Status { .. }
            | Fault::Set { .. }
            | Fault::Remove { .. }
            | Fault::Only { .. }
            | Fault::Date { .. }
            | Fault::Instead { .. }
            | Fault::Form { .. }
            | Fault::Chain { .. }
            | Fault::Garble { .. }
            | Fault::Truncate { .. }
            | Fault::Drip { .. } => return None,
        };
        Some(Reply::Answer(answer))
    }

    async fn redirect_to_target(&self, shared: &Shared, status: u16) -> Response {
        let known = shared.lock().redirect_target.clone();
        let target = match known {
            Some(target) => target,
            None => match RedirectTarget::listen().await {
                Ok(target) => Arc::clone(
                    shared
                        .lock()
                        .redirect_target
                        .get_or_insert_with(|| Arc::new(target)),
                ),
                Err(error) => return Problem::internal(&error).into_response(),
            },
        };
        let url = target.url(&format!("{BASE_PATH}{}", self.path));
        fault_responses::redirect(status, &url)
    }

    /// The body of the answer, and its head, as the faults want them.
    pub(super) fn shape(&self, state: &State, parts: &mut ResponseParts, body: Bytes) -> Bytes {
        let mut body = match serde_json::from_slice::<Value>(&body) {
            Ok(mut json) => match self.shape_json(state, &mut json) {
                true => json.to_string().into(),
                false => body,
            },
            Err(_) => body,
        };
        for fault in self.faults() {
            match fault {
                Fault::Status { status } => {
                    let answer = fault_responses::with_status(Response::default(), *status);
                    parts.status = answer.status();
                }
                Fault::Garble { every } => body = garbled(&body, *every).into(),
                _ => {}
            }
        }
        // The server tells the length of what there is now.
        parts.headers.remove(header::CONTENT_LENGTH);
        body
    }

    /// Shapes JSON and says whether anything was to be shaped.
    fn shape_json(&self, state: &State, body: &mut Value) -> bool {
        let irregular = state.behavior.irregular;
        if irregular {
            Form::ALL.iter().for_each(|form| form.apply(body));
        }
        let mut shaped = irregular;
        for fault in self.faults() {
            match fault {
                Fault::Set { pointer, value } => form::set(body, pointer, Some(value)),
                Fault::Remove { pointer } => form::set(body, pointer, None),
                Fault::Only { members } => form::only(body, members),
                Fault::Form { form } => form.apply(body),
                Fault::Chain { form } => {
                    // Signing fails for no certificate of the sandbox; the chain would show it.
                    let _ = form.apply(body, &state.authority, state.now());
                }
                _ => continue,
            }
            shaped = true;
        }
        shaped
    }

    /// The answer, or what the connection makes of it.
    pub(super) fn send(&self, parts: ResponseParts, body: Bytes) -> Reply {
        let script = self.faults().find_map(|fault| match fault {
            Fault::Truncate { bytes, framing } => {
                Some(Script::truncated(&parts, &body, *bytes, *framing))
            }
            Fault::Drip { bytes, pause_ms } => {
                let pause = StdDuration::from_millis(*pause_ms);
                Some(Script::dripping(&parts, &body, *bytes, pause))
            }
            _ => None,
        });
        match script {
            Some(script) => Reply::Script(script),
            None => Reply::Answer(Response::from_parts(parts, body.into())),
        }
    }
}

/// A point in time some seconds on; at most a century, which nobody waits for.
fn later(now: OffsetDateTime, seconds: u64) -> OffsetDateTime {
    let century = 100 * 366 * 86_400;
    now + StdDuration::from_secs(seconds.min(century))
}
