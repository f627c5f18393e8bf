//! Every kind of fault, seen by a client that reads bytes and nothing more.

mod account;
mod answers;
#[cfg(unix)]
mod reach;
mod wire;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::{Value, json};
use time::macros::datetime;

use crate::client::{new_csr, seed_body};

const ME: &str = "GET /user/me";
const ORDER: &str = "POST /order/certificate/*";

fn sandbox() -> Sandbox {
    Sandbox::start(Settings {
        start_at: Some(datetime!(2026-04-14 09:12:38 UTC)),
        ..Settings::default()
    })
    .unwrap()
}

fn with(rule: &str) -> Sandbox {
    let sandbox = sandbox();
    sandbox.add_fault(rule.parse().unwrap());
    sandbox
}

fn connect(sandbox: &Sandbox) -> io::Result<TcpStream> {
    let url = sandbox.base_url();
    let address = url
        .trim_start_matches("http://")
        .trim_end_matches("/services/v2");
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    Ok(stream)
}

fn request(method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} /services/v2{path} HTTP/1.1\r\nHost: sandbox\r\nX-DC-DEVKEY: sandbox-raw\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Sends a request on a connection of its own; everything that came, and how it ended.
fn call(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> (Vec<u8>, io::Result<()>) {
    let mut stream = connect(sandbox).unwrap();
    stream
        .write_all(request(method, path, body).as_bytes())
        .unwrap();
    read(&mut stream)
}

fn read(stream: &mut TcpStream) -> (Vec<u8>, io::Result<()>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop);
    (bytes, end)
}

fn text(answer: (Vec<u8>, io::Result<()>)) -> String {
    answer.1.unwrap();
    String::from_utf8(answer.0).unwrap()
}

fn me(sandbox: &Sandbox) -> String {
    text(call(sandbox, "GET", "/user/me", ""))
}

fn get(sandbox: &Sandbox, path: &str) -> (u16, Value) {
    answer(&text(call(sandbox, "GET", path, "")))
}

fn answer(text: &str) -> (u16, Value) {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// Orders with a reference and returns what came.
fn order(sandbox: &Sandbox) -> (Vec<u8>, io::Result<()>) {
    let mut body = seed_body(&new_csr().1);
    body["alternative_order_id"] = json!("mine");
    call(
        sandbox,
        "POST",
        "/order/certificate/ssl_plus",
        &body.to_string(),
    )
}

fn order_body() -> String {
    seed_body(&new_csr().1).to_string()
}

fn created(sandbox: &Sandbox) -> u64 {
    sandbox.summary().orders_created
}
