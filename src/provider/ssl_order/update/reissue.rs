//! A reissue: look, act once, settle. It is free, but it may make DigiCert revoke the former certificate, so it is not
//! sent twice either.

mod wanted;

use tracing::{info, warn};

use self::wanted::Wanted;
use super::Failed;
use crate::certcentral::{Certainty, Client, Error, Order, OrderId, OrderStatus, Reissue};
use crate::framework::{Attr, Call, Diagnostic, Warnings};
use crate::pki::Csr;
use crate::provider::order::api_error;
use crate::provider::order::backoff::{BackOff, Bounds, Paused, Schedule};
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::plan::changes::{Means, changes};
use crate::provider::ssl_order::purchase::place::Taken;
use crate::provider::ssl_order::purchase::{lineage, messages, new_order};
use crate::provider::ssl_order::refresh::observer::{Limits, Observer};
use crate::provider::ssl_order::refresh::{domain_validations, state};

/// How the order stands before the reissue is sent.
enum Before {
    /// It can be sent.
    Ready(Box<Order>),
    /// An earlier run has sent it.
    Done(Box<Order>),
}

/// Reissues the certificate of the order in `state`, which holds the arguments of the plan already, and waits for it. `content` is what a
/// create of the same configuration looks for.
pub(crate) async fn reissue(
    session: &Session,
    call: &Call,
    state: SslOrderModel,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    content: &SslOrderModel,
    warnings: &mut Warnings,
) -> Result<SslOrderModel, Failed> {
    // Whatever fails before CertCentral has taken the reissue leaves the certificate's arguments as they were.
    let failed = |problem: Diagnostic| Failed {
        state: with_former_certificate(&state, prior),
        problem: problem.into(),
    };
    let changed = changed_arguments(prior, planned);
    if prior.ready_for_reissue != Attr::Known(true) && changed.is_empty() {
        return Ok(state);
    }
    let client = session.client().map_err(&failed)?;
    let id = prior.order_id_to_be("changed").map_err(&failed)?;
    let body = body(planned).map_err(&failed)?;
    let csr = Csr::from_pem(&body.certificate.csr).map_err(|reason| {
        failed(Diagnostic::error(
            "Invalid CSR",
            format!("`csr` cannot be reissued with: {reason}."),
        ))
    })?;
    let limits = Limits::new(session, planned, planned.update_timeout(), &call.stop);
    let client = client.within(limits.bounds.deadline, &call.stop);
    let wanted = Wanted {
        csr: &csr,
        prior,
        planned,
        changed: &changed,
    };
    let before = look(&client, id, wanted).await.map_err(&failed)?;
    let taken = match before {
        Before::Done(order) => {
            info!(order_id = %id, "reissue of an earlier run found");
            Taken::Seen(order)
        }
        Before::Ready(_) if call.stop.is_cancelled() => {
            return Err(failed(messages::interrupted_before_a_reissue(id)));
        }
        Before::Ready(before) => act_once(&client, &before, wanted, &body, limits.bounds)
            .await
            .map_err(&failed)?,
    };
    if changed.iter().any(wanted::is_of_the_token) {
        lineage::remember(&client, id, content, session).await;
    }
    // The names may be new, so their validation is asked for as for an order that waits.
    let mut observer = Observer::new(&client, state);
    state::reissue_taken(&mut observer.state);
    let (order, chain) = match taken {
        Taken::Answer(answer) => {
            let method = planned.dcv_method.as_str();
            domain_validations::tokens(&mut observer.state, &answer, method);
            (client.order(id).await, answer.certificate_chain)
        }
        Taken::Seen(order) => {
            if order.status == OrderStatus::ReissuePending {
                observer.random_value(&order).await;
            }
            (Ok(*order), Vec::new())
        }
    };
    match order {
        Ok(order) => {
            let seen = observer.details(order, &chain).await;
            observer.wait(seen, &limits).await;
        }
        Err(error) => observer.warn(&error, &format!("looking at order {id}")),
    }
    warnings.extend(observer.warnings);
    Ok(observer.state)
}

