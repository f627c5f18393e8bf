//! The people of an order.

use super::{Edit, each_is_refused, each_passes, found};
use crate::framework::Attr;
use crate::provider::ssl_order::model::{ContactModel, OrganizationModel, SslOrderModel};
use crate::provider::ssl_order::samples::{contact, new_organization};

fn with_contact(order: &mut SslOrderModel, contact: ContactModel) {
    order.organization = Attr::Known(OrganizationModel {
        id: Attr::Known(778_812),
        contacts: Attr::Known(vec![Attr::Known(contact)]),
        ..OrganizationModel::default()
    });
}

fn with_contacts(order: &mut SslOrderModel, contacts: &[ContactModel]) {
    order.organization = Attr::Known(OrganizationModel {
        id: Attr::Known(778_812),
        contacts: Attr::Known(contacts.iter().cloned().map(Attr::Known).collect()),
        ..OrganizationModel::default()
    });
}

#[test]
fn the_texts_of_a_person_say_something() {
    each_is_refused(&[
        (
            |o| {
                with_contact(
                    o,
                    ContactModel {
                        first_name: " ".into(),
                        ..contact("technical_contact")
                    },
                );
            },
            "error organization.contacts[0].first_name: Blank contact argument. \
             `organization.contacts[0].first_name` is blank.",
        ),
        (
            |o| {
                with_contact(
                    o,
                    ContactModel {
                        last_name: "-".into(),
                        ..contact("technical_contact")
                    },
                );
            },
            "warning organization.contacts[0].last_name: Meaningless contact argument. \
             `organization.contacts[0].last_name` is \"-\"",
        ),
        (
            |o| {
                with_contact(
                    o,
                    ContactModel {
                        email: "jill".into(),
                        ..contact("technical_contact")
                    },
                );
            },
            "error organization.contacts[0].email: Invalid e-mail address. \
             `organization.contacts[0].email` is \"jill\", not",
        ),
        (
            |o| {
                with_contact(
                    o,
                    ContactModel {
                        job_title: Attr::Known("x".repeat(65)),
                        ..contact("technical_contact")
                    },
                );
            },
            "warning organization.contacts[0].job_title: Long contact argument. \
             `organization.contacts[0].job_title` has 65 characters; CertCentral may refuse more \
             than 64.",
        ),
        (
            |o| {
                let mut new = new_organization();
                if let Attr::Known(person) = &mut new.organization_contact {
                    person.email = "@example.com".into();
                }
                o.organization = Attr::Known(new);
            },
            "error organization.organization_contact.email: Invalid e-mail address.",
        ),
    ]);
    each_passes(&[("a family name that looks like nothing", |o| {
        with_contact(
            o,
            ContactModel {
                last_name: "Na".into(),
                ..contact("technical_contact")
            },
        );
    })]);
}

#[test]
fn an_order_has_one_contact_of_a_type_and_many_approvers() {
    each_is_refused(&[
        (
            |o| {
                with_contacts(
                    o,
                    &[contact("technical_contact"), contact("technical_contact")],
                );
            },
            "warning organization.contacts[1]: Duplicate contact. `organization.contacts[1]` is \
             the \"technical_contact\" that an earlier",
        ),
        (
            |o| {
                let user = ContactModel {
                    contact_type: "ev_approver".into(),
                    user_id: Attr::Known(7),
                    ..ContactModel::default()
                };
                with_contacts(o, &[user.clone(), user]);
            },
            "warning organization.contacts[1]: Duplicate contact. `organization.contacts[1]` is \
             the same user as \"ev_approver\" that an earlier",
        ),
    ]);
    each_passes(&[("two approvers", |o| {
        with_contacts(o, &[contact("ev_approver"), contact("ev_approver")]);
    })]);
}

#[test]
fn a_contact_is_a_user_or_a_whole_person() {
    let members: [(&str, Edit); 5] = [
        ("first_name", |o| {
            with_contact(
                o,
                ContactModel {
                    first_name: Attr::Null,
                    ..contact("technical_contact")
                },
            );
        }),
        ("last_name", |o| {
            with_contact(
                o,
                ContactModel {
                    last_name: Attr::Null,
                    ..contact("technical_contact")
                },
            );
        }),
        ("job_title", |o| {
            with_contact(
                o,
                ContactModel {
                    job_title: Attr::Null,
                    ..contact("technical_contact")
                },
            );
        }),
        ("telephone", |o| {
            with_contact(
                o,
                ContactModel {
                    telephone: Attr::Null,
                    ..contact("technical_contact")
                },
            );
        }),
        ("email", |o| {
            with_contact(
                o,
                ContactModel {
                    email: Attr::Null,
                    ..contact("technical_contact")
                },
            );
        }),
    ];
    for (member, edit) in members {
        let found = found(edit);
        assert_eq!(found.len(), 1, "{found:#?}");
        let start = format!(
            "error organization.contacts[0].{member}: Incomplete contact. A new contact needs \
             `organization.contacts[0].{member}`."
        );
        assert!(found[0].starts_with(&start), "{found:#?}");
    }
    each_is_refused(&[(
        |o| with_contact(o, contact("boss")),
        "warning organization.contacts[0].contact_type: Unknown contact type. \
         `organization.contacts[0].contact_type` is \"boss\", none of",
    )]);
    each_is_refused(&[
        (
            |o| with_contact(o, contact("")),
            "error organization.contacts[0].contact_type: Invalid contact type. \
             `organization.contacts[0].contact_type` is \"\", no contact type.",
        ),
        (
            |o| {
                with_contact(
                    o,
                    ContactModel {
                        user_id: Attr::Known(0),
                        ..contact("technical_contact")
                    },
                );
            },
            "error organization.contacts[0].user_id: Invalid user id. \
             `organization.contacts[0].user_id` is 0;",
        ),
    ]);
    each_passes(&[
        ("person", |o| with_contact(o, contact("technical_contact"))),
        ("user", |o| {
            with_contact(
                o,
                ContactModel {
                    contact_type: "ev_approver".into(),
                    user_id: Attr::Known(565_611),
                    ..ContactModel::default()
                },
            );
        }),
    ]);
}

#[test]
fn an_ev_order_needs_an_approver() {
    each_is_refused(&[
        (
            |o| {
                o.product_name_id = "ssl_ev_plus".into();
                o.dns_names = Attr::Null;
                o.dns_names = Attr::Null;
            },
            "error organization.contacts: Missing EV approver. `ssl_ev_plus` is an EV product",
        ),
        (
            |o| {
                o.product_name_id = "ssl_ev_multi_domain".into();
                with_contact(o, contact("technical_contact"));
            },
            "error organization.contacts: Missing EV approver.",
        ),
        (
            |o| o.product_name_id = "ssl_ev_basic".into(),
            "warning organization.contacts: No EV approver. `ssl_ev_basic` is an EV product",
        ),
    ]);
    each_passes(&[
        ("approver", |o| {
            o.product_name_id = "ssl_ev_plus".into();
            o.dns_names = Attr::Null;
            with_contact(o, contact("ev_approver"));
        }),
        ("verified contact", |o| {
            o.product_name_id = "ssl_ev_plus".into();
            o.dns_names = Attr::Null;
            with_contact(o, contact("verified_contact"));
        }),
        ("unknown organization", |o| {
            o.product_name_id = "ssl_ev_plus".into();
            o.dns_names = Attr::Null;
            o.organization = Attr::Unknown;
        }),
    ]);
}
