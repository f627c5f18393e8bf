//! An empty text is none, wherever a configuration may leave a text out.

use std::time::Duration;

use serde_json::Value as Json;

use super::{ContactModel, SslOrderModel, SslOrderPrivate, TimeoutsModel};
use crate::framework::{
    Attr, Attribute, AttributePath, FromToValue, Kind, Mode, Severity, Type, Value,
};
use crate::provider::order::waiting::LONGEST_TIMEOUT;
use crate::provider::ssl_order::plan::changes::changes;
use crate::provider::ssl_order::purchase::new_order;
use crate::provider::ssl_order::rules::validate;
use crate::provider::ssl_order::samples::{
    contact, new_organization, order, placed, plan, private, years,
};
use crate::provider::ssl_order::schema::schema;

/// Texts that are one of a list, and the one that the provider sets otherwise: an empty one is a
/// mistake.
const NEVER_EMPTY: [&str; 9] = [
    "signature_hash",
    "dcv_method",
    "payment_method",
    "alternative_order_id",
    "wait_for",
    "on_destroy",
    "revocation_reason",
    "duplicate_order_check",
    "on_clock_failure",
];

type Names = Vec<&'static str>;

/// Every text of the schema that a configuration may leave out, at any depth.
fn optional_texts(attributes: &[Attribute], parent: &Names) -> Vec<Names> {
    let of = |attribute: &Attribute| {
        let path = [parent.as_slice(), &[attribute.name]].concat();
        match &attribute.kind {
            _ if attribute.mode == Mode::Computed => Vec::new(),
            Kind::Nested(_, members) => optional_texts(members, &path),
            Kind::Plain(Type::String) if attribute.mode != Mode::Required => vec![path],
            Kind::Plain(_) => Vec::new(),
        }
    };
    attributes.iter().flat_map(of).collect()
}

/// Puts the value at the path, in each element of a list. None where no object holds the path.
fn put(value: &Value, path: &[&str], new: &Value) -> Option<Value> {
    let Some((name, rest)) = path.split_first() else {
        return Some(new.clone());
    };
    match value {
        Value::Object(members) => {
            let mut members = members.clone();
            let member = put(members.get(*name)?, rest, new)?;
            members.insert((*name).to_owned(), member);
            Some(Value::Object(members))
        }
        Value::List(elements) => {
            let all: Option<_> = elements.iter().map(|it| put(it, path, new)).collect();
            Some(Value::List(all?))
        }
        _ => None,
    }
}

fn with(order: &SslOrderModel, path: &Names, new: &Value) -> Option<SslOrderModel> {
    let changed = put(&order.to_value(), path, new)?;
    Some(SslOrderModel::from_value(&changed, &AttributePath::default()).unwrap())
}

/// Two orders that have every nested object between them.
fn bases() -> [SslOrderModel; 2] {
    let by_id = SslOrderModel {
        timeouts: Attr::Known(TimeoutsModel {
            create: "5m".into(),
            ..TimeoutsModel::default()
        }),
        cert_validity: Attr::Known(years(1)),
        order_key: "first".into(),
        ..order()
    };
    let mut organization = new_organization();
    let user = ContactModel {
        contact_type: "organization_contact".into(),
        user_id: Attr::Known(565_600),
        ..ContactModel::default()
    };
    organization.contacts = Attr::Known(vec![
        Attr::Known(contact("technical_contact")),
        Attr::Known(user),
    ]);
    let described = SslOrderModel {
        organization: Attr::Known(organization),
        ..order()
    };
    [by_id, described]
}

/// What is sent for an order, its token included, or why it cannot be placed.
fn sent(order: &SslOrderModel) -> Result<Json, String> {
    let prepared = new_order::prepare(order, None, None, "www.digicert.com");
    prepared
        .map(|prepared| serde_json::to_value(&prepared.body).unwrap())
        .map_err(|problem| format!("{problem:?}"))
}

