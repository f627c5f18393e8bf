//! The last line of defence for secrets: whatever is about to leave the process as text has them
//! masked.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use data_encoding::BASE64;

/// What a reader sees in place of a secret.
const MASK: &str = "***";

/// Shorter texts are no secrets, and masking them would make every log line unreadable.
const SHORTEST_SECRET: usize = 4;

/// The secrets of this process. Clones share them, so a secret added later is masked everywhere.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Vec<String>>>);

impl Redactor {
    /// Masks `secret` from now on, also where it is escaped for JSON, encoded for a URL or in
    /// base64.
    ///
    /// Secrets of less than four bytes are not masked.
    pub fn add(&self, secret: &str) {
        if secret.len() < SHORTEST_SECRET {
            return;
        }
        let mut secrets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for form in forms(secret) {
            if !secrets.contains(&form) {
                secrets.push(form);
            }
        }
        // A secret may contain another one: the longer goes first, or its rest would stay readable.
        secrets.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    /// Returns `text` with every secret masked.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let secrets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut text = Cow::Borrowed(text);
        for secret in secrets.iter() {
            if text.contains(secret) {
                text = Cow::Owned(text.replace(secret, MASK));
            }
        }
        text
    }
}

/// Shows how many forms there are, never what they are.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secrets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Redactor({} forms)", secrets.len())
    }
}

fn forms(secret: &str) -> [String; 4] {
    let json = serde_json::Value::from(secret).to_string();
    [
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        BASE64.encode(secret.as_bytes()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_masked() {
        let redactor = Redactor::default();
        redactor.add("p/ss\"word");

        assert_eq!(redactor.redact("key p/ss\"word!"), "key ***!");
        assert_eq!(
            redactor.redact(r#"{"key":"p/ss\"word"}"#),
            r#"{"key":"***"}"#
        );
        assert_eq!(redactor.redact("?key=p%2Fss%22word&a"), "?key=***&a");
        assert_eq!(redactor.redact("Basic cC9zcyJ3b3Jk"), "Basic ***");
    }

    #[test]
    fn a_secret_within_a_secret_leaves_no_rest() {
        let redactor = Redactor::default();
        redactor.add("secret");
        redactor.add("secret-and-more");
        assert_eq!(redactor.redact("a secret-and-more b secret"), "a *** b ***");
    }

    #[test]
    fn clones_share_secrets_and_text_without_secrets_is_not_copied() {
        let redactor = Redactor::default();
        let clone = redactor.clone();
        redactor.add("canary");

        assert_eq!(clone.redact("a canary"), "a ***");
        assert!(matches!(clone.redact("nothing here"), Cow::Borrowed(_)));
    }

    #[test]
    fn the_empty_secret_masks_nothing_and_debug_tells_nothing() {
        let redactor = Redactor::default();
        redactor.add("");
        redactor.add("abc");
        assert_eq!(redactor.redact("abc"), "abc");

        redactor.add("canary");
        assert_eq!(format!("{redactor:?}"), "Redactor(2 forms)");
    }
}
