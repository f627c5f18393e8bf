//! The clock of CertCentral: which answers tell it, and what counts as a date.

use reqwest::header::HeaderValue;
use time::macros::{date, datetime};

use super::*;
use crate::certcentral::http::answer::moment;

/// An answer with a `Date`.
fn dated(status: &str, media_type: &str, date: &str) -> Turn {
    let body = match status {
        "404 Not Found" => r#"{"errors":[{"code":"not_found|order","message":"No."}]}"#,
        _ => "{}",
    };
    let bytes = answer(status, media_type, body.as_bytes());
    let text = String::from_utf8(bytes).unwrap();
    Turn::Answer(
        text.replacen("\r\n", &format!("\r\nDate: {date}\r\n"), 1)
            .into_bytes(),
    )
}

#[tokio::test]
async fn the_newest_answer_of_the_api_tells_the_day() {
    const JSON: &str = "application/json";
    let day = |day: u8| format!("Sun, {day:02} Nov 1994 08:49:37 GMT").replace("Sun", weekday(day));
    let server = Server::start(vec![
        dated("403 Forbidden", JSON, &day(3)),
        dated("200 OK", "text/html", &day(4)),
        json("200 OK", "{}"),
        dated("200 OK", JSON, "soon"),
        dated("200 OK", JSON, &day(6)),
        json("200 OK", "{}"),
        dated("200 OK", JSON, "Sun, 32 Nov 1994 08:49:37 GMT"),
        dated("503 Service Unavailable", JSON, &day(9)),
        dated("200 OK", JSON, &day(8)),
        dated("200 OK", JSON, &day(7)),
        dated("404 Not Found", JSON, &day(9)),
    ])
    .await;
    let client = server.client();
    let mut days = Vec::new();
    for _ in 0..11 {
        // What the body says does not matter here.
        drop(client.get_text(&["user", "me"]).await);
        days.push(client.today().map(time::Date::day));
    }
    let sixth = Some(6);
    assert_eq!(
        days,
        [
            None,
            None,
            None,
            None,
            sixth,
            sixth,
            sixth,
            sixth,
            Some(8),
            Some(7),
            Some(9)
        ]
    );
    assert_eq!(client.today(), Some(date!(1994 - 11 - 09)));
}

/// Days of November 1994.
fn weekday(day: u8) -> &'static str {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][usize::from(day % 7)]
}

#[test]
fn a_date_is_read_in_the_forms_of_the_rfc_and_in_no_other() {
    let read = |text: &str| moment(&HeaderValue::from_str(text).unwrap());
    let example = Some(datetime!(1994-11-06 08:49:37 UTC));
    assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), example);
    assert_eq!(read("Sunday, 06-Nov-94 08:49:37 GMT"), example, "RFC 850");
    assert_eq!(read("Sun Nov  6 08:49:37 1994"), example, "asctime");
    for text in [
        "",
        "now",
        "1994-11-06T08:49:37+00:00",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "784111777",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    let not_text = HeaderValue::from_bytes(b"Sun, 06 Nov 1994 08:49:37 GM\xff").unwrap();
    assert_eq!(moment(&not_text), None);
}
