//! The roots that are trusted: those of the system and of the bundle, and which variable is to
//! blame if there are none.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls_platform_verifier::Verifier;

use crate::certcentral::http::config::Config;
use crate::certcentral::http::error::ConfigError;
use crate::certcentral::http::transport::chain;

/// Where the roots come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RootSource {
    /// The variables that take the place of the system's own certificates, with their values.
    pub variables: Vec<(String, String)>,
    /// Whether a bundle adds to them.
    pub has_bundle: bool,
}

impl fmt::Display for RootSource {
    /// Tells what is wrong with each variable, or that none is set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.variables.is_empty() {
            return f.write_str("this system has none in the usual places");
        }
        for (index, (name, value)) in self.variables.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", and " };
            let trouble = if name.ends_with("DIR") {
                of_folders(value)
            } else {
                of_file(value)
            };
            write!(
                f,
                "{separator}the environment variable {name} names {value:?}, {trouble}"
            )?;
        }
        Ok(())
    }
}

/// The algorithms of TLS.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(default_provider())
}

/// Loads the roots.
pub(super) fn load(config: &Config) -> Result<(Arc<Verifier>, RootSource), ConfigError> {
    let bundle = config.ca_bundle.as_ref();
    let roots = bundle
        .into_iter()
        .flat_map(|bundle| bundle.roots().to_vec());
    let source = RootSource {
        variables: config.root_variables.clone(),
        has_bundle: bundle.is_some(),
    };
    match Verifier::new_with_extra_roots(roots, provider()) {
        Ok(verifier) => Ok((Arc::new(verifier), source)),
        // What the bundle holds was tried when it was read.
        Err(_) if !source.has_bundle => Err(ConfigError::NoRoots(source.to_string())),
        Err(error) => Err(ConfigError::HttpClient(chain(&error))),
    }
}

fn of_file(value: &str) -> String {
    match fs::read(Path::new(value)) {
        Err(error) => format!("which cannot be read: {error}"),
        Ok(bytes) if !contains_pem(&bytes) => "which holds no certificate in PEM".to_owned(),
        Ok(_) => "whose certificates cannot be used as roots".to_owned(),
    }
}

fn of_folders(value: &str) -> String {
    match value
        .split(':')
        .find_map(|folder| fs::read_dir(folder).err())
    {
        Some(error) => format!("which cannot be read: {error}"),
        None => "where no file holds a certificate in PEM".to_owned(),
    }
}

fn contains_pem(bytes: &[u8]) -> bool {
    let begin = b"\n-----BEGIN CERTIFICATE-----";
    bytes.starts_with(&begin[1..]) || bytes.windows(begin.len()).any(|window| window == begin)
}
