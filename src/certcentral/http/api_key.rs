//! The API key: a secret that cannot be printed, and that is removed from whatever a server echoes.

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use serde::de::IgnoredAny;

use super::error::ConfigError;
use super::redaction::{Traces, without_needless_escapes};

const REDACTED: &str = "[API key]";
/// Characters of an answer that are quoted at most.
const MAX_QUOTED: usize = 500;

/// An API key. Neither `Debug` nor `Display` shows it.
#[derive(Clone)]
pub struct ApiKey {
    key: String,
    traces: Arc<Traces>,
}

impl ApiKey {
    /// Takes a key, without the white space around it.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if it is empty or cannot be sent in a header; the error does not quote it.
    pub fn new(key: impl AsRef<str>) -> Result<Self, ConfigError> {
        let key = key.as_ref().trim();
        if key.is_empty() {
            return Err(ConfigError::EmptyApiKey);
        }
        if key.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self {
                key: key.to_owned(),
                traces: Arc::new(Traces::of(key)),
            })
        } else {
            Err(ConfigError::ApiKeyCharacters)
        }
    }

    /// The key itself. For the `X-DC-DEVKEY` header only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.key
    }

    /// The key as a header value that HTTP libraries do not log.
    pub(crate) fn header(&self) -> Result<HeaderValue, ConfigError> {
        let mut value =
            HeaderValue::from_str(&self.key).map_err(|_| ConfigError::ApiKeyCharacters)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// A text without the key, however it is written there: plain, backwards, percent-encoded,
    /// JSON-escaped, in base64 or in hexadecimal, and, if the key is a long one, without any part
    /// of it of eight characters or more.
    pub(crate) fn scrub(&self, text: &str) -> String {
        self.traces.scrub(text, REDACTED)
    }

    /// Texts that give the key away, for a log that masks what it is told: the key in every
    /// encoding, and its end.
    #[must_use]
    pub fn forms(&self) -> Vec<String> {
        self.traces.forms(&self.key)
    }

    /// One line of JSON without the key in its values.
    pub(super) fn scrub_json(&self, json: &str) -> String {
        self.traces.scrub_json(json, REDACTED)
    }

    /// A body without the key, also where JSON spells it with escapes that it does not need; the
    /// names of members stay. One that is no text stays as it is: it is never data, and it is
    /// quoted through [`ApiKey::scrub`] only.
    pub(crate) fn scrub_body(&self, body: Vec<u8>) -> Vec<u8> {
        match std::str::from_utf8(&body) {
            Ok(text) => {
                let plain = without_needless_escapes(text);
                let is_json = serde_json::from_str::<IgnoredAny>(&plain).is_ok();
                match is_json {
                    true => self.scrub_json(&plain),
                    false => self.scrub(&plain),
                }
                .into_bytes()
            }
            Err(_) => body,
        }
    }

    /// A body as text for an error, on one line: at most 500 characters.
    pub(super) fn quote(&self, body: &[u8]) -> String {
        let text = self.harmless(&String::from_utf8_lossy(body));
        match text.char_indices().nth(MAX_QUOTED) {
            None => text,
            Some((end, _)) => format!("{}…", &text[..end]),
        }
    }

    /// A text from the server, in full: the key removed, control characters escaped.
    pub(super) fn harmless(&self, text: &str) -> String {
        // The key goes first, so that neither cutting nor escaping can leave half of it behind.
        harmless(self.scrub(text).trim())
    }
}

/// Escapes what could move a terminal's cursor, change colours or reverse the direction of text.
pub(crate) fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        let turns_text = matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        );
        if character.is_control() || turns_text {
            clean.extend(character.escape_unicode());
        } else {
            clean.push(character);
        }
    }
    clean
}

impl PartialEq for ApiKey {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for ApiKey {}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_never_printed() {
        let key = ApiKey::new("canary-key-1234").unwrap();
        assert_eq!(
            format!("{key} {key:?} {key:#?}"),
            "[API key] [API key] [API key]"
        );
        assert!(key.header().unwrap().is_sensitive());
        assert_eq!(key.header().unwrap(), "canary-key-1234");
        assert_eq!(key.expose(), "canary-key-1234");
    }

    #[test]
    fn the_key_is_scrubbed_in_every_encoding() {
        let key = ApiKey::new("canary/key+1=\"2").unwrap();
        let echoes = [
            "canary/key+1=\"2",
            "canary%2Fkey%2B1%3D%222",
            "canary\\/key+1=\\\"2",
            "Y2FuYXJ5L2tleSsxPSIy",
        ];
        for echo in echoes {
            assert_eq!(key.scrub(&format!("a {echo} b")), "a [API key] b", "{echo}");
        }
        assert_eq!(key.scrub("nothing here"), "nothing here");
    }

    #[test]
    fn a_body_that_is_text_is_scrubbed_and_stays_json() {
        let key = ApiKey::new("canary/key+1=\"2").unwrap();
        let body = br#"{"id":7,"note":"canary\/key+1=\"2"}"#.to_vec();
        let clean: serde_json::Value = serde_json::from_slice(&key.scrub_body(body)).unwrap();
        assert_eq!(clean, serde_json::json!({"id": 7, "note": "[API key]"}));
        assert_eq!(key.scrub_body(vec![0xff, 0xfe]), [0xff, 0xfe]);
    }

    #[test]
    fn a_body_that_spells_the_key_with_escapes_is_scrubbed() {
        let key = ApiKey::new("canary/key+1=\"2").unwrap();
        let body = br#"{"note":"\u0063anary\/\u006Bey\u002b1=\"2 \u00e9"}"#.to_vec();
        let clean: serde_json::Value = serde_json::from_slice(&key.scrub_body(body)).unwrap();
        assert_eq!(clean, serde_json::json!({"note": "[API key] é"}));
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_refused_without_being_quoted() {
        assert_eq!(ApiKey::new("  "), Err(ConfigError::EmptyApiKey));
        for key in ["canary\nkey", "canary key", "canaryé"] {
            let error = ApiKey::new(key).unwrap_err();
            assert_eq!(error, ConfigError::ApiKeyCharacters);
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        assert_eq!(ApiKey::new(" key\n").unwrap().expose(), "key");
    }

    fn key() -> ApiKey {
        ApiKey::new("canary-key").unwrap()
    }

    #[test]
    fn control_characters_cannot_reach_a_terminal() {
        assert_eq!(
            key().quote(b"a\x1b[31mred\r\nb\x00 \xe2\x80\xaeabc"),
            "a\\u{1b}[31mred\\u{d}\\u{a}b\\u{0} \\u{202e}abc"
        );
        assert_eq!(key().quote(b"\xff"), "\u{fffd}");
    }

    #[test]
    fn five_hundred_characters_are_quoted() {
        let exact = "é".repeat(500);
        assert_eq!(key().quote(exact.as_bytes()), exact);
        let longer = "é".repeat(501);
        assert_eq!(key().quote(longer.as_bytes()), format!("{exact}…"));
    }

    #[test]
    fn no_part_of_the_key_is_left_at_the_cut() {
        for padding in 485..505 {
            let text = format!("{}canary-key", "x".repeat(padding));
            assert!(!key().quote(text.as_bytes()).contains("can"), "{padding}");
        }
    }
}
