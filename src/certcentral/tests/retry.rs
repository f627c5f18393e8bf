//! Calls against raw answers, on a clock that stands still until everybody waits.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::server::{Server, Turn, answer, certificate, failed_at, json};
use crate::certcentral::*;

fn patient(server: &Server) -> Client {
    let mut config = server.config();
    config.max_retries = 8;
    config.isolated = Some(1);
    config.allow_revocation = true;
    Client::new(config).unwrap()
}

fn order_id() -> OrderId {
    OrderId::try_from(112_233).unwrap()
}

fn new_order() -> NewOrder {
    NewOrder::new(certificate())
}

fn limited(retry_after: Option<&str>) -> Turn {
    let body = include_str!("../../../tests/fixtures/certcentral/error_429_rate_limit.json");
    let mut bytes = answer("429 Too Many Requests", "application/json", body.as_bytes());
    if let Some(value) = retry_after {
        let header = format!("\r\nRetry-After: {value}");
        let end_of_status = b"HTTP/1.1 429 Too Many Requests".len();
        bytes.splice(end_of_status..end_of_status, header.into_bytes());
    }
    Turn::Answer(bytes)
}

fn page(status: &str) -> Turn {
    Turn::Answer(answer(status, "text/html", b"<html>busy</html>"))
}

fn placed() -> Turn {
    json("201 Created", r#"{"id":112233,"certificate_id":113}"#)
}

fn nothing_found() -> Turn {
    json("200 OK", "{}")
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Places an order as those do who look before they send it again.
async fn persistently_placed(client: &Client) -> Result<PlacedOrder, Error> {
    let began = Instant::now();
    for made in 0.. {
        let attempt = client.repeating(made, began);
        let error = match attempt.place_order("ssl_plus", &new_order()).await {
            Ok(placed) => return Ok(placed),
            Err(error) => error,
        };
        match error.repeat_after() {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(error),
        }
    }
    unreachable!("the attempts end")
}

/// Why a call was given up, and after how many attempts.
fn gave_up(error: &Error) -> (GaveUp, u32) {
    match error {
        Error::GaveUp { end, attempts, .. } => (*end, *attempts),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_is_repeated_for_every_call_after_the_pause_it_asks_for() {
    let server = Server::start(vec![
        limited(Some("7")),
        limited(Some("1")),
        placed(),
        limited(Some("2")),
        nothing_found(),
    ])
    .await;
    let client = patient(&server);
    let begin = Instant::now();
    let order = persistently_placed(&client).await.unwrap();
    assert_eq!(order.id, order_id());
    assert_eq!(begin.elapsed().as_secs(), 8);
    client.orders_by_alternative_id("a").await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 10);
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_429_that_names_no_pause_is_repeated_with_longer_and_longer_ones() {
    let server = Server::start(vec![
        limited(None),
        page("429 Too Many Requests"),
        limited(Some("soon")),
        placed(),
    ])
    .await;
    let begin = Instant::now();
    let order = persistently_placed(&patient(&server)).await;
    assert_eq!(order.unwrap().id, order_id());
    let waited = begin.elapsed();
    assert!(seconds(35) <= waited && waited <= seconds(53), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_date_in_retry_after_counts_by_the_clock_of_the_answer() {
    let dated =
        b"HTTP/1.1 429 Slow\r\nDate: Tue, 16 Oct 2018 20:05:28 GMT\r\nRetry-After: Tue, 16 \
        Oct 2018 20:05:58 GMT\r\n\
        Content-Length: 2\r\n\r\n{}";
    let server = Server::start(vec![Turn::Answer(dated.to_vec()), nothing_found()]).await;
    let begin = Instant::now();
    let found = patient(&server).orders_by_alternative_id("a").await;
    assert!(found.unwrap().is_empty());
    assert_eq!(begin.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn what_is_sure_to_have_no_effect_is_repeated_after_failures_that_pass() {
    let failures = || {
        vec![
            page("502 Bad Gateway"),
            json("503 Service Unavailable", "{}"),
            page("504 Gateway Timeout"),
            json(
                "500 Internal Server Error",
                r#"{"errors":[{"code":"unknown"}]}"#,
            ),
            page("408 Request Timeout"),
            Turn::Answer(Vec::new()),
            Turn::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec()),
        ]
    };
    let mut script = failures();
    script.push(nothing_found());
    let server = Server::start(script).await;
    patient(&server)
        .orders_by_alternative_id("a")
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 8);

    let mut script = failures();
    script.push(json("204 No Content", ""));
    let server = Server::start(script).await;
    let emails = ["a@example.com".to_owned()];
    let update = patient(&server)
        .update_additional_emails(order_id(), &emails)
        .await;
    update.unwrap();
    assert_eq!(server.requests().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn what_changes_something_is_sent_once_unless_nothing_happened_for_certain() {
    let failures = [
        "500 Internal Server Error",
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout",
        "408 Request Timeout",
        "520 Unknown",
    ];
    for status in failures.map(Some).into_iter().chain([None]) {
        let failure = || match status {
            Some(status) => page(status),
            None => Turn::Answer(Vec::new()),
        };
        for call in 0..6 {
            let server = Server::start(vec![failure(), placed()]).await;
            let client = patient(&server);
            let begin = Instant::now();
            let error = match call {
                0 => {
                    let placed = client.place_order("ssl_plus", &new_order()).await;
                    placed.unwrap_err()
                }
                1 => {
                    let revocation = Revocation::default();
                    let revoked = client.revoke_order(order_id(), &revocation).await;
                    revoked.unwrap_err()
                }
                2 => client.cancel_order(order_id(), "no").await.unwrap_err(),
                3 => client
                    .decide_request(1.try_into().unwrap(), Decision::Rejected, "no")
                    .await
                    .unwrap_err(),
                4 => client.add_note(order_id(), "no").await.unwrap_err(),
                _ => {
                    let reissue = Reissue::new(new_order().certificate);
                    let reissued = client.reissue_order(order_id(), &reissue).await;
                    reissued.unwrap_err()
                }
            };
            assert_eq!(error.certainty(), Certainty::Unknown, "{call} {status:?}");
            assert_eq!(server.requests().len(), 1, "{call} {status:?}");
            assert_eq!(begin.elapsed(), Duration::ZERO, "{call} {status:?}");
        }
    }
}

/// Whoever makes such a call looks first: the proof that nothing happened may be wrong.
#[tokio::test(start_paused = true)]
async fn what_buys_or_ends_something_is_left_to_its_caller_to_repeat() {
    for call in 0..5 {
        let server = Server::start(vec![limited(Some("7")), placed()]).await;
        let client = patient(&server);
        let begin = Instant::now();
        let error = match call {
            0 => client
                .place_order("ssl_plus", &new_order())
                .await
                .unwrap_err(),
            1 => client
                .revoke_order(order_id(), &Revocation::default())
                .await
                .unwrap_err(),
            2 => client.cancel_order(order_id(), "no").await.unwrap_err(),
            3 => client
                .decide_request(1.try_into().unwrap(), Decision::Rejected, "no")
                .await
                .unwrap_err(),
            _ => {
                let reissue = Reissue::new(new_order().certificate);
                let reissued = client.reissue_order(order_id(), &reissue).await;
                reissued.unwrap_err()
            }
        };
        assert_eq!(error.repeat_after(), Some(seconds(7)), "{call}");
        assert_eq!(error.certainty(), Certainty::NothingHappened, "{call}");
        assert_eq!(server.requests().len(), 1, "{call}");
        assert_eq!(begin.elapsed(), Duration::ZERO, "{call}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_waits_for_a_host_that_refuses_connections_and_is_sent_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = Server::start(Vec::new()).await;
    let mut config = server.config();
    config.base_url = BaseUrl::new(&format!("http://{address}/services/v2")).unwrap();
    config.max_retries = 8;
    let client = Client::new(config).unwrap();
    let begin = Instant::now();
    let error = persistently_placed(&client).await.unwrap_err();
    assert_eq!(gave_up(&error), (GaveUp::Unreachable, 4));
    assert_eq!(failed_at(&error), TransportKind::Connect);
    assert_eq!(error.certainty(), Certainty::NothingHappened);
    let waited = begin.elapsed();
    assert!(seconds(7) <= waited && waited <= seconds(11), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_again_and_again_says_how_often_it_was_tried() {
    let server = Server::start((0..9).map(|_| limited(None)).collect()).await;
    let error = persistently_placed(&patient(&server)).await.unwrap_err();
    assert_eq!(gave_up(&error), (GaveUp::Exhausted, 9));
    assert_eq!(error.status(), Some(429));
    assert!(error.api().unwrap().has("request_limit_exceeded"));
    assert_eq!(error.certainty(), Certainty::NothingHappened);
    assert_eq!(server.requests().len(), 9);
}

#[tokio::test(start_paused = true)]
async fn an_operation_bounds_the_pauses_of_its_calls() {
    let server = Server::start(vec![limited(Some("60")), nothing_found()]).await;
    let client = patient(&server);
    let begin = Instant::now();
    let hurried = client.within(begin + seconds(50), &CancellationToken::new());
    let error = hurried.orders_by_alternative_id("a").await.unwrap_err();
    assert!(matches!(gave_up(&error), (GaveUp::TimeUp { .. }, 1)));
    // The others know of the 429, too.
    let error = hurried.orders_by_alternative_id("a").await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotSent {
                reason: NotSent::TimeUp,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(begin.elapsed(), Duration::ZERO);
    client.orders_by_alternative_id("a").await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 60);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_pauses_and_leaves_first_attempts_that_need_not_wait() {
    let stop = CancellationToken::new();
    let server = Server::start(vec![page("503 Busy"), limited(Some("60"))]).await;
    let begin = Instant::now();
    let client = patient(&server).within(begin + seconds(600), &stop);
    let stopped = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.cancel();
    };
    let (error, ()) = tokio::join!(client.orders_by_alternative_id("a"), stopped);
    let error = error.unwrap_err();
    assert_eq!(gave_up(&error), (GaveUp::Stopped, 1));
    assert_eq!(begin.elapsed(), Duration::from_millis(500));
    let error = client.orders_by_alternative_id("a").await.unwrap_err();
    assert_eq!(error.status(), Some(429), "sent in spite of the stop");
    let error = client.place_order("ssl_plus", &new_order()).await;
    assert!(
        matches!(
            error,
            Err(Error::NotSent {
                reason: NotSent::Stopped,
                ..
            })
        ),
        "{error:?}"
    );
    assert_eq!(begin.elapsed(), Duration::from_millis(500));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_a_moment_to_looks_that_fill_in_what_was_done() {
    let stalls = || Turn::Stall(Vec::new());
    let server = Server::start(vec![stalls(), stalls()]).await;
    let ended_after = async |fill_in: bool| {
        let (begin, stop) = (Instant::now(), CancellationToken::new());
        let client = patient(&server).within(begin + seconds(600), &stop);
        let client = match fill_in {
            true => client.filling_in(),
            false => client,
        };
        let stopped = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            stop.cancel();
        };
        let (looked, ()) = tokio::join!(client.orders_by_alternative_id("a"), stopped);
        let error = looked.unwrap_err();
        let Error::NotSent { reason, .. } = error.last_attempt() else {
            panic!("{error:?}");
        };
        assert_eq!(*reason, NotSent::Stopped);
        begin.elapsed().as_millis()
    };
    assert_eq!(ended_after(false).await, 500);
    assert_eq!(ended_after(true).await, 2500);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_repeats_nothing_still_gives_the_others_a_respite() {
    let server = Server::start(vec![limited(Some("9")), nothing_found()]).await;
    let client = patient(&server);
    let begin = Instant::now();
    let once = client.without_repeats();
    let error = once.orders_by_alternative_id("a").await.unwrap_err();
    assert!(matches!(error, Error::Api(_)), "{error:?}");
    assert_eq!(begin.elapsed(), Duration::ZERO);
    client.orders_by_alternative_id("a").await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 9);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_key_is_asked_about_once_unless_an_order_is_looked_for() {
    let body = r#"{"errors":[{"code":"access_denied|access_denied_invalid_key","message":"No."}]}"#;
    let server = Server::start(vec![json("403 Forbidden", body), nothing_found()]).await;
    let client = patient(&server);
    for _ in 0..3 {
        let error = client.orders_by_alternative_id("a").await.unwrap_err();
        assert!(error.api().unwrap().has("access_denied"), "{error:?}");
        let error = client.place_order("ssl_plus", &new_order()).await;
        assert_eq!(error.unwrap_err().certainty(), Certainty::NothingHappened);
    }
    assert_eq!(server.requests().len(), 1);
    let urgent = client.urgent();
    assert!(
        urgent
            .orders_by_alternative_id("a")
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(server.requests().len(), 2);
}

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
    assert_eq!(gave_up(&error), (GaveUp::Final, 2));

    // The server is gone after its script, so the last attempts meet no connection.
    let error = update(vec![lost()]).await;
    assert_eq!(failed_at(&error), TransportKind::Connect);
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
    assert_eq!(gave_up(&error), (GaveUp::NoTurn, 1));
    assert_eq!(failed_at(&error), TransportKind::Interrupted);
}

/// What is on its way is not counted before its answer, so a turn that is kept keeps others
/// waiting.
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

#[tokio::test(start_paused = true)]
async fn each_status_of_a_cdn_is_repeated_and_its_neighbours_are_not() {
    for status in 515..535_u16 {
        let server = Server::start(vec![page(&format!("{status} x")), nothing_found()]).await;
        let found = patient(&server).orders_by_alternative_id("a").await;
        let passes = (520..=527).contains(&status);
        assert_eq!(found.is_ok(), passes, "{status}");
        assert_eq!(server.requests().len(), if passes { 2 } else { 1 });
    }
}

/// One order that CertCentral cannot show must not keep a whole plan waiting.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_always_answered_with_500_ends_within_seconds() {
    for body in [r#"{"errors":[{"code":"unknown"}]}"#, "{}", "<html>"] {
        let failure = || json("500 Internal Server Error", body);
        let server = Server::start((0..20).map(|_| failure()).collect()).await;
        let begin = Instant::now();
        let looked = patient(&server).order(order_id()).await;
        let error = looked.unwrap_err();
        assert_eq!(gave_up(&error), (GaveUp::Faulty, 4), "{body}");
        assert_eq!(server.requests().len(), 4);
        assert!(begin.elapsed() < seconds(12), "{:?}", begin.elapsed());
    }
}
