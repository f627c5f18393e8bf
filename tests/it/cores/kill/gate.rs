//! A line to the sandbox on which one call stops where the sandbox itself cannot stop it: before
//! anybody reads the request, or with half of the answer delivered.

use std::io::{ErrorKind, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use certcentral_sandbox::Sandbox;

use super::points::Call;
use crate::http_message::read_message;

/// Where a call stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The connection stands and the request is on its way. It is lost with its sender.
    Unread,
    /// The sandbox has answered, and half of the answer is delivered.
    HalfAnswered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    Armed(Call, Stop),
    Held,
    Closed,
}

struct Valve {
    stage: Mutex<Stage>,
    changed: Condvar,
}

/// The line. It ends with the value.
pub(super) struct Gate {
    address: SocketAddr,
    valve: Arc<Valve>,
}

impl Gate {
    pub(super) fn before(sandbox: &Sandbox) -> Self {
        let base_url = sandbox.base_url();
        let upstream = base_url.split('/').nth(2).unwrap().parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let valve = Arc::new(Valve {
            stage: Mutex::new(Stage::Open),
            changed: Condvar::new(),
        });
        let gate = Self {
            address,
            valve: Arc::clone(&valve),
        };
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if *valve.stage.lock().unwrap() == Stage::Closed {
                    return;
                }
                let valve = Arc::clone(&valve);
                // A connection that breaks is what some of the tests are about.
                thread::spawn(move || valve.carry(client, upstream).ok());
            }
        });
        gate
    }

    /// The API at the near end of the line.
    pub(super) fn base_url(&self) -> String {
        format!("http://{}/services/v2", self.address)
    }

    /// Lets the next such call stop.
    pub(super) fn arm(&self, call: Call, stop: Stop) {
        *self.valve.stage.lock().unwrap() = Stage::Armed(call, stop);
    }

    /// Blocks until the call has stopped. False if it has not within `limit`.
    pub(super) fn wait_held(&self, limit: Duration) -> bool {
        let is_held = |stage: &mut Stage| *stage == Stage::Held;
        let stage = self.valve.stage.lock().unwrap();
        let waited = (self.valve.changed)
            .wait_timeout_while(stage, limit, |stage| !is_held(stage))
            .unwrap();
        !waited.1.timed_out()
    }

    /// Lets the call go on.
    pub(super) fn release(&self) {
        *self.valve.stage.lock().unwrap() = Stage::Open;
        self.valve.changed.notify_all();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        *self.valve.stage.lock().unwrap() = Stage::Closed;
        self.valve.changed.notify_all();
        // The listener looks once more.
        let _ = TcpStream::connect(self.address);
    }
}

impl Valve {
    /// Carries the calls of one connection, which come one after another.
    fn carry(&self, mut client: TcpStream, upstream: SocketAddr) -> Result<()> {
        while let Some(request) = read_message(&mut client)? {
            let stop = self.stop_of(&request);
            if stop == Some(Stop::Unread) {
                self.hold();
                if is_gone(&client)? {
                    return Ok(());
                }
            }
            let mut server = TcpStream::connect(upstream)?;
            server.write_all(&request)?;
            let answer = read_message(&mut server)?.unwrap_or_default();
            let (mut sent, mut rest) = (&[][..], &answer[..]);
            if stop == Some(Stop::HalfAnswered) {
                (sent, rest) = answer.split_at(answer.len() / 2);
            }
            if !sent.is_empty() {
                client.write_all(sent)?;
                self.hold();
            }
            client.write_all(rest)?;
        }
        Ok(())
    }

    fn stop_of(&self, request: &[u8]) -> Option<Stop> {
        let head = String::from_utf8_lossy(request);
        let mut words = head.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let path = target.strip_prefix("/services/v2")?.split('?').next()?;
        match *self.stage.lock().unwrap() {
            Stage::Armed(call, stop) if call.is(method, path) => Some(stop),
            _ => None,
        }
    }

    fn hold(&self) {
        let mut stage = self.stage.lock().unwrap();
        *stage = Stage::Held;
        self.changed.notify_all();
        drop(
            self.changed
                .wait_while(stage, |stage| *stage == Stage::Held)
                .unwrap(),
        );
    }
}

/// Whether nobody is at the other end any more.
pub(super) fn is_gone(client: &TcpStream) -> Result<bool> {
    client.set_nonblocking(true)?;
    let peeked = client.peek(&mut [0]);
    client.set_nonblocking(false)?;
    match peeked {
        Err(error) => Ok(error.kind() != ErrorKind::WouldBlock),
        Ok(read) => Ok(read == 0),
    }
}
