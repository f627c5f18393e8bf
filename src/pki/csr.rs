//! Certificate signing requests (PKCS#10, RFC 2986): what a CSR holds, and whether it can be sent
//! at all.

use std::fmt;
use std::net::IpAddr;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA512_ASN1, UnparsedPublicKey, VerificationAlgorithm,
};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::error::X509Error;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::{OID_EC_P256, OID_NIST_EC_P384, OID_SIG_ECDSA_WITH_SHA512, Oid};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::{PublicKey, RSAPublicKey};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::pem::{self, PemError};
use super::private_key::holds_private_key;

/// Label of a CSR as RFC 7468 writes it.
const LABEL: &str = "CERTIFICATE REQUEST";
/// First line of what `openssl req -text` prints before the block.
const PRINTED: &str = "Certificate Request:";
/// Characters that a line of it without a colon has in one word at most: more of them may be a
/// secret.
const LONGEST_WORD: usize = 40;
/// Label that older tools, and DigiCert's own instructions, write.
const NEW_LABEL: &str = "NEW CERTIFICATE REQUEST";
const MIN_RSA_BITS: u32 = 2048;
/// Larger keys are refused before any arithmetic is done with them.
const MAX_RSA_BITS: u32 = 16_384;
/// The largest RSA key whose signatures the crypto library verifies.
const MAX_VERIFIED_RSA_BITS: u32 = 8192;

/// A CSR whose key is strong enough and whose signature proves possession of that key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csr {
    der: Vec<u8>,
    public_key: Vec<u8>,
    key_algorithm: KeyAlgorithm,
    common_name: Option<String>,
    dns_names: Vec<String>,
    other_names: Vec<String>,
}

/// The kinds of key that CertCentral puts into public TLS certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSA, with the length of the modulus in bits.
    Rsa {
        /// Bits of the modulus: 2048 to 16384.
        bits: u32,
    },
    /// ECDSA on NIST P-256.
    EcdsaP256,
    /// ECDSA on NIST P-384.
    EcdsaP384,
}

/// Why a text is not a usable CSR. No variant holds any part of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsrError {
    /// A private key was given.
    #[error(
        "the text holds a private key, not a certificate signing request; keep the key secret and \
         pass the CSR that was made from it"
    )]
    PrivateKey,
    /// No PEM block at all, or a broken one.
    #[error("the text is not PEM: {0}; it must start with \"-----BEGIN CERTIFICATE REQUEST-----\"")]
    NotPem(String),
    /// A certificate was given.
    #[error(
        "the text is a certificate, not a certificate signing request; pass the CSR (label \
         CERTIFICATE REQUEST)"
    )]
    Certificate,
    /// A PEM block of some other kind.
    #[error(
        "the text is a PEM block of type {0:?}, not a certificate signing request (CERTIFICATE \
         REQUEST)"
    )]
    OtherBlock(String),
    /// More than one PEM block.
    #[error("the text holds {0} PEM blocks; pass exactly one certificate signing request")]
    SeveralBlocks(usize),
    /// Something else than what `openssl req -text` prints stands before the CSR.
    #[error(
        "a text that is not shown here stands before the certificate signing request; pass the CSR \
         alone, or with what `openssl req -text` prints"
    )]
    TextBefore,
    /// Something follows the CSR, in the text or inside the block.
    #[error("data follows the certificate signing request; pass the CSR alone")]
    TrailingData,
    /// The block is not a PKCS#10 structure.
    #[error("the block does not hold a PKCS#10 certificate signing request")]
    NotPkcs10,
    /// RSA key too short.
    #[error("the RSA key has {bits} bits; public TLS certificates need at least 2048")]
    RsaTooShort {
        /// Bits of the modulus.
        bits: u32,
    },
    /// RSA key too long.
    #[error("the RSA key has {bits} bits; at most 16384 are accepted")]
    RsaTooLong {
        /// Bits of the modulus.
        bits: u32,
    },
    /// RSA key whose length is no whole number of bytes.
    #[error(
        "the RSA key has {bits} bits; the CA/Browser Forum asks for a multiple of 8, such as 2048, \
         3072 or 4096"
    )]
    RsaOddLength {
        /// Bits of the modulus.
        bits: u32,
    },
    /// RSA key with an even exponent or the exponent 1.
    #[error("the RSA key has an exponent that gives no security; make a new key")]
    RsaExponent,
    /// A key that is neither RSA nor P-256 nor P-384.
    #[error(
        "public TLS certificates cannot hold a key of the kind {algorithm}; use RSA with at least \
         2048 bits, ECDSA P-256 or ECDSA P-384"
    )]
    KeyAlgorithm {
        /// Key algorithm, with the curve: the name people know it by, or the object identifier.
        algorithm: String,
    },
    /// The signature does not match.
    #[error(
        "the signature does not match the key: the certificate signing request was altered or \
         damaged"
    )]
    BadSignature,
    /// The signature algorithm is obsolete or unknown.
    #[error(
        "the signature algorithm {algorithm} is obsolete or unknown; sign the request with SHA-256"
    )]
    SignatureAlgorithm {
        /// Object identifier of the signature algorithm.
        algorithm: String,
    },
}

