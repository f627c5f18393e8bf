//! A tiny Terraform: resources with configurations, a state, and core's sequences of calls against
//! the provider.

mod apply;
mod data;
mod foreign;
mod identities;
mod objects;
mod plan;
mod report;
mod state;
#[cfg(test)]
mod tests;

use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

pub use self::{
    apply::Applied,
    data::DataRead,
    plan::{Action, Change, Plan},
    report::Report,
    state::{Operation, State, StoredIdentity, StoredObject, saved_object},
};
use crate::{
    client::{Provider, Release},
    error::Error,
    json::config,
    process::{Closed, Launch},
};

/// One resource block of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// `type.name`, which also names it in the state.
    pub address: String,
    /// Its arguments; see [`crate::json::config`].
    pub config: Json,
    /// Whether a replacement creates before it destroys.
    pub created_first: bool,
}

impl Resource {
    /// A resource such as `digicert_ssl_order.shop`.
    pub fn new(address: &str, config: Json) -> Self {
        Self {
            address: address.to_owned(),
            config,
            created_first: false,
        }
    }

    /// The same with `create_before_destroy`.
    #[must_use]
    pub fn created_first(self) -> Self {
        Self {
            created_first: true,
            ..self
        }
    }

    /// The part of the address before the first dot.
    pub fn type_name(&self) -> &str {
        type_name(&self.address)
    }
}

/// A state and the provider it belongs to. Every phase (validate, plan, apply) starts a process of
/// its own, as Terraform does, unless [`Workspace::keep_process`] says otherwise.
#[derive(Debug)]
pub struct Workspace {
    source: Source,
    provider_config: Json,
    state: State,
    closed: Vec<Closed>,
    keep: bool,
    kept: Option<Provider>,
    parallelism: usize,
    interruption: CancellationToken,
    release: Release,
}

#[derive(Debug)]
enum Source {
    Binary(Launch),
    Channel(Channel),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Validate,
    Run,
}

impl Workspace {
    /// An empty workspace on a provider binary.
    pub fn new(launch: Launch) -> Self {
        Self::on(Source::Binary(launch))
    }

    /// An empty workspace on a provider at the other end of a channel.
    pub fn on_channel(channel: Channel) -> Self {
        Self::on(Source::Channel(channel))
    }

    fn on(source: Source) -> Self {
        Self {
            source,
            provider_config: json!({}),
            state: State::new(),
            closed: Vec::new(),
            keep: false,
            kept: None,
            parallelism: 1,
            interruption: CancellationToken::new(),
            release: Release::default(),
        }
    }

    /// Plays this release of Terraform.
    #[must_use]
    pub fn release(self, release: Release) -> Self {
        Self { release, ..self }
    }

    /// Works on this many resources at the same time, as `-parallelism` says it. Dependencies are
    /// not known here.
    #[must_use]
    pub fn parallelism(self, parallelism: usize) -> Self {
        Self {
            parallelism,
            ..self
        }
    }

    /// Sets the provider block; empty unless set.
    #[must_use]
    pub fn provider_config(mut self, config: Json) -> Self {
        self.provider_config = config;
        self
    }

    /// Keeps one configured process for all phases.
    #[must_use]
    pub fn keep_process(mut self) -> Self {
        self.keep = true;
        self
    }

    /// Replaces how later phases start the provider: other environment, other binary.
    pub fn relaunch(&mut self, launch: Launch) {
        self.source = Source::Binary(launch);
        self.kept = None;
    }

    /// Lets later phases speak to a provider at the other end of a channel.
    pub fn reconnect(&mut self, channel: Channel) {
        self.source = Source::Channel(channel);
        self.kept = None;
    }

    /// What interrupts the next apply when it is cancelled, as the first Ctrl-C does: the provider
    /// is told to stop, running steps come to their end, and no further one begins.
    pub fn interruption(&mut self) -> CancellationToken {
        self.interruption = CancellationToken::new();
        self.interruption.clone()
    }

    /// The provider block of later phases.
    pub fn set_provider_config(&mut self, config: Json) {
        self.provider_config = config;
        self.kept = None;
    }

    /// The whole state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The whole state, to put an old or broken object into it.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// The stored attributes of a resource.
    pub fn attributes(&self, address: &str) -> Option<&Json> {
        self.state.get(address).map(|object| &object.attributes)
    }

    /// How the processes of the finished phases ended.
    pub fn closed(&self) -> &[Closed] {
        &self.closed
    }

    /// The stderr lines of all finished phases: what reached the log.
    pub fn log_lines(&self) -> impl Iterator<Item = &str> {
        self.closed
            .iter()
            .flat_map(|closed| closed.stderr.iter().map(String::as_str))
    }

    /// Marks a resource for replacement, as `terraform taint` does.
    pub fn taint(&mut self, address: &str) -> Result<(), Error> {
        match self.state.get_mut(address) {
            Some(object) => {
                object.tainted = true;
                Ok(())
            }
            None => Err(Error::UnknownAddress {
                address: address.to_owned(),
            }),
        }
    }

    /// Ends the kept process, if there is one.
    pub async fn close(&mut self) -> Result<(), Error> {
        if let Some(provider) = self.kept.take() {
            self.closed.extend(provider.close().await?);
        }
        Ok(())
    }

    /// A provider for one phase, configured unless the phase only validates.
    async fn open(&mut self, phase: Phase, report: &mut Report) -> Result<Provider, Error> {
        if let Some(provider) = self.kept.take() {
            return Ok(provider);
        }
        let provider = match &self.source {
            Source::Binary(launch) => Provider::start(launch).await?,
            Source::Channel(channel) => Provider::connected(channel.clone()).await?,
        };
        let provider = provider.called_by(self.release);
        report.add(provider.schema_diagnostics().to_vec());
        report.violate("schema", provider.schema_violations().to_vec());
        let config = config(&provider.schemas().provider.block, &self.provider_config)?;
        report.take_messages(provider.validate_provider(&config).await)?;
        if !report.failed() && (phase == Phase::Run || self.keep) {
            report.take_messages(provider.configure(&config).await)?;
        }
        Ok(provider)
    }

    async fn end(&mut self, provider: Provider) -> Result<(), Error> {
        if self.keep {
            self.kept = Some(provider);
        } else {
            self.closed.extend(provider.close().await?);
        }
        Ok(())
    }
}

fn type_name(address: &str) -> &str {
    address
        .split_once('.')
        .map_or(address, |(type_name, _)| type_name)
}
