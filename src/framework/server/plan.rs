//! PlanResourceChange: create, update or destroy.

use std::sync::Arc;

use super::erased::ErasedResource;
use super::proto::plan_resource_change::{Request, Response};
use super::{from_proto, identity, to_proto};
use crate::framework::conformance::check_plan;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::AttributePath;
use crate::framework::plan::{clear_write_only, generic_plan};
use crate::framework::resource::PlanRequest;
use crate::framework::value::Value;

pub(super) async fn plan(
    resource: Arc<ErasedResource>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let ty = resource.ty();
    let prior = from_proto::value(request.prior_state.as_ref(), ty)?;
    let proposed = from_proto::value(request.proposed_new_state.as_ref(), ty)?;
    let config = from_proto::value(request.config.as_ref(), ty)?;
    match (prior.is_null(), proposed.is_null()) {
        (true, true) => Ok(Response::default()),
        (false, true) => destroy(&resource, &prior, request.prior_private),
        (_, false) => change(&resource, config, prior, proposed, request.prior_private).await,
    }
}

/// The planned state of a destroy is null.
fn destroy(
    resource: &ErasedResource,
    prior: &Value,
    mut private: Vec<u8>,
) -> Result<Response, Diagnostics> {
    let announced = resource.operations.plan_destroy(prior, &mut private);
    Ok(Response {
        planned_state: Some(to_proto::value(&Value::Null, resource.ty())?),
        planned_private: private,
        diagnostics: to_proto::diagnostics(announced),
        ..Response::default()
    })
}

async fn change(
    resource: &ErasedResource,
    config: Value,
    prior: Value,
    proposed: Value,
    private: Vec<u8>,
) -> Result<Response, Diagnostics> {
    let schema = resource.schema();
    let operations = &resource.operations;
    let generic = generic_plan(schema, &config, &prior, proposed, |planned| {
        operations.keep_equal_values(&prior, planned)
    })?;
    let request = PlanRequest {
        config: config.clone(),
        prior_state: (!prior.is_null()).then(|| prior.clone()),
        planned_state: generic.planned_state,
        requires_replace: generic.requires_replace,
        private,
    };
    let planned = operations.plan(request).await?;
    let mut state = planned.state;
    clear_write_only(&schema.attributes, &mut state);
    let planned_identity = identity::of_plan(resource, &state)?;
    let mut diagnostics = planned.diagnostics;
    if !diagnostics.has_errors() {
        diagnostics.extend(breaches(resource, [&prior, &config, &state]));
    }
    Ok(Response {
        planned_state: Some(to_proto::value(&state, resource.ty())?),
        requires_replace: if prior.is_null() {
            Vec::new()
        } else {
            distinct(planned.requires_replace)
                .iter()
                .map(to_proto::path)
                .collect()
        },
        planned_private: planned.private,
        diagnostics: to_proto::diagnostics(diagnostics),
        planned_identity,
    })
}

/// What core would refuse in words that point at the provider, with the attribute that it is about.
fn breaches(
    resource: &ErasedResource,
    [prior, config, state]: [&Value; 3],
) -> impl Iterator<Item = Diagnostic> {
    let type_name = resource.type_name();
    check_plan(resource.schema(), prior, config, state)
        .into_iter()
        .map(move |difference| {
            Diagnostic::bug(format!("The plan of {type_name} is invalid: {difference}."))
                .at(difference.path)
        })
}

fn distinct(mut paths: Vec<AttributePath>) -> Vec<AttributePath> {
    paths.sort();
    paths.dedup();
    paths
}
