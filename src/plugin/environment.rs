//! What the host asks for in environment variables, read once into one typed value.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tracing::level_filters::LevelFilter;

/// The host's wishes. See <https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md>.
#[derive(Debug, Clone)]
pub struct Environment {
    /// `TF_PLUGIN_MAGIC_COOKIE`: what a host sets so that a program knows it was started as a
    /// plugin.
    pub(super) magic_cookie: Option<String>,
    /// `PLUGIN_PROTOCOL_VERSIONS`: the major protocol versions that the host speaks; empty if it
    /// does not say.
    pub(super) protocol_versions: Vec<u32>,
    /// `PLUGIN_MIN_PORT` to `PLUGIN_MAX_PORT`, for TCP only; 0 to 0 (any port) if the host does not
    /// say.
    pub(super) ports: RangeInclusive<u16>,
    /// `PLUGIN_CLIENT_CERT`: the one certificate that may connect. Without it there is no TLS.
    pub(super) client_certificate: Option<CertificateDer<'static>>,
    /// `PLUGIN_UNIX_SOCKET_DIR`: a directory that the host made for the socket.
    pub(super) socket_directory: Option<PathBuf>,
    /// `PLUGIN_UNIX_SOCKET_GROUP`: number or name of a group that may open the socket.
    pub(super) socket_group: Option<String>,
    /// `TMPDIR`, else `/tmp`.
    pub(super) temporary_directory: PathBuf,
    /// `PLUGIN_MULTIPLEX_GRPC` is set: the host wants to know whether we can multiplex (we cannot).
    pub(super) asks_for_multiplexing: bool,
    /// `TF_LOG_PROVIDER`, else `TF_LOG`.
    pub(super) log_level: LevelFilter,
}

/// A variable that the host set holds a value that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// A port is not a number from 0 to 65535.
    #[error("{variable} is {value:?}, which is not a port number")]
    Port {
        /// Name of the variable.
        variable: &'static str,
        /// What it holds.
        value: String,
    },
    /// The port range is empty.
    #[error("PLUGIN_MIN_PORT {min} is greater than PLUGIN_MAX_PORT {max}")]
    PortRange {
        /// Value of `PLUGIN_MIN_PORT`.
        min: u16,
        /// Value of `PLUGIN_MAX_PORT`.
        max: u16,
    },
    /// The client certificate is not PEM. Going on without it would mean going on without TLS.
    #[error("PLUGIN_CLIENT_CERT does not hold a certificate in PEM form")]
    ClientCertificate(#[source] rustls::pki_types::pem::Error),
}

impl Environment {
    /// Reads the environment of this process.
    pub fn from_process() -> Result<Self, EnvironmentError> {
        Self::from_lookup(|variable| std::env::var_os(variable))
    }

    /// Reads the variables through `lookup`. A variable that is empty counts as not set, as hosts
    /// mean it.
    pub fn from_lookup(
        lookup: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, EnvironmentError> {
        let path = |variable| lookup(variable).filter(|value| !value.is_empty());
        let text = |variable| path(variable).map(|value| value.to_string_lossy().into_owned());
        let port = |variable| match text(variable) {
            None => Ok(0),
            Some(value) => value
                .parse::<u16>()
                .map_err(|_| EnvironmentError::Port { variable, value }),
        };

        let (min, max) = (port("PLUGIN_MIN_PORT")?, port("PLUGIN_MAX_PORT")?);
        if min > max {
            return Err(EnvironmentError::PortRange { min, max });
        }
        let client_certificate = text("PLUGIN_CLIENT_CERT")
            .map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()))
            .transpose()
            .map_err(EnvironmentError::ClientCertificate)?;

        Ok(Self {
            magic_cookie: text("TF_PLUGIN_MAGIC_COOKIE"),
            protocol_versions: protocol_versions(&text("PLUGIN_PROTOCOL_VERSIONS")),
            ports: min..=max,
            client_certificate,
            socket_directory: path("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: text("PLUGIN_UNIX_SOCKET_GROUP"),
            temporary_directory: path("TMPDIR").map_or_else(|| "/tmp".into(), PathBuf::from),
            asks_for_multiplexing: path("PLUGIN_MULTIPLEX_GRPC").is_some(),
            log_level: log_level(
                text("TF_LOG_PROVIDER")
                    .or_else(|| text("TF_LOG"))
                    .as_deref(),
            ),
        })
    }

    /// The one certificate that may connect. Without it there is no TLS.
    pub fn client_certificate(&self) -> Option<&CertificateDer<'static>> {
        self.client_certificate.as_ref()
    }

    /// How much the host wants to see of our log.
    pub fn log_level(&self) -> LevelFilter {
        self.log_level
    }
}

/// Skips what is not a number, as Go plugins do: a later host may list more than numbers.
fn protocol_versions(list: &Option<String>) -> Vec<u32> {
    list.iter()
        .flat_map(|list| list.split(','))
        .filter_map(|version| version.trim().parse().ok())
        .collect()
}

