//! Letting go of an order. Nothing is called unless `on_destroy` says so and the plan has announced
//! it, because core also destroys what it has tainted or renamed, and the create that follows
//! adopts the order.
//!
//! Every end of an order is final, so it has the shape of a create: look, act once, settle.
//! `decision.rs` says what is next, this file does it.

use tokio_util::sync::CancellationToken;
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
use crate::provider::session::{LeftBehind, Session};
use crate::provider::ssl_order::SslOrder;
use crate::provider::ssl_order::exchange::Awaited;
use crate::provider::ssl_order::model::{OnDestroy, SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::owners::{self, Verdict, notes};
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
    let private = &request.private;
    let leaving = Leaving {
        session,
        stop: &call.stop,
        id,
        state: &state,
        private,
    };
    let goal = match state.on_destroy() {
        OnDestroy::Retain => return leaving.open(messages::retained(id, &state)).await,
        OnDestroy::Cancel => Goal::Cancel,
        OnDestroy::Revoke => Goal::Revoke,
    };
    // With `create_before_destroy`, or under another address, the create of this apply may have
    // adopted the very order.
    let Some(claim) = session.claim_ending(id) else {
        return leaving.taken_over().await;
    };
    if let Some(why) = &private.stays {
        drop(claim);
        return leaving.open(messages::stays(id, &state, why)).await;
    }
    let status = state.order_status();
    if !private.end_announced {
        drop(claim);
        return leaving.open(messages::not_announced(id, &state)).await;
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
    let reviewed = private
        .review
        .as_ref()
        .filter(|_| private.replacement_announced);
    if let Some(price) = reviewed.and_then(|it| it.price.as_ref())
        && let Err(problem) = price.still_stands(session, &client, bounds.stop).await
    {
        return Deleted::Kept(problem.into());
    }
    let ending = Ending {
        client: &client,
        id,
        goal,
        state: &state,
        private,
        back_off: BackOff::new(Schedule::DESTROY, bounds),
        attempts: Attempts::new(bounds),
        tried: Vec::new(),
        rejection: None,
    };
    match ending.run().await {
        Ok(Ended::Closed(warnings)) => Deleted::Gone(warnings),
        Ok(Ended::LeftOpen(warnings)) => {
            drop(claim);
            leaving.open(warnings).await
        }
        Err(problem) => Deleted::Kept(problem.into()),
    }
}

/// What became of an order.
enum Ended {
    /// It is closed, on its way there, or nobody can tell.
    Closed(Warnings),
    /// Nothing was called that changes it.
    LeftOpen(Warnings),
}

/// Lets go of an order that stays open.
struct Leaving<'a> {
    session: &'a Session,
    stop: &'a CancellationToken,
    id: OrderId,
    state: &'a SslOrderModel,
    private: &'a SslOrderPrivate,
}

impl Leaving<'_> {
    /// Leaves the order to whoever finds it. Where no plan has announced that, a create of this
    /// apply takes this object's place, so the notes go on naming it, unless that create has left a
    /// mark of its own.
    async fn open(self, mut warnings: Warnings) -> Deleted {
        let adoption = self.private.adoption.clone();
        let is_final = self.private.end_announced || self.session.is_held(self.id);
        let released = adoption.as_ref().filter(|_| is_final);
        if let Some(object) = released {
            warnings.extend(self.release(object).await);
        }
        let left_behind = LeftBehind {
            order_origin: self.state.order_origin.clone(),
            is_released: released.is_some(),
            certificate_pem: Awaited::former(self.state, self.private),
            adoption,
        };
        self.session.leave_behind(self.id, left_behind);
        Deleted::Gone(warnings)
    }

    /// Leaves the order to the resource of this apply that has it already, with a mark of its own.
    async fn taken_over(self) -> Deleted {
        let mut warnings = messages::taken_over(self.id);
        if let Some(object) = &self.private.adoption {
            warnings.extend(self.release(object).await);
        }
        Deleted::Gone(warnings)
    }

    async fn release(&self, object: &str) -> Option<Diagnostic> {
        notes::release(self.session, self.stop, self.id, object).await
    }
}

/// The end of one order.
struct Ending<'a> {
    client: &'a Client,
    id: OrderId,
    goal: Goal,
    state: &'a SslOrderModel,
    private: &'a SslOrderPrivate,
    back_off: BackOff<'a>,
    /// Those of the call that is being made.
    attempts: Attempts<'a>,
    /// Calls that were made. None is made twice.
    tried: Vec<Action>,
    /// Why the order's request could not be rejected.
    rejection: Option<Error>,
}

impl Ending<'_> {
    async fn run(mut self) -> Result<Ended, Diagnostic> {
        let mut seen = self.look().await?;
        loop {
            let Some(order) = seen else {
                return Ok(Ended::Closed(self.not_found()));
            };
            let step = match next(self.goal, &order, &self.tried) {
                Next::Act(_) if self.is_to_stay_valid() => Next::LeaveValid,
                step => step,
            };
            let action = match step {
                Next::Finished => return Ok(Ended::Closed(Warnings::new())),
                Next::LeaveValid => {
                    return Ok(Ended::LeftOpen(messages::left_valid(&order)));
                }
                Next::AwaitsApproval(request) => {
                    let warnings = messages::awaits_approval(self.id, request);
                    return Ok(Ended::Closed(warnings));
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
            if self.tried.is_empty()
                && let Some(why) = self.held_by_others().await
            {
                if self.back_off.bounds.stop.is_cancelled() {
                    return Err(messages::interrupted(self.id));
                }
                let warnings = messages::stays(self.id, self.state, &why);
                return Ok(Ended::LeftOpen(warnings));
            }
            seen = match self.act(action).await {
                Ok(Some(request)) => {
                    let warnings = messages::awaits_approval(self.id, request);
                    return Ok(Ended::Closed(warnings));
                }
                Ok(None) if action == Action::CancelReissue => {
                    self.tried.push(action);
                    self.look().await?
                }
                Ok(None) => return Ok(Ended::Closed(Warnings::new())),
                Err(error) => self.follow_up(action, error).await?,
            };
        }
    }

    /// Why the order is not to be ended, if somebody else may need it; asked once, before the first
    /// call that changes it.
    async fn held_by_others(&self) -> Option<String> {
        match Verdict::in_apply(self.client, self.id, self.state, self.private).await {
            Verdict::Stays(why) => Some(owners::messages::because(&why, self.state)),
            Verdict::Ends(_) | Verdict::Depends => None,
        }
    }

    /// Whether the plan said that the certificate stays valid. No status that the order has by now
    /// makes that untrue.
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
                    info!(order_id = %id, request_id = %request.id, "revocation waits for \
                        approval");
                    return Ok(Some(request.id));
                }
            }
        }
        info!(order_id = %id, ?action, "order ended");
        self.attempts = Attempts::new(self.back_off.bounds);
        Ok(None)
    }

    /// After a failed call: looks whether the order moved on. If it did, what it looks like now
    /// decides; if it did not, the call is not repeated.
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

    /// Nothing to end. Worth a word only where a certificate that was to be revoked may live on
    /// unseen.
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
