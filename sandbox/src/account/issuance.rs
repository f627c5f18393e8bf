//! Issuing certificates: at once, after some readings of the order, or by hand.

use crate::account::ca::{CLIENT_AUTH_END, Leaf, Signer};
use crate::account::certificate::{Certificate, GRACE, Origin};
use crate::account::order::Order;
use crate::account::state::State;
use crate::account::term::Term;
use crate::settings::Issuance;

impl State {
    /// Issues the order's certificates if nothing is missing and the account issues at once.
    pub(crate) fn issue_if_immediate(&mut self, id: u64) -> Result<(), rcgen::Error> {
        if self.behavior.issuance == Issuance::Immediate {
            return self.issue_ready(id);
        }
        Ok(())
    }

    /// Counts one reading of the order's status, which may be what its issuance waits for.
    pub(crate) fn poll(&mut self, id: u64) -> Result<(), rcgen::Error> {
        let issuance = self.behavior.issuance;
        for certificate_id in self.ready(id) {
            let Some(order) = self.orders.get_mut(&id) else {
                return Ok(());
            };
            let Some(certificate) = certificate_of(order, certificate_id) else {
                continue;
            };
            match issuance {
                Issuance::AfterPolls(polls) if certificate.polls < polls => {
                    certificate.polls += 1;
                    certificate.processing = certificate.polls == polls;
                }
                Issuance::AfterPolls(_) | Issuance::Immediate => {
                    return self.issue(id, certificate_id);
                }
                Issuance::Manual => {}
            }
        }
        Ok(())
    }

    /// Signs every certificate of an order that is approved and validated, whatever the settings
    /// say.
    pub(crate) fn issue_ready(&mut self, id: u64) -> Result<(), rcgen::Error> {
        for certificate in self.ready(id) {
            self.issue(id, certificate)?;
        }
        Ok(())
    }

    /// Certificates of an order that only have to be made: approved, validated, open.
    fn ready(&self, id: u64) -> Vec<u64> {
        let Some(order) = self.orders.get(&id) else {
            return Vec::new();
        };
        let mut domains = order.domains.iter();
        match self.has_valid_organization(order) && domains.all(|domain| self.is_proven(domain)) {
            true => order.approved_and_open(self.now()),
            false => Vec::new(),
        }
    }

    fn issue(&mut self, id: u64, certificate_id: u64) -> Result<(), rcgen::Error> {
        let now = self.clock.now();
        let today = self.clock.today();
        let longest = Term::Days(self.longest_certificate()).end(today);
        let days_carried_over = self
            .orders
            .get(&id)
            .map(|order| self.days_carried_over(order));
        let Some(order) = self.orders.get_mut(&id) else {
            return Ok(());
        };
        let Some(organization) = self
            .organizations
            .iter()
            .find(|item| item.id == order.wanted.organization_id)
        else {
            return Ok(());
        };
        // The first certificate begins the term of the order; later ones share what is left of it.
        let order_end = order.valid_till.unwrap_or_else(|| {
            order.wanted.order_validity.end(today) + days_carried_over.unwrap_or_default()
        });
        let Some(certificate) = certificate_of(order, certificate_id) else {
            return Ok(());
        };
        let wanted = &certificate.wanted;
        let requested = wanted
            .cert_validity
            .map_or(order_end, |term| term.end(today));
        let leaf = Leaf {
            public_key_der: &wanted.csr.public_key_der,
            common_name: &wanted.common_name,
            dns_names: &wanted.dns_names,
            organization: &organization.name,
            city: &organization.city,
            state: &organization.state,
            country: &organization.country,
            client_auth: wanted.client_auth && today < CLIENT_AUTH_END,
            valid_from: today,
            valid_till: longest.min(requested).min(order_end),
        };
        // Without multi-year plans the order ends with its first certificate.
        let order_end = match self.behavior.orders_end_with_certificate {
            true => leaf.valid_till,
            false => order_end,
        };
        let signer = match wanted.below_g1_root {
            true => Signer::G1,
            false if self.behavior.next_intermediate => Signer::Next,
            false => Signer::First,
        };
        let hash = wanted.signature_hash.as_str();
        certificate.issued = Some(self.authority.issue_as(signer, hash, &leaf, now)?);
        certificate.processing = false;
        order.valid_till = Some(order_end);
        retire_former(order, certificate_id, now + GRACE);
        Ok(())
    }
}

fn certificate_of(order: &mut Order, id: u64) -> Option<&mut Certificate> {
    order.certificates_mut().find(|one| one.id == id)
}

/// After a reissue that lacks a name of the certificate before it, all earlier certificates are to
/// be revoked.
fn retire_former(order: &mut Order, id: u64, at: time::OffsetDateTime) {
    let reissue = order
        .further
        .iter()
        .position(|one| one.id == id && one.origin == Origin::Reissue);
    let Some(position) = reissue else {
        return;
    };
    let names = order.further[position].wanted.dns_names.clone();
    let former = order.further[..position]
        .iter()
        .rev()
        .find(|one| one.origin == Origin::Reissue && one.issued.is_some())
        .unwrap_or(&order.first);
    let keeps_all = former
        .wanted
        .dns_names
        .iter()
        .all(|name| names.contains(name));
    if keeps_all {
        return;
    }
    for earlier in order.certificates_mut().filter(|one| one.id != id) {
        if earlier.issued.is_some() {
            earlier.revoke_at(at);
        }
    }
}
