//! States and identities on their way to core. A state is made acceptable first, because core keeps
//! nothing of a state that it refuses.

use super::hosted::Hosted;
use super::proto::{DynamicValue, ResourceIdentityData};
use super::{from_proto, to_proto};
use crate::framework::conformance::{Difference, check_created, fit, repair};
use crate::framework::{Diagnostic, Diagnostics, FromToValue as _, Resource, Type, Value};

/// A state on its way.
pub(super) struct Outgoing {
    /// What core will accept.
    pub(super) state: DynamicValue,
    /// The identity of its object, where the type has identities.
    pub(super) identity: Option<ResourceIdentityData>,
    /// What core would not have accepted of that which the resource returned.
    pub(super) warnings: Diagnostics,
}

impl<R: Resource> Hosted<R> {
    /// Makes a state that core will accept after `planned` (unknown where there was no plan), with
    /// a warning if it would not have accepted what the resource returned.
    pub(super) fn outgoing(&self, planned: &Value, state: Value) -> Result<Outgoing, Diagnostic> {
        let (mut state, mut differences) = fit(state, self.ty());
        let breaches = check_created(planned, &state);
        if !breaches.is_empty() {
            state = repair(planned, &state);
            differences.extend(breaches);
        }
        Ok(Outgoing {
            identity: self.identity_of_state(&state),
            state: to_proto::value(&state, self.ty())?,
            warnings: repaired(&differences).into_iter().collect(),
        })
    }

    /// The identity of the object in a state: known as a whole, or left out. Never an error,
    /// because whatever fails beside a state loses the state; the next refresh brings the identity
    /// again.
    pub(super) fn identity_of_state(&self, state: &Value) -> Option<ResourceIdentityData> {
        self.identity_of_plan(state).unwrap_or_else(|bug| {
            tracing::error!(detail = bug.detail, "identity left out");
            None
        })
    }

    /// The identity that a plan leads to, left out until it is known: core refuses unknown values
    /// in that of an update, and Terraform up to 1.15 cannot render any plan as JSON that has some.
    /// It stores the identity that comes with the result.
    pub(super) fn identity_of_plan(
        &self,
        planned: &Value,
    ) -> Result<Option<ResourceIdentityData>, Diagnostic> {
        let Some((_, ty)) = self.identity() else {
            return Ok(None);
        };
        let identity = self.resource.identity(&from_proto::model(planned)?);
        identity
            .map(|identity| identity.to_value())
            .filter(Value::is_wholly_known)
            .map(|identity| identity_data(&identity, ty))
            .transpose()
    }
}

/// Encodes an identity.
pub(super) fn identity_data(
    identity: &Value,
    ty: &Type,
) -> Result<ResourceIdentityData, Diagnostic> {
    Ok(ResourceIdentityData {
        identity_data: Some(to_proto::value(identity, ty)?),
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
            "The provider returned a state that Terraform would refuse. So that the object is not \
             lost, the state was made to follow its plan; the next refresh shows what is really \
             there:\n{}\n\nThis is a bug in the provider. Please report it.",
            list.join("\n"),
        ),
    ))
}
