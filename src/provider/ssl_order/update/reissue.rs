//! A reissue: look, act once, settle. It is free, but it may make DigiCert revoke the former certificate, so it is not
//! sent twice either.

use std::collections::BTreeSet;

use tokio::time::Instant;
use tracing::{info, warn};

use super::super::change::{Means, changes};
use super::super::equality::canonical_set;
use super::super::model::SslOrderModel;
use super::super::wait::{self, Limits, WaitFor};
use super::super::{
    domain_validations, look_again, new_order, observe, record, succession, timeouts, words,
};
use super::Failed;
use super::in_place::order_id;
use crate::certcentral::{
    Certainty, Client, Error, Order, OrderCertificate, OrderId, OrderStatus, PlacedOrder, Reissue,
};
use crate::framework::{Attr, Call, Diagnostic, Warnings};
use crate::pki::{self, Csr};
use crate::provider::api_error;
use crate::provider::session::Session;

/// How the order stands before the reissue is sent.
enum Before {
    /// It can be sent.
    Ready(Box<Order>),
    /// An earlier run has sent it.
    Done(Box<Order>),
}

/// Reissues the certificate of the order in `state`, which holds the arguments of the plan already, and waits for it. `content` is what a
/// create of the same configuration looks for.
pub(super) async fn reissue(
    session: &Session,
    call: &Call,
    mut state: SslOrderModel,
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
    let id = order_id(prior).map_err(&failed)?;
    let body = body(planned).map_err(&failed)?;
    let csr = Csr::from_pem(&body.certificate.csr).map_err(|reason| {
        failed(Diagnostic::error(
            "Invalid CSR",
            format!("`csr` cannot be reissued with: {reason}."),
        ))
    })?;
    let polling = session.polling();
    let limits = Limits {
        wait_for: WaitFor::from(planned.wait_for.as_str()),
        deadline: Instant::now() + timeouts::update(planned),
        stop: &call.stop,
        polling: &polling,
    };
    let client = client.within(limits.deadline, &call.stop);
    let before = look(&client, id, &csr, prior, planned)
        .await
        .map_err(&failed)?;
    let sent = match before {
        Before::Done(order) => {
            info!(order_id = %id, "reissue of an earlier run found");
            Sent::Settled(order)
        }
        Before::Ready(_) if call.stop.is_cancelled() => {
            return Err(failed(words::interrupted_before_a_reissue(id)));
        }
        Before::Ready(before) => {
            let wanted = Wanted {
                before: &before,
                csr: &csr,
                planned,
            };
            act_once(&client, wanted, &body, limits)
                .await
                .map_err(&failed)?
        }
    };
    if changed.iter().any(is_of_the_token) {
        succession::remember(&client, id, content, session).await;
    }
    // The names may be new, so their validation is asked for as for an order that waits.
    record::reissue_taken(&mut state);
    let (order, chain) = match sent {
        Sent::Answer(answer) => {
            domain_validations::tokens(&mut state, &answer, planned.dcv_method.as_str());
            (client.order(id).await, answer.certificate_chain)
        }
        Sent::Settled(order) => {
            if order.status == OrderStatus::ReissuePending {
                observe::random_value(&client, &mut state, &order, warnings).await;
            }
            (Ok(*order), Vec::new())
        }
    };
    match order {
        Ok(order) => {
            let all_validated =
                observe::details(&client, &mut state, &order, &chain, warnings).await;
            wait::until_issued(&client, &mut state, order, all_validated, limits, warnings).await;
        }
        Err(error) => {
            warnings.push_demoted(api_error::diagnostic(
                &error,
                &format!("looking at order {id}"),
            ));
        }
    }
    Ok(state)
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

/// Whether the token of an order is derived from an argument of its certificate.
fn is_of_the_token(argument: &&str) -> bool {
    ["common_name", "dns_names", "csr"].contains(argument)
}

fn body(planned: &SslOrderModel) -> Result<Reissue, Diagnostic> {
    Ok(Reissue {
        skip_approval: planned.skip_approval.known().copied(),
        dcv_method: planned.dcv_method.known().cloned(),
        ..Reissue::new(new_order::certificate(planned)?)
    })
}

async fn look(
    client: &Client,
    id: OrderId,
    csr: &Csr,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
) -> Result<Before, Diagnostic> {
    let looking = |error: &Error| {
        api_error::diagnostic(
            error,
            &format!("looking at order {id}, before it is reissued"),
        )
    };
    let order = client.order(id).await.map_err(|error| looking(&error))?;
    match &order.status {
        status if status.is_closed() => Err(words::closed_before_a_reissue(&order)),
        OrderStatus::ReissuePending => {
            let is_ours = is_pending(client, id, csr, planned)
                .await
                .map_err(|error| looking(&error))?;
            if is_ours {
                Ok(Before::Done(Box::new(order)))
            } else {
                Err(words::other_reissue_pending(&order))
            }
        }
        _ if is_done(&order.certificate, csr, prior, planned) => Ok(Before::Done(Box::new(order))),
        _ => Ok(Before::Ready(Box::new(order))),
    }
}

/// Whether a reissue for the key and the names of the plan is under way.
async fn is_pending(
    client: &Client,
    id: OrderId,
    csr: &Csr,
    planned: &SslOrderModel,
) -> Result<bool, Error> {
    let reissues = client.reissues(id).await?;
    Ok(reissues.iter().any(|reissue| {
        reissue.status == Some(OrderStatus::Pending)
            && has_key(reissue.csr.as_deref(), csr)
            && has_names(reissue.common_name.as_deref(), &reissue.dns_names, planned)
    }))
}

/// Whether the certificate is the reissued one already: it holds the key and the names of the plan, and either it is not the one
/// of the state, or the order shows everything that was to change.
fn is_done(
    certificate: &OrderCertificate,
    csr: &Csr,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
) -> bool {
    if !has_key(certificate.csr.as_deref(), csr)
        || !has_names(
            certificate.common_name.as_deref(),
            &certificate.dns_names,
            planned,
        )
    {
        return false;
    }
    let is_another = match (certificate.id, &prior.certificate_id) {
        (Some(now), Attr::Known(then)) => now.get() != *then,
        _ => false,
    };
    let changed = changed_arguments(prior, planned);
    let shows_all = !changed.is_empty()
        && changed
            .iter()
            .all(|argument| is_of_the_token(argument) || shows(certificate, argument, planned));
    is_another || shows_all
}

/// Whether the order tells that its certificate was asked for with an argument of the plan. Of some arguments it tells nothing.
fn shows(certificate: &OrderCertificate, argument: &str, planned: &SslOrderModel) -> bool {
    match argument {
        "signature_hash" => certificate
            .signature_hash
            .as_deref()
            .zip(planned.signature_hash.as_str())
            .is_some_and(|(theirs, ours)| theirs.eq_ignore_ascii_case(ours)),
        "server_platform_id" => {
            let theirs = certificate.server_platform.as_ref();
            theirs.and_then(|platform| platform.id.as_ref()) == planned.server_platform_id.known()
        }
        "cert_validity" => {
            let theirs = certificate.cert_validity.as_ref();
            let ours = planned.cert_validity.known();
            theirs.zip(ours).is_some_and(|(theirs, ours)| {
                let last_day = theirs.custom_expiration_date.map(|day| day.to_string());
                theirs.years.as_ref() == ours.years.known()
                    && theirs.days.as_ref() == ours.days.known()
                    && last_day.as_deref() == ours.custom_expiration_date.as_str()
            })
        }
        _ => false,
    }
}

fn has_key(pem: Option<&str>, csr: &Csr) -> bool {
    pem.and_then(|text| Csr::from_pem(text).ok())
        .is_some_and(|theirs| theirs.public_key() == csr.public_key())
}

fn has_names(common_name: Option<&str>, dns_names: &[String], planned: &SslOrderModel) -> bool {
    names(common_name, dns_names) == canonical_set(planned)
}

fn names(common_name: Option<&str>, dns_names: &[String]) -> BTreeSet<String> {
    pki::canonical_names(
        common_name.unwrap_or_default(),
        dns_names.iter().map(String::as_str),
    )
}

/// What proves that CertCentral has taken the reissue.
enum Sent {
    /// The answer to the POST.
    Answer(PlacedOrder),
    /// The answer was lost, and the order shows it.
    Settled(Box<Order>),
}

/// What a reissue is to make of an order.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    /// The order before it.
    before: &'a Order,
    csr: &'a Csr,
    planned: &'a SslOrderModel,
}

