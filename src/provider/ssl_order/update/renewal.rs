//! A renewal: the order that continues one which runs out. It is placed as every order is, once, and takes the place of the old
//! one in state; nothing is done to the old one.

use super::Failed;
use crate::framework::{AttributePath, Call, Diagnostic, Diagnostics, Warnings};
use crate::provider::session::Session;
use crate::provider::ssl_order::model::{RENEWAL_DAYS, SslOrderModel};
use crate::provider::ssl_order::purchase::obtain;
use crate::provider::ssl_order::purchase::obtain::Purchase;

/// Places the renewal order of a plan, or adopts the one that an earlier run placed.
pub(crate) async fn renew(
    session: &Session,
    call: &Call,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    content: SslOrderModel,
    warnings: &mut Warnings,
) -> Result<SslOrderModel, Failed> {
    let failed = |problem: Diagnostics| Failed {
        state: prior.clone(),
        problem,
    };
    let former = prior
        .order_id_to_be("changed")
        .map_err(|problem| failed(problem.into()))?;
    let purchase = Purchase {
        planned: planned.clone(),
        content: Some(content),
        renewal_of: Some(former),
        renewed_until: prior.order_valid_till.known().cloned(),
        timeout: planned.update_timeout(),
    };
    let (state, found) = obtain::obtain(session, call, purchase)
        .await
        .map_err(|problems| failed(problems.into_iter().map(said_of_days).collect()))?;
    warnings.extend(found);
    Ok(state)
}

/// What CertCentral objects to in `renewal_of_order_id` is said of the days that led to the renewal: the configuration has no such
/// argument to correct.
fn said_of_days(problem: Diagnostic) -> Diagnostic {
    if problem.attribute != Some(AttributePath::of("renewal_of_order_id")) {
        return problem;
    }
    let said = problem.detail.split("\n\n").next().unwrap_or_default();
    let detail = format!(
        "{said}\n\n`renew_days_before_expiry` led to this renewal. CertCentral renews an order once, and only in the last {RENEWAL_DAYS} days \
         before it ends. If it was renewed elsewhere, import the renewal in the place of this order. If not, apply again later, or set \
         `renew_days_before_expiry = 0` to renew nothing."
    );
    Diagnostic { detail, ..problem }.at(AttributePath::of("renew_days_before_expiry"))
}
