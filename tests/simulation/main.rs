//! Deterministic simulation: provider and account in one process, on a clock that stands still
//! until everybody waits, through stories that a seed decides: configurations, operations, people,
//! faults, signals and kills, other workspaces, colleagues and odd answers.
//!
//! After every step the promises hold (`promises.rs`), and in the end everything comes to rest
//! (`settle.rs`). A failing seed prints itself and its story; `SIMULATION_SEEDS=17` replays it, and
//! `SIMULATION_SEEDS=0..10000` is a longer run.

#[cfg(test)]
mod beside;
#[cfg(test)]
mod broken;
#[cfg(test)]
mod colleagues;
#[cfg(test)]
mod elsewhere;
#[cfg(test)]
mod exchanges;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod owners;
#[cfg(test)]
mod people;
#[cfg(test)]
mod process;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod run;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod settle;
#[cfg(test)]
mod strike;
#[cfg(test)]
mod wanted;
#[cfg(test)]
mod weather;
#[cfg(test)]
mod world;
#[cfg(test)]
mod years;
