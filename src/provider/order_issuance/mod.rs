//! `digicert_order_issuance`: waits until an order has its certificate. It buys nothing, so a
//! create that fails may simply be repeated.

mod create;
mod messages;
mod read;
mod schema;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::schema::OrderIssuanceModel;

use super::order::audit::audited;
use super::order::chain_age;
use super::private_keys;
use super::session::Session;
use crate::framework::{
    Call, CreateRequest, Created, Diagnostics, Imported, NoIdentity, PrivateState, Read,
    ReadRequest, Resource, Schema,
};

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

/// What is kept beside the state of a wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderIssuancePrivate {
    /// The day, `yyyy-MM-dd`, on which the chain was read last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_read: Option<String>,
}

impl OrderIssuancePrivate {
    /// Returns that of a chain that was read just now.
    fn read_today(session: &Session) -> Self {
        let mut private = Self::default();
        chain_age::note(&mut private.chain_read, session.today());
        private
    }
}

impl PrivateState for OrderIssuancePrivate {
    const VERSION: u32 = 1;
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
        let keys = private_keys::refuse(config);
        if keys.has_errors() {
            return keys;
        }
        [config.create_timeout().err(), config.known_order_id().err()]
            .into_iter()
            .flatten()
            .collect()
    }

    async fn create(&self, call: Call, request: CreateRequest<Self>) -> Created<Self> {
        let waited = create::create(&self.session, &call, request.planned_state);
        audited(&self.session, Box::pin(waited)).await
    }

    async fn read(&self, call: Call, request: ReadRequest<Self>) -> Read<Self> {
        let ReadRequest { state, private } = request;
        read::read(&self.session, &call, state, private).await
    }

    async fn import(&self, call: Call, id: String) -> Result<Imported<Self>, Diagnostics> {
        read::import(&self.session, &call, &id).await
    }
}
