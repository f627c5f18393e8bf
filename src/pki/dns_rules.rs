//! What a name in a public TLS certificate must look like: DigiCert's "Data Entries that Violate
//! Industry Standards" and the CA/Browser Forum rules behind it. One function a rule, all pure.

use super::dns_name::{DnsNameError, canonical, is_ip_address};

const MAX_COMMON_NAME: usize = 64;
const MAX_LABEL: usize = 63;
const MAX_NAME: usize = 253;

/// Values that stand for "nothing" in a form field.
const MEANINGLESS: [&str; 7] = ["", " ", "-", ".", "?", "na", "NA"];

/// Last labels that are not in the public DNS: reserved by RFC 6761, 6762, 8375 and 9476, or known
/// to collide.
const INTERNAL_SUFFIXES: [&str; 14] = [
    "alt",
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
    "test",
];

/// Applies every rule that holds for each name of a certificate, and returns its canonical form.
///
/// # Errors
///
/// The first rule that the name breaks.
pub fn check_name(name: &str) -> Result<String, DnsNameError> {
    check_meaning(name)?;
    check_not_ip_address(name)?;
    let form = canonical(name)?;
    check_wildcard(name, &form)?;
    check_underscore(name, &form)?;
    check_characters(name, &form)?;
    check_labels(name, &form)?;
    check_length(name, &form)?;
    check_public(name, &form)?;
    Ok(form)
}

/// [`check_name`] and the length limit of the common name.
///
/// # Errors
///
/// The first rule that the name breaks.
pub fn check_common_name(name: &str) -> Result<String, DnsNameError> {
    let form = check_name(name)?;
    check_common_name_length(name, &form)?;
    Ok(form)
}

/// Whether a form value (name, organization unit, address part) says nothing and is therefore
/// refused.
#[must_use]
pub fn is_meaningless(value: &str) -> bool {
    MEANINGLESS.contains(&value) || value.trim().is_empty()
}

fn check_meaning(name: &str) -> Result<(), DnsNameError> {
    ensure(!is_meaningless(name), || {
        DnsNameError::Meaningless(name.to_owned())
    })
}

fn check_not_ip_address(name: &str) -> Result<(), DnsNameError> {
    ensure(!is_ip_address(name), || {
        DnsNameError::IpAddress(name.to_owned())
    })
}

/// `*` is the whole left-most label and stands below a domain of at least two labels.
fn check_wildcard(name: &str, form: &str) -> Result<(), DnsNameError> {
    let valid = match form.strip_prefix("*.") {
        Some(domain) => !domain.contains('*') && domain.contains('.'),
        None => !form.contains('*'),
    };
    ensure(valid, || DnsNameError::Wildcard(name.to_owned()))
}

fn check_underscore(name: &str, form: &str) -> Result<(), DnsNameError> {
    ensure(!form.contains('_'), || {
        DnsNameError::Underscore(name.to_owned())
    })
}

fn check_characters(name: &str, form: &str) -> Result<(), DnsNameError> {
    let stranger = form
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '*')));
    match stranger {
        None => Ok(()),
        Some(character) => Err(DnsNameError::Character {
            name: name.to_owned(),
            character,
        }),
    }
}

fn check_labels(name: &str, form: &str) -> Result<(), DnsNameError> {
    for label in form.split('.') {
        let owned = || (name.to_owned(), label.to_owned());
        if label.is_empty() {
            return Err(DnsNameError::EmptyLabel(name.to_owned()));
        }
        if label.starts_with('-') || label.ends_with('-') {
            let (name, label) = owned();
            return Err(DnsNameError::HyphenAtEdge { name, label });
        }
        if is_reserved(label) {
            let (name, label) = owned();
            return Err(DnsNameError::ReservedLabel { name, label });
        }
        let length = label.len();
        if length > MAX_LABEL {
            let (name, label) = owned();
            return Err(DnsNameError::LabelTooLong {
                name,
                label,
                length,
            });
        }
    }
    Ok(())
}

/// Only A-labels have hyphens in their third and fourth place (RFC 5890 section 2.3.1, Baseline
/// Requirements 7.1.2.7.12).
fn is_reserved(label: &str) -> bool {
    label.get(2..4) == Some("--") && !label.starts_with("xn--")
}

fn check_length(name: &str, form: &str) -> Result<(), DnsNameError> {
    ensure(form.len() <= MAX_NAME, || DnsNameError::NameTooLong {
        name: name.to_owned(),
        length: form.len(),
    })
}

/// Common names are an X.520 attribute of 64 characters; names in `dns_names` are exempt.
fn check_common_name_length(name: &str, form: &str) -> Result<(), DnsNameError> {
    ensure(form.len() <= MAX_COMMON_NAME, || {
        DnsNameError::CommonNameTooLong {
            name: name.to_owned(),
            length: form.len(),
        }
    })
}

