//! Several attempts of one call: one that was not answered may have taken effect, whatever becomes of those after it.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{limited, order_id, patient, seconds};
use crate::certcentral::tests::server::{Server, Turn, answer, json};
use crate::certcentral::*;

#[tokio::test(start_paused = true)]
async fn what_a_later_attempt_proves_says_nothing_of_an_earlier_one() {
    let lost = || Turn::Answer(Vec::new());
    let refused = || {
        json(
            "400 Bad Request",
            r#"{"errors":[{"code":"invalid_value","message":"No."}]}"#,
        )
    };
    let update = async |script: Vec<Turn>| {
        let server = Server::start(script).await;
        let client = patient(&server);
        let error = client.update_additional_emails(order_id(), &[]).await;
        error.unwrap_err()
    };
    let error = update(vec![limited(Some("1")), refused()]).await;
    assert_eq!(error.certainty(), Certainty::NothingHappened);
    assert!(matches!(error, Error::Api(_)), "{error:?}");

    let error = update(vec![lost(), refused()]).await;
    assert_eq!(error.certainty(), Certainty::Unknown, "{error:?}");
    assert_eq!(error.api().unwrap().status, 400);
    let Error::GaveUp {
        attempts: 2,
        end: GaveUp::Final,
        ..
    } = error
    else {
        panic!("{error:?}");
    };

    // The server is gone after its script, so the last attempts meet no connection.
    let error = update(vec![lost()]).await;
    let last = error.last_attempt();
    let is_refused = matches!(
        last,
        Error::Transport {
            kind: TransportKind::Connect,
            ..
        }
    );
    assert!(is_refused, "{last:?}");
    assert_eq!(error.certainty(), Certainty::Unknown, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_got_no_turn_does_not_hide_the_one_before_it() {
    let server = Server::start(vec![Turn::Answer(Vec::new())]).await;
    let mut config = server.config();
    config.max_retries = 8;
    config.rate_windows = vec![RateWindow {
        calls: 1,
        reserve: 0,
        length: seconds(180),
        on_its_way: Duration::ZERO,
    }];
    let deadline = Instant::now() + seconds(60);
    let client = Client::new(config).unwrap();
    let client = client.within(deadline, &CancellationToken::new());
    let error = client.update_additional_emails(order_id(), &[]).await;
    let error = error.unwrap_err();
    assert_eq!(error.certainty(), Certainty::Unknown, "{error:?}");
    let Error::GaveUp {
        last,
        attempts: 1,
        end: GaveUp::NoTurn,
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    let is_lost = matches!(
        *last,
        Error::Transport {
            kind: TransportKind::Interrupted,
            ..
        }
    );
    assert!(is_lost, "{last:?}");
}

/// What is on its way is not counted before its answer, so a turn that is kept keeps others waiting.
#[tokio::test(start_paused = true)]
async fn a_turn_ends_with_its_answer_and_not_with_the_pause_after_it() {
    let server = Server::start(vec![
        Turn::Answer(answer("503 Busy", "text/html", b"busy")),
        json("200 OK", "{}"),
    ])
    .await;
    let mut config = server.config();
    config.max_retries = 1;
    config.isolated = Some(1);
    config.rate_windows = vec![RateWindow {
        calls: 1,
        reserve: 0,
        length: seconds(10),
        on_its_way: seconds(60),
    }];
    let client = Client::new(config).unwrap();
    let begin = Instant::now();
    client.orders_by_alternative_id("a").await.unwrap();
    assert_eq!(begin.elapsed(), seconds(10));
    assert_eq!(server.requests().len(), 2);
}
