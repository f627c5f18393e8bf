//! An apply does the kind of thing that its reviewed plan announced, or stops.

use std::time::Duration;

use serde_json::{Value as Json, json};
use terraform_host::json::unknown;
use terraform_host::{Action, Release, Rule};

use super::{RELEASES, applied_as, changes_after, under};
use crate::host::bed::{Bed, SHOP, errors, new_csr, only_error, order_with, warnings};

const DAY: Duration = Duration::from_secs(86_400);

/// An order whose end would cost its certificate.
fn ended_with(arguments: Json) -> Json {
    let mut config = order_with(arguments);
    config["on_destroy"] = "revoke".into();
    config
}

/// A bed that may revoke, with the order of a configuration that is so many days old.
async fn ordered(release: Release, config: &Json, days: u32) -> Bed {
    let mut bed = under(release, Bed::new());
    bed.terraform
        .set_provider_config(json!({ "allow_revocation": true }));
    let _applied = bed.apply(config).await.expect_success();
    bed.sandbox.advance(DAY * days);
    bed
}

/// One kind of plan whose apply turns out to be another.
struct Turn {
    /// The order in state.
    ordered: Json,
    /// Its age in days.
    days: u32,
    /// An argument that the plan does not know.
    hazy: &'static str,
    /// What it turns out to be.
    clear: Json,
    /// What the apply would then do.
    would: &'static str,
    /// What the plan said.
    said: &'static str,
    /// The argument that the error names.
    names: &'static str,
}

fn turns() -> [Turn; 4] {
    [
        Turn {
            ordered: ended_with(json!({})),
            days: 1,
            hazy: "organization",
            clear: json!({ "id": 778_812 }),
            would: "place an order that replaces",
            said: "calls nothing that changes the order",
            names: "`organization`",
        },
        Turn {
            ordered: ended_with(json!({ "order_key": "1" })),
            days: 1,
            hazy: "order_key",
            clear: json!("2"),
            would: "place an order that replaces",
            said: "calls nothing that changes the order",
            names: "`order_key`",
        },
        Turn {
            ordered: ended_with(
                json!({ "renew_days_before_expiry": 90, "reissue_days_before_expiry": 0 }),
            ),
            days: 300,
            hazy: "renew_days_before_expiry",
            clear: json!(90),
            would: "renew order",
            said: "calls nothing that changes the order",
            names: "Plan again",
        },
        Turn {
            ordered: ended_with(json!({ "reissue_days_before_expiry": 30 })),
            days: 180,
            hazy: "reissue_days_before_expiry",
            clear: json!(30),
            would: "reissue the certificate of order",
            said: "calls nothing that changes the order",
            names: "Plan again",
        },
    ]
}

fn with(config: &Json, argument: &str, value: Json) -> Json {
    let mut config = config.clone();
    config[argument] = value;
    config
}

#[tokio::test]
async fn an_apply_that_turns_out_to_be_of_another_kind_stops_before_anything_is_done() {
    for turn in turns() {
        let mut bed = ordered(Release::V1_16, &turn.ordered, turn.days).await;
        let (order, id) = (bed.order().clone(), bed.order_id());
        let hazy = with(&turn.ordered, turn.hazy, unknown());
        let plan = bed.plan(&hazy).await.expect_success();
        assert_eq!(plan.action(SHOP), Some(Action::Update), "{}", turn.hazy);
        let (seen, orders) = (bed.seen(), bed.sandbox.orders().len());

        let clear = with(&turn.ordered, turn.hazy, turn.clear);
        let stopped = applied_as(&mut bed, &plan, &clear).await.expect_valid();
        let all = errors(&stopped.report);
        let [summary] = all[..] else {
            panic!("{}: {:?}", turn.hazy, stopped.report);
        };
        assert!(
            summary.starts_with(&format!("This apply would {}", turn.would)),
            "{summary}"
        );
        assert!(summary.contains(&id.to_string()), "{summary}");
        assert!(summary.contains("shop.example.com"), "{summary}");
        let detail = only_error(&stopped.report);
        for part in [
            turn.said,
            turn.names,
            "Nothing was bought, reissued or ended",
        ] {
            assert!(detail.contains(part), "{part}: {detail}");
        }
        assert_eq!(changes_after(&bed, seen), [] as [&str; 0], "{}", turn.hazy);
        assert_eq!(bed.sandbox.orders().len(), orders);
        assert_eq!(bed.sandbox.orders()[0].status, "issued");
        assert_eq!(bed.order()["serial_number"], order["serial_number"]);

        // The next plan knows the value, says it, and its apply does it.
        let plan = bed.plan(&clear).await.expect_success();
        assert!(!warnings(&plan.report).is_empty(), "{}", turn.hazy);
        let _applied = bed.terraform.apply(&plan).await.unwrap().expect_success();
        assert!(!changes_after(&bed, seen).is_empty(), "{}", turn.hazy);
        assert!(bed.plan(&clear).await.expect_success().is_empty());
    }
}

