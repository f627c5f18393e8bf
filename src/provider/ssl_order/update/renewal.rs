//! A renewal: the order that continues one which runs out. It is placed as every order is, once, or
//! it is there already, because somebody else renewed the order. It takes the place of the old one
//! in state; nothing is done to the old one.

use super::messages;
use super::{Failed, Update};
use crate::certcentral::{ContainerId, Error, OrderId};
use crate::framework::{AttributePath, Diagnostic, Diagnostics, Warnings};
use crate::provider::order::api_error;
use crate::provider::ssl_order::model::{
    OrderOrigin, RENEWAL_DAYS, SslOrderModel, SslOrderPrivate,
};
use crate::provider::ssl_order::owners::notes;
use crate::provider::ssl_order::purchase::obtain::{Purchase, claim_order};
use crate::provider::ssl_order::purchase::{obtain, token_notes};
use crate::provider::ssl_order::refresh::observer::Observer;
use crate::provider::ssl_order::refresh::{state, succession};

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
        reviewed_price: update.private.review.clone().and_then(|it| it.price),
        timeout: planned.update_timeout(),
    };
    let obtained = obtain::obtain(update.session, update.call, purchase)
        .await
        .map_err(|nothing| Failed {
            is_nothing_bought: nothing.is_certain,
            ..failed(
                nothing
                    .problems
                    .into_iter()
                    .map(point_at_renew_days)
                    .collect(),
            )
        })?;
    warnings.extend(obtained.warnings);
    release(update, former, warnings).await;
    Ok((obtained.state, obtained.private))
}

/// Takes the renewal that is there into state, if it is still what the plan saw.
pub(super) async fn follow(
    update: Update<'_>,
    warnings: &mut Warnings,
) -> Result<(SslOrderModel, SslOrderPrivate), Failed> {
    let Update {
        session,
        prior,
        planned,
        ..
    } = update;
    let failed = |problem: Diagnostic| Failed::at(prior.clone(), problem);
    let former = prior.order_id_to_be("changed").map_err(failed)?;
    let id = planned.order_id_to_be("taken into state").map_err(failed)?;
    let limits = update.limits();
    let client = update.client(&limits).map_err(failed)?;
    let looking = |error: Error| {
        let doing = format!("looking at order {id}, which renews order {former}");
        failed(api_error::diagnostic(&error, &doing))
    };
    let order = client.order(former).await.map_err(looking)?;
    let renewal = client.order(id).await.map_err(looking)?;
    // What an earlier run placed for the configuration is held against that.
    let is_placed = succession::is_own(session, update.content, &order, &renewal);
    let content = if is_placed { update.content } else { prior };
    if let Some(refused) = succession::why_not(session, content, &order, &renewal) {
        return Err(failed(messages::renewal_moved_on(&renewal, &refused)));
    }
    claim_order(session, id).map_err(failed)?.keep();
    let is_own = succession::is_own(session, content, &order, &renewal);
    let reference = renewal.alternative_order_id.clone();
    let mut private = SslOrderPrivate::default();
    let mut state = SslOrderModel {
        order_origin: OrderOrigin::Placed.into(),
        ..state::placed(planned.clone(), id, "")
    };
    if !is_own {
        let content = SslOrderModel {
            alternative_order_id: prior.alternative_order_id.clone(),
            ..update.content.clone()
        };
        // A create that lost the state finds the renewal by its note.
        token_notes::remember(&client, id, reference.as_deref(), &content, session).await;
        let (adoption, said) = notes::adopt(&client, id).await;
        state.order_origin = OrderOrigin::Adopted.into();
        private.adoption = adoption;
        warnings.extend(said);
    }
    release(update, former, warnings).await;
    state.alternative_order_id = reference.into();
    let mut observer = Observer::new(&client, state);
    let seen = observer.details(renewal, &[]).await;
    observer.wait(seen, &limits).await;
    warnings.extend(observer.warnings);
    private.container = observer.container.map(ContainerId::get);
    private.auto_reissue = observer.auto_reissue;
    Ok((observer.state, private))
}

/// Says on the former order, which stays as it is, that this object no longer holds it.
async fn release(update: Update<'_>, former: OrderId, warnings: &mut Warnings) {
    if let Some(object) = &update.private.adoption {
        let stop = &update.call.stop;
        warnings.extend(notes::release(update.session, stop, former, object).await);
    }
}

/// Points an error about `renewal_of_order_id`, which the provider set, at
/// `renew_days_before_expiry`, which the user set.
fn point_at_renew_days(problem: Diagnostic) -> Diagnostic {
    if problem.attribute != Some(AttributePath::of("renewal_of_order_id")) {
        return problem;
    }
    let said = problem.detail.split("\n\n").next().unwrap_or_default();
    let detail = format!(
        "{said}\n\n`renew_days_before_expiry` led to this renewal. CertCentral renews an order \
         once, and only in the last {RENEWAL_DAYS} days before it ends. If it was renewed \
         elsewhere, import the renewal in the place of this order. If not, apply again later, or \
         set `renew_days_before_expiry = 0` to renew nothing."
    );
    Diagnostic { detail, ..problem }.at(AttributePath::of("renew_days_before_expiry"))
}
