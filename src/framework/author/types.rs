//! The types that a provider consists of: how it registers them, and the list of them.

use super::data_source::DataSource;
use super::provider::Provider;
use super::resource::Resource;
use super::schema::Schema;
use super::schema_check;

/// Takes the types of a provider, one by one. A kind of Terraform object is one method here.
pub trait Types {
    /// Registers a managed resource type.
    fn resource<R: Resource>(&mut self, resource: R);

    /// Registers a data source.
    fn data_source<D: DataSource>(&mut self, data_source: D);
}

/// What a provider consists of, for documentation and tests. A process that serves makes none of it.
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
