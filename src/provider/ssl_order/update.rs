//! Updating an order: arguments that CertCentral cannot change, or never sees, are recorded in state. Nothing is called.

use super::model::SslOrderModel;
use super::private::SslOrderPrivate;
use crate::framework::{Diagnostics, UpdateRequest, Updated};

/// Takes the plan over. The plan refuses every change that would need a call.
pub(super) fn update(
    request: UpdateRequest<SslOrderModel, SslOrderPrivate>,
) -> Updated<SslOrderModel, SslOrderPrivate> {
    Updated {
        state: request.planned_state,
        private: request.private,
        diagnostics: Diagnostics::new(),
    }
}
