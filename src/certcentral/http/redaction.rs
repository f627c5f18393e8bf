//! Finding a secret in a text, however it got there: whole or in part, forwards or backwards, and
//! as encodings write it.

use std::collections::HashSet;
use std::fmt;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

/// Characters that give a part of a secret away.
const PART: usize = 8;
/// The same in base64, where a character holds six bits. Shorter runs occur in certificates by
/// chance: a key of the sandbox and the name of its authority share a word.
const PART_IN_BASE64: usize = 10;
/// The same in hexadecimal.
const PART_IN_HEX: usize = 2 * PART;
/// Shorter secrets are looked for as a whole only: an eighth of a word is no secret.
const SHORTEST_IN_PARTS: usize = 24;

/// What a secret can look like in a text.
#[derive(Clone)]
pub(super) struct Traces {
    /// The secret in every form, the longest first.
    whole: Vec<String>,
    /// Every run of those forms that is long enough, by its length; of base64 at any place in a
    /// longer text, too.
    parts: Vec<(usize, HashSet<Vec<u8>>)>,
}

impl Traces {
    pub(super) fn of(secret: &str) -> Self {
        let mut whole = forms(secret);
        whole.sort_by_key(|form| std::cmp::Reverse(form.len()));
        whole.dedup();
        let parts = if secret.len() < SHORTEST_IN_PARTS {
            Vec::new()
        } else {
            let fragments = (0..3).flat_map(|offset| within_base64(secret, offset));
            let base64 = in_base64(secret).into_iter().chain(fragments).collect();
            [
                (PART, in_text(secret)),
                (PART_IN_BASE64, base64),
                (PART_IN_HEX, in_hex(secret)),
            ]
            .map(|(length, sources): (usize, Vec<String>)| {
                let runs = sources.iter().flat_map(|source| runs(source, length));
                (length, runs.collect())
            })
            .into()
        };
        Self { whole, parts }
    }

    /// The forms to look for where parts cannot be: the secret in every encoding, and its end,
    /// which is what people quote.
    pub(super) fn forms(&self, secret: &str) -> Vec<String> {
        let mut forms = self.whole.clone();
        if secret.len() >= SHORTEST_IN_PARTS {
            let end = &secret[secret.len() - PART..];
            forms.push(end.to_owned());
            forms.push(reversed(end));
        }
        forms
    }

    /// The text with `mask` in place of every trace.
    pub(super) fn scrub(&self, text: &str, mask: &str) -> String {
        let mut clean = text.to_owned();
        for form in &self.whole {
            if clean.contains(form.as_str()) {
                clean = clean.replace(form.as_str(), mask);
            }
        }
        self.without_parts(&clean, mask).unwrap_or(clean)
    }

    /// The text without parts, or none if there are none. A part is ASCII, so it begins and ends
    /// between characters.
    fn without_parts(&self, text: &str, mask: &str) -> Option<String> {
        let mut clean = String::new();
        let mut masked_to = 0;
        for start in 0..text.len() {
            let Some(length) = self.part_at(&text.as_bytes()[start..]) else {
                continue;
            };
            if start > masked_to || masked_to == 0 {
                clean.push_str(&text[masked_to..start]);
                clean.push_str(mask);
            }
            masked_to = masked_to.max(start + length);
        }
        (masked_to > 0).then(|| {
            clean.push_str(&text[masked_to..]);
            clean
        })
    }

    /// The length of the longest part with which a text begins.
    fn part_at(&self, text: &[u8]) -> Option<usize> {
        self.parts
            .iter()
            .filter(|(length, runs)| text.get(..*length).is_some_and(|run| runs.contains(run)))
            .map(|(length, _)| *length)
            .max()
    }
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Traces({} forms)", self.whole.len())
    }
}

fn forms(secret: &str) -> Vec<String> {
    let mut forms = in_text(secret);
    forms.extend(in_base64(secret));
    forms.extend(in_hex(secret));
    forms
}

fn in_text(secret: &str) -> Vec<String> {
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = secret.replace('\\', "\\\\").replace('"', "\\\"");
    vec![
        secret.to_owned(),
        reversed(secret),
        percent_in_lower_case(&percent),
        percent,
        json.replace('/', "\\/"),
        json,
    ]
}

fn in_base64(secret: &str) -> Vec<String> {
    [BASE64, BASE64_NOPAD, BASE64URL_NOPAD]
        .iter()
        .map(|encoding| encoding.encode(secret.as_bytes()))
        .collect()
}

fn in_hex(secret: &str) -> Vec<String> {
    [HEXLOWER, HEXUPPER]
        .iter()
        .map(|encoding| encoding.encode(secret.as_bytes()))
        .collect()
}

fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

fn percent_in_lower_case(percent: &str) -> String {
    let mut digits = 0;
    let lower = percent.chars().map(|character| {
        if character == '%' {
            digits = 2;
            return character;
        }
        if digits == 0 {
            return character;
        }
        digits -= 1;
        character.to_ascii_lowercase()
    });
    lower.collect()
}

