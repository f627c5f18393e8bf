//! A running provider: one method per call, values in and values out.

mod data_source;
mod foreign;
mod message;
mod streams;

use tokio::task::JoinHandle;
use tonic::transport::Channel;

pub use self::{
    foreign::Source,
    message::{Answer, ApplyOrder, PlanQuestion},
};
use self::{
    message::{answered, identity_data, wire},
    streams::open_streams,
};
use crate::{
    connection::connect,
    core_rules::Violation,
    diagnostic::{self, Diagnostic},
    error::Error,
    process::{Closed, Launch, Process},
    proto::{
        plugin::{Empty, grpc_controller_client::GrpcControllerClient},
        tfplugin6::{self as proto, provider_client::ProviderClient},
    },
    schema::{IdentitySchema, Schema, Schemas, decode_identities},
    tls::client_config,
    ty::Type,
    value::Value,
};

/// go-plugin's limit for one message, both ways.
const MESSAGE_LIMIT: usize = 256 * 1024 * 1024;

/// The release of Terraform that is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Release {
    /// The newest that keeps no private data of plans.
    #[default]
    V1_15,
    /// It hands the private data of a plan to the plan of its apply.
    V1_16,
}

impl Release {
    fn version(self) -> &'static str {
        match self {
            Self::V1_15 => "1.15.5",
            Self::V1_16 => "1.16.0",
        }
    }
}

/// A connected provider.
#[derive(Debug)]
pub struct Provider {
    client: ProviderClient<Channel>,
    channel: Channel,
    schemas: Schemas,
    violations: Vec<Violation>,
    diagnostics: Vec<Diagnostic>,
    release: Release,
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
        let (mut schemas, mut violations) = Schemas::decode(&answer);
        let identities = identity_schemas(&mut client).await?;
        let (identities, found) = decode_identities(&identities, |type_name| {
            schemas.resources.contains_key(type_name)
        });
        schemas.identities = identities;
        violations.extend(found);
        Ok(Self {
            client,
            channel,
            schemas,
            violations,
            diagnostics: diagnostic::read(answer.diagnostics),
            release: Release::default(),
            process: None,
            streams: Vec::new(),
        })
    }

    /// The same provider as another release of Terraform calls it.
    #[must_use]
    pub fn called_by(mut self, release: Release) -> Self {
        self.release = release;
        self
    }

    /// Returns what core says about itself in every call: deferral is never allowed, write-only
    /// attributes are.
    fn capabilities(&self) -> Option<proto::ClientCapabilities> {
        Some(proto::ClientCapabilities {
            deferral_allowed: false,
            write_only_attributes_allowed: true,
            store_planned_private: self.release == Release::V1_16,
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

    /// The schema of a resource type's identities, if it has any.
    pub fn identity(&self, type_name: &str) -> Option<&IdentitySchema> {
        self.schemas.identities.get(type_name)
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
            terraform_version: self.release.version().to_owned(),
            config: Some(wire(&self.schemas.provider.block.implied_type(), config)?),
            client_capabilities: self.capabilities(),
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
            client_capabilities: self.capabilities(),
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

    /// UpgradeResourceIdentity, with the JSON of the identity as it is stored. The answer has an
    /// identity only.
    pub async fn upgrade_identity(
        &self,
        type_name: &str,
        version: i64,
        identity: &serde_json::Value,
    ) -> Result<Answer, Error> {
        let request = proto::upgrade_resource_identity::Request {
            type_name: type_name.to_owned(),
            version,
            raw_identity: Some(proto::RawState {
                json: identity.to_string().into_bytes(),
                flatmap: Default::default(),
            }),
        };
        let answer = self
            .client
            .clone()
            .upgrade_resource_identity(request)
            .await?
            .into_inner();
        let ty = self.ty(type_name)?;
        Ok(answered(&ty, None, vec![], answer.diagnostics)
            .with_identity(self.identity(type_name), answer.upgraded_identity.as_ref()))
    }

    /// ReadResource.
    pub async fn read(
        &self,
        type_name: &str,
        state: &Value,
        private: &[u8],
        identity: Option<&Value>,
    ) -> Result<Answer, Error> {
        let ty = self.ty(type_name)?;
        let request = proto::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: Some(wire(&ty, state)?),
            private: private.to_vec(),
            provider_meta: None,
            client_capabilities: self.capabilities(),
            current_identity: identity_data(self.identity(type_name), identity)?,
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
        )
        .with_identity(self.identity(type_name), answer.new_identity.as_ref()))
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
            client_capabilities: self.capabilities(),
            prior_identity: identity_data(self.identity(type_name), question.identity)?,
            planned_private: match self.release {
                Release::V1_15 => Vec::new(),
                Release::V1_16 => question.reviewed.to_vec(),
            },
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
                .with_identity(self.identity(type_name), answer.planned_identity.as_ref())
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
            planned_identity: identity_data(self.identity(type_name), order.identity)?,
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
        )
        .with_identity(self.identity(type_name), answer.new_identity.as_ref()))
    }

    /// StopProvider, as core calls it at the first Ctrl-C. The text is the provider's error, empty
    /// for none.
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

/// Core takes a provider that does not know the call for one without identities.
async fn identity_schemas(
    client: &mut ProviderClient<Channel>,
) -> Result<proto::get_resource_identity_schemas::Response, Error> {
    let request = proto::get_resource_identity_schemas::Request {};
    match client.get_resource_identity_schemas(request).await {
        Ok(answer) => Ok(answer.into_inner()),
        Err(status) if status.code() == tonic::Code::Unimplemented => Ok(Default::default()),
        Err(status) => Err(status.into()),
    }
}
