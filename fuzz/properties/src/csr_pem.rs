//! What holds keys and names: CSRs, chains and trusted roots in PEM, and DNS names, from
//! configurations, files and CertCentral.
//!
//! An input is a text, and is read as each of these; DNS names stand one a line. Bytes that begin
//! like DER (`0x30`) are read as if they stood in PEM, because a fuzzer that has to write base64
//! gets nowhere.

use data_encoding::BASE64;
use terraform_provider_digicert::certcentral::CaBundle;
use terraform_provider_digicert::pki::dns_name::{is_wildcard, without_wildcard};
use terraform_provider_digicert::pki::dns_rules::{check_common_name, check_name};
use terraform_provider_digicert::pki::{
    Certificate, Chain, Csr, canonical, canonical_names, is_same_request,
};

use crate::{Form, quoted};

/// The tag of a DER sequence, in which a CSR and a certificate begin.
const SEQUENCE: u8 = 0x30;

/// Reads the input as everything that it could be.
pub fn hold(input: &[u8]) -> Form {
    if input.first() == Some(&SEQUENCE) {
        request(&armored("CERTIFICATE REQUEST", input));
        bundle(&armored("CERTIFICATE", input));
        return Form::Fits;
    }
    let Ok(text) = std::str::from_utf8(input) else {
        return Form::Foreign;
    };
    request(text);
    bundle(text);
    names(text);
    Form::Fits
}

fn armored(label: &str, der: &[u8]) -> String {
    let body = BASE64.encode(der);
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// A CSR that is accepted is the same one in its canonical form. A refusal shows nothing of a text
/// that may be a private key.
fn request(text: &str) {
    assert!(is_same_request(text, text));
    match Csr::from_pem(text) {
        Ok(csr) => {
            let pem = csr.pem();
            assert_eq!(Csr::from_pem(&pem).as_ref(), Ok(&csr));
            assert!(is_same_request(text, &pem));
        }
        Err(error) => shows_no_key(&error.to_string(), text),
    }
}

/// A bundle gives, for the key of each certificate in it, a chain that its own text gives again.
fn bundle(text: &str) {
    if let Err(error) = CaBundle::from_pem(text) {
        shows_no_key(&error.to_string(), text);
    }
    let certificates = match Certificate::parse_bundle(text) {
        Ok(certificates) => certificates,
        Err(error) => return shows_no_key(&error.to_string(), text),
    };
    if let Err(error) = Chain::new(certificates.clone(), b"no key") {
        quoted::is_harmless(&error.to_string());
    }
    for certificate in &certificates {
        let key = certificate.public_key();
        let pem = certificate.pem();
        assert_eq!(
            Certificate::parse_bundle(&pem).as_deref(),
            Ok([certificate.clone()].as_slice())
        );
        let chain = Chain::new(certificates.clone(), key);
        let chain = chain.unwrap_or_else(|error| unreachable!("the key is there: {error}"));
        assert_eq!(chain.leaf().public_key(), key);
        links(&chain);
        let again = Chain::from_pem(&chain.full_chain_pem(), key);
        assert_eq!(again.as_ref().map(Chain::leaf), Ok(chain.leaf()));
        assert_eq!(
            again.as_ref().map(Chain::intermediates),
            Ok(chain.intermediates())
        );
    }
}

/// Each certificate is issued by the next one.
fn links(chain: &Chain) {
    let mut last = chain.leaf();
    for issuer in chain.intermediates().iter().chain(chain.root()) {
        assert!(last.is_issued_by(issuer));
        last = issuer;
    }
}

/// An error about a text can be printed, and shows no run of base64 that is long enough to be a
/// part of a key.
fn shows_no_key(error: &str, text: &str) {
    const PART: usize = 16;
    quoted::is_harmless(error);
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let bodies = text.split("-----").skip(2).step_by(4);
    for line in bodies.flat_map(str::lines).map(str::trim) {
        for part in line.as_bytes().chunks_exact(PART) {
            let part = std::str::from_utf8(part).unwrap_or_default();
            let is_shown = part.len() == PART && part.bytes().all(|byte| is_base64(&byte));
            assert!(
                !(is_shown && error.contains(part)),
                "{error:?} shows {part:?}"
            );
        }
    }
}

/// The canonical form of a name is its own canonical form, and a name that is accepted is accepted
/// in that form.
fn names(text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    for name in &lines {
        match canonical(name) {
            Ok(form) => {
                assert!(form.is_ascii(), "{form:?}");
                assert_eq!(canonical(&form).as_ref(), Ok(&form));
                assert_eq!(is_wildcard(&form), is_wildcard(name));
                assert!(!is_wildcard(without_wildcard(&form)) || form.starts_with("*.*."));
            }
            Err(error) => quoted::is_harmless(&error.to_string()),
        }
        for check in [check_name, check_common_name] {
            match check(name) {
                Ok(form) => {
                    assert_eq!(canonical(name).as_ref(), Ok(&form));
                    assert_eq!(check(&form).as_ref(), Ok(&form));
                    assert!(form.len() <= 253, "{form:?}");
                }
                Err(error) => quoted::is_harmless(&error.to_string()),
            }
        }
    }
    if let Some((first, others)) = lines.split_first() {
        let names = canonical_names(first, others.iter().copied());
        let again = canonical_names(first, names.iter().map(String::as_str));
        assert_eq!(again, names);
    }
}
