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
        let price = price(&wanted, certificate.dns_names.len(), now);
        let certificate = self.with_companions(certificate);
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
            price,
            requests: vec![request],
            domains: self.domains(&first.wanted.dns_names, &wanted.dcv_method, now)?,
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
        let wanted = match origin {
            Origin::Duplicate => wanted,
            Origin::New | Origin::Reissue => self.with_companions(wanted),
        };
        let method = self
            .orders
            .get(&id)
            .map(|order| order.wanted.dcv_method.clone());
        let mut named = self.domains(&wanted.dns_names, &method.unwrap_or_default(), now)?;
        let (mut request, shown) = self.certificate_request(asked, origin.request_kind());
        let certificate = self.certificate(origin, &request, wanted);
        let certificate_id = certificate.id;
        request.certificate = Some(certificate_id);
        let Some(order) = self.orders.get_mut(&id) else {
            return Ok(None);
        };
        for domain in &mut named {
            let mut known = order.domains.iter();
            if let Some(known) = known.find(|known| known.name == domain.name) {
                domain.continues(known);
            }
        }
        if origin == Origin::Reissue {
            // Domains that only the former certificate named need no validation any more.
            order.domains = named;
        }
        order.requests.push(request);
        order.further.push(certificate);
        // Control that has lapsed is proven by a value that is accepted today.
        self.random_value(id)?;
        self.issue_if_immediate(id)?;
        Ok(Some((certificate_id, shown)))
    }

    /// A certificate with the names that CertCentral adds by itself, where the account does so.
    fn with_companions(&self, mut certificate: WantedCertificate) -> WantedCertificate {
        if self.behavior.adds_companions {
            certificate.add_companions();
        }
        certificate
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
