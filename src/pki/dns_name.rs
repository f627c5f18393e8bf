//! DNS names in one canonical form, so that names which mean the same compare equal.
//!
//! The form: IDNA A-labels (UTS 46, non-transitional), lower case, no trailing dot, a `*.` prefix
//! kept.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// What separates labels: UTS 46 takes the ideographic and the wide full stops for a dot.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// Why a text is not a name that a public TLS certificate can hold. Every variant carries the text
/// as it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DnsNameError {
    /// A value that stands for "nothing".
    #[error(
        "{0:?} is not a name: CertCentral refuses values such as \"-\", \".\", \"?\", a space, \
         \"na\" or \"NA\""
    )]
    Meaningless(String),
    /// International characters that IDNA does not allow, or a broken `xn--` label.
    #[error("{0:?} is not a valid international domain name")]
    NotIdna(String),
    /// An IP address.
    #[error("{0:?} is an IP address; a name must be a domain name")]
    IpAddress(String),
    /// An underscore.
    #[error(
        "{0:?} contains an underscore, which public TLS certificates must not hold since \
         2018-10-01; use a hyphen"
    )]
    Underscore(String),
    /// Any other character that a DNS label cannot hold, such as those of a scheme, a port or a
    /// path.
    #[error(
        "{name:?} contains {character:?}; a name holds letters, digits, hyphens and dots only, \
         without scheme, port or path"
    )]
    Character {
        /// The name as given.
        name: String,
        /// The first character that does not fit.
        character: char,
    },
    /// Two dots in a row or a leading dot.
    #[error("{0:?} has an empty label: two dots in a row or a leading dot")]
    EmptyLabel(String),
    /// A label that begins or ends with a hyphen.
    #[error("the label {label:?} of {name:?} begins or ends with a hyphen")]
    HyphenAtEdge {
        /// The name as given.
        name: String,
        /// The label in canonical form.
        label: String,
    },
    /// A label with hyphens in its third and fourth place that is no `xn--` label.
    #[error(
        "the label {label:?} of {name:?} has hyphens in its third and fourth place, which the \
         CA/Browser Forum keeps for \"xn--\" labels"
    )]
    ReservedLabel {
        /// The name as given.
        name: String,
        /// The label in canonical form.
        label: String,
    },
    /// A label of more than 63 characters.
    #[error("the label {label:?} of {name:?} has {length} characters; at most 63 are allowed")]
    LabelTooLong {
        /// The name as given.
        name: String,
        /// The label in canonical form.
        label: String,
        /// Characters of the label.
        length: usize,
    },
    /// A name of more than 253 characters.
    #[error("{name:?} has {length} characters; a domain name has at most 253")]
    NameTooLong {
        /// The name as given.
        name: String,
        /// Characters of the canonical form.
        length: usize,
    },
    /// A common name of more than 64 characters.
    #[error(
        "the common name {name:?} has {length} characters; at most 64 are allowed (put a longer \
         name into dns_names)"
    )]
    CommonNameTooLong {
        /// The name as given.
        name: String,
        /// Characters of the canonical form.
        length: usize,
    },
    /// `*` anywhere but as the whole left-most label of a domain.
    #[error(
        "{0:?} has a misplaced wildcard; \"*\" must be the whole left-most label, as in \
         \"*.example.com\""
    )]
    Wildcard(String),
    /// A name that no public certificate authority may certify.
    #[error(
        "{0:?} is an internal name; public certificates are issued only for names in the public DNS"
    )]
    Internal(String),
}

/// The canonical form of one name.
///
/// # Errors
///
/// [`DnsNameError::NotIdna`] if the name cannot be written in A-labels. Nothing else is checked
/// here: see [`super::dns_rules`].
pub fn canonical(name: &str) -> Result<String, DnsNameError> {
    let (prefix, host) = match after_wildcard(name) {
        Some(host) => ("*.", host),
        None => ("", name),
    };
    let ascii = idna::domain_to_ascii(host).map_err(|_| DnsNameError::NotIdna(name.to_owned()))?;
    // Of two dots at the end, the first one is no dot of the root: the name stays broken.
    let without_root = ascii.strip_suffix('.').filter(|rest| !rest.ends_with('.'));
    Ok(format!("{prefix}{}", without_root.unwrap_or(&ascii)))
}

/// The canonical names of an order: common name and `dns_names` as one set.
///
/// A name that has no canonical form is kept in lower case, so that comparing two lists never
/// fails; such a name is refused by [`super::dns_rules::check_name`] before it is sent anywhere.
pub fn canonical_names<'a>(
    common_name: &'a str,
    dns_names: impl IntoIterator<Item = &'a str>,
) -> BTreeSet<String> {
    std::iter::once(common_name)
        .chain(dns_names)
        .map(|name| canonical(name).unwrap_or_else(|_| name.to_lowercase()))
        .collect()
}

