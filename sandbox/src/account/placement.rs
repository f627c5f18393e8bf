//! Placing an order, a reissue or a duplicate: what is written down of it, and its price.

use time::OffsetDateTime;

use crate::account::catalog::User;
use crate::account::certificate::{Certificate, Origin, WantedCertificate};
use crate::account::order::{Order, Wanted};
use crate::account::request::{NewRequest, Request};
use crate::account::state::{State, next};

impl State {
    /// Creates the order. The answer shows its request unless the second value is false.
    pub(crate) fn place(
        &mut self,
        wanted: Wanted,
        certificate: WantedCertificate,
        user: &'static User,
    ) -> Result<(u64, bool), rcgen::Error> {
        let now = self.now();
        let id = next(&mut self.ids.order);
        let asked = NewRequest {
            by: user,
            skip_approval: wanted.skip_approval,
            comments: wanted.comments.clone(),
        };
        let (request, shown) = self.certificate_request(asked, Origin::New.request_kind());
        let first = self.certificate(Origin::New, &request, certificate);
        if let Some(renewed) = wanted.renewal_of.and_then(|old| self.orders.get_mut(&old)) {
            renewed.renewed_by = Some(id);
        }
        let order = Order {
            id,
            user,
            created: now,
            price: price(&wanted, first.wanted.dns_names.len(), now),
            requests: vec![request],
            domains: self.domains(&first.wanted.dns_names, now)?,
            organization_validated: self
                .organization(wanted.organization_id)
                .is_some_and(|organization| organization.validated),
            first,
            further: Vec::new(),
            valid_till: None,
            canceled: None,
            revoked: None,
            expired_by_hand: None,
            renewed_by: None,
            notes: Vec::new(),
            wanted,
        };
        self.orders.insert(id, order);
        self.issue_if_immediate(id)?;
        Ok((id, shown))
    }

    /// Adds a reissue or a duplicate to an order, at no cost. The answer shows its request unless
    /// the second value is false; the first is its certificate id. `None` if there is no such
    /// order.
    pub(crate) fn add_certificate(
        &mut self,
        id: u64,
        origin: Origin,
        wanted: WantedCertificate,
        asked: NewRequest,
    ) -> Result<Option<(u64, bool)>, rcgen::Error> {
        let now = self.now();
        let named = self.domains(&wanted.dns_names, now)?;
        let (mut request, shown) = self.certificate_request(asked, origin.request_kind());
        let certificate = self.certificate(origin, &request, wanted);
        let certificate_id = certificate.id;
        request.certificate = Some(certificate_id);
        let Some(order) = self.orders.get_mut(&id) else {
            return Ok(None);
        };
        for domain in named {
            match order
                .domains
                .iter_mut()
                .find(|known| known.name == domain.name)
            {
                None => order.domains.push(domain),
                Some(known) => {
                    for name in domain.dns_names {
                        if !known.dns_names.contains(&name) {
                            known.dns_names.push(name);
                        }
                    }
                }
            }
        }
        order.requests.push(request);
        order.further.push(certificate);
        self.issue_if_immediate(id)?;
        Ok(Some((certificate_id, shown)))
    }

    fn certificate(
        &mut self,
        origin: Origin,
        request: &Request,
        wanted: WantedCertificate,
    ) -> Certificate {
        Certificate {
            id: next(&mut self.ids.certificate),
            origin,
            request: request.id,
            user: request.requester,
            created: request.date,
            wanted,
            issued: None,
            polls: 0,
            processing: false,
            rejected: false,
            revoked: None,
        }
    }
}

/// Price of an order: each name costs the product's unit price per started year.
fn price(wanted: &Wanted, names: usize, now: OffsetDateTime) -> u64 {
    let years = u64::from(wanted.order_validity.years(now.date()));
    wanted.product.unit_price * years * u64::try_from(names).unwrap_or(u64::MAX)
}
