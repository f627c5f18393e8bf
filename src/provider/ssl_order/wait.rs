//! Waiting for the certificate after the order is placed. The order is in state whatever happens here.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::model::SslOrderModel;
use super::observe;
use super::status::{WaitsFor, waits_for};
use crate::certcentral::{Client, Order};
use crate::framework::Warnings;
use crate::provider::api_error;

/// The first pause between two looks; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long a create waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitFor {
    /// While nobody but DigiCert has something to do.
    Auto,
    /// Until it is issued, whoever has to act.
    Issued,
    /// Not at all.
    None,
}

impl From<Option<&str>> for WaitFor {
    fn from(argument: Option<&str>) -> Self {
        match argument {
            Some("issued") => Self::Issued,
            Some("none") => Self::None,
            _ => Self::Auto,
        }
    }
}

/// Looks at the order until it is issued, nobody need wait, `deadline` passes, or a stop comes.
pub(super) async fn until_issued(
    client: &Client,
    state: &mut SslOrderModel,
    mut order: Order,
    mut all_validated: bool,
    limits: Limits<'_>,
    warnings: &mut Warnings,
) {
    let mut pauses = Pauses::new();
    loop {
        let waits = waits_for(&order.status, all_validated);
        let goes_on = match (limits.wait_for, waits) {
            (WaitFor::None, _) | (_, WaitsFor::Nobody) => false,
            (WaitFor::Issued, _) | (WaitFor::Auto, WaitsFor::DigiCert) => true,
            (WaitFor::Auto, WaitsFor::People) => false,
        };
        if !goes_on || !pauses.next(limits).await {
            break;
        }
        match client.order(order.id).await {
            Ok(seen) => {
                order = seen;
                all_validated = observe::details(client, state, &order, &[], warnings).await;
            }
            Err(error) => {
                warnings.push_demoted(api_error::diagnostic(
                    &error,
                    &format!("looking at order {}", order.id),
                ));
                break;
            }
        }
    }
    if let Some((summary, detail)) = without_certificate(&order, state) {
        warnings.push(summary, detail);
    }
}

/// The pauses between two looks: 2 seconds, then twice the one before, up to a minute.
#[derive(Debug)]
struct Pauses {
    next: Duration,
}

impl Pauses {
    fn new() -> Self {
        Self { next: FIRST_PAUSE }
    }

    /// Pauses until the next look. Returns false at once if it would come after the deadline, and as soon as a stop comes.
    async fn next(&mut self, limits: Limits<'_>) -> bool {
        let next_look = Instant::now() + self.next;
        if next_look > limits.deadline || limits.stop.is_cancelled() {
            return false;
        }
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        tokio::select! {
            () = sleep_until(next_look) => true,
            () = limits.stop.cancelled() => false,
        }
    }
}

/// Bounds of a wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits<'a> {
    /// What is waited for.
    pub wait_for: WaitFor,
    /// When the time is up.
    pub deadline: Instant,
    /// The first Ctrl-C.
    pub stop: &'a CancellationToken,
}

/// What to say of an order that has no certificate when the wait ends; nothing if it has one.
fn without_certificate(order: &Order, state: &SslOrderModel) -> Option<(&'static str, String)> {
    let (id, status) = (order.id, &order.status);
    let meaning = state.status_detail.as_str().unwrap_or_default();
    if status.has_certificate() {
        None
    } else if status.is_closed() {
        Some((
            "Order closed without a certificate",
            format!(
                "Order {id} was closed before its certificate was issued; its status is {status}. {meaning} It stays in state, and no later \
                 refresh brings a certificate. Ask the approver or DigiCert for the reason; to buy another order, set \
                 `reorder_when_closed = true` or change `order_key`."
            ),
        ))
    } else {
        Some((
            "Certificate not issued yet",
            format!(
                "Order {id} is placed and in state; its status is {status}. {meaning} A later refresh, plan or apply picks the certificate up; \
                 nothing is ordered again."
            ),
        ))
    }
}

#[cfg(test)]
mod tests;
