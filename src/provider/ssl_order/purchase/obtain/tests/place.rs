//! The POST against the sandbox with answers that get lost.

use std::time::Duration;

use certcentral_sandbox::{Approval, At, Fault, Sandbox, Settings};
use tokio_util::sync::CancellationToken;

use super::super::super::post::{Outcome, place};
use crate::framework::Attr;
use crate::provider::block::ProviderConfig;
use crate::provider::order::waiting::Bounds;
use crate::provider::ssl_order::samples::{client, impatient_client, order, prepared, session_of};

fn posts(sandbox: &Sandbox) -> usize {
    let journal = sandbox.journal();
    journal.iter().filter(|e| e.method == "POST").count()
}

/// Places the order with no time to look more than once.
async fn placed(sandbox: &Sandbox, stop: &CancellationToken) -> Outcome {
    let client = client(&sandbox.base_url());
    place(
        &client,
        &prepared(&order()),
        Bounds::from_now(Duration::ZERO, stop),
    )
    .await
}

#[tokio::test]
async fn an_answer_is_the_order() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let outcome = placed(&sandbox, &CancellationToken::new()).await;
    let Outcome::Placed(order) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(order.id.to_string(), sandbox.orders()[0].id.to_string());
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_stop_before_the_post_prevents_it() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    let outcome = placed(&sandbox, &stop).await;
    let Outcome::NoOrder(problem) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(problem.summary, "Interrupted before ordering");
    assert_eq!(posts(&sandbox), 0);
}

#[tokio::test]
async fn a_lost_answer_is_settled_without_a_second_post() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let route = "POST /order/certificate/*".parse().unwrap();
    sandbox.fault(route, 1, At::After, Fault::Drop);
    let outcome = placed(&sandbox, &CancellationToken::new()).await;
    let Outcome::Settled(order) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(order.id.to_string(), sandbox.orders()[0].id.to_string());
    assert_eq!(posts(&sandbox), 1);
}

#[tokio::test]
async fn an_order_that_is_not_found_has_an_unknown_outcome() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let route = "POST /order/certificate/*".parse().unwrap();
    sandbox.fault(route, 1, At::Before, Fault::Drop);
    let outcome = placed(&sandbox, &CancellationToken::new()).await;
    let Outcome::Unknown(problem) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(problem.summary, "Unknown outcome of the order");
    assert!(problem.detail.contains("not found"), "{}", problem.detail);
    assert_eq!(posts(&sandbox), 1);
}

#[tokio::test]
async fn a_refusal_orders_nothing_and_looks_for_nothing() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let mut order = order();
    order.product_name_id = "ssl_unheard_of".into();
    let client = client(&sandbox.base_url());
    let stop = CancellationToken::new();
    let outcome = place(
        &client,
        &prepared(&order),
        Bounds::from_now(Duration::ZERO, &stop),
    )
    .await;
    let Outcome::NoOrder(problem) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(problem.summary, "Product not available");
    assert_eq!(
        problem.attribute.unwrap().to_string(),
        "product_name_id",
        "core quotes the line"
    );
    assert_eq!(sandbox.journal().len(), 1);
}

#[tokio::test]
async fn an_order_that_the_look_up_by_token_hides_is_found_by_its_names_and_its_key() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let route = "POST /order/certificate/*".parse().unwrap();
    sandbox.fault(route, 1, At::After, Fault::Drop);
    let hidden = Fault::Answer {
        status: 404,
        body: r#"{"errors":[{"code":"not_found|order","message":"No."}]}"#.to_owned(),
        content_type: "application/json".to_owned(),
    };
    let look_up = "GET /order/alternate/*".parse().unwrap();
    sandbox.fault_times(look_up, 1, 9, At::Before, hidden);
    let outcome = placed(&sandbox, &CancellationToken::new()).await;
    let Outcome::Settled(order) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(order.id.to_string(), sandbox.orders()[0].id.to_string());
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn an_order_that_only_its_request_shows_is_found_by_it() {
    for approval in [Approval::OneStep, Approval::TwoStep] {
        let mut settings = Settings::default();
        settings.behavior.approval = approval;
        let sandbox = Sandbox::start(settings).unwrap();
        for rule in [
            r#"POST /order/certificate/* 2 after drop"#,
            r#"GET /order/alternate/* 1x* answer {"status": 404, "body": {"errors":[{"code":"not_found|order","message":"No."}]}}"#,
            r#"GET /order/certificate 1x* answer {"status": 200, "body": {}}"#,
        ] {
            sandbox.add_fault(rule.parse().unwrap());
        }
        // Another order for the same names waits, too.
        let client = client(&sandbox.base_url());
        let mut sibling = order();
        sibling.order_key = "second".into();
        let stop = CancellationToken::new();
        place(
            &client,
            &prepared(&sibling),
            Bounds::from_now(Duration::ZERO, &stop),
        )
        .await;

        let outcome = placed(&sandbox, &stop).await;
        let Outcome::Settled(order) = outcome else {
            panic!("{approval:?}: {outcome:?}");
        };
        assert_eq!(order.id.to_string(), sandbox.orders()[1].id.to_string());
        assert_eq!(order.status.as_str(), "needs_approval");
        assert_eq!((posts(&sandbox), sandbox.orders().len()), (2, 2));
    }
}

