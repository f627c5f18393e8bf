//! Whether a failed call is sent again, and after which pause. Pure: time and chance come in as
//! arguments.
//!
//! Two rules keep an order from being bought twice. A call that changes something is repeated only
//! after a failure that proves that nothing happened: a 429, or a connection that never stood. A
//! call that can be repeated without harm is also repeated after failures that pass: 408, 500, 502
//! to 504, those of a CDN (520 to 527) and a broken connection. Nothing else is repeated. The table
//! stands in ARCHITECTURE.md.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderValue;

use super::error::{Error, TransportKind};

/// Repeats of a call whose connection never stands. A wrong address does not get better by waiting
/// for it.
const CONNECT_REPEATS: u32 = 3;

/// Repeats of a call that is answered with 500: some pass at once, and the others are a fault that
/// this question meets each time.
const FAULT_REPEATS: u32 = 3;

/// The pauses after a 429 that names none: longer than the shorter window of the limit, and up to a
/// minute.
const OVER_LIMIT: Growth = Growth {
    first: Duration::from_secs(5),
    longest: Duration::from_secs(40),
};

/// The pauses after every other failure that may pass.
const OUT_OF_ORDER: Growth = Growth {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(20),
};

/// The shortest pause that an answer asks for: zero, and a date that has passed, would be none.
const SHORTEST_ASKED: Duration = Duration::from_secs(1);
/// Nobody waits longer on a header's word.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// What happens if a call is processed twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same as if it were processed once.
    Idempotent,
    /// Something that was not asked for, such as a second order.
    Changing,
}

/// How an attempt failed, as far as a repeat depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nobody could be reached: no address, or no connection. Nothing was sent.
    NotConnected,
    /// The TLS handshake failed. Nothing was sent, and another attempt meets the same certificate.
    Tls,
    /// The connection broke after something was sent.
    Interrupted,
    /// No complete answer within the deadline of the call.
    Timeout,
    /// An answer with this status, and the pause that it asks for.
    Status(u16, Option<Duration>),
    /// A success that cannot be read, a redirect, or a mistake on our side.
    Final,
}

/// An attempt that failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) kind: Kind,
    pub(super) failure: Failure,
    /// Repeats so far.
    pub(super) repeats: u32,
    /// Answers of 500 before this one.
    pub(super) faults: u32,
    /// Repeats that are allowed.
    pub(super) max_repeats: u32,
    /// What is left of the time of the operation.
    pub(super) time_left: Duration,
    /// Between 0 and 1: spreads the pauses of those who failed together.
    pub(super) jitter: f64,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Send the call again after this pause.
    Repeat(Duration),
    /// A repeat could do harm, or would end the same way.
    Never,
    /// All repeats are used up.
    Exhausted,
    /// More repeats are allowed, but not for a connection that never stands.
    Unreachable,
    /// More repeats are allowed, but not for an answer of 500.
    Faulty,
    /// The pause would end after the time of the operation.
    TimeUp(Duration),
}

/// Decides what follows a failed attempt.
pub(super) fn decide(attempt: &Attempt) -> Verdict {
    let Some(growth) = growth(attempt.kind, attempt.failure) else {
        return Verdict::Never;
    };
    if attempt.repeats >= attempt.max_repeats {
        return Verdict::Exhausted;
    }
    if attempt.failure == Failure::NotConnected && attempt.repeats >= CONNECT_REPEATS {
        return Verdict::Unreachable;
    }
    if attempt.failure.is_fault() && attempt.faults >= FAULT_REPEATS {
        return Verdict::Faulty;
    }
    let pause = match attempt.failure {
        Failure::Status(_, Some(asked)) => asked,
        _ => growth.pause(attempt.repeats, attempt.jitter),
    };
    if pause < attempt.time_left {
        Verdict::Repeat(pause)
    } else {
        Verdict::TimeUp(pause)
    }
}

/// How long everybody leaves CertCentral alone after a 429, whoever received it and whether or not
/// that call is repeated.
pub(super) fn respite(attempt: &Attempt) -> Option<Duration> {
    match attempt.failure {
        Failure::Status(429, asked) => {
            Some(asked.unwrap_or_else(|| OVER_LIMIT.pause(attempt.repeats, attempt.jitter)))
        }
        _ => None,
    }
}

