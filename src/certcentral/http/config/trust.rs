//! What lies between us and the API: extra certificate authorities and a proxy.

use std::fmt;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::certcentral::http::error::ConfigError;

/// Certificate authorities that are trusted in addition to those of the system.
#[derive(Clone, PartialEq, Eq)]
pub struct CaBundle(Vec<CertificateDer<'static>>);

impl CaBundle {
    /// Reads one or more certificates in PEM.
    ///
    /// # Errors
    ///
    /// [`ConfigError::CaBundle`] if the text holds none, or one that cannot be an authority.
    pub fn from_pem(pem: &str) -> Result<Self, ConfigError> {
        let refused = |why: String| ConfigError::CaBundle(why);
        let certificates = CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            // The error of the parser quotes lines, and a file of keys may be named by mistake.
            .map_err(|_| refused("is not PEM".to_owned()))?;
        if certificates.is_empty() {
            return Err(refused("holds no certificate".to_owned()));
        }
        let mut store = RootCertStore::empty();
        for (index, certificate) in certificates.iter().enumerate() {
            store.add(certificate.clone()).map_err(|error| {
                refused(format!(
                    "has an unusable certificate {}: {error}",
                    index + 1
                ))
            })?;
        }
        Ok(Self(certificates))
    }

    pub(crate) fn certificates(&self) -> Result<Vec<reqwest::Certificate>, ConfigError> {
        self.0
            .iter()
            .map(|der| reqwest::Certificate::from_der(der))
            .collect::<Result<_, _>>()
            .map_err(|error| ConfigError::CaBundle(format!("is refused: {error}")))
    }
}

impl fmt::Debug for CaBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaBundle({} certificates)", self.0.len())
    }
}

/// An HTTP proxy. Its credentials are not printed.
#[derive(Clone)]
pub struct ProxyUrl {
    proxy: reqwest::Proxy,
    host: String,
    password: Option<String>,
}

impl ProxyUrl {
    /// Takes `http://host:port` or `https://host:port`, with or without credentials.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Proxy`]; the text is not quoted, since it may hold a password.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        let refused = |why: &str| ConfigError::Proxy(why.to_owned());
        let url = reqwest::Url::parse(text.trim())
            .map_err(|_| refused("is not a URL such as \"http://proxy.example.com:3128\""))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("must use http or https"));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let password = url.password().map(str::to_owned);
        let proxy = reqwest::Proxy::all(url).map_err(|_| refused("cannot be used"))?;
        Ok(Self {
            proxy,
            host,
            password,
        })
    }

    /// The password, as the URL writes it.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    pub(crate) fn proxy(&self) -> reqwest::Proxy {
        self.proxy.clone()
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({})", self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUNDLE: &str =
        include_str!("../../../../tests/fixtures/certcentral/download_pem_all.pem");

    #[test]
    fn a_bundle_is_checked_before_any_call() {
        let bundle = CaBundle::from_pem(BUNDLE).unwrap();
        assert_eq!(format!("{bundle:?}"), "CaBundle(3 certificates)");
        assert_eq!(bundle.certificates().unwrap().len(), 3);

        for (pem, reason) in [
            ("", "the CA bundle holds no certificate"),
            ("hello", "the CA bundle holds no certificate"),
            (
                "-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n",
                "the CA bundle has an unusable certificate 1",
            ),
            (
                "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n",
                "the CA bundle is not PEM",
            ),
        ] {
            let error = CaBundle::from_pem(pem).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let proxy = ProxyUrl::new("http://user:canary@proxy.example.com:3128").unwrap();
        assert_eq!(format!("{proxy:?}"), "ProxyUrl(proxy.example.com)");
        for text in ["proxy.example.com:3128", "socks5://canary@proxy", "canary"] {
            let error = ProxyUrl::new(text).unwrap_err().to_string();
            assert!(error.starts_with("the proxy URL"), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
