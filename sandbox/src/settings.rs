//! What a sandbox can be told: at the start, and while it runs.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::faults::FaultRule;

/// How a sandbox is started.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen. Only loopback addresses are accepted; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where the virtual clock starts; `None` is the machine's time.
    pub start_at: Option<OffsetDateTime>,
    /// Whether the virtual clock also moves with real time. Otherwise only `advance` moves it.
    pub clock_runs: bool,
    /// The longest certificate in days, both ends included. `None` is what DigiCert issues on the
    /// day of the virtual clock: 199 since 2026-02-24, 99 from 2027-03-15, 46 from 2029-03-15.
    pub max_certificate_days: Option<u16>,
    /// Custom fields (by metadata id) that every order must carry.
    pub required_custom_fields: Vec<u64>,
    /// Validated organizations beside those of every account: `Example Subsidiary 1 Inc.` and so
    /// on, with ids from 780001. A thousand of them make lists of more than one page.
    pub subsidiaries: u16,
    /// What a company has in its own account, so that its modules run as they are.
    pub seed: Seed,
    /// How far above their usual start the ids of orders, certificates and requests begin.
    pub first_id: u64,
    /// Faults from the start.
    pub faults: Vec<FaultRule>,
    /// What may also be changed while the sandbox runs.
    pub behavior: Behavior,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            start_at: None,
            clock_runs: false,
            max_certificate_days: None,
            required_custom_fields: Vec::new(),
            subsidiaries: 0,
            seed: Seed::default(),
            first_id: 0,
            faults: Vec::new(),
            behavior: Behavior::default(),
        }
    }
}

/// What an account has beside what every sandbox has, each with its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seed {
    /// Organizations by id, validated when the account begins.
    pub organizations: Vec<(u64, String)>,
    /// Divisions by id.
    pub containers: Vec<(u64, String)>,
    /// Products by name id; EV products have `_ev_` in it.
    pub products: Vec<(String, String)>,
    /// Custom fields by metadata id, which take any text.
    pub custom_fields: Vec<(u64, String)>,
}

/// How the account treats orders. `PUT /_sandbox/settings` takes any subset of these fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behavior {
    /// Who has to approve an order.
    pub approval: Approval,
    /// When an approved and validated order becomes a certificate.
    pub issuance: Issuance,
    /// Which domains count as validated before the order.
    pub dcv: Dcv,
    /// Whether order info shows the certificate to come, instead of the one in force, while a
    /// reissue is pending.
    pub hide_former_certificate: bool,
    /// Whether orders can be renewed sooner than 90 days before their end.
    pub early_renewal: bool,
    /// Whether the account has no multi-year plans, so that an order ends with its first
    /// certificate and a reissue gains nothing.
    pub orders_end_with_certificate: bool,
    /// Whether a certificate that was asked for longer than the longest is refused rather than cut.
    pub refuses_long_certificates: bool,
    /// The longest certificate of the account in days, if that is less than DigiCert's.
    pub longest_certificate_days: Option<u16>,
    /// Whether certificates below a root of the first generation (G1) are refused from 2026-04-15
    /// on. Otherwise the account has an exception, as DigiCert grants some.
    pub refuses_g1_roots: bool,
    /// Whether the account's next intermediate signs.
    pub next_intermediate: bool,
    /// Whether CertCentral adds the names that come free of charge: `www` beside a base domain, the
    /// base domain beside its `www` or wildcard.
    pub adds_companions: bool,
    /// Whether the lists of orders leave out those that wait for approval.
    pub hides_needs_approval: bool,
    /// Whether view-only keys may not ask for prices.
    pub viewers_may_not_price: bool,
    /// Whether every answer has all the irregular forms of [`Form`](crate::Form) at once.
    pub irregular: bool,
    /// Documented request limits; `None` switches them off.
    pub rate_limit: Option<RateLimit>,
}

