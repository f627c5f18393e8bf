//! Certificate chains that are not leaf, intermediate, root, or are for another key.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, PublicKeyData,
    SubjectPublicKeyInfo,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::X509Certificate;

use crate::account::ca::{self, Authority, Leaf};

/// A form of a certificate chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainForm {
    /// The root is signed once more by an older root, which is the fourth certificate.
    Four,
    /// The root comes first.
    Reversed,
    /// The root is left out.
    NoRoot,
    /// The intermediate is there twice, the first time signed by a root that is not.
    CrossSigned,
    /// The leaf is for another key than the order asked for.
    OtherKey,
    /// The leaf is left out.
    NoLeaf,
}

/// The lists of an answer that hold chains.
const LISTS: [&str; 2] = ["certificate_chain", "intermediates"];

impl ChainForm {
    /// Gives every chain of a body this form.
    pub(crate) fn apply(
        self,
        body: &mut Value,
        authority: &Authority,
        now: OffsetDateTime,
    ) -> Result<(), rcgen::Error> {
        for list in LISTS {
            if let Some(chain) = body.get_mut(list).and_then(Value::as_array_mut) {
                self.reshape(chain, authority, now)?;
            }
        }
        Ok(())
    }

    fn reshape(
        self,
        chain: &mut Vec<Value>,
        authority: &Authority,
        now: OffsetDateTime,
    ) -> Result<(), rcgen::Error> {
        if chain.len() < 2 {
            return Ok(());
        }
        match self {
            Self::Reversed => chain.reverse(),
            Self::NoRoot => chain.truncate(chain.len() - 1),
            Self::NoLeaf => {
                chain.remove(0);
            }
            Self::Four => {
                let last = chain.len() - 1;
                let (cross, older) = signed_again(&pem(&chain[last]), now)?;
                chain[last] = item(&chain[last], &cross);
                chain.push(json!({ "subject_common_name": OLDER_ROOT, "pem": older }));
            }
            Self::CrossSigned => {
                let (cross, _) = signed_again(&pem(&chain[1]), now)?;
                chain.insert(1, item(&chain[1], &cross));
            }
            Self::OtherKey => {
                chain[0] = item(&chain[0], &with_other_key(&pem(&chain[0]), authority, now)?);
            }
        }
        Ok(())
    }
}

const OLDER_ROOT: &str = "CertCentral Sandbox Older Root CA";

fn pem(item: &Value) -> String {
    item["pem"].as_str().unwrap_or_default().to_owned()
}

fn item(like: &Value, pem: &str) -> Value {
    json!({ "subject_common_name": like["subject_common_name"], "pem": pem })
}

fn der(pem: &str) -> Result<Vec<u8>, rcgen::Error> {
    let (_, block) = parse_x509_pem(pem.as_bytes()).map_err(|_| unreadable())?;
    Ok(block.contents)
}

fn parsed(der: &[u8]) -> Result<X509Certificate<'_>, rcgen::Error> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).map_err(|_| unreadable())?;
    Ok(certificate)
}

fn unreadable() -> rcgen::Error {
    rcgen::Error::CouldNotParseCertificate
}

fn common_name(certificate: &X509Certificate<'_>) -> String {
    let name = certificate.subject().iter_common_name().next();
    name.and_then(|name| name.as_str().ok())
        .unwrap_or_default()
        .to_owned()
}

/// The authority of a PEM signed by an older root that is made for it, and that root.
fn signed_again(pem: &str, now: OffsetDateTime) -> Result<(String, String), rcgen::Error> {
    let der = der(pem)?;
    let certificate = parsed(&der)?;
    let key = SubjectPublicKeyInfo::from_der(certificate.public_key().raw)?;
    let older_key = KeyPair::generate()?;
    let older = authority(OLDER_ROOT, now)?;
    let older_pem = ca::pem(older.self_signed(&older_key)?.der());
    let issuer = Issuer::new(older, older_key);
    let cross = authority(&common_name(&certificate), now)?.signed_by(&key, &issuer)?;
    Ok((ca::pem(cross.der()), older_pem))
}

/// Returns another intermediate and its root, for the place of the authority's: of the same key and
/// name, below a root that is made for it. What the former one certified stays certified.
pub(crate) fn another(
    authority: &Authority,
    now: OffsetDateTime,
) -> Result<[String; 2], rcgen::Error> {
    let (intermediate, root) = signed_again(authority.intermediate_pem(), now)?;
    Ok([intermediate, root])
}

