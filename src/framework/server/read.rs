//! ValidateResourceConfig and ReadResource: what is asked of an object and changes nothing.

use super::hosted::Hosted;
use super::proto::{read_resource, validate_resource_config};
use super::{from_proto, to_proto};
use crate::framework::author::private_state::{decode, encode};
use crate::framework::{Call, Diagnostics, FromToValue as _, Read, ReadRequest, Resource, Value};

impl<R: Resource> Hosted<R> {
    /// Checks a configuration.
    pub(super) fn validate(
        &self,
        request: &validate_resource_config::Request,
    ) -> Result<validate_resource_config::Response, Diagnostics> {
        let config = from_proto::object(request.config.as_ref(), self.ty())?;
        let diagnostics = self.resource.validate(&from_proto::model(&config)?);
        Ok(validate_resource_config::Response {
            diagnostics: to_proto::diagnostics(diagnostics),
        })
    }

    /// Refreshes a state. What cannot be read stays as it was, to the byte.
    pub(super) async fn read(
        &self,
        call: Call,
        request: read_resource::Request,
    ) -> Result<read_resource::Response, Diagnostics> {
        let state = from_proto::value(request.current_state.as_ref(), self.ty())?;
        let kept = read_resource::Response {
            new_state: request.current_state,
            private: request.private,
            new_identity: request.current_identity,
            ..read_resource::Response::default()
        };
        if state.is_null() {
            return Ok(kept);
        }
        let read = match from_proto::model(&state) {
            Ok(state) => {
                let private = decode(&kept.private);
                Box::pin(self.resource.read(call, ReadRequest { state, private })).await
            }
            Err(bug) => Read::Failed(bug.into()),
        };
        match read {
            Read::Object {
                state,
                private,
                warnings,
            } => {
                let read = self.outgoing(&Value::Unknown, state.to_value())?;
                Ok(read_resource::Response {
                    new_state: Some(read.state),
                    private: encode(&private),
                    diagnostics: to_proto::diagnostics(warnings.into_iter().chain(read.warnings)),
                    new_identity: read.identity,
                })
            }
            Read::Gone(warnings) => Ok(read_resource::Response {
                new_state: Some(to_proto::value(&Value::Null, self.ty())?),
                diagnostics: to_proto::diagnostics(warnings),
                ..read_resource::Response::default()
            }),
            Read::Failed(diagnostics) => Ok(read_resource::Response {
                diagnostics: to_proto::diagnostics(
                    diagnostics.of_failure("The read failed without saying why"),
                ),
                ..kept
            }),
        }
    }
}
