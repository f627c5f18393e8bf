//! Waiting for the certificate after the order is placed. The order is in state whatever happens here.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::model::SslOrderModel;
use super::observe;
use super::status::{WaitsFor, waits_for};
use crate::certcentral::{Client, Order, OrderId};
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
    let mut pause = FIRST_PAUSE;
    loop {
        let waits = waits_for(&order.status, all_validated);
        let goes_on = match (limits.wait_for, waits) {
            (WaitFor::None, _) | (_, WaitsFor::Nobody) => false,
            (WaitFor::Issued, _) | (WaitFor::Auto, WaitsFor::DigiCert) => true,
            (WaitFor::Auto, WaitsFor::People) => false,
        };
        if !goes_on {
            break;
        }
        let next_look = Instant::now() + pause;
        if next_look > limits.deadline {
            break;
        }
        tokio::select! {
            () = sleep_until(next_look) => {}
            () = limits.stop.cancelled() => break,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
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
    if !order.status.has_certificate() {
        warnings.push("Certificate not issued yet", not_issued(order.id, state));
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

fn not_issued(id: OrderId, state: &SslOrderModel) -> String {
    format!(
        "Order {id} is placed and in state; its status is {}. {} A later refresh, plan or apply picks the certificate up; nothing is ordered again.",
        state.status.as_str().unwrap_or("not known"),
        state.status_detail.as_str().unwrap_or_default(),
    )
}
