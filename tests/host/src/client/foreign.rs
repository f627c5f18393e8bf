//! Calls for objects that come from elsewhere: imports, moves across types, and the configuration
//! that is written for them.

use super::{
    Provider,
    message::{Answer, answered, identity_data, wire},
};
use crate::{
    core_rules::{Rule, Violation},
    error::Error,
    path::Path,
    proto::tfplugin6 as proto,
    value::Value,
};

/// An object of another resource type, as a state holds it.
#[derive(Clone, Debug)]
pub struct Source {
    /// `registry.terraform.io/namespace/type`.
    pub provider_address: String,
    /// The resource type there.
    pub type_name: String,
    /// The schema version that wrote it.
    pub schema_version: i64,
    /// Its attributes.
    pub attributes: serde_json::Value,
    /// What its provider kept beside them.
    pub private: Vec<u8>,
}

impl Provider {
    /// ImportResourceState by id. Core takes exactly one object, of the type that was asked for.
    pub async fn import(&self, type_name: &str, id: &str) -> Result<Answer, Error> {
        self.imported(proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            client_capabilities: self.capabilities(),
            identity: None,
        })
        .await
    }

    /// ImportResourceState by identity, which must come back.
    pub async fn import_by_identity(
        &self,
        type_name: &str,
        identity: &Value,
    ) -> Result<Answer, Error> {
        let answer = self.imported(proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: String::new(),
            client_capabilities: self.capabilities(),
            identity: identity_data(self.identity(type_name), Some(identity))?,
        });
        let mut answer = answer.await?;
        if !answer.failed() && answer.identity.is_none() {
            answer.violations.push(violation(
                "an import by identity did not return an identity".to_owned(),
            ));
        }
        Ok(answer)
    }

    async fn imported(
        &self,
        request: proto::import_resource_state::Request,
    ) -> Result<Answer, Error> {
        let type_name = request.type_name.clone();
        let ty = self.ty(&type_name)?;
        let answer = self.client.clone().import_resource_state(request).await?;
        let answer = answer.into_inner();
        let diagnostics = answer.diagnostics;
        let [imported] = &answer.imported_resources[..] else {
            let mut answered = answered(&ty, None, vec![], diagnostics);
            if !answered.failed() {
                let count = answer.imported_resources.len();
                answered.violations.push(violation(format!(
                    "an import gives exactly one object, got {count}"
                )));
            }
            return Ok(answered);
        };
        let state = imported.state.as_ref();
        let mut answered = answered(&ty, state, imported.private.clone(), diagnostics)
            .with_identity(self.identity(&type_name), imported.identity.as_ref());
        if imported.type_name != type_name {
            answered.violations.push(violation(format!(
                "the type {type_name:?} was imported as {:?}",
                imported.type_name
            )));
        }
        Ok(answered)
    }

    /// MoveResourceState. Core refuses to ask a provider that does not announce the capability.
    pub async fn move_from(&self, type_name: &str, source: &Source) -> Result<Answer, Error> {
        let ty = self.ty(type_name)?;
        if !self.schemas.can_move {
            return Ok(Answer {
                violations: vec![violation(
                    "the provider does not support moves across resource types".to_owned(),
                )],
                ..Answer::default()
            });
        }
        let request = proto::move_resource_state::Request {
            source_provider_address: source.provider_address.clone(),
            source_type_name: source.type_name.clone(),
            source_schema_version: source.schema_version,
            source_state: Some(proto::RawState {
                json: source.attributes.to_string().into_bytes(),
                ..proto::RawState::default()
            }),
            source_private: source.private.clone(),
            target_type_name: type_name.to_owned(),
            ..proto::move_resource_state::Request::default()
        };
        let answer = self.client.clone().move_resource_state(request).await?;
        let answer = answer.into_inner();
        let state = answer.target_state.as_ref();
        Ok(
            answered(&ty, state, answer.target_private, answer.diagnostics)
                .with_identity(self.identity(type_name), answer.target_identity.as_ref()),
        )
    }

    /// GenerateResourceConfig for a state.
    pub async fn generate_config(&self, type_name: &str, state: &Value) -> Result<Answer, Error> {
        let ty = self.ty(type_name)?;
        let request = proto::generate_resource_config::Request {
            type_name: type_name.to_owned(),
            state: Some(wire(&ty, state)?),
        };
        let answer = self
            .client
            .clone()
            .generate_resource_config(request)
            .await?;
        let answer = answer.into_inner();
        let config = answer.config.as_ref();
        Ok(answered(&ty, config, vec![], answer.diagnostics))
    }
}

fn violation(message: String) -> Violation {
    Violation::new(Rule::InvalidImport, &Path::root(), message)
}
