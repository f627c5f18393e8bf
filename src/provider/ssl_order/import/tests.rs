//! The first state of an import.

use super::first_state;
use crate::framework::Attr;

#[test]
fn a_first_state_holds_the_order_id_and_nothing_else() {
    let imported = first_state("2147500123".parse().unwrap());
    assert_eq!(imported.state.id.as_str(), Some("2147500123"));
    assert_eq!(imported.state.order_id, Attr::Known(2_147_500_123));
    assert_eq!(imported.state.product_name_id, Attr::Null);
    assert!(imported.private.imported);
}
