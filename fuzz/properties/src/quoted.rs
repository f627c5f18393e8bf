//! What holds for a text that people read, whatever it quotes.

/// No character of `text` moves the cursor of a terminal, changes its colours or turns the
/// direction of reading; a text may have lines.
pub(crate) fn is_harmless(text: &str) {
    let harmful = |character: &char| {
        character.is_control() && *character != '\n'
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let found = text.chars().find(harmful);
    assert_eq!(found, None, "a text for people holds it: {text:?}");
}

/// `text` holds no `part` of a secret.
pub(crate) fn keeps_secret(text: &str, parts: &[String]) {
    let found = parts.iter().find(|part| text.contains(part.as_str()));
    assert_eq!(found, None, "a text gives it away: {text:?}");
}
