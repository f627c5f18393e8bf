//! Whatever came back: what is repaired is accepted, and nothing else is touched.

use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::strategy::BoxedStrategy;

use super::applied::is_compatible;
use super::repair;
use crate::framework::Value;

/// Values of a few forms, so that two of them often have the same one.
fn values() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(Value::Unknown),
        any::<bool>().prop_map(Value::from),
        "[ab]".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::List),
            vec(inner.clone(), 0..3).prop_map(Value::Set),
            btree_map("[ab]", inner.clone(), 0..3).prop_map(Value::Map),
            (inner.clone(), inner).prop_map(|(a, b)| {
                Value::Object([("a".to_owned(), a), ("b".to_owned(), b)].into())
            }),
        ]
    })
    .boxed()
}

proptest! {
    #[test]
    fn a_repaired_state_is_accepted(planned in values(), actual in values()) {
        let repaired = repair(&planned, &actual);
        assert!(is_compatible(&planned, &repaired), "{repaired:?}");
        assert!(repaired.is_wholly_known());
    }

    #[test]
    fn a_state_that_needs_no_repair_is_left_alone(planned in values(), actual in values()) {
        if is_compatible(&planned, &actual) {
            assert_eq!(repair(&planned, &actual), actual);
        }
    }
}
