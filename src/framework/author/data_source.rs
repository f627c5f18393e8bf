//! What the author of a data source writes.

use std::future::Future;

use super::diagnostics::{Diagnostics, Warnings};
use super::model::Model;
use super::provider::Call;
use super::schema::Schema;

/// A data source: looks something up and changes nothing.
///
/// Core reads it while it plans, once its configuration is wholly known, and keeps nothing of it
/// but its state. A singular data source returns exactly one object, or an error that lists what
/// was found.
pub trait DataSource: Sized + Send + Sync + 'static {
    /// Configuration and state as a struct.
    type Model: Model;

    /// The type's name in configurations: `digicert_organization`.
    const TYPE_NAME: &'static str;

    /// The schema. Called once in a process.
    fn schema(&self) -> Schema;

    /// Checks what can be known of a configuration that may hold unknown values. No network.
    fn validate(&self, _config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Looks the object of a wholly known configuration up. What the configuration sets comes back
    /// as it is; the rest is wholly known.
    fn read(
        &self,
        call: Call,
        config: Self::Model,
    ) -> impl Future<Output = Result<(Self::Model, Warnings), Diagnostics>> + Send;
}
