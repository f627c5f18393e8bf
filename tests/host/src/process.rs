//! The provider's process: started as Terraform starts it, killed when dropped.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    time::timeout,
};

use crate::{error::Error, handshake::Handshake, tls::ClientIdentity};

/// go-plugin's proof that a host knows what it starts.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// How long Terraform waits for a process that was told to shut down.
const GRACE: Duration = Duration::from_secs(2);

/// How to start a provider. The default is what Terraform does.
#[derive(Clone, Debug)]
pub struct Launch {
    program: PathBuf,
    arguments: Vec<String>,
    environment: BTreeMap<String, Option<String>>,
    tls: Tls,
    own_process_group: bool,
    handshake_limit: Duration,
}

/// Which certificate the host announces and shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// The certificate that was announced.
    Mutual,
    /// Another one than was announced: the provider must refuse it.
    WrongCertificate,
    /// None, though one was announced: the provider must refuse that.
    NoCertificate,
    /// TLS is off, as with `TF_DISABLE_PLUGIN_TLS`.
    Disabled,
}

impl Launch {
    /// Starts this binary.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: [
                ("TF_PLUGIN_MAGIC_COOKIE", MAGIC_COOKIE),
                ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
                ("PLUGIN_MIN_PORT", "10000"),
                ("PLUGIN_MAX_PORT", "25000"),
            ]
            .map(|(name, value)| (name.to_owned(), Some(value.to_owned())))
            .into(),
            tls: Tls::Mutual,
            own_process_group: false,
            handshake_limit: Duration::from_secs(60),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Sets an environment variable, also one of the handshake. The rest of the environment is
    /// inherited.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment
            .insert(name.to_owned(), Some(value.to_owned()));
        self
    }

    /// Removes an environment variable, also one of the handshake.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Self {
        self.environment.insert(name.to_owned(), None);
        self
    }

    /// Has the provider put its socket into this folder.
    #[must_use]
    pub fn socket_dir(self, dir: &Path) -> Self {
        self.env("PLUGIN_UNIX_SOCKET_DIR", &dir.to_string_lossy())
    }

    /// Chooses what the host announces and shows.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Starts the provider in a process group of its own, so that a test can interrupt the group.
    #[must_use]
    pub fn own_process_group(mut self) -> Self {
        self.own_process_group = true;
        self
    }

    /// Waits at most this long for the handshake line; 60 seconds unless set.
    #[must_use]
    pub fn handshake_limit(mut self, limit: Duration) -> Self {
        self.handshake_limit = limit;
        self
    }

    /// Starts the process and reads its handshake line. Does not connect.
    pub async fn start(&self) -> Result<Process, Error> {
        let announced = match self.tls {
            Tls::Disabled => None,
            _ => Some(ClientIdentity::generate()?),
        };
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        match &announced {
            Some(identity) => command.env("PLUGIN_CLIENT_CERT", identity.pem()),
            None => command
                .env_remove("PLUGIN_CLIENT_CERT")
                .env("TF_DISABLE_PLUGIN_TLS", "1"),
        };
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if self.own_process_group {
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let stderr = Lines::default();
        if let Some(pipe) = child.stderr.take() {
            tokio::spawn(stderr.clone().collect(pipe));
        }
        let handshake = self.handshake(&mut child, &stderr).await?;
        let identity = match self.tls {
            Tls::NoCertificate => None,
            Tls::WrongCertificate => Some(ClientIdentity::generate()?),
            Tls::Mutual | Tls::Disabled => announced,
        };
        Ok(Process {
            child,
            handshake: handshake.0,
            identity,
            stdout: handshake.1,
            stderr,
        })
    }

    async fn handshake(
        &self,
        child: &mut Child,
        stderr: &Lines,
    ) -> Result<(Handshake, Lines), Error> {
        let stdout = Lines::default();
        let mut reader = child.stdout.take().map(BufReader::new);
        let mut line = String::new();
        let read = async {
            match &mut reader {
                Some(reader) => reader.read_line(&mut line).await,
                None => Ok(0),
            }
        };
        let read = timeout(self.handshake_limit, read).await;
        if !matches!(read, Ok(Ok(1..))) {
            if read.is_ok() {
                // The pipe is closed: let the end of the process bring the rest of stderr.
                child.start_kill()?;
                child.wait().await?;
                stderr.closed().await;
            }
            return Err(Error::NoHandshake {
                limit: self.handshake_limit,
                stderr: stderr.all().join("\n"),
            });
        }
        let line = line.trim_end_matches(['\r', '\n']);
        let handshake = Handshake::parse(line).map_err(|source| Error::Handshake {
            line: line.to_owned(),
            source,
        })?;
        if let Some(reader) = reader {
            tokio::spawn(stdout.clone().collect(reader));
        }
        Ok((handshake, stdout))
    }
}

