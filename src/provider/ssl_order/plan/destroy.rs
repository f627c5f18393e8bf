//! The plan of a destroy: one warning of what becomes of the order, or the error that refuses it.

use super::{Permissions, guards};
use crate::certcentral::OrderStatus;
use crate::framework::{AttributePath, Diagnostic, Diagnostics};
use crate::provider::session::Session;
use crate::provider::ssl_order::model::{OnDestroy, SslOrderModel, SslOrderPrivate};

/// Plans a destroy, and hands on to it that its end is announced.
pub(crate) fn destroy(
    session: &Session,
    prior: &SslOrderModel,
    private: &mut SslOrderPrivate,
) -> Diagnostics {
    let permissions = Permissions::of(session);
    let mut announced = announce(prior, permissions.allow_revocation);
    private.end_announced = !announced.has_errors();
    if permissions.read_only && !announced.has_errors() {
        announced.extend(end_in_certcentral(prior).map(|end| guards::read_only(&end)));
    }
    announced
}

/// Announces what will happen to the order, or refuses it. Silent about an order that is closed already.
fn announce(prior: &SslOrderModel, allow_revocation: bool) -> Diagnostics {
    if must_not_be_revoked(prior, allow_revocation) {
        return not_allowed(prior).into();
    }
    if !is_open(prior) {
        return Diagnostics::new();
    }
    let status = prior.order_status();
    let warning = match prior.on_destroy() {
        OnDestroy::Retain => stays_open(prior, &status),
        OnDestroy::Cancel if status.has_certificate() => stays_valid(prior, &status),
        OnDestroy::Cancel => is_canceled(prior, &status),
        OnDestroy::Revoke if is_canceled_first(&status) => is_canceled_or_revoked(prior, &status),
        OnDestroy::Revoke => is_revoked(prior, &status),
    };
    warning.into()
}

/// Whether a destroy would end the order by a revocation that the provider does not allow.
pub(crate) fn must_not_be_revoked(prior: &SslOrderModel, allow_revocation: bool) -> bool {
    is_open(prior) && prior.on_destroy() == OnDestroy::Revoke && !allow_revocation
}

/// Why an order that is to be revoked is not, and the ways out.
pub(crate) fn not_allowed(prior: &SslOrderModel) -> Diagnostic {
    Diagnostic::error(
        "Revocation is not allowed",
        format!(
            "{} would be revoked, because its `on_destroy` is \"revoke\", but the provider's `allow_revocation` is not true. \
             Nothing was revoked. To revoke it, set `allow_revocation = true` in the provider block, or DIGICERT_ALLOW_REVOCATION=true, \
             and plan again. To keep the certificate, set `on_destroy = \"retain\"` and apply before destroying, or forget the order \
             with `terraform state rm`.",
            named(prior),
        ),
    )
    .at(AttributePath::of("on_destroy"))
}

/// What becomes of the order that a new one replaces, as the end of a sentence.
pub(crate) fn fate_when_replaced(prior: &SslOrderModel) -> String {
    let order_of_things = "Terraform destroys the old one before it creates the new one, unless `create_before_destroy` is set";
    match prior.on_destroy() {
        OnDestroy::Retain => "stays open, because `on_destroy` is \"retain\"".to_owned(),
        OnDestroy::Cancel => {
            "is canceled if it is not issued yet, and stays as it is otherwise".to_owned()
        }
        OnDestroy::Revoke => format!(
            "is ended in the same apply, because `on_destroy` is \"revoke\": its certificate, duplicates and reissues are revoked for good and stop \
             working. {order_of_things}; either way the new certificate may not be issued by then. Set `on_destroy = \"retain\"` and apply first to \
             keep the old certificate working"
        ),
    }
}

