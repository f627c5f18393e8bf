//! Plans of creates, updates, replacements and destroys.

use super::bed::{Bed, contact, decoded, errors, order, plan_request, token, warnings};
use crate::framework::server::proto::{ClientCapabilities, plan_resource_change};
use crate::framework::server::to_proto;
use crate::framework::{AttributePath, Value};

fn bought() -> Value {
    order([
        ("name", "a.example".into()),
        ("hash", "sha256".into()),
        ("id", "7".into()),
        ("status", "issued".into()),
        (
            "contacts",
            Value::List(vec![contact([
                ("email", "x@a.example".into()),
                ("role", "technical".into()),
                ("contact_id", 100.into()),
            ])]),
        ),
    ])
}

fn config(name: &str, email: &str) -> Value {
    order([
        ("name", name.into()),
        (
            "contacts",
            Value::List(vec![contact([("email", email.into())])]),
        ),
    ])
}

/// What core proposes: the configuration with prior values where only the provider sets them.
fn proposed(name: &str, email: &str) -> Value {
    order([
        ("name", name.into()),
        ("hash", "sha256".into()),
        ("id", "7".into()),
        ("status", "issued".into()),
        (
            "contacts",
            Value::List(vec![contact([
                ("email", email.into()),
                ("role", "technical".into()),
                ("contact_id", 100.into()),
            ])]),
        ),
    ])
}

#[tokio::test]
async fn a_create_takes_defaults_and_leaves_computed_values_unknown() {
    let config = order([
        ("name", "a.example".into()),
        ("note", Value::Unknown),
        (
            "contacts",
            Value::List(vec![contact([("email", "x@a.example".into())])]),
        ),
    ]);
    let answer = Bed::new().plan(&Value::Null, &config, &config).await;
    assert_eq!(answer.diagnostics, []);
    assert_eq!(answer.requires_replace, []);
    let expected = order([
        ("name", "a.example".into()),
        ("note", Value::Unknown),
        ("hash", "sha256".into()),
        ("id", Value::Unknown),
        ("status", Value::Unknown),
        (
            "contacts",
            Value::List(vec![contact([
                ("email", "x@a.example".into()),
                ("role", "technical".into()),
                ("contact_id", Value::Unknown),
            ])]),
        ),
    ]);
    assert_eq!(decoded(answer.planned_state.as_ref()), expected);
}

#[tokio::test]
async fn no_change_plans_the_prior_state() {
    let answer = Bed::new()
        .plan(
            &bought(),
            &proposed("A.Example", "x@a.example"),
            &config("A.Example", "x@a.example"),
        )
        .await;
    assert_eq!(answer.diagnostics, []);
    assert_eq!(decoded(answer.planned_state.as_ref()), bought());
    assert_eq!(answer.planned_private, token("prior"));
}

#[tokio::test]
async fn an_update_keeps_what_it_does_not_change() {
    let answer = Bed::new()
        .plan(
            &bought(),
            &proposed("a.example", "y@a.example"),
            &config("a.example", "y@a.example"),
        )
        .await;
    let planned = decoded(answer.planned_state.as_ref());
    assert_eq!(answer.requires_replace, []);
    assert_eq!(planned.attribute("id"), &"7".into());
    assert_eq!(planned.attribute("status"), &Value::Unknown);
    let contact = contact([
        ("email", "y@a.example".into()),
        ("role", "technical".into()),
        ("contact_id", 100.into()),
    ]);
    assert_eq!(planned.attribute("contacts"), &Value::List(vec![contact]));
}

#[tokio::test]
async fn a_changed_or_unknown_name_forces_a_new_order() {
    let path = to_proto::path(&AttributePath::of("name"));
    let bed = Bed::new();
    let answer = bed
        .plan(
            &bought(),
            &proposed("b.example", "x@a.example"),
            &config("b.example", "x@a.example"),
        )
        .await;
    assert_eq!(answer.requires_replace, std::slice::from_ref(&path));
    let unknown = order([("name", Value::Unknown)]);
    let answer = bed.plan(&bought(), &unknown, &unknown).await;
    assert_eq!(answer.requires_replace, [path]);
}