/// A public name has at least two labels and ends in a label that the public DNS may delegate.
fn check_public(name: &str, form: &str) -> Result<(), DnsNameError> {
    let public = form.rsplit_once('.').is_some_and(|(_, last)| {
        !INTERNAL_SUFFIXES.contains(&last) && !last.bytes().all(|byte| byte.is_ascii_digit())
    });
    ensure(public, || DnsNameError::Internal(name.to_owned()))
}

fn ensure(condition: bool, error: impl FnOnce() -> DnsNameError) -> Result<(), DnsNameError> {
    if condition { Ok(()) } else { Err(error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_names_pass_in_canonical_form() {
        for (given, form) in [
            ("example.com", "example.com"),
            ("*.Example.com", "*.example.com"),
            ("a-b.c.example.co.uk", "a-b.c.example.co.uk"),
            ("bücher.example.de.", "xn--bcher-kva.example.de"),
            ("1.example.com", "1.example.com"),
            ("facebookcorewwwi.onion", "facebookcorewwwi.onion"),
        ] {
            assert_eq!(check_common_name(given).as_deref(), Ok(form), "{given}");
        }
    }

    #[test]
    fn each_rule_names_what_it_refuses() {
        type Rule = fn(String) -> DnsNameError;
        let cases: [(&str, Rule); 22] = [
            ("", DnsNameError::Meaningless),
            ("-", DnsNameError::Meaningless),
            ("NA", DnsNameError::Meaningless),
            ("   ", DnsNameError::Meaningless),
            ("192.0.2.1", DnsNameError::IpAddress),
            ("[2001:db8::1]", DnsNameError::IpAddress),
            ("a_b.example.com", DnsNameError::Underscore),
            ("*.*.example.com", DnsNameError::Wildcard),
            ("a.*.example.com", DnsNameError::Wildcard),
            ("w*.example.com", DnsNameError::Wildcard),
            ("*", DnsNameError::Wildcard),
            ("*.com", DnsNameError::Wildcard),
            ("*example.com", DnsNameError::Wildcard),
            ("a..example.com", DnsNameError::EmptyLabel),
            (".example.com", DnsNameError::EmptyLabel),
            ("localhost", DnsNameError::Internal),
            ("server01", DnsNameError::Internal),
            ("mail.corp", DnsNameError::Internal),
            ("*.svc.cluster.local", DnsNameError::Internal),
            ("nas.home.arpa", DnsNameError::Internal),
            ("a.test", DnsNameError::Internal),
            ("1.2.3", DnsNameError::Internal),
        ];
        for (name, rule) in cases {
            assert_eq!(check_name(name), Err(rule(name.to_owned())), "{name}");
        }
    }

    #[test]
    fn characters_of_urls_are_refused_one_by_one() {
        for (name, character) in [
            ("https://example.com", ':'),
            ("example.com:443", ':'),
            ("example.com/path", '/'),
            ("a b.example.com", ' '),
            ("user@example.com", '@'),
        ] {
            let expected = DnsNameError::Character {
                name: name.to_owned(),
                character,
            };
            assert_eq!(check_name(name), Err(expected));
        }
    }

    #[test]
    fn hyphens_may_not_stand_at_the_edge_of_a_label() {
        assert_eq!(
            check_name("a.b-.example.com"),
            Err(DnsNameError::HyphenAtEdge {
                name: "a.b-.example.com".to_owned(),
                label: "b-".to_owned()
            })
        );
    }

    #[test]
    fn hyphens_in_the_third_and_fourth_place_belong_to_idna() {
        assert_eq!(
            check_name("ab--c.example.com"),
            Err(DnsNameError::ReservedLabel {
                name: "ab--c.example.com".to_owned(),
                label: "ab--c".to_owned()
            })
        );
        for name in [
            "a--b.example.com",
            "abc--d.example.com",
            "xn--bcher-kva.example.com",
        ] {
            assert_eq!(check_name(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn lengths_are_counted_in_the_canonical_form() {
        let label = "a".repeat(63);
        assert!(check_name(&format!("{label}.example.com")).is_ok());
        let long = "a".repeat(64);
        assert_eq!(
            check_name(&format!("{long}.example.com")),
            Err(DnsNameError::LabelTooLong {
                name: format!("{long}.example.com"),
                label: long,
                length: 64
            })
        );
        // 52 + ".example.com" = 64 characters.
        assert!(check_common_name(&format!("{}.example.com", "a".repeat(52))).is_ok());
        let name = format!("{}.example.com", "a".repeat(53));
        assert!(check_name(&name).is_ok(), "dns_names are exempt");
        assert_eq!(
            check_common_name(&name),
            Err(DnsNameError::CommonNameTooLong { name, length: 65 })
        );
        let name = format!("{label}.{label}.{label}.{}.com", "a".repeat(58));
        assert_eq!(
            check_name(&name),
            Err(DnsNameError::NameTooLong { name, length: 254 })
        );
    }
}
