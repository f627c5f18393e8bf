//! Remote state: a run that dies while it writes the state (K11), and a backend that refuses it.

use std::fs;
use std::io::{Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::Value;

use super::death::Death;
use super::gate::is_gone;
use super::scene::LONG;
use crate::cores::configuration::Configuration;
use crate::cores::driver::{Core, HOSTS, Workdir};
use crate::cores::evidence::{assert_says, installed_cores, order_posts};
use crate::http_message::read_message;

const APPLY: [&str; 2] = ["apply", "-auto-approve"];

/// What the backend does with a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Keep,
    /// Holds the next state before it is kept. It is lost if its sender is gone by the release.
    Hold,
    Held,
    /// Answers with 500.
    Refuse,
}

struct Shelf {
    mode: Mutex<Mode>,
    changed: Condvar,
    state: Mutex<Option<Vec<u8>>>,
}

/// A server for Terraform's `http` backend, until the process ends.
struct Backend {
    address: SocketAddr,
    shelf: Arc<Shelf>,
}

impl Backend {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shelf = Arc::new(Shelf {
            mode: Mutex::new(Mode::Keep),
            changed: Condvar::new(),
            state: Mutex::new(None),
        });
        let served = Arc::clone(&shelf);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shelf = Arc::clone(&served);
                thread::spawn(move || shelf.serve(client).ok());
            }
        });
        Self { address, shelf }
    }

    fn set(&self, mode: Mode) {
        *self.shelf.mode.lock().unwrap() = mode;
        self.shelf.changed.notify_all();
    }

    fn wait_held(&self) {
        let mode = self.shelf.mode.lock().unwrap();
        let waited = (self.shelf.changed)
            .wait_timeout_while(mode, LONG, |mode| *mode != Mode::Held)
            .unwrap();
        assert!(!waited.1.timed_out(), "no state came");
    }

    /// The order ids in the state that is kept.
    fn ids(&self) -> Vec<u64> {
        let Some(text) = self.shelf.state.lock().unwrap().clone() else {
            return Vec::new();
        };
        let state: Value = serde_json::from_slice(&text).unwrap();
        let resources = state["resources"].as_array().unwrap();
        let ids = resources
            .iter()
            .map(|it| &it["instances"][0]["attributes"]["order_id"]);
        ids.map(|id| id.as_u64().unwrap()).collect()
    }
}

impl Shelf {
    fn serve(&self, mut client: TcpStream) -> Result<()> {
        while let Some(request) = read_message(&mut client)? {
            let (status, body) = if request.starts_with(b"GET ") {
                match self.state.lock().unwrap().clone() {
                    Some(state) => ("200 OK", state),
                    None => ("404 Not Found", Vec::new()),
                }
            } else {
                let start = request
                    .windows(4)
                    .position(|four| four == b"\r\n\r\n")
                    .unwrap()
                    + 4;
                (self.keep(&request[start..], &client)?, Vec::new())
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            client.write_all(&[head.as_bytes(), &body].concat())?;
        }
        Ok(())
    }

    fn keep(&self, state: &[u8], client: &TcpStream) -> Result<&'static str> {
        let mut mode = self.mode.lock().unwrap();
        if *mode == Mode::Refuse {
            return Ok("500 Internal Server Error");
        }
        if *mode == Mode::Hold {
            *mode = Mode::Held;
            self.changed.notify_all();
            mode = self
                .changed
                .wait_while(mode, |mode| *mode == Mode::Held)
                .unwrap();
        }
        drop(mode);
        if !is_gone(client)? {
            *self.state.lock().unwrap() = Some(state.to_vec());
        }
        Ok("200 OK")
    }
}

/// A directory whose state is in `backend`, and whose provider is installed as users install it,
/// because a backend needs `init`.
fn initialized(core: &Core, sandbox: &Sandbox, backend: &Backend) -> Workdir {
    let mut workdir = Configuration::small(&sandbox.base_url()).workdir(core);
    let address = backend.address;
    workdir.write(
        "backend.tf",
        &format!(
            "terraform {{\n  backend \"http\" {{\n    address   = \"http://{address}/\"\n    \
             retry_max = 0\n  }}\n}}\n"
        ),
    );
    let mirror = workdir.path().with_file_name("mirror");
    install_into(&mirror);
    let cli = mirror.join("terraform.tfrc");
    let text = format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
    );
    fs::write(&cli, text).unwrap();
    workdir.env("TF_CLI_CONFIG_FILE", cli);
    workdir.run(&["init", "-no-color"]).success();
    workdir
}

fn install_into(mirror: &Path) {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let version = env!("CARGO_PKG_VERSION");
    for host in HOSTS {
        let package = mirror.join(format!(
            "{host}/certcentral/digicert/{version}/linux_{architecture}"
        ));
        fs::create_dir_all(&package).unwrap();
        std::os::unix::fs::symlink(
            env!("CARGO_BIN_EXE_terraform-provider-digicert"),
            package.join(format!("terraform-provider-digicert_v{version}")),
        )
        .unwrap();
    }
}

#[test]
fn a_run_that_dies_while_it_writes_the_state_ends_in_one_order() {
    for core in installed_cores() {
        // The provider has ended by then.
        let deaths = Death::ALL
            .into_iter()
            .filter(|death| *death != Death::ProviderKilled);
        for death in deaths {
            let sandbox = Sandbox::start(Settings::default()).unwrap();
            let backend = Backend::start();
            let workdir = initialized(&core, &sandbox, &backend);
            backend.set(Mode::Hold);

            let (run, lifeline) = workdir.spawn_watched(&APPLY);
            backend.wait_held();
            death.strike(run, &lifeline, || backend.set(Mode::Keep));
            let id = sandbox.orders()[0].id;
            let is_kept = backend.ids() == [id];
            assert!(is_kept || !death.is_orderly(), "{death:?}");
            let output = workdir.apply();

            if !is_kept {
                assert_says(&output, &["Warning: Existing order adopted"]);
            }
            assert_eq!(backend.ids(), [id], "{death:?}");
            assert_eq!(order_posts(&sandbox).len(), 1, "{death:?}");
            workdir.assert_empty_plan();
        }
    }
}

#[test]
fn a_state_that_the_backend_refuses_is_pushed_from_the_file_that_terraform_leaves() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let backend = Backend::start();
        let workdir = initialized(&core, &sandbox, &backend);
        backend.set(Mode::Refuse);

        let output = workdir.run(&APPLY).exits_with(1);
        assert_says(&output, &["Error: Failed to save state", "errored.tfstate"]);
        backend.set(Mode::Keep);
        workdir.run(&["state", "push", "errored.tfstate"]).success();

        assert_eq!(backend.ids(), [sandbox.orders()[0].id], "{}", core.name);
        workdir.assert_empty_plan();
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
    }
}

#[test]
fn a_state_that_the_backend_refused_and_nobody_pushed_is_made_up_for_by_adoption() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let backend = Backend::start();
        let workdir = initialized(&core, &sandbox, &backend);
        backend.set(Mode::Refuse);

        workdir.run(&APPLY).exits_with(1);
        fs::remove_file(workdir.path().join("errored.tfstate")).unwrap();
        backend.set(Mode::Keep);
        let output = workdir.apply();

        assert_says(&output, &["Warning: Existing order adopted"]);
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        workdir.assert_empty_plan();
    }
}