#[tokio::test]
async fn where_no_private_data_are_kept_terraform_itself_stops_such_an_apply() {
    for turn in turns() {
        let mut bed = ordered(Release::V1_15, &turn.ordered, turn.days).await;
        let hazy = with(&turn.ordered, turn.hazy, unknown());
        let plan = bed.plan(&hazy).await.expect_success();
        let seen = bed.seen();
        let clear = with(&turn.ordered, turn.hazy, turn.clear);
        let stopped = applied_as(&mut bed, &plan, &clear).await;
        assert_eq!(errors(&stopped.report), [] as [&str; 0]);
        let rules: Vec<_> = stopped.report.violations.iter().map(|it| it.rule).collect();
        assert!(rules.contains(&Rule::InconsistentFinalPlan), "{rules:?}");
        assert_eq!(changes_after(&bed, seen), [] as [&str; 0]);
    }
}

#[tokio::test]
async fn what_turns_out_as_the_plan_said_is_carried_out() {
    for release in RELEASES {
        let all = json!(["a.example.com", "b.example.com"]);
        let config = ended_with(json!({ "dns_names": all, "order_key": "1" }));
        let mut bed = ordered(release, &config, 1).await;
        let serial_number = bed.order()["serial_number"].clone();
        // As before, of an order and of a certificate.
        for argument in ["organization", "order_key", "csr", "dns_names"] {
            let hazy = with(&config, argument, unknown());
            let plan = bed.plan(&hazy).await.expect_success();
            let seen = bed.seen();
            let applied = applied_as(&mut bed, &plan, &config).await;
            let _applied = applied.expect_success();
            assert_eq!(changes_after(&bed, seen), [] as [&str; 0], "{argument}");
        }
        assert_eq!(bed.order()["serial_number"], serial_number);
        // A plan of names that are not known names all that may go.
        let hazy = with(&config, "dns_names", unknown());
        let plan = bed.plan(&hazy).await.expect_success();
        let fewer = with(&config, "dns_names", json!(["b.example.com"]));
        let _applied = applied_as(&mut bed, &plan, &fewer).await.expect_success();
        assert_ne!(bed.order()["serial_number"], serial_number);
        assert!(bed.plan(&fewer).await.expect_success().is_empty());
        assert_eq!(bed.posts().len(), 1);
    }
}

#[tokio::test]
async fn the_life_of_an_order_takes_the_same_calls_and_leaves_the_same_state() {
    let mut lives = Vec::new();
    for release in RELEASES {
        let mut bed = under(release, Bed::new());
        bed.terraform
            .set_provider_config(json!({ "allow_revocation": true }));
        let first = ended_with(json!({}));
        let csr = new_csr();
        let steps = [
            first.clone(),
            with(&first, "additional_emails", json!(["a@example.com"])),
            with(&first, "comments", json!("recorded")),
            with(&first, "csr", json!(csr)),
            with(&first, "csr", json!(csr)),
        ];
        for config in &steps {
            let _applied = bed.apply(config).await.expect_success();
        }
        let private = bed.terraform.state()[SHOP].private.clone();
        assert!(!String::from_utf8(private).unwrap().contains("review"));
        bed.terraform.taint(SHOP).unwrap();
        let _applied = bed.apply(&steps[4]).await.expect_success();
        let _destroyed = bed.destroy().await.expect_success();
        assert_eq!(bed.sandbox.orders()[0].status, "revoked");
        let calls = bed.calls_after(0).into_iter();
        let ids = |call: String| call.replace(|it: char| it.is_ascii_digit(), "");
        let by_token = |call: &str| call.starts_with("GET /order/alternate/");
        let calls = calls.map(|call| match by_token(&call) {
            true => "GET /order/alternate".to_owned(),
            false => ids(call),
        });
        lives.push(calls.collect::<Vec<_>>());
    }
    assert_eq!(lives[0], lives[1]);
}
