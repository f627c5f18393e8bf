//! Names and signing requests that no CA may certify.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P521_SHA512, PKCS_ED25519};
use serde_json::json;

use super::{Row, csr_of, each_is_refused, row};
use crate::host::bed::CSR;

/// A common name and a part of the sentence.
fn common_name(name: &str, says: &'static str) -> Row {
    row(json!({ "common_name": name }), ".common_name", says)
}

/// A further name and a part of the sentence.
fn dns_name(name: &str, says: &'static str) -> Row {
    row(
        json!({ "dns_names": ["www.example.com", name] }),
        ".dns_names",
        says,
    )
}

/// The request with another letter near the end of its signature.
fn tampered() -> String {
    let mut lines: Vec<String> = CSR.lines().map(str::to_owned).collect();
    let line = lines.len() - 3;
    let other = if lines[line].as_bytes()[40] == b'A' {
        "B"
    } else {
        "A"
    };
    lines[line].replace_range(40..41, other);
    lines.join("\n")
}

fn csr(text: impl Into<String>, says: &'static str) -> Row {
    row(json!({ "csr": text.into() }), ".csr", says)
}

fn common_names() -> Vec<Row> {
    let long = format!("{}.example.com", "a".repeat(53));
    let long_label = format!("{}.example.com", "a".repeat(64));
    vec![
        common_name("", "\"\" is not a name"),
        common_name(" ", "is not a name: CertCentral refuses values such as"),
        common_name("-", "\"-\" is not a name"),
        common_name(".", "\".\" is not a name"),
        common_name("?", "\"?\" is not a name"),
        common_name("na", "\"na\" is not a name"),
        common_name("NA", "\"NA\" is not a name"),
        common_name("a_b.example.com", "contains an underscore"),
        common_name(&long, "has 65 characters; at most 64 are allowed"),
        common_name(&long_label, "has 64 characters; at most 63 are allowed"),
        common_name("192.0.2.1", "is an IP address"),
        common_name("[2001:db8::1]", "is an IP address"),
        common_name("localhost", "\"localhost\" is an internal name"),
        common_name("mail.corp", "is an internal name"),
        common_name("nas.local", "is an internal name"),
        common_name("com", "is an internal name"),
        common_name("https://example.com", "contains ':'"),
        common_name("example.com:443", "contains ':'"),
        common_name("user@example.com", "contains '@'"),
        common_name("a..example.com", "has an empty label"),
        common_name("*.*.example.com", "has a misplaced wildcard"),
        common_name("www.*.example.com", "has a misplaced wildcard"),
        common_name("*example.com", "has a misplaced wildcard"),
        common_name("*.com", "has a misplaced wildcard"),
        common_name("*", "has a misplaced wildcard"),
        common_name("-a.example.com", "begins or ends with a hyphen"),
        common_name(
            "ab--cd.example.com",
            "hyphens in its third and fourth place",
        ),
        common_name(
            "xn--a\u{80}.example.com",
            "is not a valid international domain name",
        ),
    ]
}

fn further_names() -> Vec<Row> {
    let label = "a".repeat(63);
    let long = format!("{label}.{label}.{label}.{}.com", "a".repeat(58));
    vec![
        dns_name("_dmarc.example.com", "contains an underscore"),
        dns_name("10.0.0.1", "is an IP address"),
        dns_name("db.internal", "is an internal name"),
        dns_name("NA", "\"NA\" is not a name"),
        dns_name("", "\"\" is not a name"),
        dns_name("a b.example.com", "contains ' '"),
        dns_name("example.com/path", "contains '/'"),
        dns_name("www.example.com.*", "has a misplaced wildcard"),
        dns_name("a-.example.com", "begins or ends with a hyphen"),
        dns_name(&long, "has 254 characters; a domain name has at most 253"),
        row(
            json!({ "product_name_id": "ssl_ev_basic", "dns_names": ["*.example.com"] }),
            ".dns_names",
            "Wildcard in an EV order. \"*.example.com\" is a wildcard",
        ),
        row(
            json!({ "product_name_id": "ssl_ev_securesite_pro", "common_name": "*.example.com" }),
            ".common_name",
            "Name each host, or order an OV product",
        ),
    ]
}

fn signing_requests() -> Vec<Row> {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let named = |names: &[&str]| csr_of(&PKCS_ECDSA_P256_SHA256, "shop.example.com", names);
    vec![
        csr("not a CSR", "the text is not PEM"),
        csr("", "the text is not PEM"),
        csr(
            CSR.replace("REQUEST-----\n", "REQUEST-----\n*"),
            "is not base64",
        ),
        csr(
            CSR.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
            "the text is a certificate",
        ),
        csr(
            CSR.replace("CERTIFICATE REQUEST", "PUBLIC KEY"),
            "PEM block of type \"PUBLIC KEY\"",
        ),
        csr(CSR.repeat(2), "holds 2 PEM blocks"),
        csr(
            format!("{}and more", *CSR),
            "data follows the certificate signing request",
        ),
        csr(
            "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n",
            "does not hold a PKCS#10",
        ),
        csr(
            csr_of(&PKCS_ECDSA_P521_SHA512, "shop.example.com", &[]),
            "a key of the kind ECDSA P-521",
        ),
        csr(
            csr_of(&PKCS_ED25519, "shop.example.com", &[]),
            "a key of the kind Ed25519",
        ),
        csr(
            named(&["old.example.com"]),
            "The CSR lists old.example.com, which neither",
        ),
        csr(
            named(&["shop.example.com", "*.example.com"]),
            "The CSR lists *.example.com",
        ),
        csr(tampered(), "the signature does not match the key"),
        row(
            json!({ "csr": key }),
            "root object",
            "the text holds a private key",
        ),
    ]
}

/// Every row of this file.
pub(super) fn all() -> Vec<Row> {
    [common_names(), further_names(), signing_requests()]
        .into_iter()
        .flatten()
        .collect()
}

#[tokio::test]
async fn each_name_and_request_is_refused_at_its_argument_with_its_reason() {
    each_is_refused(&all()).await;
}
