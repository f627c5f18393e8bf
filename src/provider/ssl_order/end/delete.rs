//! Letting go of an order. Nothing is called unless `on_destroy` says so and the plan has announced it, because core also destroys what it
//! has tainted or renamed, and the create that follows adopts the order.
//!
//! Every end of an order is final, so it has the shape of a create: look, act once, settle. `decision.rs` says what is
//! next, this file does it.

use tracing::info;

use super::decision::{Action, Goal, Next, concerns_state, next};
use super::messages;
use crate::certcentral::{
    Certainty, Client, Decision, Error, Order, OrderId, RequestId, RequestStatus, Revocation,
    RevocationReason, Revoked,
};
use crate::framework::{Call, DeleteRequest, Deleted, Diagnostic, Warnings};
use crate::provider::order::attempts::Attempts;
use crate::provider::order::lock::Way;
use crate::provider::order::status::Absence;
use crate::provider::order::waiting::{BackOff, Bounds, Paused, Schedule};
use crate::provider::session::Session;
use crate::provider::ssl_order::SslOrder;
use crate::provider::ssl_order::model::{OnDestroy, SslOrderModel};
use crate::provider::ssl_order::plan::not_allowed;

/// The note that CertCentral keeps with what was canceled, rejected or asked to be revoked.
const NOTE: &str = "Destroyed by Terraform";
/// Looks after a lost answer: CertCentral may still be at work on the call.
const LOOKS_TO_SETTLE: usize = 3;

/// Does what `on_destroy` says.
pub(crate) async fn delete(
    session: &Session,
    call: &Call,
    request: DeleteRequest<SslOrder>,
) -> Deleted {
    let state = request.state;
    let Ok(id) = state.order_id_to_be("ended") else {
        return Deleted::Gone(Warnings::new());
    };
    let goal = match state.on_destroy() {
        OnDestroy::Retain => {
            return Deleted::Gone(messages::retained(id, &state));
        }
        OnDestroy::Cancel => Goal::Cancel,
        OnDestroy::Revoke => Goal::Revoke,
    };
    // With `create_before_destroy`, or under another address, the create of this apply may have adopted the very order.
    let Some(_ending) = session.claim_order(id) else {
        return Deleted::Gone(messages::taken_over(id));
    };
    let status = state.order_status();
    if !request.private.end_announced {
        return Deleted::Gone(messages::not_announced(id, &state));
    }
    if goal == Goal::Revoke && status.is_open() && !session.allow_revocation() {
        return Deleted::Kept(not_allowed(&state).into());
    }
    let bounds = Bounds::from_now(state.delete_timeout(), &call.stop);
    let client = match session.client() {
        Ok(client) => client.within(bounds.deadline, bounds.stop),
        Err(problem) => return Deleted::Kept(problem.into()),
    };
    // Whoever orders the same meanwhile must not take this order over.
    let subject = state.subject(&client.host());
    let _locked = match session.lock(&subject, Way::Alone, bounds).await {
        Ok(locked) => locked,
        Err(paused) => return Deleted::Kept(messages::locked(id, paused).into()),
    };
    let ending = Ending {
        client: &client,
        id,
        goal,
        state: &state,
        back_off: BackOff::new(Schedule::DESTROY, bounds),
        attempts: Attempts::new(bounds),
        tried: Vec::new(),
        rejection: None,
    };
    match ending.run().await {
        Ok(warnings) => Deleted::Gone(warnings),
        Err(problem) => Deleted::Kept(problem.into()),
    }
}

/// The end of one order.
struct Ending<'a> {
    client: &'a Client,
    id: OrderId,
    goal: Goal,
    state: &'a SslOrderModel,
    back_off: BackOff<'a>,
    /// Those of the call that is being made.
    attempts: Attempts<'a>,
    /// Calls that were made. None is made twice.
    tried: Vec<Action>,
    /// Why the order's request could not be rejected.
    rejection: Option<Error>,
}

