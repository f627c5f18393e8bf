//! What a person reads when the way to CertCentral is barred: what is in the way, and which setting
//! is to blame.

use time::OffsetDateTime;

use super::sentence;
use crate::certcentral::{
    ConfigError, Error, ProxyFault, ProxyName, TlsFailure, TlsFault, TransportKind,
};
use crate::framework::Diagnostic;

/// Returns the diagnostic of a call that had no answer.
pub(super) fn diagnostic(error: &Error, doing: &str) -> Diagnostic {
    let (summary, advice) = match error {
        Error::Proxy { proxy, fault, host } => of_proxy(proxy, fault, host),
        Error::Transport { kind, .. } => match (kind, error.tls_failure()) {
            (_, Some(failure)) => of_tls(failure),
            (kind, None) => ("CertCentral not reachable", of_transport(*kind).to_owned()),
        },
        _ => ("CertCentral not reachable", String::new()),
    };
    Diagnostic::error(summary, format!("{}\n\n{advice}", sentence(error, doing)))
}

fn of_transport(kind: TransportKind) -> &'static str {
    match kind {
        TransportKind::Dns => {
            "Check the host name in `base_url` and the name servers of this machine. A network \
             that lets machines out through a proxy only needs `proxy_url` or HTTPS_PROXY."
        }
        TransportKind::Connect => {
            "Check `base_url`, `proxy_url` and the firewall of this machine. Nothing was sent."
        }
        TransportKind::Tls => {
            "Check the host name in `base_url`. The certificate of the host is always verified."
        }
        TransportKind::Unawaited => {
            "The provider was told to end (SIGTERM) and could not wait any longer. Apply again: \
             the next run looks first what became of the call."
        }
        TransportKind::Timeout | TransportKind::Interrupted => "Run the command again.",
    }
}

fn of_proxy(proxy: &ProxyName, fault: &ProxyFault, host: &str) -> (&'static str, String) {
    let ProxyName { address, setting } = proxy;
    match fault {
        ProxyFault::Refused(407) => (
            "Proxy does not accept the credentials",
            format!(
                "The proxy wants a user name and a password, or refuses those of {setting}. \
                 Correct them there; characters such as `@` and `:` in them are written as `%40` \
                 and `%3A`. They are not sent again in this run, because proxies lock an account \
                 after some wrong passwords. Nothing was sent to CertCentral."
            ),
        ),
        ProxyFault::Refused(403 | 405 | 451) => (
            "Proxy refuses the connection to CertCentral",
            format!(
                "The proxy does not let this machine connect to {host}. Ask those who run it to \
                 allow that host, or correct {setting}. Nothing was sent to CertCentral."
            ),
        ),
        ProxyFault::Refused(_) => (
            "Proxy refuses the connection to CertCentral",
            format!(
                "The proxy could not connect to {host}, or is out of order. Look there, or correct \
                 {setting}. Nothing was sent to CertCentral."
            ),
        ),
        ProxyFault::NoAddress(_) => (
            "Proxy not reachable",
            format!(
                "The name of the proxy, {address}, has no address here. Correct {setting}, or \
                 check the name servers of this machine. Nothing was sent to CertCentral."
            ),
        ),
        ProxyFault::NotConnected(_) | ProxyFault::NoAnswer => (
            "Proxy not reachable",
            format!(
                "Check host and port in {setting}, and whether the proxy runs. Nothing was sent to \
                 CertCentral."
            ),
        ),
        ProxyFault::Tls(_) => (
            "Proxy not usable",
            format!(
                "{setting} says that the proxy itself speaks TLS. Most do not: write its URL with \
                 `http://`. If it does, its certificate must lead to a root that is trusted here; \
                 `ca_bundle_file` adds one. Nothing was sent to CertCentral."
            ),
        ),
        ProxyFault::NoHttp => (
            "Proxy not usable",
            format!(
                "Check host and port in {setting}: what answers there is no HTTP proxy. Nothing \
                 was sent to CertCentral."
            ),
        ),
    }
}

fn of_tls(failure: &TlsFailure) -> (&'static str, String) {
    let now = OffsetDateTime::now_utc();
    let clock = format!(
        "The clock of this machine says {} {:02}:{:02} UTC.",
        now.date(),
        now.hour(),
        now.minute()
    );
    match failure.fault {
        TlsFault::UnknownIssuer => (
            "Certificate of CertCentral's host not trusted",
            format!(
                "The certificate of the host leads to no root certificate that is trusted here. \
                 {}; verification cannot be switched off. Nothing was sent.",
                untrusted(failure)
            ),
        ),
        TlsFault::Expired => (
            "Certificate of CertCentral's host has expired",
            format!(
                "{clock} If that is ahead, set it right. Otherwise a gateway on the way, or the \
                 host of `base_url`, shows an old certificate. Nothing was sent."
            ),
        ),
        TlsFault::NotYetValid => (
            "Certificate of CertCentral's host not valid yet",
            format!("{clock} If that is behind, set it right. Nothing was sent."),
        ),
        TlsFault::WrongHost => (
            "Certificate is for another host",
            "Something else answers in the place of the host. Check `base_url`, the name servers \
             of this machine, and whether the network wants a login or a proxy (`proxy_url`). \
             Nothing was sent."
                .to_owned(),
        ),
        TlsFault::NoTls => (
            "CertCentral not reachable",
            "What answers at this address does not speak TLS. Check host and port in `base_url`. \
             Nothing was sent.".to_owned(),
        ),
        TlsFault::Other => (
            "CertCentral not reachable",
            "No encrypted connection came to stand. Check `base_url`, and whether a gateway on the \
             way inspects TLS. Nothing was sent."
                .to_owned(),
        ),
    }
}

/// Returns what to do about a host that is not trusted, by where the roots come from.
fn untrusted(failure: &TlsFailure) -> String {
    let roots = &failure.roots;
    let mut text = String::new();
    for (name, value) in &roots.variables {
        text.push_str(&format!(
            "The environment variable {name} is {value:?}, so that the system's own root \
             certificates are not used: unset it if it does not hold the public roots. "
        ));
    }
    text.push_str(match roots.has_bundle {
        false => {
            "If the network inspects TLS, set `ca_bundle_file` (or DIGICERT_CA_BUNDLE) to its root \
             certificate"
        }
        true => {
            "If the network inspects TLS, its root certificate is missing in the file of \
             `ca_bundle_file` (or DIGICERT_CA_BUNDLE)"
        }
    });
    text
}

/// Returns whether a configuration fails at a setting of the network.
pub(super) fn is_setting(error: &ConfigError) -> bool {
    matches!(
        error,
        ConfigError::ProxyVariable { .. } | ConfigError::NoRoots(_)
    )
}

/// Returns the diagnostic of a call that was not sent because of a setting of the network.
pub(super) fn unusable(error: &ConfigError, doing: &str) -> Diagnostic {
    let (summary, advice) = match error {
        ConfigError::ProxyVariable { .. } => (
            "Proxy of the environment not usable",
            "Correct the variable, or unset it; for calls without a proxy name the host in \
             NO_PROXY. The provider does not go round a proxy that somebody set. The value is not \
             shown here, because it may hold a password.",
        ),
        _ => (
            "No root certificates to trust",
            "Without one no host can be told from another. Install the root certificates of the \
             system (on most, the package `ca-certificates`), or correct or unset the variable; or \
             name a PEM file in `ca_bundle_file` or DIGICERT_CA_BUNDLE.",
        ),
    };
    Diagnostic::error(
        summary,
        format!("The call for {doing} was not sent: {error}.\n\n{advice}"),
    )
}
