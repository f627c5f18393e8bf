//! Importing an order by its id, or by serial number or thumbprint of its certificate. Import finds the order id; the refresh
//! that core runs next fills the state in. Nothing here changes anything in CertCentral.

pub(crate) mod arguments;
mod find;
pub(crate) mod generate;
pub(crate) mod identity;
mod key;
pub(crate) mod moved;

pub(crate) use self::key::ImportKey;

use super::model::{SslOrderModel, SslOrderPrivate};
use crate::certcentral::OrderId;
use crate::framework::{Attr, Call, Diagnostics, Imported};
use crate::provider::session::Session;

type Outcome = Result<Imported<SslOrderModel, SslOrderPrivate>, Diagnostics>;

/// A first state for the id that a person wrote.
pub(crate) async fn import(session: &Session, call: &Call, id: &str) -> Outcome {
    by_key(session, call, ImportKey::parse(id)?).await
}

/// A first state that holds the order id. An order id needs no call; the others are looked up.
pub(crate) async fn by_key(session: &Session, call: &Call, key: ImportKey) -> Outcome {
    let id = match key {
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

fn first_state(id: OrderId) -> Imported<SslOrderModel, SslOrderPrivate> {
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
mod tests;
