//! Reading certificate signing requests the way CertCentral does: only the public key counts.

use data_encoding::BASE64;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

use crate::account::ca::pem_block;

/// A signing request that passed every check.
#[derive(Debug, Clone)]
pub(crate) struct Csr {
    /// As order info shows it: PEM with CRLF line ends.
    pub(crate) pem: String,
    /// SubjectPublicKeyInfo.
    pub(crate) public_key_der: Vec<u8>,
    pub(crate) key_size: usize,
}

/// Why a signing request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CsrFault {
    Unreadable,
    BadSignature,
    WeakKey,
}

/// Reads PEM (either label, with or without line breaks) or bare base64.
pub(crate) fn parse(text: &str) -> Result<Csr, CsrFault> {
    let mut body = String::new();
    // PEM without line breaks is accepted by the API, so the labels are cut out by their dashes.
    for (index, part) in text.split("-----").enumerate() {
        let is_label = index % 2 == 1;
        if !is_label {
            body.extend(part.chars().filter(|c| !c.is_ascii_whitespace()));
        } else if !part.ends_with("CERTIFICATE REQUEST") {
            return Err(CsrFault::Unreadable);
        }
    }
    let der = BASE64
        .decode(body.as_bytes())
        .map_err(|_| CsrFault::Unreadable)?;
    let (rest, request) =
        X509CertificationRequest::from_der(&der).map_err(|_| CsrFault::Unreadable)?;
    if !rest.is_empty() {
        return Err(CsrFault::Unreadable);
    }
    let key = &request.certification_request_info.subject_pki;
    let key_size = match key.parsed() {
        Ok(PublicKey::RSA(rsa)) if rsa.key_size() >= 2048 => rsa.key_size(),
        Ok(PublicKey::EC(point)) if matches!(point.key_size(), 256 | 384) => point.key_size(),
        Ok(_) => return Err(CsrFault::WeakKey),
        Err(_) => return Err(CsrFault::Unreadable),
    };
    request
        .verify_signature()
        .map_err(|_| CsrFault::BadSignature)?;
    Ok(Csr {
        pem: pem_block("CERTIFICATE REQUEST", &der),
        public_key_der: key.raw.to_vec(),
        key_size,
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P521_SHA512};

    use super::*;

    fn request(key: &KeyPair) -> String {
        let params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
        params.serialize_request(key).unwrap().pem().unwrap()
    }

    #[test]
    fn every_wrapping_gives_the_same_request() {
        let pem = request(&KeyPair::generate().unwrap());
        let plain = parse(&pem).unwrap();
        assert_eq!(plain.key_size, 256);
        let bare = pem
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>();
        for form in [
            pem.replace('\n', "\r\n"),
            pem.replace('\n', ""),
            pem.replace("BEGIN CERT", "BEGIN NEW CERT"),
            bare,
        ] {
            assert_eq!(parse(&form).unwrap().pem, plain.pem);
        }
    }

    #[test]
    fn broken_and_weak_requests_are_told_apart() {
        let pem = request(&KeyPair::generate().unwrap());
        assert_eq!(parse("<csr>").unwrap_err(), CsrFault::Unreadable);
        assert_eq!(
            parse(&pem.replace("CERTIFICATE REQUEST", "CERTIFICATE")).unwrap_err(),
            CsrFault::Unreadable
        );
        let unusual = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        assert_eq!(parse(&request(&unusual)).unwrap_err(), CsrFault::WeakKey);

        let mut der = BASE64
            .decode(
                pem.lines()
                    .filter(|line| !line.starts_with('-'))
                    .collect::<String>()
                    .as_bytes(),
            )
            .unwrap();
        *der.last_mut().unwrap() ^= 1;
        assert_eq!(
            parse(&BASE64.encode(&der)).unwrap_err(),
            CsrFault::BadSignature
        );
    }
}
