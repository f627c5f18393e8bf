//! ValidateDataResourceConfig and ReadDataSource: a data source behind one method per RPC.

use std::sync::OnceLock;

use super::hosted::Pending;
use super::proto::{
    Deferred, Schema as ProtoSchema, deferred, read_data_source, validate_data_resource_config,
};
use super::{from_proto, to_proto};
use crate::framework::conformance::{Difference, check_created, fit};
use crate::framework::plan::expected_of_config;
use crate::framework::{
    Call, DataSource, Diagnostic, Diagnostics, FromToValue as _, Schema, Type, Value,
};

/// A data source as the service sees it.
pub(super) trait DataSourceRpc: Send + Sync + 'static {
    fn schema(&self) -> ProtoSchema;
    fn validate_data_resource_config(
        &self,
        call: Call,
        request: validate_data_resource_config::Request,
    ) -> Pending<'_, validate_data_resource_config::Response>;
    fn read_data_source(
        &self,
        call: Call,
        request: read_data_source::Request,
    ) -> Pending<'_, read_data_source::Response>;
    /// Answers a read that has to wait until the provider block is known.
    fn defer_data_source(
        &self,
        call: Call,
        request: read_data_source::Request,
    ) -> Pending<'_, read_data_source::Response>;
}

/// A data source with its schema, made on first use.
pub(super) struct HostedData<D: DataSource> {
    data_source: D,
    schema: OnceLock<(Schema, Type)>,
}

impl<D: DataSource> HostedData<D> {
    pub(super) fn new(data_source: D) -> Self {
        Self {
            data_source,
            schema: OnceLock::new(),
        }
    }

    fn schema(&self) -> (&Schema, &Type) {
        let (schema, ty) = self.schema.get_or_init(|| {
            let schema = self.data_source.schema();
            let ty = schema.ty();
            (schema, ty)
        });
        (schema, ty)
    }

    /// Looks the object up. A state that core would refuse, or would take although it changes an
    /// argument, is an error: nothing is lost with it.
    async fn read(
        &self,
        call: Call,
        request: read_data_source::Request,
    ) -> Result<read_data_source::Response, Diagnostics> {
        let (schema, ty) = self.schema();
        let config = from_proto::object(request.config.as_ref(), ty)?;
        let read = Box::pin(self.data_source.read(call, from_proto::model(&config)?));
        let (state, warnings) = read
            .await
            .map_err(|diagnostics| diagnostics.of_failure("The read failed without saying why"))?;
        let (state, mut differences) = fit(state.to_value(), ty);
        let expected = expected_of_config(schema, &config);
        differences.extend(check_created(&expected, &state));
        if !differences.is_empty() {
            return Err(differences.into_iter().map(invalid::<D>).collect());
        }
        Ok(read_data_source::Response {
            state: Some(to_proto::value(&state, ty)?),
            diagnostics: to_proto::diagnostics(warnings),
            ..read_data_source::Response::default()
        })
    }
}

fn invalid<D: DataSource>(difference: Difference) -> Diagnostic {
    let type_name = D::TYPE_NAME;
    Diagnostic::bug(format!(
        "The state of {type_name} is invalid: {difference}."
    ))
    .at(difference.path)
}

impl<D: DataSource> DataSourceRpc for HostedData<D> {
    fn schema(&self) -> ProtoSchema {
        to_proto::schema(self.schema().0)
    }

    fn validate_data_resource_config(
        &self,
        _call: Call,
        request: validate_data_resource_config::Request,
    ) -> Pending<'_, validate_data_resource_config::Response> {
        Box::pin(async move {
            let config = from_proto::object(request.config.as_ref(), self.schema().1)?;
            let diagnostics = self.data_source.validate(&from_proto::model(&config)?);
            Ok(validate_data_resource_config::Response {
                diagnostics: to_proto::diagnostics(diagnostics),
            })
        })
    }

    fn read_data_source(
        &self,
        call: Call,
        request: read_data_source::Request,
    ) -> Pending<'_, read_data_source::Response> {
        Box::pin(self.read(call, request))
    }

    fn defer_data_source(
        &self,
        _call: Call,
        _request: read_data_source::Request,
    ) -> Pending<'_, read_data_source::Response> {
        Box::pin(async move {
            Ok(read_data_source::Response {
                state: Some(to_proto::value(&Value::Unknown, self.schema().1)?),
                deferred: Some(Deferred {
                    reason: deferred::Reason::ProviderConfigUnknown.into(),
                }),
                ..read_data_source::Response::default()
            })
        })
    }
}
