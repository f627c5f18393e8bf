//! `digicert_ssl_order`: an order for an OV or EV TLS certificate.
//!
//! The folders follow an order: its arguments (`schema`, `model`), what is refused before any call
//! (`rules`), what a plan decides and says (`plan`), how it is bought exactly once (`purchase`),
//! how its answer gets into state (`refresh`), how it is changed, reissued and renewed (`update`),
//! what changes with another certificate (`exchange`), how it ends (`end`) and who may end it
//! (`owners`), and how an order that exists becomes a resource (`import`).

mod end;
mod equality;
mod exchange;
mod import;
mod model;
mod owners;
mod plan;
mod purchase;
pub(crate) mod refresh;
mod rules;
#[cfg(test)]
pub(crate) mod samples;
mod schema;
mod update;

use std::sync::Arc;

pub use self::import::SslOrderIdentity;
pub use self::model::{SslOrderModel, SslOrderPrivate};
pub(super) use self::rules::validate_defaults;

use super::order::audit::audited;
use super::session::Session;
use crate::framework::{
    Call, CreateRequest, Created, DeleteRequest, Deleted, Diagnostics, IdentitySchema, Imported,
    MoveSource, Moved, PlanRequest, Planned, Read, ReadRequest, Resource, Schema, UpdateRequest,
    Updated,
};

/// The resource type.
#[derive(Debug)]
pub struct SslOrder {
    session: Arc<Session>,
}

impl SslOrder {
    /// The resource type of a provider.
    pub fn new(session: Arc<Session>) -> Self {
        Self { session }
    }
}

impl Resource for SslOrder {
    type Model = SslOrderModel;
    type Private = SslOrderPrivate;
    type Identity = SslOrderIdentity;

    const TYPE_NAME: &'static str = "digicert_ssl_order";

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn validate(&self, config: &SslOrderModel) -> Diagnostics {
        rules::validate(config)
    }

    fn keep_equal_values(&self, prior_state: &SslOrderModel, planned: &mut SslOrderModel) {
        equality::keep_equal_values(prior_state, planned);
    }

    async fn plan(&self, request: PlanRequest<Self>) -> Planned<Self> {
        plan::plan(&self.session, request).await
    }

    async fn plan_destroy(
        &self,
        prior_state: &SslOrderModel,
        private: &mut SslOrderPrivate,
    ) -> Diagnostics {
        plan::destroy(&self.session, prior_state, private).await
    }

    async fn create(&self, call: Call, request: CreateRequest<Self>) -> Created<Self> {
        let created = purchase::obtain::create(&self.session, &call, request);
        audited(&self.session, Box::pin(created)).await
    }

    async fn read(&self, call: Call, request: ReadRequest<Self>) -> Read<Self> {
        refresh::read::read(&self.session, &call, request).await
    }

    async fn update(&self, call: Call, request: UpdateRequest<Self>) -> Updated<Self> {
        let updated = update::update(&self.session, &call, request);
        audited(&self.session, Box::pin(updated)).await
    }

    async fn delete(&self, call: Call, request: DeleteRequest<Self>) -> Deleted {
        if request.private.replacement_announced
            && let Ok(order_id) = request.state.order_id_to_be("replaced")
        {
            self.session.let_go(order_id);
        }
        let deleted = end::delete::delete(&self.session, &call, request);
        audited(&self.session, Box::pin(deleted)).await
    }

    async fn import(&self, call: Call, id: String) -> Result<Imported<Self>, Diagnostics> {
        import::import(&self.session, &call, &id).await
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(SslOrderIdentity::schema())
    }

    fn identity(&self, state: &SslOrderModel) -> Option<SslOrderIdentity> {
        SslOrderIdentity::of(state)
    }

    async fn import_by_identity(
        &self,
        call: Call,
        identity: SslOrderIdentity,
    ) -> Result<Imported<Self>, Diagnostics> {
        self.import(call, identity.import_id()?).await
    }

    fn move_from(&self, source: MoveSource) -> Result<Moved<Self>, Diagnostics> {
        Ok(import::moved::move_from(&source)?)
    }

    fn generate_config(&self, arguments: SslOrderModel) -> SslOrderModel {
        import::arguments::written(arguments)
    }
}
