//! `digicert_order_issuance`: waits until an order has its certificate. It buys nothing, so a create that fails may simply be repeated.
//!
//! | question | file |
//! |---|---|
//! | which arguments and attributes | `schema.rs`, `model.rs` |
//! | how it waits, and when it asks for a check of the domains | `create.rs` |
//! | which domains wait for which record | `domains.rs` |
//! | what it says when there is no certificate | `words.rs` |
//! | how the certificate gets into state | `certificate.rs`, `read.rs` |

mod certificate;
mod create;
mod domains;
mod messages;
mod model;
mod read;
mod schema;

use std::sync::Arc;
use std::time::Duration;

pub use self::model::OrderIssuanceModel;

use super::session::Session;
use crate::certcentral::OrderId;
use crate::framework::{
    Attr, AttributePath, Call, CreateRequest, Created, Diagnostic, Diagnostics, Imported,
    NoIdentity, NoPrivate, Read, ReadRequest, Resource, Schema,
};

/// How long a create waits where nobody says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(45 * 60);

/// The resource type.
#[derive(Debug)]
pub struct OrderIssuance {
    session: Arc<Session>,
}

impl OrderIssuance {
    /// The resource type of a provider.
    pub fn new(session: Arc<Session>) -> Self {
        Self { session }
    }
}

impl Resource for OrderIssuance {
    type Model = OrderIssuanceModel;
    type Private = NoPrivate;
    type Identity = NoIdentity;

    const TYPE_NAME: &'static str = "digicert_order_issuance";

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn validate(&self, config: &OrderIssuanceModel) -> Diagnostics {
        [timeout(config).err(), order_id(config).err()]
            .into_iter()
            .flatten()
            .collect()
    }

    async fn create(&self, call: Call, request: CreateRequest<Self>) -> Created<Self> {
        create::create(&self.session, &call, request.planned_state).await
    }

    async fn read(&self, call: Call, request: ReadRequest<Self>) -> Read<Self> {
        read::read(&self.session, &call, request.state).await
    }

    async fn import(&self, call: Call, id: String) -> Result<Imported<Self>, Diagnostics> {
        read::import(&self.session, &call, &id).await
    }
}

/// How long the create of a configuration waits.
fn timeout(config: &OrderIssuanceModel) -> Result<Duration, Diagnostic> {
    let given = config
        .timeouts
        .known()
        .and_then(|timeouts| timeouts.create.as_str());
    given.map_or(Ok(DEFAULT_TIMEOUT), |text| {
        humantime::parse_duration(text).map_err(|_| {
            Diagnostic::error(
                "Invalid duration",
                format!("{text:?} is not a duration such as \"10m\" or \"1h30m\"."),
            )
            .at(AttributePath::of("timeouts").attribute("create"))
        })
    })
}

/// The order of a configuration, once it is known.
fn order_id(config: &OrderIssuanceModel) -> Result<Option<OrderId>, Diagnostic> {
    let Attr::Known(id) = config.order_id else {
        return Ok(None);
    };
    OrderId::try_from(id).map(Some).map_err(|_| {
        Diagnostic::error(
            "Invalid order id",
            format!("{id} is not an order id. Use the attribute `order_id` of the order."),
        )
        .at(AttributePath::of("order_id"))
    })
}