/// A name without its wildcard: the name whose control has to be proven.
#[must_use]
pub fn without_wildcard(name: &str) -> &str {
    after_wildcard(name).unwrap_or(name)
}

/// Whether a name has a wildcard.
#[must_use]
pub fn is_wildcard(name: &str) -> bool {
    after_wildcard(name).is_some()
}

fn after_wildcard(name: &str) -> Option<&str> {
    name.strip_prefix('*')?.strip_prefix(DOTS)
}

/// Whether a text is an IP address, also in brackets or with a trailing dot.
pub(super) fn is_ip_address(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let text = text
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(text);
    text.parse::<IpAddr>().is_ok()
}

/// Returns the canonical names of a certificate that CertCentral shows or is sent, its common name
/// among them.
pub fn certificate_names(common_name: Option<&str>, dns_names: &[String]) -> BTreeSet<String> {
    canonical_names(
        common_name.unwrap_or_default(),
        dns_names.iter().map(String::as_str),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_wildcard_is_one_whatever_its_dot_looks_like() {
        for name in [
            "*.example.com",
            "*\u{3002}example.com",
            "*\u{ff0e}Example\u{ff61}com",
        ] {
            assert!(is_wildcard(name), "{name}");
            assert_eq!(canonical(name).as_deref(), Ok("*.example.com"));
        }
        assert!(!is_wildcard("*example.com"));
    }

    #[test]
    fn a_canonical_form_is_its_own_canonical_form() {
        for (name, form) in [
            ("a.example.", "a.example"),
            ("a.example..", "a.example.."),
            ("A.example.\u{3002}", "a.example.."),
            (".", ""),
        ] {
            assert_eq!(canonical(name).as_deref(), Ok(form), "{name}");
            assert_eq!(canonical(form).as_deref(), Ok(form), "{form}");
        }
    }

    #[test]
    fn spellings_of_one_name_have_one_form() {
        for (given, form) in [
            ("Example.COM", "example.com"),
            ("example.com.", "example.com"),
            ("*.Example.com", "*.example.com"),
            ("bücher.example.com", "xn--bcher-kva.example.com"),
            ("BÜCHER.example.com", "xn--bcher-kva.example.com"),
            ("XN--BCHER-KVA.example.com", "xn--bcher-kva.example.com"),
            ("*.bücher.example.com.", "*.xn--bcher-kva.example.com"),
            ("straße.example.com", "xn--strae-oqa.example.com"),
            ("a_b.example.com", "a_b.example.com"),
        ] {
            assert_eq!(canonical(given).as_deref(), Ok(form), "{given}");
        }
    }

    #[test]
    fn a_name_outside_idna_is_an_error_but_still_compares() {
        let broken = "xn--a\u{80}.example.com";
        assert_eq!(
            canonical(broken),
            Err(DnsNameError::NotIdna(broken.to_owned()))
        );
        assert!(canonical_names(broken, []).contains(broken));
    }

    #[test]
    fn the_names_of_an_order_are_a_set_with_the_common_name() {
        let names = canonical_names(
            "Shop.example.com",
            [
                "www.shop.example.com",
                "shop.example.com.",
                "API.example.com",
            ],
        );
        let expected = [
            "api.example.com",
            "shop.example.com",
            "www.shop.example.com",
        ];
        assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn wildcards_are_recognised_and_removed() {
        assert!(is_wildcard("*.example.com"));
        assert!(!is_wildcard("example.com"));
        assert_eq!(without_wildcard("*.example.com"), "example.com");
        assert_eq!(without_wildcard("example.com"), "example.com");
    }

    #[test]
    fn ip_addresses_are_recognised_in_every_spelling() {
        for text in ["192.0.2.1", "192.0.2.1.", "::1", "[2001:db8::1]"] {
            assert!(is_ip_address(text), "{text}");
        }
        for text in ["1.example.com", "192.0.2", "[example.com]"] {
            assert!(!is_ip_address(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_a_fixed_point(name in "(\\*\\.)?[a-zA-Z0-9äöü]{1,12}(\\.[a-zA-Z0-9-]{1,12}){0,3}\\.?") {
            if let Ok(form) = canonical(&name) {
                prop_assert_eq!(canonical(&form), Ok(form.clone()));
                prop_assert!(!form.ends_with('.'));
                prop_assert!(form.is_ascii());
            }
        }
    }
}
