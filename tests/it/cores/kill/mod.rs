//! The kill matrix: everything ends in the middle, and the same command once more makes one order
//! of it, in state.
//!
//! Real Terraform, the real binary, and a sandbox that holds the run at a point, so that nothing
//! depends on time. Six deaths (see
//! [`death::Death`]) at each of these points:
//!
//! | point | where the run is | create | reissue | destroy |
//! |---|---|---|---|---|
//! | K1 | the first look is asked for | x | x | x |
//! | K2 | the last look before the call is answered | x | x | x |
//! | K3 | the intent is on disk | | | |
//! | K4 | the connection stands, the request is lost with its sender | x | x | x |
//! | K5 | the request is there and takes effect later | x | x | x |
//! | K6 | it has taken effect, no answer has left | x | x | x |
//! | K7 | half of the answer is delivered | x | x | x |
//! | K8 | the answer is read, the next call is asked for | x | x | |
//! | K9 | the order is on disk | | | |
//! | K10 | Terraform has the answer, and another order is next | x | | |
//! | K11 | Terraform writes the state | see [`backend`] and [`state_file`] | | |
//! | K12 | the certificate is waited for | x | x | |
//!
//! A destroy cancels, rejects the request of what waits for an approver, or revokes.
//!
//! K3 and K9 do not exist, because the provider keeps no journal on disk: what is on disk is lost
//! with the machine that runs a pipeline, and the token finds the order from the configuration
//! alone. A destroy makes no call after its act and has nothing to wait for.
//!
//! Every cell ends in one order. One story outside of the matrix does not: where the next apply
//! runs while the request of a killed one is still under way (K5 without its release), nobody can
//! see that order yet. See [`race`].

mod backend;
mod cell;
mod death;
mod gate;
mod leaving;
mod points;
mod race;
mod scene;
mod state_file;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use self::cell::Cell;
use self::death::Death;
use self::points::Operation;
use super::evidence::installed_cores;
use crate::cores::driver::Core;

/// Cells of one test that play at the same time: most of a cell is waiting.
const AT_ONCE: usize = 2;

#[test]
fn a_create_that_dies_at_any_point_ends_in_one_order() {
    play_all(Operation::Create);
}

#[test]
fn a_reissue_that_dies_at_any_point_ends_in_one_reissue() {
    play_all(Operation::Reissue);
}

#[test]
fn a_cancellation_that_dies_at_any_point_ends_in_one_cancellation() {
    play_all(Operation::Cancel);
}

#[test]
fn a_rejection_that_dies_at_any_point_ends_in_one_rejection() {
    play_all(Operation::Reject);
}

#[test]
fn a_revocation_that_dies_at_any_point_ends_in_one_revocation() {
    play_all(Operation::Revoke);
}

/// Plays the cells of an operation and names those that fail.
fn play_all(operation: Operation) {
    for core in installed_cores() {
        let points = operation.points().into_iter();
        let cells = points.flat_map(|point| {
            Death::ALL.map(|death| Cell {
                operation,
                point,
                death,
            })
        });
        let cells: Vec<_> = cells.collect();
        let failed = play(&cells, &core);
        assert!(
            failed.is_empty(),
            "{} of {} cells fail on {}:\n{}",
            failed.len(),
            cells.len(),
            core.name,
            failed.join("\n"),
        );
    }
}

/// The names of the cells that fail, with their reasons.
fn play(cells: &[Cell], core: &Core) -> Vec<String> {
    let waiting = Mutex::new(cells.iter());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(cell) = { waiting.lock().unwrap().next() } {
                    let verdict = catch_unwind(AssertUnwindSafe(|| cell.play(core)));
                    if let Err(reason) = verdict {
                        let line = format!("{}: {}", cell.name(), said(reason.as_ref()));
                        failed.lock().unwrap().push(line);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap()
}

/// The words of a panic.
fn said(reason: &(dyn Any + Send)) -> &str {
    reason
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| reason.downcast_ref::<&str>().copied())
        .unwrap_or("no words")
}
