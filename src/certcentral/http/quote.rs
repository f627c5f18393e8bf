//! Quoting an answer in an error: short, on one line, without the API key and without terminal control.

use super::config::ApiKey;

/// Characters that are quoted at most.
const MAX_CHARACTERS: usize = 500;

/// A body as text for an error: at most 500 characters.
pub(crate) fn body(bytes: &[u8], key: &ApiKey) -> String {
    let text = text(&String::from_utf8_lossy(bytes), key);
    match text.char_indices().nth(MAX_CHARACTERS) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A text from the server, in full: the key removed, control characters escaped.
pub(crate) fn text(text: &str, key: &ApiKey) -> String {
    // The key goes first, so that neither cutting nor escaping can leave half of it behind.
    let mut clean = String::with_capacity(text.len());
    for character in key.scrub(text).trim().chars() {
        if is_harmless(character) {
            clean.push(character);
        } else {
            clean.extend(character.escape_unicode());
        }
    }
    clean
}

/// Whether a character cannot move a terminal's cursor, change colours or reverse the direction of text.
fn is_harmless(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ApiKey {
        ApiKey::new("canary-key").unwrap()
    }

    #[test]
    fn control_characters_cannot_reach_a_terminal() {
        assert_eq!(
            body(b"a\x1b[31mred\r\nb\x00 \xe2\x80\xaeabc", &key()),
            "a\\u{1b}[31mred\\u{d}\\u{a}b\\u{0} \\u{202e}abc"
        );
        assert_eq!(body(b"\xff", &key()), "\u{fffd}");
    }

    #[test]
    fn five_hundred_characters_are_quoted() {
        let exact = "é".repeat(500);
        assert_eq!(body(exact.as_bytes(), &key()), exact);
        let longer = "é".repeat(501);
        assert_eq!(body(longer.as_bytes(), &key()), format!("{exact}…"));
    }

    #[test]
    fn no_part_of_the_key_is_left_at_the_cut() {
        for padding in 485..505 {
            let text = format!("{}canary-key", "x".repeat(padding));
            assert!(!body(text.as_bytes(), &key()).contains("can"), "{padding}");
        }
    }
}
