//! The host's side of go-plugin's mutual TLS: a throw-away client certificate, and a server pinned
//! by its bytes.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, PKCS_ECDSA_P521_SHA512,
};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime},
};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::error::Error;

/// A client certificate as Terraform makes one for every process: ECDSA P-521, self-signed, a CA
/// for localhost.
#[derive(Debug)]
pub struct ClientIdentity {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl ClientIdentity {
    /// Makes a certificate with a key of its own.
    pub fn generate() -> Result<Self, Error> {
        let failed = |err: rcgen::Error| Error::Tls(err.to_string());
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).map_err(failed)?;
        let mut params = CertificateParams::new(["localhost".to_owned()]).map_err(failed)?;
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ClientAuth,
            ExtendedKeyUsagePurpose::ServerAuth,
        ];
        let certificate = params.self_signed(&key).map_err(failed)?;
        Ok(Self { certificate, key })
    }

    /// The certificate as PEM, for `PLUGIN_CLIENT_CERT`.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }
}

/// A client that trusts the server with exactly this certificate, and shows `identity` if there is
/// one.
pub fn client_config(
    server: &[u8],
    identity: Option<&ClientIdentity>,
) -> Result<ClientConfig, Error> {
    let failed = |err: TlsError| Error::Tls(err.to_string());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(PinnedServer {
        certificate: checked_server(server)?,
        provider: Arc::clone(&provider),
    });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
            builder
                .with_client_auth_cert(vec![identity.certificate.der().clone()], key)
                .map_err(failed)?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// What Go's client asks of the server's certificate, which is its own root: it parses, signed
/// itself, holds now and names localhost.
fn checked_server(der: &[u8]) -> Result<CertificateDer<'static>, Error> {
    let refused = |why: &str| Error::Tls(format!("the server's certificate {why}"));
    let (rest, certificate) =
        X509Certificate::from_der(der).map_err(|_| refused("is not X.509"))?;
    if !rest.is_empty() {
        return Err(refused("has bytes after its end"));
    }
    certificate
        .verify_signature(None)
        .map_err(|_| refused("is not signed by itself"))?;
    if !certificate.validity().is_valid() {
        return Err(refused("is not valid now"));
    }
    let names = certificate
        .subject_alternative_name()
        .map_err(|_| refused("has broken names"))?;
    let names_localhost = names.is_some_and(|names| {
        let mut names = names.value.general_names.iter();
        names.any(|name| matches!(name, GeneralName::DNSName("localhost")))
    });
    if !names_localhost {
        return Err(refused("does not name localhost"));
    }
    Ok(CertificateDer::from(der.to_vec()))
}

#[derive(Debug)]
struct PinnedServer {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if *end_entity == self.certificate {
            return Ok(ServerCertVerified::assertion());
        }
        Err(TlsError::General(
            "not the certificate of the handshake line".to_owned(),
        ))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};

    use super::*;

    fn server(names: Vec<String>) -> Vec<u8> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(names).unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_server_certificate_for_localhost_is_pinned() {
        let der = server(vec!["localhost".to_owned()]);
        let identity = ClientIdentity::generate().unwrap();
        let config = client_config(&der, Some(&identity)).unwrap();
        assert_eq!(config.alpn_protocols, [b"h2".to_vec()]);
        assert!(identity.pem().starts_with("-----BEGIN CERTIFICATE-----"));
    }

    #[test]
    fn another_name_or_a_broken_certificate_is_refused() {
        let other = client_config(&server(vec!["example.com".to_owned()]), None).unwrap_err();
        assert_eq!(
            other.to_string(),
            "mutual TLS failed: the server's certificate does not name localhost"
        );
        let mut broken = server(vec!["localhost".to_owned()]);
        let last = broken.len() - 1;
        broken[last] ^= 1;
        assert!(client_config(&broken, None).is_err());
        assert!(client_config(b"no certificate", None).is_err());
    }

    /// A server that asks for a client certificate, and the certificate that the client showed.
    async fn handshake(
        pinned: Option<&[u8]>,
        identity: Option<&ClientIdentity>,
    ) -> Result<Vec<u8>, String> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let config = client_config(pinned.unwrap_or(&certificate), identity).unwrap();
        let server =
            rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_client_cert_verifier(Arc::new(AnyClient))
                .with_single_cert(
                    vec![certificate],
                    PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der())),
                )
                .unwrap();
        let (near, far) = tokio::io::duplex(16 * 1024);
        let name = ServerName::try_from("localhost").unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server));
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let (client, server) = tokio::join!(connector.connect(name, near), acceptor.accept(far));
        client.map_err(|err| err.to_string())?;
        let server = server.map_err(|err| err.to_string())?;
        let shown = server.get_ref().1.peer_certificates();
        Ok(shown
            .and_then(|chain| chain.first())
            .map(|der| der.to_vec())
            .unwrap_or_default())
    }

    #[derive(Debug)]
    struct AnyClient;

    impl ClientCertVerifier for AnyClient {
        fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
            &[]
        }

        fn verify_client_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: UnixTime,
        ) -> Result<ClientCertVerified, TlsError> {
            Ok(ClientCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, TlsError> {
            let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
            verify_tls12_signature(message, cert, dss, &algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, TlsError> {
            let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
            verify_tls13_signature(message, cert, dss, &algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            let provider = aws_lc_rs::default_provider();
            provider
                .signature_verification_algorithms
                .supported_schemes()
        }
    }

    #[tokio::test]
    async fn the_client_shows_its_certificate_to_the_pinned_server() {
        let identity = ClientIdentity::generate().unwrap();
        let shown = handshake(None, Some(&identity)).await.unwrap();
        assert_eq!(shown, identity.certificate.der().to_vec());
    }

    #[tokio::test]
    async fn another_server_is_refused() {
        let other = server(vec!["localhost".to_owned()]);
        let err = handshake(Some(&other), None).await.unwrap_err();
        assert!(
            err.contains("not the certificate of the handshake line"),
            "{err}"
        );
    }

    #[tokio::test]
    async fn without_a_certificate_a_server_that_asks_for_one_refuses() {
        let err = handshake(None, None).await.unwrap_err();
        assert!(err.contains("peer sent no certificates"), "{err}");
    }
}
