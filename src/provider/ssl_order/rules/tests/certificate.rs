//! Names and CSR.

use super::{SslOrderModel, each_is_refused, each_passes};
use crate::framework::{Attr, AttributePath, FromToValue, Severity, Type, Value};
use crate::provider::ssl_order::samples::{csr, csr_for, names};

#[test]
fn names_are_public_domain_names() {
    each_is_refused(&[
        (
            |o| o.dns_names = names(&["192.0.2.1"]),
            "error dns_names: Invalid DNS name. CertCentral does not issue a certificate for it: \
             \"192.0.2.1\" is an IP address",
        ),
        (
            |o| o.dns_names = names(&["localhost"]),
            "error dns_names: Invalid DNS name. CertCentral does not issue a certificate for it: \
             \"localhost\"",
        ),
        (
            |o| o.dns_names = names(&["a_b.example.com"]),
            "error dns_names: Invalid DNS name. CertCentral does not issue a certificate for it: \
             \"a_b.example.com\"",
        ),
        (
            |o| o.dns_names = names(&["https://example.com"]),
            "error dns_names: Invalid DNS name.",
        ),
        (
            |o| o.dns_names = names(&["*.*.example.com"]),
            "error dns_names: Invalid DNS name.",
        ),
        (
            |o| o.dns_names = names(&["ok.example.com", ""]),
            "error dns_names: Invalid DNS name.",
        ),
        (
            |o| o.dns_names = names(&["-a.example.com"]),
            "error dns_names: Invalid DNS name. CertCentral does not issue a certificate for it: \
             the label \"-a\"",
        ),
        (
            |o| {
                o.csr = Attr::Unknown;
                o.common_name = "mail.corp".into();
            },
            "error common_name: Invalid common name. CertCentral does not issue a certificate for \
             it: \"mail.corp\"",
        ),
        (
            |o| {
                o.csr = Attr::Unknown;
                o.common_name = Attr::Known(format!("{}.example.com", "a".repeat(53)));
            },
            "error common_name: Invalid common name. CertCentral does not issue a certificate for \
             it:",
        ),
        (
            |o| o.dns_names = names(&["ab--c.example.com"]),
            "error dns_names: Invalid DNS name. CertCentral does not issue a certificate for it: \
             the label \"ab--c\"",
        ),
    ]);
    each_passes(&[
        ("wildcard", |o| o.dns_names = names(&["*.example.com"])),
        ("idn", |o| o.dns_names = names(&["b\u{fc}cher.example.com"])),
        ("long further name", |o| {
            o.dns_names = Attr::Known(crate::framework::Set(vec![Attr::Known(format!(
                "{}.example.com",
                "a".repeat(63)
            ))]));
        }),
        ("none", |o| o.dns_names = Attr::Null),
    ]);
}

#[test]
fn a_private_ca_may_certify_other_names() {
    let found = super::found(|o| {
        o.product_name_id = "private_ssl_plus".into();
        o.dns_names = names(&["mail.corp"]);
    });
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("warning product_name_id: Unknown product."));
    assert!(found[1].starts_with("warning dns_names: Invalid DNS name."));
}

#[test]
fn a_csr_is_one_request_with_a_good_key() {
    each_is_refused(&[
        (
            |o| o.csr = "".into(),
            "error csr: Invalid CSR. `csr` cannot be ordered with: the text is not PEM",
        ),
        (
            |o| o.csr = "MIICYDCC".into(),
            "error csr: Invalid CSR. `csr` cannot be ordered with: the text is not PEM",
        ),
        (
            |o| {
                let key = rcgen::KeyPair::generate().expect("a key");
                o.csr = Attr::Known(key.serialize_pem());
            },
            "error : Invalid CSR. `csr` cannot be ordered with: the text holds a private key",
        ),
        (
            |o| o.csr = Attr::Known(csr().repeat(2)),
            "error csr: Invalid CSR. `csr` cannot be ordered with: the text holds 2 PEM blocks",
        ),
        (
            |o| o.csr = Attr::Known(csr().replace("MIICYDCC", "MIICYDCD")),
            "error csr: Invalid CSR. `csr` cannot be ordered with:",
        ),
        (
            |o| {
                let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
                let params = rcgen::CertificateParams::default();
                let csr = params.serialize_request(&key).unwrap();
                o.csr = Attr::Known(csr.pem().unwrap());
            },
            "error csr: Invalid CSR. `csr` cannot be ordered with: public TLS certificates cannot \
             hold a key of the kind ECDSA P-521; use RSA with at least 2048 bits, ECDSA P-256 or \
             ECDSA P-384. If the key is a `tls_private_key`, set `algorithm = \"ECDSA\"` with \
             `ecdsa_curve = \"P256\"`",
        ),
    ]);
}

#[test]
fn a_private_key_is_never_quoted() {
    let key = rcgen::KeyPair::generate().expect("a key").serialize_pem();
    let body = key.lines().nth(1).expect("a body").to_owned();
    let mut order = super::order();
    order.csr = Attr::Known(key);
    let text = format!("{:?}", super::validate(&order));
    assert!(!text.contains(&body), "{text}");
}

