//! The address of a CertCentral instance.

use std::fmt;

use reqwest::Url;
use url::Host;

use crate::certcentral::http::error::ConfigError;

/// What every base URL ends in.
const API_PATH: &str = "/services/v2";

/// The root of the API: https (or http to this machine), no credentials, ending in `/services/v2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Any instance, such as a sandbox.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BaseUrl`] with what is wrong. The text itself is not quoted: it may hold a
    /// password.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        let refused = |why: &str| Err(ConfigError::BaseUrl(why.to_owned()));
        let Ok(mut url) = Url::parse(text.trim()) else {
            return refused("is not a URL such as \"https://www.digicert.com/services/v2\"");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refused("must not hold a user name or a password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refused("must not have a query or a fragment");
        }
        let scheme_fits = match url.scheme() {
            "https" => true,
            "http" => is_loopback(&url),
            _ => false,
        };
        if !scheme_fits {
            return refused("must use https (http is accepted for loopback hosts only)");
        }
        let path = url.path().trim_end_matches('/').to_owned();
        if !path.ends_with(API_PATH) {
            return refused("must end in \"/services/v2\"");
        }
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The instance in the United States.
    ///
    /// # Errors
    ///
    /// None in practice: the address is a constant.
    pub fn us() -> Result<Self, ConfigError> {
        Self::new("https://www.digicert.com/services/v2")
    }

    /// The instance in Europe.
    ///
    /// # Errors
    ///
    /// None in practice: the address is a constant.
    pub fn eu() -> Result<Self, ConfigError> {
        Self::new("https://certcentral.digicert.eu/services/v2")
    }

    /// Host, and port where it is not the scheme's own: what messages name and what tells two
    /// instances apart.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Whether calls go unencrypted, which is possible to this machine only.
    pub(crate) fn is_plain_http(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address of an endpoint. Each segment is percent-encoded.
    pub(crate) fn endpoint(&self, segments: &[impl AsRef<str>]) -> Result<Url, ConfigError> {
        let mut url = self.0.clone();
        {
            let Ok(mut path) = url.path_segments_mut() else {
                return Err(ConfigError::BaseUrl("cannot have a path".to_owned()));
            };
            for segment in segments.iter().map(AsRef::as_ref) {
                // A URL path swallows these, and the call would reach another endpoint.
                if matches!(segment, "" | "." | "..") {
                    return Err(ConfigError::PathSegment(segment.to_owned()));
                }
                path.push(segment);
            }
        }
        Ok(url)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Returns whether calls to this host cannot leave the machine. DNS decides where a name below
/// `localhost` leads.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        BaseUrl::new(text).unwrap_err().to_string()
    }

    #[test]
    fn both_instances_and_any_other_are_accepted() {
        assert_eq!(BaseUrl::us().unwrap().host(), "www.digicert.com");
        assert_eq!(BaseUrl::eu().unwrap().host(), "certcentral.digicert.eu");
        for (text, host) in [
            (
                "https://pki.example.com:8443/services/v2/",
                "pki.example.com:8443",
            ),
            (
                "https://pki.example.com/gateway/services/v2",
                "pki.example.com",
            ),
            ("http://127.0.0.1:4711/services/v2", "127.0.0.1:4711"),
            ("http://[::1]:4711/services/v2", "[::1]:4711"),
            ("http://localhost/services/v2", "localhost"),
        ] {
            let url = BaseUrl::new(text).unwrap();
            assert_eq!(url.host(), host);
            assert!(url.to_string().ends_with("/services/v2"), "{url}");
        }
    }

    #[test]
    fn what_could_leak_or_miss_is_refused_without_being_quoted() {
        for (text, reason) in [
            ("certcentral", "is not a URL"),
            ("http://www.digicert.com/services/v2", "must use https"),
            ("http://127.0.0.1.example.com/services/v2", "must use https"),
            ("http://canary.localhost/services/v2", "must use https"),
            ("http://a.b.localhost:8080/services/v2", "must use https"),
            ("http://.localhost/services/v2", "must use https"),
            ("http://localhost./services/v2", "must use https"),
            ("http://localhost.localdomain/services/v2", "must use https"),
            ("http://[fe80::1]/services/v2", "must use https"),
            ("http://0.0.0.0/services/v2", "must use https"),
            ("ftp://localhost/services/v2", "must use https"),
            (
                "https://user:canary@example.com/services/v2",
                "user name or a password",
            ),
            (
                "https://user@example.com/services/v2",
                "user name or a password",
            ),
            (
                "https://example.com/services/v2?key=canary",
                "a query or a fragment",
            ),
            (
                "https://example.com/services/v2#canary",
                "a query or a fragment",
            ),
            ("https://example.com/", "must end in \"/services/v2\""),
            (
                "https://example.com/services/v20",
                "must end in \"/services/v2\"",
            ),
            (
                "https://example.com/services/v2/order",
                "must end in \"/services/v2\"",
            ),
        ] {
            let refusal = refusal(text);
            assert!(refusal.contains(reason), "{text}: {refusal}");
            assert!(!refusal.contains("canary"), "{refusal}");
        }
    }

    #[test]
    fn segments_are_encoded_and_cannot_climb() {
        let url = BaseUrl::us().unwrap();
        let endpoint = url.endpoint(&["order", "alternate", "a/b?c#d é"]).unwrap();
        assert_eq!(
            endpoint.as_str(),
            "https://www.digicert.com/services/v2/order/alternate/a%2Fb%3Fc%23d%20%C3%A9"
        );
        for segment in ["", ".", ".."] {
            assert_eq!(
                url.endpoint(&["order", segment]),
                Err(ConfigError::PathSegment(segment.to_owned()))
            );
        }
    }
}