#[tokio::test]
async fn a_destroy_is_announced_and_keeps_the_private_data() {
    let answer = Bed::new().plan(&bought(), &Value::Null, &Value::Null).await;
    assert_eq!(decoded(answer.planned_state.as_ref()), Value::Null);
    assert_eq!(answer.planned_private, token("prior"));
    assert_eq!(warnings(&answer.diagnostics), ["Order stays open"]);
}

#[tokio::test]
async fn the_private_data_of_a_reviewed_plan_reach_the_plan_of_its_apply_where_the_client_keeps_them()
 {
    let config = config("a.example", "x@a.example");
    let garbage = b"{".to_vec();
    for (is_kept, reviewed, seen) in [
        (
            true,
            token("reviewed"),
            Some("plan with prior, reviewed Some(\"reviewed\")"),
        ),
        (true, garbage, Some("plan with prior, reviewed Some(\"\")")),
        (true, Vec::new(), Some("plan with prior, reviewed None")),
        (false, token("reviewed"), None),
    ] {
        let bed = Bed::new();
        let request = plan_resource_change::Request {
            client_capabilities: Some(ClientCapabilities {
                store_planned_private: is_kept,
                ..ClientCapabilities::default()
            }),
            planned_private: reviewed,
            ..plan_request(&Value::Null, &config, &config)
        };
        let answer = bed.plan_as_asked(request).await;
        assert_eq!(answer.diagnostics, []);
        assert_eq!(bed.log(), seen.into_iter().collect::<Vec<_>>());
    }
}

/// `ignore_changes` shows the prior value of each as if it were configured, and has no other
/// effect.
#[tokio::test]
async fn computed_values_that_a_configuration_ignores_are_planned_as_ever() {
    let ignoring = |email: &str| {
        order([
            ("name", "a.example".into()),
            ("id", "7".into()),
            ("status", "issued".into()),
            (
                "contacts",
                Value::List(vec![contact([
                    ("email", email.into()),
                    ("contact_id", 100.into()),
                ])]),
            ),
        ])
    };
    for email in ["x@a.example", "y@a.example"] {
        let proposed = proposed("a.example", email);
        let bed = Bed::new();
        let plain = config("a.example", email);
        let plain = bed.plan(&bought(), &proposed, &plain).await;
        let answer = bed.plan(&bought(), &proposed, &ignoring(email)).await;
        assert_eq!(answer.diagnostics, []);
        assert_eq!(answer.planned_state, plain.planned_state, "{email}");
        let is_unchanged = email == "x@a.example";
        let planned = decoded(answer.planned_state.as_ref());
        assert_eq!(planned.attribute("status").is_unknown(), !is_unchanged);
    }
}

#[tokio::test]
async fn a_destroy_can_be_refused() {
    let prior = order([("name", "a.example".into()), ("note", "protected".into())]);
    let answer = Bed::new().plan(&prior, &Value::Null, &Value::Null).await;
    assert_eq!(errors(&answer.diagnostics), ["Order protected"]);
}

#[tokio::test]
async fn a_plan_that_core_would_refuse_is_a_bug_at_its_attribute() {
    let config = order([("name", "a.example".into()), ("note", "bad plan".into())]);
    let answer = Bed::new().plan(&Value::Null, &config, &config).await;
    assert_eq!(
        errors(&answer.diagnostics),
        ["Unexpected provider behaviour"]
    );
    let diagnostic = &answer.diagnostics[0];
    assert_eq!(
        diagnostic.attribute,
        Some(to_proto::path(&AttributePath::of("secret")))
    );
    assert!(
        diagnostic.detail.starts_with(
            "The plan of test_order is invalid: secret is not computed and not configured, but \
             planned."
        ),
        "{}",
        diagnostic.detail
    );
    assert!(!diagnostic.detail.contains("unasked"));
}
