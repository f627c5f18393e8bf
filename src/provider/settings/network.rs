//! What lies between this machine and CertCentral: roots and proxies, of the block and of the
//! environment.

use std::fs;

use super::Setting;
use crate::certcentral::{CaBundle, ConfigError, ProxyUrl, goes_directly};
use crate::framework::Diagnostic;

/// Where calls over https look for a proxy, the first one that is set.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// Where no call of ours looks, and passwords may stand all the same.
const OTHER_PROXY_VARIABLES: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
/// Hosts that are called without a proxy of the environment.
const NO_PROXY_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// Take the place of the system's own roots.
const ROOT_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

pub(super) const CA_BUNDLE: Setting<CaBundle> =
    Setting::new("ca_bundle_file", Some("DIGICERT_CA_BUNDLE"), |given| {
        let path = given.text;
        if path.contains("-----") || path.contains('\n') {
            return Err(Diagnostic::error(
                "CA bundle not usable",
                "`ca_bundle_file` (or DIGICERT_CA_BUNDLE) holds the text of a PEM file instead of \
                 the path of one. Write the text to a file and name that file. The value is not \
                 shown here, because it may be a key.",
            ));
        }
        let roots = fs::read(path).map_err(|error| format!("cannot be read: {error}"));
        roots
            .and_then(|bytes| {
                CaBundle::read(&bytes).map_err(|error| format!("cannot be used: {error}"))
            })
            .map_err(|reason| {
                let detail = format!(
                    "The file {path:?} of `ca_bundle_file` (or DIGICERT_CA_BUNDLE) {reason}. It \
                     must hold root certificates in PEM, or one in DER."
                );
                given.at_argument("CA bundle not usable", detail)
            })
    });

pub(super) const PROXY_URL: Setting<ProxyUrl> = Setting {
    argument: "proxy_url",
    variable: None,
    is_secret: holds_credentials,
    parse: |given| {
        let proxy = ProxyUrl::new(given.text).map(|proxy| proxy.of("`proxy_url`"));
        proxy.map_err(|reason| {
            let detail = format!(
                "`proxy_url` cannot be used: {reason}. It must look like \
                    http://proxy.example.com:3128."
            );
            given.error("Invalid proxy URL", detail)
        })
    },
};

/// Returns the proxies that the environment names, used or not.
pub(super) fn proxies(variable: &dyn Fn(&str) -> Option<String>) -> impl Iterator<Item = ProxyUrl> {
    let names = PROXY_VARIABLES.iter().chain(&OTHER_PROXY_VARIABLES);
    names.filter_map(move |name| ProxyUrl::new(&variable(name)?).ok())
}

/// Returns the proxy that the environment names for calls to `host`, after `NO_PROXY`; an error if
/// it cannot be used: to go directly in its place would be what nobody asked for.
pub(super) fn proxy_to(
    host: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Option<Result<ProxyUrl, ConfigError>> {
    let first = |names: &[&'static str]| first_set(names, variable);
    if let Some((_, hosts)) = first(&NO_PROXY_VARIABLES)
        && goes_directly(host, &hosts)
    {
        return None;
    }
    let Some((name, text)) = first(&PROXY_VARIABLES) else {
        return ProxyUrl::of_system(host).map(Ok);
    };
    Some(match ProxyUrl::new(&text) {
        Ok(proxy) => Ok(proxy.of(&format!("the environment variable {name}"))),
        Err(reason) => Err(ConfigError::ProxyVariable {
            variable: name.to_owned(),
            reason: reason.to_string(),
        }),
    })
}

/// Returns the variables that take the place of the system's roots, as far as they are set.
pub(super) fn root_variables(variable: &dyn Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let set = ROOT_VARIABLES.iter().filter_map(|name| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        Some(((*name).to_owned(), value))
    });
    set.collect()
}

fn first_set(
    names: &[&'static str],
    variable: &dyn Fn(&str) -> Option<String>,
) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| {
        let text = variable(name).filter(|text| !text.trim().is_empty())?;
        Some((*name, text))
    })
}

/// Returns whether a URL, or what was meant to be one, can hold a user, a password or a token.
/// Judges by the characters that begin them, because a text that is refused need not be a URL; what
/// stands in the place of a port and is none may be a password whose host was forgotten.
pub(super) fn holds_credentials(url: &str) -> bool {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = after_scheme.split('/').next().unwrap_or_default();
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    url.contains(['@', '?', '#']) || !authority.split(':').skip(1).all(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proxy for calls to CertCentral, as a message names it.
    fn proxy(variables: &[(&str, &str)]) -> Option<Result<String, String>> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(set, _)| *set == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let found = proxy_to("www.digicert.com", &variable)?;
        let shown = format!("{found:?}");
        assert!(!shown.contains("canary"), "{shown}");
        Some(
            found
                .map(|proxy| proxy.named().to_string())
                .map_err(|error| error.to_string()),
        )
    }

    #[test]
    fn a_proxy_of_the_environment_is_used_as_every_client_reads_it() {
        let used = |text: &str| Some(Ok(text.to_owned()));
        let of = |name: &str| format!("proxy.corp:3128 (from the environment variable {name})");
        for name in PROXY_VARIABLES {
            for value in [
                "http://proxy.corp:3128",
                "proxy.corp:3128",
                "u:canary@proxy.corp:3128",
            ] {
                assert_eq!(proxy(&[(name, value)]), used(&of(name)));
            }
        }
        assert_eq!(proxy(&[]), None);
        assert_eq!(
            proxy(&[("HTTP_PROXY", "proxy.corp:3128")]),
            None,
            "calls go over https"
        );
        assert_eq!(
            proxy(&[("HTTPS_PROXY", ""), ("all_proxy", "proxy.corp:3128")]),
            used(&of("all_proxy"))
        );
        assert_eq!(
            proxy(&[("HTTPS_PROXY", "proxy.corp:3128"), ("ALL_PROXY", "other:1")]),
            used(&of("HTTPS_PROXY"))
        );
    }

    #[test]
    fn a_variable_that_cannot_be_used_is_an_error_unless_no_proxy_comes_before_it() {
        for name in PROXY_VARIABLES {
            for value in [
                "canary",
                "socks5://u:canary@proxy.corp:1080",
                "http://u:canary",
                "http://",
            ] {
                let error = proxy(&[(name, value)]).unwrap().unwrap_err();
                let begin =
                    format!("the environment variable {name} names a proxy that cannot be used: ");
                assert!(error.starts_with(&begin), "{error}");
                for no_proxy in ["*", "digicert.com", "localhost,.digicert.com"] {
                    assert_eq!(proxy(&[(name, value), ("no_proxy", no_proxy)]), None);
                }
                assert!(proxy(&[(name, value), ("NO_PROXY", "example.com")]).is_some());
            }
        }
    }
}
