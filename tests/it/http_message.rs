//! Requests and answers as the servers of these tests read them from a connection.

use std::io::{ErrorKind, Read, Result};
use std::net::TcpStream;

/// One request or answer with its body, or nothing when the connection has ended.
pub(crate) fn read_message(stream: &mut TcpStream) -> Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(length) = length_of(&message)
            && message.len() >= length
        {
            return Ok(Some(message));
        }
        match stream.read(&mut buffer)? {
            0 if message.is_empty() => return Ok(None),
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => message.extend_from_slice(&buffer[..read]),
        }
    }
}

/// Bytes of head and body together, once the head is there.
pub(crate) fn length_of(message: &[u8]) -> Option<usize> {
    let head = message.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&message[..head]).to_lowercase();
    let body = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    Some(head + body.unwrap_or(0))
}
