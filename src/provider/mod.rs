//! The DigiCert provider: joins the framework and the CertCentral client. A folder per resource, a file per operation.

mod block;
mod order;
pub mod order_issuance;
mod session;
mod settings;
pub mod ssl_order;

use std::sync::Arc;

use crate::framework::server::{ErasedResource, erase};
use crate::framework::{Diagnostics, Provider, Schema};

use self::block::ProviderConfig;
use self::order_issuance::OrderIssuance;
use self::session::Session;
use self::ssl_order::SslOrder;

/// The address under which configurations name this provider.
pub const SOURCE_ADDRESS: &str = "registry.terraform.io/certcentral/digicert";

/// What a variable of the environment holds.
type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The provider.
pub struct DigicertProvider {
    session: Arc<Session>,
    keep_secret: Box<dyn Fn(&str) + Send + Sync>,
    variable: Box<Variable>,
    isolated: Option<u64>,
}

impl DigicertProvider {
    /// An unconfigured provider. `keep_secret` is told every secret before it is used, so that no output shows it.
    pub fn new(keep_secret: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            session: Arc::default(),
            keep_secret: Box::new(keep_secret),
            variable: Box::new(|name| std::env::var(name).ok()),
            isolated: None,
        }
    }

    /// Takes the variables of the environment from `variable` instead of this process.
    #[must_use]
    pub fn reading(
        self,
        variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            variable: Box::new(variable),
            ..self
        }
    }

    /// Makes a simulation the same in every run: the pauses of repeats take their chance from this seed, and no rate limit is shared
    /// with other providers of the process.
    #[must_use]
    pub fn isolated(self, seed: u64) -> Self {
        Self {
            isolated: Some(seed),
            ..self
        }
    }
}

impl Provider for DigicertProvider {
    type Config = ProviderConfig;

    fn schema(&self) -> Schema {
        block::schema()
    }

    fn validate(&self, config: &ProviderConfig) -> Diagnostics {
        let mut found = settings::check_values(config);
        found.extend(ssl_order::validate_defaults(
            config.dcv_method.clone(),
            config.payment_method.clone(),
        ));
        found
    }

    fn configure(&self, terraform_version: &str, config: ProviderConfig) -> Diagnostics {
        match settings::resolve(&config, terraform_version, &self.variable) {
            Ok(mut settings) => {
                settings.isolated = self.isolated;
                for secret in settings.secrets(&self.variable) {
                    (self.keep_secret)(&secret);
                }
                self.session.configure(settings);
                Diagnostics::new()
            }
            Err(problems) => problems,
        }
    }

    fn resources(&self) -> Vec<ErasedResource> {
        vec![
            erase(SslOrder::new(Arc::clone(&self.session))),
            erase(OrderIssuance::new(Arc::clone(&self.session))),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::DigicertProvider;
    use super::block::ProviderConfig;
    use crate::framework::Provider;
    use crate::framework::schema_check::{model_matches, violations};
    use crate::framework::server::ErasedResource;

    #[test]
    fn schemas_keep_the_rules_of_core_and_match_their_models() {
        let provider = DigicertProvider::new(|_| {});
        let schema = provider.schema();
        assert_eq!(violations(&schema), [] as [&str; 0]);
        assert_eq!(model_matches::<ProviderConfig>(&schema), [] as [&str; 0]);
        let resources = provider.resources();
        let names: Vec<_> = resources.iter().map(ErasedResource::type_name).collect();
        assert_eq!(names, ["digicert_ssl_order", "digicert_order_issuance"]);
        for resource in resources {
            assert_eq!(resource.violations(), [] as [&str; 0]);
        }
    }
}
