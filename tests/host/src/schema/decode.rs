//! From the answer of GetProviderSchema to schemas.

use std::collections::{BTreeMap, HashMap};

use super::{Attribute, AttributeType, Block, IdentitySchema, NestedBlock, Nesting, Schema, check};
use crate::{
    core_rules::{Rule, Violation},
    path::Path,
    proto::tfplugin6::{self as proto, schema as message},
    ty::Type,
};

/// All that a provider has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemas {
    /// The provider block.
    pub provider: Schema,
    /// Resource types by name.
    pub resources: BTreeMap<String, Schema>,
    /// Data sources by name.
    pub data_sources: BTreeMap<String, Schema>,
    /// The schemas of identities by resource type; empty for a provider that has none.
    pub identities: BTreeMap<String, IdentitySchema>,
    /// Whether the provider takes over objects of other types.
    pub can_move: bool,
    /// Whether the provider writes configurations for imported objects.
    pub can_generate: bool,
}

impl Schemas {
    /// Reads an answer. The violations are those of core's check at load; a part that is in
    /// violation is read as far as it can be.
    pub fn decode(answer: &proto::get_provider_schema::Response) -> (Self, Vec<Violation>) {
        let mut violations = Vec::new();
        let mut read = |name: &str, schema: &proto::Schema| {
            let at = Path::root().attribute(name);
            violations.extend(check(schema).into_iter().map(|violation| {
                Violation {
                    path: at
                        .steps()
                        .iter()
                        .chain(violation.path.steps())
                        .cloned()
                        .collect(),
                    ..violation
                }
            }));
            Schema {
                version: schema.version,
                block: schema.block.as_ref().map(block).unwrap_or_default(),
            }
        };
        let provider = answer
            .provider
            .as_ref()
            .map(|schema| read("provider", schema));
        let mut each = |schemas: &HashMap<String, proto::Schema>| {
            let named = |(name, schema): (&String, _)| (name.clone(), read(name, schema));
            schemas.iter().map(named).collect()
        };
        let resources = each(&answer.resource_schemas);
        let data_sources = each(&answer.data_source_schemas);
        if provider.is_none() {
            violations.push(Violation::new(
                Rule::Schema,
                &Path::root(),
                "the answer has no schema of the provider block",
            ));
        }
        let capabilities = answer.server_capabilities.unwrap_or_default();
        let schemas = Self {
            provider: provider.unwrap_or_default(),
            resources,
            data_sources,
            identities: BTreeMap::new(),
            can_move: capabilities.move_resource_state,
            can_generate: capabilities.generate_resource_config,
        };
        (schemas, violations)
    }
}

fn block(block: &message::Block) -> Block {
    let nested = block.block_types.iter().map(|nested| {
        let nesting = match nested.nesting() {
            message::nested_block::NestingMode::Single
            | message::nested_block::NestingMode::Invalid => Nesting::Single,
            message::nested_block::NestingMode::Group => Nesting::Group,
            message::nested_block::NestingMode::List => Nesting::List,
            message::nested_block::NestingMode::Set => Nesting::Set,
            message::nested_block::NestingMode::Map => Nesting::Map,
        };
        let block = nested.block.as_ref().map(self::block).unwrap_or_default();
        (nested.type_name.clone(), NestedBlock { nesting, block })
    });
    Block {
        attributes: attributes(&block.attributes),
        blocks: nested.collect(),
    }
}

fn attributes(list: &[message::Attribute]) -> BTreeMap<String, Attribute> {
    list.iter()
        .map(|it| {
            let attribute = Attribute {
                ty: attribute_type(it),
                required: it.required,
                optional: it.optional,
                computed: it.computed,
                sensitive: it.sensitive,
                write_only: it.write_only,
            };
            (it.name.clone(), attribute)
        })
        .collect()
}

fn attribute_type(attribute: &message::Attribute) -> AttributeType {
    let Some(nested) = &attribute.nested_type else {
        // A type that cannot be read is in violation already.
        return AttributeType::Plain(Type::from_slice(&attribute.r#type).unwrap_or(Type::Dynamic));
    };
    AttributeType::Nested {
        nesting: match nested.nesting() {
            message::object::NestingMode::Single | message::object::NestingMode::Invalid => {
                Nesting::Single
            }
            message::object::NestingMode::List => Nesting::List,
            message::object::NestingMode::Set => Nesting::Set,
            message::object::NestingMode::Map => Nesting::Map,
        },
        attributes: attributes(&nested.attributes),
    }
}
