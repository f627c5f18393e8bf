//! CPU time and peak memory of the provider processes that Terraform starts.
//!
//! The benchmark stands in for the provider: linked under its name, it runs the real program as its
//! only child, passes the streams on, and when the child has ended asks the kernel what it used.
//! Nothing is sampled, so nothing is missed.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

use crate::Outcome;

const PROGRAM: &str = "BENCH_MEASURED_PROGRAM";
const REPORT: &str = "BENCH_USAGE_REPORT";

/// What the provider processes of some commands used.
#[derive(Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) processes: usize,
    pub(crate) cpu: Duration,
    /// Of the largest process, in KiB.
    pub(crate) peak_memory: u64,
}

/// The environment that makes this program stand in for `program` and add its lines to `report`.
pub(crate) fn environment(program: &Path, report: &Path) -> [(OsString, OsString); 2] {
    [
        (PROGRAM.into(), program.into()),
        (REPORT.into(), report.into()),
    ]
}

/// Sums up and empties a report.
pub(crate) fn collect(report: &Path) -> Outcome<Usage> {
    let text = std::fs::read_to_string(report).unwrap_or_default();
    std::fs::write(report, "")?;
    let mut usage = Usage::default();
    for line in text.lines() {
        let (cpu, memory) = line
            .split_once(' ')
            .ok_or("a line of the usage report is cut off")?;
        usage.processes += 1;
        usage.cpu += Duration::from_micros(cpu.parse()?);
        usage.peak_memory = usage.peak_memory.max(memory.parse()?);
    }
    Ok(usage)
}

/// Runs the provider if this process was started in its place; `None` in the benchmark itself.
pub(crate) fn stand_in_for_a_provider() -> Option<ExitCode> {
    let program = std::env::var_os(PROGRAM)?;
    let report = std::env::var_os(REPORT)?;
    let code = run_measured(&program, Path::new(&report)).unwrap_or(1);
    Some(ExitCode::from(code))
}

fn run_measured(program: &OsString, report: &Path) -> Outcome<u8> {
    let status = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env_remove(PROGRAM)
        .env_remove(REPORT)
        .status()?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let microseconds = [usage.user_time(), usage.system_time()]
        .map(|time| time.tv_sec() * 1_000_000 + time.tv_usec());
    // One write of one line: processes of one command may end at once.
    let line = format!("{} {}\n", microseconds.iter().sum::<i64>(), usage.max_rss());
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(report)?
        .write_all(line.as_bytes())?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}
