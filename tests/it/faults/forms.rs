//! Answers in every irregular form, and chains in every order: the same orders, the same state.

use serde_json::json;

use super::rows::{add, assert_one_order_and_an_empty_plan, each, try_apply};
use crate::host::bed::{Bed, ORDER, errors, new_csr, order, order_with, warnings};
use crate::host::destroy::matrix::{destroy, in_status};

#[tokio::test]
async fn irregular_answers_make_the_same_life_of_an_order() {
    let mut bed = Bed::with(|account| account.irregular = true);
    let first = try_apply(&mut bed, &order(), "create").await;
    assert_eq!(
        warnings(&first.report),
        ["This apply places a paid order"],
        "{:?}",
        first.report
    );
    assert_one_order_and_an_empty_plan(&mut bed, &order(), "create").await;

    bed.forget_state();
    let adopted = try_apply(&mut bed, &order(), "adopt").await;
    assert!(warnings(&adopted.report).contains(&"Existing order adopted"));
    assert_one_order_and_an_empty_plan(&mut bed, &order(), "adopt").await;

    let config = order_with(json!({ "csr": new_csr(), "additional_emails": ["ops@example.com"] }));
    let reissued = try_apply(&mut bed, &config, "reissue").await;
    assert_eq!(
        errors(&reissued.report),
        [""; 0],
        "reissue: {:?}",
        reissued.report
    );
    assert_one_order_and_an_empty_plan(&mut bed, &config, "reissue").await;
    assert_eq!(bed.sandbox.summary().reissued, 1);
    assert_eq!(bed.posts().len(), 1);
}

#[tokio::test]
async fn irregular_answers_lose_no_answer_and_end_orders_all_the_same() {
    let mut bed = Bed::with(|account| account.irregular = true);
    add(&bed.sandbox, &format!("{ORDER} 1 after drop"));
    let settled = try_apply(&mut bed, &order(), "lost").await;
    assert!(warnings(&settled.report).contains(&"Order found after a lost answer"));
    assert_one_order_and_an_empty_plan(&mut bed, &order(), "lost").await;

    for (status, end) in [("pending", "canceled"), ("issued", "revoked")] {
        let mut bed = in_status(status, "revoke").await;
        bed.sandbox.change(|account| account.irregular = true);
        let (applied, _) = destroy(&mut bed).await;
        assert_eq!(applied.report.diagnostics, [], "{status}");
        assert_eq!(bed.sandbox.orders()[0].status, end, "{status}");
    }
}

#[tokio::test]
async fn a_chain_in_another_order_or_of_another_length_is_stored_with_the_leaf_first() {
    let table = [
        ("four", 2),
        ("reversed", 1),
        ("no_root", 1),
        ("cross_signed", 1),
    ];
    each(table, async |(form, intermediates)| {
        let mut bed = Bed::new();
        add(&bed.sandbox, &format!("{ORDER} 1 after chain form={form}"));
        let applied = try_apply(&mut bed, &order(), form).await;
        assert_eq!(
            warnings(&applied.report),
            ["This apply places a paid order"],
            "{form}"
        );
        let of = |attribute: &str| {
            let text = bed.order()[attribute].as_str().unwrap_or_default();
            assert!(!text.contains('\r'), "{form} {attribute}");
            text.to_owned()
        };
        let (leaf, chain) = (of("certificate_pem"), of("chain_pem"));
        assert_eq!(
            chain.matches("-----BEGIN ").count(),
            intermediates,
            "{form}"
        );
        assert!(of("fullchain_pem").starts_with(&leaf), "{form}");
        assert!(!leaf.is_empty() && !chain.contains(&leaf), "{form}");
        assert_eq!(of("root_pem").is_empty(), form == "no_root", "{form}");
        assert_one_order_and_an_empty_plan(&mut bed, &order(), form).await;
    })
    .await;
}

#[tokio::test]
async fn a_certificate_for_another_key_is_not_stored_and_the_order_is_kept() {
    for form in ["other_key", "no_leaf"] {
        let mut bed = Bed::new();
        for route in [ORDER, "GET /certificate/*/chain"] {
            add(
                &bed.sandbox,
                &format!("{route} 1x* after chain form={form}"),
            );
        }
        let applied = try_apply(&mut bed, &order(), form).await;
        assert_eq!(errors(&applied.report), [""; 0], "{form}");
        let said = warnings(&applied.report);
        assert!(
            said.contains(&"Certificate chain not usable"),
            "{form}: {said:?}"
        );
        assert!(bed.order()["certificate_pem"].is_null(), "{form}");
        assert_eq!(bed.order_id(), bed.sandbox.orders()[0].id, "{form}");
        bed.sandbox.clear_rules();
        bed.terraform.refresh().await.unwrap().expect_success();
        assert_one_order_and_an_empty_plan(&mut bed, &order(), form).await;
    }
}
