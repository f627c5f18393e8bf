//! A reissue: look, act once, make sure. It is free, but it may make DigiCert revoke the former
//! certificate, so it is not sent twice either.

use tracing::{info, warn};

use super::messages;
use super::{Failed, Update, is_of_the_token};
use crate::certcentral::{
    Certainty, Client, Error, IssuedCertificate, Order, OrderCertificate, OrderId, OrderStatus,
    Reissue, SerialNumber,
};
use crate::framework::{Attr, Diagnostic, Warnings};
use crate::pki::{Csr, canonical, certificate_names};
use crate::provider::order::api_error;
use crate::provider::order::attempts::Attempts;
use crate::provider::order::lock::Locked;
use crate::provider::order::waiting::{BackOff, Bounds, Paused, Schedule};
use crate::provider::ssl_order::model::{AskedNames, SslOrderModel, Term};
use crate::provider::ssl_order::purchase::lookup::is_for_key;
use crate::provider::ssl_order::purchase::messages::odd_answer;
use crate::provider::ssl_order::purchase::obtain::{Taken, take_locks};
use crate::provider::ssl_order::purchase::{new_order, token_notes};
use crate::provider::ssl_order::refresh::observer::Observer;
use crate::provider::ssl_order::refresh::state;

/// How the order stands before the reissue is sent.
enum Before {
    /// It can be sent.
    Ready(Box<Order>),
    /// An earlier run has sent it.
    Done(Box<Order>),
}

/// Reissues the certificate of the order in `state`, which holds the arguments of the plan already,
/// and waits for it.
pub(super) async fn reissue(
    update: Update<'_>,
    state: SslOrderModel,
    warnings: &mut Warnings,
) -> Result<SslOrderModel, Failed> {
    let Update {
        session,
        call,
        prior,
        planned,
        ..
    } = update;
    // Whatever fails before CertCentral has taken the reissue leaves the certificate's arguments as
    // they were.
    let failed = |problem: Diagnostic| Failed::at(with_former_certificate(&state, prior), problem);
    let changed = update.announced.reissued_for();
    if prior.ready_for_reissue != Attr::Known(true) && changed.is_empty() {
        return Ok(state);
    }
    let limits = update.limits();
    let client = update.client(&limits).map_err(&failed)?;
    let id = prior.order_id_to_be("changed").map_err(&failed)?;
    let body = body(planned).map_err(&failed)?;
    let csr = Csr::from_pem(&body.certificate.csr).map_err(|reason| {
        failed(Diagnostic::error(
            "Invalid CSR",
            format!("`csr` cannot be reissued with: {reason}."),
        ))
    })?;
    let meant = planned.as_meant();
    let wanted = Wanted {
        csr: &csr,
        prior,
        planned: &meant,
        asked: &AskedNames::changed(prior, planned, update.private.imported),
        changed: &changed,
    };
    let differing = update.announced.of_the_certificate();
    let mut locked = match differing.iter().any(is_of_the_token) {
        true => lock(update, &client, id, limits.bounds).await,
        false => Ok(None),
    }
    .map_err(&failed)?;
    let before = look(&client, id, wanted).await.map_err(|problem| {
        failed(match problem.summary == api_error::INTERRUPTED {
            true => messages::interrupted_before_a_reissue(id),
            false => problem,
        })
    })?;
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
    if differing.iter().any(is_of_the_token) {
        let reference = update.content.alternative_order_id.as_str();
        token_notes::remember(&client, id, reference, update.content, session).await;
    }
    if let Some(locked) = &mut locked {
        locked.ordered(id);
    }
    drop(locked);
    let client = client.filling_in();
    // The names may be new, so their validation is asked for as for an order that waits.
    let mut observer = Observer::new(&client, state);
    state::former_proofs(&mut observer.state, prior);
    state::reissue_taken(&mut observer.state);
    let names_a_value = matches!(&taken, Taken::Answer(answer) if answer.names_a_value());
    let (order, chain) = match taken {
        Taken::Answer(answer) => {
            observer.warnings.extend(odd_answer(&answer));
            let method = planned.dcv_method.as_str();
            state::validation_tokens(&mut observer.state, &answer, method);
            (client.order(id).await, answer.certificate_chain)
        }
        Taken::Seen(order) => (Ok(*order), Vec::new()),
    };
    match order {
        Ok(order) => {
            let seen = observer.details(order, &chain).await;
            if !names_a_value && seen.has_open_domains() {
                // Control that was proven for the former certificate may have lapsed since.
                observer.random_value(&seen.order).await;
            }
            observer.wait(seen, &limits).await;
        }
        Err(error) => observer.warn(&error, &format!("looking at order {id}")),
    }
    warnings.extend(observer.warnings);
    Ok(observer.state)
}

