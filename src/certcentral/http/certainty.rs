//! After a failed call that changes something: is it proven that nothing happened?
//!
//! An order has no idempotency key, so this is the question on which money depends. Only what
//! proves that the server did nothing counts as proof; everything else is unknown and has to be
//! looked up before anything is sent again.

use super::error::{Error, TransportKind};

/// What a failed call says about the object that it was to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Proven: the server processed nothing. The call may be sent again.
    NothingHappened,
    /// The server may have processed the call, or may still do so. Look before anything is sent
    /// again.
    Unknown,
}

impl Certainty {
    /// What two attempts of one call prove together.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NothingHappened, Self::NothingHappened) => Self::NothingHappened,
            _ => Self::Unknown,
        }
    }
}

impl Error {
    /// What this failure of a changing call proves.
    #[must_use]
    pub fn certainty(&self) -> Certainty {
        let nothing_happened = match self {
            Self::Config(_) | Self::NotSent { .. } | Self::Proxy { .. } => true,
            Self::GaveUp { certainty, .. } => return *certainty,
            Self::Transport { kind, .. } => failed_before_sending(*kind),
            // Over the rate limit every call is refused before it is looked at, also by the CDN in
            // HTML.
            Self::Api(error) => {
                error.status == 429
                    || (400..500).contains(&error.status) && !error.errors.is_empty()
            }
            Self::NotJson { status, .. } => *status == 429,
            Self::Redirect { .. }
            | Self::BodyTooLarge { .. }
            | Self::Decode { .. }
            | Self::AboutAnother { .. }
            | Self::ItemsMissing { .. }
            | Self::TooManyPages { .. } => false,
        };
        if nothing_happened {
            Certainty::NothingHappened
        } else {
            Certainty::Unknown
        }
    }
}

/// Whether the failure came before the first byte of the request could leave.
fn failed_before_sending(kind: TransportKind) -> bool {
    match kind {
        TransportKind::Dns | TransportKind::Connect | TransportKind::Tls => true,
        TransportKind::Timeout | TransportKind::Interrupted | TransportKind::Unawaited => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::error::{ApiError, ConfigError, ErrorItem, GaveUp, NotSent};
    use super::*;

    fn api(status: u16, codes: usize) -> Error {
        let item = ErrorItem {
            code: "invalid_value".to_owned(),
            message: "No.".to_owned(),
        };
        Error::Api(ApiError {
            status,
            errors: vec![item; codes],
        })
    }

    fn not_json(status: u16) -> Error {
        Error::NotJson {
            host: "h".to_owned(),
            status,
            content_type: None,
            is_html: false,
            quoted: String::new(),
        }
    }

    fn decode(status: u16) -> Error {
        Error::Decode {
            host: "h".to_owned(),
            status,
            message: "missing field `id`".to_owned(),
            quoted: "{}".to_owned(),
        }
    }

    fn transport(kind: TransportKind) -> Error {
        // Any error of the library will do: only the kind counts.
        let source = "broken".into();
        Error::Transport {
            kind,
            host: "h".to_owned(),
            source,
        }
    }

    #[test]
    fn only_proof_counts_as_nothing_happened() {
        use Certainty::{NothingHappened, Unknown};
        let redirect = Error::Redirect {
            host: "h".to_owned(),
            status: 303,
            target_host: None,
        };
        let about_another = Error::AboutAnother {
            what: "order".to_owned(),
            asked: "7".to_owned(),
            told: "8".to_owned(),
        };
        let too_large = Error::BodyTooLarge {
            host: "h".to_owned(),
            status: 201,
            limit: 1,
        };
        let not_sent = Error::NotSent {
            reason: NotSent::TimeUp,
            waited: Duration::ZERO,
        };
        let after =
            |earlier, last| Error::gave_up(last, 2, Duration::ZERO, GaveUp::Exhausted, earlier);
        let gave_up = |last| after(NothingHappened, last);
        let table = [
            (Error::Config(ConfigError::EmptyApiKey), NothingHappened),
            (not_sent, NothingHappened),
            (gave_up(api(429, 1)), NothingHappened),
            (gave_up(transport(TransportKind::Connect)), NothingHappened),
            (gave_up(transport(TransportKind::Interrupted)), Unknown),
            (after(Unknown, transport(TransportKind::Connect)), Unknown),
            (after(Unknown, api(400, 1)), Unknown),
            (gave_up(not_json(503)), Unknown),
            (transport(TransportKind::Dns), NothingHappened),
            (transport(TransportKind::Connect), NothingHappened),
            (transport(TransportKind::Tls), NothingHappened),
            (transport(TransportKind::Timeout), Unknown),
            (transport(TransportKind::Interrupted), Unknown),
            (transport(TransportKind::Unawaited), Unknown),
            (api(400, 1), NothingHappened),
            (api(403, 2), NothingHappened),
            (api(404, 1), NothingHappened),
            (api(429, 1), NothingHappened),
            (api(429, 0), NothingHappened),
            (api(400, 0), Unknown),
            (api(200, 1), Unknown),
            (api(500, 1), Unknown),
            (api(502, 1), Unknown),
            (api(503, 1), Unknown),
            (not_json(429), NothingHappened),
            (not_json(200), Unknown),
            (not_json(201), Unknown),
            (not_json(400), Unknown),
            (not_json(403), Unknown),
            (not_json(413), Unknown),
            (not_json(503), Unknown),
            (decode(201), Unknown),
            (decode(200), Unknown),
            (about_another, Unknown),
            (redirect, Unknown),
            (too_large, Unknown),
        ];
        for (error, certainty) in table {
            assert_eq!(error.certainty(), certainty, "{error:?}");
        }
    }
}
