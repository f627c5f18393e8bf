//! Resources with their model types erased: models become values and typed private state becomes bytes.

use std::sync::OnceLock;

use futures_util::future::BoxFuture;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::identity::IdentitySchema;
use crate::framework::model::{FromToValue, Model};
use crate::framework::moved::{MoveSource, Moved};
use crate::framework::path::AttributePath;
use crate::framework::private_state::{self, PrivateState};
use crate::framework::resource::{
    Call, CreateRequest, Created, DeleteRequest, Deleted, Imported, PlanRequest, Planned, Read,
    ReadRequest, Resource, UpdateRequest, Updated,
};
use crate::framework::schema::Schema;
use crate::framework::schema_check;
use crate::framework::ty::Type;
use crate::framework::value::Value;

/// A resource type with its model types erased.
pub struct ErasedResource {
    type_name: &'static str,
    schema: OnceLock<(Schema, Type)>,
    identity_schema: OnceLock<Option<(IdentitySchema, Type)>>,
    pub(super) operations: Box<dyn Operations>,
}

/// Erases the model types of a resource.
pub fn erase<R: Resource>(resource: R) -> ErasedResource {
    ErasedResource {
        type_name: R::TYPE_NAME,
        schema: OnceLock::new(),
        identity_schema: OnceLock::new(),
        operations: Box::new(Typed(resource)),
    }
}

impl ErasedResource {
    /// The type's name in configurations.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The schema, made on first use.
    pub fn schema(&self) -> &Schema {
        &self.schema_and_type().0
    }

    /// The type of a whole configuration or state.
    pub fn ty(&self) -> &Type {
        &self.schema_and_type().1
    }

    /// What is wrong with schema and model, for the provider's tests: see [`crate::framework::schema_check`].
    pub fn violations(&self) -> Vec<String> {
        let mut found = schema_check::violations(self.schema());
        found.extend(self.operations.model_mismatches(self.schema()));
        found
    }

    /// The schema of the identity with the type of a whole identity, made on first use.
    pub(super) fn identity_schema(&self) -> Option<&(IdentitySchema, Type)> {
        let made = self.identity_schema.get_or_init(|| {
            let schema = self.operations.identity_schema()?;
            let ty = schema.ty();
            Some((schema, ty))
        });
        made.as_ref()
    }

    fn schema_and_type(&self) -> &(Schema, Type) {
        self.schema.get_or_init(|| {
            let schema = self.operations.schema();
            let ty = schema.ty();
            (schema, ty)
        })
    }
}

impl std::fmt::Debug for ErasedResource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ErasedResource")
            .field(&self.type_name)
            .finish()
    }
}

