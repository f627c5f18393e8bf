//! Panics in the form that Terraform shows as a crash of the plugin.

use std::backtrace::Backtrace;
use std::fmt;
use std::io::{self, Write};
use std::panic::PanicHookInfo;

use super::Redactor;

/// Prints panics to stderr as `panic: <message>`, with place and backtrace and without the secrets of `redactor`.
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
    use std::process::Command;

    use super::*;

    /// Set in a child process that shall panic, as a hook belongs to a whole process.
    const CHILD: &str = "PLUGIN_PANIC_TEST_CHILD";

    #[test]
    fn a_panic_is_reported_the_way_terraform_reads_it_and_without_secrets() {
        if std::env::var_os(CHILD).is_some() {
            let redactor = Redactor::default();
            redactor.add("canary-key");
            install_hook(redactor);
            panic!("no order with canary-key");
        }

        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "--test-threads=1"])
            .arg("plugin::panic::tests::a_panic_is_reported_the_way_terraform_reads_it_and_without_secrets")
            .env(CHILD, "1")
            .output()
            .unwrap();

        assert!(!child.status.success());
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
        if std::env::var_os(CHILD).is_some() {
            install_hook(Redactor::default());
            // The parent sends a byte once it has closed the other end of stderr.
            let mut go = String::new();
            io::stdin().read_line(&mut go).unwrap();
            assert!(std::panic::catch_unwind(|| panic!("unread")).is_err());
            std::process::exit(42);
        }

        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "--test-threads=1"])
            .arg("plugin::panic::tests::a_panic_survives_a_broken_pipe")
            .env(CHILD, "1")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stderr.take());
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();

        assert_eq!(child.wait().unwrap().code(), Some(42));
    }
}
