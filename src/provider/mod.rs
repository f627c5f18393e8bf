//! The DigiCert provider: joins the framework and the CertCentral client. A folder per resource, a
//! file per operation.

mod block;
mod data_sources;
mod order;
pub mod order_issuance;
mod private_keys;
mod session;
mod settings;
pub mod ssl_order;

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::certcentral::Leave;
use crate::framework::{Diagnostics, Provider, Schema, Types};

use self::block::ProviderConfig;
use self::order::lock::Locks;
use self::order_issuance::OrderIssuance;
use self::session::Session;
use self::ssl_order::SslOrder;

/// The address under which configurations name this provider.
pub const SOURCE_ADDRESS: &str = "certcentral/digicert";

/// What a variable of the environment holds.
type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The provider.
pub struct DigicertProvider {
    session: Arc<Session>,
    keep_secret: Box<dyn Fn(&str) + Send + Sync>,
    variable: Box<Variable>,
    leave: Leave,
    isolated: Option<u64>,
    machine: Option<PathBuf>,
}

impl DigicertProvider {
    /// An unconfigured provider. `keep_secret` is told every secret before it is used, so that no
    /// output shows it.
    pub fn new(keep_secret: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Locks::note_the_start();
        Self {
            session: Arc::default(),
            keep_secret: Box::new(keep_secret),
            variable: Box::new(|name| std::env::var(name).ok()),
            leave: Leave::default(),
            isolated: None,
            machine: None,
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

    /// Waits for no call any longer once `due` is cancelled. What a call has sent goes on in
    /// `drain`.
    #[must_use]
    pub fn leaving(self, due: CancellationToken, drain: TaskTracker) -> Self {
        Self {
            leave: Leave { due, drain },
            ..self
        }
    }

    /// Makes a simulation the same in every run: the pauses of repeats take their chance from this
    /// seed, and no rate limit is shared with other providers of the process.
    #[must_use]
    pub fn isolated(self, seed: u64) -> Self {
        Self {
            isolated: Some(seed),
            ..self
        }
    }

    /// Lets the processes that a simulation plays lock each other out by files in this directory,
    /// as those of one machine do.
    #[must_use]
    pub fn on_machine(self, directory: PathBuf) -> Self {
        Self {
            machine: Some(directory),
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
        let keys = private_keys::refuse(config);
        if keys.has_errors() {
            return keys;
        }
        let mut found = settings::check_values(config);
        found.extend(ssl_order::validate_defaults(
            config.dcv_method.clone(),
            config.payment_method.clone(),
        ));
        found
    }

    fn configure(&self, terraform_version: &str, config: ProviderConfig) -> Diagnostics {
        let keys = private_keys::refuse(&config);
        if keys.has_errors() {
            return keys;
        }
        match settings::resolve(&config, terraform_version, &self.variable) {
            Ok(mut settings) => {
                settings.leave = self.leave.clone();
                settings.isolated = self.isolated;
                settings.machine.clone_from(&self.machine);
                for secret in settings.secrets(&self.variable) {
                    (self.keep_secret)(&secret);
                }
                self.session.configure(settings);
                Diagnostics::new()
            }
            Err(problems) => problems,
        }
    }

    fn awaits_settings(&self) -> bool {
        self.session.awaits_settings()
    }

    fn register(&self, types: &mut impl Types) {
        types.resource(SslOrder::new(Arc::clone(&self.session)));
        types.resource(OrderIssuance::new(Arc::clone(&self.session)));
        data_sources::register(types, &self.session);
    }
}

#[cfg(test)]
mod tests {
    use super::DigicertProvider;
    use super::block::ProviderConfig;
    use crate::framework::schema_check::{model_matches, violations};
    use crate::framework::{Attr, Catalog, Provider};

    #[test]
    fn schemas_keep_the_rules_of_core_and_match_their_models() {
        let provider = DigicertProvider::new(|_| {});
        let schema = provider.schema();
        assert_eq!(violations(&schema), [] as [&str; 0]);
        assert_eq!(model_matches::<ProviderConfig>(&schema), [] as [&str; 0]);
        let catalog = Catalog::of(&provider);
        let names: Vec<_> = catalog.resources.iter().map(|it| it.type_name).collect();
        assert_eq!(names, ["digicert_ssl_order", "digicert_order_issuance"]);
        for entry in catalog.resources.iter().chain(&catalog.data_sources) {
            assert_eq!(entry.violations, [] as [&str; 0], "{}", entry.type_name);
        }
    }

    #[test]
    fn reads_wait_for_a_key_and_an_address_that_are_not_known_yet() {
        let unknown_key = ProviderConfig {
            api_key: Attr::Unknown,
            ..ProviderConfig::default()
        };
        let unknown_region = ProviderConfig {
            api_key: "key".into(),
            region: Attr::Unknown,
            ..ProviderConfig::default()
        };
        let unknown_default = ProviderConfig {
            organization_id: Attr::Unknown,
            ..ProviderConfig::default()
        };
        for (config, awaits) in [
            (unknown_key, true),
            (unknown_region, true),
            (unknown_default, false),
        ] {
            let provider = DigicertProvider::new(|_| {}).reading(|_| None);
            assert!(!provider.awaits_settings());
            let refused = provider.configure("1.15.0", config.clone());
            assert!(!refused.has_errors(), "{refused:?}");
            assert_eq!(provider.awaits_settings(), awaits, "{config:?}");
        }
    }
}
