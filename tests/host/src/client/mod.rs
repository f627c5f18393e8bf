//! A running provider: one method per call, values in and values out.

mod message;
mod streams;

use tokio::task::JoinHandle;
use tonic::transport::Channel;

pub use self::message::{Answer, ApplyOrder, PlanQuestion};
use self::{
    message::{answered, wire},
    streams::open_streams,
};
use crate::{
    connection::connect,
    core_rules::{Rule, Violation},
    diagnostic::{self, Diagnostic},
    error::Error,
    path::Path,
    process::{Closed, Launch, Process},
    proto::{
        plugin::{Empty, grpc_controller_client::GrpcControllerClient},
        tfplugin6::{self as proto, provider_client::ProviderClient},
    },
    schema::{Schema, Schemas},
    tls::client_config,
    ty::Type,
    value::Value,
};

/// go-plugin's limit for one message, both ways.
const MESSAGE_LIMIT: usize = 256 * 1024 * 1024;

/// What core says about itself in every call: deferral is never allowed, write-only attributes are.
const CAPABILITIES: Option<proto::ClientCapabilities> = Some(proto::ClientCapabilities {
    deferral_allowed: false,
    write_only_attributes_allowed: true,
});

/// A connected provider.
#[derive(Debug)]
pub struct Provider {
    client: ProviderClient<Channel>,
    channel: Channel,
    schemas: Schemas,
    violations: Vec<Violation>,
    diagnostics: Vec<Diagnostic>,
    process: Option<Process>,
    streams: Vec<JoinHandle<()>>,
}

impl Provider {
    /// Starts a binary, connects, opens go-plugin's streams and reads the schema.
    pub async fn start(launch: &Launch) -> Result<Self, Error> {
        let process = launch.start().await?;
        let tls = match &process.handshake().certificate {
            Some(certificate) => Some(client_config(certificate, process.identity())?),
            None => None,
        };
        let channel = connect(process.handshake().address.clone(), tls).await?;
        let streams = open_streams(&channel);
        let mut provider = Self::connected(channel).await?;
        provider.process = Some(process);
        provider.streams = streams;
        Ok(provider)
    }

