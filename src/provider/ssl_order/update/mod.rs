//! Changing an order: calls in place, a reissue, or the order that renews it. What is done is exactly what the plan announced:
//! an unknown id is a renewal, an unknown certificate a reissue.

mod in_place;
mod reissue;
mod renewal;
pub(crate) mod steps;

use super::model::{SslOrderModel, SslOrderPrivate};
use super::plan::as_configured;
use super::plan::changes::changes_of;
use super::refresh::clocks;
use crate::framework::{
    Attr, AttributePath, Call, Diagnostic, Diagnostics, FromToValue, ModelError, UpdateRequest,
    Updated, Warnings, conformance,
};
use crate::provider::session::Session;

/// How far an update came before it failed, and why.
struct Failed {
    /// The state with the steps that were done.
    state: SslOrderModel,
    problem: Diagnostics,
}

type Request = UpdateRequest<SslOrderModel, SslOrderPrivate>;
type Outcome = Updated<SslOrderModel, SslOrderPrivate>;

/// Carries the plan out.
pub(crate) async fn update(session: &Session, call: &Call, request: Request) -> Outcome {
    // What was told of an imported order is not told of the order that renews it.
    let private = if matches!(request.planned_state.id, Attr::Unknown) {
        SslOrderPrivate::default()
    } else {
        request.private.clone().stored()
    };
    match carry_out(session, call, &request).await {
        Ok((state, warnings)) => Updated {
            state,
            private,
            diagnostics: warnings.into(),
        },
        Err(failed) => Updated {
            state: failed.state,
            private: request.private.stored(),
            diagnostics: failed.problem,
        },
    }
}

async fn carry_out(
    session: &Session,
    call: &Call,
    request: &Request,
) -> Result<(SslOrderModel, Warnings), Failed> {
    let (prior, planned) = (&request.prior_state, &request.planned_state);
    let mut content = planned.clone();
    as_configured(
        &mut content,
        &request.config,
        session.order_defaults().as_ref(),
    );
    let mut warnings = Warnings::new();
    let mut state = if matches!(planned.id, Attr::Unknown) {
        renewal::renew(session, call, prior, planned, content, &mut warnings).await?
    } else {
        let changed = changes_of(prior, planned, &request.private);
        let state =
            in_place::change(session, call, prior, planned, &changed, &mut warnings).await?;
        if matches!(planned.certificate_id, Attr::Unknown) {
            reissue::reissue(
                session,
                call,
                state,
                prior,
                planned,
                &content,
                &mut warnings,
            )
            .await?
        } else {
            state
        }
    };
    clocks::set(&mut state, session.today());
    match as_planned(planned, &state) {
        Ok(state) => Ok((state, warnings)),
        Err(error) => Err(Failed {
            state,
            problem: Diagnostic::bug(format!("The state of the order cannot be built: {error}."))
                .into(),
        }),
    }
}

/// The plan with what it leaves open taken from `known`.
fn as_planned(planned: &SslOrderModel, known: &SslOrderModel) -> Result<SslOrderModel, ModelError> {
    let merged = conformance::repair(&planned.to_value(), &known.to_value());
    SslOrderModel::from_value(&merged, &AttributePath::default())
}

#[cfg(test)]
mod tests;
