//! Every look-up that is about one thing, answered with that thing and with another one.

use super::server::{Server, json};
use super::transport::order_id;
use crate::certcentral::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/certcentral/", $name))
    };
}

const ISSUED: &str = fixture!("order_info_issued.json");
const ORDER: &str = "2147500123";

/// Checks that a call takes the answer as it is, and none of its kind about something else.
macro_rules! is_held {
    ($body:expr, $told:expr => $another:expr, $client:ident => $call:expr) => {{
        let body: &str = $body;
        let other = body.replacen($told, $another, 1);
        assert_ne!(body, other, "{} is not in the answer", $told);
        let server = Server::start(vec![json("200 OK", body), json("200 OK", &other)]).await;
        let $client = server.client();
        $call.await.unwrap();
        let error = $call.await.map(|_| ()).unwrap_err();
        assert!(
            matches!(error, Error::AboutAnother { .. }),
            "{error} for {other}"
        );
        assert_eq!(error.certainty(), Certainty::Unknown);
    }};
}

fn id<T: TryFrom<i64, Error = InvalidId>>(number: i64) -> T {
    T::try_from(number).unwrap()
}

#[tokio::test]
async fn an_order_is_the_one_whose_id_was_asked_for() {
    is_held!(ISSUED, ORDER => "2147500124", client => client.order(order_id(2_147_500_123)));
    // A number with a point, or as text, is the same id.
    for same in ["\"2147500123\"", "2147500123.0"] {
        let body = ISSUED.replacen(ORDER, same, 1);
        let server = Server::start(vec![json("200 OK", &body)]).await;
        let order = server.client().order(order_id(2_147_500_123)).await;
        assert_eq!(order.unwrap().id, order_id(2_147_500_123));
    }
}

#[tokio::test]
async fn an_order_has_the_certificate_that_was_asked_for() {
    let serial = "0595011F5BEDE541680EFB3F5E79C45E";
    for asked in [serial, &serial.to_lowercase(), &serial[1..]] {
        let key = OrderRef::SerialNumber(asked.to_owned());
        is_held!(ISSUED, serial => "0595011F5BEDE541680EFB3F5E79C45F",
            client => client.order(key.clone()));
        is_held!(ISSUED, "serial_number" => "number", client => client.order(key.clone()));
    }
    let thumbprint = "F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3";
    let key = OrderRef::Thumbprint(thumbprint.to_lowercase());
    is_held!(ISSUED, thumbprint => "039AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3",
        client => client.order(key.clone()));
}

#[tokio::test]
async fn an_answer_to_a_further_certificate_is_of_its_order() {
    let new = || NewCertificate {
        common_name: "shop.example.com".to_owned(),
        ..NewCertificate::default()
    };
    is_held!(fixture!("reissue_created_skip.json"), ORDER => "7",
        client => client.reissue_order(order_id(2_147_500_123), &Reissue::new(new())));
    is_held!(fixture!("duplicate_created.json"), ORDER => "7",
        client => client.duplicate_order(order_id(2_147_500_123), &Duplicate::new(new())));
}

#[tokio::test]
async fn every_other_answer_is_about_what_was_asked_for() {
    is_held!(fixture!("validation_status.json"), ORDER => "2147500124",
        client => client.validation_status(order_id(2_147_500_123)));
    is_held!(fixture!("request.json"), "4400112" => "4400113",
        client => client.request(id(4_400_112)));
    is_held!(fixture!("organization.json"), "778812" => "778813",
        client => client.organization(id(778_812)));
    is_held!(fixture!("domain.json"), "901144" => "901145", client => client.domain(id(901_144)));
    is_held!(fixture!("product.json"), "ssl_basic" => "ssl_ev_basic",
        client => client.product("ssl_basic"));
}

#[test]
fn an_order_bears_the_reference_by_which_it_was_found() {
    let order: Order = serde_json::from_str(ISSUED).unwrap();
    let reference = "tf-3f0a4c1e-7f1d-4c57-9c0e-2d9b6a51c0aa";
    order.hold_against_reference(reference).unwrap();
    let cut = Order {
        alternative_order_id: Some(reference[..32].to_uppercase()),
        ..order.clone()
    };
    cut.hold_against_reference(reference).unwrap();
    let lost = Order {
        alternative_order_id: None,
        ..order.clone()
    };
    lost.hold_against_reference(reference).unwrap();
    let error = order.hold_against_reference("PO-4711").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer is about something else: asked for an order with the reference PO-4711, got \
         tf-3f0a4c1e-7f1d-4c57-9c0e-2d9b6a51c0aa"
    );
}
