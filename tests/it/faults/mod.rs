//! Every fault that the sandbox can inject, held against the promises: nothing is bought twice,
//! nothing is lost, and what nobody knows is said. `tests/FAULTS.md` says which test proves what.

mod destroy;
mod forms;
mod look_ups;
mod order;
mod refresh;
mod reissue;
mod repeats;
mod rows;
mod runs;
