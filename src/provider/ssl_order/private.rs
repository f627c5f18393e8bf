//! What is kept beside the state of an order, invisible to users.

use serde::{Deserialize, Serialize};

use crate::framework::PrivateState;

/// Private state of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SslOrderPrivate {
    /// Whether the order came by import. Arguments that CertCentral does not tell are then null in state, and setting
    /// them in the configuration is no wish for a new order.
    #[serde(default)]
    pub imported: bool,
}

impl PrivateState for SslOrderPrivate {
    const VERSION: u32 = 1;
}
