//! What the configuration wants of one order, and how people change their minds about it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use fastrand::Rng;
use serde_json::{Value as Json, json};

/// Signing requests for twelve P-256 keys that are nobody's.
const REQUESTS: &str = include_str!("../fixtures/simulation/requests.pem");
/// Keys that the orders of one name take turns with. No two names share one.
pub(super) const KEYS_PER_NAME: usize = 3;
/// What may stand before the name of an order.
pub(super) const FURTHER_NAMES: [&str; 2] = ["www", "api"];
/// Validated organizations of the account.
const ORGANIZATIONS: [u64; 2] = [123_456, 778_812];
/// Names that a story can have orders for.
pub(super) const NAMES: usize = 4;

static CSRS: LazyLock<Vec<String>> = LazyLock::new(|| {
    const END: &str = "-----END CERTIFICATE REQUEST-----\n";
    let blocks = REQUESTS.split_inclusive(END);
    let csrs: Vec<_> = blocks.map(str::to_owned).collect();
    assert_eq!(csrs.len(), KEYS_PER_NAME * NAMES);
    csrs
});

/// The number of the key that a CSR is for, however its lines end.
pub(super) fn key_of(csr: &str) -> Option<usize> {
    let bare = |text: &str| text.replace(['\r', '\n'], "");
    CSRS.iter().position(|known| bare(known) == bare(csr))
}

/// The signing request for a key.
pub(super) fn csr_of(key: usize) -> &'static str {
    &CSRS[key]
}

/// The first name of the orders with a number. To the last one CertCentral may add its base domain.
pub(super) fn common_name(number: usize) -> String {
    let www = if number + 1 == NAMES { "www." } else { "" };
    format!("{www}host{number}.example.com")
}

/// Whether CertCentral added a name by itself: no configuration asks for it.
pub(super) fn is_companion(name: &str) -> bool {
    (0..NAMES).any(|number| common_name(number) == format!("www.{name}"))
}

/// What makes two orders the same purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) names: BTreeSet<String>,
    pub(super) key: usize,
    pub(super) years: u8,
    pub(super) organization: u64,
    pub(super) order_key: Option<String>,
}

impl Content {
    /// What a colleague orders in CertCentral's console.
    pub(super) fn by_hand(names: BTreeSet<String>, key: usize, organization: u64) -> Self {
        Self {
            names,
            key,
            years: 1,
            organization,
            order_key: None,
        }
    }

    /// Which of the stories' names it is for.
    pub(super) fn number(&self) -> usize {
        self.key / KEYS_PER_NAME
    }

    /// Whether an order with this content is what somebody wants. It may have a name more: an order
    /// is adopted as it is, reissued for other names meanwhile, and a name is taken away only when
    /// somebody asks for it.
    pub(super) fn covers(&self, wanted: &Self) -> bool {
        let names = self.names.is_superset(&wanted.names);
        let rest = (self.key, self.years, self.organization, &self.order_key);
        names
            && rest
                == (
                    wanted.key,
                    wanted.years,
                    wanted.organization,
                    &wanted.order_key,
                )
    }
}

/// An argument whose value is another resource's, which Terraform knows in the apply only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    Organization,
    Csr,
    Names,
}

/// The configuration of one order.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Which of the stories' names it is for.
    pub(super) number: usize,
    key: usize,
    further: BTreeSet<&'static str>,
    years: u8,
    organization: u64,
    order_key: Option<String>,
    wait_for: &'static str,
    on_destroy: &'static str,
    check: &'static str,
    reorder_when_closed: bool,
    renew: bool,
    /// Whether the certificate is asked for with `clientAuth`.
    client_auth: bool,
    emails: u8,
    comments: u8,
    /// The order that it may end although it did not place it.
    claimed: Option<u64>,
    /// Why somebody wants another certificate for the same names and key.
    trigger: Option<u8>,
    /// Nobody but the clocks looks after the order, and its records are published from state.
    is_left_to_the_clocks: bool,
}

impl Wanted {
    pub(super) fn new(number: usize, rng: &mut Rng) -> Self {
        Self {
            number,
            key: number * KEYS_PER_NAME,
            further: BTreeSet::new(),
            years: 1,
            organization: ORGANIZATIONS[0],
            order_key: None,
            wait_for: one_of(rng, &["auto", "auto", "issued", "none"]),
            on_destroy: one_of(rng, &["retain", "retain", "retain", "cancel", "revoke"]),
            check: one_of(rng, &["error", "error", "warn"]),
            reorder_when_closed: rng.u8(..4) == 0,
            renew: rng.u8(..3) == 0,
            client_auth: false,
            emails: 0,
            comments: 0,
            claimed: None,
            trigger: None,
            is_left_to_the_clocks: false,
        }
    }

    pub(super) fn common_name(&self) -> String {
        common_name(self.number)
    }

    pub(super) fn content(&self) -> Content {
        let further = self.further.iter();
        Content {
            names: further
                .map(|name| format!("{name}.{}", self.common_name()))
                .chain([self.common_name()])
                .collect(),
            key: self.key,
            years: self.years,
            organization: self.organization,
            order_key: self.order_key.clone(),
        }
    }

