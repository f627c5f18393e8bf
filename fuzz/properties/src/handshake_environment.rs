//! The environment in which a process is started as a plugin: go-plugin's variables and those of
//! the provider.
//!
//! An input has the form of `/proc/PID/environ`: `NAME=value`, each ended by a zero byte.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::sync::{Arc, Mutex, PoisonError};

use terraform_provider_digicert::plugin::{Environment, started_by_terraform};
use terraform_provider_digicert::provider::DigicertProvider;

use crate::plugin::{self, Plugin};
use crate::{Form, quoted};

/// What a host must set; a program that is started without it says what it is, and ends.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Where a secret belongs. Texts that the input has there and nowhere else must not be shown.
const SECRET: [&str; 3] = ["DIGICERT_API_KEY", "HTTPS_PROXY", "PLUGIN_CLIENT_CERT"];

/// Files, which a fuzzer must not choose.
const FILES: [&str; 2] = ["DIGICERT_CA_BUNDLE", "DIGICERT_AUDIT_LOG"];

/// Stands for a secret in an input.
const CANARY: &str = "c4n4ry-9qz7xk2wv8jh";

type Variables = BTreeMap<String, Vec<u8>>;

thread_local! {
    static CONFIGURED: Configured = Configured::default();
}

/// A provider that is configured anew with the environment of each input.
struct Configured {
    plugin: Plugin,
    variables: Arc<Mutex<Variables>>,
    secrets: Arc<Mutex<Vec<String>>>,
}

/// Reads the environment as the process does at its start, and as the provider does when it is
/// configured.
pub fn hold(input: &[u8]) -> Form {
    let variables: Variables = input
        .split(|byte| *byte == 0)
        .filter_map(|entry| {
            let equals = entry.iter().position(|byte| *byte == b'=')?;
            let name = std::str::from_utf8(&entry[..equals]).ok()?;
            Some((name.to_owned(), entry[equals + 1..].to_vec()))
        })
        .collect();
    if variables.is_empty() {
        return Form::Foreign;
    }
    start(&variables);
    CONFIGURED.with(|configured| configured.configure(variables));
    Form::Fits
}

/// A process goes on only with the cookie of Terraform, and never without TLS where TLS was asked
/// for.
fn start(variables: &Variables) {
    let lookup = |name: &str| variables.get(name).map(|value| os_string(value));
    match Environment::from_lookup(lookup) {
        Ok(environment) => {
            let cookie = variables.get("TF_PLUGIN_MAGIC_COOKIE").map(Vec::as_slice);
            assert_eq!(
                started_by_terraform(&environment).is_ok(),
                cookie == Some(MAGIC_COOKIE.as_bytes())
            );
            let asks_for_tls = variables
                .get("PLUGIN_CLIENT_CERT")
                .is_some_and(|certificate| !certificate.is_empty());
            assert_eq!(environment.client_certificate().is_some(), asks_for_tls);
        }
        Err(error) => says(&error.to_string(), variables),
    }
}

fn os_string(value: &[u8]) -> OsString {
    OsString::from_vec(value.to_vec())
}

/// A text for people has no control characters, and shows no secret.
fn says(text: &str, variables: &Variables) {
    quoted::is_harmless(text);
    let elsewhere = variables.iter().any(|(name, value)| {
        !SECRET.contains(&name.as_str()) && String::from_utf8_lossy(value).contains(CANARY)
    });
    if !elsewhere {
        quoted::keeps_secret(text, &[CANARY.to_owned()]);
    }
}

impl Default for Configured {
    fn default() -> Self {
        let variables = Arc::<Mutex<Variables>>::default();
        let secrets = Arc::<Mutex<Vec<String>>>::default();
        let (environment, told) = (Arc::clone(&variables), Arc::clone(&secrets));
        let provider = DigicertProvider::new(move |secret| locked(&told).push(secret.to_owned()))
            .reading(move |name| {
                // As the standard library does: what is no text counts as not set.
                let value = locked(&environment).get(name)?.clone();
                String::from_utf8(value).ok()
            })
            .isolated(0);
        Self {
            plugin: Plugin::serving(provider),
            variables,
            secrets,
        }
    }
}

impl Configured {
    /// Settings are refused or taken; the log is told a key that was taken before anything can show
    /// it.
    fn configure(&self, mut variables: Variables) {
        for file in FILES {
            variables.remove(file);
        }
        locked(&self.secrets).clear();
        locked(&self.variables).clone_from(&variables);
        let answer = self.plugin.configure();
        for diagnostic in &answer.diagnostics {
            says(&diagnostic.summary, &variables);
            says(&diagnostic.detail, &variables);
        }
        let key = variables.get("DIGICERT_API_KEY");
        let key = key.and_then(|key| std::str::from_utf8(key).ok());
        let key = key.map(str::trim).filter(|key| !key.is_empty());
        if let (false, Some(key)) = (plugin::refuse(&answer.diagnostics), key) {
            let secrets = locked(&self.secrets);
            assert!(secrets.iter().any(|secret| secret == key));
        }
    }
}

fn locked<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
