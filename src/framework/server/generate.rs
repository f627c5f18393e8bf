//! GenerateResourceConfig: the state of an imported object becomes a configuration.

use std::sync::Arc;

use super::erased::ErasedResource;
use super::proto::generate_resource_config::{Request, Response};
use super::{from_proto, to_proto};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::generated::arguments;

pub(super) async fn generate(
    resource: Arc<ErasedResource>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let state = from_proto::value(request.state.as_ref(), resource.ty())?;
    if state.is_null() {
        return Ok(Response {
            config: request.state,
            ..Response::default()
        });
    }
    let arguments = arguments(&resource.schema().attributes, &state);
    let config = resource.operations.generate_config(&arguments)?;
    Ok(Response {
        config: Some(to_proto::value(&config, resource.ty())?),
        ..Response::default()
    })
}
