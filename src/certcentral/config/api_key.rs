//! The API key: a secret that cannot be printed, and that is removed from whatever a server echoes.

use std::fmt;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use reqwest::header::HeaderValue;

use super::ConfigError;

const REDACTED: &str = "[API key]";

/// An API key. Neither `Debug` nor `Display` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

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
            Ok(Self(key.to_owned()))
        } else {
            Err(ConfigError::ApiKeyCharacters)
        }
    }

    /// The key itself. For the `X-DC-DEVKEY` header only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The key as a header value that HTTP libraries do not log.
    pub(in crate::certcentral) fn header(&self) -> Result<HeaderValue, ConfigError> {
        let mut value =
            HeaderValue::from_str(&self.0).map_err(|_| ConfigError::ApiKeyCharacters)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// A text without the key, however it is written there: plain, percent-encoded, JSON-escaped or in base64.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        let mut clean = text.replace(&self.0, REDACTED);
        for encoded in self.encodings() {
            if clean.contains(&encoded) {
                clean = clean.replace(&encoded, REDACTED);
            }
        }
        clean
    }

    fn encodings(&self) -> [String; 4] {
        let percent = url::form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        let json = self
            .0
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('/', "\\/");
        [
            percent,
            json,
            BASE64.encode(self.0.as_bytes()),
            BASE64URL_NOPAD.encode(self.0.as_bytes()),
        ]
    }
}

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
    fn a_key_that_cannot_be_sent_is_refused_without_being_quoted() {
        assert_eq!(ApiKey::new("  "), Err(ConfigError::EmptyApiKey));
        for key in ["canary\nkey", "canary key", "canaryé"] {
            let error = ApiKey::new(key).unwrap_err();
            assert_eq!(error, ConfigError::ApiKeyCharacters);
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        assert_eq!(ApiKey::new(" key\n").unwrap().expose(), "key");
    }
}
