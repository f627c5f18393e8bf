//! One X.509 certificate: the facts that Terraform users see, and the signature check that orders a
//! chain.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use data_encoding::HEXUPPER;
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::ExtendedKeyUsage;
use x509_parser::prelude::FromDer;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use super::chain::ChainError;
use crate::pki::pem;

const LABEL: &str = "CERTIFICATE";

/// A parsed certificate. Two are equal when their DER is.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: Vec<u8>,
    serial_number: String,
    thumbprint: String,
    subject: Vec<u8>,
    issuer: Vec<u8>,
    subject_common_name: Option<String>,
    issuer_common_name: Option<String>,
    organization: Option<String>,
    dns_names: Vec<String>,
    extended_key_usages: Vec<String>,
    signature_hash: Option<&'static str>,
    public_key: Vec<u8>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    self_signed: bool,
}

impl Certificate {
    /// Reads every certificate of a PEM text in its order; a certificate that is there twice counts
    /// once.
    ///
    /// # Errors
    ///
    /// [`ChainError`] if the text is not PEM, is empty, or has a block that is not a certificate.
    pub fn parse_bundle(bundle: &str) -> Result<Vec<Self>, ChainError> {
        let (blocks, _) =
            pem::split(bundle).map_err(|error| ChainError::NotPem(error.to_string()))?;
        let mut certificates: Vec<Self> = Vec::with_capacity(blocks.len());
        for (index, block) in blocks.into_iter().enumerate() {
            let label = block.label;
            let certificate = Some(block.der)
                .filter(|_| label == LABEL)
                .and_then(Self::from_der)
                .ok_or_else(|| ChainError::NotCertificate {
                    position: index + 1,
                    label: label.to_owned(),
                })?;
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(ChainError::Empty);
        }
        Ok(certificates)
    }

