//! The POST against the sandbox with answers that get lost, and the pauses of the look-ups on a paused clock.

use std::time::Duration;

use certcentral_sandbox::{At, Fault, Sandbox, Settings};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{LOOK_AGAIN, Outcome, pause_for, place};
use crate::provider::ssl_order::samples::{client, order, prepared};

fn posts(sandbox: &Sandbox) -> usize {
    let journal = sandbox.journal();
    journal.iter().filter(|e| e.method == "POST").count()
}

/// Places the order with no time to look more than once.
async fn placed(sandbox: &Sandbox, stop: &CancellationToken) -> Outcome {
    let client = client(&sandbox.base_url());
    place(&client, &prepared(&order()), Instant::now(), stop).await
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
    let Outcome::NoOrder(problem) = outcome else {
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
    let outcome = place(&client, &prepared(&order), Instant::now(), &stop).await;
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

#[tokio::test(start_paused = true)]
async fn look_ups_go_on_for_two_minutes() {
    assert_eq!(LOOK_AGAIN.iter().sum::<u64>(), 120);
    let stop = CancellationToken::new();
    let start = Instant::now();
    for seconds in LOOK_AGAIN {
        let pause = Duration::from_secs(seconds);
        assert!(pause_for(pause, start + Duration::from_secs(600), &stop).await);
    }
    assert_eq!(start.elapsed(), Duration::from_secs(120));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_or_a_stop_leaves_one_last_look() {
    let stop = CancellationToken::new();
    let start = Instant::now();
    let deadline = start + Duration::from_secs(3);
    assert!(!pause_for(Duration::from_secs(60), deadline, &stop).await);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    stop.cancel();
    let later = Instant::now() + Duration::from_secs(600);
    assert!(!pause_for(Duration::from_secs(60), later, &stop).await);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}
