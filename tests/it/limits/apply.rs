//! Three hundred orders at the documented limits: no call is refused, and nobody waits longer than
//! the limits demand.

use certcentral_sandbox::RateLimit;
use serde_json::json;
use tokio::time::Instant;

use super::bed::{Bed, count};

const ORDERS: usize = 300;

#[tokio::test(start_paused = true)]
async fn three_hundred_orders_are_placed_once_each_and_no_call_meets_the_limit() {
    let mut bed = Bed::new(Some(RateLimit::DOCUMENTED), ORDERS, json!({})).await;
    let begin = Instant::now();
    bed.apply().await;
    let took = begin.elapsed();
    bed.assert_bought_once(ORDERS);
    let posts = bed.posts();
    assert_eq!((posts.len(), count(&posts, 201)), (ORDERS, ORDERS));
    assert_eq!(bed.sandbox.summary().orders_created, ORDERS as u64);
    let calls = bed.sandbox.journal().len();
    assert!(calls > 1000, "{calls} calls do not reach the longer limit");
    // 900 calls in three minutes.
    let longest = calls as u64 * 180 / 900 + 50;
    assert!(took.as_secs() <= longest, "{calls} calls in {took:?}");

    bed.assert_settled().await;
    assert_eq!(bed.answered(429), 0);
    bed.assert_within_the_documented_limits();
}

#[tokio::test(start_paused = true)]
async fn a_lower_cap_is_kept_too() {
    let provider = json!({ "requests_per_second": 2 });
    let mut bed = Bed::new(None, 10, provider).await;
    let begin = Instant::now();
    bed.apply().await;
    bed.assert_bought_once(10);
    let calls = bed.sandbox.journal().len() as u64;
    let took = begin.elapsed().as_secs();
    let expected = (calls - 1) / 2;
    assert_eq!(took, expected, "{calls} calls");
}
