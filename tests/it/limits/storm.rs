//! CertCentral refuses call after call with a 429: everything completes, and nothing is bought
//! twice.

use certcentral_sandbox::{At, Fault, RateLimit};
use serde_json::json;

use super::bed::{Bed, count};

const ORDERS: usize = 30;

fn limited(retry_after: Option<&str>, html: bool) -> Fault {
    Fault::Limited {
        retry_after: retry_after.map(str::to_owned),
        html,
    }
}

#[tokio::test(start_paused = true)]
async fn a_storm_on_every_route_delays_orders_and_buys_none_twice() {
    for (retry_after, html) in [
        (None, false),
        (None, true),
        (Some("2"), false),
        (Some("now+20"), false),
        (Some("now-20"), false),
        (Some("soon"), true),
    ] {
        let mut bed = Bed::new(None, ORDERS, json!({})).await;
        let storm = limited(retry_after, html);
        let all = "* *".parse().unwrap();
        bed.sandbox.fault_times(all, 1, 60, At::Before, storm);
        bed.apply().await;
        bed.assert_bought_once(ORDERS);
        assert_eq!(bed.answered(429), 60, "{retry_after:?}");
        let posts = bed.posts();
        let (placed, refused) = (count(&posts, 201), count(&posts, 429));
        assert_eq!((placed, posts.len()), (ORDERS, placed + refused));
        bed.assert_settled().await;
    }
}

/// Three hundred orders at the documented limits, and CertCentral refuses in bursts all the same.
#[tokio::test(start_paused = true)]
async fn a_storm_over_three_hundred_orders_keeps_to_the_documented_limits_and_buys_none_twice() {
    const MANY: usize = 300;
    let mut bed = Bed::new(Some(RateLimit::DOCUMENTED), MANY, json!({})).await;
    for (first, retry_after) in [(1, None), (400, Some("3")), (900, Some("now+20"))] {
        let all = "* *".parse().unwrap();
        let storm = limited(retry_after, false);
        bed.sandbox.fault_times(all, first, 40, At::Before, storm);
    }
    bed.apply().await;
    bed.assert_bought_once(MANY);
    assert_eq!(bed.answered(429), 120, "those of the storm and no more");
    let posts = bed.posts();
    let (placed, refused) = (count(&posts, 201), count(&posts, 429));
    assert_eq!((placed, posts.len()), (MANY, placed + refused));
    assert_eq!(bed.sandbox.summary().orders_created, MANY as u64);
    bed.assert_within_the_documented_limits();
}

#[tokio::test(start_paused = true)]
async fn orders_that_are_refused_by_a_429_are_sent_again_and_placed_once() {
    for retry_after in [None, Some("3")] {
        let mut bed = Bed::new(None, ORDERS, json!({})).await;
        let route = "POST /order/certificate/*".parse().unwrap();
        let storm = limited(retry_after, false);
        bed.sandbox.fault_times(route, 1, 50, At::Before, storm);
        bed.apply().await;
        bed.assert_bought_once(ORDERS);
        let posts = bed.posts();
        let answers = [201, 429].map(|status| count(&posts, status));
        assert_eq!((answers, posts.len()), ([ORDERS, 50], ORDERS + 50));
        bed.assert_settled().await;
    }
}

/// Another pipeline with the same key uses up most of the limit.
#[tokio::test(start_paused = true)]
async fn a_limit_that_others_use_up_delays_orders_and_buys_none_twice() {
    let left = RateLimit {
        per_180_seconds: 100,
        per_5_seconds: 10,
    };
    let mut bed = Bed::new(Some(left), ORDERS, json!({ "max_retries": 50 })).await;
    bed.apply().await;
    bed.assert_bought_once(ORDERS);
    assert!(bed.answered(429) > 0);
    let posts = bed.posts();
    let (placed, refused) = (count(&posts, 201), count(&posts, 429));
    assert_eq!((placed, posts.len()), (ORDERS, placed + refused));
}
