//! Core's check of a schema at load (InternalValidate): a violation makes every command fail.

use std::collections::BTreeSet;

use crate::{
    core_rules::{Rule, Violation},
    path::Path,
    proto::tfplugin6::{
        self as proto,
        schema::{self as message, nested_block, object},
    },
    ty::Type,
};

/// What core finds wrong with a schema. Empty for a good one.
pub fn check(schema: &proto::Schema) -> Vec<Violation> {
    let mut checker = Checker::default();
    if schema.version < 0 {
        checker.violation(&Path::root(), "the version is negative");
    }
    match &schema.block {
        Some(block) => checker.block(block, &Path::root(), false),
        None => checker.violation(&Path::root(), "the schema has no block"),
    }
    checker.violations
}

#[derive(Default)]
struct Checker {
    violations: Vec<Violation>,
}

impl Checker {
    fn violation(&mut self, path: &Path, message: &str) {
        self.violations
            .push(Violation::new(Rule::Schema, path, message));
    }

    fn block(&mut self, block: &message::Block, path: &Path, in_set: bool) {
        self.attributes(&block.attributes, path, in_set);
        let mut names: BTreeSet<&str> =
            block.attributes.iter().map(|it| it.name.as_str()).collect();
        for nested in &block.block_types {
            let path = path.attribute(&nested.type_name);
            if !names.insert(&nested.type_name) {
                self.violation(&path, "name defined as both attribute and child block type");
            }
            self.name(&nested.type_name, &path);
            self.item_counts(nested, &path);
            match &nested.block {
                Some(block) => {
                    let in_set = in_set || nested.nesting() == nested_block::NestingMode::Set;
                    self.block(block, &path, in_set);
                }
                None => self.violation(&path, "the nested block has no block"),
            }
        }
    }

    fn item_counts(&mut self, nested: &message::NestedBlock, path: &Path) {
        let (min, max) = (nested.min_items, nested.max_items);
        if min < 0 || max < 0 {
            self.violation(path, "MinItems and MaxItems must both be greater than zero");
        }
        match nested.nesting() {
            nested_block::NestingMode::Invalid => self.violation(path, "invalid nesting mode"),
            nested_block::NestingMode::Single if min != max || !(0..=1).contains(&min) => {
                let message =
                    "MinItems and MaxItems must be equal, and 0 or 1, in NestingSingle mode";
                self.violation(path, message);
            }
            nested_block::NestingMode::Group | nested_block::NestingMode::Map
                if min != 0 || max != 0 =>
            {
                self.violation(
                    path,
                    "MinItems and MaxItems must both be 0 in this nesting mode",
                );
            }
            nested_block::NestingMode::List | nested_block::NestingMode::Set
                if max != 0 && min > max =>
            {
                self.violation(path, "MinItems must be less than or equal to MaxItems");
            }
            _ => {}
        }
    }

    fn attributes(&mut self, attributes: &[message::Attribute], path: &Path, in_set: bool) {
        let mut names = BTreeSet::new();
        for attribute in attributes {
            let path = path.attribute(&attribute.name);
            if !names.insert(&attribute.name) {
                self.violation(&path, "the attribute is defined twice");
            }
            self.name(&attribute.name, &path);
            self.flags(attribute, &path, in_set);
            self.attribute_type(attribute, &path, in_set);
        }
    }

    fn flags(&mut self, attribute: &message::Attribute, path: &Path, in_set: bool) {
        let (required, optional, computed) =
            (attribute.required, attribute.optional, attribute.computed);
        if !required && !optional && !computed {
            self.violation(path, "must set Optional, Required or Computed");
        }
        if required && optional {
            self.violation(path, "cannot set both Optional and Required");
        }
        if required && computed {
            self.violation(path, "cannot set both Computed and Required");
        }
        if attribute.write_only && computed {
            self.violation(path, "cannot set both WriteOnly and Computed");
        }
        if attribute.write_only && in_set {
            self.violation(path, "a set may not contain write-only attributes");
        }
    }

    fn attribute_type(&mut self, attribute: &message::Attribute, path: &Path, in_set: bool) {
        match (&attribute.nested_type, attribute.r#type.is_empty()) {
            (Some(_), false) => self.violation(path, "Type and NestedType cannot both be set"),
            (None, true) => self.violation(path, "either Type or NestedType must be defined"),
            (None, false) => match Type::from_slice(&attribute.r#type) {
                Ok(ty) if in_set && ty.has_dynamic() => {
                    self.violation(path, "a set may not contain values of a dynamic type");
                }
                Ok(_) => {}
                Err(err) => self.violation(path, &err.to_string()),
            },
            (Some(nested), true) => {
                if nested.nesting() == object::NestingMode::Invalid {
                    self.violation(path, "invalid nesting mode");
                }
                let in_set = in_set || nested.nesting() == object::NestingMode::Set;
                self.attributes(&nested.attributes, path, in_set);
            }
        }
    }

