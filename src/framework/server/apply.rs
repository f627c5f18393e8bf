//! ApplyResourceChange: create, update or delete.

use std::sync::Arc;

use super::erased::ErasedResource;
use super::proto::apply_resource_change::{Request, Response};
use super::{from_proto, identity, outgoing, to_proto};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::resource::{
    Call, CreateRequest, Created, DeleteRequest, Deleted, UpdateRequest,
};
use crate::framework::value::Value;

pub(super) async fn apply(
    resource: Arc<ErasedResource>,
    call: Call,
    request: Request,
) -> Result<Response, Diagnostics> {
    let ty = resource.ty();
    let prior_state = from_proto::value(request.prior_state.as_ref(), ty)?;
    let planned_state = from_proto::value(request.planned_state.as_ref(), ty)?;
    let config = from_proto::value(request.config.as_ref(), ty)?;
    let private = request.planned_private;
    match (prior_state.is_null(), planned_state.is_null()) {
        (true, true) => Ok(Response::default()),
        (true, false) => {
            let request = CreateRequest {
                config,
                planned_state,
                private,
            };
            create(&resource, call, request).await
        }
        (false, false) => {
            let request = UpdateRequest {
                config,
                prior_state,
                planned_state,
                private,
            };
            update(&resource, call, request).await
        }
        (false, true) => {
            let request = DeleteRequest {
                state: prior_state,
                private,
            };
            delete(&resource, call, request).await
        }
    }
}

/// Either an error and no state, or a state and no error: both together would taint the object.
async fn create(
    resource: &ErasedResource,
    call: Call,
    request: CreateRequest<Value, Vec<u8>>,
) -> Result<Response, Diagnostics> {
    let planned = request.planned_state.clone();
    match resource.operations.create(call, request).await {
        Created::Nothing(diagnostics) => Ok(Response {
            diagnostics: to_proto::diagnostics(with_error(
                diagnostics,
                "The create came to nothing without saying why",
            )),
            ..Response::default()
        }),
        Created::Object {
            state,
            private,
            warnings,
        } => {
            let made = outgoing::state(resource, &planned, state)?;
            Ok(Response {
                new_state: Some(made.state),
                private,
                diagnostics: to_proto::diagnostics(warnings.into_iter().chain(made.warnings)),
                new_identity: made.identity,
            })
        }
    }
}

async fn update(
    resource: &ErasedResource,
    call: Call,
    request: UpdateRequest<Value, Vec<u8>>,
) -> Result<Response, Diagnostics> {
    let planned = request.planned_state.clone();
    let updated = resource.operations.update(call, request).await?;
    // Beside an error the state may be anything known: it tells how far the update came.
    let planned = if updated.diagnostics.has_errors() {
        Value::Unknown
    } else {
        planned
    };
    let changed = outgoing::state(resource, &planned, updated.state)?;
    Ok(Response {
        new_state: Some(changed.state),
        private: updated.private,
        diagnostics: to_proto::diagnostics(updated.diagnostics.into_iter().chain(changed.warnings)),
        new_identity: changed.identity,
    })
}

async fn delete(
    resource: &ErasedResource,
    call: Call,
    request: DeleteRequest<Value, Vec<u8>>,
) -> Result<Response, Diagnostics> {
    let kept = Response {
        new_state: Some(to_proto::value(&request.state, resource.ty())?),
        private: request.private.clone(),
        new_identity: identity::of_state(resource, &request.state),
        ..Response::default()
    };
    match resource.operations.delete(call, request).await {
        Deleted::Gone(warnings) => Ok(Response {
            new_state: Some(to_proto::value(&Value::Null, resource.ty())?),
            diagnostics: to_proto::diagnostics(warnings),
            ..Response::default()
        }),
        Deleted::Kept(diagnostics) => Ok(Response {
            diagnostics: to_proto::diagnostics(with_error(
                diagnostics,
                "The delete kept the object without saying why",
            )),
            ..kept
        }),
    }
}

/// The diagnostics of a failure, which must hold an error: core takes silence for success.
pub(super) fn with_error(mut diagnostics: Diagnostics, what: &str) -> Diagnostics {
    if !diagnostics.has_errors() {
        diagnostics.push(Diagnostic::bug(format!("{what}.")));
    }
    diagnostics
}