/// Takes the locks of the content that the order is about to have, because a create may be looking
/// for an order with that content. What this run has ordered with it already is not made a second
/// time of another order. None where a person's own reference says which order it is.
async fn lock(
    update: Update<'_>,
    client: &Client,
    id: OrderId,
    bounds: Bounds<'_>,
) -> Result<Option<Locked>, Diagnostic> {
    let Update {
        session, planned, ..
    } = update;
    let Some(prepared) = token_notes::found_as(update.content, session, &client.host()) else {
        return Ok(None);
    };
    let locked = take_locks(session, planned, &prepared, client, bounds).await?;
    let mut others = locked.about_the_token().orders.into_iter();
    match others.find(|other| *other != id) {
        Some(other) => Err(messages::twin_of_this_run(id, other, planned)),
        None => Ok(Some(locked)),
    }
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
        reissue_trigger: prior.reissue_trigger.clone(),
        domain_validations: prior.domain_validations.clone(),
        ..state.clone()
    }
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
        _ if !wanted.is_as_planned(&order.certificate) => {
            Err(messages::another_certificate(&order, wanted.prior))
        }
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
    let mut attempts = Attempts::new(bounds);
    let error = loop {
        let error = match attempts.next(client).reissue_order(id, body).await {
            Ok(answer) => return Ok(Taken::Answer(answer)),
            Err(error) => error,
        };
        if !attempts.pause_after(&error).await {
            break error;
        }
        // What seems to prove that nothing happened may not be true.
        if let Before::Done(order) = look(client, id, wanted).await? {
            info!(order_id = %id, "reissue made by an attempt that seemed to fail");
            return Ok(Taken::Seen(order));
        }
    };
    match error.certainty() {
        Certainty::NothingHappened => Err(api_error::diagnostic(
            &error,
            &format!("reissuing order {id}"),
        )),
        Certainty::Unknown => {
            warn!(order_id = %id, %error, "answer to the reissue lost, looking at the order");
            confirm(client, before, wanted, &error, bounds).await
        }
    }
}

/// Looks until the order shows this reissue, done or pending. The POST is not repeated.
async fn confirm(
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

/// What a reissue is to make of an order, and whether CertCentral shows that it was made already.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    /// The CSR of the plan.
    csr: &'a Csr,
    /// The order in state.
    prior: &'a SslOrderModel,
    /// Its plan.
    planned: &'a SslOrderModel,
    /// The names of both.
    asked: &'a AskedNames,
    /// The arguments that it is made for; none where the certificate runs out.
    changed: &'a [&'static str],
}

impl Wanted<'_> {
    /// Whether a reissue that waits is this one: for the key and the names of the plan.
    fn is_pending(&self, reissue: &IssuedCertificate) -> bool {
        reissue.status == Some(OrderStatus::Pending)
            && is_for_key(reissue.csr.as_deref(), self.csr)
            && self.has_names(reissue.common_name.as_deref(), &reissue.dns_names)
    }

    /// Whether the certificate is the reissued one already: it holds the key and the names of the
    /// plan, and either it is not the one of the state and shows nothing else, or the order shows
    /// everything that was to change.
    fn is_done(&self, now: &OrderCertificate) -> bool {
        if !is_for_key(now.csr.as_deref(), self.csr)
            || !self.has_names(now.common_name.as_deref(), &now.dns_names)
        {
            return false;
        }
        let is_another = match (now.id, &self.prior.certificate_id) {
            (Some(now), Attr::Known(then)) => now.get() != *then,
            _ => false,
        };
        let mut changed = self.changed.iter();
        let shown = |argument: &&str| match is_of_the_token(argument) {
            true => Some(true),
            false => shows(now, argument, self.planned),
        };
        if is_another {
            changed.all(|argument| shown(argument) != Some(false))
        } else {
            !self.changed.is_empty() && changed.all(|argument| shown(argument) == Some(true))
        }
    }

    /// Whether the certificate is the one that the plan was made for. Where nothing tells, it has
    /// at least no name that the plan did not know of and that the reissue would take away.
    fn is_as_planned(&self, now: &OrderCertificate) -> bool {
        let serial_numbers = (
            now.serial_number.as_deref(),
            self.prior.serial_number.as_str(),
        );
        if let (Some(now), Some(then)) = serial_numbers {
            return SerialNumber(now) == SerialNumber(then);
        }
        if let (Some(now), Attr::Known(then)) = (now.id, &self.prior.certificate_id) {
            return now.get() == *then;
        }
        let known = self.prior.canonical_names();
        let names = certificate_names(now.common_name.as_deref(), &now.dns_names);
        now.dns_names.is_empty() || {
            let mut dropped = self.asked.further_in(&names).into_iter();
            dropped.all(|name| known.contains(&name))
        }
    }

    /// Whether the order has another certificate than before, and one that this reissue may have
    /// made: somebody else's has another key, or lacks a name. CertCentral may have added names of
    /// its own.
    fn may_have_made(&self, now: &OrderCertificate, before: &OrderCertificate) -> bool {
        let is_another = now.id.is_some() && now.id != before.id;
        let key_fits = now.csr.is_none() || is_for_key(now.csr.as_deref(), self.csr);
        let theirs = certificate_names(now.common_name.as_deref(), &now.dns_names);
        is_another && key_fits && theirs.is_superset(&self.planned.canonical_names())
    }

    fn has_names(&self, common_name: Option<&str>, dns_names: &[String]) -> bool {
        let is_first = common_name.is_none_or(|told| {
            let asked = self.planned.common_name.as_str().map(canonical);
            asked == Some(canonical(told))
        });
        is_first && self.asked.fit(&certificate_names(common_name, dns_names))
    }
}

/// Whether the order tells that its certificate was asked for with an argument of the plan; none
/// where it tells nothing of it.
fn shows(certificate: &OrderCertificate, argument: &str, planned: &SslOrderModel) -> Option<bool> {
    match argument {
        "signature_hash" => {
            let theirs = certificate.signature_hash.as_deref()?;
            Some(theirs.eq_ignore_ascii_case(planned.signature_hash.as_str()?))
        }
        "server_platform_id" => {
            let theirs = certificate.server_platform.as_ref()?.id.as_ref()?;
            Some(theirs == planned.server_platform_id.known()?)
        }
        "cert_validity" => {
            let theirs = certificate.cert_validity.as_ref()?;
            Some(Term::reported(theirs) == *planned.cert_validity.known()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
