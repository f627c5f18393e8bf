//! What a resource author writes: one trait, one outcome type per operation.
//!
//! The outcome types make the taint rule of core hard to break. Core taints a created object that
//! comes back together with an error, and the next apply destroys it and creates it again. So
//! [`Created`] is either nothing with errors or an object with [`Warnings`], which cannot hold an
//! error.

use std::fmt;
use std::future::Future;

use super::diagnostics::{Diagnostic, Diagnostics, Warnings};
use super::model::Model;
use super::private_state::PrivateState;
use super::provider::Call;
use super::schema::Schema;
use crate::framework::value::{AttributePath, Type};

/// A managed resource type.
///
/// `plan` and its parts are pure and deterministic: core plans twice and compares. Every other
/// operation runs in a task that neither a dropped call nor StopProvider cancels; it watches `stop`
/// of its [`Call`] itself.
pub trait Resource: Sized + Send + Sync + 'static {
    /// Configuration, plan and state as a struct.
    type Model: Model;
    /// What is kept beside the state, invisible to users; [`NoPrivate`](super::NoPrivate) where
    /// nothing is.
    type Private: PrivateState;
    /// What names an object for good; [`NoIdentity`] where there is no identity schema.
    type Identity: Model;

    /// The type's name in configurations: `digicert_ssl_order`.
    const TYPE_NAME: &'static str;

    /// The schema. Called once in a process.
    fn schema(&self) -> Schema;

    /// Checks what can be known of a configuration that may hold unknown values. No network.
    fn validate(&self, _config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Puts back the prior value of each attribute of `planned` that means the same, so that
    /// another spelling is no change.
    fn keep_equal_values(&self, _prior_state: &Self::Model, _planned: &mut Self::Model) {}

    /// Refines the plan of a create or update after the generic passes; leaves it as it is by
    /// default.
    fn plan(&self, request: PlanRequest<Self>) -> impl Future<Output = Planned<Self>> + Send {
        std::future::ready(Planned::unchanged(request))
    }

    /// Says what a destroy will do. An error refuses it. What is left in the private data is what
    /// the delete gets to see, so that it can tell an announced destroy from one that core did not
    /// ask about: that of a tainted object.
    fn plan_destroy(
        &self,
        _prior_state: &Self::Model,
        _private: &mut Self::Private,
    ) -> impl Future<Output = Diagnostics> + Send {
        std::future::ready(Diagnostics::new())
    }

    /// Makes the object of a plan.
    fn create(
        &self,
        call: Call,
        request: CreateRequest<Self>,
    ) -> impl Future<Output = Created<Self>> + Send;

    /// Looks at the object of a state.
    fn read(
        &self,
        call: Call,
        request: ReadRequest<Self>,
    ) -> impl Future<Output = Read<Self>> + Send;

    /// Changes the object of `prior_state` into that of the plan. By default the plan is the state:
    /// nothing is called.
    fn update(
        &self,
        _call: Call,
        request: UpdateRequest<Self>,
    ) -> impl Future<Output = Updated<Self>> + Send {
        std::future::ready(Updated {
            state: request.planned_state,
            private: request.private,
            diagnostics: Diagnostics::new(),
        })
    }

    /// Lets go of the object. By default core forgets it: nothing is called.
    fn delete(
        &self,
        _call: Call,
        _request: DeleteRequest<Self>,
    ) -> impl Future<Output = Deleted> + Send {
        std::future::ready(Deleted::Gone(Warnings::new()))
    }

    /// Turns the id of an `import` into a first state, which core then has read. Refuses by
    /// default.
    fn import(
        &self,
        _call: Call,
        _id: String,
    ) -> impl Future<Output = Result<Imported<Self>, Diagnostics>> + Send {
        let refusal = Diagnostic::error(
            "Import not supported",
            format!(
                "A {} cannot be imported. Remove the `import` block and let Terraform create it.",
                Self::TYPE_NAME
            ),
        );
        std::future::ready(Err(refusal.into()))
    }

    /// Brings a state of an older schema version into today's form. `state` is the JSON of the
    /// state file.
    fn upgrade(
        &self,
        version: i64,
        _state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        Err(Diagnostic::error(
            "State of an unknown schema version",
            format!(
                "The state of this {} was written by schema version {version}, which no release of \
                 this provider had. Restore the state from a backup, or remove the resource with \
                 `terraform state rm` and import it again.",
                Self::TYPE_NAME
            ),
        )
        .into())
    }

    /// What an identity consists of; none if objects of this type have no identity. Called once in
    /// a process.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of the object in a state or plan; none if the state does not say enough. An
    /// update may change it: core stores what each read and apply answers. In a plan that is about
    /// to change it, it is unknown.
    fn identity(&self, _state: &Self::Model) -> Option<Self::Identity> {
        None
    }

    /// Brings an identity of an older version into today's form. `identity` is the JSON of the
    /// state file.
    fn upgrade_identity(
        &self,
        version: i64,
        _identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        Err(Diagnostic::error(
            "Identity of an unknown version",
            format!(
                "The state of this {} has an identity of version {version}, which no release of \
                 this provider wrote. Restore the state from a backup, or remove the resource with \
                 `terraform state rm` and import it again.",
                Self::TYPE_NAME
            ),
        )
        .into())
    }

    /// Turns the identity of an `import` into a first state, which core then has read.
    fn import_by_identity(
        &self,
        _call: Call,
        _identity: Self::Identity,
    ) -> impl Future<Output = Result<Imported<Self>, Diagnostics>> + Send {
        let refusal = Diagnostic::error(
            "Import by identity not supported",
            format!(
                "A {} has no identity. Import it by its `id`.",
                Self::TYPE_NAME
            ),
        );
        std::future::ready(Err(refusal.into()))
    }

    /// Takes over an object of another resource type, for a `moved` block. No network: core has the
    /// result read next.
    fn move_from(&self, source: MoveSource) -> Result<Moved<Self>, Diagnostics> {
        Err(nothing_moves_here(Self::TYPE_NAME, &source).into())
    }

    /// Makes a configuration that plans to no change out of the arguments of an imported state.
    fn generate_config(&self, arguments: Self::Model) -> Self::Model {
        arguments
    }
}

