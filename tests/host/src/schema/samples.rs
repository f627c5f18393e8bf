//! A schema that the tests of this crate share.

use serde_json::json;

use super::{Attribute, AttributeType, Block, NestedBlock, Nesting};
use crate::ty::Type;

/// required `name`; computed `id`; optional and computed `note`; optional set `tags`; write-only
/// `secret`; optional and computed nested list `contacts` {`email`, computed `contact_id`}; single
/// block `timeouts`; list block `rule`.
pub(crate) fn order() -> Block {
    let contact = [
        ("email", attribute("string", "required")),
        ("contact_id", attribute("string", "computed")),
    ];
    let mut contacts = attribute("string", "optional computed");
    contacts.ty = AttributeType::Nested {
        nesting: Nesting::List,
        attributes: contact.map(|(name, it)| (name.to_owned(), it)).into(),
    };
    let mut tags = attribute("string", "optional");
    tags.ty = AttributeType::Plain(Type::from_json(&json!(["set", "string"])).unwrap());
    Block {
        attributes: [
            ("name", attribute("string", "required")),
            ("id", attribute("string", "computed")),
            ("note", attribute("string", "optional computed")),
            ("tags", tags),
            ("secret", attribute("string", "optional write_only")),
            ("contacts", contacts),
        ]
        .map(|(name, it)| (name.to_owned(), it))
        .into(),
        blocks: [
            (
                "timeouts".to_owned(),
                block(
                    Nesting::Single,
                    [("create", attribute("string", "optional"))],
                ),
            ),
            (
                "rule".to_owned(),
                block(
                    Nesting::List,
                    [
                        ("port", attribute("number", "required")),
                        ("rule_id", attribute("string", "computed")),
                    ],
                ),
            ),
        ]
        .into(),
    }
}

pub(crate) fn attribute(ty: &str, flags: &str) -> Attribute {
    Attribute {
        ty: AttributeType::Plain(Type::from_json(&json!(ty)).unwrap()),
        required: flags.contains("required"),
        optional: flags.contains("optional"),
        computed: flags.contains("computed"),
        sensitive: flags.contains("sensitive"),
        write_only: flags.contains("write_only"),
    }
}

pub(crate) fn block<const N: usize>(
    nesting: Nesting,
    attributes: [(&str, Attribute); N],
) -> NestedBlock {
    NestedBlock {
        nesting,
        block: Block {
            attributes: attributes.map(|(name, it)| (name.to_owned(), it)).into(),
            ..Block::default()
        },
    }
}
