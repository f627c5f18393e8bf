//! AutoMTLS: a certificate that lives as long as the process, and one single client that may
//! connect.

use std::sync::Arc;

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use super::ServeError;

/// Go's TLS client checks the certificate against this name.
const SERVER_NAME: &str = "localhost";

/// The server side of mutual TLS with the host that started us.
pub(super) struct MutualTls {
    pub(super) acceptor: TlsAcceptor,
    /// Our certificate, which the host learns from the handshake line.
    pub(super) certificate: CertificateDer<'static>,
}

impl MutualTls {
    /// Makes a key and a certificate; only the holder of the key of `client` will be able to
    /// connect.
    pub(super) fn pinned_to(client: CertificateDer<'static>) -> Result<Self, ServeError> {
        // P-256 takes a fifth of the time of P-384 to make; Go clients accept it.
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = throwaway_parameters()?.self_signed(&key)?.der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));

        // Passed explicitly: the process-wide default is not ours to count on.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = PinnedClient {
            certificate: client,
            provider: Arc::clone(&provider),
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_single_cert(vec![certificate.clone()], key)?;
        config.alpn_protocols = vec![b"h2".to_vec()];

        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }
}

fn throwaway_parameters() -> Result<CertificateParams, rcgen::Error> {
    let mut parameters = CertificateParams::new([SERVER_NAME.to_owned()])?;
    parameters
        .distinguished_name
        .push(DnType::CommonName, SERVER_NAME);
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = OffsetDateTime::now_utc();
    parameters.not_before = now - Duration::days(1);
    parameters.not_after = now + Duration::days(365);
    Ok(parameters)
}

/// Accepts exactly one certificate, byte for byte, from a client that proves to hold its key.
///
/// Terraform's certificate is self-signed with CA:TRUE, which rustls' own verifier refuses as an
/// end-entity certificate, and it has a P-521 key, which of rustls' providers only aws-lc-rs can
/// verify.
#[derive(Debug)]
struct PinnedClient {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for PinnedClient {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if end_entity.as_ref() == self.certificate.as_ref() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::UnknownIssuer.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use rcgen::{BasicConstraints, IsCa, PKCS_ECDSA_P521_SHA512};
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion, version};
    use tokio_rustls::TlsConnector;

    use super::*;

    /// A client certificate as Terraform makes it.
    pub(in crate::plugin) struct Client {
        pub(in crate::plugin) certificate: CertificateDer<'static>,
        pub(in crate::plugin) pem: String,
        key: PrivateKeyDer<'static>,
    }

    impl Client {
        pub(in crate::plugin) fn like_terraform() -> Self {
            let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
            let name = &mut parameters.distinguished_name;
            name.push(DnType::CommonName, "localhost");
            name.push(DnType::OrganizationName, "HashiCorp");
            parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            parameters.extended_key_usages = vec![
                ExtendedKeyUsagePurpose::ClientAuth,
                ExtendedKeyUsagePurpose::ServerAuth,
            ];
            let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
            let certificate = parameters.self_signed(&key).unwrap();
            Self {
                certificate: certificate.der().clone(),
                pem: certificate.pem(),
                key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            }
        }
    }