impl CsrError {
    /// Whether the text may hold a secret, so that nothing may show it.
    #[must_use]
    pub fn is_about_a_secret(&self) -> bool {
        matches!(self, Self::PrivateKey | Self::TextBefore)
    }
}

impl Csr {
    /// Reads one CSR from PEM with either label, any line ends and any line width.
    ///
    /// # Errors
    ///
    /// [`CsrError`] if the text is not exactly one CSR, if its key is unfit for a public TLS
    /// certificate, or if its signature is wrong. RSA signatures above 8192 bits are left to
    /// CertCentral to verify.
    pub fn from_pem(text: &str) -> Result<Self, CsrError> {
        let der = single_block(text)?;
        let (rest, request) =
            X509CertificationRequest::from_der(&der).map_err(|_| CsrError::NotPkcs10)?;
        if !rest.is_empty() {
            return Err(CsrError::TrailingData);
        }
        let info = &request.certification_request_info;
        let key_algorithm = key_algorithm(&info.subject_pki)?;
        verify(&request, key_algorithm)?;
        let common_name = info
            .subject
            .iter_common_name()
            .find_map(|name| name.as_str().ok())
            .map(str::to_owned);
        let public_key = info.subject_pki.raw.to_vec();
        let (dns_names, other_names) = names(&request);
        Ok(Self {
            der,
            public_key,
            key_algorithm,
            common_name,
            dns_names,
            other_names,
        })
    }

    /// The request as DER: two PEM texts are the same CSR when their DER is equal.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The request as canonical PEM: label `CERTIFICATE REQUEST`, LF, 64 characters a line,
    /// trailing LF.
    #[must_use]
    pub fn pem(&self) -> String {
        pem::encode(LABEL, &self.der)
    }

    /// The public key as DER of `SubjectPublicKeyInfo`; the certificate issued for this CSR holds
    /// the same bytes.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Kind and size of the key.
    #[must_use]
    pub fn key_algorithm(&self) -> KeyAlgorithm {
        self.key_algorithm
    }

    /// Common name of the subject, as written there.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// DNS names of the requested subject alternative name extension, as written there.
    #[must_use]
    pub fn dns_names(&self) -> &[String] {
        &self.dns_names
    }

    /// IP addresses, e-mail addresses and URIs of the same extension: names that no order can have.
    #[must_use]
    pub fn other_names(&self) -> &[String] {
        &self.other_names
    }
}

/// Whether two texts hold the same request, whatever their line ends, label and surrounding text.
/// Judges neither key nor signature, so that an order placed elsewhere compares too; a text without
/// PEM armour is read as bare base64, which CertCentral accepts and may answer with.
#[must_use]
pub fn is_same_request(a: &str, b: &str) -> bool {
    a == b || matches!((request_der(a), request_der(b)), (Some(a), Some(b)) if a == b)
}

