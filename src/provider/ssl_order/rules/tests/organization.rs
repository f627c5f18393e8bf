//! The organization and its contacts.

use super::{Edit, each_is_refused, each_passes, found};
use crate::framework::Attr;
use crate::provider::ssl_order::model::{OrganizationModel, SslOrderModel};
use crate::provider::ssl_order::samples::new_organization;

fn set(order: &mut SslOrderModel, edit: impl FnOnce(&mut OrganizationModel)) {
    let mut organization = new_organization();
    edit(&mut organization);
    order.organization = Attr::Known(organization);
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
            "error organization: Conflicting organization arguments. `organization` has an `id` \
             and describes",
        ),
    ]);
    each_passes(&[
        ("new", |o| set(o, |_| {})),
        ("from the provider", |o| o.organization = Attr::Null),
        ("unknown id beside a description", |o| {
            set(o, |new| {
                new.id = Attr::Unknown;
                new.city = Attr::Null;
            });
        }),
        ("unknown description beside an id", |o| {
            o.organization = Attr::Known(OrganizationModel {
                id: Attr::Known(778_812),
                name: Attr::Unknown,
                organization_contact: Attr::Unknown,
                ..OrganizationModel::default()
            });
        }),
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
            "error organization.name: Organization argument too long. `organization.name` has 65 \
             characters; at most 64",
        ),
        (
            |o| set(o, |new| new.zip = Attr::Known("1".repeat(41))),
            "error organization.zip: Organization argument too long. `organization.zip` has 41 \
             characters; at most 40",
        ),
        (
            |o| set(o, |new| new.telephone = Attr::Known("1".repeat(33))),
            "error organization.telephone: Organization argument too long. \
             `organization.telephone` has 33 characters; at most 32",
        ),
        (
            |o| set(o, |new| new.address = Attr::Known("a".repeat(65))),
            "error organization.address: Organization argument too long. `organization.address` \
             has 65 characters; at most 64",
        ),
        (
            |o| set(o, |new| new.city = "-".into()),
            "error organization.city: Meaningless organization argument. `organization.city` is \
             \"-\", which says nothing",
        ),
        (
            |o| set(o, |new| new.state = "NA".into()),
            "error organization.state: Meaningless organization argument.",
        ),
        (
            |o| set(o, |new| new.address2 = "?".into()),
            "error organization.address2: Meaningless organization argument.",
        ),
        (
            |o| set(o, |new| new.name = " ".into()),
            "error organization.name: Meaningless organization argument. `organization.name` is \" \
             \"",
        ),
        (
            |o| set(o, |new| new.name = "".into()),
            "error organization.name: Incomplete organization. A new organization needs `name`.",
        ),
        (
            |o| set(o, |new| new.telephone = "-".into()),
            "warning organization.telephone: Meaningless organization argument.",
        ),
        (
            |o| set(o, |new| new.name = "Widgets (UK) Ltd".into()),
            "warning organization.name: Unusual organization name. `organization.name` contains \
             '('",
        ),
        (
            |o| set(o, |new| new.assumed_name = Attr::Known("w".repeat(50))),
            "warning organization.assumed_name: Long organization names. `name` and `assumed_name` \
             have 69 characters together",
        ),
        (
            |o| set(o, |new| new.country = "uk".into()),
            "warning organization.country: Unknown country. `organization.country` is \"uk\"",
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
        ("Namibia", |o| set(o, |new| new.country = "NA".into())),
        ("empty optional members", |o| {
            set(o, |new| {
                new.assumed_name = "".into();
                new.address2 = "".into();
            });
        }),
        ("capitals", |o| set(o, |new| new.country = "US".into())),
    ]);
}
