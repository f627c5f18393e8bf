//! What a provider author writes: the provider block and the list of resource types.

use super::diagnostics::Diagnostics;
use super::model::Model;
use super::schema::Schema;
use super::server::ErasedResource;

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

    /// Every resource type: `erase(SslOrder::new(..))`.
    fn resources(&self) -> Vec<ErasedResource>;
}
