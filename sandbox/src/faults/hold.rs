//! Calls that stop until they are released.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;
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

/// A call that is stopped on its way. Dropping the value lets it go on.
#[derive(Debug)]
#[must_use = "the call goes on when this is dropped"]
pub struct Hold(HoldState);

impl Hold {
    /// A hold for a call to come, and what the sandbox keeps of it.
    pub(crate) fn armed() -> (Self, HoldState) {
        let stage = HoldState::new(watch::Sender::new(HoldStage::Armed));
        (Self(Arc::clone(&stage)), stage)
    }

    /// How far the call is.
    #[must_use]
    pub fn stage(&self) -> HoldStage {
        *self.0.borrow()
    }

    /// Resolves when the call has arrived.
    pub async fn held(&self) {
        let mut stage = self.0.subscribe();
        // The sender is `self`, so waiting cannot fail.
        let _ = stage.wait_for(|stage| *stage != HoldStage::Armed).await;
    }

    /// Blocks until the call has arrived, for tests without a runtime. False if it has not within `limit`.
    #[must_use]
    pub fn wait_held(&self, limit: Duration) -> bool {
        let stage = Arc::clone(&self.0);
        let waiting = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_time().build().ok()?;
            runtime.block_on(async {
                let mut stage = stage.subscribe();
                let arrival = stage.wait_for(|stage| *stage != HoldStage::Armed);
                tokio::time::timeout(limit, arrival).await.ok()?.ok()?;
                Some(())
            })
        });
        matches!(waiting.join(), Ok(Some(())))
    }

    /// Lets the call go on.
    pub fn release(&self) {
        self.0.send_replace(HoldStage::Released);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.release();
    }
}
