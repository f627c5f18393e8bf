//! The domains of an order, the random values that prove control over them, and the DNS.

use std::collections::BTreeSet;

use data_encoding::BASE32_NOPAD;
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::account::catalog::EXAMPLE_DOMAINS;
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
    pub(crate) fn check_dns(&mut self, id: u64) -> Result<(), rcgen::Error> {
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
        self.issue_if_immediate(id)
    }

    /// The random value of an order and its end; an expired one is replaced. `None` if there is no
    /// such order.
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

/// A random value for domain control validation: ten lower-case letters and digits, one for the
/// whole order.
fn token() -> Result<String, rcgen::Error> {
    let mut bytes = [0; 7];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| rcgen::Error::RingUnspecified)?;
    Ok(BASE32_NOPAD.encode(&bytes)[..10].to_lowercase())
}

/// One record. Names and types are compared without case, and names without a dot at their end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct DnsRecord {
    /// Such as `TXT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Full name.
    pub name: String,
    /// The text of a `TXT`, the target of a `CNAME`.
    pub value: String,
}

impl DnsRecord {
    /// A record.
    #[must_use]
    pub fn new(kind: &str, name: &str, value: &str) -> Self {
        let kind = kind.to_uppercase();
        let value = match kind.as_str() {
            "CNAME" => canonical(value),
            _ => value.to_owned(),
        };
        Self {
            kind,
            name: canonical(name),
            value,
        }
    }
}

/// All records. Nothing resolves them; a check of an order reads them.
pub(crate) type Zone = BTreeSet<DnsRecord>;

fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::DnsRecord;

    #[test]
    fn spellings_of_a_name_are_one_record_and_those_of_a_text_are_not() {
        let record = DnsRecord::new("CNAME", "Token.Example.com.", "dcv.DigiCert.com.");
        assert_eq!(
            record,
            DnsRecord::new("cname", "token.example.com", "dcv.digicert.com")
        );
        assert_ne!(
            DnsRecord::new("TXT", "example.com", "Token"),
            DnsRecord::new("TXT", "example.com", "token")
        );
    }
}
