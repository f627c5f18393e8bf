//! The throw-away certificate authority: a root and an intermediate, kept in memory only.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use aws_lc_rs::{digest, rand};
use data_encoding::{BASE64, HEXUPPER};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, SanType,
    SerialNumber, SubjectPublicKeyInfo,
};
use time::macros::date;
use time::{Date, Duration, OffsetDateTime, Time};

/// Common name of the root.
pub(crate) const ROOT_NAME: &str = "CertCentral Sandbox Root CA";
/// Common name of the intermediate, as `certificate.ca_cert.name` shows it.
pub(crate) const INTERMEDIATE_NAME: &str = "CertCentral Sandbox TLS ECC CA 1";
/// Id of the intermediate, as `certificate.ca_cert.id` and product info show it.
pub(crate) const INTERMEDIATE_ID: &str = "5A4DB0C0FFEE0001";

/// Common name of the root of the first generation, as DigiCert's.
const G1_ROOT_NAME: &str = "DigiCert Global Root CA";
/// Common name of the intermediate below it.
const G1_INTERMEDIATE_NAME: &str = "CertCentral Sandbox TLS G1 CA";
/// Id of the intermediate below it: `ca_cert_id` asks for it.
pub(crate) const G1_INTERMEDIATE_ID: &str = "5A4DB0C0FFEE00G1";
/// Common name and id of the intermediate that takes over from the first.
const NEXT_INTERMEDIATE: (&str, &str) = ("CertCentral Sandbox TLS ECC CA 2", "5A4DB0C0FFEE0002");
/// From when on an account without an exception may not have certificates below a G1 root. Source:
/// DigiCert's article ALERT86 on its root strategy.
pub(crate) const G1_ROOTS_END: Date = date!(2026 - 04 - 15);
/// From when on no certificate is good for client authentication. Source: DigiCert's article
/// ALERT53.
pub(crate) const CLIENT_AUTH_END: Date = date!(2027 - 03 - 01);

/// The intermediates that may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signer {
    /// The account's first one.
    First,
    /// The one that takes over from it.
    Next,
    /// The one below a root of the first generation.
    G1,
}

impl Signer {
    /// Its id, as `certificate.ca_cert.id` shows it.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::First => INTERMEDIATE_ID,
            Self::Next => NEXT_INTERMEDIATE.1,
            Self::G1 => G1_INTERMEDIATE_ID,
        }
    }

    /// Its common name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::First => INTERMEDIATE_NAME,
            Self::Next => NEXT_INTERMEDIATE.0,
            Self::G1 => G1_INTERMEDIATE_NAME,
        }
    }

    /// Common name of its root.
    pub(crate) fn root_name(self) -> &'static str {
        match self {
            Self::First | Self::Next => ROOT_NAME,
            Self::G1 => G1_ROOT_NAME,
        }
    }
}

/// A root and an intermediate.
struct Hierarchy {
    issuer: Issuer<'static, KeyPair>,
    root_pem: String,
    intermediate_pem: String,
}

/// Signs leaf certificates.
pub(crate) struct Authority {
    first: Hierarchy,
    /// Made when they are asked for: by who signs, and whether with SHA-384.
    others: BTreeMap<(Signer, bool), Hierarchy>,
    /// Root certificate, PEM with CRLF line ends.
    pub(crate) root_pem: String,
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
    /// Who signed it.
    pub(crate) signer: Signer,
    /// Its intermediate and root, PEM with CRLF line ends.
    pub(crate) chain_pem: [String; 2],
    /// Whether it is good for client authentication.
    pub(crate) client_auth: bool,
    pub(crate) valid_from: Date,
    pub(crate) valid_till: Date,
    pub(crate) date_issued: OffsetDateTime,
}

impl Hierarchy {
    /// Makes a new root and intermediate, valid around `now`.
    fn new(signer: Signer, with_sha384: bool, now: OffsetDateTime) -> Result<Self, rcgen::Error> {
        let algorithm = match with_sha384 {
            true => &PKCS_ECDSA_P384_SHA384,
            false => &PKCS_ECDSA_P256_SHA256,
        };
        let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let root_name = signer.root_name();
        let root_params = authority_params(root_name, now, 20, BasicConstraints::Unconstrained)?;
        let root = root_params.self_signed(&root_key)?;
        let root_issuer = Issuer::new(root_params, root_key);

        let key = KeyPair::generate_for(algorithm)?;
        let constraints = BasicConstraints::Constrained(0);
        let params = authority_params(signer.name(), now, 10, constraints)?;
        let intermediate = params.signed_by(&key, &root_issuer)?;
        Ok(Self {
            issuer: Issuer::new(params, key),
            root_pem: pem(root.der()),
            intermediate_pem: pem(intermediate.der()),
        })
    }
}

impl Authority {
    /// Makes a new root and intermediate, valid around `now`.
    pub(crate) fn new(now: OffsetDateTime) -> Result<Self, rcgen::Error> {
        let first = Hierarchy::new(Signer::First, false, now)?;
        Ok(Self {
            root_pem: first.root_pem.clone(),
            first,
            others: BTreeMap::new(),
        })
    }

    /// Signs a leaf as the intermediate that is asked for, with the hash that is asked for:
    /// SHA-384, else SHA-256.
    pub(crate) fn issue_as(
        &mut self,
        signer: Signer,
        signature_hash: &str,
        leaf: &Leaf<'_>,
        now: OffsetDateTime,
    ) -> Result<Issued, rcgen::Error> {
        let with_sha384 = signature_hash == "sha384";
        let key = (signer, with_sha384);
        if key == (Signer::First, false) {
            return self.issue(leaf, now);
        }
        let hierarchy = match self.others.entry(key) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(free) => free.insert(Hierarchy::new(signer, with_sha384, now)?),
        };
        hierarchy.issue(signer, leaf, now)
    }

    /// The account's first intermediate.
    pub(crate) fn intermediate_pem(&self) -> &str {
        &self.first.intermediate_pem
    }

    /// Puts an intermediate of the same key and name, and its root, in the place of the first.
    pub(crate) fn put_in_place(&mut self, [intermediate, root]: [String; 2]) {
        self.first.intermediate_pem = intermediate;
        self.first.root_pem.clone_from(&root);
        self.root_pem = root;
    }

    /// Signs a leaf as the account's first intermediate.
    pub(crate) fn issue(
        &self,
        leaf: &Leaf<'_>,
        now: OffsetDateTime,
    ) -> Result<Issued, rcgen::Error> {
        self.first.issue(Signer::First, leaf, now)
    }
}

impl Hierarchy {
    /// Signs a leaf that is valid from the first second of `valid_from` to the last of
    /// `valid_till`.
    fn issue(
        &self,
        signer: Signer,
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
            signer,
            chain_pem: [self.intermediate_pem.clone(), self.root_pem.clone()],
            client_auth: leaf.client_auth,
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
