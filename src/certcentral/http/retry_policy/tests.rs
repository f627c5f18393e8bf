//! Every kind of call after every failure.

use super::*;
use crate::certcentral::http::certainty::Certainty;
use crate::certcentral::http::config::ConfigError;
use crate::certcentral::http::error::{ApiError, Error, TransportKind};

const HOUR: Duration = Duration::from_secs(3600);

fn attempt(kind: Kind, failure: Failure) -> Attempt {
    Attempt {
        kind,
        failure,
        repeats: 0,
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
    ];
    for (failure, idempotent, changing) in table {
        for (kind, pause) in [(Kind::Idempotent, idempotent), (Kind::Changing, changing)] {
            let expected = pause.map_or(Verdict::Never, |pause| Verdict::Repeat(seconds(pause)));
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
    for status in (100..600).filter(|status| !matches!(status, 429 | 502..=504)) {
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
        let source = reqwest::Client::new().get("").build().unwrap_err();
        let host = "h".to_owned();
        Error::Transport { kind, host, source }
    };
    let mut errors = vec![
        transport(TransportKind::Dns),
        transport(TransportKind::Connect),
        transport(TransportKind::Tls),
        transport(TransportKind::Timeout),
        transport(TransportKind::Interrupted),
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
            max_repeats,
            ..attempt(Kind::Idempotent, failure)
        })
    };
    let limit = Failure::Status(429, Some(seconds(1)));
    for (failure, allowed) in [
        (limit, 8),
        (Failure::Interrupted, 8),
        (Failure::NotConnected, 3),
    ] {
        let last = verdict(failure, allowed - 1, 8);
        assert!(matches!(last, Verdict::Repeat(_)), "{failure:?} {last:?}");
        assert_eq!(verdict(failure, allowed, 8), Verdict::Exhausted);
        assert_eq!(verdict(failure, u32::MAX, 8), Verdict::Exhausted);
        assert_eq!(verdict(failure, 0, 0), Verdict::Exhausted, "0 is never");
    }
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
