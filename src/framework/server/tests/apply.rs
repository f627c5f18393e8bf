//! Creates, updates and deletes, with what goes wrong in them.

use super::bed::{Bed, contact, decoded, errors, order, token, warnings};
use crate::framework::Value;

fn planned(note: &str) -> Value {
    order([
        ("name", "a.example".into()),
        ("note", note.into()),
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
    ])
}

fn config(note: &str) -> Value {
    order([
        ("name", "a.example".into()),
        ("note", note.into()),
        (
            "contacts",
            Value::List(vec![contact([("email", "x@a.example".into())])]),
        ),
    ])
}

fn bought(note: &str, status: &str) -> Value {
    order([
        ("name", "a.example".into()),
        ("note", note.into()),
        ("hash", "sha256".into()),
        ("id", "7".into()),
        ("status", status.into()),
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

#[tokio::test]
async fn a_create_returns_the_object() {
    let bed = Bed::new();
    let answer = bed
        .apply(&Value::Null, &planned("fine"), &config("fine"))
        .await;
    assert_eq!(answer.diagnostics, []);
    assert_eq!(decoded(answer.new_state.as_ref()), bought("fine", "issued"));
    assert_eq!(answer.private, token("bought"));
    assert_eq!(bed.log(), ["create of a.example"]);
}

#[tokio::test]
async fn a_refused_create_keeps_no_object() {
    let answer = Bed::new()
        .apply(&Value::Null, &planned("refuse"), &config("refuse"))
        .await;
    assert_eq!(errors(&answer.diagnostics), ["Order refused"]);
    assert_eq!(decoded(answer.new_state.as_ref()), Value::Null);
}

#[tokio::test]
async fn a_create_of_nothing_without_an_error_is_a_bug() {
    let answer = Bed::new()
        .apply(&Value::Null, &planned("nothing"), &config("nothing"))
        .await;
    assert_eq!(
        errors(&answer.diagnostics),
        ["Unexpected provider behaviour"]
    );
    assert_eq!(decoded(answer.new_state.as_ref()), Value::Null);
}

#[tokio::test]
async fn a_state_that_core_would_refuse_is_repaired_not_lost() {
    let answer = Bed::new()
        .apply(&Value::Null, &planned("odd"), &config("odd"))
        .await;
    assert_eq!(errors(&answer.diagnostics), [""; 0]);
    assert_eq!(
        warnings(&answer.diagnostics),
        ["Unexpected provider behaviour"]
    );
    let state = decoded(answer.new_state.as_ref());
    assert_eq!(state.attribute("id"), &"7".into());
    assert_eq!(state.attribute("name"), &"a.example".into());
    assert_eq!(state.attribute("status"), &Value::Null);
    assert_eq!(state.attribute("secret"), &Value::Null);
    let detail = &answer.diagnostics[0].detail;
    for line in [
        "- name was planned with a known value and came back with another",
        "- status is still unknown after apply",
        "- secret was planned as absent and is now present",
    ] {
        assert!(detail.contains(line), "{line} in {detail}");
    }
    assert!(!detail.contains("leak") && !detail.contains("another\""));
}

#[tokio::test]
async fn a_panic_is_an_error_that_names_the_call() {
    let bed = Bed::new();
    let answer = bed
        .apply(&Value::Null, &planned("panic"), &config("panic"))
        .await;
    assert_eq!(
        errors(&answer.diagnostics),
        ["Unexpected provider behaviour"]
    );
    let detail = &answer.diagnostics[0].detail;
    assert!(
        detail.contains("ApplyResourceChange of test_order"),
        "{detail}"
    );
    let after = bed
        .apply(&Value::Null, &planned("fine"), &config("fine"))
        .await;
    assert_eq!(after.diagnostics, []);
}

#[tokio::test]
async fn an_update_returns_the_new_object() {
    let prior = bought("old", "issued");
    let answer = Bed::new()
        .apply(&prior, &planned("new"), &config("new"))
        .await;
    assert_eq!(answer.diagnostics, []);
    assert_eq!(decoded(answer.new_state.as_ref()), bought("new", "issued"));
    assert_eq!(answer.private, token("planned"));
}

#[tokio::test]
async fn a_half_done_update_keeps_the_steps_that_were_done() {
    let prior = bought("old", "issued");
    let answer = Bed::new()
        .apply(&prior, &planned("half"), &config("half"))
        .await;
    assert_eq!(errors(&answer.diagnostics), ["Order not updated"]);
    assert_eq!(warnings(&answer.diagnostics), [""; 0]);
    assert_eq!(decoded(answer.new_state.as_ref()), bought("old", "half"));
    assert_eq!(answer.private, token("planned"));
}

#[tokio::test]
async fn a_panic_in_an_update_leaves_the_prior_state_to_core() {
    let prior = bought("old", "issued");
    let answer = Bed::new()
        .apply(&prior, &planned("panic"), &config("panic"))
        .await;
    assert_eq!(
        errors(&answer.diagnostics),
        ["Unexpected provider behaviour"]
    );
    assert_eq!(answer.new_state, None);
}

#[tokio::test]
async fn a_delete_lets_go_of_the_object() {
    let bed = Bed::new();
    let answer = bed
        .apply(&bought("", "issued"), &Value::Null, &Value::Null)
        .await;
    assert_eq!(answer.diagnostics, []);
    assert_eq!(decoded(answer.new_state.as_ref()), Value::Null);
    assert_eq!(bed.log(), ["delete with planned"]);
}

#[tokio::test]
async fn a_failed_delete_keeps_object_and_private_data() {
    for (note, error) in [
        ("stuck", "Order kept"),
        ("silent", "Unexpected provider behaviour"),
    ] {
        let prior = bought(note, "issued");
        let answer = Bed::new().apply(&prior, &Value::Null, &Value::Null).await;
        assert_eq!(errors(&answer.diagnostics), [error]);
        assert_eq!(decoded(answer.new_state.as_ref()), prior);
        assert_eq!(answer.private, token("planned"));
    }
}