/// A create or update to plan. The generic passes (defaults, unknown marks, requires-replace) have
/// run.
#[derive(Clone, Debug)]
pub struct PlanRequest<R: Resource> {
    /// The configuration, perhaps with unknown values.
    pub config: R::Model,
    /// The object as it is; none for a create, and none for the create half of a replacement.
    pub prior_state: Option<R::Model>,
    /// The plan so far.
    pub planned_state: R::Model,
    /// Paths that force a new object so far.
    pub requires_replace: Vec<AttributePath>,
    /// Private data of the object; default for a create.
    pub private: R::Private,
    /// Says that Terraform hands the private data of this plan to the plan of its apply. Terraform
    /// 1.16 and later do.
    pub private_is_kept: bool,
    /// Holds the private data of the reviewed plan in the plan of its apply; none in a first plan,
    /// and where Terraform keeps none.
    pub reviewed: Option<R::Private>,
}

/// A plan.
#[derive(Clone, Debug)]
pub struct Planned<R: Resource> {
    /// The state after apply, as far as it can be known.
    pub state: R::Model,
    /// Paths whose change forces a new object.
    pub requires_replace: Vec<AttributePath>,
    /// Handed to apply unchanged.
    pub private: R::Private,
    /// Errors refuse the plan.
    pub diagnostics: Diagnostics,
}

impl<R: Resource> Planned<R> {
    /// The plan as the generic passes left it.
    pub fn unchanged(request: PlanRequest<R>) -> Self {
        Self {
            state: request.planned_state,
            requires_replace: request.requires_replace,
            private: request.private,
            diagnostics: Diagnostics::new(),
        }
    }
}

/// A create to carry out.
#[derive(Clone, Debug)]
pub struct CreateRequest<R: Resource> {
    /// The configuration, wholly known.
    pub config: R::Model,
    /// The plan; computed values are unknown in it.
    pub planned_state: R::Model,
    /// Private data of the plan.
    pub private: R::Private,
}

/// What came of a create.
#[derive(Clone, Debug)]
pub enum Created<R: Resource> {
    /// Nothing exists, or nobody knows: the diagnostics hold an error and core keeps no object.
    Nothing(Diagnostics),
    /// The object exists. Whatever went wrong afterwards is a warning.
    Object {
        /// Wholly known.
        state: R::Model,
        /// Kept beside it.
        private: R::Private,
        /// What a person should know.
        warnings: Warnings,
    },
}

/// An object to look at.
#[derive(Clone, Debug)]
pub struct ReadRequest<R: Resource> {
    /// The state as stored.
    pub state: R::Model,
    /// Private data as stored.
    pub private: R::Private,
}

/// What a look at the object showed.
#[derive(Clone, Debug)]
pub enum Read<R: Resource> {
    /// The object is there.
    Object {
        /// As it is now; wholly known.
        state: R::Model,
        /// Kept beside it; whatever is not given here is lost.
        private: R::Private,
        /// What a person should know.
        warnings: Warnings,
    },
    /// The object is gone for certain: core drops it from state and plans to create it.
    Gone(Warnings),
    /// It could not be looked at; state stays as it was. The diagnostics hold an error.
    Failed(Diagnostics),
}

