//! An answer that arrived in full: as data, as a refusal, and the time on it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use time::{Date, OffsetDateTime};

use super::api_key::ApiKey;
use super::error::{ApiError, Error, ErrorBody};

/// Status and body of an answer. The body is not printed by `Debug`.
pub(crate) struct Answer {
    pub(super) host: String,
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    /// `Date` of the answer, where it has one that can be read.
    pub(super) date: Option<OffsetDateTime>,
    /// Whether the answer says that `date` is of a virtual clock, as the sandbox's do.
    pub(super) is_virtual: bool,
    /// The pause that the answer asks for before the next attempt.
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
    /// To be removed from whatever is quoted.
    pub(super) key: ApiKey,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("host", &self.host)
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// The answer if its status means success, and the refusal otherwise.
    pub(super) fn checked(self) -> Result<Self, Error> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        Err(self.refusal())
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// What can be read of the body at a glance; nothing where it is something else.
    pub(super) fn peek<T: DeserializeOwned + Default>(&self) -> T {
        let text = std::str::from_utf8(&self.body).unwrap_or_default();
        serde_json::from_str(text).unwrap_or_default()
    }

    /// When the API answered, by its own clock. Only a success and a refusal that gives its reason
    /// are answers of the API; a page for people, and what a proxy on the way refuses, are none.
    pub(super) fn date(&self) -> Option<OffsetDateTime> {
        let is_success = (200..300).contains(&self.status) && !self.is_html();
        let is_refusal = || {
            self.api_error()
                .is_some_and(|refusal| !refusal.errors.is_empty())
        };
        self.date.filter(|_| is_success || is_refusal())
    }