/// One rule for every text: an argument that is added later is looked at, too.
#[test]
fn a_private_key_in_any_argument_is_refused_alone_and_points_nowhere() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let pem = key.serialize_pem();
    let bare = data_encoding::BASE64.encode(&key.serialize_der());
    let putty = "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\ncanary\n".to_owned();
    let lines = [
        "----BEGIN PRIVATE KEY----\n",
        &bare,
        "\n----END PRIVATE KEY----",
    ];
    let body = pem.lines().nth(1).expect("a body").to_owned();
    let lines = lines.concat();
    for text in [pem, bare, putty, lines] {
        let places = with_text_everywhere(&super::good().to_value(), &text);
        assert!(places.len() > 50, "{}", places.len());
        for (argument, value) in places {
            let order = SslOrderModel::from_value(&value, &AttributePath::default());
            let problems = super::validate(&order.expect("an order"));
            let problems: Vec<_> = problems.iter().collect();
            assert_eq!(problems.len(), 1, "{argument}: {problems:#?}");
            assert_eq!(problems[0].severity, Severity::Error);
            assert_eq!(problems[0].attribute, None, "{argument}");
            let shown = format!("{problems:?}");
            assert!(shown.contains(&format!("`{argument}`")), "{shown}");
            assert!(
                !shown.contains(&body) && !shown.contains("canary"),
                "{shown}"
            );
        }
    }
}

/// The order with a text in one of its arguments, for every argument that takes one.
fn with_text_everywhere(order: &Value, text: &str) -> Vec<(String, Value)> {
    let ty = crate::provider::ssl_order::schema::schema().ty();
    let Type::Object(members) = ty else {
        panic!("{ty:?}");
    };
    let mut all = Vec::new();
    for (name, ty) in members {
        for (path, value) in values_with(&ty, text) {
            let Value::Object(mut order) = order.clone() else {
                panic!("{order:?}");
            };
            order.insert(name.clone(), value);
            all.push((format!("{name}{path}"), Value::Object(order)));
        }
    }
    all
}

/// Every value of a type that holds the text once and nothing else.
fn values_with(ty: &Type, text: &str) -> Vec<(String, Value)> {
    match ty {
        Type::String => vec![(String::new(), text.into())],
        Type::List(element) => {
            let inner = values_with(element, text).into_iter();
            inner
                .map(|(path, it)| (path, Value::List(vec![it])))
                .collect()
        }
        Type::Set(element) => {
            let inner = values_with(element, text).into_iter();
            inner
                .map(|(path, it)| (path, Value::Set(vec![it])))
                .collect()
        }
        Type::Map(element) => {
            let inner = values_with(element, text).into_iter();
            let map = |it| Value::Map([("a".to_owned(), it)].into());
            inner.map(|(path, it)| (path, map(it))).collect()
        }
        Type::Object(members) => {
            let nulls = members.keys().map(|name| (name.clone(), Value::Null));
            let nulls: std::collections::BTreeMap<_, _> = nulls.collect();
            let mut all = Vec::new();
            for (name, ty) in members {
                for (path, value) in values_with(ty, text) {
                    let mut object = nulls.clone();
                    object.insert(name.clone(), value);
                    all.push((format!(".{name}{path}"), Value::Object(object)));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

#[test]
fn a_text_before_the_csr_is_refused_and_points_nowhere() {
    each_is_refused(&[(
        |o| o.csr = Attr::Known(format!("canary\n{}", csr())),
        "error : Invalid CSR. `csr` cannot be ordered with: a text that is not shown here stands \
         before",
    )]);
}

#[test]
fn names_of_the_csr_are_ordered_too() {
    each_is_refused(&[
        (
            |o| {
                o.csr = Attr::Known(csr_for(
                    "shop.example.com",
                    &["shop.example.com", "old.example.com"],
                ));
            },
            "error csr: CSR names missing from the order. The CSR lists old.example.com, which \
             neither",
        ),
        (
            |o| o.csr = Attr::Known(csr_for("old.example.com", &[])),
            "warning csr: CSR made for another name. The subject of the CSR names \
             \"old.example.com\"",
        ),
        (
            |o| o.csr = Attr::Known(csr_for("shop.example.com", &["10.0.0.1", "2001:db8::1"])),
            "warning csr: CSR names that no order has. The CSR lists 10.0.0.1, 2001:db8::1, and an \
             order has domain names only",
        ),
    ]);
    each_passes(&[
        ("same names in another case", |o| {
            o.csr = Attr::Known(csr_for("SHOP.example.com", &["API.example.com"]));
        }),
        ("unknown names", |o| {
            o.dns_names = Attr::Unknown;
            o.csr = Attr::Known(csr_for("old.example.com", &["old.example.com"]));
        }),
    ]);
}

#[test]
fn organization_units_are_ignored_and_meaningless_ones_refused() {
    each_is_refused(&[(
        |o| o.organization_units = Attr::Known(vec!["Accounting".into()]),
        "warning organization_units: Organization units are ignored.",
    )]);
    let found = super::found(|o| o.organization_units = Attr::Known(vec!["IT".into(), "-".into()]));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[1].starts_with(
            "error organization_units[1]: Meaningless organization unit. \"-\" says nothing"
        ),
        "{found:#?}"
    );
    each_passes(&[("none", |o| o.organization_units = Attr::Known(Vec::new()))]);
}
