//! A renewal: an order like any other, in the place of the one that runs out.

use certcentral_sandbox::{At, Fault};

use super::{DAY, Ordered, only_error, refused, warnings};
use crate::framework::{Attr, AttributePath, Severity};
use crate::provider::order::certificate::parse_day;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate, TimeoutsModel};
use crate::provider::ssl_order::samples::{order, years};

/// The sample order, to be renewed ninety days before it ends.
fn renewed_in_time() -> SslOrderModel {
    SslOrderModel {
        renew_days_before_expiry: Attr::Known(90),
        reissue_days_before_expiry: Attr::Known(0),
        ..order()
    }
}

/// An order in its last days.
async fn in_its_last_days() -> Ordered {
    let mut ordered = Ordered::with(renewed_in_time()).await;
    ordered.sandbox.advance(300 * DAY);
    ordered.refresh().await;
    assert_eq!(ordered.state.ready_for_renewal, Attr::Known(true));
    ordered
}

fn imported() -> SslOrderPrivate {
    SslOrderPrivate {
        imported: true,
        ..SslOrderPrivate::default()
    }
}

#[tokio::test]
async fn the_renewal_takes_the_place_of_the_order_in_state() {
    let ordered = in_its_last_days().await;
    let former = ordered.state.known_order_id().unwrap();
    let updated = ordered.apply_with(&renewed_in_time(), imported()).await;
    assert!(warnings(&updated).is_empty());
    let orders = ordered.sandbox.orders();
    assert_eq!(orders.len(), 2);
    let renewal = orders.iter().find(|it| it.renewal_of.is_some()).unwrap();
    assert_eq!(renewal.renewal_of, u64::try_from(former).ok());
    assert_eq!(updated.state.id, Attr::Known(renewal.id.to_string()));
    assert_eq!(updated.state.status.as_str(), Some("issued"));
    assert_eq!(updated.state.ready_for_renewal, Attr::Known(false));
    // What an import was told of the former order is not told of this one.
    let told = SslOrderPrivate {
        container: Some(60_412),
        auto_reissue: Some(false),
        seen_on: Some(ordered.sandbox.clock().date().to_string()),
        chain_read: Some(ordered.sandbox.clock().date().to_string()),
        ..SslOrderPrivate::default()
    };
    assert_eq!(updated.private, told);
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_is_found_and_said() {
    let ordered = in_its_last_days().await;
    let post = "POST /order/certificate/*".parse().unwrap();
    ordered.sandbox.fault(post, 1, At::After, Fault::Drop);
    let updated = ordered.apply(&renewed_in_time()).await;
    assert_eq!(warnings(&updated), ["Order found after a lost answer"]);
    let orders = ordered.sandbox.orders();
    let renewal = orders.iter().find(|it| it.renewal_of.is_some()).unwrap();
    assert_eq!(orders.len(), 2);
    assert_eq!(updated.state.id, Attr::Known(renewal.id.to_string()));
}

#[tokio::test]
async fn a_refused_renewal_leaves_everything_as_it_was() {
    let ordered = in_its_last_days().await;
    let post = "POST /order/certificate/*".parse().unwrap();
    ordered.sandbox.fault(post, 1, At::Before, refused("no"));
    let updated = ordered.apply_with(&renewed_in_time(), imported()).await;
    let error = only_error(&updated);
    assert_eq!(error.summary, "Refused by CertCentral");
    assert_eq!(updated.state, ordered.state);
    assert_eq!(updated.private, imported());
    assert_eq!(ordered.sandbox.orders().len(), 1);
}

/// The configuration has no `renewal_of_order_id` to correct.
#[tokio::test]
async fn what_certcentral_objects_to_in_the_renewal_is_said_of_the_days_that_led_to_it() {
    for (code, days) in [("order_renewed_already", true), ("invalid_csr", false)] {
        let ordered = in_its_last_days().await;
        let post = "POST /order/certificate/*".parse().unwrap();
        ordered.sandbox.fault(post, 1, At::Before, refused(code));
        let updated = ordered.apply(&renewed_in_time()).await;
        let error = only_error(&updated);
        let at_days = error.attribute == Some(AttributePath::of("renew_days_before_expiry"));
        assert_eq!(at_days, days, "{error:?}");
        let advice = "`renew_days_before_expiry` led to this renewal.";
        assert_eq!(error.detail.contains(advice), days, "{}", error.detail);
        assert_eq!(updated.state, ordered.state);
    }
}

/// The same, so that a failure of the clock is a warning.
fn soft() -> SslOrderModel {
    SslOrderModel {
        on_clock_failure: "warn".into(),
        ..renewed_in_time()
    }
}

/// An order in its last days, so many days before its end.
async fn days_before_its_end(days: u32) -> Ordered {
    let mut ordered = Ordered::with(soft()).await;
    let end = parse_day(ordered.state.order_valid_till.as_str().unwrap()).unwrap();
    let until_then = (end - ordered.sandbox.clock().date()).whole_days();
    let until_then = u32::try_from(until_then).unwrap();
    ordered.sandbox.advance((until_then - days) * DAY);
    ordered.refresh().await;
    ordered
}

#[tokio::test]
async fn a_renewal_that_was_not_placed_for_certain_is_put_off_and_no_other() {
    let post = || "POST /order/certificate/*".parse().unwrap();
    for (days, at, fault, is_put_off) in [
        (31, At::Before, refused("no"), true),
        (30, At::Before, refused("no"), false),
        (31, At::Before, Fault::Drop, false),
    ] {
        let ordered = days_before_its_end(days).await;
        ordered.sandbox.fault(post(), 1, at, fault.clone());
        let hasty = SslOrderModel {
            timeouts: Attr::Known(TimeoutsModel {
                update: "2s".into(),
                ..TimeoutsModel::default()
            }),
            ..soft()
        };
        let updated = ordered.apply(&hasty).await;
        assert_eq!(ordered.sandbox.orders().len(), 1);
        assert_eq!(updated.state.id, ordered.state.id);
        if is_put_off {
            let order = ordered.state.shown_id();
            let summary = format!("Renewal of order {order} put off");
            assert_eq!(warnings(&updated), [summary]);
            assert_eq!(updated.state.serial_number, ordered.state.serial_number);
            assert_eq!(updated.state.ready_for_renewal, Attr::Known(true));
        } else {
            let _error = only_error(&updated);
        }
    }
}

/// What somebody asked for has to be done, or the apply has failed.
#[tokio::test]
async fn nothing_else_that_is_asked_for_is_put_off() {
    let edits: [fn(&mut SslOrderModel); 3] = [
        |order| order.comments = "Please".into(),
        |order| order.order_validity = Attr::Known(years(2)),
        |order| order.on_clock_failure = "error".into(),
    ];
    for edit in edits {
        let ordered = days_before_its_end(80).await;
        let post = "POST /order/certificate/*".parse().unwrap();
        ordered.sandbox.fault(post, 1, At::Before, refused("no"));
        let mut config = soft();
        edit(&mut config);
        let updated = ordered.apply(&config).await;
        assert_eq!(only_error(&updated).summary, "Refused by CertCentral");
    }
    // An argument that steers the provider asks for nothing.
    let mut ordered = days_before_its_end(80).await;
    ordered.state.on_clock_failure = "error".into();
    let post = "POST /order/certificate/*".parse().unwrap();
    ordered.sandbox.fault(post, 1, At::Before, refused("no"));
    let updated = ordered.apply(&soft()).await;
    assert!(
        updated
            .diagnostics
            .iter()
            .all(|it| it.severity == Severity::Warning)
    );
    assert_eq!(updated.state.on_clock_failure.as_str(), Some("warn"));
}
