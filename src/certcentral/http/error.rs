//! What can go wrong with a call, as data: callers match variants and codes, never text.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::certainty::Certainty;
use super::config::ProxyName;
use super::connect::{ProxyFault, TlsFailure, causes};
use crate::certcentral::flexible;

/// Error items that are kept of one answer.
const MAX_ITEMS: usize = 10;

/// What a library reports.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failed call. Every text in it is free of the API key and of control characters.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API refused the call in its own words.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// No complete answer arrived.
    #[error("{kind} while calling {host}")]
    Transport {
        /// What failed.
        kind: TransportKind,
        /// Host and port that were called.
        host: String,
        /// The failure as the HTTP library reports it, without the address.
        #[source]
        source: Cause,
    },
    /// A proxy gave no way to CertCentral. Nothing was sent.
    #[error("no connection to {host} through the proxy {proxy}: {fault}")]
    Proxy {
        /// Which proxy, and what names it.
        proxy: ProxyName,
        /// Host and port that were called.
        host: String,
        /// What failed.
        fault: ProxyFault,
    },
    /// An answer came that is not JSON, such as a page of a proxy or a firewall.
    #[error("{host} answered {status} with {} instead of JSON: {quoted:?}", content_type.as_deref().unwrap_or("no content type"))]
    NotJson {
        /// Host and port that were called.
        host: String,
        /// HTTP status.
        status: u16,
        /// Media type of the answer.
        content_type: Option<String>,
        /// Whether the answer is an HTML page: something stands between us and the API.
        is_html: bool,
        /// The body, at most 500 characters.
        quoted: String,
    },
    /// A redirect, which is never followed: it would carry the API key to another place and repeat
    /// the call.
    #[error("{host} answered {status} with a redirect to {}, which is not followed", target_host.as_deref().unwrap_or("no host"))]
    Redirect {
        /// Host and port that were called.
        host: String,
        /// HTTP status.
        status: u16,
        /// Host that the redirect names.
        target_host: Option<String>,
    },
    /// The body is larger than an answer of this API can be.
    #[error("{host} answered {status} with more than {limit} bytes")]
    BodyTooLarge {
        /// Host and port that were called.
        host: String,
        /// HTTP status.
        status: u16,
        /// The limit in bytes, counted after decompression.
        limit: usize,
    },
    /// The body is JSON, but not what the endpoint is known to answer.
    #[error("{host} answered {status} with JSON of an unknown shape ({message}): {quoted:?}")]
    Decode {
        /// Host and port that were called.
        host: String,
        /// HTTP status.
        status: u16,
        /// What did not fit, with line and column.
        message: String,
        /// The body, at most 500 characters.
        quoted: String,
    },
    /// The answer is about something else than what was asked for. Nothing of it was read.
    #[error("the answer is about something else: asked for {what} {asked}, got {told}")]
    AboutAnother {
        /// What the look-up goes by, as in `order`.
        what: String,
        /// Which one was asked for.
        asked: String,
        /// Which one the answer tells, or `none`.
        told: String,
    },
    /// A list has items by its own total, and shows none of them.
    #[error("the list of {path} shows none of its {total} items")]
    ItemsMissing {
        /// Path of the endpoint.
        path: String,
        /// How many items there are.
        total: i64,
    },
    /// A list did not end after the largest number of pages that is read.
    #[error("the list of {path} did not end after {pages} pages")]
    TooManyPages {
        /// Path of the endpoint.
        path: String,
        /// Pages that were read.
        pages: usize,
    },
    /// A failure that may pass and did not, however often the call was repeated.
    #[error("{last} (attempts: {attempts}, in {} seconds)", elapsed.as_secs())]
    GaveUp {
        /// The failure of the last attempt.
        last: Box<Error>,
        /// Attempts in all.
        attempts: u32,
        /// From the first attempt to the end of the last.
        elapsed: Duration,
        /// Why there was no further attempt.
        end: GaveUp,
        /// What all attempts together prove: see [`Error::certainty`].
        certainty: Certainty,
    },
    /// The call waited for its turn within the request limit and did not get it: it was not sent,
    /// or not sent again after a 429. Or a stop ended it while it only looked.
    #[error("{reason} after {} seconds", waited.as_secs())]
    NotSent {
        /// Why the wait ended.
        reason: NotSent,
        /// How long it lasted.
        waited: Duration,
    },
    /// The client is configured wrongly; nothing was sent.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// A setting that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The API key is empty.
    #[error("the API key is empty")]
    EmptyApiKey,
    /// The API key cannot be sent in an HTTP header.
    #[error(
        "the API key holds characters that cannot be sent in an HTTP header, such as a line break \
         or a space"
    )]
    ApiKeyCharacters,
    /// The base URL is refused.
    #[error("the base URL {0}")]
    BaseUrl(String),
    /// The CA bundle is refused.
    #[error("the CA bundle {0}")]
    CaBundle(String),
    /// The proxy URL is refused.
    #[error("the proxy URL {0}")]
    Proxy(String),
    /// A variable names a proxy that cannot be used. Nothing was sent.
    #[error("the environment variable {variable} names a proxy that cannot be used: {reason}")]
    ProxyVariable {
        /// The variable.
        variable: String,
        /// Why.
        reason: String,
    },
    /// There is no root certificate to trust; the text says where they were looked for. Nothing was
    /// sent.
    #[error("there are no root certificates to trust: {0}")]
    NoRoots(String),
    /// The user agent cannot be sent in an HTTP header.
    #[error("the user agent {0:?} cannot be sent in an HTTP header")]
    UserAgent(String),
    /// An identifier cannot be part of a URL path.
    #[error("{0:?} cannot be part of a URL path")]
    PathSegment(String),
    /// A value cannot be written as JSON.
    #[error("the request body cannot be written as JSON: {0}")]
    Body(String),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    HttpClient(String),
    /// A revocation was asked for and
    /// [`Config::allow_revocation`](super::config::Config::allow_revocation) is not set. Nothing
    /// was sent.
    #[error("this client may not revoke")]
    RevocationNotAllowed,
    /// A change was asked for and [`Config::read_only`](super::config::Config::read_only) is set.
    /// Nothing was sent.
    #[error("this client may only read")]
    ReadOnly,
    /// An order was asked for after [`Config::max_orders`](super::config::Config::max_orders)
    /// others. Nothing was sent.
    #[error("this client has placed its {limit} orders")]
    OrderLimit {
        /// What may be placed.
        limit: u32,
    },
    /// A change was asked for that cannot be written to
    /// [`Config::audit_log`](super::config::Config::audit_log). Nothing was sent.
    #[error("the audit log {} cannot be written: {reason}", path.display())]
    AuditLog {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Why a call is not repeated although another attempt might succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GaveUp {
    /// All repeats are used up.
    Exhausted,
    /// No connection stood, which is tried four times at most.
    Unreachable,
    /// Every answer was a 500, which is asked for four times at most.
    Faulty,
    /// The caller repeats the call, if a look before it shows that it had no effect.
    LookFirst {
        /// The pause before the next attempt.
        pause: Duration,
    },
    /// The next attempt would come after the time of the operation.
    TimeUp {
        /// The pause before it.
        pause: Duration,
    },
    /// The operation was stopped.
    Stopped,
    /// Another attempt had no turn within the request limit in the time of the operation.
    NoTurn,
    /// The last attempt failed in a way that is not repeated. Told only where an earlier one may
    /// have taken effect.
    Final,
}

/// Why a call did not wait any longer for its turn, or a look for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// The time of the operation is up, or its turn comes later than that.
    TimeUp,
    /// The operation was stopped.
    Stopped,
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimeUp => "not sent because of the request limit of CertCentral",
            Self::Stopped => "interrupted",
        })
    }
}