/// The pauses before repeats, or nothing if there is to be none.
fn growth(kind: Kind, failure: Failure) -> Option<Growth> {
    match (kind, failure) {
        (_, Failure::Status(429, _)) => Some(OVER_LIMIT),
        (_, Failure::NotConnected)
        | (
            Kind::Idempotent,
            Failure::Interrupted | Failure::Status(408 | 500 | 502..=504 | 520..=527, _),
        ) => Some(OUT_OF_ORDER),
        _ => None,
    }
}

/// Pauses that double, each longer by up to its half.
#[derive(Clone, Copy, Debug)]
struct Growth {
    first: Duration,
    longest: Duration,
}

impl Growth {
    fn pause(self, repeats: u32, jitter: f64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(repeats));
        doubled.min(self.longest).mul_f64(1.0 + 0.5 * jitter)
    }
}

impl Failure {
    /// Returns whether the call was answered with 500.
    pub(super) fn is_fault(self) -> bool {
        matches!(self, Self::Status(500, _))
    }

    /// What a repeat depends on, of an error and the pause that its answer asked for.
    pub(super) fn of(error: &Error, asked: Option<Duration>) -> Self {
        match error {
            Error::Transport { kind, .. } => match kind {
                TransportKind::Dns | TransportKind::Connect => Self::NotConnected,
                TransportKind::Tls => Self::Tls,
                TransportKind::Timeout => Self::Timeout,
                TransportKind::Unawaited => Self::Final,
                TransportKind::Interrupted => Self::Interrupted,
            },
            Error::Proxy { fault, .. } if fault.may_pass() => Self::NotConnected,
            Error::Api(api) => Self::Status(api.status, asked),
            Error::NotJson { status, .. } => Self::Status(*status, asked),
            _ => Self::Final,
        }
    }
}

