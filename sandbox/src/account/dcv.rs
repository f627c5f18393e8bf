//! The domains of an order, the random values that prove control over them, and the DNS.

use std::collections::BTreeSet;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::account::catalog::{EXAMPLE_DOMAINS, Organization};
use crate::account::limits::{domain_reuse, organization_reuse};
use crate::account::order::Order;
use crate::account::state::State;
use crate::settings::Dcv;

/// The label at which a record is looked for first.
const DNSAUTH: &str = "_dnsauth";

/// How long a random value can be used. The Baseline Requirements allow thirty days, and DigiCert's
/// own checker takes it for 29.
const TOKEN_LIFE: Duration = Duration::days(29);

/// The known methods of domain control validation; all but the first use a random value.
pub(crate) const DCV_METHODS: [&str; 5] = [
    "email",
    "dns-txt-token",
    "dns-cname-token",
    "http-token",
    "http-token-dynamic",
];

/// Methods whose random value can be asked for. Documented.
const METHODS_WITH_A_VALUE: [&str; 3] = ["dns-txt-token", "dns-cname-token", "http-token"];

/// Whether the random value of an order with this method can be asked for.
pub(crate) fn has_random_value(method: &str) -> bool {
    METHODS_WITH_A_VALUE.contains(&method)
}

/// Whether a method proves control over exact names only, and over no domain with what is below.
fn is_by_file(method: &str) -> bool {
    method.starts_with("http-token")
}

/// One domain of an order and the state of its validation: a base domain, or a name where control
/// is proven by a file.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) dns_names: Vec<String>,
    /// When control was last proven.
    pub(crate) proven: Option<OffsetDateTime>,
    pub(crate) token: Token,
    /// The file name that DigiCert generates for `http-token-dynamic`.
    file: String,
}

/// The random value of an order.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// 32 lower-case letters and digits.
    value: String,
    pub(crate) expires: OffsetDateTime,
}

impl Token {
    fn new(now: OffsetDateTime) -> Result<Self, rcgen::Error> {
        Ok(Self {
            value: random_text()?,
            expires: now + TOKEN_LIFE,
        })
    }

    /// The value as answers give it: that of a CNAME record begins with an underscore.
    pub(crate) fn shown(&self, method: &str) -> String {
        match method {
            "dns-cname-token" => format!("_{}", self.value),
            _ => self.value.clone(),
        }
    }
}

impl Domain {
    /// Where the file that proves control must be served; `None` for other methods.
    pub(crate) fn file_url(&self, method: &str) -> Option<String> {
        let file = match method {
            "http-token" => "fileauth.txt",
            "http-token-dynamic" => &self.file,
            _ => return None,
        };
        let name = &self.name;
        Some(format!("http://{name}/.well-known/pki-validation/{file}"))
    }

    /// Whether a name is this domain or below it.
    fn covers(&self, name: &str) -> bool {
        is_at_or_below(name, &self.name)
    }

    /// Takes over what the order knows of the same domain, or of the one above it.
    pub(crate) fn continues(&mut self, known: &Self) {
        self.proven = self.proven.max(known.proven);
        self.token = known.token.clone();
        self.file.clone_from(&known.file);
    }

    /// Whether a record that proves control stands in the zone, as DigiCert's own checker looks for
    /// it: at `_dnsauth` first, then at the domain, and any record will do that contains the value.
    fn is_published(&self, method: &str, zone: &Zone) -> bool {
        let kind = match method {
            "dns-txt-token" => "TXT",
            "dns-cname-token" => "CNAME",
            _ => return false,
        };
        let value = self.token.shown(method);
        let places = [format!("{DNSAUTH}.{}", self.name), self.name.clone()];
        places.iter().any(|place| {
            zone.iter().any(|record| {
                record.kind == kind && record.name == *place && record.value.contains(&value)
            })
        })
    }
}

