//! `digicert_ssl_order`: an order for an OV or EV TLS certificate.
//!
//! | question | file |
//! |---|---|
//! | which arguments and attributes | `schema.rs`, `model.rs` |
//! | what is refused before any call | `validate.rs` |
//! | what the plan says | `plan.rs`, `change.rs`, `equality.rs` |
//! | how an order is placed exactly once | `create.rs`, then `find.rs`, `place.rs` |
//! | how the answer gets into state | `record.rs`, `observe.rs` |
//! | what names an order, and what becomes one | `identity.rs`, `import.rs`, `moved.rs`, `generate.rs` |
//! | what somebody changed outside Terraform | `outside.rs` |

mod change;
mod clocks;
mod create;
mod delete;
mod domain_validations;
mod duplicates;
mod equality;
mod find;
mod generate;
mod identity;
mod import;
mod imported;
mod model;
mod moved;
mod new_order;
mod observe;
mod organization;
mod outside;
mod place;
mod plan;
mod private;
mod product;
mod read;
mod record;
#[cfg(test)]
pub(super) mod samples;
mod schema;
mod status;
mod timeouts;
mod token;
mod update;
mod validate;
mod wait;
mod words;

use std::sync::Arc;

use time::{Date, OffsetDateTime};

pub use identity::SslOrderIdentity;
pub use model::SslOrderModel;
pub use private::SslOrderPrivate;

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
        validate::validate(config)
    }

    fn keep_equal_values(&self, prior_state: &SslOrderModel, planned: &mut SslOrderModel) {
        equality::keep_equal_values(prior_state, planned);
    }

    async fn plan(
        &self,
        request: PlanRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Planned<SslOrderModel, SslOrderPrivate> {
        plan::plan(request, self.session.order_defaults().as_ref(), today())
    }

    fn plan_destroy(&self, prior_state: &SslOrderModel) -> Diagnostics {
        plan::plan_destroy(prior_state)
    }

    async fn create(
        &self,
        call: Call,
        request: CreateRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Created<SslOrderModel, SslOrderPrivate> {
        create::create(&self.session, today(), &call, request).await
    }

    async fn read(
        &self,
        _call: Call,
        request: ReadRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Read<SslOrderModel, SslOrderPrivate> {
        read::read(&self.session, today(), request).await
    }

    async fn update(
        &self,
        _call: Call,
        request: UpdateRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Updated<SslOrderModel, SslOrderPrivate> {
        update::update(request)
    }

    async fn delete(
        &self,
        _call: Call,
        request: DeleteRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Deleted {
        delete::delete(&self.session, request).await
    }

    async fn import(
        &self,
        _call: Call,
        id: String,
    ) -> Result<Imported<SslOrderModel, SslOrderPrivate>, Diagnostics> {
        import::import(&id)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity::schema())
    }

    fn identity(&self, state: &SslOrderModel) -> Option<SslOrderIdentity> {
        identity::of(state)
    }

    async fn import_by_identity(
        &self,
        call: Call,
        identity: SslOrderIdentity,
    ) -> Result<Imported<SslOrderModel, SslOrderPrivate>, Diagnostics> {
        self.import(call, identity::import_id(&identity)?).await
    }

    fn move_from(
        &self,
        source: MoveSource,
    ) -> Result<Moved<SslOrderModel, SslOrderPrivate>, Diagnostics> {
        Ok(moved::move_from(&source)?)
    }

    fn generate_config(&self, arguments: SslOrderModel) -> SslOrderModel {
        generate::config(arguments)
    }
}

/// Today, in the time zone in which CertCentral writes its dates.
fn today() -> Date {
    OffsetDateTime::now_utc().date()
}