fn request_der(text: &str) -> Option<Vec<u8>> {
    let (mut blocks, _) = pem::split(text).ok()?;
    match (blocks.pop(), blocks.is_empty()) {
        (Some(block), true) if matches!(block.label, LABEL | NEW_LABEL) => Some(block.der),
        (None, _) => pem::decode(text).ok(),
        _ => None,
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::EcdsaP256 => f.write_str("ECDSA P-256"),
            Self::EcdsaP384 => f.write_str("ECDSA P-384"),
        }
    }
}

fn single_block(text: &str) -> Result<Vec<u8>, CsrError> {
    // Looked for before anything is parsed, so that even a damaged key is recognised and never
    // quoted.
    if holds_private_key(text) {
        return Err(CsrError::PrivateKey);
    }
    let (mut blocks, rest) =
        pem::split(text).map_err(|error: PemError| CsrError::NotPem(error.to_string()))?;
    if blocks.len() > 1 {
        return Err(CsrError::SeveralBlocks(blocks.len()));
    }
    let Some(block) = blocks.pop() else {
        return Err(CsrError::NotPem("there is no BEGIN line".to_owned()));
    };
    match block.label {
        LABEL | NEW_LABEL => {}
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            return Err(CsrError::Certificate);
        }
        other => return Err(CsrError::OtherBlock(other.to_owned())),
    }
    let before = text.split(pem::BEGIN).next().unwrap_or_default();
    if !is_blank_or_printed(before) {
        return Err(CsrError::TextBefore);
    }
    if rest.trim().is_empty() {
        Ok(block.der)
    } else {
        Err(CsrError::TrailingData)
    }
}

/// Returns whether a text is white space, or what `openssl req -text` prints: a heading with
/// indented lines below it.
fn is_blank_or_printed(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let Some(heading) = lines.next() else {
        return true;
    };
    let indentation = |line: &str| line.len() - line.trim_start().len();
    heading.trim() == PRINTED
        && lines.all(|line| {
            let words = line.split(|it: char| !it.is_ascii_alphanumeric() && !"+/=".contains(it));
            let is_plain = line.contains(':')
                || words
                    .max_by_key(|it| it.len())
                    .is_none_or(|it| it.len() <= LONGEST_WORD);
            indentation(line) > indentation(heading) && is_plain
        })
}

fn key_algorithm(key: &SubjectPublicKeyInfo<'_>) -> Result<KeyAlgorithm, CsrError> {
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => rsa_strength(&rsa),
        Ok(PublicKey::EC(_)) => {
            let curve = key
                .algorithm
                .parameters
                .as_ref()
                .and_then(|parameters| parameters.as_oid().ok());
            match curve {
                Some(curve) if curve == OID_EC_P256 => Ok(KeyAlgorithm::EcdsaP256),
                Some(curve) if curve == OID_NIST_EC_P384 => Ok(KeyAlgorithm::EcdsaP384),
                Some(curve) => Err(CsrError::KeyAlgorithm {
                    algorithm: known_name(&curve),
                }),
                None => Err(CsrError::KeyAlgorithm {
                    algorithm: "elliptic curve without a name".to_owned(),
                }),
            }
        }
        _ => Err(CsrError::KeyAlgorithm {
            algorithm: known_name(&key.algorithm.algorithm),
        }),
    }
}

