//! The one call that costs money, under everything that can happen to it and to its answer.

use serde_json::{Value as Json, json};

use super::rows::{
    add, assert_no_key, assert_one_order_and_an_empty_plan, bed_without_repeats, each, hasty,
    try_apply,
};
use crate::host::bed::{Bed, ORDER, errors, only_error, order, warnings};

/// What stands in place of an answer and proves nothing: the order may be placed or not.
const PROVES_NOTHING: &[&str] = &[
    "drop",
    "reset",
    "raw text=garbage",
    r#"raw {"text": "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{\"id\":12}"}"#,
    r#"raw {"text": "HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"id\":12}"}"#,
    r#"raw {"text": "HTTP/1.1 201 Created\r\nContent-Le"}"#,
    "html status=200",
    "html status=201",
    "html status=400",
    "html status=403",
    "html status=407",
    "html status=413",
    "html status=500",
    "html status=502",
    "html status=503",
    "html status=504",
    "answer status=500 body={\"errors\":[{\"code\":\"internal_error\",\"message\":\"Later\"}]}",
    "answer status=503 body={}",
    "answer {\"status\": 400, \"body\": \"\"}",
    "answer {\"status\": 413, \"body\": \"Request Entity Too Large\", \"content_type\": \
     \"text/plain\"}",
    "answer {\"status\": 200, \"body\": \"\"}",
    "answer {\"status\": 201, \"body\": \"[]\"}",
    "answer {\"status\": 201, \"body\": \"{}\"}",
    "answer {\"status\": 204, \"body\": \"\"}",
    "echo status=500",
    "redirect status=301",
    "redirect status=302",
    "redirect status=303",
    "redirect status=307",
    "redirect status=308",
    "redirect status=302 location=https://login.example.com/",
    "huge bytes=9000000",
    "huge bytes=200000000 gzip=true",
];

/// What spoils the answer to an order that is placed.
const SPOILS_THE_ANSWER: &[&str] = &[
    "truncate bytes=0",
    "truncate bytes=9",
    "truncate bytes=200",
    "truncate bytes=0 framing=chunked",
    "truncate bytes=200 framing=chunked",
    "truncate bytes=0 framing=close",
    "truncate bytes=9 framing=close",
    "truncate bytes=200 framing=close",
    "garble every=7",
    "set pointer=/id value=0",
    "set pointer=/id value=-5",
    "set pointer=/id value=1.5",
    "set pointer=/id value=\"many\"",
    "set pointer=/id value=99999999999999999999",
    "set pointer=/id value={}",
    "set pointer=/id value=null",
    "remove pointer=/id",
    "set pointer= value=[]",
    "status status=500",
    r#"answer {"status": 201, "body": ""}"#,
    r#"answer {"status": 201, "body": "{\"id\": 21475"}"#,
    r#"answer {"status": 201, "body": "{\"requests\": []}"}"#,
];

async fn is_settled(rule: String) {
    let mut bed = Bed::new();
    add(&bed.sandbox, &rule);
    let applied = try_apply(&mut bed, &order(), &rule).await;
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid order",
            "Order found after a lost answer"
        ],
        "{rule}: {:?}",
        applied.report
    );
    assert_eq!(errors(&applied.report), [""; 0], "{rule}");
    assert_no_key(&bed, &applied.report, &rule);
    assert_eq!(bed.posts().len(), 1, "{rule}");
    assert_one_order_and_an_empty_plan(&mut bed, &order(), &rule).await;
    assert_eq!(bed.posts().len(), 1, "{rule}");
}

#[tokio::test]
async fn what_proves_nothing_after_the_order_is_settled_in_the_same_apply() {
    let rules = PROVES_NOTHING
        .iter()
        .map(|fault| format!("{ORDER} 1 after {fault}"));
    each(rules, is_settled).await;
}

#[tokio::test]
async fn a_spoiled_answer_is_settled_in_the_same_apply() {
    let rules = SPOILS_THE_ANSWER
        .iter()
        .map(|fault| format!("{ORDER} 1 after {fault}"));
    each(rules, is_settled).await;
}