fn authority(name: &str, now: OffsetDateTime) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.not_before = now - time::Duration::days(365);
    params.not_after = now + time::Duration::days(3650);
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "CertCentral Sandbox");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// A leaf for the same names that the same authority signed for a key of its own.
fn with_other_key(
    pem: &str,
    authority: &Authority,
    now: OffsetDateTime,
) -> Result<String, rcgen::Error> {
    let der = der(pem)?;
    let certificate = parsed(&der)?;
    let name = common_name(&certificate);
    let key = KeyPair::generate()?;
    let other = authority.issue(
        &Leaf {
            public_key_der: &key.subject_public_key_info(),
            common_name: &name,
            dns_names: std::slice::from_ref(&name),
            organization: "Another Company",
            city: "Lehi",
            state: "Utah",
            country: "us",
            client_auth: false,
            valid_from: now.date(),
            valid_till: now.date() + time::Duration::days(90),
        },
        now,
    )?;
    Ok(other.pem)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-04-14 09:12:38 UTC);

    /// Subject, issuer and key of each certificate of the chain that an answer has in this form.
    fn chain(form: ChainForm) -> Vec<(String, String, Vec<u8>)> {
        let authority = Authority::new(NOW).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = authority
            .issue(
                &Leaf {
                    public_key_der: &key.subject_public_key_info(),
                    common_name: "shop.example.com",
                    dns_names: &["shop.example.com".to_owned()],
                    organization: "Example",
                    city: "Lehi",
                    state: "Utah",
                    country: "us",
                    client_auth: false,
                    valid_from: NOW.date(),
                    valid_till: NOW.date(),
                },
                NOW,
            )
            .unwrap();
        let mut body = json!({ "id": 1, "certificate_chain": [
            { "subject_common_name": "shop.example.com", "pem": leaf.pem },
            { "subject_common_name": ca::INTERMEDIATE_NAME, "pem": leaf.chain_pem[0] },
            { "subject_common_name": ca::ROOT_NAME, "pem": authority.root_pem },
        ]});
        form.apply(&mut body, &authority, NOW).unwrap();
        let items = body["certificate_chain"].as_array().unwrap();
        items
            .iter()
            .map(|item| {
                let der = der(&pem(item)).unwrap();
                let certificate = parsed(&der).unwrap();
                let issuer = certificate.issuer().iter_common_name().next().unwrap();
                let same_key = certificate.public_key().raw == key.subject_public_key_info();
                (
                    common_name(&certificate),
                    issuer.as_str().unwrap().to_owned(),
                    vec![u8::from(same_key)],
                )
            })
            .collect()
    }

    fn links(form: ChainForm) -> Vec<(String, String)> {
        let chain = chain(form).into_iter();
        chain
            .map(|(subject, issuer, _)| (subject, issuer))
            .collect()
    }

    fn link(subject: &str, issuer: &str) -> (String, String) {
        (subject.to_owned(), issuer.to_owned())
    }

    #[test]
    fn each_form_is_what_it_says() {
        let leaf = link("shop.example.com", ca::INTERMEDIATE_NAME);
        let intermediate = link(ca::INTERMEDIATE_NAME, ca::ROOT_NAME);
        let root = link(ca::ROOT_NAME, ca::ROOT_NAME);
        let table = [
            (
                ChainForm::Reversed,
                vec![root.clone(), intermediate.clone(), leaf.clone()],
            ),
            (ChainForm::NoRoot, vec![leaf.clone(), intermediate.clone()]),
            (ChainForm::NoLeaf, vec![intermediate.clone(), root.clone()]),
            (
                ChainForm::Four,
                vec![
                    leaf.clone(),
                    intermediate.clone(),
                    link(ca::ROOT_NAME, OLDER_ROOT),
                    link(OLDER_ROOT, OLDER_ROOT),
                ],
            ),
            (
                ChainForm::CrossSigned,
                vec![
                    leaf.clone(),
                    link(ca::INTERMEDIATE_NAME, OLDER_ROOT),
                    intermediate.clone(),
                    root.clone(),
                ],
            ),
            (ChainForm::OtherKey, vec![leaf, intermediate, root]),
        ];
        for (form, expected) in table {
            assert_eq!(links(form), expected, "{form:?}");
        }
    }

    #[test]
    fn only_one_form_is_for_another_key() {
        assert_eq!(chain(ChainForm::NoRoot)[0].2, [1]);
        assert_eq!(chain(ChainForm::OtherKey)[0].2, [0]);
    }
}