/// Kinds of keys that public TLS certificates cannot hold, by object identifier.
///
/// Sources: RFC 5480, RFC 5639, RFC 8410, SEC 2
const OTHER_KEYS: [(&str, &str); 13] = [
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10045.3.1.1", "ECDSA P-192"),
    ("1.2.840.113549.1.1.10", "RSA-PSS"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.3.132.0.10", "ECDSA secp256k1"),
    ("1.3.132.0.33", "ECDSA P-224"),
    ("1.3.132.0.35", "ECDSA P-521"),
    ("1.3.36.3.3.2.8.1.1.7", "ECDSA brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "ECDSA brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "ECDSA brainpoolP512r1"),
];

fn known_name(identifier: &Oid<'_>) -> String {
    let identifier = identifier.to_id_string();
    let known = OTHER_KEYS.iter().find(|(number, _)| *number == identifier);
    known.map_or(identifier, |(_, name)| (*name).to_owned())
}

fn rsa_strength(key: &RSAPublicKey<'_>) -> Result<KeyAlgorithm, CsrError> {
    let bits = bit_length(key.modulus);
    if bits < MIN_RSA_BITS {
        return Err(CsrError::RsaTooShort { bits });
    }
    if bits > MAX_RSA_BITS {
        return Err(CsrError::RsaTooLong { bits });
    }
    if !bits.is_multiple_of(8) {
        return Err(CsrError::RsaOddLength { bits });
    }
    let is_odd = key.exponent.last().is_some_and(|byte| byte & 1 == 1);
    if !is_odd || bit_length(key.exponent) < 2 {
        return Err(CsrError::RsaExponent);
    }
    Ok(KeyAlgorithm::Rsa { bits })
}

/// Bits of a big-endian number without its leading zeros; `u32::MAX` where even the count does not
/// fit.
fn bit_length(number: &[u8]) -> u32 {
    let significant = number
        .iter()
        .position(|byte| *byte != 0)
        .map_or(&[][..], |start| &number[start..]);
    let Some(first) = significant.first() else {
        return 0;
    };
    u32::try_from(significant.len())
        .ok()
        .and_then(|bytes| bytes.checked_mul(8))
        .map_or(u32::MAX, |bits| bits - first.leading_zeros())
}

fn verify(
    request: &X509CertificationRequest<'_>,
    key_algorithm: KeyAlgorithm,
) -> Result<(), CsrError> {
    if matches!(key_algorithm, KeyAlgorithm::Rsa { bits } if bits > MAX_VERIFIED_RSA_BITS) {
        return Ok(());
    }
    match request.verify_signature() {
        Ok(()) => Ok(()),
        Err(X509Error::SignatureUnsupportedAlgorithm) => {
            verify_ecdsa_sha512(request, key_algorithm)
        }
        Err(_) => Err(CsrError::BadSignature),
    }
}

/// ECDSA with SHA-512 is sound and `openssl req -sha512` makes it, but `x509-parser` does not know
/// it.
fn verify_ecdsa_sha512(
    request: &X509CertificationRequest<'_>,
    key_algorithm: KeyAlgorithm,
) -> Result<(), CsrError> {
    let algorithm = &request.signature_algorithm.algorithm;
    let verifier: &dyn VerificationAlgorithm = match key_algorithm {
        KeyAlgorithm::EcdsaP256 if *algorithm == OID_SIG_ECDSA_WITH_SHA512 => {
            &ECDSA_P256_SHA512_ASN1
        }
        KeyAlgorithm::EcdsaP384 if *algorithm == OID_SIG_ECDSA_WITH_SHA512 => {
            &ECDSA_P384_SHA512_ASN1
        }
        _ => {
            return Err(CsrError::SignatureAlgorithm {
                algorithm: algorithm.to_id_string(),
            });
        }
    };
    let info = &request.certification_request_info;
    UnparsedPublicKey::new(verifier, &info.subject_pki.subject_public_key.data)
        .verify(info.raw, &request.signature_value.data)
        .map_err(|_| CsrError::BadSignature)
}

/// The DNS names of the requested extension, and its names of other kinds.
fn names(request: &X509CertificationRequest<'_>) -> (Vec<String>, Vec<String>) {
    let (mut dns_names, mut others) = (Vec::new(), Vec::new());
    let extensions = request.requested_extensions().into_iter().flatten();
    for extension in extensions {
        let ParsedExtension::SubjectAlternativeName(names) = extension else {
            continue;
        };
        for name in &names.general_names {
            match name {
                GeneralName::DNSName(name) => dns_names.push((*name).to_owned()),
                GeneralName::RFC822Name(name) | GeneralName::URI(name) => {
                    others.push((*name).to_owned());
                }
                GeneralName::IPAddress(bytes) => others.extend(ip_address(bytes)),
                _ => {}
            }
        }
    }
    (dns_names, others)
}

fn ip_address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|bytes| IpAddr::from(bytes).to_string());
    let v6 = <[u8; 16]>::try_from(bytes).map(|bytes| IpAddr::from(bytes).to_string());
    v4.or(v6).ok()
}

