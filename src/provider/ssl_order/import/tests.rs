//! Import ids.

use super::import;
use crate::framework::Attr;

#[test]
fn an_order_id_is_a_number_above_zero() {
    for id in ["112233", " 2147500123 "] {
        let imported = import(id).unwrap();
        assert_eq!(imported.state.id.as_str(), Some(id.trim()));
        assert_eq!(
            imported.state.order_id,
            Attr::Known(id.trim().parse().unwrap())
        );
        assert!(imported.private.imported);
    }
    for id in ["", "abc", "0", "-1", "1.5", "99999999999999999999"] {
        let problems = import(id).unwrap_err();
        let problem = problems.iter().next().unwrap();
        assert_eq!(problem.summary, "Invalid import id", "{id}");
        assert!(
            problem
                .detail
                .starts_with(&format!("{id:?} is not an order id"))
        );
    }
}