    pub(super) fn config(&self) -> Json {
        let mut names: Vec<_> = self.content().names.into_iter().collect();
        names.retain(|name| *name != self.common_name());
        let mut config = json!({
            "product_name_id": "ssl_basic",
            "common_name": self.common_name(),
            "dns_names": names,
            "csr": CSRS[self.key],
            "order_validity": { "years": self.years },
            "organization": { "id": self.organization },
            "order_key": self.order_key,
            "wait_for": self.wait_for,
            "on_destroy": self.on_destroy,
            "duplicate_order_check": self.check,
            "reorder_when_closed": self.reorder_when_closed,
            "renew_days_before_expiry": self.renew.then_some(30),
            "additional_emails": (0..self.emails).map(|n| format!("ops{n}@example.com")).collect::<Vec<_>>(),
            "comments": format!("comment {}", self.comments),
            "timeouts": { "create": "5m", "update": "5m", "delete": "5m" },
        });
        if self.client_auth {
            config["profile_option"] = "server_client_auth_eku".into();
        }
        if self.is_left_to_the_clocks {
            config["dcv_method"] = "dns-cname-token".into();
        }
        if let Some(claimed) = self.claimed {
            config["claimed_order_id"] = claimed.into();
        }
        if let Some(reason) = self.trigger {
            config["reissue_trigger"] = format!("reason {reason}").into();
        }
        config
    }

    /// The configuration with one argument that is not known before the apply.
    pub(super) fn config_without(&self, unknown: Unknown) -> Json {
        let mut config = self.config();
        match unknown {
            Unknown::Organization => config["organization"]["id"] = terraform_host::json::unknown(),
            Unknown::Csr => config["csr"] = terraform_host::json::unknown(),
            Unknown::Names => config["dns_names"] = terraform_host::json::unknown(),
        }
        config
    }

    /// Gives an argument another value.
    pub(super) fn turn(&mut self, argument: Unknown, rng: &mut Rng) {
        match argument {
            Unknown::Organization => {
                let is_other = |id: &&u64| **id != self.organization;
                self.organization = *ORGANIZATIONS.iter().find(is_other).unwrap();
            }
            Unknown::Csr => {
                let turn = (self.key + rng.usize(1..KEYS_PER_NAME)) % KEYS_PER_NAME;
                self.key = self.number * KEYS_PER_NAME + turn;
            }
            Unknown::Names => self.toggle(one_of(rng, &FURTHER_NAMES)),
        }
    }

    fn toggle(&mut self, name: &'static str) {
        if !self.further.remove(name) {
            self.further.insert(name);
        }
    }

    pub(super) fn claim(&mut self, order: u64) {
        self.claimed = Some(order);
    }

    pub(super) fn ask_for_a_reissue(&mut self, reason: u8) {
        self.trigger = Some(reason);
    }

    /// Asks for `clientAuth`, or no longer. Says which.
    pub(super) fn turn_client_auth(&mut self) -> bool {
        self.client_auth = !self.client_auth;
        self.client_auth
    }

    /// The order lives by its clocks, and is never ended.
    pub(super) fn leave_to_the_clocks(&mut self) {
        self.is_left_to_the_clocks = true;
        self.wait_for = "auto";
        self.on_destroy = "retain";
        self.renew = true;
    }

    pub(super) fn renew_no_more(&mut self) {
        self.renew = false;
    }

    /// Takes over the key and the names of a certificate. Says whether they were others.
    pub(super) fn follow(&mut self, certificate: &Content) -> bool {
        let before = self.content();
        self.key = certificate.key;
        self.further = FURTHER_NAMES.into();
        let common_name = self.common_name();
        self.further
            .retain(|name| certificate.names.contains(&format!("{name}.{common_name}")));
        self.content() != before
    }

    /// Changes one argument; says which.
    pub(super) fn change(&mut self, rng: &mut Rng) -> String {
        match rng.u8(..12) {
            0..=2 => {
                let turn = rng.usize(..KEYS_PER_NAME);
                self.key = self.number * KEYS_PER_NAME + turn;
                format!("csr = key {turn}")
            }
            3..=5 => {
                self.toggle(one_of(rng, &FURTHER_NAMES));
                format!("dns_names = {:?}", self.further)
            }
            6 => {
                self.years = 3 - self.years;
                format!("years = {}", self.years)
            }
            7 => {
                self.order_key = [None, Some("again".to_owned())][rng.usize(..2)].clone();
                format!("order_key = {:?}", self.order_key)
            }
            8 => {
                self.emails = rng.u8(..3);
                format!("{} additional_emails", self.emails)
            }
            9 => {
                self.comments = rng.u8(..3);
                format!("comments {}", self.comments)
            }
            10 => {
                self.on_destroy = one_of(rng, &["retain", "cancel", "revoke"]);
                format!("on_destroy = {}", self.on_destroy)
            }
            _ => {
                self.wait_for = one_of(rng, &["auto", "issued", "none"]);
                format!("wait_for = {}", self.wait_for)
            }
        }
    }
}

/// One of some choices.
pub(super) fn one_of<T: Copy>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.usize(..choices.len())]
}