/// The arguments of the certificate as they were, with everything else that the update did.
fn with_former_certificate(state: &SslOrderModel, prior: &SslOrderModel) -> SslOrderModel {
    SslOrderModel {
        common_name: prior.common_name.clone(),
        dns_names: prior.dns_names.clone(),
        csr: prior.csr.clone(),
        signature_hash: prior.signature_hash.clone(),
        organization_units: prior.organization_units.clone(),
        server_platform_id: prior.server_platform_id.clone(),
        profile_option: prior.profile_option.clone(),
        ca_cert_id: prior.ca_cert_id.clone(),
        cert_validity: prior.cert_validity.clone(),
        domain_validations: prior.domain_validations.clone(),
        ..state.clone()
    }
}

/// The arguments of the certificate that differ from those in state.
fn changed_arguments(prior: &SslOrderModel, planned: &SslOrderModel) -> Vec<&'static str> {
    changes(prior, planned, false)
        .into_iter()
        .filter(|change| change.means == Means::Reissue)
        .map(|change| change.argument)
        .collect()
}

fn body(planned: &SslOrderModel) -> Result<Reissue, Diagnostic> {
    Ok(Reissue {
        skip_approval: planned.skip_approval.known().copied(),
        dcv_method: planned.dcv_method.known().cloned(),
        ..Reissue::new(new_order::certificate(planned)?)
    })
}

async fn look(client: &Client, id: OrderId, wanted: Wanted<'_>) -> Result<Before, Diagnostic> {
    let looking = |error: &Error| {
        api_error::diagnostic(
            error,
            &format!("looking at order {id}, before it is reissued"),
        )
    };
    let order = client.order(id).await.map_err(|error| looking(&error))?;
    match &order.status {
        status if status.is_closed() => Err(messages::closed_before_a_reissue(&order)),
        OrderStatus::ReissuePending => {
            let is_ours = is_pending(client, id, wanted)
                .await
                .map_err(|error| looking(&error))?;
            if is_ours {
                Ok(Before::Done(Box::new(order)))
            } else {
                Err(messages::other_reissue_pending(&order))
            }
        }
        _ if wanted.is_done(&order.certificate) => Ok(Before::Done(Box::new(order))),
        _ => Ok(Before::Ready(Box::new(order))),
    }
}

/// Whether this reissue is under way.
async fn is_pending(client: &Client, id: OrderId, wanted: Wanted<'_>) -> Result<bool, Error> {
    let reissues = client.reissues(id).await?;
    Ok(reissues.iter().any(|reissue| wanted.is_pending(reissue)))
}

async fn act_once(
    client: &Client,
    before: &Order,
    wanted: Wanted<'_>,
    body: &Reissue,
    bounds: Bounds<'_>,
) -> Result<Taken, Diagnostic> {
    let id = before.id;
    info!(order_id = %id, "reissuing the certificate");
    let error = match client.reissue_order(id, body).await {
        Ok(answer) => return Ok(Taken::Answer(answer)),
        Err(error) => error,
    };
    match error.certainty() {
        Certainty::NothingHappened => Err(api_error::diagnostic(
            &error,
            &format!("reissuing order {id}"),
        )),
        Certainty::Unknown => {
            warn!(order_id = %id, %error, "answer to the reissue lost, looking at the order");
            settle(client, before, wanted, &error, bounds).await
        }
    }
}

/// Looks until the order shows this reissue, done or pending. The POST is not repeated.
async fn settle(
    client: &Client,
    before: &Order,
    wanted: Wanted<'_>,
    lost: &Error,
    bounds: Bounds<'_>,
) -> Result<Taken, Diagnostic> {
    let client = client.urgent();
    let id = before.id;
    let mut back_off = BackOff::new(Schedule::LOST_ANSWER, bounds);
    for _ in 0..Schedule::LOOKS_AFTER_A_LOST_ANSWER {
        let paused = back_off.pause_at_most().await;
        if let Ok(now) = client.order(id).await {
            let is_taken = if now.status == OrderStatus::ReissuePending {
                is_pending(&client, id, wanted).await.unwrap_or(false)
            } else {
                wanted.may_have_made(&now.certificate, &before.certificate)
            };
            if is_taken {
                return Ok(Taken::Seen(Box::new(now)));
            }
        }
        if paused != Paused::Over {
            break;
        }
    }
    Err(messages::unknown_reissue(id, lost))
}
