//! The two forms of a validity: what is sent of them, and one token for both.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Edit, body};
use crate::framework::Attr;
use crate::provider::ssl_order::model::Term;
use crate::provider::ssl_order::samples::{order, prepared, years};

#[test]
fn a_validity_that_is_given_in_both_forms_is_sent_in_today_s_only() {
    let date = "2027-01-02";
    let forms: [(Term, Edit, Value); 4] = [
        (
            years(1),
            |o| o.validity_years = Attr::Known(1),
            json!({ "years": 1 }),
        ),
        (
            Term {
                days: Attr::Known(300),
                ..Term::default()
            },
            |o| o.validity_days = Attr::Known(300),
            json!({ "days": 300 }),
        ),
        (
            Term {
                custom_expiration_date: date.into(),
                ..Term::default()
            },
            |o| o.custom_expiration_date = "2027-01-02".into(),
            json!({ "custom_expiration_date": date }),
        ),
        // The older form's days count before its years.
        (
            Term {
                days: Attr::Known(300),
                ..Term::default()
            },
            |o| {
                o.validity_years = Attr::Known(2);
                o.validity_days = Attr::Known(300);
            },
            json!({ "days": 300 }),
        ),
    ];
    for (today, give_the_older, expected) in forms {
        let mut one = order();
        one.order_validity = Attr::Known(today);
        let mut both = one.clone();
        give_the_older(&mut both);
        let mut sent = body(&both);
        sent.as_object_mut()
            .expect("an object")
            .retain(|name, _| name.contains("validity") || name.contains("expiration"));
        assert_eq!(sent, json!({ "order_validity": expected }));
        assert_eq!(body(&both), body(&one), "{expected}: the same token too");
    }
}

#[test]
fn the_token_does_not_tell_the_forms_of_a_validity_apart() {
    let older: [Edit; 3] = [
        |o| o.validity_years = Attr::Known(1),
        |o| o.validity_days = Attr::Known(300),
        |o| o.custom_expiration_date = "2027-01-02".into(),
    ];
    let mut tokens = BTreeSet::new();
    for edit in older {
        let mut in_older_form = order();
        in_older_form.order_validity = Attr::Null;
        edit(&mut in_older_form);
        let mut in_todays_form = order();
        in_todays_form.order_validity = Attr::Known(Term {
            years: in_older_form.validity_years.clone(),
            days: in_older_form.validity_days.clone(),
            custom_expiration_date: in_older_form.custom_expiration_date.clone(),
        });
        let token = prepared(&in_older_form).token;
        assert_eq!(token, prepared(&in_todays_form).token);
        tokens.insert(token);
    }
    assert_eq!(tokens.len(), 3, "each validity has a token of its own");
}
