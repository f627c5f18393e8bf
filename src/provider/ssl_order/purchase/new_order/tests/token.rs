//! The token of an order, which must never change between releases.

use std::collections::BTreeSet;

use super::super::{Content, Term};
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
        content(&names).token().expect("serialises"),
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
        .map(|content| content.token().expect("serialises"))
        .collect();
    assert_eq!(tokens.len(), variants.len() + 1);
    assert!(tokens.iter().all(|token| token.len() == 29));
}
