//! Unicode's normal form C, in which core keeps every text.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A text in normal form C. Most have it: PEM, names and ids are ASCII.
pub(in crate::framework) fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_copied_only_to_be_changed() {
        for text in ["", "shop.example.com", "b\u{fc}cher"] {
            assert!(matches!(nfc(text), Cow::Borrowed(same) if same == text));
        }
        assert_eq!(nfc("bu\u{308}cher"), "b\u{fc}cher");
    }
}