/// Terraform reads a level that it does not know as TRACE, and `JSON` is TRACE in another form.
fn log_level(level: Option<&str>) -> LevelFilter {
    let Some(level) = level else {
        return LevelFilter::OFF;
    };
    match level.to_ascii_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        Environment::from_lookup(|name| {
            variables
                .iter()
                .find(|(variable, _)| *variable == name)
                .map(|(_, value)| value.into())
        })
    }

    #[test]
    fn nothing_set_means_no_tls_no_log_any_port() {
        let environment = read(&[]).unwrap();

        assert_eq!(environment.magic_cookie, None);
        assert_eq!(environment.protocol_versions, [0_u32; 0]);
        assert_eq!(environment.ports, 0..=0);
        assert_eq!(environment.client_certificate, None);
        assert_eq!(environment.socket_directory, None);
        assert_eq!(environment.socket_group, None);
        assert_eq!(environment.temporary_directory, PathBuf::from("/tmp"));
        assert!(!environment.asks_for_multiplexing);
        assert_eq!(environment.log_level, LevelFilter::OFF);
    }

    #[test]
    fn every_variable_is_read() {
        let key = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
        let environment = read(&[
            ("TF_PLUGIN_MAGIC_COOKIE", "cookie"),
            ("PLUGIN_PROTOCOL_VERSIONS", "6,5"),
            ("PLUGIN_MIN_PORT", "10000"),
            ("PLUGIN_MAX_PORT", "25000"),
            ("PLUGIN_CLIENT_CERT", &key.cert.pem()),
            ("PLUGIN_UNIX_SOCKET_DIR", "/run/sockets"),
            ("PLUGIN_UNIX_SOCKET_GROUP", "1000"),
            ("TMPDIR", "/var/tmp"),
            ("PLUGIN_MULTIPLEX_GRPC", "true"),
            ("TF_LOG", "info"),
        ])
        .unwrap();

        assert_eq!(environment.magic_cookie.as_deref(), Some("cookie"));
        assert_eq!(environment.protocol_versions, [6, 5]);
        assert_eq!(environment.ports, 10000..=25000);
        assert_eq!(
            environment.client_certificate.as_ref(),
            Some(key.cert.der())
        );
        assert_eq!(
            environment.socket_directory,
            Some(PathBuf::from("/run/sockets"))
        );
        assert_eq!(environment.socket_group.as_deref(), Some("1000"));
        assert_eq!(environment.temporary_directory, PathBuf::from("/var/tmp"));
        assert!(environment.asks_for_multiplexing);
        assert_eq!(environment.log_level, LevelFilter::INFO);
    }

    #[test]
    fn a_certificate_that_cannot_be_read_does_not_mean_no_tls() {
        let error = read(&[("PLUGIN_CLIENT_CERT", "not pem")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "PLUGIN_CLIENT_CERT does not hold a certificate in PEM form"
        );
    }

    #[test]
    fn bad_ports_are_named() {
        let error = read(&[("PLUGIN_MIN_PORT", "70000")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "PLUGIN_MIN_PORT is \"70000\", which is not a port number"
        );
        let error = read(&[("PLUGIN_MIN_PORT", "2"), ("PLUGIN_MAX_PORT", "1")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "PLUGIN_MIN_PORT 2 is greater than PLUGIN_MAX_PORT 1"
        );
    }

    #[test]
    fn empty_variables_are_not_set() {
        let environment = read(&[
            ("PLUGIN_CLIENT_CERT", ""),
            ("PLUGIN_MULTIPLEX_GRPC", ""),
            ("TMPDIR", ""),
        ])
        .unwrap();

        assert_eq!(environment.client_certificate, None);
        assert!(!environment.asks_for_multiplexing);
        assert_eq!(environment.temporary_directory, PathBuf::from("/tmp"));
    }

    #[test]
    fn versions_that_are_not_numbers_are_skipped() {
        let environment = read(&[("PLUGIN_PROTOCOL_VERSIONS", "5, 6,next")]).unwrap();
        assert_eq!(environment.protocol_versions, [5, 6]);
    }

    #[test]
    fn log_levels_follow_terraform() {
        let level = |variables: &[(&str, &str)]| read(variables).unwrap().log_level;

        assert_eq!(level(&[("TF_LOG", "JSON")]), LevelFilter::TRACE);
        assert_eq!(level(&[("TF_LOG", "bogus")]), LevelFilter::TRACE);
        assert_eq!(level(&[("TF_LOG", "warn")]), LevelFilter::WARN);
        assert_eq!(
            level(&[("TF_LOG", "trace"), ("TF_LOG_PROVIDER", "off")]),
            LevelFilter::OFF
        );
        assert_eq!(
            level(&[("TF_LOG", "error"), ("TF_LOG_PROVIDER", "")]),
            LevelFilter::ERROR
        );
    }
}
