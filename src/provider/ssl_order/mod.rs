//! `digicert_ssl_order`: an order for an OV or EV TLS certificate.
//!
//! | question | file |
//! |---|---|
//! | which arguments and attributes | `schema.rs`, `model.rs` |
//! | what is refused before any call | `validate.rs` |
//! | what the plan says | `plan.rs`, `change.rs`, `equality.rs` |
//! | what an order may cost | `price.rs` |
//! | how an order is placed exactly once | `create.rs`, then `find.rs`, `place.rs`, `rivals.rs` |
//! | how it is changed, reissued and renewed | `update.rs` |
//! | how it is found after a reissue or a renewal | `succession.rs` |
//! | how the answer gets into state | `record.rs`, `observe.rs` |
//! | what names an order, and what becomes one | `identity.rs`, `import.rs`, `moved.rs`, `generate.rs` |
//! | what somebody changed outside Terraform | `outside.rs`, `drift.rs` |
//! | when a reissue or a renewal is due | `clocks.rs` |
//! | how an order ends | `delete.rs`, `delete/decision.rs`, announced by `plan/destroy.rs` |

mod end;
mod equality;
mod import;
mod model;
mod plan;
mod purchase;
pub(crate) mod refresh;
mod rules;
#[cfg(test)]
pub(crate) mod samples;
mod schema;
mod update;

use std::sync::Arc;

use time::{Date, OffsetDateTime};

pub use self::import::identity::SslOrderIdentity;
pub use self::model::{SslOrderModel, SslOrderPrivate};
pub(super) use self::rules::validate_defaults;

use self::plan::Purchase;
use super::order::audit::audited;
use super::session::Session;
use crate::certcentral::OrderId;
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

    async fn plan(
        &self,
        request: PlanRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Planned<SslOrderModel, SslOrderPrivate> {
        let prior = request.prior_state.clone();
        // The configuration tells what nobody sets from what is not known yet; the plan so far does not.
        let price = match plan::purchase(&request) {
            Purchase::Nothing => purchase::price::PriceDecision::default(),
            Purchase::New => purchase::price::announce(&self.session, &request.config, None).await,
            Purchase::Renewal { until } => {
                purchase::price::announce(&self.session, &request.config, until.as_deref()).await
            }
        };
        let mut plan = plan::plan(
            request,
            self.session.order_defaults().as_ref(),
            local_today(),
            price,
        );
        plan::guard(&mut plan, prior.as_ref(), self.session.allow_revocation());
        if self.session.read_only() {
            plan::warn_of_read_only(&mut plan, prior.as_ref());
        }
        plan
    }

    fn plan_destroy(
        &self,
        prior_state: &SslOrderModel,
        private: &mut SslOrderPrivate,
    ) -> Diagnostics {
        let mut announced = plan::announce(prior_state, self.session.allow_revocation());
        private.end_announced = !announced.has_errors();
        if self.session.read_only() && !announced.has_errors() {
            announced.extend(plan::read_only_destroy(prior_state));
        }
        announced
    }

    async fn create(
        &self,
        call: Call,
        request: CreateRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Created<SslOrderModel, SslOrderPrivate> {
        let created = purchase::obtain::create(&self.session, &call, request);
        audited(&self.session, created).await
    }

    async fn read(
        &self,
        call: Call,
        request: ReadRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Read<SslOrderModel, SslOrderPrivate> {
        refresh::read::read(&self.session, &call, request).await
    }

    async fn update(
        &self,
        call: Call,
        request: UpdateRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Updated<SslOrderModel, SslOrderPrivate> {
        let updated = update::update(&self.session, &call, request);
        audited(&self.session, updated).await
    }

    async fn delete(
        &self,
        call: Call,
        request: DeleteRequest<SslOrderModel, SslOrderPrivate>,
    ) -> Deleted {
        if request.private.replacement_announced
            && let Some(order_id) = request.state.known_order_id()
            && let Ok(order_id) = OrderId::try_from(order_id)
        {
            self.session.let_go(order_id);
        }
        let deleted = end::delete::delete(&self.session, &call, request);
        audited(&self.session, deleted).await
    }

    async fn import(
        &self,
        call: Call,
        id: String,
    ) -> Result<Imported<SslOrderModel, SslOrderPrivate>, Diagnostics> {
        import::import(&self.session, &call, &id).await
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(import::identity::schema())
    }

    fn identity(&self, state: &SslOrderModel) -> Option<SslOrderIdentity> {
        import::identity::of(state)
    }

    async fn import_by_identity(
        &self,
        call: Call,
        identity: SslOrderIdentity,
    ) -> Result<Imported<SslOrderModel, SslOrderPrivate>, Diagnostics> {
        self.import(call, import::identity::import_id(&identity)?)
            .await
    }

    fn move_from(
        &self,
        source: MoveSource,
    ) -> Result<Moved<SslOrderModel, SslOrderPrivate>, Diagnostics> {
        Ok(import::moved::move_from(&source)?)
    }

    fn generate_config(&self, arguments: SslOrderModel) -> SslOrderModel {
        import::generate::config(arguments)
    }
}

/// Today by the clock of this machine, in the time zone in which CertCentral writes its dates: a plan calls nothing that
/// could tell CertCentral's.
fn local_today() -> Date {
    OffsetDateTime::now_utc().date()
}
