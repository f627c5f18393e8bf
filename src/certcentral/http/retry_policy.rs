//! Whether a failed call is sent again, and after which pause. Pure: time and chance come in as arguments.
//!
//! Two rules keep an order from being bought twice. A call that changes something is repeated only after a failure that proves that
//! nothing happened: a 429, or a connection that never stood. A call that can be repeated without harm is also repeated
//! after failures that pass: 502, 503, 504 and a broken connection. Nothing else is repeated.

use std::time::Duration;

use super::error::{Error, TransportKind};

/// Repeats of a call whose connection never stands. A wrong address does not get better by waiting for it.
const CONNECT_REPEATS: u32 = 3;

/// The pauses after a 429 that names none: longer than the shorter window of the limit, and up to a minute.
const OVER_LIMIT: Growth = Growth {
    first: Duration::from_secs(5),
    longest: Duration::from_secs(40),
};

/// The pauses after every other failure that may pass.
const OUT_OF_ORDER: Growth = Growth {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(20),
};

/// What happens if a call is processed twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The same as if it were processed once.
    Idempotent,
    /// Something that was not asked for, such as a second order.
    Changing,
}

/// How an attempt failed, as far as a repeat depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
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
pub(crate) struct Attempt {
    pub(crate) kind: Kind,
    pub(crate) failure: Failure,
    /// Repeats so far.
    pub(crate) repeats: u32,
    /// Repeats that are allowed.
    pub(crate) max_repeats: u32,
    /// What is left of the time of the operation.
    pub(crate) time_left: Duration,
    /// Between 0 and 1: spreads the pauses of those who failed together.
    pub(crate) jitter: f64,
}

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Send the call again after this pause.
    Repeat(Duration),
    /// A repeat could do harm, or would end the same way.
    Never,
    /// All repeats are used up.
    Exhausted,
    /// The pause would end after the time of the operation.
    TimeUp(Duration),
}

/// Decides what follows a failed attempt.
pub(crate) fn decide(attempt: &Attempt) -> Verdict {
    let Some(growth) = growth(attempt.kind, attempt.failure) else {
        return Verdict::Never;
    };
    if attempt.repeats >= allowed(attempt) {
        return Verdict::Exhausted;
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

/// How long everybody leaves CertCentral alone after a 429, whoever received it and whether or not that call is repeated.
pub(crate) fn respite(attempt: &Attempt) -> Option<Duration> {
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
        | (Kind::Idempotent, Failure::Interrupted | Failure::Status(502..=504, _)) => {
            Some(OUT_OF_ORDER)
        }
        _ => None,
    }
}

fn allowed(attempt: &Attempt) -> u32 {
    match attempt.failure {
        Failure::NotConnected => attempt.max_repeats.min(CONNECT_REPEATS),
        _ => attempt.max_repeats,
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
    /// What a repeat depends on, of an error and the pause that its answer asked for.
    pub(crate) fn of(error: &Error, asked: Option<Duration>) -> Self {
        match error {
            Error::Transport { kind, .. } => match kind {
                TransportKind::Dns | TransportKind::Connect => Self::NotConnected,
                TransportKind::Tls => Self::Tls,
                TransportKind::Timeout => Self::Timeout,
                TransportKind::Interrupted => Self::Interrupted,
            },
            Error::Api(api) => Self::Status(api.status, asked),
            Error::NotJson { status, .. } => Self::Status(*status, asked),
            _ => Self::Final,
        }
    }
}

#[cfg(test)]
mod tests;
