//! What lies between us and the API: a proxy with a password, and files of certificates that hold a
//! key by mistake.

use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use data_encoding::BASE64;
use rcgen::KeyPair;

use super::{KEY, assert_absent, assert_not_printed};
use crate::cores::configuration::Configuration;
use crate::cores::evidence::{assert_says, few_cores, installed_cores};
use crate::http_message::read_message;

const PASSWORD: &str = "canary-proxy-password-5Jk2";

/// A server that keeps what it was sent and answers by a function. Ends with its test.
pub(super) struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn start(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let Ok(Some(request)) = read_message(&mut stream) else {
                    continue;
                };
                let request = String::from_utf8_lossy(&request).into_owned();
                let bytes = answer(&request);
                kept.lock().unwrap().push(request);
                // The client may hang up before it has read all of it.
                let _ = stream.write_all(&bytes);
            }
        });
        Self { port, seen }
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/services/v2", self.port)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

#[test]
fn a_proxy_sees_no_key_and_its_password_is_shown_nowhere() {
    for core in installed_cores() {
        let credentials = BASE64.encode(format!("user:{PASSWORD}").as_bytes());
        let body = format!("user:{PASSWORD} {credentials}");
        let echo = format!(
            "HTTP/1.1 407 {PASSWORD}\r\nX-Echo: {body}\r\nContent-Length: {}\r\nConnection: \
             close\r\n\r\n{body}",
            body.len()
        );
        let proxy = Server::start(move |_| echo.clone().into_bytes());
        let url = proxy
            .base_url()
            .replace("http://", &format!("http://user:{PASSWORD}@"));
        let url = url.trim_end_matches("/services/v2");
        for from_the_block in [true, false] {
            let mut configuration = Configuration::small("https://certcentral.invalid/services/v2");
            if from_the_block {
                configuration = configuration
                    .provider("proxy_url", "${var.proxy}")
                    .with("variable \"proxy\" {\n  sensitive = true\n}\n");
            }
            let mut workdir = configuration.workdir_without_key(&core);
            workdir.env("DIGICERT_API_KEY", KEY).env("TF_LOG", "TRACE");
            if from_the_block {
                workdir.env("TF_VAR_proxy", url);
            } else {
                workdir.env("HTTPS_PROXY", url);
            }
            let seen = proxy.requests().len();
            let output = workdir
                .run(&["apply", "-auto-approve", "-no-color"])
                .exits_with(1);
            assert_not_printed(KEY, &output);
            assert_not_printed(PASSWORD, &output);
            assert_absent(&credentials, "the credentials", output.stderr.as_bytes());
            assert_says(&output, &["Error: Proxy does not accept the credentials"]);
            let requests = &proxy.requests()[seen..];
            assert!(!requests.is_empty(), "{}", core.name);
            for request in requests {
                assert!(
                    request.starts_with("CONNECT certcentral.invalid:443 "),
                    "{request}"
                );
                assert!(request.contains(&credentials), "{request}");
                assert_absent(KEY, "the request to the proxy", request.as_bytes());
            }
        }
    }
}

#[test]
fn a_private_key_among_the_trusted_roots_is_refused_and_never_shown() {
    for core in few_cores() {
        let key = KeyPair::generate().unwrap().serialize_pem();
        let damaged = key.replace("-----\n", "");
        for text in [key.clone(), damaged] {
            for pasted in [false, true] {
                let mut workdir = Configuration::small("https://certcentral.invalid/services/v2")
                    .workdir_without_key(&core);
                workdir.write("roots.pem", &text);
                let value = if pasted {
                    text.clone()
                } else {
                    workdir.path().join("roots.pem").display().to_string()
                };
                workdir
                    .env("DIGICERT_CA_BUNDLE", value)
                    .env("TF_LOG", "TRACE");
                let output = workdir.run(&["plan", "-no-color"]).exits_with(1);
                assert_says(&output, &["Error: CA bundle not usable"]);
                let lines = key.lines().filter(|line| !line.starts_with('-'));
                for line in lines {
                    for part in [&line[..16], &line[line.len() - 16..]] {
                        assert!(!output.stdout.contains(part), "{}", output.stdout);
                        assert!(!output.stderr.contains(part), "{}", output.stderr);
                    }
                }
            }
        }
    }
}
