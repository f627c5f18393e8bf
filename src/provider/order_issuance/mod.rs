//! `digicert_order_issuance`: waits until an order has its certificate. It buys nothing, so a create that fails may simply be repeated.

mod create;
mod messages;
mod model;
mod read;
mod schema;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::model::OrderIssuanceModel;

use super::order::audit::audited;
use super::session::Session;
use crate::framework::{
    Call, CreateRequest, Created, DeleteRequest, Deleted, Diagnostics, Imported, NoIdentity,
    PlanRequest, Planned, PrivateState, Read, ReadRequest, Resource, Schema, UpdateRequest,
    Updated, Warnings,
};

/// The resource type.
#[derive(Debug)]
pub struct OrderIssuance {
    session: Arc<Session>,
}

/// Nothing is kept beside the state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderIssuancePrivate {}

impl PrivateState for OrderIssuancePrivate {
    const VERSION: u32 = 1;
}

impl OrderIssuance {
    /// The resource type of a provider.
    pub fn new(session: Arc<Session>) -> Self {
        Self { session }
    }
}

impl Resource for OrderIssuance {
    type Model = OrderIssuanceModel;
    type Private = OrderIssuancePrivate;
    type Identity = NoIdentity;

    const TYPE_NAME: &'static str = "digicert_order_issuance";

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn validate(&self, config: &OrderIssuanceModel) -> Diagnostics {
        [config.create_timeout().err(), config.known_order_id().err()]
            .into_iter()
            .flatten()
            .collect()
    }

    async fn plan(
        &self,
        request: PlanRequest<OrderIssuanceModel, OrderIssuancePrivate>,
    ) -> Planned<OrderIssuanceModel, OrderIssuancePrivate> {
        Planned::unchanged(request)
    }

    async fn create(
        &self,
        call: Call,
        request: CreateRequest<OrderIssuanceModel, OrderIssuancePrivate>,
    ) -> Created<OrderIssuanceModel, OrderIssuancePrivate> {
        let waited = create::create(&self.session, &call, request.planned_state);
        audited(&self.session, Box::pin(waited)).await
    }

    async fn read(
        &self,
        call: Call,
        request: ReadRequest<OrderIssuanceModel, OrderIssuancePrivate>,
    ) -> Read<OrderIssuanceModel, OrderIssuancePrivate> {
        read::read(&self.session, &call, request.state).await
    }

    /// Bounds and the names of records change nothing about a wait that is over.
    async fn update(
        &self,
        _call: Call,
        request: UpdateRequest<OrderIssuanceModel, OrderIssuancePrivate>,
    ) -> Updated<OrderIssuanceModel, OrderIssuancePrivate> {
        Updated {
            state: request.planned_state,
            private: request.private,
            diagnostics: Diagnostics::new(),
        }
    }

    async fn delete(
        &self,
        _call: Call,
        _request: DeleteRequest<OrderIssuanceModel, OrderIssuancePrivate>,
    ) -> Deleted {
        Deleted::Gone(Warnings::new())
    }

    async fn import(
        &self,
        call: Call,
        id: String,
    ) -> Result<Imported<OrderIssuanceModel, OrderIssuancePrivate>, Diagnostics> {
        read::import(&self.session, &call, &id).await
    }
}
