//! A renewal: an order like any other, in the place of the one that runs out.

use certcentral_sandbox::{At, Fault};

use super::{DAY, Ordered, only_error, refused, warnings};
use crate::framework::{Attr, AttributePath};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::samples::order;

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