/// Returns how the destroy would end the order in CertCentral, as a sentence goes on.
fn end_in_certcentral(prior: &SslOrderModel) -> Option<String> {
    if !is_open(prior) {
        return None;
    }
    let verb = match prior.on_destroy() {
        OnDestroy::Retain => return None,
        OnDestroy::Cancel if prior.order_status().has_certificate() => return None,
        OnDestroy::Cancel => "cancel",
        OnDestroy::Revoke => "cancel or revoke",
    };
    let (order, names) = (prior.shown_id(), prior.shown_names());
    Some(format!("{verb} order {order} for {names}"))
}

fn is_open(prior: &SslOrderModel) -> bool {
    prior.order_id.known().is_some() && prior.order_status().is_open()
}

/// Whether no certificate is issued or just being issued.
fn is_canceled_first(status: &OrderStatus) -> bool {
    !status.has_certificate() && !matches!(status, OrderStatus::Processing | OrderStatus::Approved)
}

/// `Order 5 for a.example.com (ssl_plus, issued)`.
fn named(prior: &SslOrderModel) -> String {
    format!(
        "Order {} for {} ({}, {})",
        prior.shown_id(),
        prior.shown_names(),
        prior.product_name_id.as_str().unwrap_or("unknown product"),
        prior.order_status(),
    )
}

fn stays_open(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    let certificate = if status.has_certificate() {
        " Its certificate stays valid."
    } else {
        ""
    };
    Diagnostic::warning(
        "Destroy leaves the order open",
        format!(
            "{} stays open in CertCentral, because `on_destroy` is \"retain\". Terraform only forgets it.{certificate} The same configuration finds \
             it again instead of buying another. Set `on_destroy = \"cancel\"` and apply before destroying to cancel an order that is not issued.",
            named(prior)
        ),
    )
}

fn stays_valid(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    let reissue = match status {
        OrderStatus::ReissuePending => ", and the reissue that it waits for goes on",
        _ => "",
    };
    Diagnostic::warning(
        "Destroy leaves the issued certificate valid",
        format!(
            "{} cannot be canceled, because it is issued. Terraform forgets it; its certificate stays valid and the order stays open in \
             CertCentral{reissue}.",
            named(prior)
        ),
    )
}

fn is_canceled(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    Diagnostic::warning(
        "Destroy cancels the order",
        format!(
            "{} {} unless its certificate has been issued by then. Canceling is final.",
            named(prior),
            how_canceled(status),
        ),
    )
}

fn how_canceled(status: &OrderStatus) -> &'static str {
    match status {
        OrderStatus::NeedsApproval => "is canceled in CertCentral by rejecting its request",
        _ => "is canceled in CertCentral",
    }
}

fn is_canceled_or_revoked(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    let otherwise = match prior.certificate_id.known() {
        Some(id) => format!(
            "If its certificate {id} has been issued by then, the whole order is revoked for good instead{}",
            because(prior)
        ),
        None => "If its certificate has been issued by then, nothing is done and the destroy stops with an error".to_owned(),
    };
    Diagnostic::warning(
        "Destroy cancels the order",
        format!(
            "{} {}. Canceling is final. {otherwise}.",
            named(prior),
            how_canceled(status),
        ),
    )
}

fn is_revoked(prior: &SslOrderModel, status: &OrderStatus) -> Diagnostic {
    let before = match status {
        OrderStatus::ReissuePending => {
            " The reissue that it waits for is canceled first, because nothing can be revoked before."
        }
        OrderStatus::Processing | OrderStatus::Approved => {
            " The certificate is just being issued; the destroy waits for it, up to `timeouts.delete`."
        }
        _ => "",
    };
    Diagnostic::warning(
        "Destroy revokes the certificate for good",
        format!(
            "{} is revoked in CertCentral{}. Its certificate stops working, and all its duplicates and reissues too. This cannot be undone.{before}",
            named(prior),
            because(prior),
        ),
    )
}

/// The reason that the revocation states.
fn because(prior: &SslOrderModel) -> String {
    format!(
        ", with the reason \"{}\"",
        prior.revocation_reason.as_str().unwrap_or("unspecified")
    )
}

#[cfg(test)]
mod tests;
