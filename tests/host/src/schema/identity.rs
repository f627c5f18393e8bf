//! Schemas of identities: what core stores beside a state to name its object for good.

use std::collections::BTreeMap;

use crate::{
    core_rules::{Rule, Violation},
    path::Path,
    proto::tfplugin6 as proto,
    ty::Type,
};

/// The schema of the identities of one resource type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentitySchema {
    /// The version that an identity is stored with.
    pub version: i64,
    /// Attributes by name.
    pub attributes: BTreeMap<String, IdentityAttribute>,
}

/// One attribute of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityAttribute {
    /// What values it takes.
    pub ty: Type,
    /// An import by identity must give it; otherwise it may.
    pub required_for_import: bool,
}

impl IdentitySchema {
    /// The type of a whole identity.
    pub fn implied_type(&self) -> Type {
        let attributes = self.attributes.iter();
        Type::Object(
            attributes
                .map(|(name, it)| (name.clone(), it.ty.clone()))
                .collect(),
        )
    }
}

/// Reads the schemas by resource type. The violations are those of core's check at load.
pub(crate) fn decode(
    answer: &proto::get_resource_identity_schemas::Response,
    is_resource: impl Fn(&str) -> bool,
) -> (BTreeMap<String, IdentitySchema>, Vec<Violation>) {
    let mut violations = Vec::new();
    let mut schemas = BTreeMap::new();
    for (type_name, schema) in &answer.identity_schemas {
        let at = Path::root().attribute(type_name);
        if !is_resource(type_name) {
            let message = "there is an identity, but no such resource type";
            violations.push(Violation::new(Rule::Schema, &at, message));
        }
        let mut attributes = BTreeMap::new();
        for attribute in &schema.identity_attributes {
            let at = at.attribute(&attribute.name);
            if attribute.required_for_import == attribute.optional_for_import {
                let message = "exactly one of required_for_import and optional_for_import is set";
                violations.push(Violation::new(Rule::Schema, &at, message));
            }
            let Ok(ty) = Type::from_slice(&attribute.r#type) else {
                violations.push(Violation::new(
                    Rule::Schema,
                    &at,
                    "the type is not readable",
                ));
                continue;
            };
            let read = IdentityAttribute {
                ty,
                required_for_import: attribute.required_for_import,
            };
            attributes.insert(attribute.name.clone(), read);
        }
        let schema = IdentitySchema {
            version: schema.version,
            attributes,
        };
        schemas.insert(type_name.clone(), schema);
    }
    (schemas, violations)
}
