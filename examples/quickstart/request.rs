//! The key pair and its certificate signing request.

use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData as _};

use crate::Result;

/// A new key with a CSR for some names.
pub(crate) struct SigningRequest {
    key: KeyPair,
    pem: String,
}

impl SigningRequest {
    /// Makes an ECDSA P-256 key and signs a request for the names with it.
    pub(crate) fn new(common_name: &str, dns_names: &[&str]) -> Result<Self> {
        let key = KeyPair::generate()?;
        let names: Vec<_> = dns_names.iter().map(ToString::to_string).collect();
        let mut parameters = CertificateParams::new(names)?;
        parameters
            .distinguished_name
            .push(DnType::CommonName, common_name);
        let pem = parameters.serialize_request(&key)?.pem()?;
        Ok(Self { key, pem })
    }

    /// What Terraform gets: the request, without the key.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// DER of the `SubjectPublicKeyInfo` that the certificate must hold.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        self.key.subject_public_key_info()
    }
}
