//! A renewal: the order that continues one which runs out. It is placed as every order is, once, and takes the place of the old
//! one in state; nothing is done to the old one.

use super::super::create::{self, Purchase};
use super::super::model::SslOrderModel;
use super::super::timeouts;
use super::Failed;
use super::in_place::order_id;
use crate::framework::{Call, Diagnostics, Warnings};
use crate::provider::session::Session;

/// Places the renewal order of a plan, or adopts the one that an earlier run placed.
pub(super) async fn renew(
    session: &Session,
    call: &Call,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    warnings: &mut Warnings,
) -> Result<SslOrderModel, Failed> {
    let failed = |problem: Diagnostics| Failed {
        state: prior.clone(),
        problem,
    };
    let former = order_id(prior).map_err(|problem| failed(problem.into()))?;
    let purchase = Purchase {
        planned: planned.clone(),
        renewal_of: Some(former),
        renewed_until: prior.order_valid_till.known().cloned(),
        timeout: timeouts::update(planned),
    };
    let (state, found) = create::obtain(session, call, purchase)
        .await
        .map_err(failed)?;
    warnings.extend(found);
    Ok(state)
}
