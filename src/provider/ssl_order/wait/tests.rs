//! Pauses on a paused clock, and the words at the end of a wait.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Limits, Pauses, WaitFor, without_certificate};
use crate::certcentral::Order;
use crate::provider::ssl_order::record;
use crate::provider::ssl_order::samples::{fixture, order};

fn limits(deadline: Instant, stop: &CancellationToken) -> Limits<'_> {
    Limits {
        wait_for: WaitFor::Auto,
        deadline,
        stop,
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_a_minute() {
    let stop = CancellationToken::new();
    let limits = limits(Instant::now() + Duration::from_secs(600), &stop);
    let mut pauses = Pauses::new();
    let mut seconds = Vec::new();
    for _ in 0..8 {
        let before = Instant::now();
        assert!(pauses.next(limits).await);
        seconds.push(before.elapsed().as_secs());
    }
    assert_eq!(seconds, [2, 4, 8, 16, 32, 60, 60, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_would_pass_the_deadline_is_not_begun() {
    let stop = CancellationToken::new();
    let start = Instant::now();
    let limits = limits(start + Duration::from_secs(5), &stop);
    let mut pauses = Pauses::new();
    assert!(pauses.next(limits).await);
    assert!(!pauses.next(limits).await);
    assert_eq!(start.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_pause_at_once() {
    let stop = CancellationToken::new();
    let start = Instant::now();
    let limits = limits(start + Duration::from_secs(600), &stop);
    let mut pauses = Pauses::new();
    let stopper = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.cancel();
    };
    let (goes_on, ()) = tokio::join!(pauses.next(limits), stopper);
    assert!(!goes_on);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    assert!(!pauses.next(limits).await);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[test]
fn the_argument_says_what_is_waited_for() {
    let of = |argument| WaitFor::from(argument);
    assert_eq!(of(Some("issued")), WaitFor::Issued);
    assert_eq!(of(Some("none")), WaitFor::None);
    assert_eq!(of(Some("auto")), WaitFor::Auto);
    assert_eq!(of(None), WaitFor::Auto);
}

#[test]
fn a_rejected_order_is_not_called_not_issued_yet() {
    let said = |name: &str| {
        let info: Order = fixture(name);
        let mut state = order();
        record::order(&mut state, &info);
        without_certificate(&info, &state)
    };
    assert_eq!(said("order_info_issued.json"), None);
    let (summary, detail) = said("order_info_rejected.json").expect("a warning");
    assert_eq!(summary, "Order closed without a certificate");
    assert_eq!(
        detail,
        "Order 2147500123 was closed before its certificate was issued; its status is rejected. The request was rejected by an approver or by \
         DigiCert. It stays in state, and no later refresh brings a certificate. Ask the approver or DigiCert for the reason; to buy another \
         order, set `reorder_when_closed = true` or change `order_key`."
    );
    let (summary, detail) = said("order_info_pending.json").expect("a warning");
    assert_eq!(summary, "Certificate not issued yet");
    assert!(detail.contains("its status is pending. DigiCert validates"));
}
