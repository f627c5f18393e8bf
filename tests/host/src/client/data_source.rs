//! The calls about a data source.

use super::{
    Provider,
    message::{Answer, answered, wire},
};
use crate::{
    diagnostic::{self, Diagnostic},
    error::Error,
    proto::tfplugin6 as proto,
    schema::Schema,
    value::Value,
};

impl Provider {
    /// The schema of a data source.
    pub fn data_source(&self, type_name: &str) -> Result<&Schema, Error> {
        self.schemas
            .data_sources
            .get(type_name)
            .ok_or_else(|| Error::UnknownType {
                type_name: type_name.to_owned(),
            })
    }

    /// ValidateDataResourceConfig.
    pub async fn validate_data_source(
        &self,
        type_name: &str,
        config: &Value,
    ) -> Result<Vec<Diagnostic>, Error> {
        let ty = self.data_source(type_name)?.block.implied_type();
        let request = proto::validate_data_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(wire(&ty, config)?),
        };
        let answer = self
            .client
            .clone()
            .validate_data_resource_config(request)
            .await?;
        Ok(diagnostic::read(answer.into_inner().diagnostics))
    }

    /// ReadDataSource. Core never allows an answer to be deferred.
    pub async fn read_data_source(&self, type_name: &str, config: &Value) -> Result<Answer, Error> {
        let ty = self.data_source(type_name)?.block.implied_type();
        let request = proto::read_data_source::Request {
            type_name: type_name.to_owned(),
            config: Some(wire(&ty, config)?),
            provider_meta: None,
            client_capabilities: self.capabilities(),
        };
        let answer = self
            .client
            .clone()
            .read_data_source(request)
            .await?
            .into_inner();
        Ok(answered(
            &ty,
            answer.state.as_ref(),
            vec![],
            answer.diagnostics,
        ))
    }
}
