//! The organization and its contacts.

use super::{Edit, each_is_refused, each_passes, found};
use crate::framework::Attr;
use crate::provider::ssl_order::model::{ContactModel, OrganizationModel, SslOrderModel};
use crate::provider::ssl_order::samples::{contact, new_organization};

fn set(order: &mut SslOrderModel, edit: impl FnOnce(&mut OrganizationModel)) {
    let mut organization = new_organization();
    edit(&mut organization);
    order.organization = Attr::Known(organization);
}

fn with_contact(order: &mut SslOrderModel, contact: ContactModel) {
    order.organization = Attr::Known(OrganizationModel {
        id: Attr::Known(778_812),
        contacts: Attr::Known(vec![Attr::Known(contact)]),
        ..OrganizationModel::default()
    });
}

#[test]
fn an_organization_is_an_id_or_described() {
    each_is_refused(&[
        (
            |o| {
                o.organization = Attr::Known(OrganizationModel {
                    id: Attr::Known(0),
                    ..OrganizationModel::default()
                });
            },
            "error organization.id: Invalid organization id. `organization.id` is 0;",
        ),
        (
            |o| set(o, |new| new.id = Attr::Known(1)),
            "error organization: Conflicting organization arguments. `organization` has an `id` and describes",
        ),
        (
            |o| set(o, |new| new.id = Attr::Unknown),
            "error organization: Conflicting organization arguments.",
        ),
    ]);
    each_passes(&[
        ("new", |o| set(o, |_| {})),
        ("from the provider", |o| o.organization = Attr::Null),
        ("unknown id", |o| {
            o.organization = Attr::Known(OrganizationModel {
                id: Attr::Unknown,
                ..OrganizationModel::default()
            });
        }),
    ]);
}

#[test]
fn a_new_organization_is_complete() {
    let members: [(&str, Edit); 8] = [
        ("name", |o| set(o, |new| new.name = Attr::Null)),
        ("address", |o| set(o, |new| new.address = Attr::Null)),
        ("city", |o| set(o, |new| new.city = Attr::Null)),
        ("state", |o| set(o, |new| new.state = Attr::Null)),
        ("zip", |o| set(o, |new| new.zip = Attr::Null)),
        ("country", |o| set(o, |new| new.country = Attr::Null)),
        ("telephone", |o| set(o, |new| new.telephone = Attr::Null)),
        ("organization_contact", |o| {
            set(o, |new| new.organization_contact = Attr::Null);
        }),
    ];
    for (member, edit) in members {
        let found = found(edit);
        assert_eq!(found.len(), 1, "{found:#?}");
        let start = format!("error organization.{member}: Incomplete organization. A new");
        assert!(found[0].starts_with(&start), "{found:#?}");
    }
    each_passes(&[("unknown members", |o| {
        set(o, |new| {
            new.city = Attr::Unknown;
            new.organization_contact = Attr::Unknown;
        });
    })]);
}

#[test]
fn members_of_a_new_organization_have_limits() {
    each_is_refused(&[
        (
            |o| set(o, |new| new.name = Attr::Known("n".repeat(65))),
            "error organization.name: Organization argument too long. `organization.name` has 65 characters; at most 64",
        ),
        (
            |o| set(o, |new| new.zip = Attr::Known("1".repeat(41))),
            "error organization.zip: Organization argument too long. `organization.zip` has 41 characters; at most 40",
        ),
        (
            |o| set(o, |new| new.telephone = Attr::Known("1".repeat(33))),
            "error organization.telephone: Organization argument too long. `organization.telephone` has 33 characters; at most 32",
        ),
        (
            |o| set(o, |new| new.country = "usa".into()),
            "error organization.country: Invalid country. `organization.country` is \"usa\"",
        ),
        (
            |o| set(o, |new| new.country = "1a".into()),
            "error organization.country: Invalid country. `organization.country` is \"1a\"",
        ),
    ]);
    each_passes(&[
        ("longest name, counted in characters", |o| {
            set(o, |new| new.name = Attr::Known("\u{fc}".repeat(64)));
        }),
        ("capitals", |o| set(o, |new| new.country = "US".into())),
    ]);
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
            "error organization.contacts[0].{member}: Incomplete contact. A new contact needs `{member}`."
        );
        assert!(found[0].starts_with(&start), "{found:#?}");
    }
    each_is_refused(&[(
        |o| with_contact(o, contact("boss")),
        "warning organization.contacts[0].contact_type: Unknown contact type. \"boss\" is none of",
    )]);
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
            |o| o.product_name_id = "ssl_ev_plus".into(),
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
            with_contact(o, contact("ev_approver"));
        }),
        ("verified contact", |o| {
            o.product_name_id = "ssl_ev_plus".into();
            with_contact(o, contact("verified_contact"));
        }),
        ("unknown organization", |o| {
            o.product_name_id = "ssl_ev_plus".into();
            o.organization = Attr::Unknown;
        }),
    ]);
}
