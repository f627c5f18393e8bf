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

/// A piece of a secret that is longer is no word, whatever its letters are.
const LONGEST_WORD: usize = 20;
/// What joins words in names and values of the API.
const JOINTS: &[u8] = b"-_.";

/// What a secret can look like in a text.
#[derive(Clone)]
pub(super) struct Traces {
    /// The secret in every form, the longest first.
    whole: Vec<String>,
    in_text: Parts,
    in_data: Parts,
}

/// Every run of the forms of a secret that is long enough, by its length; of base64 at any place in
/// a longer text, too. Words are no parts: a key such as `sandbox-certificate-tests` shares one
/// with the names and values of the API, and whoever reads it learns nothing.
#[derive(Clone, Default)]
struct Parts(Vec<(usize, HashSet<Vec<u8>>)>);

impl Traces {
    pub(super) fn of(secret: &str) -> Self {
        let mut whole = forms(secret);
        whole.sort_by_key(|form| std::cmp::Reverse(form.len()));
        whole.dedup();
        if secret.len() < SHORTEST_IN_PARTS {
            return Self {
                whole,
                in_text: Parts::default(),
                in_data: Parts::default(),
            };
        }
        Self {
            whole,
            // A person who reads `order_id` reads a word; two words with a dash may well be of the
            // key.
            in_text: Parts::of(secret, b"_"),
            in_data: Parts::of(secret, JOINTS),
        }
    }

    /// The forms to look for where parts cannot be: the secret in every encoding, and its end,
    /// which is what people quote.
    pub(super) fn forms(&self, secret: &str) -> Vec<String> {
        let mut forms = self.whole.clone();
        if secret.len() >= SHORTEST_IN_PARTS {
            let end = &secret[secret.len() - PART..];
            if !is_wording(&words(secret, JOINTS)[secret.len() - PART..]) {
                forms.push(end.to_owned());
                forms.push(reversed(end));
            }
        }
        forms
    }

    /// The text with `mask` in place of every trace.
    pub(super) fn scrub(&self, text: &str, mask: &str) -> String {
        self.scrubbed(text, mask, &self.in_text)
    }

    /// JSON with `mask` in place of every trace in its texts. Names of members stay: they are the
    /// API's, and an answer without them cannot be read.
    pub(super) fn scrub_json(&self, json: &str, mask: &str) -> String {
        let mut clean = String::with_capacity(json.len());
        let mut rest = json;
        while let Some(start) = rest.find('"') {
            let (before, text) = rest.split_at(start + 1);
            clean.push_str(before);
            let (text, after) = text.split_at(end_of_text(text));
            let is_name = after
                .strip_prefix('"')
                .is_some_and(|after| after.trim_start().starts_with(':'));
            if is_name {
                clean.push_str(text);
            } else {
                clean.push_str(&self.scrubbed(text, mask, &self.in_data));
            }
            let (end, after) = after.split_at(after.len().min(1));
            clean.push_str(end);
            rest = after;
        }
        clean.push_str(rest);
        clean
    }

    fn scrubbed(&self, text: &str, mask: &str, parts: &Parts) -> String {
        let mut clean = text.to_owned();
        for form in &self.whole {
            if clean.contains(form.as_str()) {
                clean = clean.replace(form.as_str(), mask);
            }
        }
        parts.masked(&clean, mask).unwrap_or(clean)
    }
}

impl Parts {
    /// The parts of a secret in which `joints` join words to longer words.
    fn of(secret: &str, joints: &[u8]) -> Self {
        let words = words(secret, joints);
        let wording = wording(secret.as_bytes(), &words);
        let text = in_text(secret)
            .iter()
            .flat_map(|form| form.as_bytes().windows(PART))
            .filter(|run| !wording.contains(run))
            .map(<[u8]>::to_vec)
            .collect();
        // What is encoded is no word in itself, but a certificate holds words, too.
        let words = self::words(secret, JOINTS);
        let whole = in_base64(secret).map(|text| Encoded {
            text,
            bits: 6,
            start: 0,
        });
        let fragments = (0..3).flat_map(|offset| within_base64(secret, offset));
        let base64 = whole.into_iter().chain(fragments);
        let base64 = base64.flat_map(|form| form.runs(PART_IN_BASE64, &words));
        let hex = in_hex(secret).map(|text| Encoded {
            text,
            bits: 4,
            start: 0,
        });
        let hex = hex.iter().flat_map(|form| form.runs(PART_IN_HEX, &words));
        Self(vec![
            (PART, text),
            (PART_IN_BASE64, base64.collect()),
            (PART_IN_HEX, hex.collect()),
        ])
    }

