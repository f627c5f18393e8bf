//! A call that nobody waits for any more still reads the answer to its order.

use certcentral_sandbox::At;

use super::waiting::{answered, create, started};
use crate::host::bed::{Bed, ORDER, order, route, warnings};

#[tokio::test]
async fn a_dropped_call_does_not_cancel_the_create_and_the_next_apply_adopts_the_order() {
    for at in [At::Before, At::After] {
        let mut bed = Bed::new();
        let provider = started(&bed.sandbox).await;
        let hold = bed.sandbox.hold(route(ORDER), 1, at);
        let created = create(&provider, &order()).await;
        hold.held().await;
        created.abort();
        assert!(created.await.unwrap_err().is_cancelled());
        // The process has seen the end of the call once it answers the next one on the same
        // connection.
        assert_eq!(provider.stop().await.unwrap(), "");

        let goes_on = answered(&bed.sandbox, "GET", "/order/certificate/2147500001").await;
        hold.release();
        goes_on.await.unwrap();
        assert_eq!(bed.posts().len(), 1, "{at:?}");
        assert_eq!(bed.posts()[0].status, Some(201), "{at:?}");
        drop(provider);

        let applied = bed.apply(&order()).await.expect_success();
        assert!(
            warnings(&applied.report).contains(&"Existing order adopted"),
            "{at:?}"
        );
        assert_eq!(
            (bed.sandbox.summary().orders_created, bed.posts().len()),
            (1, 1),
            "{at:?}"
        );
    }
}

#[tokio::test]
async fn a_process_that_was_killed_with_its_order_in_flight_loses_and_doubles_nothing() {
    let mut bed = Bed::new();
    let provider = started(&bed.sandbox).await;
    let hold = bed.sandbox.hold(route(ORDER), 1, At::After);
    let created = create(&provider, &order()).await;
    hold.held().await;
    super::waiting::signal(&provider, "KILL");
    let answer = created.await.unwrap();
    assert!(answer.value.is_none(), "{answer:?}");
    hold.release();

    let applied = bed.apply(&order()).await.expect_success();
    assert!(warnings(&applied.report).contains(&"Existing order adopted"));
    assert_eq!(
        (bed.sandbox.summary().orders_created, bed.posts().len()),
        (1, 1)
    );
}