    /// TLS as Terraform does it: trusts `server` alone, and shows the certificate of `client`.
    pub(in crate::plugin) fn client_config(
        server: &CertificateDer<'static>,
        client: Option<&Client>,
        version: &'static SupportedProtocolVersion,
    ) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(server.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match client {
            Some(client) => builder
                .with_client_auth_cert(vec![client.certificate.clone()], client.key.clone_key())
                .unwrap(),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }

    struct Session {
        version: ProtocolVersion,
        alpn: Vec<u8>,
        peer: CertificateDer<'static>,
    }

    /// What the server makes of a connection from `client`.
    async fn connect(
        server: &MutualTls,
        client: Option<&Client>,
        version: &'static SupportedProtocolVersion,
    ) -> std::io::Result<Session> {
        let config = client_config(&server.certificate, client, version);
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let name = ServerName::try_from(SERVER_NAME).unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let (accepted, _connected) = tokio::join!(
            server.acceptor.accept(ours),
            connector.connect(name, theirs)
        );
        let accepted = accepted?;
        let (_, session) = accepted.get_ref();
        Ok(Session {
            version: session.protocol_version().unwrap(),
            alpn: session.alpn_protocol().unwrap().to_vec(),
            peer: session.peer_certificates().unwrap()[0].clone(),
        })
    }

    #[tokio::test]
    async fn the_p521_authority_certificate_of_terraform_is_accepted() {
        let client = Client::like_terraform();
        let server = MutualTls::pinned_to(client.certificate.clone()).unwrap();

        let session = connect(&server, Some(&client), &version::TLS13)
            .await
            .unwrap();

        assert_eq!(session.version, ProtocolVersion::TLSv1_3);
        assert_eq!(session.alpn, b"h2");
        assert_eq!(session.peer, client.certificate);
    }

    #[tokio::test]
    async fn tls_1_2_is_enough() {
        let client = Client::like_terraform();
        let server = MutualTls::pinned_to(client.certificate.clone()).unwrap();

        let session = connect(&server, Some(&client), &version::TLS12)
            .await
            .unwrap();

        assert_eq!(session.version, ProtocolVersion::TLSv1_2);
        assert_eq!(session.peer, client.certificate);
    }

    #[tokio::test]
    async fn another_certificate_with_the_same_subject_is_refused() {
        let server = MutualTls::pinned_to(Client::like_terraform().certificate).unwrap();
        let stranger = Client::like_terraform();

        for version in [&version::TLS12, &version::TLS13] {
            let refusal = connect(&server, Some(&stranger), version).await.err();
            assert_eq!(
                refusal.unwrap().to_string(),
                "invalid peer certificate: UnknownIssuer"
            );
        }
    }

    #[tokio::test]
    async fn a_client_without_certificate_is_refused() {
        let server = MutualTls::pinned_to(Client::like_terraform().certificate).unwrap();

        for version in [&version::TLS12, &version::TLS13] {
            let refusal = connect(&server, None, version).await.err();
            assert_eq!(
                refusal.unwrap().to_string(),
                "peer sent no certificates",
                "{version:?}"
            );
        }
    }

    /// The certificate travels in an environment variable, so knowing it must not be enough.
    #[tokio::test]
    async fn the_right_certificate_with_the_wrong_key_is_refused() {
        let terraform = Client::like_terraform();
        let server = MutualTls::pinned_to(terraform.certificate.clone()).unwrap();
        for version in [&version::TLS12, &version::TLS13] {
            let provider = aws_lc_rs::default_provider();
            let key = provider
                .key_provider
                .load_private_key(Client::like_terraform().key)
                .unwrap();
            let refusal = connect_with_key(&server, &terraform.certificate, key, version)
                .await
                .err();
            assert_eq!(
                refusal.unwrap().to_string(),
                "invalid peer certificate: BadSignature",
                "{version:?}"
            );
        }
    }

    /// rustls refuses to build a client whose key does not fit its certificate, so the pair comes
    /// from a resolver.
    async fn connect_with_key(
        server: &MutualTls,
        certificate: &CertificateDer<'static>,
        key: Arc<dyn rustls::sign::SigningKey>,
        version: &'static SupportedProtocolVersion,
    ) -> std::io::Result<()> {
        #[derive(Debug)]
        struct Mismatched(Arc<rustls::sign::CertifiedKey>);

        impl rustls::client::ResolvesClientCert for Mismatched {
            fn resolve(
                &self,
                _roots: &[&[u8]],
                _schemes: &[SignatureScheme],
            ) -> Option<Arc<rustls::sign::CertifiedKey>> {
                Some(Arc::clone(&self.0))
            }

            fn has_certs(&self) -> bool {
                true
            }
        }

        let mut roots = RootCertStore::empty();
        roots.add(server.certificate.clone()).unwrap();
        let pair = rustls::sign::CertifiedKey::new(vec![certificate.clone()], key);
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_client_cert_resolver(Arc::new(Mismatched(Arc::new(pair))));

        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let name = ServerName::try_from(SERVER_NAME).unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let (accepted, _connected) = tokio::join!(
            server.acceptor.accept(ours),
            connector.connect(name, theirs)
        );
        accepted.map(drop)
    }
}
