//! What only the new certificate shows: held against the one before it, once it is there. Pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::foreseen::Said;
use super::profile::{asks_for_client_auth, has_what_is_asked};
use crate::certcentral::OrderStatus;
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::ssl_order::model::{InForce, SslOrderModel, SslOrderPrivate};

/// A certificate that is still to come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The certificate (PEM) of the order that it renews, or of the object whose place another one
    /// takes; a reissue is held against the one that state keeps until then.
    former: Option<String>,
    /// What the plan said of it.
    said: Said,
}

impl Awaited {
    /// Returns the certificate (PEM) that the next one of an order is held against.
    pub(crate) fn former(state: &SslOrderModel, private: &SslOrderPrivate) -> Option<String> {
        let awaited = private.awaited.as_ref();
        let renewed = awaited.and_then(|it| it.former.clone());
        renewed.or_else(|| state.certificate_pem.known().cloned())
    }
}

/// Returns in what a certificate that an apply got differs from the one of `prior` without a word
/// of the plan. Keeps in mind what that is held against where the certificate is still to come.
pub(crate) fn by_apply(
    prior: &SslOrderModel,
    said: &Said,
    expected: &BTreeSet<String>,
    state: &SslOrderModel,
    private: &mut SslOrderPrivate,
) -> Option<Diagnostic> {
    let former = InForce::of(prior)?;
    let new = InForce::of(state).filter(|it| it.is_another_than(&former));
    let Some(new) = new else {
        let is_renewed = prior.order_id != state.order_id;
        private.awaited = Some(Awaited {
            former: prior
                .certificate_pem
                .known()
                .cloned()
                .filter(|_| is_renewed),
            said: said.clone(),
        });
        return None;
    };
    private.awaited = None;
    warning(&former, &new, said, expected, state)
}

/// Returns the same for a certificate that a refresh sees first: that of a reissue or renewal that
/// waited, or somebody else's, of which no plan has spoken. Names and key are held against the
/// arguments at every refresh.
pub(crate) fn at_refresh(
    before: &SslOrderModel,
    state: &SslOrderModel,
    private: &mut SslOrderPrivate,
) -> Option<Diagnostic> {
    let awaited = private.awaited.as_ref();
    let former = match awaited.and_then(|it| it.former.as_deref()) {
        Some(pem) => InForce::from_pem(pem),
        None => InForce::of(before),
    };
    let Some(former) = former else {
        let is_first = before.certificate_pem.is_null();
        return first(state).filter(|_| is_first);
    };
    let new = InForce::of(state)?;
    if !new.is_another_than(&former) {
        if state.order_status() != OrderStatus::ReissuePending {
            private.awaited = None;
        }
        return None;
    }
    let said = match private.awaited.take() {
        Some(awaited) => awaited.said,
        None => Said::of_its_dates(&former, before, new.first_day),
    };
    warning(&former, &new, &said, &BTreeSet::new(), state)
}

/// Returns the same for the certificate that an object finds which takes the place of another one:
/// held against what that one had.
pub(crate) fn by_successor(
    former: String,
    state: &SslOrderModel,
    private: &mut SslOrderPrivate,
) -> Option<Diagnostic> {
    private.awaited = Some(Awaited {
        former: Some(former),
        said: Said::default(),
    });
    at_refresh(state, state, private)
}

/// Returns what the first certificate of an order lacks that its profile asks for.
pub(crate) fn first(state: &SslOrderModel) -> Option<Diagnostic> {
    let new = InForce::of(state)?;
    if has_what_is_asked(Some(&new), state) || !asks_for_client_auth(&state.profile_option) {
        return None;
    }
    let order = state.shown_id();
    let warning = Diagnostic::warning(
        format!("Certificate of order {order} lacks clientAuth"),
        format!(
            "`profile_option` of order {order} for {} asks for clientAuth, and the certificate \
             (serial number {}) has the extended key usages {} only: DigiCert issued it without. \
             Whoever is to use it as a client is refused with it. Nothing is planned because of \
             it.",
            state.shown_names(),
            state.serial_number.as_str().unwrap_or("unknown"),
            new.usages.join(", "),
        ),
    );
    Some(warning.at(AttributePath::of("profile_option")))
}

/// Returns what CertCentral calls the organization of an order now, if its certificate names
/// another one.
pub(crate) fn renamed_organization(state: &SslOrderModel, told: Option<&str>) -> Option<String> {
    let in_force = InForce::of(state)?;
    let told = told?;
    (in_force.organization.as_deref()? != told).then(|| told.to_owned())
}

