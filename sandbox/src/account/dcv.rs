//! The domains of an order and the random value that proves control over them.

use data_encoding::BASE32_NOPAD;
use time::{Duration, OffsetDateTime};

use crate::account::catalog::EXAMPLE_DOMAINS;
use crate::account::dns::DnsRecord;
use crate::account::state::State;
use crate::settings::Dcv;

/// Where the alias of `dns-cname-token` points.
const CNAME_TARGET: &str = "dcv.digicert.com";

/// How long a random value can be used.
const TOKEN_LIFE: Duration = Duration::days(30);

/// The known methods of domain control validation; all but the first use a random value.
pub(crate) const DCV_METHODS: [&str; 5] = [
    "email",
    "dns-txt-token",
    "dns-cname-token",
    "http-token",
    "http-token-dynamic",
];

/// One base domain of an order and the state of its validation.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) dns_names: Vec<String>,
    pub(crate) validated: bool,
    pub(crate) token: String,
    pub(crate) token_expires: OffsetDateTime,
}

impl Domain {
    /// What the owner publishes for a method; `None` if it is nothing in DNS.
    fn record(&self, method: &str) -> Option<DnsRecord> {
        match method {
            "dns-txt-token" => Some(DnsRecord::new("TXT", &self.name, &self.token)),
            "dns-cname-token" => {
                let name = format!("{}.{}", self.token, self.name);
                Some(DnsRecord::new("CNAME", &name, CNAME_TARGET))
            }
            _ => None,
        }
    }
}

impl State {
    /// Validates the domains of an order whose record stands in DNS, where the account looks there.
    pub(crate) fn look_into_dns(&mut self, id: u64) -> Result<(), rcgen::Error> {
        let now = self.now();
        if self.behavior.dcv != Dcv::Dns {
            return Ok(());
        }
        let Some(order) = self.orders.get_mut(&id) else {
            return Ok(());
        };
        let method = order.wanted.dcv_method.clone();
        for domain in &mut order.domains {
            let record = domain.record(&method);
            let stands = record.is_some_and(|record| self.dns.contains(&record));
            domain.validated |= stands && domain.token_expires > now;
        }
        self.settle(id)
    }

    /// The random value of an order and its end; an expired one is replaced. `None` if there is no such order.
    pub(crate) fn random_value(
        &mut self,
        id: u64,
    ) -> Result<Option<(String, OffsetDateTime)>, rcgen::Error> {
        let now = self.now();
        let Some(order) = self.orders.get_mut(&id) else {
            return Ok(None);
        };
        if order
            .domains
            .iter()
            .any(|domain| domain.token_expires <= now)
        {
            let token = token()?;
            for domain in &mut order.domains {
                domain.token.clone_from(&token);
                domain.token_expires = now + TOKEN_LIFE;
            }
        }
        let first = order.domains.first();
        Ok(first.map(|domain| (domain.token.clone(), domain.token_expires)))
    }

    /// The base domains of names, taken as the last two labels of each.
    pub(crate) fn domains(
        &mut self,
        dns_names: &[String],
        now: OffsetDateTime,
    ) -> Result<Vec<Domain>, rcgen::Error> {
        let token = token()?;
        let mut domains: Vec<Domain> = Vec::new();
        for dns_name in dns_names {
            let dots = dns_name.rmatch_indices('.').map(|(at, _)| at + 1);
            let base = &dns_name[dots.take(2).nth(1).unwrap_or(0)..];
            if let Some(domain) = domains.iter_mut().find(|domain| domain.name == base) {
                domain.dns_names.push(dns_name.clone());
                continue;
            }
            domains.push(Domain {
                id: self.next_domain_id(),
                name: base.to_owned(),
                dns_names: vec![dns_name.clone()],
                validated: match self.behavior.dcv {
                    Dcv::Prevalidated => true,
                    Dcv::ExampleDomains => EXAMPLE_DOMAINS.contains(&base),
                    Dcv::Required | Dcv::Dns => false,
                },
                token: token.clone(),
                token_expires: now + TOKEN_LIFE,
            });
        }
        Ok(domains)
    }
}

/// A random value for domain control validation: ten lower-case letters and digits, one for the whole order.
fn token() -> Result<String, rcgen::Error> {
    let mut bytes = [0; 7];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| rcgen::Error::RingUnspecified)?;
    Ok(BASE32_NOPAD.encode(&bytes)[..10].to_lowercase())
}
