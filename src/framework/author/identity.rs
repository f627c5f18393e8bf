//! The identity of an object: the few values that name it for good, apart from everything else that its state says. Cores since
//! Terraform 1.12 store it beside the state and import by it; older ones never ask.

use crate::framework::value::Type;

/// The schema of an identity.
#[derive(Clone, Debug)]
pub struct IdentitySchema {
    /// Raised with every change of an attribute's meaning or type; counts apart from the version of the resource's schema.
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