/// Asserts that the plan of `config` for the order of `former` calls nothing.
fn plans_nothing(config: &SslOrderModel, former: &SslOrderModel, path: &Names) {
    let prior = SslOrderModel {
        status: "issued".into(),
        certificate_id: Attr::Known(7),
        ..placed(former)
    };
    let plan = plan(config, Some(&prior), SslOrderPrivate::default());
    assert!(plan.diagnostics.is_empty(), "{path:?}: {plan:?}");
    assert_eq!(plan.requires_replace, [], "{path:?}");
    assert_eq!(plan.private.announced, None, "{path:?}");
    assert_eq!(plan.state.certificate_id, prior.certificate_id, "{path:?}");
}

#[test]
fn an_empty_optional_text_is_absent_in_token_comparison_body_and_rules() {
    let texts = optional_texts(&schema().attributes, &Vec::new());
    let texts: Vec<_> = texts
        .into_iter()
        .filter(|path| !NEVER_EMPTY.contains(&path[0]))
        .collect();
    assert!(texts.len() > 25, "{texts:?}");
    for path in texts {
        let cases: Vec<_> = bases()
            .iter()
            .filter_map(|base| {
                let empty = with(base, &path, &"".into())?;
                Some((empty, with(base, &path, &Value::Null)?))
            })
            .collect();
        assert!(!cases.is_empty(), "no order holds {path:?}");
        for (empty, absent) in cases {
            assert_ne!(empty, absent, "{path:?}");
            assert_eq!(
                format!("{:?}", validate(&empty)),
                format!("{:?}", validate(&absent)),
                "{path:?}"
            );
            assert_eq!(sent(&empty), sent(&absent), "{path:?}");
            for imported in [false, true] {
                assert_eq!(changes(&empty, &absent, &private(imported)), [], "{path:?}");
                assert_eq!(changes(&absent, &empty, &private(imported)), [], "{path:?}");
            }
            if sent(&absent).is_ok() {
                plans_nothing(&absent, &empty, &path);
                plans_nothing(&empty, &absent, &path);
                let kept = with(&placed(&empty), &path, &"".into()).unwrap();
                assert_eq!(placed(&empty), kept, "state keeps it: {path:?}");
            }
        }
    }
}

#[test]
fn an_empty_text_stays_an_error_where_a_list_or_the_provider_rules() {
    for name in NEVER_EMPTY {
        let empty = with(&order(), &vec![name], &"".into()).unwrap();
        let found = validate(&empty);
        let mut errors = found.iter().filter(|it| it.severity == Severity::Error);
        assert!(
            errors.any(|it| it.attribute == Some(AttributePath::of(name))),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn a_person_of_empty_texts_is_nobody() {
    let [_, mut order] = bases();
    let mut without = order.clone();
    let (Attr::Known(organization), Attr::Known(other)) =
        (&mut order.organization, &mut without.organization)
    else {
        panic!("organizations");
    };
    let Attr::Known(person) = &mut organization.organization_contact else {
        panic!("a person");
    };
    for text in [
        &mut person.first_name,
        &mut person.last_name,
        &mut person.job_title,
        &mut person.telephone,
        &mut person.email,
    ] {
        *text = "".into();
    }
    other.organization_contact = Attr::Null;
    assert_eq!(sent(&order), sent(&without));
    assert_eq!(changes(&order, &without, &private(false)), []);
}

#[test]
fn a_bound_that_no_clock_can_be_set_to_is_cut() {
    let bound = |text: &str| {
        let order = SslOrderModel {
            timeouts: Attr::Known(TimeoutsModel {
                delete: text.into(),
                ..TimeoutsModel::default()
            }),
            ..order()
        };
        order.delete_timeout()
    };
    assert_eq!(bound("90s"), Duration::from_secs(90));
    assert_eq!(bound(""), Duration::from_secs(600));
    assert_eq!(bound("18446744073709551615s"), LONGEST_TIMEOUT);
    let _deadline = tokio::time::Instant::now() + bound("500000000000years");
}
