//! The first words between host and plugin: the magic cookie, the protocol version and the one line
//! on stdout.

use std::fmt;
use std::io::{self, Write};

use data_encoding::BASE64_NOPAD;
use rustls::pki_types::CertificateDer;

use super::listener::Address;
use super::{Environment, PluginInfo};

/// Terraform's and OpenTofu's value of `TF_PLUGIN_MAGIC_COOKIE`. It tells people apart from hosts;
/// it is no secret.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Version of go-plugin's own handshake.
const CORE_PROTOCOL_VERSION: u32 = 1;

/// The program was started by hand. The text is for the person who did it.
#[derive(Debug, thiserror::Error)]
#[error(
    "This program is a Terraform plugin: Terraform and OpenTofu start it themselves, and it does \
     nothing on its own.\n\
     Name it in the required_providers block of a configuration and run `terraform init` or `tofu \
     init` there.\n\
     To run it under a debugger, start it with --debug."
)]
pub struct NotAPlugin;

/// Tells whether a host started this process as a plugin.
pub fn started_by_terraform(environment: &Environment) -> Result<(), NotAPlugin> {
    match environment.magic_cookie.as_deref() {
        Some(MAGIC_COOKIE) => Ok(()),
        _ => Err(NotAPlugin),
    }
}

/// Prints where to connect. Nothing else may ever be written to stdout: the host reads it to the
/// end.
///
/// A host that does not speak our protocol gets the line all the same, because it reports the
/// mismatch itself.
#[expect(clippy::disallowed_methods, reason = "the one line that belongs there")]
pub(super) fn announce(
    plugin: &PluginInfo,
    environment: &Environment,
    address: &Address,
    certificate: Option<&CertificateDer<'_>>,
) -> io::Result<()> {
    let offered = &environment.protocol_versions;
    if !offered.is_empty() && !offered.contains(&plugin.protocol_version) {
        tracing::warn!(
            served = plugin.protocol_version,
            offered = ?offered,
            "the host does not speak the protocol version of this plugin"
        );
    }
    let line = HandshakeLine {
        protocol_version: plugin.protocol_version,
        address,
        certificate,
        answer_multiplexing: environment.asks_for_multiplexing,
    };
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// `CORE|PROTOCOL|NETWORK|ADDRESS|grpc|CERTIFICATE`, and a seventh field only for hosts that ask
/// for it: older ones would take it for a part of the certificate.
struct HandshakeLine<'a> {
    protocol_version: u32,
    address: &'a Address,
    certificate: Option<&'a CertificateDer<'a>>,
    answer_multiplexing: bool,
}

impl fmt::Display for HandshakeLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            protocol_version,
            address,
            ..
        } = self;
        let network = address.network();
        write!(
            f,
            "{CORE_PROTOCOL_VERSION}|{protocol_version}|{network}|{address}|grpc|"
        )?;
        if let Some(certificate) = self.certificate {
            f.write_str(&BASE64_NOPAD.encode(certificate))?;
        }
        if self.answer_multiplexing {
            f.write_str("|false")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(cookie: Option<&str>) -> Environment {
        Environment::from_lookup(|name| {
            (name == "TF_PLUGIN_MAGIC_COOKIE")
                .then_some(cookie)
                .flatten()
                .map(Into::into)
        })
        .unwrap()
    }

    #[test]
    fn only_the_cookie_of_terraform_is_a_host() {
        assert!(started_by_terraform(&environment(Some(MAGIC_COOKIE))).is_ok());
        assert!(started_by_terraform(&environment(Some("other"))).is_err());
        let refusal = started_by_terraform(&environment(None)).unwrap_err();
        assert!(refusal.to_string().starts_with(
            "This program is a Terraform plugin: Terraform and OpenTofu start it themselves"
        ));
    }

    #[test]
    fn the_line_carries_the_certificate_without_padding() {
        // 32 bytes need padding in base64, so a padded encoder would show.
        let certificate = CertificateDer::from(vec![0xfb; 32]);
        let address = Address::Unix("/tmp/tf/plugin.sock".into());
        let line = HandshakeLine {
            protocol_version: 6,
            address: &address,
            certificate: Some(&certificate),
            answer_multiplexing: false,
        };

        assert_eq!(
            line.to_string(),
            "1|6|unix|/tmp/tf/plugin.sock|grpc|+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s"
        );
    }

    #[test]
    fn a_real_certificate_survives_the_line() {
        let tls = crate::plugin::tls::MutualTls::pinned_to(CertificateDer::from(vec![0])).unwrap();
        let address = Address::Tcp(([127, 0, 0, 1], 10000).into());
        let line = HandshakeLine {
            protocol_version: 6,
            address: &address,
            certificate: Some(&tls.certificate),
            answer_multiplexing: true,
        }
        .to_string();

        let fields: Vec<_> = line.split('|').collect();
        assert_eq!(fields[..5], ["1", "6", "tcp", "127.0.0.1:10000", "grpc"]);
        assert!(!fields[5].contains('='));
        assert_eq!(
            BASE64_NOPAD.decode(fields[5].as_bytes()).unwrap(),
            tls.certificate.as_ref()
        );
        assert_eq!(fields[6..], ["false"]);
    }

    #[test]
    fn without_tls_the_certificate_field_is_there_and_empty() {
        let address = Address::Unix("/s".into());
        let line = HandshakeLine {
            protocol_version: 6,
            address: &address,
            certificate: None,
            answer_multiplexing: false,
        };
        assert_eq!(line.to_string(), "1|6|unix|/s|grpc|");
    }
}