    fn from_der(der: Vec<u8>) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(&der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let self_signed = parsed.subject().as_raw() == parsed.issuer().as_raw()
            && parsed.verify_signature(None).is_ok();
        let dns_names = match parsed.subject_alternative_name() {
            Ok(Some(names)) => dns_names(&names.value.general_names),
            _ => Vec::new(),
        };
        let extended_key_usages = match parsed.extended_key_usage() {
            Ok(Some(usages)) => usage_names(usages.value),
            _ => Vec::new(),
        };
        Some(Self {
            serial_number: HEXUPPER.encode(unsigned(parsed.raw_serial())),
            thumbprint: HEXUPPER.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &der).as_ref()),
            subject: parsed.subject().as_raw().to_vec(),
            issuer: parsed.issuer().as_raw().to_vec(),
            subject_common_name: common_name(parsed.subject()),
            issuer_common_name: common_name(parsed.issuer()),
            organization: organization(parsed.subject()),
            dns_names,
            extended_key_usages,
            signature_hash: signature_hash(&parsed.signature_algorithm.algorithm),
            public_key: parsed.public_key().raw.to_vec(),
            not_before: parsed.validity().not_before.to_datetime(),
            not_after: parsed.validity().not_after.to_datetime(),
            self_signed,
            der,
        })
    }

    /// The certificate as DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM with LF line ends and a trailing LF.
    #[must_use]
    pub fn pem(&self) -> String {
        pem::encode(LABEL, &self.der)
    }

    /// Serial number in upper-case hex, two digits a byte, as CertCentral writes it.
    #[must_use]
    pub fn serial_number(&self) -> &str {
        &self.serial_number
    }

    /// SHA-1 of the DER in upper-case hex, 40 digits, as CertCentral writes it.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Common name of the subject.
    #[must_use]
    pub fn subject_common_name(&self) -> Option<&str> {
        self.subject_common_name.as_deref()
    }

    /// Common name of the issuer.
    #[must_use]
    pub fn issuer_common_name(&self) -> Option<&str> {
        self.issuer_common_name.as_deref()
    }

    /// Organization of the subject.
    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// Extended key usages by the names of RFC 5280, others by their object identifier. Empty where
    /// the certificate names none.
    #[must_use]
    pub fn extended_key_usages(&self) -> &[String] {
        &self.extended_key_usages
    }

    /// Hash of the issuer's signature, such as `sha256`; none for an algorithm whose name does not
    /// tell it.
    #[must_use]
    pub fn signature_hash(&self) -> Option<&'static str> {
        self.signature_hash
    }

    /// DNS names of the subject alternative name extension.
    #[must_use]
    pub fn dns_names(&self) -> &[String] {
        &self.dns_names
    }

    /// The public key as DER of `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// First instant of the validity.
    #[must_use]
    pub fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    /// Last instant of the validity.
    #[must_use]
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// Whether `now` lies within the validity, both ends included.
    #[must_use]
    pub fn is_valid_at(&self, now: OffsetDateTime) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// Whether the certificate is signed with its own key: a root.
    #[must_use]
    pub fn is_self_signed(&self) -> bool {
        self.self_signed
    }

    /// Whether `issuer` issued this certificate: the names match and the signature verifies with
    /// its key.
    #[must_use]
    pub fn is_issued_by(&self, issuer: &Self) -> bool {
        if self.issuer != issuer.subject {
            return false;
        }
        let (Ok((_, certificate)), Ok((_, key))) = (
            X509Certificate::from_der(&self.der),
            SubjectPublicKeyInfo::from_der(&issuer.public_key),
        ) else {
            return false;
        };
        certificate.verify_signature(Some(&key)).is_ok()
    }

    /// A name for messages: the common name, or the serial number where there is none.
    pub(super) fn label(&self) -> String {
        self.subject_common_name
            .clone()
            .unwrap_or_else(|| format!("serial {}", self.serial_number))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

/// A DER INTEGER without the zero byte that only marks it as positive.
fn unsigned(serial: &[u8]) -> &[u8] {
    match serial {
        [0, rest @ ..] if !rest.is_empty() => rest,
        _ => serial,
    }
}

fn common_name(name: &X509Name<'_>) -> Option<String> {
    name.iter_common_name()
        .find_map(|value| value.as_str().ok())
        .map(str::to_owned)
}

fn organization(name: &X509Name<'_>) -> Option<String> {
    name.iter_organization()
        .find_map(|value| value.as_str().ok())
        .map(str::to_owned)
}

/// The usages in a fixed order, so that two certificates with the same ones agree.
fn usage_names(usages: &ExtendedKeyUsage<'_>) -> Vec<String> {
    let named = [
        (usages.server_auth, "serverAuth"),
        (usages.client_auth, "clientAuth"),
        (usages.code_signing, "codeSigning"),
        (usages.email_protection, "emailProtection"),
        (usages.time_stamping, "timeStamping"),
        (usages.ocsp_signing, "OCSPSigning"),
        (usages.any, "anyExtendedKeyUsage"),
    ];
    let named = named.into_iter().filter(|(is_there, _)| *is_there);
    let others = usages.other.iter().map(Oid::to_id_string);
    named
        .map(|(_, name)| name.to_owned())
        .chain(others)
        .collect()
}

/// Object identifiers of RFC 8017 and RFC 5758.
fn signature_hash(algorithm: &Oid<'_>) -> Option<&'static str> {
    match algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" => Some("sha1"),
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" => Some("sha256"),
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Some("sha384"),
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Some("sha512"),
        _ => None,
    }
}

fn dns_names(names: &[x509_parser::extensions::GeneralName<'_>]) -> Vec<String> {
    names
        .iter()
        .filter_map(|name| match name {
            x509_parser::extensions::GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose as Usage, KeyPair};

    use super::Certificate;

    fn with(usages: Vec<Usage>) -> Certificate {
        let mut params = CertificateParams::new(vec!["shop.example.com".to_owned()]).unwrap();
        params.extended_key_usages = usages;
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Example Company Inc.");
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Certificate::parse_bundle(&pem).unwrap().remove(0)
    }

    #[test]
    fn usages_have_names_or_numbers_in_a_fixed_order() {
        let smart_card = vec![1, 3, 6, 1, 4, 1, 311, 20, 2, 2];
        for (usages, names) in [
            (vec![], &[][..]),
            (vec![Usage::ServerAuth], &["serverAuth"][..]),
            (
                vec![
                    Usage::Other(smart_card),
                    Usage::EmailProtection,
                    Usage::ClientAuth,
                    Usage::ServerAuth,
                ],
                &[
                    "serverAuth",
                    "clientAuth",
                    "emailProtection",
                    "1.3.6.1.4.1.311.20.2.2",
                ],
            ),
            (
                vec![Usage::Any, Usage::CodeSigning, Usage::OcspSigning],
                &["codeSigning", "OCSPSigning", "anyExtendedKeyUsage"],
            ),
        ] {
            assert_eq!(with(usages).extended_key_usages(), names);
        }
    }

    #[test]
    fn hash_and_organization_come_from_the_certificate() {
        let certificate = with(Vec::new());
        assert_eq!(certificate.signature_hash(), Some("sha384"));
        assert_eq!(certificate.organization(), Some("Example Company Inc."));
    }
}