    /// Speaks to a provider at the other end of a channel, such as a server in the same process.
    pub async fn connected(channel: Channel) -> Result<Self, Error> {
        let mut client = ProviderClient::new(channel.clone())
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT);
        let answer = client
            .get_provider_schema(proto::get_provider_schema::Request {})
            .await?
            .into_inner();
        let (schemas, violations) = Schemas::decode(&answer);
        Ok(Self {
            client,
            channel,
            schemas,
            violations,
            diagnostics: diagnostic::read(answer.diagnostics),
            process: None,
            streams: Vec::new(),
        })
    }

    /// All that the provider has.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// What core refuses in the schemas.
    pub fn schema_violations(&self) -> &[Violation] {
        &self.violations
    }

    /// What the provider said with its schemas.
    pub fn schema_diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The process, unless the provider runs elsewhere.
    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// The process, to kill it.
    pub fn process_mut(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// The schema of a resource type.
    pub fn resource(&self, type_name: &str) -> Result<&Schema, Error> {
        self.schemas
            .resources
            .get(type_name)
            .ok_or_else(|| Error::UnknownType {
                type_name: type_name.to_owned(),
            })
    }

    /// ValidateProviderConfig.
    pub async fn validate_provider(&self, config: &Value) -> Result<Vec<Diagnostic>, Error> {
        let config = Some(wire(&self.schemas.provider.block.implied_type(), config)?);
        let request = proto::validate_provider_config::Request { config };
        let answer = self
            .client
            .clone()
            .validate_provider_config(request)
            .await?;
        Ok(diagnostic::read(answer.into_inner().diagnostics))
    }

    /// ConfigureProvider.
    pub async fn configure(&self, config: &Value) -> Result<Vec<Diagnostic>, Error> {
        let request = proto::configure_provider::Request {
            terraform_version: "1.15.5".to_owned(),
            config: Some(wire(&self.schemas.provider.block.implied_type(), config)?),
            client_capabilities: CAPABILITIES,
        };
        let answer = self.client.clone().configure_provider(request).await?;
        Ok(diagnostic::read(answer.into_inner().diagnostics))
    }

    /// ValidateResourceConfig.
    pub async fn validate(
        &self,
        type_name: &str,
        config: &Value,
    ) -> Result<Vec<Diagnostic>, Error> {
        let request = proto::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(wire(&self.ty(type_name)?, config)?),
            client_capabilities: CAPABILITIES,
        };
        let answer = self
            .client
            .clone()
            .validate_resource_config(request)
            .await?;
        Ok(diagnostic::read(answer.into_inner().diagnostics))
    }

    /// UpgradeResourceState, with the JSON of the state as it is stored.
    pub async fn upgrade(
        &self,
        type_name: &str,
        version: i64,
        state: &serde_json::Value,
    ) -> Result<Answer, Error> {
        let ty = self.ty(type_name)?;
        let request = proto::upgrade_resource_state::Request {
            type_name: type_name.to_owned(),
            version,
            raw_state: Some(proto::RawState {
                json: state.to_string().into_bytes(),
                flatmap: Default::default(),
            }),
        };
        let answer = self
            .client
            .clone()
            .upgrade_resource_state(request)
            .await?
            .into_inner();
        Ok(answered(
            &ty,
            answer.upgraded_state.as_ref(),
            vec![],
            answer.diagnostics,
        ))
    }

    /// ReadResource.
    pub async fn read(
        &self,
        type_name: &str,
        state: &Value,
        private: &[u8],
    ) -> Result<Answer, Error> {
        let ty = self.ty(type_name)?;
        let request = proto::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: Some(wire(&ty, state)?),
            private: private.to_vec(),
            provider_meta: None,
            client_capabilities: CAPABILITIES,
        };
        let answer = self
            .client
            .clone()
            .read_resource(request)
            .await?
            .into_inner();
        Ok(answered(
            &ty,
            answer.new_state.as_ref(),
            answer.private,
            answer.diagnostics,
        ))
    }

    /// PlanResourceChange.
    pub async fn plan(
        &self,
        type_name: &str,
        question: &PlanQuestion<'_>,
    ) -> Result<Answer, Error> {
        let ty = self.ty(type_name)?;
        let request = proto::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(wire(&ty, question.prior)?),
            proposed_new_state: Some(wire(&ty, question.proposed)?),
            config: Some(wire(&ty, question.config)?),
            prior_private: question.private.to_vec(),
            provider_meta: None,
            client_capabilities: CAPABILITIES,
        };
        let answer = self
            .client
            .clone()
            .plan_resource_change(request)
            .await?
            .into_inner();
        let paths = answer
            .requires_replace
            .iter()
            .map(diagnostic::read_path)
            .collect();
        let planned = answer.planned_state.as_ref();
        Ok(Answer {
            requires_replace: paths,
            ..answered(&ty, planned, answer.planned_private, answer.diagnostics)
        })
    }

    /// ApplyResourceChange.
    pub async fn apply(&self, type_name: &str, order: &ApplyOrder<'_>) -> Result<Answer, Error> {
        let ty = self.ty(type_name)?;
        let request = proto::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(wire(&ty, order.prior)?),
            planned_state: Some(wire(&ty, order.planned)?),
            config: Some(wire(&ty, order.config)?),
            planned_private: order.private.to_vec(),
            provider_meta: None,
        };
        let answer = self
            .client
            .clone()
            .apply_resource_change(request)
            .await?
            .into_inner();
        Ok(answered(
            &ty,
            answer.new_state.as_ref(),
            answer.private,
            answer.diagnostics,
        ))
    }

    /// ImportResourceState. Core takes exactly one object, of the type that was asked for.
    pub async fn import(&self, type_name: &str, id: &str) -> Result<Answer, Error> {
        let ty = self.ty(type_name)?;
        let request = proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            client_capabilities: CAPABILITIES,
        };
        let answer = self
            .client
            .clone()
            .import_resource_state(request)
            .await?
            .into_inner();
        let diagnostics = answer.diagnostics;
        let [imported] = &answer.imported_resources[..] else {
            let mut answered = answered(&ty, None, vec![], diagnostics);
            if !answered.failed() {
                let count = answer.imported_resources.len();
                let message = format!("an import gives exactly one object, got {count}");
                answered.violations.push(Violation::new(
                    Rule::InvalidImport,
                    &Path::root(),
                    message,
                ));
            }
            return Ok(answered);
        };
        let mut answered = answered(
            &ty,
            imported.state.as_ref(),
            imported.private.clone(),
            diagnostics,
        );
        if imported.type_name != type_name {
            let message = format!(
                "the type {:?} was imported as {type_name:?}",
                imported.type_name
            );
            answered
                .violations
                .push(Violation::new(Rule::InvalidImport, &Path::root(), message));
        }
        Ok(answered)
    }

    /// StopProvider, as core calls it at the first Ctrl-C. The text is the provider's error, empty for none.
    pub async fn stop(&self) -> Result<String, Error> {
        let answer = self
            .client
            .clone()
            .stop_provider(proto::stop_provider::Request {})
            .await?;
        Ok(answer.into_inner().error)
    }

    /// Shutdown, then two seconds for the process to end, then its death. `None` without a process.
    pub async fn close(mut self) -> Result<Option<Closed>, Error> {
        let Some(mut process) = self.process.take() else {
            return Ok(None);
        };
        // go-plugin ignores the outcome: the server may be gone before its answer is out.
        let _ = GrpcControllerClient::new(self.channel.clone())
            .shutdown(Empty {})
            .await;
        drop(self);
        process.wait_or_kill().await.map(Some)
    }

    fn ty(&self, type_name: &str) -> Result<Type, Error> {
        Ok(self.resource(type_name)?.block.implied_type())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        for stream in &self.streams {
            stream.abort();
        }
    }
}
