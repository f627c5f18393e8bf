//! A Terraform command that is still running: its lines as they come, and signals to its process group.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::workdir::Output;

/// A command in a process group of its own. The whole group is killed when a test ends without waiting for it.
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

    /// Blocks until a line with `text` appears on either stream.
    #[track_caller]
    pub(crate) fn wait_for_line(&mut self, text: &str) {
        while let Ok(line) = self.lines.recv() {
            if self.keep(line).contains(text) {
                return;
            }
        }
        panic!(
            "{} ended without a line that contains {text:?}\n--- stdout ---\n{}\n--- stderr ---\n{}",
            self.command, self.stdout, self.stderr,
        );
    }

    /// Sends a signal, as in `INT`, to Terraform and everything it started: what a terminal does at Ctrl-C.
    #[track_caller]
    pub(crate) fn signal(&self, name: &str) {
        assert!(
            self.send(name),
            "no process group {} to signal",
            self.child.id()
        );
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

    /// `kill` is a builtin of every POSIX shell, so the machine needs no such program.
    fn send(&self, name: &str) -> bool {
        let script = format!("kill -s {name} -- -{}", self.child.id());
        Command::new("sh")
            .args(["-c", &script])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.send("KILL");
            let _ = self.child.wait();
        }
    }
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
