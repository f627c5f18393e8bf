//! `cargo bench`: the built provider measured beside its yardsticks, all in one run. Prints tables
//! and asserts nothing.
//!
//! `cargo bench -- start schema orders` picks sections. Times differ by a third from run to run, so
//! read the ratios.

mod contender;
mod directory;
mod orders;
mod peer;
mod sample;
mod schema;
mod start;
mod table;
mod usage;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use contender::Provider;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A part of the output: its name on the command line, and what measures the providers and prints.
type Section = (&'static str, fn(&[Provider], &mut dyn Write) -> Outcome<()>);

const SECTIONS: [Section; 3] = [
    ("start", start::run),
    ("schema", schema::run),
    ("orders", orders::run),
];

#[expect(clippy::disallowed_methods, reason = "a program for people")]
fn main() -> ExitCode {
    if let Some(code) = usage::stand_in_for_a_provider() {
        return code;
    }
    match print_sections(&mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads on, as in `cargo bench | head`.
        Err(_) => ExitCode::FAILURE,
    }
}

fn print_sections(out: &mut dyn Write) -> io::Result<()> {
    // Cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let mut providers = vec![Provider::ours()];
    match peer::build() {
        Ok(peer) => providers.push(peer),
        Err(reason) => writeln!(out, "The peer on tf-provider is left out: {reason}.")?,
    }
    for (name, run) in SECTIONS {
        if !wanted.is_empty() && !wanted.iter().any(|word| word == name) {
            continue;
        }
        if let Err(error) = run(&providers, out) {
            writeln!(out, "\n{name}: not measured: {error}")?;
        }
    }
    Ok(())
}
