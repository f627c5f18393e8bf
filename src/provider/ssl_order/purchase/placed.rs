//! What becomes known of an order once it is there: its details, whether its reference was kept,
//! and its certificate while the create waits. Nothing here can fail: whatever goes wrong is a
//! warning beside the order.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tracing::error;

use super::lookup::{Afterwards, Found};
use super::new_order::Prepared;
use super::obtain::{Obtained, Taken};
use super::{lookup, messages, token_notes};
use crate::certcentral::{Client, ContainerId, Order, OrderId};
use crate::framework::Warnings;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::refresh::observer::{Limits, Observer};
use crate::provider::ssl_order::refresh::{auto_reissue, state};

/// An order that is there.
pub(super) struct Placed<'a> {
    pub(super) client: &'a Client,
    pub(super) prepared: &'a Prepared,
    pub(super) limits: &'a Limits<'a>,
}

impl Placed<'_> {
    /// Fills in everything that CertCentral says about the order, now and while the create waits
    /// for the certificate.
    pub(super) async fn fill_in(&self, certain: SslOrderModel, taken: Taken) -> Obtained {
        let mut observer = Observer::new(self.client, certain);
        let mut chain = Vec::new();
        let names_a_value = matches!(&taken, Taken::Answer(placed) if placed.names_a_value());
        let (id, order) = match taken {
            Taken::Answer(placed) => {
                observer.warnings.extend(messages::odd_answer(&placed));
                state::answer(&mut observer.state, &placed);
                let method = self.prepared.body.dcv_method.as_deref();
                state::validation_tokens(&mut observer.state, &placed, method);
                let (order, shown) = tokio::join!(
                    self.limits.first_look(self.client, placed.id),
                    lookup::afterwards(self.client, self.prepared, placed.id),
                );
                chain = placed.certificate_chain;
                match order {
                    Ok(order) => {
                        let order = self.check_reference(&mut observer, order, &shown).await;
                        if order.id != placed.id {
                            chain = Vec::new();
                        }
                        (order.id, Ok(order))
                    }
                    Err(error) => {
                        let rivals = shown.warnings(placed.id, &self.prepared.token);
                        observer.warnings.extend(rivals);
                        (placed.id, Err(error))
                    }
                }
            }
            Taken::Seen(order) => (order.id, Ok(*order)),
        };
        let is_seen = order.is_ok();
        match order {
            Ok(order) => {
                let seen = observer.details(order, &chain).await;
                if !names_a_value && seen.has_open_domains() {
                    observer.random_value(&seen.order).await;
                }
                observer.wait(seen, self.limits).await;
            }
            Err(error) => {
                observer.warn(&error, &format!("looking at order {id}"));
                observer.warnings.push(messages::details_follow(id));
            }
        }
        let (mut state, mut warnings) = (observer.state, observer.warnings);
        let mut private = SslOrderPrivate {
            container: observer.container.map(ContainerId::get),
            ..SslOrderPrivate::default()
        };
        if is_seen {
            let told = observer.auto_reissue;
            warnings.extend(auto_reissue::follow(&mut state, &mut private, told));
        }
        Obtained {
            state,
            private,
            warnings,
        }
    }

    /// Holds the order of an answer against the reference that was sent. Returns the order that is
    /// ours: an answer may name another one. A reference that was lost is noted, so that the next
    /// look finds the order by its names.
    async fn check_reference(
        &self,
        observer: &mut Observer<'_>,
        told: Order,
        shown: &Afterwards,
    ) -> Order {
        let (prepared, id) = (self.prepared, told.id);
        let reference = told.alternative_order_id.as_deref();
        let is_kept = reference == Some(prepared.token.as_str()) || shown.is_shown;
        let is_another = told.hold_against_reference(&prepared.token).is_err();
        if is_another && !shown.is_shown {
            let found = lookup::by_token(self.client, prepared).await;
            let ours = match found {
                Ok(Found::Ours(order)) => Some(*order),
                _ => None,
            };
            let ours_id = ours.as_ref().map(|order| order.id);
            let warning = messages::answered_with_another(&told, ours_id, prepared);
            observer.warnings.push(warning);
            let Some(order) = ours else {
                return told;
            };
            observer.state = state::placed(observer.state.clone(), order.id, &prepared.token);
            return order;
        }
        let rivals = shown.warnings(id, &prepared.token);
        observer.warnings.extend(rivals);
        if !is_kept {
            let is_noted = token_notes::note(self.client, id, prepared).await;
            let warning = messages::reference_lost(&told, prepared, is_noted);
            observer.warnings.push(warning);
        }
        told
    }
}

/// Returns what `details` makes of the order, or `certain` with a warning if it panics: a panic
/// that reached the framework would lose the id of a paid order.
pub(super) async fn unless_it_panics(
    details: impl Future<Output = Obtained>,
    certain: SslOrderModel,
    id: OrderId,
) -> Obtained {
    match AssertUnwindSafe(details).catch_unwind().await {
        Ok(filled_in) => filled_in,
        Err(_) => {
            error!(order_id = %id, "panic after the order was placed");
            let mut warnings = Warnings::new();
            warnings.push(messages::details_lost(id));
            Obtained {
                state: certain,
                private: SslOrderPrivate::default(),
                warnings,
            }
        }
    }
}
