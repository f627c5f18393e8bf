//! Sets before and after: an element has no name, so elements are matched by what they hold.

use super::{Rule, Violation};
use crate::{json::to_json, path::Path, value::Value};

/// Matches the elements of two sets. Every planned element needs an actual one that `fits` it, and
/// the reverse.
pub(super) fn check_sets_correlate(
    rule: Rule,
    planned: &[Value],
    actual: &[Value],
    path: &Path,
    fits: impl Fn(&Value, &Value) -> bool,
) -> Vec<Violation> {
    let vanished = planned
        .iter()
        .filter(|planned| !actual.iter().any(|actual| fits(planned, actual)))
        .map(|planned| {
            format!(
                "planned set element {} does not correlate with any element in actual",
                to_json(planned)
            )
        });
    let appeared = actual
        .iter()
        .filter(|actual| !planned.iter().any(|planned| fits(planned, actual)))
        .map(|actual| {
            format!(
                "actual set element {} does not correlate with any element in plan",
                to_json(actual)
            )
        });
    vanished
        .chain(appeared)
        .map(|message| Violation::new(rule, path, message))
        .collect()
}