/// A started provider, killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    handshake: Handshake,
    identity: Option<ClientIdentity>,
    stdout: Lines,
    stderr: Lines,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// It did not end by itself within two seconds ("plugin failed to exit gracefully").
    pub killed: bool,
    /// From the answer to Shutdown to the end.
    pub took: Duration,
    /// Its exit status.
    pub status: ExitStatus,
    /// All that it wrote on stderr, by lines: its log.
    pub stderr: Vec<String>,
    /// What it wrote on stdout after the handshake line. There must be nothing.
    pub stdout: Vec<String>,
}

impl Process {
    /// What the handshake line said.
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// The certificate that the host shows, if any.
    pub fn identity(&self) -> Option<&ClientIdentity> {
        self.identity.as_ref()
    }

    /// The process id; `None` once it has ended. With [`Launch::own_process_group`] it names the
    /// group too.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// The lines on stderr so far.
    pub fn stderr(&self) -> Vec<String> {
        self.stderr.all()
    }

    /// The lines on stdout after the handshake line. There must be none.
    pub fn stdout(&self) -> Vec<String> {
        self.stdout.all()
    }

    /// Kills the process, as a second Ctrl-C does, and waits for its end.
    pub async fn kill(&mut self) -> Result<ExitStatus, Error> {
        self.child.start_kill()?;
        Ok(self.child.wait().await?)
    }

    /// Waits for the end of a process that was told to shut down, two seconds at most, then kills
    /// it.
    pub async fn wait_or_kill(&mut self) -> Result<Closed, Error> {
        let start = Instant::now();
        let (killed, status) = match timeout(GRACE, self.child.wait()).await {
            Ok(status) => (false, status?),
            Err(_) => (true, self.kill().await?),
        };
        let took = start.elapsed();
        self.stderr.closed().await;
        self.stdout.closed().await;
        Ok(Closed {
            killed,
            took,
            status,
            stderr: self.stderr(),
            stdout: self.stdout(),
        })
    }
}

/// Lines of a pipe, read by a task of its own so that the process never blocks on it.
#[derive(Clone, Debug, Default)]
struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    end: Arc<tokio::sync::Notify>,
}

impl Lines {
    async fn collect(self, pipe: impl AsyncRead + Unpin) {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line).await, Ok(1..)) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            self.lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(text);
            line.clear();
        }
        self.end.notify_one();
    }

    /// Waits until the pipe is closed; a grandchild may hold it open, so not for ever.
    async fn closed(&self) {
        let closed = timeout(Duration::from_secs(1), self.end.notified()).await;
        if closed.is_ok() {
            self.end.notify_one();
        }
    }

    fn all(&self) -> Vec<String> {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Launch {
        Launch::new("sh").argument("-c").argument(script)
    }

    #[tokio::test]
    async fn a_process_without_a_line_is_reported_with_its_stderr() {
        let err = shell("echo 'This binary is a plugin.' >&2; exit 1")
            .start()
            .await
            .unwrap_err();
        let Error::NoHandshake { stderr, .. } = err else {
            panic!("{err}");
        };
        assert_eq!(stderr, "This binary is a plugin.");
    }

    #[tokio::test]
    async fn a_line_that_comes_too_late_is_reported() {
        let limit = Duration::from_millis(50);
        let err = shell("exec tail -f /dev/null")
            .handshake_limit(limit)
            .start()
            .await
            .unwrap_err();
        assert!(matches!(err, Error::NoHandshake { .. }), "{err}");
    }

    #[tokio::test]
    async fn a_broken_line_is_quoted() {
        let err = shell("echo hello").start().await.unwrap_err();
        assert_eq!(
            err.to_string(),
            r#"the handshake line "hello" is not valid"#
        );
    }

    #[tokio::test]
    async fn the_environment_is_terraform_s_unless_changed() {
        let script = "echo \"$TF_PLUGIN_MAGIC_COOKIE $PLUGIN_PROTOCOL_VERSIONS [$PLUGIN_MIN_PORT] \
            $PLUGIN_CLIENT_CERT\" >&2; echo '1|6|unix|/s|grpc|'; echo more";
        let launch = shell(script)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5")
            .without_env("PLUGIN_MIN_PORT");
        let mut process = launch.start().await.unwrap();
        let closed = process.wait_or_kill().await.unwrap();
        assert!(!closed.killed);
        assert_eq!(closed.stdout, ["more"]);
        assert_eq!(
            closed.stderr[0],
            format!("{MAGIC_COOKIE} 5 [] -----BEGIN CERTIFICATE-----")
        );
    }
}
