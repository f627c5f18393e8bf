//! What a provider author writes: the provider block, and the registration of the types that the
//! provider consists of.

use tokio_util::sync::CancellationToken;

use super::data_source::DataSource;
use super::diagnostics::Diagnostics;
use super::model::Model;
use super::resource::Resource;
use super::schema::Schema;
use super::schema_check;

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

    /// Takes the provider block over. May be called more than once, may hold unknown values during
    /// a plan, and must call nothing: core does this up to three times in one command.
    fn configure(&self, terraform_version: &str, config: Self::Config) -> Diagnostics;

    /// Returns whether a value that calls depend on is known only after apply. Data sources are
    /// then deferred by cores that allow it; on others each call fails with the error that names
    /// the argument.
    fn awaits_settings(&self) -> bool {
        false
    }

    /// Registers every type: `types.resource(SslOrder::new(..))`. Called once in a process.
    fn register(&self, types: &mut impl Types);
}

/// The circumstances of one call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Cancelled by StopProvider, that is, by the first Ctrl-C: end waits at once, keep what
    /// exists.
    pub stop: CancellationToken,
}

/// Takes the types of a provider, one by one. A kind of Terraform object is one method here.
pub trait Types {
    /// Registers a managed resource type.
    fn resource<R: Resource>(&mut self, resource: R);

    /// Registers a data source.
    fn data_source<D: DataSource>(&mut self, data_source: D);
}

/// What a provider consists of, for documentation and tests. A process that serves makes none of
/// it.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The managed resource types, in the order of their registration.
    pub resources: Vec<CatalogEntry>,
    /// The data sources, in the order of their registration.
    pub data_sources: Vec<CatalogEntry>,
}

/// One type of a provider.
#[derive(Debug)]
pub struct CatalogEntry {
    /// The name in configurations.
    pub type_name: &'static str,
    /// The schema.
    pub schema: Schema,
    /// What is wrong with schema and model: see [`schema_check`].
    pub violations: Vec<String>,
}

impl Catalog {
    /// Lists the types of `provider`.
    pub fn of(provider: &impl Provider) -> Self {
        let mut catalog = Self::default();
        provider.register(&mut catalog);
        catalog
    }
}

impl Types for Catalog {
    fn resource<R: Resource>(&mut self, resource: R) {
        let schema = resource.schema();
        let mut violations = schema_check::violations(&schema);
        violations.extend(schema_check::model_matches::<R::Model>(&schema));
        if let Some(identity) = resource.identity_schema() {
            violations.extend(schema_check::identity_violations::<R::Identity>(&identity));
        }
        self.resources.push(CatalogEntry {
            type_name: R::TYPE_NAME,
            schema,
            violations,
        });
    }

    fn data_source<D: DataSource>(&mut self, data_source: D) {
        let schema = data_source.schema();
        let mut violations = schema_check::violations(&schema);
        violations.extend(schema_check::model_matches::<D::Model>(&schema));
        violations.extend(schema_check::data_source_violations(&schema));
        self.data_sources.push(CatalogEntry {
            type_name: D::TYPE_NAME,
            schema,
            violations,
        });
    }
}