/// Where a call without an answer failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportKind {
    /// The host name has no address. Nothing was sent.
    Dns,
    /// No connection: refused, unreachable, or not within the connect timeout. Nothing was sent.
    Connect,
    /// The TLS handshake failed: certificate not trusted, expired, or for another host. Nothing was
    /// sent.
    Tls,
    /// The deadline of the call passed after the connection stood. The call may have been
    /// processed.
    Timeout,
    /// The connection broke while sending or receiving. The call may have been processed.
    Interrupted,
    /// The process had to end before the answer came. The call goes on without anybody who waits
    /// for it, and may be processed.
    Unawaited,
}

impl fmt::Display for TransportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "host name not found",
            Self::Connect => "connection failed",
            Self::Tls => "TLS handshake failed",
            Self::Timeout => "no complete answer in time",
            Self::Interrupted => "connection broken",
            Self::Unawaited => "no answer before this process had to end",
        })
    }
}

/// A refusal in the API's own words.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/errors.html>
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("CertCentral answered {status}{}", Items(.errors))]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// What the API objects to, at most ten items; empty if it gave no reason.
    pub errors: Vec<ErrorItem>,
}

/// One objection: a code for programs and a message for people.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/errors.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ErrorItem {
    /// Such as `not_found|order`, `invalid_value:validity_years` or `csr_invalid_cannot_parse`.
    #[serde(default, deserialize_with = "code_or_message")]
    pub code: String,
    /// The API's message, or empty.
    #[serde(default, deserialize_with = "code_or_message")]
    pub message: String,
}

