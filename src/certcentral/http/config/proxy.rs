//! The proxy between us and the API: where it is, what names it, and the credentials that nobody
//! sees.

use std::fmt;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;

use crate::certcentral::http::error::ConfigError;

/// Where a proxy is, and which setting names it. Holds no credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyName {
    /// Host and port.
    pub address: String,
    /// The setting, as in `HTTPS_PROXY`.
    pub setting: String,
}

impl fmt::Display for ProxyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (from {})", self.address, self.setting)
    }
}

/// An HTTP proxy. Its credentials are not printed.
#[derive(Clone)]
pub struct ProxyUrl {
    uri: Uri,
    name: ProxyName,
    password: Option<String>,
    authorization: Option<String>,
}

impl ProxyUrl {
    /// Takes `http://host:port` or `https://host:port`, with or without credentials. `host:port` is
    /// http.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Proxy`]; the text is not quoted, since it may hold a password.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        let refused = |why: &str| ConfigError::Proxy(why.to_owned());
        let no_url = || refused("is not a URL such as \"http://proxy.example.com:3128\"");
        let text = text.trim();
        let text = match text.contains("://") {
            true => text.to_owned(),
            // A single word is more likely a mistake than a host.
            false if text.contains([':', '.']) => format!("http://{text}"),
            false => return Err(no_url()),
        };
        let url = Url::parse(&text).map_err(|_| no_url())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("must use http or https"));
        }
        if url.query().is_some() || url.fragment().is_some() || url.port() == Some(0) {
            return Err(refused("must be a scheme, a host and a port"));
        }
        let every_host = Uri::from_static("https://host/");
        let found = Matcher::builder().all(text).build().intercept(&every_host);
        let found = found.ok_or_else(no_url)?;
        let port = url.port_or_known_default().unwrap_or_default();
        Ok(Self {
            name: ProxyName {
                address: format!("{}:{port}", url.host_str().unwrap_or_default()),
                setting: "the proxy setting".to_owned(),
            },
            password: url.password().map(str::to_owned),
            authorization: authorization(&found),
            uri: found.uri().clone(),
        })
    }

    /// Says which setting names the proxy.
    #[must_use]
    pub fn of(mut self, setting: &str) -> Self {
        setting.clone_into(&mut self.name.setting);
        self
    }

    /// The proxy that the system's own settings name for `host`, where there are some beside the
    /// environment.
    #[must_use]
    pub fn of_system(host: &str) -> Option<Self> {
        if cfg!(not(any(target_os = "macos", windows))) {
            return None;
        }
        let uri: Uri = format!("https://{host}/").parse().ok()?;
        let found = Matcher::from_system().intercept(&uri)?;
        let proxy = Self::new(&found.uri().to_string()).ok()?;
        Some(proxy.of("the proxy settings of this system"))
    }

    /// The password, as the URL writes it.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    pub(crate) fn named(&self) -> ProxyName {
        self.name.clone()
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(crate) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// Whether the proxy itself is spoken to over TLS.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// The value of `Proxy-Authorization`.
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }
}

fn authorization(found: &Intercept) -> Option<String> {
    let value = found.basic_auth()?.to_str().ok()?;
    Some(value.to_owned())
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({})", self.name.address)
    }
}

/// Returns whether `NO_PROXY` says that calls to `host` go without a proxy.
#[must_use]
pub fn goes_directly(host: &str, no_proxy: &str) -> bool {
    let Ok(uri) = format!("https://{host}/").parse::<Uri>() else {
        return false;
    };
    let matcher = Matcher::builder()
        .all("http://proxy:1")
        .no(no_proxy.to_owned());
    matcher.build().intercept(&uri).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_without_its_password() {
        for (text, address, is_encrypted) in [
            (
                "http://user:canary@proxy.example.com:3128",
                "proxy.example.com:3128",
                false,
            ),
            (
                "user:canary@proxy.example.com:3128",
                "proxy.example.com:3128",
                false,
            ),
            ("proxy.example.com:3128", "proxy.example.com:3128", false),
            ("localhost:3128", "localhost:3128", false),
            ("10.0.0.1:3128", "10.0.0.1:3128", false),
            ("[::1]:3128", "[::1]:3128", false),
            (" HTTP://proxy.example.com/ ", "proxy.example.com:80", false),
            (
                "https://user:canary@proxy.example.com",
                "proxy.example.com:443",
                true,
            ),
        ] {
            let proxy = ProxyUrl::new(text).expect(text);
            assert_eq!(format!("{proxy:?}"), format!("ProxyUrl({address})"));
            assert_eq!(proxy.is_encrypted(), is_encrypted, "{text}");
            let named = proxy.of("HTTPS_PROXY").named().to_string();
            assert_eq!(named, format!("{address} (from HTTPS_PROXY)"));
        }
        for text in [
            "",
            "canary",
            "socks5://canary@proxy",
            "socks5://canary@proxy:1080",
            "http://",
            "http://user:canary",
            "http://proxy:canary",
            "http:/proxy canary",
            "proxy.example.com:3128?canary",
            "http://proxy.example.com:0#canary",
        ] {
            let error = ProxyUrl::new(text).unwrap_err().to_string();
            assert!(error.starts_with("the proxy URL"), "{text}: {error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn credentials_are_sent_as_they_are_meant() {
        for (text, expected) in [
            ("http://proxy:3128", None),
            // `user:p@ss` and `user:`, as RFC 7617 writes them.
            ("http://user:p%40ss@proxy:3128", Some("Basic dXNlcjpwQHNz")),
            ("user@proxy:3128", Some("Basic dXNlcjo=")),
        ] {
            let proxy = ProxyUrl::new(text).unwrap();
            assert_eq!(proxy.authorization(), expected, "{text}");
        }
    }

    #[test]
    fn no_proxy_names_domains_addresses_networks_and_everything() {
        for (host, no_proxy, expected) in [
            ("www.digicert.com", "", false),
            ("www.digicert.com", "digicert.com", true),
            ("www.digicert.com", "localhost, .digicert.com", true),
            ("www.digicert.com", "cert.com", false),
            ("www.digicert.com", "*", true),
            ("10.1.2.3", "10.0.0.0/8", true),
            ("10.1.2.3:8443", "10.1.2.3", true),
            ("11.1.2.3", "10.0.0.0/8", false),
        ] {
            assert_eq!(goes_directly(host, no_proxy), expected, "{host} {no_proxy}");
        }
    }
}
