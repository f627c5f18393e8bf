//! Values that become known only during the apply: a change that may turn out to be none costs
//! nothing in the plan. Pure.
//!
//! Terraform plans again during the apply, with the values known, and stops where that plan
//! replaces what the first one did not.

use std::collections::BTreeSet;

use super::changes::{Change, Effect};
use crate::framework::{FromToValue as _, Value};
use crate::pki::canonical_names;
use crate::provider::ssl_order::model::SslOrderModel;

const NULL: &Value = &Value::Null;

/// Makes a change open where its value may turn out to be the one in state.
pub(crate) fn leave_open(changes: &mut [Change], prior: &SslOrderModel, planned: &SslOrderModel) {
    let (old, new) = (prior.to_value(), planned.to_value());
    for change in changes {
        let open = match change.effect {
            Effect::NewOrder => Effect::PerhapsNewOrder,
            Effect::Reissue => Effect::PerhapsReissue,
            _ => continue,
        };
        let (old, new) = (
            old.attribute(change.argument),
            new.attribute(change.argument),
        );
        let may_be_the_same = match change.argument {
            "common_name" | "dns_names" => {
                !new.is_wholly_known() && names_may_be_the_same(prior, planned)
            }
            "organization" => !new.is_wholly_known() && is_same_but_contacts(old, new),
            _ => !new.is_wholly_known() && may_become(old, new),
        };
        if may_be_the_same {
            change.effect = open;
        }
    }
}

/// Contacts never make another order of it.
fn is_same_but_contacts(old: &Value, new: &Value) -> bool {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return may_become(old, new);
    };
    new.iter()
        .all(|(name, new)| name == "contacts" || may_become(old.get(name).unwrap_or(NULL), new))
}

/// Names that are known may be spelled in another way, and a set may turn out to hold one name
/// twice.
fn names_may_be_the_same(prior: &SslOrderModel, planned: &SslOrderModel) -> bool {
    let known: BTreeSet<_> = match planned.common_name.as_str() {
        Some(common_name) => canonical_names(common_name, planned.known_dns_names()),
        None => planned
            .known_dns_names()
            .flat_map(|name| canonical_names(name, []))
            .collect(),
    };
    known.is_subset(&prior.canonical_names())
}

fn may_become(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (_, Value::Unknown) => true,
        (Value::Object(old), Value::Object(new)) => new
            .iter()
            .all(|(name, new)| may_become(old.get(name).unwrap_or(NULL), new)),
        (Value::List(old), Value::List(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| may_become(old, new))
        }
        (Value::Set(_), Value::Set(new)) if new.iter().any(|it| !it.is_wholly_known()) => true,
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::{OrganizationModel, SslOrderModel, Term};
    use crate::provider::ssl_order::plan::decision::{Announced, What};
    use crate::provider::ssl_order::samples::{contact, order, placed, plan, private, years};

    const OPEN: &str = "Change of the order is not known yet";
    const REPLACED: &str = "Order is replaced by a new one";

    type Edit = fn(&mut SslOrderModel);

    fn edit_organization(order: &mut SslOrderModel, edit: fn(&mut OrganizationModel)) {
        match &mut order.organization {
            Attr::Known(organization) => edit(organization),
            other => panic!("{other:?}"),
        }
    }

    /// Whether an order with these arguments that is issued may get them, and what the plan says.
    fn planned(prior: Edit, edit: Edit) -> (Vec<String>, bool, Option<What>) {
        let mut config = order();
        config.on_destroy = "revoke".into();
        prior(&mut config);
        let mut state = placed(&config);
        state.status = "issued".into();
        edit(&mut config);
        let plan = plan(&config, Some(&state), private(false));
        let said = plan.diagnostics.iter().map(|it| it.summary.clone());
        let replaces = !plan.requires_replace.is_empty();
        assert!(
            plan.state.id.known().is_some() && plan.state.certificate_id == state.certificate_id
        );
        let what = plan.private.announced.as_ref().map(Announced::what);
        (said.collect(), replaces, what)
    }

    #[test]
    fn an_argument_that_is_not_known_yet_never_replaces_an_order() {
        let edits: [Edit; 14] = [
            |o| o.product_name_id = Attr::Unknown,
            |o| o.order_validity = Attr::Unknown,
            |o| {
                o.order_validity = Attr::Known(Term {
                    years: Attr::Unknown,
                    ..Term::default()
                });
            },
            |o| o.validity_years = Attr::Unknown,
            |o| o.validity_days = Attr::Unknown,
            |o| o.custom_expiration_date = Attr::Unknown,
            |o| o.organization = Attr::Unknown,
            |o| edit_organization(o, |it| it.id = Attr::Unknown),
            |o| {
                edit_organization(o, |it| {
                    it.id = Attr::Unknown;
                    it.contacts = Attr::Known(vec![Attr::Known(contact("technical_contact"))]);
                });
            },
            |o| o.container_id = Attr::Unknown,
            |o| o.renewal_of_order_id = Attr::Unknown,
            |o| o.renewed_thumbprint = Attr::Unknown,
            |o| o.alternative_order_id = Attr::Unknown,
            |o| o.order_key = Attr::Unknown,
        ];
        for (at, edit) in edits.into_iter().enumerate() {
            let (said, replaces, what) = planned(|_| {}, edit);
            assert_eq!(
                (said.as_slice(), replaces),
                (&[OPEN.to_owned()][..], false),
                "{at}"
            );
            assert_eq!(what, Some(What::Record), "{at}");
        }
        let (said, replaces, _) = planned(
            |o| o.order_key = "1".into(),
            |o| o.order_key = Attr::Unknown,
        );
        assert_eq!((said.as_slice(), replaces), (&[OPEN.to_owned()][..], false));
    }

    #[test]
    fn what_is_known_to_differ_replaces_it_whatever_else_is_not_known() {
        let edits: [Edit; 3] = [
            |o| {
                o.order_key = "again".into();
                o.organization = Attr::Unknown;
            },
            |o| {
                edit_organization(o, |it| {
                    it.id = Attr::Known(1);
                    it.contacts = Attr::Unknown;
                });
            },
            |o| {
                o.order_validity = Attr::Known(years(2));
                o.container_id = Attr::Unknown;
            },
        ];
        for edit in edits {
            let (said, replaces, _) = planned(|_| {}, edit);
            assert_eq!(
                (said.as_slice(), replaces),
                (&[REPLACED.to_owned()][..], true)
            );
        }
    }
}
