//! A renewal: the order that continues one which runs out. It is placed as every order is, once, and takes the place of the old
//! one in state; nothing is done to the old one.

use super::{Failed, Update};
use crate::framework::{AttributePath, Diagnostic, Diagnostics, Warnings};
use crate::provider::ssl_order::model::{RENEWAL_DAYS, SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::owners::notes;
use crate::provider::ssl_order::purchase::obtain;
use crate::provider::ssl_order::purchase::obtain::Purchase;

/// Places the renewal order of a plan, or adopts the one that an earlier run placed.
pub(super) async fn renew(
    update: Update<'_>,
    warnings: &mut Warnings,
) -> Result<(SslOrderModel, SslOrderPrivate), Failed> {
    let Update { prior, planned, .. } = update;
    let failed = |problem: Diagnostics| Failed::at(prior.clone(), problem);
    let former = prior
        .order_id_to_be("changed")
        .map_err(|problem| failed(problem.into()))?;
    let purchase = Purchase {
        planned: planned.clone(),
        content: Some(update.content.clone()),
        renewal_of: Some(former),
        renewed_until: prior.order_valid_till.known().cloned(),
        timeout: planned.update_timeout(),
    };
    let obtained = obtain::obtain(update.session, update.call, purchase)
        .await
        .map_err(|problems| failed(problems.into_iter().map(point_at_renew_days).collect()))?;
    warnings.extend(obtained.warnings);
    // The former order stays as it is, and this object no longer holds it.
    if let Some(object) = &update.private.adoption {
        let stop = &update.call.stop;
        warnings.extend(notes::release(update.session, stop, former, object).await);
    }
    Ok((obtained.state, obtained.private))
}

/// Points an error about `renewal_of_order_id`, which the provider set, at `renew_days_before_expiry`, which the user set.
fn point_at_renew_days(problem: Diagnostic) -> Diagnostic {
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
