//! When another spelling of the organization is no new order.

use super::{recognize, reported};
use crate::framework::{Attr, AttributePath};
use crate::provider::ssl_order::model::{
    ContactModel, OrganizationModel, SslOrderModel, SslOrderPrivate,
};
use crate::provider::ssl_order::plan::decision::{Change, Effect, changes};
use crate::provider::ssl_order::samples::fixture;

fn by_id(id: i64) -> OrganizationModel {
    OrganizationModel {
        id: Attr::Known(id),
        ..OrganizationModel::default()
    }
}

fn inline(name: &str) -> OrganizationModel {
    OrganizationModel {
        name: name.into(),
        city: "Lehi".into(),
        ..OrganizationModel::default()
    }
}

fn with_contact(id: Option<i64>, contact_type: &str, email: Option<&str>) -> OrganizationModel {
    OrganizationModel {
        id: id.into(),
        contacts: Attr::Known(vec![Attr::Known(ContactModel {
            contact_type: contact_type.into(),
            email: email.map(str::to_owned).into(),
            ..ContactModel::default()
        })]),
        ..OrganizationModel::default()
    }
}

fn planned(organization: OrganizationModel, imported: bool) -> Vec<Change> {
    let order = |organization| SslOrderModel {
        organization: Attr::Known(organization),
        ..SslOrderModel::default()
    };
    let (prior, planned) = (order(by_id(778_812)), order(organization));
    let private = SslOrderPrivate {
        imported,
        organization: Some(reported(&fixture("order_info_issued.json"))),
        ..SslOrderPrivate::default()
    };
    let mut changes = changes(&prior, &planned, imported);
    recognize(&mut changes, &prior, &planned, &private);
    changes
}

#[test]
fn what_certcentral_told_is_recorded_and_anything_else_stays_what_it_is() {
    let rui = "Rui.Salas@example.com";
    for (organization, means) in [
        (by_id(778_812), None),
        (by_id(123_456), Some(Effect::NewOrder)),
        (inline("EXAMPLE Widgets LLC"), Some(Effect::RecordOnly)),
        (inline("Another Company"), Some(Effect::NewOrder)),
        (
            with_contact(Some(778_812), "technical_contact", Some(rui)),
            Some(Effect::RecordOnly),
        ),
        (
            with_contact(Some(778_812), "technical_contact", None),
            Some(Effect::RecordOnly),
        ),
        (
            with_contact(Some(778_812), "technical_contact", Some("a@example.com")),
            Some(Effect::InPlace),
        ),
        (
            with_contact(Some(778_812), "verified_contact", Some(rui)),
            Some(Effect::InPlace),
        ),
        (
            with_contact(None, "technical_contact", Some(rui)),
            Some(Effect::RecordOnly),
        ),
        (
            with_contact(Some(123_456), "technical_contact", Some(rui)),
            Some(Effect::NewOrder),
        ),
    ] {
        let changes = planned(organization.clone(), true);
        let found: Vec<_> = changes.iter().map(|change| change.effect).collect();
        assert_eq!(found, Vec::from_iter(means), "{organization:?}");
    }
}

#[test]
fn an_order_that_was_not_imported_is_compared_as_it_is() {
    let changes = planned(inline("Example Widgets LLC"), false);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].effect, Effect::NewOrder);
    assert_eq!(changes[0].path, AttributePath::of("organization"));
}
