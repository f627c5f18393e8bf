//! Changing an order: calls in place, a reissue, or the order that renews it, bought or found. What
//! is done is exactly what the plan announced.

pub(crate) mod in_place;
mod messages;
mod put_off;
mod reissue;
mod renewal;

use std::collections::BTreeSet;

use super::exchange;
use super::model::{AskedNames, InForce, SslOrderModel, SslOrderPrivate};
use super::plan::as_configured;
use super::plan::decision::{Announced, What};
use super::purchase::obtain::Obtained;
use super::purchase::token_notes;
use super::refresh::observer::Limits;
use super::refresh::{clocks, outcome};
use crate::certcentral::Client;
use crate::framework::{
    AttributePath, Call, Diagnostic, Diagnostics, FromToValue, UpdateRequest, Updated, Warnings,
    conformance,
};
use crate::pki::Csr;
use crate::provider::order::chain_age;
use crate::provider::session::Session;
use crate::provider::ssl_order::SslOrder;

/// How far an update came before it failed, and why.
struct Failed {
    /// The state with the steps that were done.
    state: Box<SslOrderModel>,
    problem: Diagnostics,
    /// Whether nothing was bought for certain.
    is_nothing_bought: bool,
}

impl Failed {
    fn at(state: SslOrderModel, problem: impl Into<Diagnostics>) -> Self {
        Self {
            state: Box::new(state),
            problem: problem.into(),
            is_nothing_bought: true,
        }
    }
}

/// An update to carry out.
#[derive(Clone, Copy)]
struct Update<'a> {
    session: &'a Session,
    call: &'a Call,
    prior: &'a SslOrderModel,
    /// What the plan said.
    reviewed: &'a SslOrderModel,
    /// What is sent and stored of it.
    planned: &'a SslOrderModel,
    /// What a create of the same configuration looks for.
    content: &'a SslOrderModel,
    announced: &'a Announced,
    private: &'a SslOrderPrivate,
}

impl<'a> Update<'a> {
    /// Returns the bounds of the update, as if it began now.
    fn limits(&self) -> Limits<'a> {
        let time = self.planned.update_timeout();
        Limits::new(self.session, self.planned, time, &self.call.stop)
    }

    /// Returns the client, whose calls end with `limits` and with the run.
    fn client(&self, limits: &Limits<'_>) -> Result<Client, Diagnostic> {
        let client = self.session.client()?;
        Ok(client.within(limits.bounds.deadline, &self.call.stop))
    }

    /// Returns in what the certificate of `state` differs from the former one without a word of the
    /// plan.
    fn differences(
        &self,
        expected: &BTreeSet<String>,
        state: &SslOrderModel,
        private: &mut SslOrderPrivate,
    ) -> Option<Diagnostic> {
        let said = self.announced.said();
        exchange::by_apply(self.prior, said, expected, state, private)
    }

    /// Returns the names that a reissue is to keep or to bring, those among them that CertCentral
    /// may add by itself.
    fn expected_names(&self) -> BTreeSet<String> {
        let asked = AskedNames::changed(self.prior, self.planned, self.private.imported);
        let former = InForce::of(self.prior).map(|it| it.names);
        let companions = former.map(|names| asked.companions_in(&names));
        let mut names = self.planned.canonical_names();
        names.extend(companions.into_iter().flatten());
        names
    }

    /// Notes on the order what finds it from now on, where state records another key or other names
    /// that the certificate has already: a reissue whose run died, or somebody else's. Only a
    /// trace: without a key there is none.
    async fn remember_new_content(&self) {
        let Self { prior, planned, .. } = *self;
        let differing = self.announced.of_the_certificate();
        if self.announced.what() == What::Stop || !differing.iter().any(is_of_the_token) {
            return;
        }
        let key = |order: &SslOrderModel| {
            let csr = Csr::from_pem(order.csr.as_str().unwrap_or_default());
            csr.map(|csr| csr.public_key().to_vec())
        };
        let is_the_same =
            key(prior) == key(planned) && prior.canonical_names() == planned.canonical_names();
        if let (false, Ok(client), Ok(id)) = (
            is_the_same,
            self.client(&self.limits()),
            prior.order_id_to_be("noted on"),
        ) {
            let reference = self.content.alternative_order_id.as_str();
            token_notes::remember(&client, id, reference, self.content, self.session).await;
        }
    }
}

/// Whether the token of an order is derived from an argument of its certificate.
fn is_of_the_token(argument: &&str) -> bool {
    ["common_name", "dns_names", "csr"].contains(argument)
}

/// Carries the plan out.
pub(crate) async fn update(
    session: &Session,
    call: &Call,
    request: UpdateRequest<SslOrder>,
) -> Updated<SslOrder> {
    let (prior, planned) = (&request.prior_state, &request.planned_state);
    let announced = Announced::by_plan(prior, planned, &request.private);
    let sent = exchange::without_ended(planned, &request.config, session.today().earlier());
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
        reviewed: planned,
        planned: &sent,
        content: &content,
        announced: &announced,
        private: &request.private,
    };
    match carry_out(update).await {
        Ok(done) => Updated {
            state: done.state,
            private: SslOrderPrivate {
                configured: exchange::configured(&request.config),
                ..done.private
            },
            diagnostics: done.warnings.into(),
        },
        Err(failed) => put_off::instead_of(update, &failed).unwrap_or_else(|| Updated {
            state: *failed.state,
            private: request.private.clone().stored(),
            diagnostics: failed.problem,
        }),
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
            let expected = update.planned.canonical_names();
            warnings.extend(update.differences(&expected, &state, &mut private));
            state
        }
        What::Follow => {
            let state;
            (state, private) = renewal::follow(update, &mut warnings).await?;
            warnings.extend(update.differences(&BTreeSet::new(), &state, &mut private));
            state
        }
        What::Reissue => {
            let state = in_place::change(update, &mut private, &mut warnings).await?;
            let state = reissue::reissue(update, state, &mut warnings).await?;
            warnings.extend(outcome::sent(update.prior, &state, &mut private));
            let expected = update.expected_names();
            warnings.extend(update.differences(&expected, &state, &mut private));
            state
        }
        _ => {
            let state = in_place::change(update, &mut private, &mut warnings).await?;
            update.remember_new_content().await;
            state
        }
    };
    let today = update.session.today();
    clocks::set(&mut state, private.successor.is_some(), today);
    outcome::withhold(&mut state, &private);
    clocks::note(&state, &mut private, today);
    if state.certificate_pem != update.prior.certificate_pem {
        chain_age::note(&mut private.chain_read, today);
    }
    clocks::tell(&mut state, &private);
    Ok(Obtained {
        state: as_planned(update.reviewed, &state)?,
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
