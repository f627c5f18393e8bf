//! What can go wrong with a call, for the library, the control interface and the command line.

mod active_rules;
pub(crate) mod chain;
pub(crate) mod form;
pub(crate) mod redirect_target;
mod rule;
pub(crate) mod script;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub(crate) use self::active_rules::{Action, Due, HoldState, Rules, wait_at};
pub use self::active_rules::{Hold, HoldStage};
pub use self::chain::ChainForm;
pub use self::form::Form;
pub(crate) use self::rule::one;
pub use self::rule::{FaultRule, Route};
pub use self::script::Framing;

/// What a matching call meets.
///
/// Most kinds stand in place of the account's answer; [`At`] says whether the account has acted by
/// then. Those from [`Fault::Status`] on shape whatever answer there is, so that two rules for one
/// call add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Answer with this status and body.
    Answer {
        /// HTTP status.
        status: u16,
        /// Body text. JSON may be given as it is.
        #[serde(deserialize_with = "text")]
        body: String,
        /// Value of `Content-Type`.
        #[serde(default = "json_type")]
        content_type: String,
    },
    /// Answer with this status and a page of HTML, as the web firewall in front of the API does.
    Html {
        /// HTTP status.
        status: u16,
    },
    /// Answer 429.
    Limited {
        /// `Retry-After` as it is to be sent. `now+90` and `now-90` become a date by the sandbox's
        /// clock.
        #[serde(default, deserialize_with = "some_text")]
        retry_after: Option<String>,
        /// Whether the body is a page, as a content network in front of the API sends it.
        #[serde(default)]
        html: bool,
    },
    /// Answer this call, and every later one of any route, 503 with a page until the clock has
    /// moved on.
    Maintenance {
        /// How long, by the sandbox's clock.
        seconds: u64,
    },
    /// Answer with a redirect.
    Redirect {
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// Where to; without it the sandbox's second listener, which notes what reaches it.
        #[serde(default)]
        location: Option<String>,
    },
    /// Refuse with an error that repeats every header of the request, the API key included, in its
    /// code, its message and its own headers.
    Echo {
        /// HTTP status.
        status: u16,
    },
    /// Answer 200 with a body of this many bytes that never becomes JSON.
    Huge {
        /// Length of the body, once unpacked.
        bytes: u64,
        /// Whether it travels as gzip, a thousandth of its size.
        #[serde(default)]
        gzip: bool,
    },
    /// Write these bytes as they are, in place of a whole answer, and close.
    Raw {
        /// The bytes.
        text: String,
    },
    /// Close the connection without an answer.
    Drop,
    /// Reset the connection without an answer.
    Reset,
    /// Reset the connection once the head of the request is there, while its body may still be on
    /// its way.
    ResetEarly,
    /// Never answer, and keep the connection open.
    Hang,
    /// Close the connection without an answer, and let the account see the request after this many
    /// further calls.
    Late {
        /// Calls of any route that are answered as if the request had never come.
        calls: u64,
    },
    /// Let the call wait until the sandbox's clock has moved this far.
    Delay {
        /// How far.
        seconds: u64,
    },
    /// Look-ups of orders (one order, the list, the list by reference) show the account as it was.
    Stale {
        /// How many calls of any route ago. What happened before the rule was added is always seen.
        calls: u64,
    },
    /// Let the account see the request as if it were for another path, so that the answer is about
    /// something else than what was asked.
    Instead {
        /// Path below `/services/v2`, with its query.
        path: String,
    },
    /// Let the header `Date` of the answer be off. Such an answer does not say that the clock is
    /// virtual.
    Date {
        /// How far; negative is in the past.
        seconds: i64,
    },
    /// Answer the call, and refuse new connections from then on.
    Refuse {
        /// How long, by the sandbox's clock.
        seconds: u64,
    },
    /// Give the answer another status.
    Status {
        /// HTTP status.
        status: u16,
    },
    /// Set a member of the answer's JSON.
    Set {
        /// JSON pointer (RFC 6901), such as `/status`.
        pointer: String,
        /// Its value.
        value: Value,
    },
    /// Take a member out of the answer's JSON.
    Remove {
        /// JSON pointer.
        pointer: String,
    },
    /// Leave nothing of the answer's JSON but these members, also of the objects in its lists: an
    /// answer that says less than it should.
    Only {
        /// Their names.
        members: Vec<String>,
    },
    /// Write the answer's JSON in one of the irregular forms of the real service.
    Form {
        /// Which one.
        form: Form,
    },
    /// Give certificate chains in another form.
    Chain {
        /// Which one.
        form: ChainForm,
    },
    /// Replace bytes of the answer's body by bytes that no text has. Its length stays.
    Garble {
        /// Every this many bytes.
        every: usize,
    },
    /// Close the connection in the middle of the answer's body.
    Truncate {
        /// Bytes of the body that are sent.
        bytes: usize,
        /// How the body's end is announced.
        #[serde(default)]
        framing: Framing,
    },
    /// Send the answer in drops, from its first byte on.
    Drip {
        /// Bytes in a drop.
        bytes: usize,
        /// Real milliseconds between two drops.
        pause_ms: u64,
    },
}

/// Text, or anything else as the JSON that it is.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text(deserializer).map(Some)
}

fn json_type() -> String {
    "application/json".to_owned()
}

/// Whether something happens before the account sees the request, or after it has acted on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// The request has no effect yet.
    #[default]
    Before,
    /// The request has had its effect; only the answer is concerned.
    After,
}
