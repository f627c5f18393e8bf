//! A Terraform command that is still running: its lines as they come, signals, and whether anything
//! of it is left.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::workdir::Output;

/// A command in a process group of its own. The whole group is killed when a test ends without
/// waiting for it.
pub(crate) struct Running {
    command: String,
    child: Child,
    lines: Receiver<Line>,
    stdout: String,
    stderr: String,
}

enum Line {
    Stdout(String),
    Stderr(String),
}

impl Running {
    /// Starts `command`, which the caller has put into a process group of its own.
    pub(super) fn start(line: String, command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        forward(child.stdout.take().unwrap(), sender.clone(), Line::Stdout);
        forward(child.stderr.take().unwrap(), sender, Line::Stderr);
        Self {
            command: line,
            child,
            lines,
            stdout: String::new(),
            stderr: String::new(),
        }
    }

    /// Sends a signal to Terraform alone: what a CI system does to end a job.
    #[track_caller]
    pub(crate) fn signal_terraform(&self, signal: Signal) {
        kill(self.group(), signal).unwrap();
    }

    /// Kills the provider process, which must be the only one.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub(crate) fn kill_provider(&self) {
        let providers = providers_in(self.group());
        let [provider] = providers[..] else {
            panic!("{} has the providers {providers:?}", self.command);
        };
        kill(provider, Signal::SIGKILL).unwrap();
    }

    /// Terraform's process id, which is the number of its group.
    fn group(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap())
    }

    /// Blocks until a line with `text` appears on either stream.
    #[track_caller]
    pub(crate) fn wait_for_line(&mut self, text: &str) {
        while let Ok(line) = self.lines.recv() {
            if self.keep(line).contains(text) {
                return;
            }
        }
        panic!(
            "{} ended without a line that contains {text:?}\n--- stdout ---\n{}\n--- stderr \
             ---\n{}",
            self.command, self.stdout, self.stderr,
        );
    }

    /// Sends a signal to Terraform and everything it started: what a terminal does at Ctrl-C.
    #[track_caller]
    pub(crate) fn signal(&self, signal: Signal) {
        killpg(self.group(), signal).unwrap();
    }

    /// Waits for the end.
    pub(crate) fn wait(mut self) -> Output {
        while let Ok(line) = self.lines.recv() {
            self.keep(line);
        }
        Output {
            status: self.child.wait().unwrap(),
            command: std::mem::take(&mut self.command),
            stdout: std::mem::take(&mut self.stdout),
            stderr: std::mem::take(&mut self.stderr),
        }
    }

    fn keep(&mut self, line: Line) -> String {
        let (kept, text) = match line {
            Line::Stdout(text) => (&mut self.stdout, text),
            Line::Stderr(text) => (&mut self.stderr, text),
        };
        kept.push_str(&text);
        kept.push('\n');
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = killpg(self.group(), Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

/// Told by the end of standard input when a command and everything that it started are gone: each
/// of them inherits it.
pub(crate) struct Lifeline(UnixStream);

impl Lifeline {
    /// The lifeline, and the standard input to start a command with.
    pub(super) fn new() -> (Self, Stdio) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Self(ours), Stdio::from(OwnedFd::from(theirs)))
    }

    /// Blocks until nobody is left. False if somebody still is after `limit`.
    pub(crate) fn ends_within(&self, limit: Duration) -> bool {
        self.0.set_read_timeout(Some(limit)).unwrap();
        match (&self.0).read(&mut [0]) {
            Ok(0) => true,
            Err(error) if error.kind() == ErrorKind::WouldBlock => false,
            other => panic!("somebody wrote to standard input: {other:?}"),
        }
    }
}

/// The running providers in a process group. Their directories and files are not ours to read: see
/// `src/plugin/memory.rs`.
#[cfg(target_os = "linux")]
fn providers_in(group: Pid) -> Vec<Pid> {
    let is_provider = |stat: &str| {
        // `4711 (terraform-provi) S 4700 4690`: name, state, parent, group. Names end after 15
        // characters.
        let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
        let mut fields = rest.split(' ');
        let (state, group_of) = (fields.next()?, fields.nth(1)?);
        Some(name == "terraform-provi" && state != "Z" && group_of == group.to_string())
    };
    let processes = std::fs::read_dir("/proc").unwrap().map(Result::unwrap);
    let ids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    ids.filter(|id: &i32| {
        std::fs::read_to_string(format!("/proc/{id}/stat"))
            .is_ok_and(|stat| is_provider(&stat) == Some(true))
    })
    .map(Pid::from_raw)
    .collect()
}

fn forward(stream: impl Read + Send + 'static, lines: Sender<Line>, wrap: fn(String) -> Line) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            if lines.send(wrap(line)).is_err() {
                break;
            }
        }
    });
}