/// [`Resource`] over values and bytes.
pub(super) trait Operations: Send + Sync + 'static {
    fn schema(&self) -> Schema;
    fn model_mismatches(&self, schema: &Schema) -> Vec<String>;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn keep_equal_values(&self, prior_state: &Value, planned: &Value) -> Result<Value, Diagnostic>;
    fn plan(
        &self,
        request: PlanRequest<Value, Vec<u8>>,
    ) -> BoxFuture<'_, Result<Planned<Value, Vec<u8>>, Diagnostic>>;
    fn plan_destroy(&self, prior_state: &Value, private: &mut Vec<u8>) -> Diagnostics;
    fn create(
        &self,
        call: Call,
        request: CreateRequest<Value, Vec<u8>>,
    ) -> BoxFuture<'_, Created<Value, Vec<u8>>>;
    fn read(
        &self,
        call: Call,
        request: ReadRequest<Value, Vec<u8>>,
    ) -> BoxFuture<'_, Read<Value, Vec<u8>>>;
    fn update(
        &self,
        call: Call,
        request: UpdateRequest<Value, Vec<u8>>,
    ) -> BoxFuture<'_, Result<Updated<Value, Vec<u8>>, Diagnostic>>;
    fn delete(&self, call: Call, request: DeleteRequest<Value, Vec<u8>>) -> BoxFuture<'_, Deleted>;
    fn import(
        &self,
        call: Call,
        id: String,
    ) -> BoxFuture<'_, Result<Imported<Value, Vec<u8>>, Diagnostics>>;
    fn upgrade(
        &self,
        version: i64,
        state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics>;
    fn identity_schema(&self) -> Option<IdentitySchema>;
    fn identity(&self, state: &Value) -> Result<Option<Value>, Diagnostic>;
    fn upgrade_identity(
        &self,
        version: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics>;
    fn import_by_identity(
        &self,
        call: Call,
        identity: Value,
    ) -> BoxFuture<'_, Result<Imported<Value, Vec<u8>>, Diagnostics>>;
    fn move_from(&self, source: MoveSource) -> Result<Moved<Value, Vec<u8>>, Diagnostics>;
    fn generate_config(&self, arguments: &Value) -> Result<Value, Diagnostic>;
}

struct Typed<R>(R);

impl<R: Resource> Operations for Typed<R> {
    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn model_mismatches(&self, schema: &Schema) -> Vec<String> {
        let mut found = schema_check::model_matches::<R::Model>(schema);
        if let Some(schema) = self.0.identity_schema() {
            found.extend(schema_check::identity_violations::<R::Identity>(&schema));
        }
        found
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match model(config) {
            Ok(config) => self.0.validate(&config),
            Err(bug) => bug.into(),
        }
    }

    fn keep_equal_values(&self, prior_state: &Value, planned: &Value) -> Result<Value, Diagnostic> {
        let mut kept = model(planned)?;
        self.0.keep_equal_values(&model(prior_state)?, &mut kept);
        Ok(kept.to_value())
    }

    fn plan(
        &self,
        request: PlanRequest<Value, Vec<u8>>,
    ) -> BoxFuture<'_, Result<Planned<Value, Vec<u8>>, Diagnostic>> {
        Box::pin(async move {
            let planned = self.0.plan(PlanRequest {
                config: model(&request.config)?,
                prior_state: request.prior_state.as_ref().map(model).transpose()?,
                planned_state: model(&request.planned_state)?,
                requires_replace: request.requires_replace,
                private: private_state::decode(&request.private),
            });
            let planned = planned.await;
            Ok(Planned {
                state: planned.state.to_value(),
                requires_replace: planned.requires_replace,
                private: private_state::encode(&planned.private),
                diagnostics: planned.diagnostics,
            })
        })
    }

    fn plan_destroy(&self, prior_state: &Value, private: &mut Vec<u8>) -> Diagnostics {
        match model(prior_state) {
            Ok(prior_state) => {
                let mut decoded = private_state::decode(private);
                let announced = self.0.plan_destroy(&prior_state, &mut decoded);
                *private = private_state::encode(&decoded);
                announced
            }
            Err(bug) => bug.into(),
        }
    }

    fn create(
        &self,
        call: Call,
        request: CreateRequest<Value, Vec<u8>>,
    ) -> BoxFuture<'_, Created<Value, Vec<u8>>> {
        Box::pin(async move {
            let (config, planned_state) =
                match (model(&request.config), model(&request.planned_state)) {
                    (Ok(config), Ok(planned_state)) => (config, planned_state),
                    (Err(bug), _) | (_, Err(bug)) => return Created::Nothing(bug.into()),
                };
            let request = CreateRequest {
                config,
                planned_state,
                private: private_state::decode(&request.private),
            };
            match self.0.create(call, request).await {
                Created::Nothing(diagnostics) => Created::Nothing(diagnostics),
                Created::Object {
                    state,
                    private,
                    warnings,
                } => Created::Object {
                    state: state.to_value(),
                    private: private_state::encode(&private),
                    warnings,
                },
            }
        })
    }

    fn read(
        &self,
        call: Call,
        request: ReadRequest<Value, Vec<u8>>,
    ) -> BoxFuture<'_, Read<Value, Vec<u8>>> {
        Box::pin(async move {
            let state = match model(&request.state) {
                Ok(state) => state,
                Err(bug) => return Read::Failed(bug.into()),
            };
            let request = ReadRequest {
                state,
                private: private_state::decode(&request.private),
            };
            match self.0.read(call, request).await {
                Read::Object {
                    state,
                    private,
                    warnings,
                } => Read::Object {
                    state: state.to_value(),
                    private: private_state::encode(&private),
                    warnings,
                },
                Read::Gone(warnings) => Read::Gone(warnings),
                Read::Failed(diagnostics) => Read::Failed(diagnostics),
            }
        })
    }

    fn update(
        &self,
        call: Call,
        request: UpdateRequest<Value, Vec<u8>>,
    ) -> BoxFuture<'_, Result<Updated<Value, Vec<u8>>, Diagnostic>> {
        Box::pin(async move {
            let request = UpdateRequest {
                config: model(&request.config)?,
                prior_state: model(&request.prior_state)?,
                planned_state: model(&request.planned_state)?,
                private: private_state::decode(&request.private),
            };
            let updated = self.0.update(call, request).await;
            Ok(Updated {
                state: updated.state.to_value(),
                private: private_state::encode(&updated.private),
                diagnostics: updated.diagnostics,
            })
        })
    }

    fn delete(&self, call: Call, request: DeleteRequest<Value, Vec<u8>>) -> BoxFuture<'_, Deleted> {
        Box::pin(async move {
            match model(&request.state) {
                Ok(state) => {
                    let private = private_state::decode(&request.private);
                    self.0.delete(call, DeleteRequest { state, private }).await
                }
                Err(bug) => Deleted::Kept(bug.into()),
            }
        })
    }

    fn import(
        &self,
        call: Call,
        id: String,
    ) -> BoxFuture<'_, Result<Imported<Value, Vec<u8>>, Diagnostics>> {
        Box::pin(async move {
            let imported = self.0.import(call, id).await?;
            Ok(erased_import(&imported))
        })
    }

    fn upgrade(
        &self,
        version: i64,
        state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        self.0.upgrade(version, state)
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        self.0.identity_schema()
    }

    fn identity(&self, state: &Value) -> Result<Option<Value>, Diagnostic> {
        let identity = self.0.identity(&model(state)?);
        Ok(identity.map(|identity| identity.to_value()))
    }

    fn upgrade_identity(
        &self,
        version: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        self.0.upgrade_identity(version, identity)
    }

    fn import_by_identity(
        &self,
        call: Call,
        identity: Value,
    ) -> BoxFuture<'_, Result<Imported<Value, Vec<u8>>, Diagnostics>> {
        Box::pin(async move {
            let imported = self.0.import_by_identity(call, model(&identity)?).await?;
            Ok(erased_import(&imported))
        })
    }

    fn move_from(&self, source: MoveSource) -> Result<Moved<Value, Vec<u8>>, Diagnostics> {
        let moved = self.0.move_from(source)?;
        Ok(Moved {
            state: moved.state.to_value(),
            private: private_state::encode(&moved.private),
            warnings: moved.warnings,
        })
    }

    fn generate_config(&self, arguments: &Value) -> Result<Value, Diagnostic> {
        Ok(self.0.generate_config(model(arguments)?).to_value())
    }
}

fn erased_import<M: Model, P: PrivateState>(imported: &Imported<M, P>) -> Imported<Value, Vec<u8>> {
    Imported {
        state: imported.state.to_value(),
        private: private_state::encode(&imported.private),
    }
}

/// The value as a model. A number or a null may be none of a model; any other failure means that model and schema disagree, which
/// [`schema_check`] finds in tests.
///
/// [`schema_check`]: crate::framework::schema_check
pub(super) fn model<M: Model>(value: &Value) -> Result<M, Diagnostic> {
    M::from_value(value, &AttributePath::default()).map_err(|error| {
        if error.is_another_number() {
            let detail = format!(
                "`{}` takes a whole number, without a fraction and of 64 bits at most. Correct the value.",
                error.path
            );
            return Diagnostic::error("Invalid number", detail).at(error.path);
        }
        if error.is_null_inside() {
            let detail = format!(
                "`{}` is null, and {} is needed there. Leave it out, or give it a value.",
                error.path, error.expected
            );
            return Diagnostic::error("Invalid null", detail).at(error.path);
        }
        Diagnostic::bug(format!(
            "A value does not have the form of its model. {error}."
        ))
        .at(error.path)
    })
}