/// The pause of a `Retry-After` header (RFC 9110, 10.2.3: seconds, or a date), between one second
/// and five minutes. `now` is the time of the clock that wrote it. What cannot be read asks for
/// nothing.
pub(super) fn asked_pause(header: &HeaderValue, now: SystemTime) -> Option<Duration> {
    let text = header.to_str().ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let asked = if is_number {
        // A number that is too large to be read is a long time all the same.
        text.parse().map_or(LONGEST_ASKED, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        until.duration_since(now).unwrap_or_default()
    };
    Some(asked.clamp(SHORTEST_ASKED, LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::super::certainty::Certainty;
    use super::super::error::{ApiError, ConfigError};
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn attempt(kind: Kind, failure: Failure) -> Attempt {
        Attempt {
            kind,
            failure,
            repeats: 0,
            faults: 0,
            max_repeats: 8,
            time_left: HOUR,
            jitter: 0.0,
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_is_repeated_and_what_never() {
        use Failure::{Final, Interrupted, NotConnected, Status, Timeout, Tls};
        // Failure, first pause of an idempotent call, first pause of a changing one.
        let table = [
            (NotConnected, Some(1), Some(1)),
            (Tls, None, None),
            (Interrupted, Some(1), None),
            (Timeout, None, None),
            (Final, None, None),
            (Status(429, None), Some(5), Some(5)),
            (Status(429, Some(seconds(7))), Some(7), Some(7)),
            (Status(502, None), Some(1), None),
            (Status(503, None), Some(1), None),
            (Status(503, Some(seconds(7))), Some(7), None),
            (Status(504, None), Some(1), None),
            (Status(408, None), Some(1), None),
            (Status(500, None), Some(1), None),
            (Status(500, Some(seconds(7))), Some(7), None),
            (Status(520, None), Some(1), None),
            (Status(522, None), Some(1), None),
            (Status(527, None), Some(1), None),
        ];
        for (failure, idempotent, changing) in table {
            for (kind, pause) in [(Kind::Idempotent, idempotent), (Kind::Changing, changing)] {
                let expected =
                    pause.map_or(Verdict::Never, |pause| Verdict::Repeat(seconds(pause)));
                assert_eq!(
                    decide(&attempt(kind, failure)),
                    expected,
                    "{kind:?} {failure:?}"
                );
            }
        }
    }

    #[test]
    fn no_other_status_is_repeated() {
        let passes = |status: &u16| matches!(status, 408 | 429 | 500 | 502..=504 | 520..=527);
        for status in (100..600).filter(|status| !passes(status)) {
            for kind in [Kind::Idempotent, Kind::Changing] {
                for asked in [None, Some(seconds(1))] {
                    let failed = attempt(kind, Failure::Status(status, asked));
                    assert_eq!(decide(&failed), Verdict::Never, "{kind:?} {status}");
                }
            }
        }
    }

    /// The rule that money depends on, held against what the error itself proves.
    #[test]
    fn a_changing_call_is_repeated_only_if_nothing_happened() {
        let transport = |kind| {
            let source = "broken".into();
            let host = "h".to_owned();
            Error::Transport { kind, host, source }
        };
        let mut errors = vec![
            transport(TransportKind::Dns),
            transport(TransportKind::Connect),
            transport(TransportKind::Tls),
            transport(TransportKind::Timeout),
            transport(TransportKind::Interrupted),
            transport(TransportKind::Unawaited),
            Error::Config(ConfigError::EmptyApiKey),
            Error::Redirect {
                host: "h".to_owned(),
                status: 307,
                target_host: None,
            },
            Error::Decode {
                host: "h".to_owned(),
                status: 201,
                message: String::new(),
                quoted: String::new(),
            },
            Error::BodyTooLarge {
                host: "h".to_owned(),
                status: 429,
                limit: 1,
            },
        ];
        for status in 200..600 {
            errors.push(Error::Api(ApiError {
                status,
                errors: Vec::new(),
            }));
            errors.push(Error::NotJson {
                host: "h".to_owned(),
                status,
                content_type: None,
                is_html: true,
                quoted: String::new(),
            });
        }
        let mut repeated = 0;
        for error in errors {
            let failed = attempt(Kind::Changing, Failure::of(&error, Some(seconds(1))));
            if decide(&failed) != Verdict::Never {
                repeated += 1;
                assert_eq!(error.certainty(), Certainty::NothingHappened, "{error:?}");
            }
        }
        assert_eq!(repeated, 4, "DNS, connect, 429 in JSON, 429 in HTML");
    }

    #[test]
    fn pauses_double_and_are_spread_by_half() {
        let pauses = |failure, jitter| -> Vec<f64> {
            (0..8)
                .map(|repeats| {
                    let failed = Attempt {
                        repeats,
                        jitter,
                        ..attempt(Kind::Idempotent, failure)
                    };
                    match decide(&failed) {
                        Verdict::Repeat(pause) => pause.as_secs_f64(),
                        other => panic!("{other:?}"),
                    }
                })
                .collect()
        };
        let limit = Failure::Status(429, None);
        assert_eq!(
            pauses(limit, 0.0),
            [5.0, 10.0, 20.0, 40.0, 40.0, 40.0, 40.0, 40.0]
        );
        assert_eq!(
            pauses(limit, 1.0),
            [7.5, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0, 60.0]
        );
        let busy = Failure::Status(503, None);
        assert_eq!(
            pauses(busy, 0.0),
            [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0]
        );
        assert_eq!(
            pauses(busy, 1.0),
            [1.5, 3.0, 6.0, 12.0, 24.0, 30.0, 30.0, 30.0]
        );
        let asked = Failure::Status(429, Some(seconds(3)));
        assert_eq!(pauses(asked, 1.0), [3.0; 8], "what was asked for is kept");
    }

    #[test]
    fn repeats_end_with_their_number() {
        let verdict = |failure, repeats, max_repeats| {
            decide(&Attempt {
                repeats,
                faults: repeats,
                max_repeats,
                ..attempt(Kind::Idempotent, failure)
            })
        };
        let limit = Failure::Status(429, Some(seconds(1)));
        for (failure, allowed, end) in [
            (limit, 8, Verdict::Exhausted),
            (Failure::Interrupted, 8, Verdict::Exhausted),
            (Failure::NotConnected, 3, Verdict::Unreachable),
            (Failure::Status(500, None), 3, Verdict::Faulty),
            (Failure::Status(520, None), 8, Verdict::Exhausted),
        ] {
            let last = verdict(failure, allowed - 1, 8);
            assert!(matches!(last, Verdict::Repeat(_)), "{failure:?} {last:?}");
            assert_eq!(verdict(failure, allowed, 8), end);
            assert_eq!(verdict(failure, u32::MAX, 8), Verdict::Exhausted);
            assert_eq!(verdict(failure, 0, 0), Verdict::Exhausted, "0 is never");
        }
        let twelve = verdict(Failure::NotConnected, 3, 12);
        assert_eq!(twelve, Verdict::Unreachable, "not by `max_retries`");
        assert_eq!(verdict(Failure::NotConnected, 1, 1), Verdict::Exhausted);
        let patient = verdict(Failure::Status(503, None), u32::MAX - 1, u32::MAX);
        assert_eq!(patient, Verdict::Repeat(seconds(20)));
    }

    #[test]
    fn a_pause_that_outlasts_the_operation_is_not_begun() {
        let verdict = |failure, time_left| {
            decide(&Attempt {
                time_left,
                ..attempt(Kind::Changing, failure)
            })
        };
        let asked = Failure::Status(429, Some(seconds(300)));
        assert_eq!(verdict(asked, seconds(301)), Verdict::Repeat(seconds(300)));
        for left in [seconds(300), seconds(10), Duration::ZERO] {
            assert_eq!(verdict(asked, left), Verdict::TimeUp(seconds(300)));
        }
        assert_eq!(
            verdict(Failure::Timeout, Duration::ZERO),
            Verdict::Never,
            "never comes first"
        );
    }

    #[test]
    fn only_a_429_gives_everybody_a_respite() {
        let after = |failure| {
            respite(&Attempt {
                repeats: 1,
                max_repeats: 0,
                time_left: Duration::ZERO,
                jitter: 0.5,
                ..attempt(Kind::Changing, failure)
            })
        };
        let computed = Duration::from_millis(12_500);
        assert_eq!(after(Failure::Status(429, None)), Some(computed));
        assert_eq!(
            after(Failure::Status(429, Some(seconds(2)))),
            Some(seconds(2))
        );
        for failure in [
            Failure::Status(503, Some(seconds(2))),
            Failure::NotConnected,
            Failure::Final,
        ] {
            assert_eq!(after(failure), None, "{failure:?}");
        }
    }

    #[test]
    fn seconds_and_dates_are_read_and_kept_between_a_second_and_five_minutes() {
        let now = httpdate::parse_http_date("Tue, 16 Oct 2018 20:05:28 GMT").unwrap();
        let table = [
            ("1", Some(1)),
            (" 30 ", Some(30)),
            ("0", Some(1)),
            ("300", Some(300)),
            ("301", Some(300)),
            ("31536000", Some(300)),
            ("99999999999999999999999999", Some(300)),
            ("Tue, 16 Oct 2018 20:06:28 GMT", Some(60)),
            ("Tue, 16 Oct 2018 20:05:28 GMT", Some(1)),
            ("Tue, 16 Oct 2018 20:00:00 GMT", Some(1)),
            ("Wed, 16 Oct 2019 20:05:28 GMT", Some(300)),
            ("Tuesday, 16-Oct-18 20:06:28 GMT", Some(60)),
            ("", None),
            ("-5", None),
            ("+5", None),
            ("1.5", None),
            ("soon", None),
            ("5 seconds", None),
            ("2018-10-16T20:06:28Z", None),
        ];
        for (text, seconds) in table {
            let header = HeaderValue::from_str(text).unwrap();
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(asked_pause(&header, now), expected, "{text:?}");
        }
        let not_text = HeaderValue::from_bytes(b"\xff").unwrap();
        assert_eq!(asked_pause(&not_text, now), None);
    }
}
