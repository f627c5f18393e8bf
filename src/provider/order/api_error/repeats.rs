//! What a person reads of calls that were repeated in vain, or that did not get their turn.

use std::time::Duration;

use crate::certcentral::{GaveUp, NotSent};
use crate::framework::Diagnostic;

/// The diagnostic of the last attempt, with how often and how long the call was tried and what ended that.
pub(crate) fn gave_up(
    mut last: Diagnostic,
    attempts: u32,
    elapsed: Duration,
    end: GaveUp,
) -> Diagnostic {
    let tried = match attempts {
        1 => "The call was tried once".to_owned(),
        times => format!(
            "The call was tried {times} times within {}",
            seconds(elapsed)
        ),
    };
    let ended = match end {
        GaveUp::Exhausted => ", as often as `max_retries` allows.".to_owned(),
        GaveUp::TimeUp { pause, .. } => format!(
            ". The next attempt would come {} later, after the time of this operation; `timeouts` sets that time.",
            seconds(pause)
        ),
        GaveUp::Stopped => ", until the run was interrupted.".to_owned(),
        GaveUp::NoTurn => {
            ", and had no further turn within the request limit of CertCentral in the time of this operation."
                .to_owned()
        }
        GaveUp::Final => {
            ". An earlier attempt was not answered and may have taken effect; look before you try again."
                .to_owned()
        }
    };
    last.detail = format!("{}\n\n{tried}{ended}", last.detail);
    last
}

/// A call that was not sent.
pub(crate) fn not_sent(doing: &str, reason: NotSent, waited: Duration) -> Diagnostic {
    match reason {
        NotSent::Stopped => Diagnostic::error(
            "Interrupted",
            format!(
                "The run was interrupted while the call for {doing} waited for its turn within the request limit of CertCentral. Nothing was sent."
            ),
        ),
        NotSent::TimeUp => Diagnostic::error(
            "No turn within the request limit",
            format!(
                "The call for {doing} had no turn within the request limit of CertCentral in the time of this operation; it waited {}. \
                 Nothing was sent.\n\nRun the command again in some minutes; or give the operation more time in `timeouts`, lower \
                 the parallelism of the run, or let fewer runs use this API key at the same time.",
                seconds(waited)
            ),
        ),
    }
}

fn seconds(duration: Duration) -> String {
    match duration.as_secs_f64().round() {
        1.0 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}
