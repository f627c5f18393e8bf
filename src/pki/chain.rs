//! Certificate chains: which certificate of a bundle is ours, and in which order the others certify it.
//!
//! Positions are never trusted. The leaf is the certificate that holds the CSR's public key; every further link is an
//! issuer whose signature verifies. CertCentral sends three certificates, or four when a root is cross-signed, or
//! leaves the root out.

mod certificate;
#[cfg(test)]
mod tests;

pub use self::certificate::Certificate;

/// A leaf certificate with the certificates that certify it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    leaf: Certificate,
    intermediates: Vec<Certificate>,
    root: Option<Certificate>,
}

/// Why a bundle gives no chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The text is not PEM.
    #[error("the bundle is not PEM: {0}")]
    NotPem(String),
    /// The text has no certificate.
    #[error("the bundle holds no certificate")]
    Empty,
    /// A block is not a certificate; counted from 1.
    #[error("block {position} of the bundle is not a certificate ({label:?})")]
    NotCertificate {
        /// Place of the block in the bundle, from 1.
        position: usize,
        /// Label of the block.
        label: String,
    },
    /// No certificate of the bundle holds the public key of the CSR.
    #[error("no certificate of the bundle holds the public key of the CSR; it holds: {}", quoted(.subjects))]
    NoLeaf {
        /// Common names of the certificates that are there.
        subjects: Vec<String>,
    },
}

/// Names in quotation marks: they come from certificates that nobody has verified.
fn quoted(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    quoted.join(", ")
}

impl Chain {
    /// Reads a PEM bundle and orders it from the certificate that holds `public_key` (DER of `SubjectPublicKeyInfo`).
    ///
    /// Certificates that certify nothing of the chain are left out.
    ///
    /// # Errors
    ///
    /// [`ChainError`] if the text is not a bundle of certificates or holds none for this key.
    pub fn from_pem(bundle: &str, public_key: &[u8]) -> Result<Self, ChainError> {
        Self::new(Certificate::parse_bundle(bundle)?, public_key)
    }

    /// Orders certificates that are already parsed. See [`Chain::from_pem`].
    ///
    /// # Errors
    ///
    /// [`ChainError::NoLeaf`] if none of them holds `public_key`.
    pub fn new(mut pool: Vec<Certificate>, public_key: &[u8]) -> Result<Self, ChainError> {
        // A reissue may keep the key, so that several match: the newest is the one in force.
        let newest = pool
            .iter()
            .enumerate()
            .filter(|(_, certificate)| certificate.public_key() == public_key)
            .max_by_key(|(_, certificate)| certificate.not_before())
            .map(|(index, _)| index);
        let Some(index) = newest else {
            return Err(ChainError::NoLeaf {
                subjects: pool.iter().map(Certificate::label).collect(),
            });
        };
        let leaf = pool.swap_remove(index);
        let (intermediates, root) = climb(&leaf, pool);
        Ok(Self {
            leaf,
            intermediates,
            root,
        })
    }

    /// The certificate that holds the CSR's public key.
    #[must_use]
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// Intermediates, each certified by the one that follows; a cross-signed root is among them.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// The self-signed end of the chain, if the bundle had it.
    #[must_use]
    pub fn root(&self) -> Option<&Certificate> {
        self.root.as_ref()
    }

    /// PEM of the intermediates, LF line ends; empty if there are none.
    #[must_use]
    pub fn intermediates_pem(&self) -> String {
        self.intermediates.iter().map(Certificate::pem).collect()
    }

    /// PEM of the leaf and the intermediates: what a server is configured with.
    #[must_use]
    pub fn full_chain_pem(&self) -> String {
        self.leaf.pem() + &self.intermediates_pem()
    }
}

/// Follows issuers from the leaf upwards, taking each link out of `pool`.
///
/// Where both a self-signed root and its cross-signed twin certify a link, the twin becomes the last intermediate
/// (older clients need it) and the self-signed one the root.
fn climb(
    leaf: &Certificate,
    mut pool: Vec<Certificate>,
) -> (Vec<Certificate>, Option<Certificate>) {
    let mut intermediates: Vec<Certificate> = Vec::new();
    let mut root = None;
    loop {
        let link = intermediates.last().unwrap_or(leaf);
        if let Some(index) = issuer_of(link, &pool, true) {
            root = Some(pool.swap_remove(index));
        }
        let Some(index) = issuer_of(link, &pool, false) else {
            return (intermediates, root);
        };
        intermediates.push(pool.swap_remove(index));
    }
}

/// The newest certificate of the pool that issued `link`, among the self-signed ones or among the others.
fn issuer_of(link: &Certificate, pool: &[Certificate], self_signed: bool) -> Option<usize> {
    pool.iter()
        .enumerate()
        .filter(|(_, candidate)| {
            candidate.is_self_signed() == self_signed && link.is_issued_by(candidate)
        })
        .max_by_key(|(_, candidate)| candidate.not_before())
        .map(|(index, _)| index)
}