async fn act_once(
    client: &Client,
    wanted: Wanted<'_>,
    body: &Reissue,
    limits: Limits<'_>,
) -> Result<Sent, Diagnostic> {
    let id = wanted.before.id;
    info!(order_id = %id, "reissuing the certificate");
    let error = match client.reissue_order(id, body).await {
        Ok(answer) => return Ok(Sent::Answer(answer)),
        Err(error) => error,
    };
    match error.certainty() {
        Certainty::NothingHappened => Err(api_error::diagnostic(
            &error,
            &format!("reissuing order {id}"),
        )),
        Certainty::Unknown => {
            warn!(order_id = %id, %error, "answer to the reissue lost, looking at the order");
            settle(client, wanted, &error, limits).await
        }
    }
}

/// Looks until the order shows this reissue, done or pending. The POST is not repeated.
async fn settle(
    client: &Client,
    wanted: Wanted<'_>,
    lost: &Error,
    limits: Limits<'_>,
) -> Result<Sent, Diagnostic> {
    let client = client.urgent();
    let id = wanted.before.id;
    for seconds in look_again::PAUSES {
        let goes_on = look_again::pause(seconds, limits.deadline, limits.stop).await;
        if let Ok(now) = client.order(id).await {
            let is_taken = if now.status == OrderStatus::ReissuePending {
                let pending = is_pending(&client, id, wanted.csr, wanted.planned).await;
                pending.unwrap_or(false)
            } else {
                wanted.is_on(&now.certificate)
            };
            if is_taken {
                return Ok(Sent::Settled(Box::new(now)));
            }
        }
        if !goes_on {
            break;
        }
    }
    Err(words::unknown_reissue(id, lost))
}

impl Wanted<'_> {
    /// Whether the order has another certificate than before, and one that this reissue may have made: somebody else's has another
    /// key, or lacks a name. CertCentral may have added names of its own.
    fn is_on(&self, now: &OrderCertificate) -> bool {
        let is_another = now.id.is_some() && now.id != self.before.certificate.id;
        let key_fits = now.csr.is_none() || has_key(now.csr.as_deref(), self.csr);
        let theirs = names(now.common_name.as_deref(), &now.dns_names);
        is_another && key_fits && theirs.is_superset(&canonical_set(self.planned))
    }
}
