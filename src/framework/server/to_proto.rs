//! Our types to those of the protocol.

use super::proto;
use super::proto::attribute_path::step::Selector;
use super::proto::diagnostic::Severity as ProtoSeverity;
use super::proto::schema::object::NestingMode;
use crate::framework::msgpack;
use crate::framework::{
    Attribute, AttributePath, Diagnostic, IdentitySchema, Kind, Mode, Nesting, Schema, Severity,
    Step, Type, Value,
};

/// An answer that can carry diagnostics. Its default is the refusal: core then keeps what it had.
pub(super) trait Answer: Default + Send + 'static {
    fn diagnostics(&mut self) -> &mut Vec<proto::Diagnostic>;
}

macro_rules! answers {
    ($($rpc:ident),* $(,)?) => {
        $(impl Answer for proto::$rpc::Response {
            fn diagnostics(&mut self) -> &mut Vec<proto::Diagnostic> {
                &mut self.diagnostics
            }
        })*
    };
}

answers!(
    get_provider_schema,
    validate_provider_config,
    configure_provider,
    validate_resource_config,
    upgrade_resource_state,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
    get_resource_identity_schemas,
    upgrade_resource_identity,
    move_resource_state,
    generate_resource_config,
    validate_data_resource_config,
    read_data_source,
);

pub(super) fn value(value: &Value, ty: &Type) -> Result<proto::DynamicValue, Diagnostic> {
    let msgpack = msgpack::encode(value, ty).map_err(|error| {
        Diagnostic::bug(format!("A value cannot be sent to Terraform: {error}.")).at(error.path)
    })?;
    Ok(proto::DynamicValue {
        msgpack,
        json: Vec::new(),
    })
}

pub(super) fn diagnostics(
    diagnostics: impl IntoIterator<Item = Diagnostic>,
) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: Diagnostic) -> proto::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => ProtoSeverity::Error,
        Severity::Warning => ProtoSeverity::Warning,
    };
    proto::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: diagnostic.attribute.as_ref().map(path),
    }
}

pub(super) fn path(path: &AttributePath) -> proto::AttributePath {
    let steps = path.steps().iter().map(|step| proto::attribute_path::Step {
        selector: Some(match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
        }),
    });
    proto::AttributePath {
        steps: steps.collect(),
    }
}

pub(super) fn schema(schema: &Schema) -> proto::Schema {
    proto::Schema {
        version: schema.version,
        block: Some(proto::schema::Block {
            version: schema.version,
            attributes: schema.attributes.iter().map(attribute).collect(),
            description: schema.description.to_owned(),
            description_kind: proto::StringKind::Markdown.into(),
            ..proto::schema::Block::default()
        }),
    }
}

pub(super) fn identity_schema(schema: &IdentitySchema) -> proto::ResourceIdentitySchema {
    let attributes = schema.attributes.iter().map(|attribute| {
        proto::resource_identity_schema::IdentityAttribute {
            name: attribute.name.to_owned(),
            r#type: attribute.ty.to_json().to_string().into_bytes(),
            required_for_import: attribute.required_for_import,
            optional_for_import: !attribute.required_for_import,
            description: attribute.description.to_owned(),
        }
    });
    proto::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: attributes.collect(),
    }
}

fn attribute(attribute: &Attribute) -> proto::schema::Attribute {
    let (ty, nested_type) = match &attribute.kind {
        Kind::Nested(nesting, attributes) if !is_plain_for_core(attribute) => {
            (Vec::new(), Some(object(*nesting, attributes)))
        }
        _ => (attribute.ty().to_json().to_string().into_bytes(), None),
    };
    proto::schema::Attribute {
        name: attribute.name.to_owned(),
        r#type: ty,
        description: attribute.description.to_owned(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        description_kind: proto::StringKind::Markdown.into(),
        nested_type,
        ..proto::schema::Attribute::default()
    }
}

/// Whether core is told the type of a nested attribute only. Terraform before 1.7 and OpenTofu
/// before 1.11 crash on read-only nested attributes when they generate a configuration
/// (hashicorp/terraform#34463, opentofu/opentofu#3555), and nobody configures the members. Members
/// that core has to hide keep their declaration.
fn is_plain_for_core(attribute: &Attribute) -> bool {
    attribute.mode == Mode::Computed && !holds_secret(&attribute.kind)
}

fn holds_secret(kind: &Kind) -> bool {
    match kind {
        Kind::Plain(_) => false,
        Kind::Nested(_, attributes) => attributes
            .iter()
            .any(|attribute| attribute.sensitive || holds_secret(&attribute.kind)),
    }
}

fn object(nesting: Nesting, attributes: &[Attribute]) -> proto::schema::Object {
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    proto::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::attribute;
    use crate::framework::{Attribute, Nesting, Type};

    #[test]
    fn core_is_told_the_type_of_a_read_only_nested_attribute_unless_a_member_is_sensitive() {
        let status = || Attribute::computed("status", Type::String, "Status.");
        let list = |member| (Nesting::List, vec![member]);
        let plain = attribute(&Attribute::computed(
            "requests",
            list(status()),
            "Requests.",
        ));
        assert_eq!(plain.nested_type, None);
        assert_eq!(
            String::from_utf8(plain.r#type).unwrap(),
            r#"["list",["object",{"status":"string"}]]"#
        );
        for nested in [
            Attribute::computed("requests", list(status().sensitive()), "Requests."),
            Attribute::optional("requests", list(status()), "Requests."),
            Attribute::optional_computed("requests", list(status()), "Requests."),
        ] {
            let nested = attribute(&nested);
            assert!(nested.nested_type.is_some() && nested.r#type.is_empty());
        }
    }
}
