//! The limit of orders under the orders of many tasks at the same time.

use futures_util::future::join_all;

use super::server::{Server, Turn, answer, certificate, json as json_answer};
use crate::certcentral::*;

const CREATED: &str = r#"{"id":2147500123}"#;
const REFUSED: &str = r#"{"errors":[{"code":"invalid_value","message":"No."}]}"#;

fn order() -> NewOrder {
    NewOrder::new(certificate())
}

fn limited(server: &Server, limit: u32) -> Client {
    let mut config = server.config();
    config.max_orders = Some(limit);
    Client::new(config).unwrap()
}

fn is_over_the_limit(error: &Error) -> bool {
    matches!(error, Error::Config(ConfigError::OrderLimit { .. }))
}

#[tokio::test]
async fn sixty_orders_at_the_same_time_are_exactly_fifty_posts() {
    let script = (0..60).map(|_| json_answer("201 Created", CREATED));
    let server = Server::start(script.collect()).await;
    let client = limited(&server, 50);
    let order = order();
    let orders = (0..60).map(|_| {
        let client = client.clone();
        let order = &order;
        async move { client.place_order("ssl_basic", order).await }
    });
    let outcomes = join_all(orders).await;
    let placed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert_eq!(placed, 50);
    assert_eq!(refused.filter(|error| is_over_the_limit(error)).count(), 10);
    assert_eq!(server.requests().len(), 50);
}

#[tokio::test]
async fn a_refused_order_makes_room_and_a_lost_one_does_not() {
    let server = Server::start(vec![
        json_answer("400 Bad Request", REFUSED),
        Turn::Answer(answer("429 Too Many Requests", "text/html", b"<html>")),
        json_answer("201 Created", CREATED),
        Turn::Answer(Vec::new()),
        json_answer("201 Created", CREATED),
    ])
    .await;
    let client = limited(&server, 2);
    let order = order();
    let place = || client.place_order("ssl_basic", &order);
    for _ in 0..2 {
        assert_eq!(
            place().await.unwrap_err().certainty(),
            Certainty::NothingHappened
        );
    }
    assert!(place().await.is_ok());
    assert_eq!(place().await.unwrap_err().certainty(), Certainty::Unknown);
    assert!(is_over_the_limit(&place().await.unwrap_err()));
    assert_eq!(server.requests().len(), 4);
}