impl ErrorItem {
    /// The code without its detail: `not_found` of `not_found|order`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.code.split(['|', ':']).next().unwrap_or_default()
    }

    /// What the code is about: `order` of `not_found|order`, `validity_years` of
    /// `invalid_value:validity_years`.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.code.split_once(['|', ':']).map(|(_, detail)| detail)
    }
}

impl ApiError {
    /// Whether any objection has this code, in full (`not_found|order`) or without its detail
    /// (`not_found`).
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.errors
            .iter()
            .any(|item| item.code == code || item.kind() == code)
    }
}

impl Error {
    /// HTTP status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status),
            Self::NotJson { status, .. }
            | Self::Redirect { status, .. }
            | Self::BodyTooLarge { status, .. }
            | Self::Decode { status, .. } => Some(*status),
            Self::GaveUp { last, .. } => last.status(),
            Self::Transport { .. }
            | Self::Proxy { .. }
            | Self::AboutAnother { .. }
            | Self::ItemsMissing { .. }
            | Self::TooManyPages { .. }
            | Self::NotSent { .. }
            | Self::Config(_) => None,
        }
    }

    /// The refusal in the API's own words, if it is one.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            Self::GaveUp { last, .. } => last.api(),
            _ => None,
        }
    }

    /// How long to wait before the call is made again, if its caller repeats it and another attempt
    /// is right. Look at what became of it first: a proof may be wrong.
    #[must_use]
    pub fn repeat_after(&self) -> Option<Duration> {
        match self {
            Self::GaveUp {
                end: GaveUp::LookFirst { pause },
                ..
            } => Some(*pause),
            _ => None,
        }
    }

    /// Why the TLS handshake failed, if it did.
    pub(crate) fn tls_failure(&self) -> Option<&TlsFailure> {
        match self.last_attempt() {
            Self::Transport { source, .. } => {
                causes(&**source).find_map(|cause| cause.downcast_ref())
            }
            _ => None,
        }
    }

    /// The failure itself, without how often the call was repeated.
    #[must_use]
    pub fn last_attempt(&self) -> &Self {
        match self {
            Self::GaveUp { last, .. } => last,
            other => other,
        }
    }

    /// A failure that is worth another attempt which does not come. A single attempt whose repeats
    /// are used up needs no word about them. `earlier` is what the attempts before the last prove.
    pub(crate) fn gave_up(
        last: Self,
        attempts: u32,
        elapsed: Duration,
        end: GaveUp,
        earlier: Certainty,
    ) -> Self {
        if attempts == 1 && end == GaveUp::Exhausted {
            return last;
        }
        Self::GaveUp {
            certainty: earlier.and(last.certainty()),
            last: Box::new(last),
            attempts,
            elapsed,
            end,
        }
    }
}