/// Places the order with little patience for its answer, which meets a fault such as `after hang`.
async fn placed_in_a_hurry(sandbox: &Sandbox, fault: &str) -> Outcome {
    let rule = format!("POST /order/certificate/* {fault}");
    sandbox.add_fault(rule.parse().unwrap());
    let client = impatient_client(&sandbox.base_url(), Duration::from_millis(300));
    let stop = CancellationToken::new();
    place(
        &client,
        &prepared(&order()),
        Bounds::from_now(Duration::ZERO, &stop),
    )
    .await
}

#[tokio::test]
async fn an_order_whose_answer_never_ends_is_settled_without_a_second_post() {
    for fault in [
        "after hang",
        "after delay seconds=60",
        "after drip bytes=1 pause_ms=20",
    ] {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let outcome = placed_in_a_hurry(&sandbox, fault).await;
        let Outcome::Settled(order) = outcome else {
            panic!("{fault}: {outcome:?}");
        };
        assert_eq!(order.id.to_string(), sandbox.orders()[0].id.to_string());
        assert_eq!(posts(&sandbox), 1, "{fault}");
        assert_eq!(sandbox.summary().orders_created, 1, "{fault}");
    }
}

#[tokio::test]
async fn an_order_that_hangs_before_it_is_processed_has_an_unknown_outcome() {
    for fault in ["before hang", "before delay seconds=60"] {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let outcome = placed_in_a_hurry(&sandbox, fault).await;
        let Outcome::Unknown(problem) = outcome else {
            panic!("{fault}: {outcome:?}");
        };
        assert_eq!(problem.summary, "Unknown outcome of the order", "{fault}");
        assert_eq!(posts(&sandbox), 1, "{fault}");
        assert_eq!(sandbox.summary().orders_created, 0, "{fault}");
    }
}

#[tokio::test]
async fn another_order_for_the_same_names_and_key_is_not_taken_for_the_lost_one() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let client = client(&sandbox.base_url());
    let stop = CancellationToken::new();
    let mut sibling = order();
    sibling.order_key = "second".into();
    place(
        &client,
        &prepared(&sibling),
        Bounds::from_now(Duration::ZERO, &stop),
    )
    .await;
    let route = "POST /order/certificate/*".parse().unwrap();
    sandbox.fault(route, 1, At::Before, Fault::Drop);
    let outcome = placed(&sandbox, &stop).await;
    let Outcome::Unknown(problem) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(problem.summary, "Unknown outcome of the order");
    assert_eq!((posts(&sandbox), sandbox.orders().len()), (2, 1));
}

#[tokio::test]
async fn several_orders_after_a_lost_answer_are_an_error_however_they_are_found() {
    for hidden in [false, true] {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let stop = CancellationToken::new();
        placed(&sandbox, &stop).await;
        let route = "POST /order/certificate/*".parse().unwrap();
        sandbox.fault(route, 1, At::After, Fault::Drop);
        if hidden {
            let nothing = Fault::Answer {
                status: 404,
                body: r#"{"errors":[{"code":"not_found|order","message":"No."}]}"#.to_owned(),
                content_type: "application/json".to_owned(),
            };
            let look_up = "GET /order/alternate/*".parse().unwrap();
            sandbox.fault_times(look_up, 1, 9, At::Before, nothing);
        }
        let outcome = placed(&sandbox, &stop).await;
        let Outcome::Unknown(problem) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(problem.summary, "Several orders with the same token");
        for order in sandbox.orders() {
            assert!(
                problem.detail.contains(&order.id.to_string()),
                "{}",
                problem.detail
            );
        }
        assert!(!problem.detail.contains("Nothing was ordered"));
        assert_eq!(posts(&sandbox), 2);
    }
}

#[tokio::test]
async fn an_order_that_a_guard_refuses_is_named() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let config = ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        read_only: Attr::Known(true),
        ..ProviderConfig::default()
    };
    let session = session_of(&config);
    let client = session.client().unwrap();
    let stop = CancellationToken::new();
    let outcome = place(
        &client,
        &prepared(&order()),
        Bounds::from_now(Duration::ZERO, &stop),
    )
    .await;
    let Outcome::NoOrder(problem) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(problem.summary, "Provider is read-only");
    let named = "The call for placing the order for shop.example.com was not sent";
    assert!(problem.detail.starts_with(named), "{}", problem.detail);
    assert_eq!(sandbox.journal().len(), 0);
}