/// The characters of base64 that come from the secret alone when `offset` bytes (of any multiple of
/// three) stand before it.
fn within_base64(secret: &str, offset: usize) -> [String; 2] {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret.as_bytes());
    let first = (offset * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    [BASE64_NOPAD.encode(&bytes), BASE64URL_NOPAD.encode(&bytes)]
        .map(|text| text[first..last].to_owned())
}

fn runs(text: &str, length: usize) -> impl Iterator<Item = Vec<u8>> {
    text.as_bytes().windows(length).map(<[u8]>::to_vec)
}

/// Returns the same JSON without escapes of characters that need none, as `\u0061` for `a`, so
/// that a text can be searched. Nothing else of it changes, and a text that is
/// no JSON changes in such sequences only.
pub(super) fn without_needless_escapes(json: &str) -> String {
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
    use super::*;

    const SECRET: &str = "Kd8/f3+Qz7\"x~1LmN0pR5tVwY2aBcE4h";

    fn scrub(text: &str) -> String {
        Traces::of(SECRET).scrub(text, "#")
    }

    #[test]
    fn every_form_of_the_secret_is_masked_with_nothing_left() {
        for form in forms(SECRET) {
            assert_eq!(scrub(&format!("é {form} é")), "é # é", "{form}");
        }
    }

    #[test]
    fn every_part_of_eight_bytes_is_masked() {
        for end in [8, 9, 20, SECRET.len()] {
            assert_eq!(scrub(&format!("<{}>", &SECRET[end - 8..end])), "<#>");
        }
        let backwards: String = SECRET.chars().rev().collect();
        assert_eq!(scrub(&format!("{}é", &backwards[..8])), "#é");
        assert_eq!(scrub(&format!("{} {}", &SECRET[..8], &SECRET[24..])), "# #");
        assert_eq!(scrub(&SECRET[..8]), "#");
        let seven = &SECRET[..7];
        assert_eq!(scrub(seven), seven);
    }

    #[test]
    fn base64_of_a_longer_text_is_masked_wherever_the_secret_stands_in_it() {
        for before in 0..7 {
            let text = format!("{}{SECRET}and more", &"user-x:"[..before]);
            for encoded in [
                BASE64.encode(text.as_bytes()),
                BASE64URL_NOPAD.encode(text.as_bytes()),
            ] {
                let clean = scrub(&encoded);
                let longest = clean.split('#').map(str::len).max().unwrap();
                assert!(clean.contains('#'), "{encoded}");
                assert!(longest < encoded.len() / 2, "{clean}");
                // What is left of the secret is shorter than a part.
                for run in runs(&encoded, PART_IN_BASE64) {
                    let run = String::from_utf8(run).unwrap();
                    let is_of_the_secret = (0..3)
                        .flat_map(|offset| within_base64(SECRET, offset))
                        .any(|fragment| fragment.contains(&run));
                    assert!(
                        !is_of_the_secret || !clean.contains(&run),
                        "{run} in {clean}"
                    );
                }
            }
        }
    }

    #[test]
    fn parts_in_hexadecimal_are_masked() {
        let hex = HEXLOWER.encode(SECRET.as_bytes());
        assert_eq!(scrub(&format!("<{}>", &hex[6..22])), "<#>");
        assert_eq!(scrub(&hex[6..20]), &hex[6..20]);
    }

    /// A certificate whose names share a word with the key is still a certificate.
    #[test]
    fn a_word_in_common_is_no_trace() {
        let traces = Traces::of("sandbox-of-somebody-else");
        for before in 0..6 {
            for name in ["CertCentral Sandbox Root CA", "the sandbox", "sandbox_1"] {
                let text = BASE64.encode(format!("{}{name}", &"-----"[..before.min(5)]).as_bytes());
                assert_eq!(traces.scrub(&text, "#"), text, "{name}");
            }
        }
        assert_eq!(traces.scrub("by sandbox-of me", "#"), "by # me");
    }

    #[test]
    fn a_short_secret_is_masked_as_a_whole_only() {
        let traces = Traces::of("sandbox-test");
        assert_eq!(
            traces.scrub("a sandbox-test in a sandbox", "#"),
            "a # in a sandbox"
        );
        assert_eq!(traces.scrub("box-test", "#"), "box-test");
        assert!(
            !traces
                .forms("sandbox-test")
                .contains(&"box-test".to_owned())
        );
    }

    #[test]
    fn what_others_look_for_ends_with_the_end_of_the_secret() {
        let forms = Traces::of(SECRET).forms(SECRET);
        for form in [SECRET, "2aBcE4h", "h4EcBa2Y", "Y2aBcE4h"] {
            let found = forms.iter().any(|known| known.ends_with(form));
            assert!(found, "{form}");
        }
        assert!(!format!("{:?}", Traces::of(SECRET)).contains("aBcE"));
    }

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
            assert_eq!(without_needless_escapes(json), plain, "{json}");
        }
    }
}
