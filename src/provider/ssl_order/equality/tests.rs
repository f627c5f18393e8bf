//! Spellings that are no change, and changes that are.

use super::super::model::{OrganizationModel, Term};
use super::super::plan::changes::changes;
use super::super::samples;
use super::super::samples::{contact, names, new_organization};
use super::{SslOrderModel, keep_equal_values, means_the_same};
use crate::framework::{Attr, Set};

fn order(common_name: &str, dns_names: &[&str]) -> SslOrderModel {
    SslOrderModel {
        common_name: common_name.into(),
        dns_names: names(dns_names),
        ..SslOrderModel::default()
    }
}

#[test]
fn another_spelling_of_the_names_is_no_change() {
    let prior = order(
        "example.com",
        &["sub.example.com", "b\u{fc}cher.example.com"],
    );
    for (common_name, dns_names) in [
        (
            "Example.COM.",
            &["SUB.example.com", "xn--bcher-kva.example.com"][..],
        ),
        (
            "example.com",
            &["b\u{fc}cher.example.com.", "sub.example.com"][..],
        ),
        (
            "example.com",
            &[
                "example.com",
                "sub.example.com",
                "xn--bcher-kva.example.com",
            ][..],
        ),
    ] {
        let mut planned = order(common_name, dns_names);
        keep_equal_values(&prior, &mut planned);
        assert_eq!(planned, prior, "{common_name} {dns_names:?}");
    }
}

#[test]
fn another_name_is_a_change() {
    let prior = order("example.com", &["sub.example.com"]);
    for planned in [
        order("example.com", &["app.example.com"]),
        order("example.com", &[]),
        order("sub.example.com", &["example.com"]),
        order("example.com", &["sub.example.com", "*.example.com"]),
    ] {
        let mut kept = planned.clone();
        keep_equal_values(&prior, &mut kept);
        assert_eq!(kept, planned);
        assert!(!means_the_same("dns_names", &prior, &planned));
    }
}

/// An edit of an order.
type Edit = fn(&mut SslOrderModel);

fn organization(order: &mut SslOrderModel, edit: impl FnOnce(&mut OrganizationModel)) {
    if let Attr::Known(organization) = &mut order.organization {
        edit(organization);
    }
}

fn full_order() -> SslOrderModel {
    let mut order = samples::order();
    let mut second = contact("technical_contact");
    second.email = "Ops@b\u{fc}cher.example".into();
    order.organization = Attr::Known(OrganizationModel {
        contacts: Attr::Known(vec![
            Attr::Known(contact("verified_contact")),
            Attr::Known(second),
        ]),
        ..new_organization()
    });
    order.additional_emails = names(&["ops@example.com", "it@b\u{fc}cher.example"]);
    order.renewed_thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567".into();
    order.ca_cert_id = "3EE6E4F6856DF7FC".into();
    order
}

#[test]
fn another_spelling_of_the_rest_is_no_change() {
    let prior = full_order();
    let edits: [(&str, Edit); 7] = [
        ("addresses", |o| {
            o.additional_emails = names(&["it@XN--BCHER-KVA.example", "ops@EXAMPLE.com"]);
        }),
        ("thumbprint", |o| {
            o.renewed_thumbprint = "0123456789abcdef0123456789abcdef01234567".into();
        }),
        ("issuer", |o| o.ca_cert_id = "3ee6e4f6856df7fc".into()),
        ("country", |o| {
            organization(o, |new| new.country = "US".into());
        }),
        ("order of contacts", |o| {
            organization(o, |new| {
                if let Attr::Known(contacts) = &mut new.contacts {
                    contacts.reverse();
                }
            });
        }),
        ("address of a contact", |o| {
            organization(o, |new| {
                if let Attr::Known(contacts) = &mut new.contacts
                    && let Attr::Known(second) = &mut contacts[1]
                {
                    second.email = "ops@xn--bcher-kva.example".into();
                }
            });
        }),
        ("address of the organization", |o| {
            organization(o, |new| {
                if let Attr::Known(person) = &mut new.organization_contact {
                    person.email = "rui.salas@Example.com".into();
                }
            });
        }),
    ];
    for (what, edit) in edits {
        let mut planned = prior.clone();
        edit(&mut planned);
        assert_ne!(planned, prior, "{what}");
        keep_equal_values(&prior, &mut planned);
        assert_eq!(planned, prior, "{what}");
    }
}

