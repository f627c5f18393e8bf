//! The ways in which a run ends before its time.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::cores::driver::{Lifeline, Output, Running};

/// How long a provider may outlive Terraform.
const SURVIVAL: Duration = Duration::from_secs(3);

/// A way to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    ProviderKilled,
    TerraformKilled,
    BothKilled,
    /// Ctrl-C.
    Interrupted,
    InterruptedTwice,
    /// SIGTERM to Terraform, as from a CI system.
    Terminated,
}

impl Death {
    pub(super) const ALL: [Self; 6] = [
        Self::ProviderKilled,
        Self::TerraformKilled,
        Self::BothKilled,
        Self::Interrupted,
        Self::InterruptedTwice,
        Self::Terminated,
    ];

    /// Whether Terraform and the provider end in order: what was begun is finished and is in state.
    pub(super) fn is_orderly(self) -> bool {
        matches!(self, Self::Interrupted | Self::Terminated)
    }

    /// Whether Terraform has no time to take its lock file away.
    pub(super) fn leaves_the_lock(self) -> bool {
        matches!(self, Self::TerraformKilled | Self::BothKilled)
    }

    /// Ends a run that has reached its point, and lets what is held there go on by `release`:
    /// during an orderly end, or after any other.
    #[track_caller]
    pub(super) fn strike(
        self,
        mut run: Running,
        lifeline: &Lifeline,
        release: impl FnOnce(),
    ) -> Output {
        match self {
            Self::ProviderKilled => run.kill_provider(),
            Self::TerraformKilled => run.signal_terraform(Signal::SIGKILL),
            Self::BothKilled => run.signal(Signal::SIGKILL),
            Self::Interrupted | Self::InterruptedTwice => run.signal(Signal::SIGINT),
            Self::Terminated => run.signal_terraform(Signal::SIGTERM),
        }
        if matches!(
            self,
            Self::Interrupted | Self::InterruptedTwice | Self::Terminated
        ) {
            run.wait_for_line("Interrupt received");
        }
        if self == Self::InterruptedTwice {
            run.signal(Signal::SIGINT);
        }
        let end = |run: Running| {
            let output = run.wait();
            assert!(
                lifeline.ends_within(SURVIVAL),
                "the provider outlives Terraform"
            );
            output
        };
        if self.is_orderly() {
            release();
            return end(run);
        }
        let output = end(run);
        release();
        output
    }
}
