//! PEM blocks: split a text into labelled DER, and write DER back in one canonical form.
//!
//! Reads what people paste and servers send: CRLF or LF, any line width, indented here-documents,
//! text between blocks.

use std::fmt::Write;

use data_encoding::BASE64;

/// Characters in a full line of a PEM body (RFC 7468 section 2).
const LINE: usize = 64;
pub(super) const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One PEM block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    pub(super) der: Vec<u8>,
}

/// Why a text is not PEM. Names places, never content: what was pasted may be a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PemError {
    #[error("a BEGIN line has no closing dashes")]
    UnclosedHeader,
    #[error("a block has no END line that matches its BEGIN line")]
    MissingEnd,
    #[error("the text between the BEGIN and END lines is not base64")]
    NotBase64,
}

/// The blocks of a text in their order, and the text that follows the last one.
pub(super) fn split(text: &str) -> Result<(Vec<Block<'_>>, &str), PemError> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let after_begin = &rest[start + BEGIN.len()..];
        let (label, body) = after_begin
            .split_once(DASHES)
            .filter(|(label, _)| !label.contains('\n'))
            .ok_or(PemError::UnclosedHeader)?;
        let end = format!("{END}{label}{DASHES}");
        let (base64, after_end) = body.split_once(end.as_str()).ok_or(PemError::MissingEnd)?;
        blocks.push(Block {
            label,
            der: decode(base64)?,
        });
        rest = after_end;
    }
    Ok((blocks, rest))
}

/// DER as PEM with LF line ends and a trailing LF.
pub(super) fn encode(label: &str, der: &[u8]) -> String {
    let base64 = BASE64.encode(der);
    let mut pem = String::with_capacity(base64.len() + base64.len() / LINE + 2 * label.len() + 40);
    // Writing to a String cannot fail.
    let _ = writeln!(pem, "{BEGIN}{label}{DASHES}");
    let mut line = base64.as_str();
    while !line.is_empty() {
        let (head, tail) = line.split_at(line.len().min(LINE));
        pem.push_str(head);
        pem.push('\n');
        line = tail;
    }
    let _ = writeln!(pem, "{END}{label}{DASHES}");
    pem
}

/// Base64 with any white space in it.
pub(super) fn decode(base64: &str) -> Result<Vec<u8>, PemError> {
    let compact: Vec<u8> = base64
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    if compact.is_empty() {
        return Err(PemError::NotBase64);
    }
    BASE64.decode(&compact).map_err(|_| PemError::NotBase64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_width_and_indentation_do_not_matter() {
        let expected = vec![Block {
            label: "X",
            der: vec![1, 2, 3, 4],
        }];
        for text in [
            "-----BEGIN X-----\nAQIDBA==\n-----END X-----\n",
            "-----BEGIN X-----\r\nAQID\r\nBA==\r\n-----END X-----\r\n",
            "  -----BEGIN X-----\n  AQ\n  IDBA==\n  -----END X-----",
            "-----BEGIN X-----AQIDBA==-----END X-----",
            "a note\n-----BEGIN X-----\nAQIDBA==\n-----END X-----",
        ] {
            assert_eq!(split(text).unwrap().0, expected, "{text:?}");
        }
    }

    #[test]
    fn text_after_the_last_block_is_returned() {
        let (blocks, rest) = split("-----BEGIN X-----\nAQ==\n-----END X-----\nmore").unwrap();
        assert_eq!(blocks.len(), 1);
        assert_eq!(rest, "\nmore");
    }

    #[test]
    fn broken_blocks_are_named() {
        for (text, error) in [
            ("-----BEGIN X\nAQ==", PemError::UnclosedHeader),
            ("-----BEGIN X-----\nAQ==", PemError::MissingEnd),
            (
                "-----BEGIN X-----\nAQ==\n-----END Y-----",
                PemError::MissingEnd,
            ),
            (
                "-----BEGIN X-----\nA!\n-----END X-----",
                PemError::NotBase64,
            ),
            ("-----BEGIN X-----\n-----END X-----", PemError::NotBase64),
        ] {
            assert_eq!(split(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn encoding_wraps_at_64_characters_and_reads_back() {
        let der: Vec<u8> = (0..=99).collect();
        let pem = encode("X", &der);
        let widths: Vec<usize> = pem.lines().map(str::len).collect();
        assert_eq!(widths, [17, 64, 64, 8, 15]);
        assert!(pem.ends_with("-----END X-----\n"));
        assert_eq!(split(&pem).unwrap().0[0].der, der);
    }
}
