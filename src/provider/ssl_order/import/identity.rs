//! The identity of an order: its number in CertCentral. A renewal gives the resource another one.

use crate::certcentral::OrderId;
use crate::framework::{Attr, Diagnostic, IdentityAttribute, IdentitySchema, Type};
use crate::provider::ssl_order::model::SslOrderModel;

crate::model! {
    /// What names an order for good.
    pub struct SslOrderIdentity {
        /// Its number in CertCentral.
        pub order_id: Attr<i64>,
    }
}

/// `{ order_id = ... }`.
pub(crate) fn schema() -> IdentitySchema {
    IdentitySchema {
        version: 0,
        attributes: vec![IdentityAttribute {
            name: "order_id",
            ty: Type::Number,
            required_for_import: true,
            description: "Number of the order in CertCentral, such as `112233`.",
        }],
    }
}

/// The identity of the order in a state or plan; none for a state that lost its order id.
pub(crate) fn of(state: &SslOrderModel) -> Option<SslOrderIdentity> {
    let order_id = state.order_id.clone();
    (!order_id.is_null()).then_some(SslOrderIdentity { order_id })
}

/// The id under which the order of an identity is imported.
pub(crate) fn import_id(identity: &SslOrderIdentity) -> Result<String, Diagnostic> {
    let order_id = identity
        .order_id
        .known()
        .and_then(|&id| OrderId::try_from(id).ok());
    order_id.map(|id| id.to_string()).ok_or_else(|| {
        Diagnostic::error(
            "Invalid identity",
            "The `order_id` of an identity is the number of an order in CertCentral: a whole number above 0, such as 112233. \
             Correct it in the `identity` of the `import` block.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{SslOrderIdentity, import_id, of};
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::SslOrderModel;

    #[test]
    fn an_identity_is_the_order_id_as_far_as_it_is_known() {
        for (order_id, expected) in [
            (Attr::Known(112_233), Some(Attr::Known(112_233))),
            (Attr::Unknown, Some(Attr::Unknown)),
            (Attr::Null, None),
        ] {
            let state = SslOrderModel {
                order_id,
                ..SslOrderModel::default()
            };
            let expected = expected.map(|order_id| SslOrderIdentity { order_id });
            assert_eq!(of(&state), expected);
        }
    }

    #[test]
    fn only_a_number_above_zero_is_imported() {
        let id = |order_id| import_id(&SslOrderIdentity { order_id });
        assert_eq!(id(Attr::Known(112_233)).as_deref(), Ok("112233"));
        for order_id in [Attr::Known(0), Attr::Known(-7), Attr::Null, Attr::Unknown] {
            assert_eq!(id(order_id).unwrap_err().summary, "Invalid identity");
        }
    }
}
