//! Which signals end the process. Ctrl-C reaches the whole process group, so also us, while
//! Terraform still needs us.

use std::io;

use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What SIGINT and SIGHUP mean to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnInterrupt {
    /// Terraform got the signal as well, decides what to do, and tells us.
    Ignore,
    /// A person started us and wants us to end.
    End,
}

/// The installed handlers. They stay for as long as the process lives.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    on_interrupt: OnInterrupt,
}

impl Signals {
    pub(super) fn install(on_interrupt: OnInterrupt) -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            on_interrupt,
        })
    }

    /// Completes when a signal asks the process to end.
    pub(super) async fn ended(&mut self) {
        loop {
            let name = select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => "SIGINT",
                _ = self.hangup.recv() => "SIGHUP",
            };
            match self.on_interrupt {
                OnInterrupt::End => return,
                OnInterrupt::Ignore => {
                    tracing::debug!(signal = name, "ignored: the host decides what to do");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::process::{Command, exit};

    use futures_util::poll;

    use super::*;
    use crate::plugin::tests::{is_child, itself};

    /// Sends the signal to this process, whose handlers must be installed.
    fn send(name: &str) {
        let script = format!("kill -{name} $PPID");
        let status = Command::new("sh").args(["-c", &script]).status().unwrap();
        assert!(status.success());
    }

    #[tokio::test]
    async fn under_terraform_only_sigterm_ends() {
        if !is_child() {
            // Handlers stay installed: in this process they would keep Ctrl-C from stopping the
            // tests.
            let child =
                itself("plugin::signals::tests::under_terraform_only_sigterm_ends").status();
            assert_eq!(child.unwrap().code(), Some(42));
            return;
        }

        let mut signals = Signals::install(OnInterrupt::Ignore).unwrap();
        let mut debugged = Signals::install(OnInterrupt::End).unwrap();
        let mut ended = pin!(signals.ended());
        assert!(poll!(&mut ended).is_pending());

        for name in ["INT", "HUP"] {
            send(name);
            // The other receiver shows that the signal has arrived.
            debugged.ended().await;
            assert!(poll!(&mut ended).is_pending(), "SIG{name}");
        }
        send("TERM");
        ended.await;
        exit(42);
    }
}