/// Items of an error list in one sentence.
struct Items<'a>(&'a [ErrorItem]);

impl fmt::Display for Items<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(" without giving a reason");
        }
        for (index, item) in self.0.iter().enumerate() {
            let separator = if index == 0 { ": " } else { "; " };
            write!(f, "{separator}{} ({})", item.message, item.code)?;
        }
        Ok(())
    }
}

fn code_or_message<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(flexible::text(deserializer)?.unwrap_or_default())
}

/// The body of a refusal. `errors` is a list, or a single object in some answers.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) errors: Vec<ErrorItem>,
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ErrorItem>, D::Error> {
    struct OneOrMany;

    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Vec<ErrorItem>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of errors, or one error")
        }

        fn visit_unit<E>(self) -> Result<Vec<ErrorItem>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<ErrorItem>, A::Error> {
            let mut errors = Vec::new();
            while let Some(item) = items.next_element()? {
                if errors.len() < MAX_ITEMS {
                    errors.push(item);
                }
            }
            Ok(errors)
        }

        fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Vec<ErrorItem>, A::Error> {
            let item = ErrorItem::deserialize(de::value::MapAccessDeserializer::new(entries))?;
            Ok(vec![item])
        }
    }

    deserializer.deserialize_any(OneOrMany)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_kind_and_a_detail() {
        let item = |code: &str| ErrorItem {
            code: code.to_owned(),
            message: String::new(),
        };
        assert_eq!(item("not_found|order").kind(), "not_found");
        assert_eq!(item("not_found|order").detail(), Some("order"));
        let invalid = item("invalid_value:validity_years");
        assert_eq!(invalid.kind(), "invalid_value");
        assert_eq!(invalid.detail(), Some("validity_years"));
        assert_eq!(item("bad_request_format").kind(), "bad_request_format");
        assert_eq!(item("bad_request_format").detail(), None);
    }

    #[test]
    fn all_codes_are_told_and_found() {
        let item = |code: &str, message: &str| ErrorItem {
            code: code.to_owned(),
            message: message.to_owned(),
        };
        let error = ApiError {
            status: 400,
            errors: vec![item("a|b", "One."), item("c", "Two.")],
        };
        assert_eq!(
            error.to_string(),
            "CertCentral answered 400: One. (a|b); Two. (c)"
        );
        assert!(error.has("a") && error.has("a|b") && error.has("c"));
        assert!(!error.has("b"));
        let silent = ApiError {
            status: 500,
            errors: Vec::new(),
        };
        assert_eq!(
            silent.to_string(),
            "CertCentral answered 500 without giving a reason"
        );
    }

    fn items(json: &str) -> Vec<ErrorItem> {
        serde_json::from_str::<ErrorBody>(json).unwrap().errors
    }

    #[test]
    fn errors_are_a_list_or_one_object() {
        let expected = ErrorItem {
            code: "not_found|order".to_owned(),
            message: "Gone.".to_owned(),
        };
        let one = r#"{"code":"not_found|order","message":"Gone."}"#;
        for json in [
            format!(r#"{{"errors":{one}}}"#),
            format!(r#"{{"errors":[{one}]}}"#),
        ] {
            assert_eq!(items(&json), vec![expected.clone()], "{json}");
        }
        assert_eq!(items(r#"{"errors":[]}"#), []);
        assert_eq!(items(r#"{"errors":null}"#), []);
        assert!(serde_json::from_str::<ErrorBody>("{}").is_err());
    }

    #[test]
    fn a_thousand_errors_are_cut_to_ten() {
        let many = vec![r#"{"code":"x"}"#; 1000].join(",");
        assert_eq!(items(&format!(r#"{{"errors":[{many}]}}"#)).len(), 10);
    }
}
