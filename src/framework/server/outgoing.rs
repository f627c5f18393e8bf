//! A state on its way to core: made acceptable first, because core keeps nothing of a state that it refuses.

use super::erased::ErasedResource;
use super::proto::DynamicValue;
use super::to_proto;
use crate::framework::conformance::{Difference, check_created, fit, repair};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::plan::clear_write_only;
use crate::framework::value::Value;

/// A state that core will accept after `planned` (unknown where there was no plan), and a warning if it would not have
/// accepted what the resource returned.
pub(super) fn state(
    resource: &ErasedResource,
    planned: &Value,
    state: Value,
) -> Result<(DynamicValue, Diagnostics), Diagnostic> {
    let schema = resource.schema();
    let (mut state, mut differences) = fit(state, resource.ty());
    let breaches = check_created(schema, planned, &state);
    if !breaches.is_empty() {
        state = repair(planned, &state);
        clear_write_only(&schema.attributes, &mut state);
        differences.extend(breaches);
    }
    let warnings = repaired(&differences).into_iter().collect();
    Ok((to_proto::value(&state, resource.ty())?, warnings))
}

fn repaired(differences: &[Difference]) -> Option<Diagnostic> {
    if differences.is_empty() {
        return None;
    }
    let list: Vec<_> = differences
        .iter()
        .map(|difference| format!("- {difference}"))
        .collect();
    Some(Diagnostic::warning(
        "Unexpected provider behaviour",
        format!(
            "The provider returned a state that Terraform would refuse. So that the object is not lost, the state was made \
             to follow its plan; the next refresh shows what is really there:\n{}\n\nThis is a bug in the provider. Please \
             report it.",
            list.join("\n"),
        ),
    ))
}