#[test]
fn other_people_are_a_change() {
    let prior = full_order();
    let edits: [(&str, Edit); 3] = [
        ("one less", |o| {
            organization(o, |new| {
                if let Attr::Known(contacts) = &mut new.contacts {
                    contacts.pop();
                }
            });
        }),
        ("one twice", |o| {
            organization(o, |new| {
                if let Attr::Known(contacts) = &mut new.contacts {
                    contacts[1] = contacts[0].clone();
                }
            });
        }),
        ("unknown", |o| {
            organization(o, |new| {
                if let Attr::Known(contacts) = &mut new.contacts {
                    contacts[1] = Attr::Unknown;
                }
            });
        }),
    ];
    for (what, edit) in edits {
        let mut planned = prior.clone();
        edit(&mut planned);
        let before = planned.clone();
        keep_equal_values(&prior, &mut planned);
        assert_eq!(planned, before, "{what}");
    }
}

/// Core wants a plan that says what the configuration says where state says nothing, so these are
/// changes of state that mean nothing.
#[test]
fn what_certcentral_takes_for_absent_is_no_change() {
    let cases: [(&str, Edit); 13] = [
        ("dns_names", |o| o.dns_names = names(&[])),
        ("dns_names", |o| o.dns_names = names(&["Shop.example.com."])),
        ("organization_units", |o| {
            o.organization_units = Attr::Known(vec![]);
        }),
        ("custom_fields", |o| {
            o.custom_fields = Attr::Known(Set(vec![]));
        }),
        ("additional_emails", |o| o.additional_emails = names(&[])),
        ("cert_validity", |o| {
            o.cert_validity = Attr::Known(Term::default());
        }),
        ("organization", |o| {
            organization(o, |org| org.contacts = Attr::Known(vec![]));
        }),
        ("auto_renew", |o| o.auto_renew = Attr::Known(false)),
        ("skip_approval", |o| o.skip_approval = Attr::Known(false)),
        ("disable_ct", |o| o.disable_ct = Attr::Known(false)),
        ("locale", |o| o.locale = "en".into()),
        ("payment_method", |o| o.payment_method = "balance".into()),
        ("server_platform_id", |o| {
            o.server_platform_id = Attr::Known(-1);
        }),
    ];
    let mut prior = samples::order();
    prior.dns_names = Attr::Null;
    prior.server_platform_id = Attr::Null;
    for (argument, edit) in cases {
        let mut planned = prior.clone();
        edit(&mut planned);
        assert_ne!(planned, prior, "{argument}");
        assert!(means_the_same(argument, &prior, &planned), "{argument}");
        assert!(means_the_same(argument, &planned, &prior), "{argument}");
        for (old, new) in [(&prior, &planned), (&planned, &prior)] {
            assert_eq!(
                changes(old, new, &samples::private(false)),
                [],
                "{argument}"
            );
        }
    }
}

#[test]
fn what_certcentral_does_not_take_for_absent_is_a_change() {
    let cases: [(&str, Edit); 5] = [
        ("auto_renew", |o| o.auto_renew = Attr::Known(true)),
        ("locale", |o| o.locale = "de".into()),
        ("payment_method", |o| o.payment_method = "card".into()),
        ("additional_emails", |o| {
            o.additional_emails = names(&["a@example.com"]);
        }),
        ("locale", |o| o.locale = Attr::Unknown),
    ];
    for (argument, edit) in cases {
        let prior = samples::order();
        let mut planned = prior.clone();
        edit(&mut planned);
        assert!(!means_the_same(argument, &prior, &planned), "{argument}");
        assert_eq!(
            changes(&prior, &planned, &samples::private(false)).len(),
            1,
            "{argument}"
        );
    }
}
