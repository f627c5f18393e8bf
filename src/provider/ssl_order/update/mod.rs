//! Changing an order: calls in place, a reissue, or the order that renews it, bought or found. What is done is exactly what the plan announced.

pub(crate) mod in_place;
mod messages;
mod reissue;
mod renewal;

use super::model::{SslOrderModel, SslOrderPrivate};
use super::plan::as_configured;
use super::plan::decision::{Announced, What};
use super::purchase::obtain::Obtained;
use super::refresh::{clocks, outcome};
use crate::framework::{
    AttributePath, Call, Diagnostic, Diagnostics, FromToValue, UpdateRequest, Updated, Warnings,
    conformance,
};
use crate::provider::session::Session;
use crate::provider::ssl_order::SslOrder;

/// How far an update came before it failed, and why.
struct Failed {
    /// The state with the steps that were done.
    state: Box<SslOrderModel>,
    problem: Diagnostics,
}

impl Failed {
    fn at(state: SslOrderModel, problem: impl Into<Diagnostics>) -> Self {
        Self {
            state: Box::new(state),
            problem: problem.into(),
        }
    }
}

/// An update to carry out.
#[derive(Clone, Copy)]
struct Update<'a> {
    session: &'a Session,
    call: &'a Call,
    prior: &'a SslOrderModel,
    planned: &'a SslOrderModel,
    /// What a create of the same configuration looks for.
    content: &'a SslOrderModel,
    announced: &'a Announced,
    private: &'a SslOrderPrivate,
}

/// Carries the plan out.
pub(crate) async fn update(
    session: &Session,
    call: &Call,
    request: UpdateRequest<SslOrder>,
) -> Updated<SslOrder> {
    let (prior, planned) = (&request.prior_state, &request.planned_state);
    let announced = Announced::by_plan(prior, planned, &request.private);
    let mut content = planned.clone();
    as_configured(
        &mut content,
        &request.config,
        session.order_defaults().as_ref(),
    );
    let update = Update {
        session,
        call,
        prior,
        planned,
        content: &content,
        announced: &announced,
        private: &request.private,
    };
    match carry_out(update).await {
        Ok(done) => Updated {
            state: done.state,
            private: done.private,
            diagnostics: done.warnings.into(),
        },
        Err(failed) => Updated {
            state: *failed.state,
            private: request.private.stored(),
            diagnostics: failed.problem,
        },
    }
}

async fn carry_out(update: Update<'_>) -> Result<Obtained, Failed> {
    let mut warnings = Warnings::new();
    let mut private = update.private.clone().stored();
    let mut state = match update.announced.what() {
        // What is kept beside an order does not apply to the one that renews it.
        What::Renew => {
            let state;
            (state, private) = renewal::renew(update, &mut warnings).await?;
            state
        }
        What::Follow => {
            let state;
            (state, private) = renewal::follow(update, &mut warnings).await?;
            state
        }
        What::Reissue => {
            let state = in_place::change(update, &mut warnings).await?;
            let state = reissue::reissue(update, state, &mut warnings).await?;
            warnings.extend(outcome::sent(update.prior, &state, &mut private));
            state
        }
        _ => in_place::change(update, &mut warnings).await?,
    };
    clocks::set(
        &mut state,
        private.successor.is_some(),
        update.session.today(),
    );
    outcome::withhold(&mut state, &private);
    Ok(Obtained {
        state: as_planned(update.planned, &state)?,
        private,
        warnings,
    })
}

/// Returns the plan with what it leaves open taken from `known`.
fn as_planned(planned: &SslOrderModel, known: &SslOrderModel) -> Result<SslOrderModel, Failed> {
    let merged = conformance::repair(&planned.to_value(), &known.to_value());
    SslOrderModel::from_value(&merged, &AttributePath::default()).map_err(|error| {
        let problem = Diagnostic::bug(format!("The state of the order cannot be built: {error}."));
        Failed::at(known.clone(), problem)
    })
}

#[cfg(test)]
mod tests;
