//! Calls that stop until they are released.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// How far a hold is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldStage {
    /// The call has not arrived yet.
    Armed,
    /// The call has arrived and waits.
    Held,
    /// The call may go on, or may pass without waiting if it comes later.
    Released,
}

/// A hold as the sandbox and its observer share it.
pub(crate) type HoldState = Arc<watch::Sender<HoldStage>>;

/// Waits at a hold until it is released.
pub(crate) async fn wait_at(hold: &HoldState) {
    let mut stage = hold.subscribe();
    hold.send_if_modified(|stage| {
        let arriving = *stage == HoldStage::Armed;
        if arriving {
            *stage = HoldStage::Held;
        }
        arriving
    });
    // The sender lives as long as `hold`, so waiting cannot fail.
    let _ = stage.wait_for(|stage| *stage == HoldStage::Released).await;
}
