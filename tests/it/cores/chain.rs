//! Certificates in state, verified by their signatures up to a sandbox's root.

use certcentral_sandbox::Sandbox;
use serde_json::Value;
use terraform_provider_digicert::pki::Csr;
use x509_parser::pem::Pem;

/// Fails unless the PEM attributes of an order form one chain from its certificate to the root of
/// `sandbox`.
#[track_caller]
pub(super) fn assert_verified(attributes: &Value, sandbox: &Sandbox) {
    let text = |name: &str| {
        attributes[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} is null"))
    };
    let full = format!("{}{}", text("fullchain_pem"), text("root_pem"));
    assert!(!full.contains('\r'), "PEM in state has LF only");
    assert_eq!(
        text("fullchain_pem"),
        format!("{}{}", text("certificate_pem"), text("chain_pem"))
    );
    assert_eq!(
        text("root_pem").trim_end(),
        sandbox.root_pem().replace('\r', "").trim_end()
    );

    let blocks: Vec<_> = Pem::iter_from_buffer(full.as_bytes())
        .map(Result::unwrap)
        .collect();
    let certificates: Vec<_> = blocks
        .iter()
        .map(|block| block.parse_x509().unwrap())
        .collect();
    let [leaf, intermediate, root] = certificates.as_slice() else {
        panic!("{} certificates instead of three", certificates.len());
    };
    leaf.verify_signature(Some(intermediate.public_key()))
        .unwrap();
    intermediate
        .verify_signature(Some(root.public_key()))
        .unwrap();
    root.verify_signature(None).unwrap();
    assert_eq!(
        leaf.subject()
            .iter_common_name()
            .next()
            .unwrap()
            .as_str()
            .unwrap(),
        attributes["common_name"]
    );
    let csr = Csr::from_pem(attributes["csr"].as_str().unwrap()).unwrap();
    assert_eq!(leaf.public_key().raw, csr.public_key());
    assert_eq!(
        leaf.raw_serial_as_string()
            .replace(':', "")
            .to_uppercase()
            .trim_start_matches('0'),
        text("serial_number").trim_start_matches('0')
    );
}

/// Fails unless every attribute of a certificate is null, as before it is issued.
#[track_caller]
pub(super) fn assert_absent(attributes: &Value) {
    for name in [
        "certificate_pem",
        "chain_pem",
        "fullchain_pem",
        "root_pem",
        "certificate_chain",
        "serial_number",
        "thumbprint",
        "issuer_common_name",
        "valid_from",
        "valid_till",
    ] {
        assert_eq!(attributes[name], Value::Null, "{name}");
    }
}