impl Behavior {
    /// The same with other values of the settings of these names.
    ///
    /// # Errors
    /// If there is no such setting, or it does not take the value.
    pub fn with(&self, changes: Map<String, Value>) -> Result<Self, serde_json::Error> {
        let mut merged = serde_json::to_value(self)?;
        if let Some(merged) = merged.as_object_mut() {
            merged.extend(changes);
        }
        serde_json::from_value(merged)
    }
}

/// The account's approval setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// Orders need no approval and the answer names no request.
    #[default]
    None,
    /// An approver must approve: the request starts as `pending`.
    OneStep,
    /// A reviewer, then an approver: the request starts as `submitted`.
    TwoStep,
    /// The account approves by itself: the request starts as `approved`.
    Auto,
}

impl FromStr for Approval {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "none" => Ok(Self::None),
            "one_step" => Ok(Self::OneStep),
            "two_step" => Ok(Self::TwoStep),
            "auto" => Ok(Self::Auto),
            _ => Err(format!(
                "`{word}` is not one of none, one_step, two_step, auto"
            )),
        }
    }
}

/// When an order that is approved and validated is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Issuance {
    /// At once: the answer to the order already carries the chain.
    #[default]
    Immediate,
    /// The order is read this many times as not issued; the next reading finds it issued.
    AfterPolls(u32),
    /// Only when the test or a person says so.
    Manual,
}

impl FromStr for Issuance {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let polls = word
            .strip_prefix("after_polls(")
            .and_then(|rest| rest.strip_suffix(')'));
        match (word, polls.map(str::parse)) {
            ("immediate", _) => Ok(Self::Immediate),
            ("manual", _) => Ok(Self::Manual),
            (_, Some(Ok(polls))) => Ok(Self::AfterPolls(polls)),
            _ => Err(format!(
                "`{word}` is not one of immediate, after_polls(N), manual"
            )),
        }
    }
}

impl TryFrom<String> for Issuance {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        word.parse()
    }
}

impl From<Issuance> for String {
    fn from(issuance: Issuance) -> Self {
        issuance.to_string()
    }
}

impl fmt::Display for Issuance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Immediate => f.write_str("immediate"),
            Self::AfterPolls(polls) => write!(f, "after_polls({polls})"),
            Self::Manual => f.write_str("manual"),
        }
    }
}

/// Which domains are validated before an order names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dcv {
    /// Every domain, and people prove them and validate the organizations anew in time, so that
    /// nothing ever lapses.
    #[default]
    Prevalidated,
    /// `example.com`, `example.net` and `example.org` only, since the account began. Here and below
    /// a proof counts for later orders, too, until it lapses.
    ExampleDomains,
    /// None: an order stays pending until its domains are validated.
    Required,
    /// None, and a check of an order looks for its record in the sandbox's DNS.
    Dns,
}

impl FromStr for Dcv {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "prevalidated" => Ok(Self::Prevalidated),
            "example_domains" => Ok(Self::ExampleDomains),
            "required" => Ok(Self::Required),
            "dns" => Ok(Self::Dns),
            _ => Err(format!(
                "`{word}` is not one of prevalidated, example_domains, required, dns"
            )),
        }
    }
}

/// Two rolling windows, counted per API key on the virtual clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// Requests in any 180 seconds.
    pub per_180_seconds: usize,
    /// Requests in any 5 seconds.
    pub per_5_seconds: usize,
}

impl RateLimit {
    /// What DigiCert documents: 1000 per 3 minutes and 100 per 5 seconds.
    pub const DOCUMENTED: Self = Self {
        per_180_seconds: 1000,
        per_5_seconds: 100,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuance_reads_what_it_writes() {
        for issuance in [
            Issuance::Immediate,
            Issuance::AfterPolls(3),
            Issuance::Manual,
        ] {
            assert_eq!(issuance.to_string().parse(), Ok(issuance));
        }
        assert_eq!(
            "after_polls(x)".parse::<Issuance>(),
            Err("`after_polls(x)` is not one of immediate, after_polls(N), manual".to_owned())
        );
    }
}
