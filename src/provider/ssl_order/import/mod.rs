//! Importing an order by its id, or by serial number or thumbprint of its certificate. Import finds
//! the order id; the refresh that core runs next fills the state in. Nothing here changes anything
//! in CertCentral.

pub(crate) mod arguments;
mod find;
mod key;
pub(crate) mod moved;
pub(crate) mod organization;

pub use self::key::SslOrderIdentity;

use self::key::ImportKey;
use crate::provider::ssl_order::SslOrder;

use super::model::{OrderOrigin, SslOrderModel, SslOrderPrivate};
use super::owners;
use crate::certcentral::OrderId;
use crate::framework::{Attr, Call, Diagnostics, Imported};
use crate::provider::session::Session;

/// Returns a first state, which holds the order id, for the id that a person wrote. An order id
/// needs no call; the others are looked up.
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
    if session.imports_what_ends(id) {
        return Err(owners::messages::imported_and_ended(id).into());
    }
    Ok(first_state(id))
}

fn first_state(id: OrderId) -> Imported<SslOrder> {
    Imported {
        state: SslOrderModel {
            id: Attr::Known(id.to_string()),
            order_id: Attr::Known(id.get()),
            order_origin: OrderOrigin::Imported.into(),
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
    use tokio_util::sync::CancellationToken;

    use super::{Attr, Call, SslOrderModel, SslOrderPrivate, first_state, import};
    use crate::framework::Severity;
    use crate::provider::block::ProviderConfig;
    use crate::provider::ssl_order::plan;
    use crate::provider::ssl_order::samples::{order, placed, session_of};

    const ID: &str = "2147500123";

    #[tokio::test]
    async fn a_plan_that_imports_an_order_and_ends_it_is_refused_in_either_order_in_the_same_words()
    {
        let prior = |on_destroy: &str| SslOrderModel {
            on_destroy: on_destroy.into(),
            status: "pending".into(),
            ..placed(&order())
        };
        let call = || Call {
            stop: CancellationToken::new(),
        };
        let mut told = Vec::new();
        for import_first in [true, false] {
            for on_destroy in ["retain", "cancel"] {
                let session = session_of(&ProviderConfig::default());
                let mut private = SslOrderPrivate::default();
                let prior = prior(on_destroy);
                let (imported, ended) = if import_first {
                    let imported = import(&session, &call(), ID).await;
                    let ended = plan::destroy(&session, &prior, &mut private).await;
                    (imported, ended)
                } else {
                    let ended = plan::destroy(&session, &prior, &mut private).await;
                    (import(&session, &call(), ID).await, ended)
                };
                let errors = ended
                    .into_iter()
                    .chain(imported.err().into_iter().flatten());
                let mut errors = errors.filter(|it| it.severity == Severity::Error);
                if on_destroy == "retain" {
                    assert_eq!(errors.next(), None);
                    continue;
                }
                told.push(errors.next().unwrap());
                assert_eq!(errors.next(), None);
                assert_eq!(private.end_announced, !import_first);
            }
        }
        assert_eq!(told[0], told[1]);
        assert!(told[0].summary.contains(ID), "{}", told[0].summary);
    }

    #[test]
    fn a_first_state_holds_the_order_id_and_that_it_was_imported() {
        let imported = first_state("2147500123".parse().unwrap());
        assert_eq!(imported.state.id.as_str(), Some("2147500123"));
        assert_eq!(imported.state.order_id, Attr::Known(2_147_500_123));
        assert_eq!(imported.state.order_origin.as_str(), Some("imported"));
        assert_eq!(imported.state.product_name_id, Attr::Null);
        assert!(imported.private.imported);
    }
}