#[cfg(test)]
mod tests {
    use rcgen::{
        CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
        PKCS_ECDSA_P521_SHA512, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize,
    };

    use super::*;

    const REQUEST: &str =
        include_str!("../../tests/fixtures/certcentral/order_create_request.json");

    /// The CSR of the pinned order fixture: RSA 2048, common name only.
    fn fixture_csr() -> String {
        let body: serde_json::Value = serde_json::from_str(REQUEST).unwrap();
        body["certificate"]["csr"].as_str().unwrap().to_owned()
    }

    fn csr_of(key: &KeyPair, common_name: &str, dns_names: &[&str]) -> String {
        let names: Vec<String> = dns_names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        params.serialize_request(key).unwrap().pem().unwrap()
    }

    fn error_of(text: &str) -> CsrError {
        Csr::from_pem(text).unwrap_err()
    }

    #[test]
    fn key_and_names_are_read() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        let csr = Csr::from_pem(&csr_of(
            &key,
            "a.example.com",
            &["a.example.com", "*.b.example.com"],
        ))
        .unwrap();
        assert_eq!(csr.key_algorithm(), KeyAlgorithm::EcdsaP384);
        assert_eq!(csr.common_name(), Some("a.example.com"));
        assert_eq!(csr.dns_names(), ["a.example.com", "*.b.example.com"]);
        assert!(csr.public_key().ends_with(key.public_key_raw()));
    }

    #[test]
    fn every_accepted_kind_of_key_is_named_with_its_size() {
        let fixture = Csr::from_pem(&fixture_csr()).unwrap();
        assert_eq!(fixture.key_algorithm(), KeyAlgorithm::Rsa { bits: 2048 });
        assert_eq!(fixture.key_algorithm().to_string(), "RSA 2048");
        assert_eq!(fixture.common_name(), Some("shop.example.com"));
        assert_eq!(fixture.dns_names(), [] as [&str; 0]);

        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_3072).unwrap();
        let csr = Csr::from_pem(&csr_of(&key, "a.example.com", &[])).unwrap();
        assert_eq!(csr.key_algorithm(), KeyAlgorithm::Rsa { bits: 3072 });

        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let csr = Csr::from_pem(&csr_of(&key, "a.example.com", &[])).unwrap();
        assert_eq!(csr.key_algorithm().to_string(), "ECDSA P-256");
    }

    #[test]
    fn wrapping_line_ends_and_label_do_not_change_the_request() {
        let original = fixture_csr();
        let expected = Csr::from_pem(&original).unwrap();
        let body: String = original
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let one_line = format!(
            "-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----"
        );
        for text in [
            original.replace('\n', "\r\n"),
            original.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
            one_line,
            format!("Certificate Request:\n    Data: ...\n{original}\n\n"),
        ] {
            let csr = Csr::from_pem(&text).unwrap();
            assert_eq!(csr, expected);
            assert_eq!(csr.pem(), original, "canonical PEM is the fixture's form");
        }
    }

    #[test]
    fn the_same_request_compares_equal_in_every_form() {
        let csr = fixture_csr();
        let bare: String = csr
            .lines()
            .filter(|line| !line.starts_with("---"))
            .collect();
        for other in [
            csr.replace('\n', "\r\n"),
            csr.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
            format!("Data:\n{csr}\nmade on Monday\n"),
            bare,
        ] {
            assert!(is_same_request(&csr, &other), "{other}");
        }
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let unfit = csr_of(&key, "a.example.com", &[]);
        assert!(is_same_request(&unfit, &unfit.replace('\n', "\r\n")));
        for other in [
            unfit,
            format!("{csr}{csr}"),
            csr.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
            String::new(),
        ] {
            assert!(!is_same_request(&csr, &other), "{other}");
        }
    }

    #[test]
    fn a_private_key_is_named_and_never_quoted() {
        let key = KeyPair::generate().unwrap();
        let pem = key.serialize_pem();
        let secret = pem.lines().nth(1).unwrap();
        for text in [
            pem.clone(),
            format!("{}{pem}", fixture_csr()),
            pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
            pem.lines().take(2).collect::<Vec<_>>().join("\n"),
        ] {
            let error = error_of(&text);
            assert_eq!(error, CsrError::PrivateKey);
            assert!(!format!("{error} {error:?}").contains(secret));
        }
    }

    #[test]
    fn what_openssl_prints_may_stand_before_the_request_and_nothing_else() {
        let csr = fixture_csr();
        let expected = Csr::from_pem(&csr).unwrap();
        let printed = "Certificate Request:\n    Data:\n        Version: 1 (0x0)\n        Subject: \
            C=US, O=Shop, CN=shop.example.com\n        Subject Public Key Info:\n            \
            Public Key Algorithm: rsaEncryption\n                Public-Key: (2048 \
            bit)\n                Modulus:\n                    \
            00:b4:30:82:01:9a:7c:5d:30:2e:02:01:00:30:05:\n                    c1\n                \
            Exponent: 65537 (0x10001)\n        Attributes:\n            (none)\n            \
            Requested Extensions:\n                X509v3 Extended Key \
            Usage: \n                    TLS Web Server Authentication, TLS Web Client \
            Authentication\n    Signature Algorithm: sha256WithRSAEncryption\n    Signature \
            Value:\n        5a:30:11\n";
        for before in [
            String::new(),
            " \r\n\t\n".to_owned(),
            printed.to_owned(),
            printed.replace('\n', "\r\n"),
            printed
                .lines()
                .map(|line| format!("    {line}\n"))
                .collect(),
        ] {
            assert_eq!(
                Csr::from_pem(&format!("{before}{csr}")),
                Ok(expected.clone()),
                "{before}"
            );
        }
        let body = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5";
        for before in [
            "a note\n",
            "hunter2",
            body,
            "-----\n",
            "----BEGIN SOMETHING----\nAAAA\n----END SOMETHING----\n",
            "Certificate Request:\nhunter2\n",
            "Certificate Request: hunter2\n",
            "Data:\n    Version: 1 (0x0)\n",
            &format!("{printed}{body}\n"),
            &format!("{printed}        {body}\n"),
        ] {
            let error = error_of(&format!("{before}{csr}"));
            assert_eq!(error, CsrError::TextBefore, "{before}");
            assert!(error.is_about_a_secret());
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
        let key = KeyPair::generate().unwrap();
        let bare = data_encoding::BASE64.encode(&key.serialize_der());
        for before in [
            bare.as_str(),
            "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\nAAAA\n",
            "Private-Key: (2048 bit, 2 primes)\nprivateExponent:\n    4f:\n",
            &key.serialize_pem().replace("-----", "----"),
        ] {
            assert_eq!(error_of(&format!("{before}\n{csr}")), CsrError::PrivateKey);
            assert_eq!(error_of(&format!("{csr}\n{before}")), CsrError::PrivateKey);
        }
    }

    #[test]
    fn other_things_that_people_paste_are_named() {
        let csr = fixture_csr();
        let certificate =
            include_str!("../../tests/fixtures/certcentral/download_pem_nointermediate.pem");
        assert_eq!(error_of(certificate), CsrError::Certificate);
        assert_eq!(
            error_of(&csr.replace("CERTIFICATE REQUEST", "PUBLIC KEY")),
            CsrError::OtherBlock("PUBLIC KEY".to_owned())
        );
        assert_eq!(error_of(&format!("{csr}{csr}")), CsrError::SeveralBlocks(2));
        assert_eq!(error_of(&format!("{csr}hello")), CsrError::TrailingData);
        assert_eq!(
            error_of("<csr>"),
            CsrError::NotPem("there is no BEGIN line".to_owned())
        );
        assert_eq!(
            error_of(&csr.replace('M', "*")),
            CsrError::NotPem("the text between the BEGIN and END lines is not base64".to_owned())
        );
    }

    #[test]
    fn bytes_after_the_structure_are_trailing_data() {
        let mut der = Csr::from_pem(&fixture_csr()).unwrap().der().to_vec();
        der.extend_from_slice(&[0, 0]);
        assert_eq!(error_of(&pem::encode(LABEL, &der)), CsrError::TrailingData);
        assert_eq!(
            error_of(&pem::encode(LABEL, &[0x30, 0x00])),
            CsrError::NotPkcs10
        );
    }

    #[test]
    fn a_changed_request_fails_its_signature() {
        let mut der = Csr::from_pem(&fixture_csr()).unwrap().der().to_vec();
        let name = der
            .windows(4)
            .position(|window| window == b"shop")
            .expect("the common name is in the request");
        der[name] = b'x';
        assert_eq!(error_of(&pem::encode(LABEL, &der)), CsrError::BadSignature);
    }

    #[test]
    fn keys_that_public_tls_does_not_take_are_refused() {
        let p521 = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        assert_eq!(
            error_of(&csr_of(&p521, "a.example.com", &[])),
            CsrError::KeyAlgorithm {
                algorithm: "ECDSA P-521".to_owned()
            }
        );
        let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        assert_eq!(
            error_of(&csr_of(&ed25519, "a.example.com", &[])),
            CsrError::KeyAlgorithm {
                algorithm: "Ed25519".to_owned()
            }
        );
    }

    /// What `tls_private_key` makes with `algorithm = "ECDSA"` and nothing else.
    const P224: &str = "\
-----BEGIN CERTIFICATE REQUEST-----
MIHCMHICAQAwGzEZMBcGA1UEAwwQc2hvcC5leGFtcGxlLmNvbTBOMBAGByqGSM49
AgEGBSuBBAAhAzoABG+jCOzLVV5LS62IKQgxKSK1d2Cc8lnp087hvKsYKzXI18P6
HirW4nvokOCqh46J/rbwbEFpujb1oAAwCgYIKoZIzj0EAwIDQAAwPQIcP9DZXW+4
AWrDQv1aBsTVBoBgjSzD6UOxkEjxIwIdAP4TqIWEKneUUJ7DKjsqJ3JxiS4QpbfE
awHJziw=
-----END CERTIFICATE REQUEST-----
";

    #[test]
    fn a_key_on_p224_is_named_so() {
        let error = error_of(P224);
        assert_eq!(
            error.to_string(),
            "public TLS certificates cannot hold a key of the kind ECDSA P-224; use RSA with at \
             least 2048 bits, ECDSA P-256 or ECDSA P-384"
        );
    }

    #[test]
    fn rsa_strength_is_counted_in_bits_of_the_modulus() {
        let modulus = |bits: u32| {
            let bytes = bits.div_ceil(8) as usize;
            let mut number = vec![0xff; bytes];
            number[0] = 0xff >> (bytes as u32 * 8 - bits);
            number.insert(0, 0);
            number
        };
        let strength = |bits, exponent: &[u8]| {
            rsa_strength(&RSAPublicKey {
                modulus: &modulus(bits),
                exponent,
            })
        };
        let f4 = [1, 0, 1];
        assert_eq!(strength(2048, &f4), Ok(KeyAlgorithm::Rsa { bits: 2048 }));
        assert_eq!(
            strength(2047, &f4),
            Err(CsrError::RsaTooShort { bits: 2047 })
        );
        assert_eq!(
            strength(1024, &f4),
            Err(CsrError::RsaTooShort { bits: 1024 })
        );
        assert_eq!(
            strength(16_384, &f4),
            Ok(KeyAlgorithm::Rsa { bits: 16_384 })
        );
        assert_eq!(
            strength(16_385, &f4),
            Err(CsrError::RsaTooLong { bits: 16_385 })
        );
        assert_eq!(
            strength(2049, &f4),
            Err(CsrError::RsaOddLength { bits: 2049 })
        );
        for exponent in [&[1][..], &[0, 1], &[4], &[]] {
            assert_eq!(strength(2048, exponent), Err(CsrError::RsaExponent));
        }
        assert_eq!(strength(2048, &[3]), Ok(KeyAlgorithm::Rsa { bits: 2048 }));
    }
}
