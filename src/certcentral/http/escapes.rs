//! JSON's escapes of characters that need none: `\u0061` for `a`.

/// The same JSON with those characters written plainly, so that a text can be searched. Nothing else of it changes, and a text that is
/// no JSON changes in such sequences only.
pub(crate) fn without_needless(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = &rest[at..];
        let length = match needless(escape) {
            Some(character) => {
                plain.push(character);
                6
            }
            // Two characters at once, so that an escaped backslash begins nothing.
            None => {
                let length = escape.chars().take(2).map(char::len_utf8).sum();
                plain.push_str(&escape[..length]);
                length
            }
        };
        rest = &escape[length..];
    }
    plain.push_str(rest);
    plain
}

/// The character of an escape that begins here and is not needed.
fn needless(text: &str) -> Option<char> {
    let digits = text.strip_prefix("\\u00")?.get(..2)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let character = char::from(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
    (character.is_ascii_graphic() && !matches!(character, '"' | '\\')).then_some(character)
}

#[cfg(test)]
mod tests {
    use super::without_needless;

    #[test]
    fn only_what_needs_no_escape_is_written_plainly() {
        for (json, plain) in [
            (r"\u0061b\u007A", "abz"),
            (r"\\u0061", r"\\u0061"),
            (r"\\\u0061", r"\\a"),
            (
                r"\u0022\u005c\u0020\u00e9\u0009",
                r"\u0022\u005c\u0020\u00e9\u0009",
            ),
            (r"\u00+1\u006\u00", r"\u00+1\u006\u00"),
            (r"\n\/\é", r"\n\/\é"),
            ("\\", "\\"),
            ("", ""),
        ] {
            assert_eq!(without_needless(json), plain, "{json}");
        }
    }
}
