//! What can end an apply before its time: signals and kills, at any call or at any moment.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use certcentral_sandbox::{At, Hold, Sandbox};
use fastrand::Rng;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::process::Process;
use super::wanted::one_of;

/// What Terraform leaves a provider to come to its end.
const GRACE: Duration = Duration::from_secs(2);

/// Who is hit, by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    KillProvider,
    KillTerraform,
    KillBoth,
    CtrlC,
    CtrlCTwice,
}

#[derive(Debug, Clone, Copy)]
enum Moment {
    /// When this call (1 = the next one) has arrived, or when the account has acted on it.
    Call(u64, At),
    After(Duration),
}

/// How an apply that runs into a strike ends.
#[derive(Debug)]
pub(super) struct Met<T> {
    pub(super) harm: Harm,
    /// None if Terraform died and nobody has heard how it ended.
    pub(super) value: Option<T>,
}

/// How bad it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Harm {
    /// It never came to it.
    #[default]
    None,
    /// Ctrl-C: what is under way comes to its end.
    Interrupted,
    /// Somebody died in the middle of something.
    Killed,
}

/// An end that an apply meets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strike {
    blow: Blow,
    moment: Moment,
    /// Whether a request that is under way still reaches the account.
    takes_effect: bool,
}

impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fate = if self.takes_effect {
            "takes effect"
        } else {
            "is lost"
        };
        write!(
            f,
            "{:?} at {:?}, what is under way {fate}",
            self.blow, self.moment
        )
    }
}

impl Strike {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let moment = match rng.u8(..5) {
            0 => Moment::After(Duration::from_millis(rng.u64(..200_000))),
            _ => Moment::Call(rng.u64(1..=10), one_of(rng, &[At::Before, At::After])),
        };
        Self {
            blow: one_of(
                rng,
                &[
                    Blow::KillProvider,
                    Blow::KillTerraform,
                    Blow::KillBoth,
                    Blow::CtrlC,
                    Blow::CtrlCTwice,
                ],
            ),
            moment,
            takes_effect: rng.bool(),
        }
    }

    /// Lets an apply run into it.
    pub(super) async fn meet<T>(
        self,
        apply: impl Future<Output = T>,
        sandbox: &Sandbox,
        process: &Process,
        interruption: &CancellationToken,
    ) -> Met<T> {
        let hold = match self.moment {
            Moment::Call(call, at) => Some(sandbox.hold("* *".parse().unwrap(), call, at)),
            Moment::After(_) => None,
        };
        let mut apply = Box::pin(apply);
        tokio::select! {
            biased;
            value = &mut apply => return Met { harm: Harm::None, value: Some(value) },
            () = self.moment.comes(hold.as_ref()) => {}
        }
        let value = match self.blow {
            Blow::CtrlC => {
                interruption.cancel();
                drop(hold);
                Some(apply.await)
            }
            Blow::KillProvider => {
                self.kill(process, sandbox, hold).await;
                Some(apply.await)
            }
            Blow::KillBoth => {
                drop(apply);
                self.kill(process, sandbox, hold).await;
                None
            }
            Blow::KillTerraform => {
                drop(apply);
                process.cut();
                drop(hold);
                pass(GRACE).await;
                process.kill(sandbox);
                None
            }
            Blow::CtrlCTwice => {
                interruption.cancel();
                drop(hold);
                let outcome = timeout(GRACE, pin!(apply)).await.ok();
                process.kill(sandbox);
                outcome
            }
        };
        let harm = match self.blow {
            Blow::CtrlC => Harm::Interrupted,
            _ => Harm::Killed,
        };
        Met { harm, value }
    }

    /// Kills the provider; a held request is processed before its key is refused, or after.
    async fn kill(self, process: &Process, sandbox: &Sandbox, hold: Option<Hold>) {
        if self.takes_effect {
            process.cut();
            drop(hold);
            pass(Duration::from_millis(1)).await;
            process.kill(sandbox);
        } else {
            process.kill(sandbox);
            drop(hold);
        }
    }
}

impl Moment {
    async fn comes(self, hold: Option<&Hold>) {
        match (self, hold) {
            (Self::After(time), _) => pass(time).await,
            (Self::Call(..), Some(hold)) => hold.held().await,
            (Self::Call(..), None) => std::future::pending().await,
        }
    }
}

/// Lets virtual time pass, which it does at once as soon as everybody waits.
async fn pass(time: Duration) {
    let _ = timeout(time, std::future::pending::<()>()).await;
}