impl Ending<'_> {
    async fn run(mut self) -> Result<Warnings, Diagnostic> {
        let mut seen = self.look().await?;
        loop {
            let Some(order) = seen else {
                return Ok(self.not_found());
            };
            let step = match next(self.goal, &order, &self.tried) {
                Next::Act(_) if self.is_to_stay_valid() => Next::LeaveValid,
                step => step,
            };
            let action = match step {
                Next::Finished => return Ok(Warnings::new()),
                Next::LeaveValid => {
                    return Ok(messages::left_valid(&order));
                }
                Next::AwaitsApproval(request) => {
                    return Ok(messages::awaits_approval(self.id, request));
                }
                Next::Wait => {
                    seen = self.look_later(&order).await?;
                    continue;
                }
                Next::Act(action) if self.tried.contains(&action) => {
                    return Err(messages::still_moving(&order, Paused::TimeUp));
                }
                Next::Act(action) => action,
            };
            if !concerns_state(action, &order, self.state) {
                return Err(messages::other_certificate(&order, self.state));
            }
            seen = match self.act(action).await {
                Ok(Some(request)) => {
                    return Ok(messages::awaits_approval(self.id, request));
                }
                Ok(None) if action == Action::CancelReissue => {
                    self.tried.push(action);
                    self.look().await?
                }
                Ok(None) => return Ok(Warnings::new()),
                Err(error) => self.follow_up(action, error).await?,
            };
        }
    }

    /// Whether the plan said that the certificate stays valid. No status that the order has by now makes that untrue.
    fn is_to_stay_valid(&self) -> bool {
        let planned = self.state.order_status();
        self.goal == Goal::Cancel && planned.has_certificate()
    }

    /// The order, or none if CertCentral has none with this id.
    async fn look(&self) -> Result<Option<Order>, Diagnostic> {
        self.look_with(self.client).await
    }

    async fn look_with(&self, client: &Client) -> Result<Option<Order>, Diagnostic> {
        let doing = format!("looking at order {}", self.id);
        Absence::Gone.or_order(client.order(self.id).await, &doing)
    }

    async fn look_later(&mut self, order: &Order) -> Result<Option<Order>, Diagnostic> {
        match self.back_off.pause().await {
            Paused::Over => self.look().await,
            ended => Err(messages::still_moving(order, ended)),
        }
    }

    /// Makes one call. Some request means that somebody has to approve it first.
    async fn act(&mut self, action: Action) -> Result<Option<RequestId>, Error> {
        let (client, id) = (&self.attempts.next(self.client), self.id);
        match action {
            Action::Reject(request) => {
                client
                    .decide_request(request, Decision::Rejected, NOTE)
                    .await?;
            }
            Action::Cancel | Action::CancelReissue => client.cancel_order(id, NOTE).await?,
            Action::Revoke => {
                let revocation = Revocation {
                    comments: Some(NOTE.to_owned()),
                    skip_approval: Some(true),
                    revocation_reason: reason(self.state),
                };
                if let Revoked::Requested(request) = client.revoke_order(id, &revocation).await?
                    && request.status != RequestStatus::Approved
                {
                    info!(order_id = %id, request_id = %request.id, "revocation waits for approval");
                    return Ok(Some(request.id));
                }
            }
        }
        info!(order_id = %id, ?action, "order ended");
        self.attempts = Attempts::new(self.back_off.bounds);
        Ok(None)
    }

    /// After a failed call: looks whether the order moved on. If it did, what it looks like now decides; if it did not, the
    /// call is not repeated.
    async fn follow_up(
        &mut self,
        action: Action,
        error: Error,
    ) -> Result<Option<Order>, Diagnostic> {
        if self.attempts.pause_after(&error).await {
            // It is made again if the order shows that it had no effect.
            return self.look().await;
        }
        self.attempts = Attempts::new(self.back_off.bounds);
        let looks = match error.certainty() {
            Certainty::NothingHappened => 1,
            Certainty::Unknown => LOOKS_TO_SETTLE,
        };
        let mut now = None;
        let urgent = self.client.urgent();
        for look in 0..looks {
            if look > 0 && self.back_off.pause().await != Paused::Over {
                break;
            }
            let order = match self.look_with(&urgent).await {
                Ok(Some(order)) => order,
                Ok(None) => {
                    if error.certainty() == Certainty::Unknown {
                        self.tried.push(action);
                    }
                    return Ok(None);
                }
                // The failure of the action says more than the failure of the look.
                Err(_) => continue,
            };
            if next(self.goal, &order, &self.tried) != Next::Act(action) {
                info!(order_id = %self.id, ?action, status = %order.status, "order moved on although the call failed");
                self.tried.push(action);
                return Ok(Some(order));
            }
            now = Some(order);
        }
        if matches!(action, Action::Reject(_)) && is_refusal(&error) && now.is_some() {
            self.tried.push(action);
            self.rejection = Some(error);
            return Ok(now);
        }
        let failure = messages::Failure {
            action,
            error: &error,
            rejection: self.rejection.as_ref(),
            now: now.as_ref(),
        };
        Err(failure.diagnostic(self.id, self.state))
    }

    /// Nothing to end. Worth a word only where a certificate that was to be revoked may live on unseen.
    fn not_found(&self) -> Warnings {
        if self.goal == Goal::Revoke && !self.state.serial_number.is_null() {
            messages::not_found(self.id, self.tried.contains(&Action::Revoke))
        } else {
            Warnings::new()
        }
    }
}

/// The reason that goes into the revocation list. Other words than these are refused in the plan.
fn reason(state: &SslOrderModel) -> Option<RevocationReason> {
    match state.revocation_reason.as_str()? {
        "unspecified" => Some(RevocationReason::Unspecified),
        "keyCompromise" => Some(RevocationReason::KeyCompromise),
        "affiliationChanged" => Some(RevocationReason::AffiliationChanged),
        "superseded" => Some(RevocationReason::Superseded),
        "cessationOfOperation" => Some(RevocationReason::CessationOfOperation),
        _ => None,
    }
}

/// CertCentral understood the call and said no.
fn is_refusal(error: &Error) -> bool {
    error.certainty() == Certainty::NothingHappened
        && error.api().is_some_and(|api| api.status != 429)
}

#[cfg(test)]
mod tests;
