//! What a provider author writes: the provider block and the types that the provider consists of.

use tokio_util::sync::CancellationToken;

use super::diagnostics::Diagnostics;
use super::model::Model;
use super::schema::Schema;
use super::types::Types;

/// A provider.
pub trait Provider: Send + Sync + 'static {
    /// The provider block as a struct.
    type Config: Model;

    /// The schema of the provider block. Called once in a process.
    fn schema(&self) -> Schema;

    /// Checks what can be known of a provider block that may hold unknown values. No network.
    fn validate(&self, _config: &Self::Config) -> Diagnostics {
        Diagnostics::new()
    }

    /// Takes the provider block over. May be called more than once, may hold unknown values during a plan, and
    /// must call nothing: core does this up to three times in one command.
    fn configure(&self, terraform_version: &str, config: Self::Config) -> Diagnostics;

    /// Returns whether a value that calls depend on is known only after apply. Data sources are then deferred by
    /// cores that allow it; on others each call fails with the error that names the argument.
    fn awaits_settings(&self) -> bool {
        false
    }

    /// Registers every type: `types.resource(SslOrder::new(..))`. Called once in a process.
    fn register(&self, types: &mut impl Types);
}

/// The circumstances of one call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Cancelled by StopProvider, that is, by the first Ctrl-C: end waits at once, keep what exists.
    pub stop: CancellationToken,
}
