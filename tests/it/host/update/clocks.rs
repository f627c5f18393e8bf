//! The two clocks of an order, day by day: they follow the time of CertCentral, not that of this
//! machine.

use std::time::Duration;

use certcentral_sandbox::{Approval, Issuance, Move, Settings};
use serde_json::{Value as Json, json};

use crate::host::bed::{Bed, SHOP, order, order_with, warnings};

const DAY: Duration = Duration::from_secs(86_400);
const REISSUE: &str = "This apply reissues the certificate";
const RENEWAL: &str = "This apply places a paid renewal order";

/// `ready_for_reissue` and `ready_for_renewal` after a refresh, so many days after the order.
async fn ready_after(bed: &mut Bed, days: u32, passed: &mut u32) -> (bool, bool) {
    bed.sandbox.advance(DAY * (days - *passed));
    *passed = days;
    bed.terraform.refresh().await.unwrap().expect_success();
    let ready = |name: &str| bed.order()[name].as_bool().unwrap();
    (ready("ready_for_reissue"), ready("ready_for_renewal"))
}

/// What the plan says beside what a change costs: the clocks.
async fn due(bed: &mut Bed, config: &Json) -> Vec<String> {
    let plan = bed.plan(config).await.expect_success();
    let said = warnings(&plan.report).into_iter();
    said.filter(|summary| [REISSUE, RENEWAL].contains(summary))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn each_clock_strikes_on_its_day_and_not_the_day_before() {
    // The certificate's last day is day 198, the order's is day 364 or, in a leap year, 365.
    for (reissue, renew) in [(30, 20), (0, 0)] {
        let mut bed = Bed::new();
        let config = order_with(json!({
            "reissue_days_before_expiry": reissue, "renew_days_before_expiry": renew,
        }));
        let _applied = bed.apply(&config).await.expect_success();
        let date = |bed: &Bed, name: &str| {
            let format = time::macros::format_description!("[year]-[month]-[day]");
            time::Date::parse(bed.order()[name].as_str().unwrap(), format).unwrap()
        };
        let start = bed.sandbox.clock().date();
        let days_until = |end: time::Date| u32::try_from((end - start).whole_days()).unwrap();
        let certificate_end = days_until(date(&bed, "valid_till"));
        let order_end = days_until(date(&bed, "order_valid_till"));
        assert_eq!(certificate_end, 198);

        let strikes = |end: u32, before: u32| (before > 0).then(|| end.saturating_sub(before));
        let (reissue_day, renewal_day) =
            (strikes(certificate_end, reissue), strikes(order_end, renew));
        let mut days: Vec<u32> = [
            reissue_day,
            renewal_day,
            Some(certificate_end),
            Some(order_end),
        ]
        .into_iter()
        .flatten()
        .flat_map(|day| [day - 1, day])
        .collect();
        days.sort_unstable();
        days.dedup();
        let mut passed = 0;
        for day in days {
            let expected = (
                reissue_day.is_some_and(|strikes| day >= strikes),
                renewal_day.is_some_and(|strikes| day >= strikes),
            );
            let ready = ready_after(&mut bed, day, &mut passed).await;
            assert_eq!(ready, expected, "day {day} with {reissue} and {renew}");
        }
        // The day after the last one the order is closed.
        let ready = ready_after(&mut bed, order_end + 1, &mut passed).await;
        assert_eq!(
            (ready, &bed.order()["status"]),
            ((false, false), &json!("expired"))
        );
        assert_eq!(bed.posts().len(), 1, "nothing was bought");
    }
}

#[tokio::test]
async fn a_closed_order_never_is_ready() {
    for step in [Move::Revoke, Move::Expire] {
        let mut bed = Bed::new();
        let config = order_with(json!({
            "reissue_days_before_expiry": 199, "renew_days_before_expiry": 90,
        }));
        let _applied = bed.apply(&config).await.expect_success();
        let mut passed = 0;
        assert_eq!(ready_after(&mut bed, 290, &mut passed).await, (true, true));
        bed.sandbox.apply(bed.order_id(), step).unwrap();
        assert_eq!(
            ready_after(&mut bed, 290, &mut passed).await,
            (false, false)
        );
        assert_eq!(
            due(&mut bed, &config).await,
            Vec::<String>::new(),
            "{step:?}"
        );
    }
}

#[tokio::test]
async fn an_order_without_a_certificate_never_is_ready() {
    for approval in [Approval::OneStep, Approval::None] {
        let mut bed = Bed::with(|account| {
            account.approval = approval;
            account.issuance = Issuance::Manual;
        });
        let config = order_with(json!({
            "wait_for": "none", "reissue_days_before_expiry": 199, "renew_days_before_expiry": 90,
        }));
        let _applied = bed.apply(&config).await.expect_success();
        let mut passed = 0;
        for day in [0, 190, 290, 500] {
            let ready = ready_after(&mut bed, day, &mut passed).await;
            assert_eq!(ready, (false, false), "{approval:?} day {day}");
        }
    }
}

#[tokio::test]
async fn the_plan_follows_the_clock_of_certcentral() {
    let mut bed = Bed::new();
    let config = order_with(json!({ "renew_days_before_expiry": 0 }));
    let _applied = bed.apply(&config).await.expect_success();
    bed.sandbox.advance(DAY * 167);
    assert_eq!(due(&mut bed, &config).await, Vec::<String>::new());
    // The chain is read again once a week, whatever the clock says.
    bed.terraform.refresh().await.unwrap().expect_success();
    bed.sandbox.advance(DAY);
    let seen = bed.seen();
    assert_eq!(due(&mut bed, &config).await.len(), 1);
    let look = format!("GET /order/certificate/{}", bed.order_id());
    assert_eq!(bed.calls_after(seen), [look], "the clock costs no call");
}

#[tokio::test]
async fn a_date_that_is_past_at_certcentral_is_refused_before_anything_is_ordered() {
    let mut bed = Bed::new();
    let end = (bed.sandbox.clock().date() + time::Duration::days(100)).to_string();
    let config = order_with(json!({ "order_validity": { "custom_expiration_date": end } }));
    let plan = bed.plan(&config).await.expect_success();
    bed.sandbox.advance(DAY * 100);
    let report = bed.terraform.apply(&plan).await.unwrap();
    assert_eq!(
        crate::host::bed::errors(&report.report),
        ["Date in the past"]
    );
    assert_eq!(bed.posts().len(), 0);
}

/// An account whose certificates last as long, both ends included.
fn certificates_of(days: u16) -> Bed {
    Bed::of(Settings {
        max_certificate_days: Some(days),
        ..Settings::default()
    })
}

#[tokio::test]
async fn a_certificate_of_47_days_is_reissued_when_a_third_of_its_life_is_left() {
    let mut bed = certificates_of(47);
    let _applied = bed.apply(&order()).await.expect_success();
    let begin = bed.sandbox.clock().date();
    let due = begin + time::Duration::days(46 - 16);
    let detail = format!("The certificate is issued. Plans from {due} on reissue it.");
    assert_eq!(bed.order()["status_detail"], detail);
    assert_eq!(bed.order()["reissue_days_before_expiry"], Json::Null);
    let mut passed = 0;
    for day in [0, 16, 29] {
        let ready = ready_after(&mut bed, day, &mut passed).await;
        assert_eq!(ready, (false, false), "day {day}");
        assert!(bed.plan(&order()).await.expect_success().is_empty());
        assert_eq!(bed.order()["status_detail"], detail, "day {day}");
    }
    assert_eq!(ready_after(&mut bed, 30, &mut passed).await, (true, false));
    let applied = bed.apply(&order()).await.expect_success();
    assert_eq!(warnings(&applied.report), [REISSUE]);
    let next = due + time::Duration::days(46 - 16);
    let detail = format!("The certificate is issued. Plans from {next} on reissue it.");
    assert_eq!(bed.order()["status_detail"], detail);
    assert!(bed.plan(&order()).await.expect_success().is_empty());
    let summary = bed.sandbox.summary();
    assert_eq!((summary.orders_created, summary.reissued), (1, 1));
}

#[tokio::test]
async fn an_import_leaves_the_days_to_the_life_of_the_certificate() {
    let mut bed = certificates_of(47);
    let _applied = bed.apply(&order()).await.expect_success();
    let (id, detail) = (bed.order_id(), bed.order()["status_detail"].clone());
    bed.forget_state();
    let imported = bed.terraform.import(SHOP, &id.to_string()).await;
    imported.unwrap().expect_success();
    assert_eq!(bed.order()["reissue_days_before_expiry"], Json::Null);
    assert_eq!(bed.order()["status_detail"], detail);
    assert!(bed.plan(&order()).await.expect_success().is_empty());
}

#[tokio::test]
async fn other_days_move_the_day_in_the_detail_and_call_nothing() {
    let mut bed = certificates_of(47);
    let _applied = bed.apply(&order()).await.expect_success();
    let begin = bed.sandbox.clock().date();
    for (days, due) in [
        (json!(5), Some(41)),
        (json!(0), None),
        (Json::Null, Some(30)),
    ] {
        let config = order_with(json!({ "reissue_days_before_expiry": days }));
        let seen = bed.seen();
        let plan = bed.plan(&config).await.expect_success();
        let looked = bed.seen();
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert_eq!((looked - seen, bed.seen() - looked), (1, 0), "{days}");
        let said = bed.order()["status_detail"].as_str().unwrap().to_owned();
        let day = due.map(|due| (begin + time::Duration::days(due)).to_string());
        assert_eq!(
            said.contains("reissue it"),
            day.is_some_and(|day| said.contains(&day)),
            "{said}"
        );
        assert_eq!(said.contains("reissue it"), due.is_some(), "{said}");
        assert!(bed.plan(&config).await.expect_success().is_empty());
    }
    assert_eq!(bed.sandbox.summary().reissued, 0);
}
