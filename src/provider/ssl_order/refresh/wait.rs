//! Waiting for the certificate after the order is placed. The order is in state whatever happens here.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::details::{Observation, Observer};
use crate::certcentral::{Order, OrderStatus};
use crate::framework::Diagnostic;
use crate::provider::order::backoff::{Bounds, Paused};
use crate::provider::order::polling::{Polling, may_pass};
use crate::provider::order::status::{WaitsFor, waits_for};
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;

/// How long a create waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitFor {
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

impl WaitFor {
    /// Whether to wait while somebody has to act.
    fn goes_on(self, who: WaitsFor) -> bool {
        match (self, who) {
            (Self::None, _) | (_, WaitsFor::Nobody) | (Self::Auto, WaitsFor::People) => false,
            (Self::Issued, _) | (Self::Auto, WaitsFor::DigiCert) => true,
        }
    }
}

/// Bounds of a wait.
#[derive(Clone, Debug)]
pub(crate) struct Limits<'a> {
    /// What is waited for.
    pub wait_for: WaitFor,
    /// When it ends at the latest.
    pub bounds: Bounds<'a>,
    /// The rhythm that all waiting orders of the process share.
    pub polling: Arc<Polling>,
}

impl<'a> Limits<'a> {
    /// The bounds of an operation on a planned order that begins now and has so much time.
    pub(crate) fn new(
        session: &Session,
        planned: &SslOrderModel,
        time: Duration,
        stop: &'a CancellationToken,
    ) -> Self {
        Self {
            wait_for: WaitFor::from(planned.wait_for.as_str()),
            bounds: Bounds::from_now(time, stop),
            polling: session.polling(),
        }
    }
}

impl Observer<'_> {
    /// Looks at the order until nothing is under way, nobody need wait, the deadline passes, or a stop comes. Nothing is under way when
    /// the order is issued or closed; an order whose reissue is under way is `reissue_pending` until then.
    pub(crate) async fn wait(&mut self, mut seen: Observation, limits: &Limits<'_>) {
        let id = seen.order.id;
        let mut waiter = None;
        let mut last_failure = None;
        while limits
            .wait_for
            .goes_on(waits_for(&seen.order, seen.all_validated))
        {
            let waiter = waiter.get_or_insert_with(|| limits.polling.join(id));
            let status = &seen.order.status;
            if waiter.next(self.client, status, limits.bounds).await != Paused::Over {
                break;
            }
            match self.client.order(id).await {
                Ok(order) => {
                    last_failure = None;
                    seen = self.details(order, &[]).await;
                }
                Err(error) => {
                    let may_pass = may_pass(&error);
                    last_failure = Some(error);
                    if !may_pass {
                        break;
                    }
                    waiter.look_again();
                }
            }
        }
        if let Some(error) = last_failure {
            self.warn(&error, &format!("looking at order {id}"));
        }
        if let Some(warning) = without_certificate(&seen.order, &self.state) {
            self.warnings.push(warning);
        }
    }
}

/// What to say of an order that still lacks a certificate when the wait ends; nothing if it has all.
fn without_certificate(order: &Order, state: &SslOrderModel) -> Option<Diagnostic> {
    let (id, status) = (order.id, &order.status);
    let meaning = state.status_detail.as_str().unwrap_or_default();
    if *status == OrderStatus::ReissuePending {
        Some(Diagnostic::warning(
            "Reissue not finished yet",
            format!(
                "Order {id} waits for a reissued certificate, and the certificate in state is the one before. {} A later refresh, plan or apply picks \
                 the new one up; nothing is requested again.",
                people_first(order, meaning)
            ),
        ))
    } else if status.has_certificate() {
        None
    } else if status.is_closed() {
        Some(Diagnostic::warning(
            "Order closed without a certificate",
            format!(
                "Order {id} was closed before its certificate was issued; its status is {status}. {meaning} It stays in state, and no later \
                 refresh brings a certificate. Ask the approver or DigiCert for the reason; to buy another order, set \
                 `reorder_when_closed = true` or change `order_key`."
            ),
        ))
    } else {
        Some(Diagnostic::warning(
            "Certificate not issued yet",
            format!(
                "Order {id} is placed and in state; its status is {status}. {meaning} A later refresh, plan or apply picks the certificate up; \
                 nothing is ordered again."
            ),
        ))
    }
}

/// Who has to act on a reissue, where the status itself does not say it.
fn people_first<'a>(order: &Order, meaning: &'a str) -> &'a str {
    match waits_for(order, true) {
        WaitsFor::People => {
            "Its request waits for an approver of the account: approve it in CertCentral."
        }
        _ => meaning,
    }
}

#[cfg(test)]
mod tests;
