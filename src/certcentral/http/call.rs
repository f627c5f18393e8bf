//! One call: what is sent, over which connection, and, if it changes something, what for.

use std::fmt;

use bytes::Bytes;
use reqwest::Method;
use serde::Serialize;

use super::error::ConfigError;
#[cfg(doc)]
use super::error::Error;
use super::retry_policy::Kind;
use crate::certcentral::id::{CertificateId, OrderId, RequestId};

/// What a changing call does to the account. Every call that is not a read names it: the gate and
/// the audit log go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// Buys an order.
    Order,
    /// Buys the order that continues another one.
    Renewal,
    /// Replaces the certificate of an order.
    Reissue,
    /// Adds a certificate to an order.
    Duplicate,
    /// Revokes an order or a certificate.
    Revoke,
    /// Takes back an order or a reissue.
    Cancel,
    /// Approves a request.
    Approve,
    /// Rejects a request.
    Reject,
    /// Changes an order in place: a setting, a contact, a note, how domains are validated.
    Update,
    /// Has the domains of an order checked, which may issue its certificate.
    CheckDomains,
}

impl Action {
    /// Returns whether the call costs money.
    pub(super) fn is_purchase(self) -> bool {
        matches!(self, Self::Order | Self::Renewal)
    }
}

/// A changing call in the words of the caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) action: Action,
    /// The order that is changed; none while there is none.
    pub(crate) order_id: Option<OrderId>,
    /// The certificate that is revoked, where it is not its whole order.
    pub(crate) certificate_id: Option<CertificateId>,
    /// The request that is decided.
    pub(crate) request_id: Option<RequestId>,
    /// The caller's own reference of a new order.
    pub(crate) token: Option<&'a str>,
    /// What a new order is expected to cost.
    pub(crate) price: Option<&'a str>,
}

impl Change<'_> {
    /// Names a change of something that has no id yet, or whose id is to be set.
    pub(crate) fn new(action: Action) -> Self {
        Self {
            action,
            order_id: None,
            certificate_id: None,
            request_id: None,
            token: None,
            price: None,
        }
    }

    /// Names a change of an order.
    pub(crate) fn of_order(action: Action, order: OrderId) -> Self {
        Self {
            order_id: Some(order),
            ..Self::new(action)
        }
    }
}

/// Which connections a call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    /// Kept alive and shared.
    Pooled,
    /// A new one for every call, HTTP/1.1.
    Fresh,
}

/// Who sends a call again after a failure that proves that nothing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RepeatedBy {
    /// The client.
    Client,
    /// Whoever makes the call, after a look at what became of it: see [`Error::repeat_after`].
    Caller,
}

/// What a call wants back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    Json,
    Anything,
}

/// One call, ready to be sent. Only a GET and a question are made without a [`Change`].
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Option<Bytes>,
    pub(super) accept: Accept,
    pub(super) channel: Channel,
    pub(super) kind: Kind,
    /// Who sends it again.
    pub(super) repeated_by: RepeatedBy,
    /// What the call is for, if it changes something.
    pub(super) change: Option<Change<'a>>,
}

impl<'a> Call<'a> {
    /// Reads something. Can be repeated without harm.
    pub(crate) fn get(path: &[&str]) -> Self {
        Self::new(Method::GET, path).idempotent()
    }

    /// Asks a question that the API takes by POST. Changes nothing.
    pub(crate) fn ask(path: &[&str], question: &impl Serialize) -> Result<Self, ConfigError> {
        let call = Self::new(Method::POST, path).with_body(question)?;
        Ok(call.idempotent())
    }

    /// Changes something by a PUT; see [`Call::idempotent`].
    pub(crate) fn put(change: Change<'a>, path: &[&str]) -> Self {
        Self {
            change: Some(change),
            ..Self::new(Method::PUT, path)
        }
    }

    /// Takes something away; see [`Call::idempotent`].
    pub(crate) fn delete(change: Change<'a>, path: &[&str]) -> Self {
        Self {
            change: Some(change),
            ..Self::new(Method::DELETE, path)
        }
    }

    /// Changes something by a POST; see [`Call::idempotent`].
    pub(crate) fn post(change: Change<'a>, path: &[&str]) -> Self {
        Self {
            change: Some(change),
            ..Self::new(Method::POST, path)
        }
    }

    fn new(method: Method, path: &[&str]) -> Self {
        Self {
            method,
            path: path.iter().map(|&segment| segment.to_owned()).collect(),
            query: Vec::new(),
            body: None,
            accept: Accept::Json,
            channel: Channel::Pooled,
            kind: Kind::Changing,
            repeated_by: RepeatedBy::Client,
            change: None,
        }
    }

    pub(crate) fn with_query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn with_body(mut self, body: &impl Serialize) -> Result<Self, ConfigError> {
        let body =
            serde_json::to_vec(body).map_err(|error| ConfigError::Body(error.to_string()))?;
        self.body = Some(body.into());
        Ok(self)
    }

    /// Takes any media type for an answer.
    pub(crate) fn accepting_anything(mut self) -> Self {
        self.accept = Accept::Anything;
        self
    }

    /// Says that the call, processed twice, does what it does once: it sets something to a value.
    pub(crate) fn idempotent(mut self) -> Self {
        self.kind = Kind::Idempotent;
        self
    }

    /// Leaves repeats to the caller, because what the failure proves may not be true: a gateway may
    /// answer 429 in the place of an answer that was on its way.
    pub(crate) fn repeated_by_caller(mut self) -> Self {
        self.repeated_by = RepeatedBy::Caller;
        self
    }

    /// Sends what must not be sent twice on a connection of its own, with the longer deadline.
    pub(crate) fn once(mut self) -> Self {
        self.channel = Channel::Fresh;
        self
    }

    /// The same call for an attempt that outlives its caller.
    pub(super) fn detached(&self) -> Call<'static> {
        Call {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            accept: self.accept,
            channel: self.channel,
            kind: self.kind,
            repeated_by: self.repeated_by,
            change: None,
        }
    }

    /// The path below the base URL, as in `order/certificate/112233`.
    pub(super) fn path(&self) -> String {
        self.path.join("/")
    }

    /// Whether an attempt may have had an effect that nobody sees.
    pub(super) fn changes(&self) -> bool {
        self.method != Method::GET
    }
}

/// `GET order/certificate/112233`: for the log.
impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path())
    }
}