fn warning(
    former: &InForce,
    new: &InForce,
    said: &Said,
    expected: &BTreeSet<String>,
    state: &SslOrderModel,
) -> Option<Diagnostic> {
    let mut found = Found::default();
    found.usages(former, new, said);
    found.issuer(former, new);
    found.organization(former, new, said);
    found.hash(former, new, state);
    found.life(former, new, said);
    found.names(new, expected);
    found.told(state)
}

/// Differences, each as the summary names it and as the detail explains it.
#[derive(Default)]
struct Found {
    headlines: Vec<String>,
    sentences: Vec<String>,
}

impl Found {
    fn add(&mut self, headline: impl Into<String>, sentence: String) {
        self.headlines.push(headline.into());
        self.sentences.push(sentence);
    }

    fn usages(&mut self, former: &InForce, new: &InForce, said: &Said) {
        // A usage that was in doubt is said now that it is gone.
        let is_known = |usage: &String| said.lost.contains(usage);
        let lost = former.usages.iter();
        let lost = lost.filter(|usage| !new.usages.contains(usage) && !is_known(usage));
        let lost: Vec<_> = lost.map(String::as_str).collect();
        if !lost.is_empty() {
            let lost = lost.join(", ");
            self.add(
                format!("lacks {lost}"),
                format!(
                    "It is not good for {lost}, which the one before it was good for: whoever \
                     relies on that is refused with it."
                ),
            );
        }
    }

    fn issuer(&mut self, former: &InForce, new: &InForce) {
        if former.issuer != new.issuer {
            let shown = |it: &InForce| it.issuer.clone().unwrap_or_else(|| "nobody".to_owned());
            self.add(
                "has another issuer",
                format!(
                    "It was issued by {:?}, and the one before it by {:?}: servers need the new \
                     chain with it, and whoever pins the issuer needs the new one.",
                    shown(new),
                    shown(former)
                ),
            );
        }
    }

    fn organization(&mut self, former: &InForce, new: &InForce, said: &Said) {
        let is_known = said.organization.is_some() && said.organization == new.organization;
        if former.organization != new.organization && !is_known {
            let shown = |it: &InForce| {
                let organization = it.organization.as_ref();
                organization.map_or_else(|| "none".to_owned(), |it| format!("{it:?}"))
            };
            self.add(
                "names another organization",
                format!(
                    "Its organization is {}, and that of the one before it {}.",
                    shown(new),
                    shown(former)
                ),
            );
        }
    }

    fn hash(&mut self, former: &InForce, new: &InForce, state: &SslOrderModel) {
        let is_asked_for = new.signature_hash == state.signature_hash.as_str();
        if let (Some(old), Some(now)) = (former.signature_hash, new.signature_hash)
            && old != now
            && !is_asked_for
        {
            self.add(
                "has another signature hash",
                format!("It is signed with {now}, and the one before it with {old}."),
            );
        }
    }

    fn life(&mut self, former: &InForce, new: &InForce, said: &Said) {
        let least = said
            .days
            .map_or(former.days(), |days| days.min(former.days()));
        // A request that crosses midnight makes a difference of a day.
        if new.days() + 1 < least {
            self.add(
                "has a shorter life",
                format!(
                    "It is valid for {} days, until {}; the one before it for {}, until {}.",
                    new.days(),
                    new.last_day,
                    former.days(),
                    former.last_day
                ),
            );
        }
    }

    fn names(&mut self, new: &InForce, expected: &BTreeSet<String>) {
        let missing: Vec<_> = expected.difference(&new.names).cloned().collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            self.add(
                format!("does not cover {missing}"),
                format!(
                    "It does not cover {missing}. Where the one before it did, DigiCert revokes \
                     that one within 72 hours."
                ),
            );
        }
    }

    fn told(self, state: &SslOrderModel) -> Option<Diagnostic> {
        if self.headlines.is_empty() {
            return None;
        }
        let order = state.shown_id();
        Some(Diagnostic::warning(
            format!(
                "New certificate of order {order} {}",
                self.headlines.join(", ")
            ),
            format!(
                "The certificate of order {order} for {} (serial number {}) differs from the one \
                 before it in what nobody could know before it was issued. {} Nothing is planned \
                 because of it.",
                state.shown_names(),
                state.serial_number.as_str().unwrap_or("unknown"),
                self.sentences.join(" "),
            ),
        ))
    }
}

#[cfg(test)]
mod tests;
