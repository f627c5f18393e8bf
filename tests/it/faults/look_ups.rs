//! The look-ups around an order: without them nothing is bought, and what they do not show yet is
//! found later.

use super::rows::{
    add, assert_no_key, assert_one_order_and_an_empty_plan, bed_without_repeats, each, hasty,
    try_apply,
};
use crate::host::bed::{Bed, ORDER, errors, warnings};

const BY_TOKEN: &str = "GET /order/alternate/*";
const LIST: &str = "GET /order/certificate";
const INFO: &str = "GET /order/certificate/*";

#[tokio::test]
async fn without_a_look_up_nothing_is_ordered() {
    let faults = [
        "html status=200",
        "html status=403",
        "html status=404",
        "html status=500",
        "answer {\"status\": 404, \"body\": \"\"}",
        "answer {\"status\": 200, \"body\": \"\"}",
        "answer status=201 body={}",
        "answer status=202 body={\"orders\":[]}",
        "answer status=200 body={\"page\":{\"total\":1,\"limit\":1000,\"offset\":0}}",
        "answer status=404 body={\"errors\":[{\"code\":\"not_found|route\",\"message\":\"No.\"}]}",
        "answer status=403 body={\"errors\":[{\"code\":\"access_denied\",\"message\":\"No.\"}]}",
        "drop",
        "reset",
        "truncate bytes=1 framing=close",
        "truncate bytes=1 framing=length",
        "truncate bytes=1 framing=chunked",
        "garble every=2",
        "raw text=garbage",
        "huge bytes=9000000",
        "huge bytes=200000000 gzip=true",
        "redirect status=302",
        "redirect status=307",
        "echo status=400",
        "echo status=500",
    ];
    let rows = faults
        .into_iter()
        .flat_map(|fault| [BY_TOKEN, LIST].map(|route| format!("{route} 1x* before {fault}")));
    // What garbles or cuts an answer needs one, and gets it from the account.
    let rows = rows.map(
        |row| match row.contains("truncate") || row.contains("garble") {
            true => row.replace("before", "after"),
            false => row,
        },
    );
    each(rows, async |row: String| {
        let mut bed = bed_without_repeats();
        add(&bed.sandbox, &row);
        let failed = try_apply(&mut bed, &hasty(), &row).await;
        assert_eq!(
            errors(&failed.report).len(),
            1,
            "{row}: {:?}",
            failed.report
        );
        assert_no_key(&bed, &failed.report, &row);
        assert_eq!(bed.posts().len(), 0, "{row}");
        assert!(bed.terraform.state().is_empty(), "{row}");
        bed.sandbox.clear_rules();
        let _applied = try_apply(&mut bed, &hasty(), &row).await;
        assert_one_order_and_an_empty_plan(&mut bed, &hasty(), &row).await;
    })
    .await;
}

#[tokio::test]
async fn look_ups_that_lag_behind_a_lost_answer_find_the_order_in_this_apply_or_the_next() {
    let table: [(&[&str], bool); 4] = [
        // The second look by the token shows it.
        (&["GET /order/alternate/* 1x* stale calls=1"], true),
        // Only the list shows it.
        (&["GET /order/alternate/* 1x* stale calls=1000"], true),
        // Only the look-up by token shows it.
        (&["GET /order/certificate 1x* stale calls=1000"], true),
        // Neither shows it while this apply lasts.
        (
            &[
                "GET /order/alternate/* 1x* stale calls=3",
                "GET /order/certificate 1x* stale calls=3",
            ],
            false,
        ),
    ];
    each(table, async |(rules, in_time)| {
        let row = format!("{rules:?}");
        let mut bed = Bed::new();
        add(&bed.sandbox, &format!("{ORDER} 1 after drop"));
        rules.iter().for_each(|rule| add(&bed.sandbox, rule));
        let mut applied = try_apply(&mut bed, &hasty(), &row).await;
        let mut expected = "Order found after a lost answer";
        if !in_time {
            assert_eq!(
                errors(&applied.report),
                ["Unknown outcome of the order"],
                "{row}"
            );
            assert!(bed.terraform.state().is_empty(), "{row}");
            applied = try_apply(&mut bed, &hasty(), &row).await;
            expected = "Existing order adopted";
        }
        let said = warnings(&applied.report);
        assert!(said.contains(&expected), "{row}: {said:?}");
        assert_eq!(bed.posts().len(), 1, "{row}");
        assert_one_order_and_an_empty_plan(&mut bed, &hasty(), &row).await;
    })
    .await;
}

#[tokio::test]
async fn an_order_that_cannot_be_read_right_after_its_answer_is_kept_and_read_later() {
    let faults = [
        "1x* before stale calls=9",
        "1x* before answer status=404 \
         body={\"errors\":[{\"code\":\"not_found|order\",\"message\":\"No.\"}]}",
        "1x* before html status=403",
        "1x* before html status=500",
        "1 before reset",
        "1 after truncate bytes=40 framing=close",
        "1 after set pointer=/id value=\"x\"",
        "1 after set pointer=/id value=2147500999",
        "1 before echo status=400",
    ];
    // What may only be too early is waited out, within the time of the create.
    each(faults, async |fault| {
        let mut bed = bed_without_repeats();
        add(&bed.sandbox, &format!("{INFO} {fault}"));
        let applied = try_apply(&mut bed, &hasty(), fault).await;
        assert_eq!(errors(&applied.report), [""; 0], "{fault}");
        let said = warnings(&applied.report);
        assert!(
            said.contains(&"Order placed, details follow"),
            "{fault}: {said:?}"
        );
        assert_no_key(&bed, &applied.report, fault);
        assert_eq!(bed.order_id(), bed.sandbox.orders()[0].id, "{fault}");
        bed.sandbox.clear_rules();
        bed.terraform.refresh().await.unwrap().expect_success();
        assert_one_order_and_an_empty_plan(&mut bed, &hasty(), fault).await;
        assert_eq!(bed.posts().len(), 1, "{fault}");
    })
    .await;
}