#[tokio::test]
async fn what_proves_nothing_before_the_order_is_an_unknown_outcome_and_the_next_apply_orders_once()
{
    let faults = PROVES_NOTHING.iter().chain(&["reset_early"]);
    let rules = faults.map(|fault| format!("{ORDER} 1 before {fault}"));
    each(rules, async |rule: String| {
        let mut bed = Bed::new();
        add(&bed.sandbox, &rule);
        let failed = try_apply(&mut bed, &hasty(), &rule).await;
        assert_eq!(
            errors(&failed.report),
            ["Unknown outcome of the order"],
            "{rule}"
        );
        assert_no_key(&bed, &failed.report, &rule);
        assert!(bed.terraform.state().is_empty(), "{rule}");
        assert_eq!(bed.posts().len(), 1, "{rule}");
        assert_eq!(bed.sandbox.summary().orders_created, 0, "{rule}");
        let applied = try_apply(&mut bed, &hasty(), &rule).await;
        assert_eq!(
            warnings(&applied.report),
            ["This apply places a paid order"],
            "{rule}"
        );
        let tokens: Vec<Json> = bed
            .posts()
            .iter()
            .map(|post| post.request["alternative_order_id"].clone())
            .filter(|token| !token.is_null())
            .collect();
        let said = only_error(&failed.report);
        assert!(said.contains(tokens[0].as_str().unwrap()), "{rule}: {said}");
        assert!(tokens.iter().all(|token| *token == tokens[0]), "{rule}");
        assert_eq!(bed.posts().len(), 2, "{rule}");
        assert_one_order_and_an_empty_plan(&mut bed, &hasty(), &rule).await;
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_an_error_and_nothing_is_looked_for() {
    let table = [
        ("echo status=400", "Refused by CertCentral"),
        (
            "answer status=403 body={\"errors\":[{\"code\":\"access_denied|access_denied_invalid_key\",\"message\":\"No.\"}]}",
            "API key rejected by CertCentral",
        ),
        (
            "answer status=404 body={\"errors\":[{\"code\":\"not_found|product\",\"message\":\"No.\"}]}",
            "Product not available",
        ),
        (
            "answer status=422 body={\"errors\":{\"code\":\"csr_invalid\",\"message\":\"No.\"}}",
            "CSR refused by CertCentral",
        ),
        (
            "answer status=413 body={\"errors\":[{\"code\":\"too_large\",\"message\":\"No.\"}]}",
            "Refused by CertCentral",
        ),
    ];
    each(table, async |(fault, summary)| {
        let mut bed = Bed::new();
        add(&bed.sandbox, &format!("{ORDER} 1 before {fault}"));
        let failed = try_apply(&mut bed, &order(), fault).await;
        assert_eq!(errors(&failed.report), [summary], "{fault}");
        assert_no_key(&bed, &failed.report, fault);
        assert!(bed.terraform.state().is_empty(), "{fault}");
        let last = bed.sandbox.journal().pop().unwrap();
        assert_eq!(last.method, "POST", "{fault}: nothing follows the refusal");
        let _applied = try_apply(&mut bed, &order(), fault).await;
        assert_eq!(bed.posts().len(), 2, "{fault}");
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_names_the_order_is_taken_whatever_else_it_is() {
    let faults = [
        "status status=200",
        "status status=202",
        "form form=ids_as_strings",
        "form form=unknown_fields",
        "set pointer=/requests value=[]",
        "set pointer=/certificate_chain value=[]",
        "set pointer=/certificate_chain value=null",
        "remove pointer=/certificate_id",
        "drip bytes=500 pause_ms=1",
    ];
    each(faults, async |fault| {
        let mut bed = Bed::new();
        add(&bed.sandbox, &format!("{ORDER} 1 after {fault}"));
        let applied = try_apply(&mut bed, &order(), fault).await;
        assert_eq!(
            warnings(&applied.report),
            ["This apply places a paid order"],
            "{fault}"
        );
        assert_eq!(bed.posts().len(), 1, "{fault}");
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
    })
    .await;
}

/// The look-ups show nothing of the order: it is in state by its answer alone, or never.
#[tokio::test]
async fn an_answer_with_odd_members_is_an_order_and_a_warning() {
    let faults = [
        "set pointer=/requests value=[{\"id\":null,\"status\":\"pending\"}]",
        "set pointer=/requests value={\"id\":5,\"status\":\"pending\"}",
        "set pointer=/requests value=pending",
        "set pointer=/certificate_id value=soon",
        "set pointer=/certificate_id value={\"id\":5}",
        "set pointer=/certificate_chain value=pem",
        "set pointer=/domains value=[7]",
        "set pointer=/dcv_random_value value={}",
    ];
    let hidden = json!({ "status": 200, "body": "{}" });
    each(faults, async |fault| {
        let mut bed = Bed::new();
        add(&bed.sandbox, &format!("{ORDER} 1 after {fault}"));
        for route in ["GET /order/alternate/*", "GET /order/certificate"] {
            add(&bed.sandbox, &format!("{route} 1x* before answer {hidden}"));
        }
        let applied = try_apply(&mut bed, &order(), fault).await;
        assert_eq!(errors(&applied.report), [""; 0], "{fault}");
        assert_eq!(
            warnings(&applied.report),
            [
                "This apply places a paid order",
                "Answer of CertCentral is odd in parts"
            ],
            "{fault}"
        );
        assert_eq!(bed.posts().len(), 1, "{fault}");
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
        assert_eq!(bed.posts().len(), 1, "{fault}");
    })
    .await;
}

/// Both look-ups answer what is no list: nothing is bought on their word.
#[tokio::test]
async fn a_look_that_is_answered_with_no_list_buys_nothing() {
    let bodies = [
        r#"{"errors":[{"code":"internal_error","message":"Later."}]}"#,
        r#"{"errors":"Later.","orders":[],"page":{"total":0}}"#,
        r#"{"message":"Later."}"#,
        "[]",
        "null",
    ];
    each(bodies, async |body| {
        let mut bed = Bed::new();
        let answer = json!({ "status": 200, "body": body });
        for route in ["GET /order/alternate/*", "GET /order/certificate"] {
            add(&bed.sandbox, &format!("{route} 1x* before answer {answer}"));
        }
        let failed = try_apply(&mut bed, &hasty(), body).await;
        assert_eq!(errors(&failed.report).len(), 1, "{body}");
        assert!(bed.terraform.state().is_empty(), "{body}");
        assert_eq!(bed.posts().len(), 0, "{body}");
        bed.sandbox.clear_rules();
        let _applied = try_apply(&mut bed, &hasty(), body).await;
        assert_one_order_and_an_empty_plan(&mut bed, &hasty(), body).await;
    })
    .await;
}

#[tokio::test]
async fn an_order_that_takes_effect_late_is_found_by_whoever_looks_next() {
    // After the POST an apply in a hurry looks twice by the token and once by the names.
    let table = [
        (0, "Order found after a lost answer"),
        (1, "Order found after a lost answer"),
        (2, "Order found after a lost answer"),
        (3, "Existing order adopted"),
        (4, "Existing order adopted"),
    ];
    each(table, async |(calls, found)| {
        let row = format!("{calls} calls late");
        let mut bed = Bed::new();
        add(&bed.sandbox, &format!("{ORDER} 1 late calls={calls}"));
        let mut applied = try_apply(&mut bed, &hasty(), &row).await;
        if found == "Existing order adopted" {
            assert_eq!(
                errors(&applied.report),
                ["Unknown outcome of the order"],
                "{row}"
            );
            assert!(bed.terraform.state().is_empty(), "{row}");
            applied = try_apply(&mut bed, &hasty(), &row).await;
        }
        let said = warnings(&applied.report);
        assert!(said.contains(&found), "{row}: {said:?}");
        assert_eq!(bed.posts().len(), 1, "{row}");
        assert_one_order_and_an_empty_plan(&mut bed, &hasty(), &row).await;
    })
    .await;
}

#[tokio::test]
async fn a_maintenance_window_at_the_order_buys_nothing_until_it_is_over() {
    let mut bed = Bed::new();
    add(
        &bed.sandbox,
        &format!("{ORDER} 1 before maintenance seconds=1200"),
    );
    let failed = try_apply(&mut bed, &hasty(), "maintenance").await;
    assert_eq!(errors(&failed.report), ["Unknown outcome of the order"]);
    assert!(bed.terraform.state().is_empty());
    assert_eq!(bed.sandbox.summary().orders_created, 0);
    bed.sandbox.advance(std::time::Duration::from_secs(1200));
    let _applied = try_apply(&mut bed, &hasty(), "maintenance").await;
    assert_eq!(bed.posts().len(), 2);
    assert_one_order_and_an_empty_plan(&mut bed, &hasty(), "maintenance").await;
}

#[tokio::test]
async fn a_clock_that_is_a_day_off_orders_once_and_adopts_once() {
    for ahead in [true, false] {
        let now = time::OffsetDateTime::now_utc();
        let start = if ahead {
            now + super::rows::DAY
        } else {
            now - super::rows::DAY
        };
        let mut bed = Bed::of(certcentral_sandbox::Settings {
            start_at: Some(start),
            ..certcentral_sandbox::Settings::default()
        });
        let row = format!("CertCentral at {start}");
        add(&bed.sandbox, &format!("{ORDER} 1 after drop"));
        let applied = try_apply(&mut bed, &order(), &row).await;
        assert!(warnings(&applied.report).contains(&"Order found after a lost answer"));
        assert_one_order_and_an_empty_plan(&mut bed, &order(), &row).await;
        bed.forget_state();
        let applied = try_apply(&mut bed, &order(), &row).await;
        assert!(warnings(&applied.report).contains(&"Existing order adopted"));
        assert_one_order_and_an_empty_plan(&mut bed, &order(), &row).await;
        assert_eq!(bed.posts().len(), 1, "{row}");
    }
}

#[tokio::test]
async fn a_key_that_is_revoked_between_look_and_order_is_named_and_another_key_finds_the_order() {
    let mut bed = Bed::new();
    add(&bed.sandbox, &format!("{ORDER} 1 after drop"));
    let refused = json!({ "status": 403, "body": json!({ "errors": [{
        "code": "access_denied|access_denied_invalid_key", "message": "No." }] }).to_string() });
    // The list is asked for in both plans, too.
    for route in ["GET /order/alternate/* 2x*", "GET /order/certificate 3x*"] {
        add(&bed.sandbox, &format!("{route} before answer {refused}"));
    }
    let failed = try_apply(&mut bed, &hasty(), "revoked key").await;
    assert_eq!(errors(&failed.report), ["Unknown outcome of the order"]);
    assert!(bed.terraform.state().is_empty());
    bed.sandbox.clear_rules();
    let other =
        crate::host::bed::launch(&bed.sandbox).env("DIGICERT_API_KEY", "sandbox-of-somebody-else");
    bed.terraform.relaunch(other);
    let applied = try_apply(&mut bed, &hasty(), "another key").await;
    assert!(warnings(&applied.report).contains(&"Existing order adopted"));
    assert_eq!(bed.posts().len(), 1);
    assert_one_order_and_an_empty_plan(&mut bed, &hasty(), "another key").await;
}

/// The order is there, and CertCentral does not know it everywhere yet.
#[tokio::test]
async fn an_order_that_is_not_shown_yet_is_waited_for_until_it_is_issued() {
    let faults = [
        "answer status=404 body={\"errors\":[{\"code\":\"not_found|order\",\"message\":\"No.\"}]}",
        "answer status=403 body={\"errors\":[{\"code\":\"access_denied\",\"message\":\"No.\"}]}",
        "answer status=500 body={\"errors\":[{\"code\":\"internal_error\",\"message\":\"No.\"}]}",
        "html status=404",
    ];
    each(faults, async |fault| {
        let mut bed = bed_without_repeats();
        add(
            &bed.sandbox,
            &format!("GET /order/certificate/* 1x2 after {fault}"),
        );
        let applied = try_apply(&mut bed, &order(), fault).await;
        assert_eq!(errors(&applied.report), [""; 0], "{fault}");
        assert_eq!(
            warnings(&applied.report),
            ["This apply places a paid order"],
            "{fault}"
        );
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
        assert_eq!(bed.posts().len(), 1, "{fault}");
    })
    .await;
}
