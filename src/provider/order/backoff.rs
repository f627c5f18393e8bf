//! The looks that follow an answer which was lost: what was sent is not sent again, so CertCentral is asked what became of it.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Pauses before the looks, in seconds: two minutes in all.
pub(crate) const PAUSES: [u64; 7] = [1, 2, 4, 8, 15, 30, 60];

/// Pauses for some seconds before the next look, not beyond `deadline` and not after a stop. Returns whether more looks may follow.
pub(crate) async fn pause(seconds: u64, deadline: Instant, stop: &CancellationToken) -> bool {
    let until = (Instant::now() + Duration::from_secs(seconds)).min(deadline);
    tokio::select! {
        () = sleep_until(until) => Instant::now() < deadline,
        () = stop.cancelled() => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn looks_go_on_for_two_minutes() {
        let stop = CancellationToken::new();
        let start = Instant::now();
        for seconds in PAUSES {
            assert!(pause(seconds, start + Duration::from_secs(600), &stop).await);
        }
        assert_eq!(start.elapsed(), Duration::from_secs(120));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_or_a_stop_leaves_one_last_look() {
        let stop = CancellationToken::new();
        let start = Instant::now();
        let deadline = start + Duration::from_secs(3);
        assert!(!pause(60, deadline, &stop).await);
        assert_eq!(start.elapsed(), Duration::from_secs(3));
        stop.cancel();
        let later = Instant::now() + Duration::from_secs(600);
        assert!(!pause(60, later, &stop).await);
        assert_eq!(start.elapsed(), Duration::from_secs(3));
    }
}