fn is_at_or_below(name: &str, domain: &str) -> bool {
    let below = name.strip_suffix(domain);
    below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// The base domain of a name, taken as its last two labels.
fn base_domain(name: &str) -> &str {
    let dots = name.rmatch_indices('.').map(|(at, _)| at + 1);
    &name[dots.take(2).nth(1).unwrap_or(0)..]
}

impl State {
    /// Whether control over a domain is proven. A proof lapses, except in an account whose people
    /// prove all domains anew in time.
    pub(crate) fn is_proven(&self, domain: &Domain) -> bool {
        let now = self.now();
        domain.proven.is_some_and(|proven| {
            self.behavior.dcv == Dcv::Prevalidated || now < proven + domain_reuse(now.date())
        })
    }

    /// Whether an organization is validated. That lapses as well, with the same exception.
    pub(crate) fn is_validated(&self, organization: &Organization) -> bool {
        let now = self.now();
        organization.validated.is_some_and(|validated| {
            self.behavior.dcv == Dcv::Prevalidated
                || now < validated + organization_reuse(now.date())
        })
    }

    /// Until when an organization is validated; `None` if it is not.
    pub(crate) fn validated_until(&self, organization: &Organization) -> Option<OffsetDateTime> {
        if !self.is_validated(organization) {
            return None;
        }
        let now = self.now();
        match self.behavior.dcv {
            Dcv::Prevalidated => Some(now + Duration::days(300)),
            _ => Some(organization.validated? + organization_reuse(now.date())),
        }
    }

    /// Whether the organization of an order is validated.
    pub(crate) fn has_valid_organization(&self, order: &Order) -> bool {
        let organization = self.organization(order.wanted.organization_id);
        organization.is_some_and(|organization| self.is_validated(organization))
    }

    /// Notes that control over every domain of an order is proven, for later orders, too.
    pub(crate) fn prove_all(&mut self, id: u64) {
        self.prove(id, |_| true);
    }

    fn prove(&mut self, id: u64, is_proven: impl Fn(&Domain) -> bool) {
        let now = self.now();
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        for domain in order.domains.iter_mut().filter(|domain| is_proven(domain)) {
            domain.proven = Some(now);
            self.proven.insert(domain.name.clone(), now);
        }
    }

    /// Lets the proofs of all domains of an order lapse.
    pub(crate) fn lapse_domains(&mut self, id: u64) {
        let long_ago = self.opened - Duration::days(3_650);
        let Some(order) = self.orders.get_mut(&id) else {
            return;
        };
        for domain in &mut order.domains {
            domain.proven = Some(long_ago);
            self.proven.insert(domain.name.clone(), long_ago);
        }
    }

    /// Lets the records of a domain, and of what is below it, prove nothing; `None` mends the zone.
    /// Returns whether it was mended of something.
    pub(crate) fn fail_lookups(&mut self, domain: &str, failure: Option<LookupFailure>) -> bool {
        let domain = canonical(domain);
        match failure {
            Some(failure) => self.lookup_failures.insert(domain, failure),
            None => self.lookup_failures.remove(&domain),
        }
        .is_some()
    }

    fn lookups_fail(&self, name: &str) -> bool {
        let mut failing = self.lookup_failures.keys();
        failing.any(|domain| is_at_or_below(name, domain))
    }

    /// Validates the domains of an order whose record stands in DNS, where the account looks there.
    pub(crate) fn check_dns(&mut self, id: u64) -> Result<(), rcgen::Error> {
        let now = self.now();
        if self.behavior.dcv != Dcv::Dns {
            return Ok(());
        }
        let Some(order) = self.orders.get(&id) else {
            return Ok(());
        };
        let method = order.wanted.dcv_method.as_str();
        let domains = order.domains.iter();
        let found: Vec<u64> = domains
            .filter(|domain| !self.is_proven(domain) && domain.token.expires > now)
            .filter(|domain| !self.lookups_fail(&domain.name))
            .filter(|domain| domain.is_published(method, &self.dns))
            .map(|domain| domain.id)
            .collect();
        self.prove(id, |domain| found.contains(&domain.id));
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
        let mut domains = order.domains.iter();
        if domains.any(|domain| domain.token.expires <= now) {
            let token = Token::new(now)?;
            for domain in &mut order.domains {
                domain.token = token.clone();
            }
        }
        let method = &order.wanted.dcv_method;
        let first = order.domains.first();
        Ok(first.map(|domain| (domain.token.shown(method), domain.token.expires)))
    }

    /// Proves control over the domains of an order in another way, with the random value that it
    /// has.
    pub(crate) fn change_dcv_method(&mut self, id: u64, method: &str) -> Result<(), rcgen::Error> {
        let Some(order) = self.orders.get(&id) else {
            return Ok(());
        };
        let names = order.newest().wanted.dns_names.clone();
        let known = order.domains.clone();
        let mut domains = self.domains(&names, method, self.now())?;
        for domain in &mut domains {
            if let Some(known) = known.iter().find(|known| known.covers(&domain.name)) {
                domain.continues(known);
            } else if let Some(known) = known.first() {
                domain.token = known.token.clone();
            }
        }
        if let Some(order) = self.orders.get_mut(&id) {
            order.domains = domains;
            method.clone_into(&mut order.wanted.dcv_method);
        }
        Ok(())
    }

    /// The domains of names, with what the account knows of each.
    pub(crate) fn domains(
        &mut self,
        dns_names: &[String],
        method: &str,
        now: OffsetDateTime,
    ) -> Result<Vec<Domain>, rcgen::Error> {
        let token = Token::new(now)?;
        let mut domains: Vec<Domain> = Vec::new();
        for dns_name in dns_names {
            let name = match is_by_file(method) {
                true => dns_name.as_str(),
                false => base_domain(dns_name),
            };
            if let Some(domain) = domains.iter_mut().find(|domain| domain.name == name) {
                domain.dns_names.push(dns_name.clone());
                continue;
            }
            domains.push(Domain {
                id: self.next_domain_id(),
                name: name.to_owned(),
                dns_names: vec![dns_name.clone()],
                proven: self.proof_of(name, now),
                token: token.clone(),
                file: format!("{}.txt", random_text()?),
            });
        }
        Ok(domains)
    }

    /// When control over a domain was proven, for this order or for an earlier one.
    fn proof_of(&self, name: &str, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let known = self.proven.get(name).or(self.proven.get(base_domain(name)));
        known.copied().or_else(|| match self.behavior.dcv {
            Dcv::Prevalidated => Some(now),
            Dcv::ExampleDomains if EXAMPLE_DOMAINS.contains(&base_domain(name)) => {
                Some(self.opened)
            }
            Dcv::ExampleDomains | Dcv::Required | Dcv::Dns => None,
        })
    }
}

/// 32 random lower-case letters and digits.
fn random_text() -> Result<String, rcgen::Error> {
    let mut bytes = [0; 20];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| rcgen::Error::RingUnspecified)?;
    Ok(BASE32_NOPAD.encode(&bytes).to_lowercase())
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

/// Why records that stand in the DNS prove nothing. Asking again does not cure it, the zone must be
/// mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LookupFailure {
    /// Not every network from which DigiCert asks sees them.
    Perspective,
    /// The zone is signed, and its signatures do not verify.
    Dnssec,
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
        let record = DnsRecord::new("CNAME", "_dnsauth.Example.com.", "Token.dcv.DigiCert.com.");
        assert_eq!(
            record,
            DnsRecord::new("cname", "_dnsauth.example.com", "token.dcv.digicert.com")
        );
        assert_ne!(
            DnsRecord::new("TXT", "example.com", "Token"),
            DnsRecord::new("TXT", "example.com", "token")
        );
    }
}
