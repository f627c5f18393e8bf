//! PlanResourceChange: create, update or destroy.

use super::hosted::Hosted;
use super::proto::ClientCapabilities;
use super::proto::plan_resource_change::{Request, Response};
use super::{from_proto, to_proto};
use crate::framework::author::private_state::{decode, encode};
use crate::framework::conformance::check_plan;
use crate::framework::plan::generic_plan;
use crate::framework::{
    AttributePath, Diagnostic, Diagnostics, FromToValue as _, PlanRequest, PrivateState, Resource,
    Value,
};

impl<R: Resource> Hosted<R> {
    /// Plans a change, or announces a destroy.
    pub(super) async fn plan(&self, request: Request) -> Result<Response, Diagnostics> {
        let ty = self.ty();
        let prior = from_proto::value(request.prior_state.as_ref(), ty)?;
        let proposed = from_proto::value(request.proposed_new_state.as_ref(), ty)?;
        let config = from_proto::value(request.config.as_ref(), ty)?;
        let private = Private::of(&request);
        match (prior.is_null(), proposed.is_null()) {
            (true, true) => Ok(Response::default()),
            (false, true) => self.plan_destroy(&prior, private.of_prior).await,
            (_, false) => self.plan_change(&config, &prior, proposed, private).await,
        }
    }

    /// The planned state of a destroy is null.
    async fn plan_destroy(
        &self,
        prior: &Value,
        mut private: R::Private,
    ) -> Result<Response, Diagnostics> {
        let prior = from_proto::model(prior)?;
        let announced = Box::pin(self.resource.plan_destroy(&prior, &mut private)).await;
        Ok(Response {
            planned_state: Some(to_proto::value(&Value::Null, self.ty())?),
            planned_private: encode(&private),
            diagnostics: to_proto::diagnostics(announced),
            ..Response::default()
        })
    }

    async fn plan_change(
        &self,
        config: &Value,
        prior: &Value,
        proposed: Value,
        private: Private<R::Private>,
    ) -> Result<Response, Diagnostics> {
        let (schema, ty) = self.schema();
        let generic = generic_plan(schema, config, prior, proposed, |planned| {
            let mut kept = from_proto::model(planned)?;
            self.resource
                .keep_equal_values(&from_proto::model(prior)?, &mut kept);
            Ok::<_, Diagnostic>(kept.to_value())
        })?;
        let request = PlanRequest {
            config: from_proto::model(config)?,
            prior_state: (!prior.is_null())
                .then(|| from_proto::model(prior))
                .transpose()?,
            planned_state: from_proto::model(&generic.planned_state)?,
            requires_replace: generic.requires_replace,
            private: private.of_prior,
            private_is_kept: private.is_kept,
            reviewed: private.reviewed,
        };
        let planned = Box::pin(self.resource.plan(request)).await;
        let state = planned.state.to_value();
        let mut diagnostics = planned.diagnostics;
        if !diagnostics.has_errors() {
            // In words that point at the provider, with the attribute that it is about.
            diagnostics.extend(check_plan(schema, prior, config, &state).into_iter().map(
                |difference| {
                    let type_name = R::TYPE_NAME;
                    Diagnostic::bug(format!("The plan of {type_name} is invalid: {difference}."))
                        .at(difference.path)
                },
            ));
        }
        let requires_replace = if prior.is_null() {
            Vec::new()
        } else {
            distinct(planned.requires_replace)
        };
        Ok(Response {
            planned_identity: self.identity_of_plan(&state)?,
            planned_state: Some(to_proto::value(&state, ty)?),
            requires_replace: requires_replace.iter().map(to_proto::path).collect(),
            planned_private: encode(&planned.private),
            diagnostics: to_proto::diagnostics(diagnostics),
        })
    }
}

/// The private data that come with a request.
struct Private<P> {
    /// Those of the object.
    of_prior: P,
    /// Whether those of the answer come back in the plan of the apply.
    is_kept: bool,
    /// Those of the plan that is being applied.
    reviewed: Option<P>,
}

impl<P: PrivateState> Private<P> {
    fn of(request: &Request) -> Self {
        let is_kept = request
            .client_capabilities
            .is_some_and(|it: ClientCapabilities| it.store_planned_private);
        let reviewed = &request.planned_private;
        Self {
            of_prior: decode(&request.prior_private),
            is_kept,
            reviewed: (is_kept && !reviewed.is_empty()).then(|| decode(reviewed)),
        }
    }
}

fn distinct(mut paths: Vec<AttributePath>) -> Vec<AttributePath> {
    paths.sort();
    paths.dedup();
    paths
}
