//! What an answer is about, held against what was asked before anything is read from it: a cache or
//! a gateway may answer with something else, and an answer about something else is no answer.
//!
//! | look-up | compared with |
//! |---|---|
//! | an order by its id | its id |
//! | an order by the serial number of its certificate | the serial number |
//! | an order by the thumbprint of its certificate | the thumbprint |
//! | orders by the caller's reference | the reference of each, once it is read, where it is told |
//! | validation of an order | its id, where it is told |
//! | the answer to a reissue or a duplicate | the id of the order |
//! | a request, an organization, a domain | its id |
//! | a product | its name id |
//! | orders by filters | names, key and serial number, by those who filter: CertCentral may list an order for a name or a number that it had |
//! | a certificate with its issuers | its key and its serial number, by those who read it |

use std::fmt;

use super::http::{Error, harmless};
use super::id::SerialNumber;

/// What a look-up goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Order,
    SerialNumber,
    Thumbprint,
    Reference,
    Validation,
    Request,
    Organization,
    Domain,
    Product,
}

impl About {
    /// Refuses an answer that tells another than the one that was asked for, or none where it must
    /// tell one.
    pub(crate) fn hold(
        self,
        asked: impl fmt::Display,
        told: Option<impl fmt::Display>,
    ) -> Result<(), Error> {
        let (asked, told) = (asked.to_string(), told.map(|told| told.to_string()));
        let is_meant = match &told {
            Some(told) => self.is_same(&asked, told),
            None => self.may_be_untold(),
        };
        if is_meant {
            return Ok(());
        }
        let told = told.map_or_else(|| "none".to_owned(), |told| quoted(&told));
        Err(Error::AboutAnother {
            what: self.to_string(),
            asked,
            told,
        })
    }

    fn is_same(self, asked: &str, told: &str) -> bool {
        match self {
            Self::SerialNumber => SerialNumber(asked) == SerialNumber(told),
            Self::Thumbprint | Self::Product => asked.eq_ignore_ascii_case(told),
            // It may have been cut, or kept in another case.
            Self::Reference => asked
                .to_lowercase()
                .starts_with(&told.trim().to_lowercase()),
            _ => asked == told,
        }
    }

    fn may_be_untold(self) -> bool {
        matches!(self, Self::Reference | Self::Validation)
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Order => "order",
            Self::SerialNumber => "an order with the serial number",
            Self::Thumbprint => "an order with the thumbprint",
            Self::Reference => "an order with the reference",
            Self::Validation => "the validation of order",
            Self::Request => "request",
            Self::Organization => "organization",
            Self::Domain => "domain",
            Self::Product => "product",
        })
    }
}

/// A text of the answer, at most forty characters of it.
fn quoted(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    harmless(&short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_about(about: About, asked: &str, told: Option<&str>) -> bool {
        about.hold(asked, told).is_ok()
    }

    #[test]
    fn every_kind_of_look_up_is_compared_with_what_was_asked() {
        use About::*;
        let table = [
            (Order, "7", Some("7"), true),
            (Order, "7", Some("8"), false),
            (Order, "7", None, false),
            (SerialNumber, "a0b1", Some("00A0B1"), true),
            (SerialNumber, "0a0b1", Some("A0B10"), false),
            (SerialNumber, "2147500123", None, false),
            (Thumbprint, "f39a", Some("F39A"), true),
            (Thumbprint, "f39a", Some("F39B"), false),
            (Reference, "tf-1234", Some("TF-1234"), true),
            (Reference, "tf-1234", Some("tf-12"), true),
            (Reference, "tf-1234", Some("tf-12345"), false),
            (Reference, "tf-1234", Some("PO-4711"), false),
            (Reference, "tf-1234", None, true),
            (Validation, "7", None, true),
            (Validation, "7", Some("70"), false),
            (Request, "7", Some("8"), false),
            (Organization, "7", Some("8"), false),
            (Domain, "7", Some("8"), false),
            (Product, "ssl_basic", Some("ssl_basic"), true),
            (Product, "ssl_basic", Some("ssl_ev_basic"), false),
        ];
        for (about, asked, told, is_meant) in table {
            let row = format!("{about:?} {asked} {told:?}");
            assert_eq!(is_about(about, asked, told), is_meant, "{row}");
        }
    }

    #[test]
    fn both_are_named_and_nothing_of_the_answer_reaches_a_terminal_raw() {
        let told = Some("\u{1b}[2J\u{202e}x");
        let error = About::Thumbprint.hold("AB", told).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the answer is about something else: asked for an order with the thumbprint AB, got \
             \\u{1b}[2J\\u{202e}x"
        );
    }
}
