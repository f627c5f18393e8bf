//! A state on its way to core: made acceptable first, because core keeps nothing of a state that it refuses.

use super::erased::ErasedResource;
use super::proto::{DynamicValue, ResourceIdentityData};
use super::{identity, to_proto};
use crate::framework::conformance::{Difference, check_created, fit, repair};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::plan::clear_write_only;
use crate::framework::value::Value;

/// A state on its way.
pub(super) struct Outgoing {
    /// What core will accept.
    pub(super) state: DynamicValue,
    /// The identity of its object, where the type has identities.
    pub(super) identity: Option<ResourceIdentityData>,
    /// What core would not have accepted of that which the resource returned.
    pub(super) warnings: Diagnostics,
}

/// A state that core will accept after `planned` (unknown where there was no plan), and a warning if it would not have
/// accepted what the resource returned.
pub(super) fn state(
    resource: &ErasedResource,
    planned: &Value,
    state: Value,
) -> Result<Outgoing, Diagnostic> {
    let schema = resource.schema();
    let (mut state, mut differences) = fit(state, resource.ty());
    let breaches = check_created(schema, planned, &state);
    if !breaches.is_empty() {
        state = repair(planned, &state);
        clear_write_only(&schema.attributes, &mut state);
        differences.extend(breaches);
    }
    Ok(Outgoing {
        identity: identity::of_state(resource, &state),
        state: to_proto::value(&state, resource.ty())?,
        warnings: repaired(&differences).into_iter().collect(),
    })
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
