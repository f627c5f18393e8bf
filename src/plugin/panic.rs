//! Panics in the form that Terraform shows as a crash of the plugin.

use std::backtrace::Backtrace;
use std::fmt;
use std::io::{self, Write};
use std::panic::PanicHookInfo;

use super::Redactor;

/// Prints panics to stderr as `panic: <message>`, with place and backtrace and without the secrets
/// of `redactor`.
///
/// Terraform looks for lines that start so; Rust's own form would be one debug line among many.
pub fn install_hook(redactor: Redactor) {
    std::panic::set_hook(Box::new(move |info| {
        let report = report(info, &Backtrace::force_capture());
        // Once Terraform is dead nobody reads stderr; a panic about that would abort the process.
        let _ = io::stderr().write_all(redactor.redact(&report).as_bytes());
    }));
}

fn report(info: &PanicHookInfo<'_>, backtrace: &dyn fmt::Display) -> String {
    let message = info.payload_as_str().unwrap_or("(no message)");
    let place = info
        .location()
        .map_or_else(|| "unknown place".to_owned(), ToString::to_string);
    format!("panic: {message}\n\nat {place}\n\n{backtrace}\n")
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;
    use crate::plugin::tests::{is_child, itself};

    #[test]
    fn a_panic_reads_as_a_crash_to_terraform_and_holds_no_secret() {
        if is_child() {
            let redactor = Redactor::default();
            redactor.add("canary-key");
            install_hook(redactor);
            panic!("no order with canary-key");
        }

        let child = itself(
            "plugin::panic::tests::a_panic_reads_as_a_crash_to_terraform_and_holds_no_secret",
        )
        .output()
        .unwrap();

        assert_eq!(child.status.code(), Some(101));
        let stderr = String::from_utf8(child.stderr).unwrap();
        let lines: Vec<_> = stderr.lines().collect();
        assert_eq!(lines[0], "panic: no order with ***", "{stderr}");
        assert!(lines[2].starts_with("at src/plugin/panic.rs:"), "{stderr}");
        assert!(stderr.contains("install_hook"), "{stderr}");
        assert!(!stderr.contains("canary-key"));
    }

    /// The read end is closed: what a dead Terraform leaves behind.
    #[test]
    fn a_panic_survives_a_broken_pipe() {
        if is_child() {
            install_hook(Redactor::default());
            // The parent writes once it has closed the other end of stderr.
            io::stdin().read_line(&mut String::new()).unwrap();
            assert!(std::panic::catch_unwind(|| panic!("unread")).is_err());
            std::process::exit(42);
        }

        let mut child = itself("plugin::panic::tests::a_panic_survives_a_broken_pipe")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stderr.take());
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();

        assert_eq!(child.wait().unwrap().code(), Some(42));
    }
}
