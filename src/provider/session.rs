//! What one process knows of its provider block, and the client that all resources share.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use super::polling::Polling;
use super::settings::{OrderDefaults, Settings};
use crate::certcentral::{Client, Config};
use crate::framework::{Attr, Diagnostic};

/// The configured provider, shared by its resources. Empty until core configures the provider, which may
/// happen more than once in a process that a debugger keeps alive.
#[derive(Debug, Default)]
pub struct Session {
    configured: RwLock<Option<Arc<Configured>>>,
    polling: OnceLock<Arc<Polling>>,
}

#[derive(Debug)]
struct Configured {
    settings: Settings,
    client: OnceLock<Result<Client, Diagnostic>>,
    /// Tokens of the orders that this configuration has created or is creating.
    claimed_tokens: Mutex<BTreeSet<String>>,
}

/// One create's right to its token. Given back when the create ends without an order.
#[derive(Debug)]
pub struct Claim {
    configured: Arc<Configured>,
    token: String,
    ordered: bool,
}

impl Claim {
    /// The token has an order now: no other resource of this apply may use it.
    pub fn keep(mut self) {
        self.ordered = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.ordered {
            self.configured.claimed_tokens().remove(&self.token);
        }
    }
}

impl Configured {
    fn claimed_tokens(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.claimed_tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Takes over settings. Calls nothing and builds nothing: most processes of a command never make a call.
    pub fn configure(&self, settings: Settings) {
        let configured = Arc::new(Configured {
            settings,
            client: OnceLock::new(),
            claimed_tokens: Mutex::default(),
        });
        *self
            .configured
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(configured);
    }

    /// What orders use that set nothing of their own; nothing before the provider is configured.
    pub fn order_defaults(&self) -> Option<OrderDefaults> {
        self.configured()
            .map(|configured| configured.settings.order_defaults.clone())
    }

    /// The API client, or the reason why no call can be made, pointing at the argument that is missing.
    pub fn client(&self) -> Result<Client, Diagnostic> {
        let configured = self.configured().ok_or_else(|| {
            Diagnostic::bug("A call to CertCentral was needed before the provider was configured.")
        })?;
        configured
            .client
            .get_or_init(|| build_client(&configured.settings))
            .clone()
    }

    /// The rhythm in which all waiting orders of the process are looked at.
    pub fn polling(&self) -> Arc<Polling> {
        Arc::clone(self.polling.get_or_init(Arc::default))
    }

    /// Claims a token for one create. None if another resource of this apply has it: two resources with the same content
    /// would share one order.
    pub fn claim(&self, token: &str) -> Option<Claim> {
        let configured = self.configured()?;
        let is_new = configured.claimed_tokens().insert(token.to_owned());
        is_new.then(|| Claim {
            configured,
            token: token.to_owned(),
            ordered: false,
        })
    }

    fn configured(&self) -> Option<Arc<Configured>> {
        self.configured
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn build_client(settings: &Settings) -> Result<Client, Diagnostic> {
    let api_key = match &settings.api_key {
        Attr::Known(key) => key.clone(),
        Attr::Null => {
            return Err(Diagnostic::error(
                "Missing API key",
                "This operation calls CertCentral, and no API key is set. Set the argument `api_key` of the provider block, or \
                 better the environment variable DIGICERT_API_KEY. Planning new orders works without a key; a plan of existing ones \
                 does with `-refresh=false`.",
            ));
        }
        Attr::Unknown => return Err(not_known_yet("api_key")),
    };
    let Some(base_url) = settings.base_url.known() else {
        return Err(not_known_yet("base_url"));
    };
    let mut config = Config::new(base_url.clone(), api_key);
    config.timeouts.request = settings.request_timeout;
    config.timeouts.order = config.timeouts.order.max(settings.request_timeout);
    config.ca_bundle = settings.ca_bundle.clone();
    config.proxy = settings.proxy.clone();
    config.user_agent = format!(
        "terraform-provider-digicert/{} (Terraform {})",
        env!("CARGO_PKG_VERSION"),
        settings.terraform_version
    );
    Client::new(config).map_err(|error| {
        Diagnostic::error(
            "CertCentral client cannot be set up",
            format!("The settings of the provider block cannot be used: {error}."),
        )
    })
}

fn not_known_yet(argument: &str) -> Diagnostic {
    Diagnostic::error(
        "Provider argument not known yet",
        format!(
            "This operation calls CertCentral, but the provider argument `{argument}` becomes known only during apply. Apply the \
             resources that it comes from first, for example with `terraform apply -target=...`, or set it from a value that is known in the plan."
        ),
    )
}

#[cfg(test)]
mod tests;