    /// The text without parts, or none if there are none. A part is ASCII, so it begins and ends
    /// between characters.
    fn masked(&self, text: &str, mask: &str) -> Option<String> {
        let mut clean = String::new();
        let mut masked_to = 0;
        for start in 0..text.len() {
            let Some(length) = self.at(&text.as_bytes()[start..]) else {
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
    fn at(&self, text: &[u8]) -> Option<usize> {
        self.0
            .iter()
            .filter(|(length, runs)| text.get(..*length).is_some_and(|run| runs.contains(run)))
            .map(|(length, _)| *length)
            .max()
    }
}

/// A secret in an encoding: how many of its bits a character holds, and with which one the text
/// begins.
struct Encoded {
    text: String,
    bits: usize,
    start: usize,
}

impl Encoded {
    /// The runs that hold more than words of the secret.
    fn runs(&self, length: usize, words: &[bool]) -> Vec<Vec<u8>> {
        let runs = self.text.as_bytes().windows(length).enumerate();
        let told = runs.filter(|(index, _)| {
            let from = self.start + index * self.bits;
            let to = (from + length * self.bits) / 8;
            // Bytes of which only some bits are there could be others as well.
            let bytes = words.get(from.div_ceil(8)..to.min(words.len()));
            !bytes.is_some_and(is_wording)
        });
        told.map(|(_, run)| run.to_vec()).collect()
    }
}

/// Says of each byte of a secret whether it belongs to a word or to what joins words: a piece
/// between other characters than letters and digits that has small letters only. A stretch of
/// letters within other characters is chance.
fn words(secret: &str, joints: &[u8]) -> Vec<bool> {
    let mut words = Vec::with_capacity(secret.len());
    for piece in secret.split_inclusive(|it: char| !it.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|it: char| !it.is_ascii_alphanumeric());
        let is_word =
            word.len() <= LONGEST_WORD && word.bytes().all(|byte| byte.is_ascii_lowercase());
        words.extend(word.bytes().map(|_| is_word));
        let joint = &piece.as_bytes()[word.len()..];
        words.extend(joint.iter().map(|byte| joints.contains(byte)));
    }
    words
}

/// Whether bytes are nothing but words, by what [`words`] says of them.
fn is_wording(bytes: &[bool]) -> bool {
    bytes.iter().all(|is_word| *is_word)
}

/// The runs of a secret that are nothing but words.
fn wording<'a>(secret: &'a [u8], words: &[bool]) -> HashSet<&'a [u8]> {
    let runs = secret.windows(PART).zip(words.windows(PART));
    runs.filter(|(_, words)| is_wording(words))
        .map(|(run, _)| run)
        .collect()
}

/// Where the text of a JSON string ends that begins here: at its closing quote.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.unwrap_or(text.len())
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

fn in_base64(secret: &str) -> [String; 3] {
    [BASE64, BASE64_NOPAD, BASE64URL_NOPAD].map(|encoding| encoding.encode(secret.as_bytes()))
}

fn in_hex(secret: &str) -> [String; 2] {
    [HEXLOWER, HEXUPPER].map(|encoding| encoding.encode(secret.as_bytes()))
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
fn within_base64(secret: &str, offset: usize) -> [Encoded; 2] {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret.as_bytes());
    let first = (offset * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    [BASE64_NOPAD.encode(&bytes), BASE64URL_NOPAD.encode(&bytes)].map(|text| Encoded {
        text: text[first..last].to_owned(),
        bits: 6,
        start: first * 6 - offset * 8,
    })
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
                for run in encoded.as_bytes().windows(PART_IN_BASE64) {
                    let run = String::from_utf8(run.to_vec()).unwrap();
                    let is_of_the_secret = (0..3)
                        .flat_map(|offset| within_base64(SECRET, offset))
                        .any(|fragment| fragment.text.contains(&run));
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

    /// Keys that people make up of words of the API, and answers that say nothing of them.
    #[test]
    fn an_answer_is_read_whatever_words_the_key_is_made_of() {
        let answers = [
            include_str!("../../../tests/fixtures/certcentral/order_create_request.json"),
            r#"{"certificate":{"id":7},"status":"needs_approval","dcv_method":"dns-txt-token","order_validity":{"years":1}}"#,
            r#"{"errors":[{"code":"invalid_certificate","message":"The organization is not validated"}]}"#,
        ];
        for key in [
            "sandbox-certificate-tests",
            "sandbox-organization-order_validity-1",
            "our-needs_approval-dns-txt-token-key",
            "certificate.common_name.7f3dq81x",
            "x9-order_create_request-signature_hash",
        ] {
            let traces = Traces::of(key);
            for answer in answers {
                assert_eq!(traces.scrub_json(answer, "#"), answer, "{key}");
            }
            let echo = format!(r#"{{"{key}": "{key}", "note":["say \"{key}\"", 7, null]}}"#);
            let masked = format!(r##"{{"{key}": "#", "note":["say \"#\"", 7, null]}}"##);
            assert_eq!(traces.scrub_json(&echo, "#"), masked);
            for word in [
                "certificate",
                "organization",
                "order_validity",
                "signature_hash",
            ] {
                let message = format!("missing field `{word}`");
                assert_eq!(traces.scrub(&message, "#"), message, "{key}");
                for before in 0..3 {
                    let text = BASE64.encode(format!("{}{word}. And", &"---"[before..]).as_bytes());
                    assert_eq!(traces.scrub(&text, "#"), text, "{key}");
                }
            }
        }
        let traces = Traces::of("certificate.common_name.7f3dq81x");
        assert_eq!(traces.scrub_json(r#"["e.7f3dq8"]"#, "#"), r##"["#"]"##);
        assert!(
            !Traces::of("sandbox-of-certificate")
                .forms("sandbox-of-certificate")
                .contains(&"tificate".to_owned())
        );
    }

    /// Letters that stand together by chance are no word.
    #[test]
    fn a_random_key_has_no_words() {
        let keys = [
            "k3abcdefghij9zzyxwvutsrq4p",
            "Kabcdefghij-9zzyxwvutsrq4pQ",
            "abcdefghijklmnopqrstuvwxyzabcdef",
        ];
        for key in keys {
            let traces = Traces::of(key);
            for start in 0..=key.len() - PART {
                let part = &key[start..start + PART];
                assert_eq!(traces.scrub(&format!("<{part}>"), "#"), "<#>", "{key}");
                let data = format!("[\"<{part}>\"]");
                assert_eq!(traces.scrub_json(&data, "#"), "[\"<#>\"]", "{key}");
            }
        }
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
