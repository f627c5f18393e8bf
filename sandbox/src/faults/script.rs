//! Answers as bytes on the wire, for everything that an HTTP server would never send.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header;
use axum::http::response::Parts;
use serde::{Deserialize, Serialize};

/// How the end of a body is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// `Content-Length` tells the length of the whole body.
    #[default]
    Length,
    /// `Transfer-Encoding: chunked`, in one chunk of the whole length.
    Chunked,
    /// Only the end of the connection ends the body, so that a cut cannot be told from an end.
    Close,
}

/// What a connection does in place of the answer that the HTTP server would write.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) pieces: VecDeque<Piece>,
    pub(crate) end: End,
}

/// Bytes to write.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) bytes: Bytes,
    /// How often they are written.
    pub(crate) times: u64,
    /// How long to wait before they are written.
    pub(crate) pause: Duration,
}

/// How a script ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
    /// The connection stays open until the peer closes it.
    Hang,
}

impl Script {
    /// Not a byte of an answer.
    pub(crate) fn silent(end: End) -> Self {
        Self {
            pieces: VecDeque::new(),
            end,
        }
    }

    /// These bytes, and no more.
    pub(crate) fn raw(bytes: impl Into<Bytes>) -> Self {
        Self {
            pieces: VecDeque::from([Piece::new(bytes)]),
            end: End::Close,
        }
    }

    /// The first bytes of a body whose head promises all of it.
    pub(crate) fn truncated(parts: &Parts, body: &[u8], bytes: usize, framing: Framing) -> Self {
        let mut text = head(parts, body.len(), framing);
        if framing == Framing::Chunked {
            text.extend(format!("{:x}\r\n", body.len()).into_bytes());
        }
        text.extend(&body[..bytes.min(body.len())]);
        Self::raw(text)
    }

    /// The whole answer in drops.
    pub(crate) fn dripping(parts: &Parts, body: &[u8], bytes: usize, pause: Duration) -> Self {
        let mut text = head(parts, body.len(), Framing::Length);
        text.extend(body);
        let drops = text.chunks(bytes.max(1)).map(|drop| Piece {
            pause,
            ..Piece::new(drop.to_vec())
        });
        Self {
            pieces: drops.collect(),
            end: End::Close,
        }
    }

    /// A success whose body is an open string of this length.
    pub(crate) fn huge(bytes: u64, gzip: bool) -> Self {
        const BLOCK: usize = 64 * 1024;
        let head = |length: u64, more: &str| {
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{more}Content-Length: \
                 {length}\r\n\r\n"
            )
        };
        if gzip {
            let packed = gzip_of_spaces(bytes);
            let length = u64::try_from(packed.len()).unwrap_or(u64::MAX);
            let mut text = head(length, "Content-Encoding: gzip\r\n").into_bytes();
            text.extend(packed);
            return Self::raw(text);
        }
        let block = u64::try_from(BLOCK).unwrap_or(u64::MAX);
        let blocks = bytes.div_ceil(block);
        let mut script = Self::raw(head(blocks * block, "").into_bytes());
        script.pieces.push_back(Piece {
            times: blocks,
            ..Piece::new(vec![b' '; BLOCK])
        });
        script
    }
}

impl Piece {
    fn new(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            times: 1,
            pause: Duration::ZERO,
        }
    }
}

fn head(parts: &Parts, length: usize, framing: Framing) -> Vec<u8> {
    let reason = parts.status.canonical_reason().unwrap_or_default();
    let mut text = format!("HTTP/1.1 {} {reason}\r\n", parts.status.as_u16()).into_bytes();
    for (name, value) in &parts.headers {
        if *name != header::CONTENT_LENGTH && *name != header::TRANSFER_ENCODING {
            text.extend(format!("{name}: ").into_bytes());
            text.extend(value.as_bytes());
            text.extend(b"\r\n");
        }
    }
    let framing = match framing {
        Framing::Length => format!("content-length: {length}\r\n"),
        Framing::Chunked => "transfer-encoding: chunked\r\n".to_owned(),
        Framing::Close => "connection: close\r\n".to_owned(),
    };
    text.extend(framing.into_bytes());
    text.extend(b"\r\n");
    text
}

/// Replaces every `every`-th byte by one that UTF-8 does not have.
pub(crate) fn garbled(body: &[u8], every: usize) -> Vec<u8> {
    let every = every.max(1);
    let bytes = body.iter().enumerate().map(
        |(at, byte)| {
            if (at + 1) % every == 0 { 0xff } else { *byte }
        },
    );
    bytes.collect()
}

/// At least this many spaces as gzip, written with the fixed codes of RFC 1951: one literal, then
/// copies of 258 bytes from one byte before.
fn gzip_of_spaces(bytes: u64) -> Vec<u8> {
    let mut packed = vec![31, 139, 8, 0, 0, 0, 0, 0, 2, 255];
    let (mut byte, mut filled) = (0_u8, 0);
    let mut push = |code: u32, length: u32| {
        // Huffman codes go out from their highest bit, bytes fill up from their lowest.
        for bit in (0..length).rev() {
            byte |= u8::from(code >> bit & 1 == 1) << filled;
            filled += 1;
            if filled == 8 {
                packed.push(byte);
                (byte, filled) = (0, 0);
            }
        }
    };
    push(0b110, 3); // last block (1), fixed codes (01, lowest bit first)
    push(0b0101_0000, 8); // literal 32
    for _ in 0..=bytes / 258 {
        push(0b1100_0101, 8); // length 258
        push(0, 5); // distance 1
    }
    push(0, 7); // end of block
    push(0, 7); // whatever is left of the last byte
    packed.extend([0; 8]);
    packed
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Response;

    use super::*;

    fn text(script: &Script) -> String {
        let bytes: Vec<u8> = script
            .pieces
            .iter()
            .flat_map(|piece| piece.bytes.to_vec())
            .collect();
        String::from_utf8(bytes).unwrap()
    }

    fn parts() -> Parts {
        let response = Response::builder()
            .status(201)
            .header("content-length", "99")
            .header("content-type", "application/json");
        response.body(Body::empty()).unwrap().into_parts().0
    }

    #[test]
    fn a_cut_body_keeps_the_head_of_the_whole_one() {
        let begin = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n";
        for (framing, rest) in [
            (Framing::Length, "content-length: 8\r\n\r\n{\"id\""),
            (
                Framing::Chunked,
                "transfer-encoding: chunked\r\n\r\n8\r\n{\"id\"",
            ),
            (Framing::Close, "connection: close\r\n\r\n{\"id\""),
        ] {
            let script = Script::truncated(&parts(), br#"{"id":7}"#, 5, framing);
            assert_eq!(text(&script), format!("{begin}{rest}"));
            assert_eq!(script.end, End::Close);
        }
    }

    #[test]
    fn drops_are_the_whole_answer() {
        let pause = Duration::from_millis(5);
        let script = Script::dripping(&parts(), b"{}", 1, pause);
        assert!(text(&script).ends_with("content-length: 2\r\n\r\n{}"));
        assert!(script.pieces.iter().all(|piece| piece.pause == pause));
        assert!(script.pieces.iter().all(|piece| piece.bytes.len() == 1));
    }

    #[test]
    fn garbled_bytes_are_no_text() {
        assert_eq!(garbled(b"abcdef", 3), b"ab\xffde\xff");
    }
}
