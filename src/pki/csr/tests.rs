//! What is accepted as a CSR, what is refused, and with which words.

use rcgen::{
    CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
    PKCS_ECDSA_P521_SHA512, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize,
};

use super::*;

const REQUEST: &str = include_str!("../../../tests/fixtures/certcentral/order_create_request.json");

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
    let one_line =
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----");
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
fn other_things_that_people_paste_are_named() {
    let csr = fixture_csr();
    let certificate =
        include_str!("../../../tests/fixtures/certcentral/download_pem_nointermediate.pem");
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
            algorithm: "1.3.132.0.35".to_owned()
        }
    );
    let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    assert_eq!(
        error_of(&csr_of(&ed25519, "a.example.com", &[])),
        CsrError::KeyAlgorithm {
            algorithm: "1.3.101.112".to_owned()
        }
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
