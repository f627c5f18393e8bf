//! The token that makes the same configuration find its own order again.
//!
//! CertCentral's POST has no idempotency key, and a crash loses whatever the process knew. So the token is derived
//! from what makes the order the same order, sent as `alternative_order_id`, and looked up before every POST.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use data_encoding::BASE32_NOPAD;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::provider::ssl_order::model::Term;

/// What every derived token starts with.
pub(crate) const PREFIX: &str = "tf-";

/// What makes two orders the same order. Every member is in its canonical form.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Content {
    /// Host of the API: accounts of different regions and sandboxes never share a token.
    pub host: String,
    /// Public key of the CSR, DER, in lower-case hexadecimal.
    pub public_key: String,
    /// Canonical names, the common name among them.
    pub names: BTreeSet<String>,
    /// Product.
    pub product_name_id: String,
    /// The order's validity, whichever form it was given in.
    #[serde(serialize_with = "members")]
    pub validity: Term,
    /// Organization id, or the text of a new one.
    pub organization: String,
    /// Container.
    pub container_id: Option<i64>,
    /// The order that this one renews.
    pub renewal_of_order_id: Option<i64>,
    /// The certificate that this one renews, upper case.
    pub renewed_thumbprint: Option<String>,
    /// The user's own distinction.
    pub order_key: Option<String>,
}

/// Writes the members of a term as they were given.
fn members<S: Serializer>(term: &Term, serializer: S) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_struct("Validity", 3)?;
    members.serialize_field("years", &term.years.known())?;
    members.serialize_field("days", &term.days.known())?;
    members.serialize_field(
        "custom_expiration_date",
        &term.custom_expiration_date.known(),
    )?;
    members.end()
}

/// `tf-` and 128 bits of a SHA-256 over the content, in lower-case base32: 29 characters of `[a-z2-7-]`.
///
/// The text under the hash is JSON with members in the order of [`Content`]; changing it would make every
/// existing order unfindable, which a test with a pinned token prevents.
pub(crate) fn token(content: &Content) -> Result<String, serde_json::Error> {
    let canonical = serde_json::to_vec(content)?;
    let hash = digest::digest(&digest::SHA256, &canonical);
    let (head, _) = hash.as_ref().split_at(16);
    Ok(format!(
        "{PREFIX}{}",
        BASE32_NOPAD.encode(head).to_lowercase()
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Content, Term, token};
    use crate::framework::Attr;

    fn content(names: &BTreeSet<String>) -> Content {
        Content {
            host: "www.digicert.com".to_owned(),
            public_key: "3059".to_owned(),
            names: names.clone(),
            product_name_id: "ssl_plus".to_owned(),
            validity: Term {
                years: Attr::Known(1),
                ..Term::default()
            },
            organization: "123456".to_owned(),
            container_id: None,
            renewal_of_order_id: None,
            renewed_thumbprint: None,
            order_key: None,
        }
    }

    #[test]
    fn a_token_never_changes_between_releases() {
        let names = BTreeSet::from(["example.com".to_owned(), "sub.example.com".to_owned()]);
        assert_eq!(
            token(&content(&names)).expect("serialises"),
            "tf-r5d7ypashsthslrslc254atig4"
        );
    }

    #[test]
    fn everything_that_means_a_new_order_changes_the_token() {
        let names = BTreeSet::from(["example.com".to_owned()]);
        let more = BTreeSet::from(["example.com".to_owned(), "b.example.com".to_owned()]);
        let base = content(&names);
        let variants = [
            Content {
                host: "certcentral.digicert.eu".to_owned(),
                ..base.clone()
            },
            Content {
                public_key: "3058".to_owned(),
                ..base.clone()
            },
            Content {
                names: more,
                ..base.clone()
            },
            Content {
                product_name_id: "ssl_basic".to_owned(),
                ..base.clone()
            },
            Content {
                validity: Term {
                    years: Attr::Known(2),
                    ..Term::default()
                },
                ..base.clone()
            },
            Content {
                validity: Term {
                    days: Attr::Known(1),
                    ..Term::default()
                },
                ..base.clone()
            },
            Content {
                organization: "123457".to_owned(),
                ..base.clone()
            },
            Content {
                container_id: Some(1),
                ..base.clone()
            },
            Content {
                renewal_of_order_id: Some(1),
                ..base.clone()
            },
            Content {
                renewed_thumbprint: Some("A".to_owned()),
                ..base.clone()
            },
            Content {
                order_key: Some("2".to_owned()),
                ..base.clone()
            },
        ];
        let tokens: BTreeSet<_> = variants
            .iter()
            .chain([&base])
            .map(|content| token(content).expect("serialises"))
            .collect();
        assert_eq!(tokens.len(), variants.len() + 1);
        assert!(tokens.iter().all(|token| token.len() == 29));
    }
}
