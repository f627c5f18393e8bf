//! ApplyResourceChange: create, update or delete.

use super::hosted::Hosted;
use super::proto::apply_resource_change::{Request, Response};
use super::{from_proto, to_proto};
use crate::framework::author::private_state::{decode, encode};
use crate::framework::{
    Call, CreateRequest, Created, DeleteRequest, Deleted, Diagnostics, FromToValue as _, Resource,
    UpdateRequest, Value,
};

impl<R: Resource> Hosted<R> {
    /// Carries a planned change out.
    pub(super) async fn apply(
        &self,
        call: Call,
        request: Request,
    ) -> Result<Response, Diagnostics> {
        let ty = self.ty();
        let prior_state = from_proto::value(request.prior_state.as_ref(), ty)?;
        let planned_state = from_proto::value(request.planned_state.as_ref(), ty)?;
        let config = from_proto::value(request.config.as_ref(), ty)?;
        let private = request.planned_private;
        match (prior_state.is_null(), planned_state.is_null()) {
            (true, true) => Ok(Response::default()),
            (true, false) => {
                let request = CreateRequest {
                    config: from_proto::model(&config)?,
                    planned_state: from_proto::model(&planned_state)?,
                    private: decode(&private),
                };
                self.create(call, request, &planned_state).await
            }
            (false, false) => {
                let request = UpdateRequest {
                    config: from_proto::model(&config)?,
                    prior_state: from_proto::model(&prior_state)?,
                    planned_state: from_proto::model(&planned_state)?,
                    private: decode(&private),
                };
                self.update(call, request, &planned_state).await
            }
            (false, true) => self.delete(call, &prior_state, private).await,
        }
    }

    /// Returns either an error and no state, or a state and no error: both together would taint the
    /// object.
    async fn create(
        &self,
        call: Call,
        request: CreateRequest<R>,
        planned: &Value,
    ) -> Result<Response, Diagnostics> {
        match Box::pin(self.resource.create(call, request)).await {
            Created::Nothing(diagnostics) => {
                Err(diagnostics.of_failure("The create came to nothing without saying why"))
            }
            Created::Object {
                state,
                private,
                warnings,
            } => {
                let made = self.outgoing(planned, state.to_value())?;
                Ok(Response {
                    new_state: Some(made.state),
                    private: encode(&private),
                    diagnostics: to_proto::diagnostics(warnings.into_iter().chain(made.warnings)),
                    new_identity: made.identity,
                })
            }
        }
    }

    async fn update(
        &self,
        call: Call,
        request: UpdateRequest<R>,
        planned: &Value,
    ) -> Result<Response, Diagnostics> {
        let updated = Box::pin(self.resource.update(call, request)).await;
        // Beside an error the state may be anything known: it tells how far the update came.
        let planned = if updated.diagnostics.has_errors() {
            &Value::Unknown
        } else {
            planned
        };
        let changed = self.outgoing(planned, updated.state.to_value())?;
        let diagnostics = updated.diagnostics.into_iter().chain(changed.warnings);
        Ok(Response {
            new_state: Some(changed.state),
            private: encode(&updated.private),
            diagnostics: to_proto::diagnostics(diagnostics),
            new_identity: changed.identity,
        })
    }

    /// Returns the object as it was with every failure, so that core keeps it.
    async fn delete(
        &self,
        call: Call,
        prior: &Value,
        private: Vec<u8>,
    ) -> Result<Response, Diagnostics> {
        let deleted = match from_proto::model(prior) {
            Ok(state) => {
                let private = decode(&private);
                let request = DeleteRequest { state, private };
                Box::pin(self.resource.delete(call, request)).await
            }
            Err(bug) => Deleted::Kept(bug.into()),
        };
        match deleted {
            Deleted::Gone(warnings) => Ok(Response {
                new_state: Some(to_proto::value(&Value::Null, self.ty())?),
                diagnostics: to_proto::diagnostics(warnings),
                ..Response::default()
            }),
            Deleted::Kept(diagnostics) => Ok(Response {
                new_state: Some(to_proto::value(prior, self.ty())?),
                private,
                diagnostics: to_proto::diagnostics(
                    diagnostics.of_failure("The delete kept the object without saying why"),
                ),
                new_identity: self.identity_of_state(prior),
            }),
        }
    }
}