/// An update to carry out.
#[derive(Clone, Debug)]
pub struct UpdateRequest<R: Resource> {
    /// The configuration, wholly known.
    pub config: R::Model,
    /// The object as it was.
    pub prior_state: R::Model,
    /// The object as it shall be.
    pub planned_state: R::Model,
    /// Private data of the plan.
    pub private: R::Private,
}

/// What came of an update: state and errors may stand together, since core never taints on update.
#[derive(Clone, Debug)]
pub struct Updated<R: Resource> {
    /// How far it came; with an error, the steps that were done.
    pub state: R::Model,
    /// Kept beside it.
    pub private: R::Private,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// An object to let go of.
#[derive(Clone, Debug)]
pub struct DeleteRequest<R: Resource> {
    /// The object as stored.
    pub state: R::Model,
    /// Private data of the plan: of the destroy, or of the replacement that the destroy is a part
    /// of.
    pub private: R::Private,
}

/// What came of a delete.
#[derive(Clone, Debug)]
pub enum Deleted {
    /// Core forgets the object.
    Gone(Warnings),
    /// Core keeps the object as it was. The diagnostics hold an error.
    Kept(Diagnostics),
}

/// The first state of an import.
#[derive(Clone, Debug)]
pub struct Imported<R: Resource> {
    /// Enough for a read.
    pub state: R::Model,
    /// Kept beside it.
    pub private: R::Private,
}

/// The object of another resource type, as its provider stored it. What that provider kept in
/// private is not here: only it could read it.
#[derive(Clone, PartialEq)]
pub struct MoveSource {
    /// `registry.terraform.io/namespace/type`.
    pub provider_address: String,
    /// The resource type there.
    pub type_name: String,
    /// The schema version that wrote `state`.
    pub schema_version: i64,
    /// The JSON of the state file.
    pub state: serde_json::Value,
    /// The JSON of its identity with the version that wrote it, if it has one.
    pub identity: Option<(i64, serde_json::Value)>,
}

impl MoveSource {
    /// `type of provider`, for a message. Both come from a state file, so what could move a cursor
    /// is escaped.
    pub fn origin(&self) -> String {
        let (type_name, provider) = (&self.type_name, &self.provider_address);
        format!(
            "{} of {}",
            type_name.escape_debug(),
            provider.escape_debug()
        )
    }
}

/// Says where it comes from only: a foreign state may hold secrets.
impl fmt::Debug for MoveSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MoveSource")
            .field("provider_address", &self.provider_address)
            .field("type_name", &self.type_name)
            .field("schema_version", &self.schema_version)
            .finish_non_exhaustive()
    }
}

/// An object that was taken over.
#[derive(Clone, Debug)]
pub struct Moved<R: Resource> {
    /// Enough for a read.
    pub state: R::Model,
    /// Kept beside it.
    pub private: R::Private,
    /// What a person should know, such as what was left behind.
    pub warnings: Warnings,
}

/// The refusal of a type that takes over nothing.
fn nothing_moves_here(type_name: &str, source: &MoveSource) -> Diagnostic {
    Diagnostic::error(
        "Move not supported",
        format!(
            "A {} cannot become a {type_name}: no other resource type can. Remove the `moved` \
             block and import the object.",
            source.origin(),
        ),
    )
}

/// The schema of an identity: the few values that name an object for good, apart from everything
/// else that its state says. Terraform since 1.12 stores it beside the state and imports by it;
/// older releases never ask.
#[derive(Clone, Debug)]
pub struct IdentitySchema {
    /// Raised with every change of an attribute's meaning or type; counts apart from the version of
    /// the resource's schema.
    pub version: i64,
    /// All of them together name one object.
    pub attributes: Vec<IdentityAttribute>,
}

/// One value of an identity.
#[derive(Clone, Debug)]
pub struct IdentityAttribute {
    /// The name in `import` blocks and in the state.
    pub name: &'static str,
    /// A plain type.
    pub ty: Type,
    /// Whether an import by identity must give it; otherwise it may.
    pub required_for_import: bool,
    /// What it is, in Markdown.
    pub description: &'static str,
}

impl IdentitySchema {
    /// The type of a whole identity.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter();
        Type::Object(
            attributes
                .map(|attribute| (attribute.name.to_owned(), attribute.ty.clone()))
                .collect(),
        )
    }
}

crate::model! {
    /// The identity of resource types that have none.
    pub struct NoIdentity {}
}
