//! The pause that an answer asks for (RFC 9110, 10.2.3): seconds, or a date.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderValue;

/// Zero, and a date that has passed, would be no pause.
const SHORTEST: Duration = Duration::from_secs(1);
/// Nobody waits longer on a header's word.
const LONGEST: Duration = Duration::from_secs(300);

/// The pause of a `Retry-After` header, between one second and five minutes. `now` is the time of the clock that wrote it. What
/// cannot be read asks for nothing.
pub(crate) fn pause(header: &HeaderValue, now: SystemTime) -> Option<Duration> {
    let text = header.to_str().ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let asked = if is_number {
        // A number that is too large to be read is a long time all the same.
        text.parse().map_or(LONGEST, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        until.duration_since(now).unwrap_or_default()
    };
    Some(asked.clamp(SHORTEST, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_kept_between_a_second_and_five_minutes() {
        let now = httpdate::parse_http_date("Tue, 16 Oct 2018 20:05:28 GMT").unwrap();
        let table = [
            ("1", Some(1)),
            (" 30 ", Some(30)),
            ("0", Some(1)),
            ("300", Some(300)),
            ("301", Some(300)),
            ("31536000", Some(300)),
            ("99999999999999999999999999", Some(300)),
            ("Tue, 16 Oct 2018 20:06:28 GMT", Some(60)),
            ("Tue, 16 Oct 2018 20:05:28 GMT", Some(1)),
            ("Tue, 16 Oct 2018 20:00:00 GMT", Some(1)),
            ("Wed, 16 Oct 2019 20:05:28 GMT", Some(300)),
            ("Tuesday, 16-Oct-18 20:06:28 GMT", Some(60)),
            ("", None),
            ("-5", None),
            ("+5", None),
            ("1.5", None),
            ("soon", None),
            ("5 seconds", None),
            ("2018-10-16T20:06:28Z", None),
        ];
        for (text, seconds) in table {
            let header = HeaderValue::from_str(text).unwrap();
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(pause(&header, now), expected, "{text:?}");
        }
        let not_text = HeaderValue::from_bytes(b"\xff").unwrap();
        assert_eq!(pause(&not_text, now), None);
    }
}
