//! Certificate chains: which certificate of a bundle is ours, and in which order the others certify
//! it.
//!
//! Positions are never trusted. The leaf is the certificate that holds the CSR's public key; every
//! further link is an issuer whose signature verifies. CertCentral sends three certificates, or
//! four when a root is cross-signed, or leaves the root out.

use std::cmp::Reverse;

use super::certificate::Certificate;

/// A leaf certificate with the certificates that certify it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    leaf: Certificate,
    intermediates: Vec<Certificate>,
    root: Option<Certificate>,
}

/// Why a bundle gives no chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The text is not PEM.
    #[error("the bundle is not PEM: {0}")]
    NotPem(String),
    /// The text has no certificate.
    #[error("the bundle holds no certificate")]
    Empty,
    /// A block is not a certificate; counted from 1.
    #[error("block {position} of the bundle is not a certificate ({label:?})")]
    NotCertificate {
        /// Place of the block in the bundle, from 1.
        position: usize,
        /// Label of the block.
        label: String,
    },
    /// No certificate of the bundle holds the public key of the CSR.
    #[error("no certificate of the bundle holds the public key of the CSR; it holds: {}", quoted(.subjects))]
    NoLeaf {
        /// Common names of the certificates that are there.
        subjects: Vec<String>,
    },
}

/// Names in quotation marks: they come from certificates that nobody has verified.
fn quoted(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    quoted.join(", ")
}

impl Chain {
    /// Reads a PEM bundle and orders it from the certificate that holds `public_key` (DER of
    /// `SubjectPublicKeyInfo`).
    ///
    /// Certificates that certify nothing of the chain are left out.
    ///
    /// # Errors
    ///
    /// [`ChainError`] if the text is not a bundle of certificates or holds none for this key.
    pub fn from_pem(bundle: &str, public_key: &[u8]) -> Result<Self, ChainError> {
        Self::new(Certificate::parse_bundle(bundle)?, public_key)
    }

    /// Orders certificates that are already parsed. See [`Chain::from_pem`].
    ///
    /// # Errors
    ///
    /// [`ChainError::NoLeaf`] if none of them holds `public_key`.
    pub fn new(mut pool: Vec<Certificate>, public_key: &[u8]) -> Result<Self, ChainError> {
        // A reissue may keep the key, so that several match: the newest is the one in force.
        let newest = pool
            .iter()
            .enumerate()
            .filter(|(_, certificate)| certificate.public_key() == public_key)
            .max_by_key(|(_, certificate)| certificate.not_before())
            .map(|(index, _)| index);
        let Some(index) = newest else {
            return Err(ChainError::NoLeaf {
                subjects: pool.iter().map(Certificate::label).collect(),
            });
        };
        let leaf = pool.swap_remove(index);
        let (intermediates, root) = climb(&leaf, pool);
        Ok(Self {
            leaf,
            intermediates,
            root,
        })
    }

    /// The certificate that holds the CSR's public key.
    #[must_use]
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// Intermediates, each certified by the one that follows; a cross-signed root is among them.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// The self-signed end of the chain, if the bundle had it.
    #[must_use]
    pub fn root(&self) -> Option<&Certificate> {
        self.root.as_ref()
    }

    /// PEM of the intermediates, LF line ends; empty if there are none.
    #[must_use]
    pub fn intermediates_pem(&self) -> String {
        self.intermediates.iter().map(Certificate::pem).collect()
    }

    /// PEM of the leaf and the intermediates: what a server is configured with.
    #[must_use]
    pub fn full_chain_pem(&self) -> String {
        self.leaf.pem() + &self.intermediates_pem()
    }
}

/// A certificate that may certify a link, with the number of links from it to a self-signed one of
/// the bundle; none if no path leads to one.
type Candidate = (Certificate, Option<usize>);

/// Follows issuers from the leaf upwards, taking each link out of the bundle. A path that ends in a
/// root of the bundle wins over one that leads nowhere, and the shorter one over a longer one,
/// whatever the order in which the bundle has them.
///
/// Where both a self-signed root and its cross-signed twin certify a link, the twin becomes the
/// last intermediate (older clients need it) and the self-signed one the root.
fn climb(leaf: &Certificate, pool: Vec<Certificate>) -> (Vec<Certificate>, Option<Certificate>) {
    let links = links_to_a_root(&pool);
    let mut pool: Vec<Candidate> = pool.into_iter().zip(links).collect();
    let mut intermediates: Vec<Certificate> = Vec::new();
    let mut root = None;
    loop {
        let link = intermediates.last().unwrap_or(leaf);
        if let Some(index) = issuer_of(link, &pool, true) {
            root = Some(pool.swap_remove(index).0);
        }
        let Some(index) = issuer_of(link, &pool, false) else {
            return (intermediates, root);
        };
        intermediates.push(pool.swap_remove(index).0);
    }
}

