//! Importing an order by its id, or by serial number or thumbprint of its certificate. Import finds the order id; the refresh
//! that core runs next fills the state in. Nothing here changes anything in CertCentral.

pub(crate) mod arguments;
mod find;
mod key;
pub(crate) mod moved;
pub(crate) mod organization;

pub use self::key::SslOrderIdentity;

use self::key::ImportKey;
use crate::provider::ssl_order::SslOrder;

use super::model::{SslOrderModel, SslOrderPrivate};
use crate::certcentral::OrderId;
use crate::framework::{Attr, Call, Diagnostics, Imported};
use crate::provider::session::Session;

/// Returns a first state, which holds the order id, for the id that a person wrote. An order id needs no call; the others are looked up.
pub(crate) async fn import(
    session: &Session,
    call: &Call,
    id: &str,
) -> Result<Imported<SslOrder>, Diagnostics> {
    let id = match ImportKey::parse(id)? {
        ImportKey::OrderId(id) => id,
        ImportKey::SerialNumber(serial) => {
            find::by_serial(&session.client_to_look(&call.stop)?, &serial).await?
        }
        ImportKey::Thumbprint(thumbprint) => {
            find::by_thumbprint(&session.client_to_look(&call.stop)?, &thumbprint).await?
        }
    };
    Ok(first_state(id))
}

fn first_state(id: OrderId) -> Imported<SslOrder> {
    Imported {
        state: SslOrderModel {
            id: Attr::Known(id.to_string()),
            order_id: Attr::Known(id.get()),
            ..SslOrderModel::default()
        },
        private: SslOrderPrivate {
            imported: true,
            ..SslOrderPrivate::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Attr, first_state};

    #[test]
    fn a_first_state_holds_the_order_id_and_nothing_else() {
        let imported = first_state("2147500123".parse().unwrap());
        assert_eq!(imported.state.id.as_str(), Some("2147500123"));
        assert_eq!(imported.state.order_id, Attr::Known(2_147_500_123));
        assert_eq!(imported.state.product_name_id, Attr::Null);
        assert!(imported.private.imported);
    }
}
