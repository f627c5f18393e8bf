//! The throw-away certificate authority: a root and an intermediate, kept in memory only.

use aws_lc_rs::{digest, rand};
use data_encoding::{BASE64, HEXUPPER};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber,
    SubjectPublicKeyInfo,
};
use time::{Date, Duration, OffsetDateTime, Time};

/// Common name of the root.
pub(crate) const ROOT_NAME: &str = "CertCentral Sandbox Root CA";
/// Common name of the intermediate, as `certificate.ca_cert.name` shows it.
pub(crate) const INTERMEDIATE_NAME: &str = "CertCentral Sandbox TLS ECC CA 1";
/// Id of the intermediate, as `certificate.ca_cert.id` and product info show it.
pub(crate) const INTERMEDIATE_ID: &str = "5A4DB0C0FFEE0001";

/// Signs leaf certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Root certificate, PEM with CRLF line ends.
    pub(crate) root_pem: String,
    /// Intermediate certificate, PEM with CRLF line ends.
    pub(crate) intermediate_pem: String,
}

/// What goes into a leaf certificate.
pub(crate) struct Leaf<'a> {
    pub(crate) public_key_der: &'a [u8],
    pub(crate) common_name: &'a str,
    pub(crate) dns_names: &'a [String],
    pub(crate) organization: &'a str,
    pub(crate) city: &'a str,
    pub(crate) state: &'a str,
    pub(crate) country: &'a str,
    pub(crate) client_auth: bool,
    pub(crate) valid_from: Date,
    pub(crate) valid_till: Date,
}

/// A signed leaf.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) pem: String,
    /// Upper-case hexadecimal, 32 digits.
    pub(crate) serial_number: String,
    /// SHA-1 of the certificate, upper-case hexadecimal.
    pub(crate) thumbprint: String,
    pub(crate) valid_from: Date,
    pub(crate) valid_till: Date,
    pub(crate) date_issued: OffsetDateTime,
}

impl Authority {
    /// Makes a new root and intermediate, valid around `now`.
    pub(crate) fn new(now: OffsetDateTime) -> Result<Self, rcgen::Error> {
        let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let root_params = authority_params(ROOT_NAME, now, 20, BasicConstraints::Unconstrained)?;
        let root = root_params.self_signed(&root_key)?;
        let root_issuer = Issuer::new(root_params, root_key);

        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let params =
            authority_params(INTERMEDIATE_NAME, now, 10, BasicConstraints::Constrained(0))?;
        let intermediate = params.signed_by(&key, &root_issuer)?;
        Ok(Self {
            issuer: Issuer::new(params, key),
            root_pem: pem(root.der()),
            intermediate_pem: pem(intermediate.der()),
        })
    }

    /// Signs a leaf that is valid from the first second of `valid_from` to the last of
    /// `valid_till`.
    pub(crate) fn issue(
        &self,
        leaf: &Leaf<'_>,
        now: OffsetDateTime,
    ) -> Result<Issued, rcgen::Error> {
        let serial = serial_bytes()?;
        let mut params = CertificateParams::default();
        params.not_before = leaf.valid_from.midnight().assume_utc();
        params.not_after =
            leaf.valid_till.with_time(Time::MIDNIGHT).assume_utc() + Duration::seconds(86_399);
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.distinguished_name = DistinguishedName::new();
        let subject = [
            (DnType::CountryName, leaf.country.to_uppercase()),
            (DnType::StateOrProvinceName, leaf.state.to_owned()),
            (DnType::LocalityName, leaf.city.to_owned()),
            (DnType::OrganizationName, leaf.organization.to_owned()),
            (DnType::CommonName, leaf.common_name.to_owned()),
        ];
        for (attribute, value) in subject {
            params.distinguished_name.push(attribute, value);
        }
        params.subject_alt_names = leaf
            .dns_names
            .iter()
            .map(|name| Ok(SanType::DnsName(name.as_str().try_into()?)))
            .collect::<Result<_, rcgen::Error>>()?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if leaf.client_auth {
            params
                .extended_key_usages
                .push(ExtendedKeyUsagePurpose::ClientAuth);
        }
        params.use_authority_key_identifier_extension = true;

        let public_key = SubjectPublicKeyInfo::from_der(leaf.public_key_der)?;
        let certificate = params.signed_by(&public_key, &self.issuer)?;
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate.der());
        Ok(Issued {
            pem: pem(certificate.der()),
            serial_number: HEXUPPER.encode(&serial),
            thumbprint: HEXUPPER.encode(hash.as_ref()),
            valid_from: leaf.valid_from,
            valid_till: leaf.valid_till,
            date_issued: now,
        })
    }
}

fn authority_params(
    name: &str,
    now: OffsetDateTime,
    years: i64,
    constraints: BasicConstraints,
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.not_before = now - Duration::days(365);
    params.not_after = now + Duration::days(365 * years);
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "CertCentral Sandbox");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// 16 random bytes that are a positive DER integer of full length, so that the hexadecimal form
/// always has 32 digits.
fn serial_bytes() -> Result<[u8; 16], rcgen::Error> {
    let mut serial = [0; 16];
    rand::fill(&mut serial).map_err(|_| rcgen::Error::RingUnspecified)?;
    serial[0] = (serial[0] & 0x7f) | 0x01;
    Ok(serial)
}

/// PEM as CertCentral puts it into JSON: CRLF line ends, the last line included.
pub(crate) fn pem(der: &[u8]) -> String {
    pem_block("CERTIFICATE", der)
}

/// A PEM block with CRLF line ends.
pub(crate) fn pem_block(label: &str, der: &[u8]) -> String {
    let body = BASE64.encode(der);
    let mut text = format!("-----BEGIN {label}-----\r\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push_str("\r\n");
        rest = tail;
    }
    text.push_str(&format!("-----END {label}-----\r\n"));
    text
}