    /// The body as data. A success with `errors` in it is a refusal, whatever else stands there.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        if self.tells_errors() {
            return Err(self.refusal());
        }
        self.taken()
    }

    /// The body as data, whatever else stands beside them: what CertCentral has taken is known by
    /// the id in the answer. Strict: a body that was cut off is no data, and neither is one with a
    /// byte that is no text, even where nothing reads it: only texts have lost the key.
    pub(crate) fn taken<T: DeserializeOwned>(self) -> Result<T, Error> {
        if self.is_html() {
            return Err(self.not_json());
        }
        let Ok(text) = std::str::from_utf8(&self.body) else {
            return Err(self.not_json());
        };
        match serde_json::from_str(text) {
            Ok(data) => Ok(data),
            Err(error) if error.is_data() => Err(if self.tells_errors() {
                self.refusal()
            } else {
                self.unknown_shape(&error.to_string())
            }),
            Err(_) => Err(self.not_json()),
        }
    }

    /// The body of an answer to a GET as data. The API gives it with a 200. Of another success,
    /// which came from somewhere else, a `{}` would pass for an empty list, and an order that is
    /// there would be bought again.
    pub(crate) fn found<T: DeserializeOwned>(self) -> Result<T, Error> {
        if self.status == 200 {
            return self.json();
        }
        Err(self.unknown_shape("a GET is answered with 200"))
    }

    /// The body of an answer to a GET as a list whose items are in `member`. Only three bodies say
    /// that there is nothing: `{}`, an empty list of the items, and a page of none. Anything else
    /// that shows no items, such as `[]` or a message, is no list: an order that is there would be
    /// bought again.
    pub(crate) fn listed<L: DeserializeOwned>(self, member: &str) -> Result<L, Error> {
        if self.status == 200 && !self.is_html() && !self.tells_errors() && !self.is_list(member) {
            let expected = format!("a list is an object with `{member}` or `page`");
            return Err(self.unknown_shape(&expected));
        }
        self.found()
    }

    /// Whether JSON has the form of that list. What is no JSON at all is not judged here.
    fn is_list(&self, member: &str) -> bool {
        match serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(&self.body) {
            Ok(members) => {
                members.is_empty() || members.contains_key(member) || members.contains_key("page")
            }
            Err(_) => serde_json::from_slice::<IgnoredAny>(&self.body).is_err(),
        }
    }

    /// The body as data, or `None` from a 204. Any other answer without a body is cut off.
    pub(crate) fn json_unless_empty<T: DeserializeOwned>(self) -> Result<Option<T>, Error> {
        if self.status == 204 {
            return Ok(None);
        }
        self.json().map(Some)
    }

    /// Accepts an answer whose body does not matter. A page for people, and a success with `errors`
    /// in it, are none.
    pub(crate) fn done(self) -> Result<(), Error> {
        if self.is_html() {
            return Err(self.not_json());
        }
        if self.tells_errors() {
            return Err(self.refusal());
        }
        Ok(())
    }

    /// The body as text, for endpoints that answer PEM.
    pub(crate) fn text(self) -> Result<String, Error> {
        if self.is_html() {
            return Err(self.not_json());
        }
        match String::from_utf8(self.body) {
            Ok(text) => Ok(text),
            Err(error) => Err(Self {
                body: error.into_bytes(),
                ..self
            }
            .not_json()),
        }
    }

    /// Whether the body has errors in it, in whatever form.
    fn tells_errors(&self) -> bool {
        #[derive(Default, Deserialize)]
        struct Told {
            #[serde(default)]
            errors: Value,
        }

        // An array would pass for an object whose first member is `errors`.
        let is_object = self.body.trim_ascii_start().starts_with(b"{");
        is_object
            && match self.peek::<Told>().errors {
                Value::Null | Value::Bool(false) => false,
                Value::String(text) => !text.is_empty(),
                Value::Array(items) => !items.is_empty(),
                Value::Object(entries) => !entries.is_empty(),
                Value::Number(number) => number.as_i64() != Some(0),
                Value::Bool(true) => true,
            }
    }

    fn unknown_shape(self, what: &str) -> Error {
        Error::Decode {
            message: self.key.harmless(what),
            quoted: self.key.quote(&self.body),
            host: self.host,
            status: self.status,
        }
    }

    fn refusal(self) -> Error {
        match self.api_error() {
            Some(error) => Error::Api(error),
            None => self.not_json(),
        }
    }

    /// The body as a refusal in the API's own words; JSON without `errors` is a refusal that gives
    /// no reason.
    fn api_error(&self) -> Option<ApiError> {
        if self.is_html() {
            return None;
        }
        let mut errors = match serde_json::from_slice::<ErrorBody>(&self.body) {
            Ok(body) => body.errors,
            Err(error) if error.is_data() => Vec::new(),
            Err(_) => return None,
        };
        for item in &mut errors {
            item.code = self.key.quote(item.code.as_bytes());
            item.message = self.key.quote(item.message.as_bytes());
        }
        Some(ApiError {
            status: self.status,
            errors,
        })
    }

    fn not_json(self) -> Error {
        Error::NotJson {
            is_html: self.is_html(),
            quoted: self.key.quote(&self.body),
            host: self.host,
            status: self.status,
            content_type: self.content_type,
        }
    }

    /// Whether the answer is a page for people, by its media type or by how it begins.
    fn is_html(&self) -> bool {
        let declared = self.content_type.as_deref().is_some_and(|media_type| {
            let media_type = media_type.to_ascii_lowercase();
            media_type.starts_with("text/html") || media_type.starts_with("application/xhtml")
        });
        declared || self.body.trim_ascii_start().first() == Some(&b'<')
    }
}

/// A `Date` header (RFC 9110, 5.6.7). One that cannot be read counts as none.
pub(crate) fn moment(header: &HeaderValue) -> Option<OffsetDateTime> {
    let text = header.to_str().ok()?;
    httpdate::parse_http_date(text).ok().map(Into::into)
}

/// The header by which the sandbox says that its clock is virtual, with the word `virtual`.
pub(super) const VIRTUAL_CLOCK: &str = "x-sandbox-clock";

/// What CertCentral's clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerDay {
    /// The day (UTC).
    pub date: Date,
    /// Whether the clock is virtual: it may be far from any other, and counts all the same.
    pub is_virtual: bool,
}

/// The clock of CertCentral, as its answers tell it: certificates and orders end by it, not by the
/// clock of this machine. Keeps the time of the newest answer.
#[derive(Debug, Default)]
pub(super) struct ServerClock(Mutex<Option<ServerDay>>);

impl ServerClock {
    /// Takes the time of an answer, if it tells one.
    pub(super) fn note(&self, answer: &Answer) {
        if let Some(date) = answer.date() {
            let day = ServerDay {
                date: date.date(),
                is_virtual: answer.is_virtual,
            };
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(day);
        }
    }

    /// The day of the newest answer; none before the first one.
    pub(super) fn today(&self) -> Option<ServerDay> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