fn links_to_a_root(pool: &[Certificate]) -> Vec<Option<usize>> {
    let is_root = |certificate: &Certificate| certificate.is_self_signed().then_some(0);
    let mut links: Vec<_> = pool.iter().map(is_root).collect();
    for length in 1..=pool.len() {
        let is_next = |certificate: &Certificate| {
            let mut issuers = pool.iter().zip(&links);
            issuers.any(|(issuer, links)| {
                *links == Some(length - 1) && certificate.is_issued_by(issuer)
            })
        };
        let next: Vec<_> = (0..pool.len())
            .filter(|&index| links[index].is_none() && is_next(&pool[index]))
            .collect();
        if next.is_empty() {
            break;
        }
        for index in next {
            links[index] = Some(length);
        }
    }
    links
}

/// The certificate that issued `link`, among the self-signed ones or among the others: the one
/// nearest to a root, of equal ones the newest.
fn issuer_of(link: &Certificate, pool: &[Candidate], self_signed: bool) -> Option<usize> {
    pool.iter()
        .enumerate()
        .filter(|(_, (candidate, _))| {
            candidate.is_self_signed() == self_signed && link.is_issued_by(candidate)
        })
        .max_by_key(|(_, (candidate, links))| {
            (links.map(Reverse), candidate.not_before(), candidate.der())
        })
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    use time::macros::datetime;

    use super::*;
    use crate::pki::Csr;

    const PEM_ALL: &str = include_str!("../../tests/fixtures/certcentral/download_pem_all.pem");
    const PEM_NO_ROOT: &str =
        include_str!("../../tests/fixtures/certcentral/download_pem_noroot.pem");
    const ORDER: &str = include_str!("../../tests/fixtures/certcentral/order_info_issued.json");

    /// Public key of the CSR that the fixtures were issued for.
    fn fixture_key() -> Vec<u8> {
        let order: serde_json::Value = serde_json::from_str(ORDER).unwrap();
        let csr = Csr::from_pem(order["certificate"]["csr"].as_str().unwrap()).unwrap();
        csr.public_key().to_vec()
    }

    fn names(chain: &Chain) -> Vec<&str> {
        std::iter::once(chain.leaf())
            .chain(chain.intermediates())
            .chain(chain.root())
            .filter_map(Certificate::subject_common_name)
            .collect()
    }

    /// A key with a name and the certificates that others made for it.
    struct Party {
        name: &'static str,
        key: KeyPair,
    }

    impl Party {
        fn new(name: &'static str) -> Self {
            let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
            Self { name, key }
        }

        fn params(&self, is_ca: bool) -> CertificateParams {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.distinguished_name = rcgen::DistinguishedName::new();
            params
                .distinguished_name
                .push(DnType::CommonName, self.name);
            if is_ca {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            }
            params
        }

        fn self_signed(&self) -> String {
            self.params(true).self_signed(&self.key).unwrap().pem()
        }

        fn signed_by(&self, issuer: &Party, is_ca: bool) -> String {
            let issuer = Issuer::new(issuer.params(true), &issuer.key);
            self.params(is_ca)
                .signed_by(&self.key, &issuer)
                .unwrap()
                .pem()
        }

        fn public_key(&self) -> Vec<u8> {
            let csr = self.params(false).serialize_request(&self.key).unwrap();
            Csr::from_pem(&csr.pem().unwrap())
                .unwrap()
                .public_key()
                .to_vec()
        }
    }

    #[test]
    fn fixture_bundle_gives_leaf_intermediate_and_root() {
        let chain = Chain::from_pem(PEM_ALL, &fixture_key()).unwrap();
        assert_eq!(
            names(&chain),
            [
                "shop.example.com",
                "Simulated TLS RSA SHA256 2026 CA1",
                "Simulated Global Root G1"
            ]
        );
        let leaf = chain.leaf();
        assert_eq!(leaf.serial_number(), "0595011F5BEDE541680EFB3F5E79C45E");
        assert_eq!(
            leaf.thumbprint(),
            "F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3"
        );
        assert_eq!(
            leaf.issuer_common_name(),
            Some("Simulated TLS RSA SHA256 2026 CA1")
        );
        assert_eq!(leaf.not_before(), datetime!(2026-04-14 00:00:00 UTC));
        assert_eq!(leaf.not_after(), datetime!(2026-10-29 23:59:59 UTC));
        assert!(leaf.is_valid_at(datetime!(2026-08-01 00:00:00 UTC)));
        assert!(!leaf.is_valid_at(datetime!(2026-10-30 00:00:00 UTC)));
        assert!(
            leaf.dns_names()
                .contains(&"www.shop.example.com".to_owned())
        );
    }

    #[test]
    fn pem_is_written_with_line_feeds_and_a_trailing_one() {
        assert!(PEM_ALL.contains("\r\n"), "the fixture has CRLF");
        let chain = Chain::from_pem(PEM_ALL, &fixture_key()).unwrap();
        let whole = chain.full_chain_pem() + &chain.root().unwrap().pem();
        assert_eq!(whole, PEM_ALL.replace("\r\n", "\n"));
        assert_eq!(chain.intermediates_pem(), chain.intermediates()[0].pem());
    }

    #[test]
    fn position_in_the_bundle_does_not_matter() {
        let expected = Chain::from_pem(PEM_ALL, &fixture_key()).unwrap();
        let mut blocks = Certificate::parse_bundle(PEM_ALL).unwrap();
        blocks.reverse();
        assert_eq!(
            Chain::new(blocks.clone(), &fixture_key()),
            Ok(expected.clone())
        );
        blocks.swap(0, 1);
        assert_eq!(Chain::new(blocks, &fixture_key()), Ok(expected));
    }

    #[test]
    fn a_missing_root_is_no_error() {
        let chain = Chain::from_pem(PEM_NO_ROOT, &fixture_key()).unwrap();
        assert_eq!(chain.root(), None);
        assert_eq!(
            names(&chain),
            ["shop.example.com", "Simulated TLS RSA SHA256 2026 CA1"]
        );
    }

    #[test]
    fn a_certificate_for_another_key_is_never_taken() {
        let stranger = Party::new("stranger").public_key();
        assert_eq!(
            Chain::from_pem(PEM_NO_ROOT, &stranger),
            Err(ChainError::NoLeaf {
                subjects: vec![
                    "shop.example.com".to_owned(),
                    "Simulated TLS RSA SHA256 2026 CA1".to_owned()
                ]
            })
        );
    }

    #[test]
    fn a_cross_signed_root_is_the_last_intermediate() {
        let (old, new, ica, leaf) = (
            Party::new("Old Root"),
            Party::new("New Root"),
            Party::new("CA1"),
            Party::new("a.example.com"),
        );
        let cross = new.signed_by(&old, true);
        let common = leaf.signed_by(&ica, false) + &ica.signed_by(&new, true);

        // The cross-signed certificate leads to the old root ...
        let four = format!("{}{cross}{common}", old.self_signed());
        let chain = Chain::from_pem(&four, &leaf.public_key()).unwrap();
        assert_eq!(
            names(&chain),
            ["a.example.com", "CA1", "New Root", "Old Root"]
        );
        assert_eq!(chain.root().unwrap().issuer_common_name(), Some("Old Root"));

        // ... or stands beside the new root's own certificate.
        let four = format!("{}{cross}{common}", new.self_signed());
        let chain = Chain::from_pem(&four, &leaf.public_key()).unwrap();
        assert_eq!(
            names(&chain),
            ["a.example.com", "CA1", "New Root", "New Root"]
        );
        assert_eq!(
            chain.intermediates()[1].issuer_common_name(),
            Some("Old Root")
        );
        assert!(chain.root().unwrap().is_self_signed());
    }

    /// DigiCert re-signs intermediates, and answers carry the twin whose root they leave out.
    #[test]
    fn the_path_to_a_root_of_the_bundle_wins_whatever_the_order_and_the_dates() {
        let (root, absent, upper, ica, leaf) = (
            Party::new("Root"),
            Party::new("Root that is not here"),
            Party::new("CA0"),
            Party::new("CA1"),
            Party::new("a.example.com"),
        );
        let dated = |party: &Party, issuer: &Party, year: i32| {
            let mut params = party.params(true);
            params.not_before = datetime!(2020-01-01 00:00:00 UTC)
                .replace_year(year)
                .unwrap();
            let issuer = Issuer::new(issuer.params(true), &issuer.key);
            params.signed_by(&party.key, &issuer).unwrap().pem()
        };
        let expected = ["a.example.com", "CA1", "CA0", "Root"];
        for (good, dead) in [(2019, 2025), (2025, 2019), (2020, 2020)] {
            let blocks = [
                leaf.signed_by(&ica, false),
                // Twins of both intermediates lead nowhere.
                dated(&ica, &upper, good),
                dated(&ica, &absent, dead),
                dated(&upper, &root, good),
                dated(&upper, &absent, dead),
                root.self_signed(),
            ];
            for turn in 0..blocks.len() {
                let mut bundle = blocks.clone();
                bundle.rotate_left(turn);
                for _ in 0..2 {
                    bundle.reverse();
                    let chain = Chain::from_pem(&bundle.concat(), &leaf.public_key()).unwrap();
                    assert_eq!(names(&chain), expected, "{good} {dead} {turn}");
                }
            }
        }
    }

    /// A longer way round, by a cross-signed twin that has its root, is not taken.
    #[test]
    fn of_two_paths_to_a_root_the_shorter_one_is_taken() {
        let (root, old, bridge, ica, leaf) = (
            Party::new("Root"),
            Party::new("Old Root"),
            Party::new("Bridge"),
            Party::new("CA1"),
            Party::new("a.example.com"),
        );
        let bundle = [
            bridge.signed_by(&old, true),
            old.self_signed(),
            ica.signed_by(&bridge, true),
            leaf.signed_by(&ica, false),
            ica.signed_by(&root, true),
            root.self_signed(),
        ];
        let chain = Chain::from_pem(&bundle.concat(), &leaf.public_key()).unwrap();
        assert_eq!(names(&chain), ["a.example.com", "CA1", "Root"]);
    }

    #[test]
    fn an_issuer_with_the_right_name_and_the_wrong_key_is_left_out() {
        let (ica, impostor, leaf) = (
            Party::new("CA1"),
            Party::new("CA1"),
            Party::new("a.example.com"),
        );
        let bundle = leaf.signed_by(&ica, false) + &impostor.self_signed();
        let chain = Chain::from_pem(&bundle, &leaf.public_key()).unwrap();
        assert_eq!(names(&chain), ["a.example.com"]);
    }

    #[test]
    fn a_certificate_sent_twice_counts_once() {
        let doubled = format!("{PEM_NO_ROOT}{PEM_ALL}");
        assert_eq!(
            Chain::from_pem(&doubled, &fixture_key()),
            Chain::from_pem(PEM_ALL, &fixture_key())
        );
    }

    #[test]
    fn what_is_no_bundle_is_named() {
        let key = fixture_key();
        assert_eq!(Chain::from_pem("", &key), Err(ChainError::Empty));
        assert_eq!(
            Chain::from_pem("-----BEGIN CERTIFICATE-----\nMII", &key),
            Err(ChainError::NotPem(
                "a block has no END line that matches its BEGIN line".to_owned()
            ))
        );
        let key_block = "-----BEGIN PUBLIC KEY-----\nAQ==\n-----END PUBLIC KEY-----\n";
        assert_eq!(
            Chain::from_pem(&format!("{PEM_NO_ROOT}{key_block}"), &key),
            Err(ChainError::NotCertificate {
                position: 3,
                label: "PUBLIC KEY".to_owned()
            })
        );
        assert_eq!(
            Chain::from_pem(&PEM_NO_ROOT.replace("\r\nM", "\r\nN"), &key),
            Err(ChainError::NotCertificate {
                position: 1,
                label: "CERTIFICATE".to_owned()
            })
        );
    }

    #[test]
    fn what_a_bundle_calls_itself_cannot_reach_a_terminal() {
        let label = ChainError::NotCertificate {
            position: 1,
            label: "\u{1b}[31mX".to_owned(),
        };
        assert_eq!(
            label.to_string(),
            "block 1 of the bundle is not a certificate (\"\\u{1b}[31mX\")"
        );
        let names = ChainError::NoLeaf {
            subjects: vec!["a.example".to_owned(), "\u{202e}b".to_owned()],
        };
        assert_eq!(
            names.to_string(),
            "no certificate of the bundle holds the public key of the CSR; it holds: \
             \"a.example\", \"\\u{202e}b\""
        );
    }
}
