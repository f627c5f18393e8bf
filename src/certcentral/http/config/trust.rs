//! Extra certificate authorities, in the forms in which people have them.

use std::fmt;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use crate::certcentral::http::error::ConfigError;

/// The object identifier 1.2.840.113549.1.7 of PKCS #7, which PKCS #12 files begin with, too.
const PKCS7: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];

/// Certificate authorities that are trusted in addition to those of the system.
#[derive(Clone, PartialEq, Eq)]
pub struct CaBundle(Vec<CertificateDer<'static>>);

impl CaBundle {
    /// Reads one or more certificates in PEM, in UTF-8 or UTF-16 and with or without a byte order
    /// mark, or a single one in DER.
    ///
    /// # Errors
    ///
    /// [`ConfigError::CaBundle`] if there is none, or one that cannot be an authority.
    pub fn read(bytes: &[u8]) -> Result<Self, ConfigError> {
        let text = match bytes {
            [0xef, 0xbb, 0xbf, rest @ ..] => rest.to_vec(),
            [0xff, 0xfe, rest @ ..] => of_utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => of_utf16(rest, u16::from_be_bytes),
            _ => bytes.to_vec(),
        };
        let certificates = match text.first() {
            // A sequence: what DER begins with, and no PEM does.
            Some(0x30) if !contains(&text, "-----BEGIN") => vec![of_der(&text)?],
            _ => of_pem(&text)?,
        };
        let mut store = RootCertStore::empty();
        for (index, certificate) in certificates.iter().enumerate() {
            store.add(certificate.clone()).map_err(|error| {
                refused(&format!(
                    "has an unusable certificate {}: {error}",
                    index + 1
                ))
            })?;
        }
        Ok(Self(certificates))
    }

    /// Reads one or more certificates in PEM.
    ///
    /// # Errors
    ///
    /// As [`CaBundle::read`].
    pub fn from_pem(pem: &str) -> Result<Self, ConfigError> {
        Self::read(pem.as_bytes())
    }

    pub(crate) fn roots(&self) -> &[CertificateDer<'static>] {
        &self.0
    }
}

fn refused(why: &str) -> ConfigError {
    ConfigError::CaBundle(why.to_owned())
}

fn of_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.as_chunks::<2>().0.iter().copied().map(unit);
    let text: String = char::decode_utf16(units)
        .map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.into_bytes()
}

fn of_pem(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let certificates = CertificateDer::pem_slice_iter(text)
        .collect::<Result<Vec<_>, _>>()
        // The error of the parser quotes lines, and a file of keys may be named by mistake.
        .map_err(|_| refused("is not PEM"))?;
    if !certificates.is_empty() {
        return Ok(certificates);
    }
    // Never the text itself, which may be a key.
    let other = [
        (
            "-----BEGIN PKCS7-----",
            "is a PKCS #7 bundle; `openssl pkcs7 -print_certs` makes PEM of it",
        ),
        (
            "-----BEGIN TRUSTED CERTIFICATE-----",
            "holds certificates in OpenSSL's own form (TRUSTED CERTIFICATE); `openssl x509` makes \
             PEM of each",
        ),
        ("PRIVATE KEY-----", "holds a private key and no certificate"),
        (
            "-----BEGIN",
            "holds no certificate, but something else in PEM",
        ),
    ];
    let found = other.iter().find(|(label, _)| contains(text, label));
    Err(refused(
        found.map_or("holds no certificate", |(_, why)| why),
    ))
}

fn of_der(bytes: &[u8]) -> Result<CertificateDer<'static>, ConfigError> {
    if X509Certificate::from_der(bytes).is_ok_and(|(rest, _)| rest.is_empty()) {
        return Ok(CertificateDer::from(bytes.to_vec()));
    }
    let head = &bytes[..bytes.len().min(64)];
    let is_pkcs7 = head.windows(PKCS7.len()).any(|window| window == PKCS7);
    Err(refused(match is_pkcs7 {
        true => {
            "is a PKCS #7 or PKCS #12 file; `openssl pkcs7 -inform DER -print_certs` or `openssl \
             pkcs12 -nokeys` makes PEM of it"
        }
        false => "is binary and no certificate in DER",
    }))
}

fn contains(text: &[u8], what: &str) -> bool {
    text.windows(what.len())
        .any(|window| window == what.as_bytes())
}

impl fmt::Debug for CaBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaBundle({} certificates)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUNDLE: &str =
        include_str!("../../../../tests/fixtures/certcentral/download_pem_all.pem");

    #[test]
    fn a_bundle_is_checked_before_any_call() {
        let bundle = CaBundle::from_pem(BUNDLE).unwrap();
        assert_eq!(format!("{bundle:?}"), "CaBundle(3 certificates)");
        assert_eq!(bundle.roots().len(), 3);

        for (pem, reason) in [
            ("", "the CA bundle holds no certificate"),
            ("hello", "the CA bundle holds no certificate"),
            (
                "-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n",
                "the CA bundle has an unusable certificate 1",
            ),
            (
                "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n",
                "the CA bundle is not PEM",
            ),
        ] {
            let error = CaBundle::from_pem(pem).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }

    #[test]
    fn a_bundle_is_read_in_every_form_that_people_save() {
        let plain = CaBundle::from_pem(BUNDLE).unwrap();
        let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
            let units = BUNDLE.encode_utf16().flat_map(bytes);
            mark.into_iter().chain(units).collect::<Vec<_>>()
        };
        for bytes in [
            [b"\xef\xbb\xbf", BUNDLE.as_bytes()].concat(),
            utf16([0xff, 0xfe], u16::to_le_bytes),
            utf16([0xfe, 0xff], u16::to_be_bytes),
            BUNDLE.replace('\n', "\r\n").into_bytes(),
            [b"Bag Attributes\n", BUNDLE.as_bytes()].concat(),
        ] {
            assert!(CaBundle::read(&bytes).unwrap() == plain);
        }
        for der in plain.roots() {
            let one = CaBundle::read(der).unwrap();
            assert_eq!(one.roots(), std::slice::from_ref(der));
        }
    }

    #[test]
    fn a_bundle_in_another_form_is_named_and_never_quoted() {
        let der = CaBundle::from_pem(BUNDLE).unwrap().roots()[0].to_vec();
        let cut = der[..der.len() - 1].to_vec();
        let twice = [der.clone(), der].concat();
        let p7b = [&[0x30, 0x82, 1, 1, 6, 9][..], &PKCS7, &[2]].concat();
        let table: [(&[u8], &str); 8] = [
            (&cut, "is binary and no certificate in DER"),
            (&twice, "is binary and no certificate in DER"),
            (&p7b, "is a PKCS #7 or PKCS #12 file"),
            (
                b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----",
                "is a PKCS #7 bundle",
            ),
            (
                b"-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----",
                "holds certificates in OpenSSL's own form",
            ),
            (
                b"-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----",
                "holds a private key",
            ),
            (
                b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
                "holds no certificate, but something else in PEM",
            ),
            (b"\xef\xbb\xbf", "holds no certificate"),
        ];
        for (bytes, reason) in table {
            let error = CaBundle::read(bytes).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("the CA bundle {reason}")),
                "{error}"
            );
            assert!(!error.contains("Y2FuYXJ5"), "{error}");
        }
    }
}