    fn name(&mut self, name: &str, path: &Path) {
        let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(valid) {
            let message = "name may contain only lowercase letters, digits and underscores";
            self.violation(path, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(change: impl FnOnce(&mut message::Attribute)) -> message::Attribute {
        let mut attribute = message::Attribute {
            name: "a".to_owned(),
            r#type: br#""string""#.to_vec(),
            optional: true,
            ..Default::default()
        };
        change(&mut attribute);
        attribute
    }

    fn found(block: message::Block) -> Vec<String> {
        let schema = proto::Schema {
            version: 0,
            block: Some(block),
        };
        check(&schema)
            .iter()
            .map(|violation| violation.message.clone())
            .collect()
    }

    fn found_in_attribute(change: impl FnOnce(&mut message::Attribute)) -> Vec<String> {
        found(message::Block {
            attributes: vec![attribute(change)],
            ..Default::default()
        })
    }

    fn found_in_block(
        nesting: nested_block::NestingMode,
        min_items: i64,
        max_items: i64,
    ) -> Vec<String> {
        let mut nested = message::NestedBlock {
            type_name: "b".to_owned(),
            block: Some(message::Block::default()),
            min_items,
            max_items,
            ..Default::default()
        };
        nested.set_nesting(nesting);
        found(message::Block {
            block_types: vec![nested],
            ..Default::default()
        })
    }

    fn nested(mode: object::NestingMode, inner: message::Attribute) -> message::Object {
        let mut object = message::Object {
            attributes: vec![inner],
            ..Default::default()
        };
        object.set_nesting(mode);
        object
    }

    #[test]
    fn good_attributes_pass() {
        assert_eq!(found_in_attribute(|_| {}), Vec::<String>::new());
        assert_eq!(
            found_in_attribute(|it| it.computed = true),
            Vec::<String>::new()
        );
        assert_eq!(
            found_in_attribute(|it| it.write_only = true),
            Vec::<String>::new()
        );
        let nested = nested(object::NestingMode::Set, attribute(|_| {}));
        let good = found_in_attribute(|it| {
            it.r#type = vec![];
            it.nested_type = Some(nested);
        });
        assert_eq!(good, Vec::<String>::new());
    }

    #[test]
    fn bad_attributes_are_found() {
        let object = || nested(object::NestingMode::List, attribute(|_| {}));
        for (bad, message) in [
            (
                found_in_attribute(|it| it.optional = false),
                "must set Optional, Required or Computed",
            ),
            (
                found_in_attribute(|it| it.required = true),
                "cannot set both Optional and Required",
            ),
            (
                found_in_attribute(|it| it.name = "A".to_owned()),
                "name may contain only lowercase letters, digits and underscores",
            ),
            (
                found_in_attribute(|it| it.nested_type = Some(object())),
                "Type and NestedType cannot both be set",
            ),
            (
                found_in_attribute(|it| it.r#type = vec![]),
                "either Type or NestedType must be defined",
            ),
            (
                found_in_attribute(|it| it.r#type = b"\"int\"".to_vec()),
                "\"int\" is not a type constraint",
            ),
            (
                found_in_attribute(|it| {
                    it.computed = true;
                    it.write_only = true;
                }),
                "cannot set both WriteOnly and Computed",
            ),
        ] {
            assert_eq!(bad, [message]);
        }
        let both = found_in_attribute(|it| {
            it.optional = false;
            it.required = true;
            it.computed = true;
        });
        assert_eq!(both, ["cannot set both Computed and Required"]);
    }

    #[test]
    fn sets_hold_neither_write_only_nor_dynamic_values() {
        for (inner, message) in [
            (
                attribute(|it| it.write_only = true),
                "a set may not contain write-only attributes",
            ),
            (
                attribute(|it| it.r#type = b"\"dynamic\"".to_vec()),
                "a set may not contain values of a dynamic type",
            ),
        ] {
            let object = nested(object::NestingMode::Set, inner);
            let bad = found_in_attribute(|it| {
                it.r#type = vec![];
                it.nested_type = Some(object);
            });
            assert_eq!(bad, [message]);
        }
    }

    #[test]
    fn item_counts_follow_the_nesting() {
        use nested_block::NestingMode::{Group, Invalid, List, Map, Single};
        for (nesting, min, max) in [
            (Single, 0, 0),
            (Single, 1, 1),
            (List, 1, 0),
            (List, 1, 2),
            (Map, 0, 0),
        ] {
            assert_eq!(
                found_in_block(nesting, min, max),
                Vec::<String>::new(),
                "{nesting:?}"
            );
        }
        for (nesting, min, max) in [
            (Single, 0, 1),
            (Single, 2, 2),
            (List, 2, 1),
            (Map, 0, 1),
            (Group, 1, 1),
            (Invalid, 0, 0),
            (List, -1, 0),
        ] {
            assert_eq!(
                found_in_block(nesting, min, max).len(),
                1,
                "{nesting:?} {min} {max}"
            );
        }
    }
}
