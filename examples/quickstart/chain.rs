//! Verifies the certificate in state against the sandbox's root, with nothing of the provider's own
//! code.

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;
use x509_parser::prelude::X509Error;

use crate::Result;

/// What a verified chain says.
pub(crate) struct Verified {
    /// DNS names of the leaf, sorted.
    pub(crate) names: Vec<String>,
    /// Subjects from the leaf to the root.
    pub(crate) subjects: Vec<String>,
}

/// Follows names, signatures and validity from the leaf to `root`, and compares the leaf's key and
/// names.
pub(crate) fn verify(
    leaf: &str,
    intermediates: &str,
    root: &str,
    public_key: &[u8],
    names: &[&str],
) -> Result<Verified> {
    let blocks = Pem::iter_from_buffer(leaf.as_bytes())
        .chain(Pem::iter_from_buffer(intermediates.as_bytes()))
        .chain(Pem::iter_from_buffer(root.as_bytes()))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let chain = blocks
        .iter()
        .map(Pem::parse_x509)
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let [leaf, .., root] = chain.as_slice() else {
        return Err("the state holds no chain".into());
    };

    if leaf.public_key().raw != public_key {
        return Err("the certificate is for another key".into());
    }
    let found = dns_names(leaf)?;
    let mut expected = names.to_vec();
    expected.sort_unstable();
    if found != expected {
        return Err(format!("the certificate is for {found:?} instead of {expected:?}").into());
    }
    for pair in chain.windows(2) {
        if let [certificate, issuer] = pair {
            issued_by(certificate, issuer)?;
        }
    }
    issued_by(root, root)?;
    Ok(Verified {
        names: found,
        subjects: chain.iter().map(common_name).collect(),
    })
}

fn issued_by(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> Result<()> {
    let subject = common_name(certificate);
    if certificate.issuer() != issuer.subject() {
        return Err(format!("{subject} names another issuer than {}", issuer.subject()).into());
    }
    if !issuer.is_ca() {
        return Err(format!("{} may not issue certificates", issuer.subject()).into());
    }
    if !certificate.validity().is_valid() {
        return Err(format!("{subject} is not valid today").into());
    }
    certificate
        .verify_signature(Some(issuer.public_key()))
        .map_err(|error: X509Error| format!("the signature of {subject} is wrong: {error}").into())
}

fn dns_names(certificate: &X509Certificate<'_>) -> Result<Vec<String>> {
    let extension = certificate
        .subject_alternative_name()?
        .ok_or("the certificate lists no names")?;
    let mut names: Vec<_> = extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    Ok(names)
}

fn common_name(certificate: &X509Certificate<'_>) -> String {
    certificate
        .subject()
        .iter_common_name()
        .next()
        .and_then(|name| name.as_str().ok())
        .map_or_else(|| certificate.subject().to_string(), str::to_owned)
}
