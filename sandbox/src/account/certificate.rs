//! One certificate of an order: the first, a reissue or a duplicate.

use time::{Duration, OffsetDateTime};

use crate::account::ca::Issued;
use crate::account::catalog::User;
use crate::account::csr::Csr;
use crate::account::term::Term;

/// How long former certificates stay valid after a reissue that dropped or changed names.
pub(crate) const GRACE: Duration = Duration::hours(72);

/// Why a certificate exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The order itself.
    New,
    /// It replaces the certificate before it.
    Reissue,
    /// It stands beside the primary one.
    Duplicate,
}

impl Origin {
    /// The type of the request that asks for such a certificate.
    pub(crate) fn request_kind(self) -> &'static str {
        match self {
            Self::New => "new_request",
            Self::Reissue => "reissue",
            Self::Duplicate => "duplicate",
        }
    }
}

/// What a certificate is to contain, after all checks.
#[derive(Debug, Clone)]
pub(crate) struct WantedCertificate {
    pub(crate) common_name: String,
    /// The common name first, then the others, each once.
    pub(crate) dns_names: Vec<String>,
    pub(crate) csr: Csr,
    pub(crate) signature_hash: String,
    pub(crate) server_platform: i64,
    pub(crate) client_auth: bool,
    /// Whether `ca_cert_id` asks for the intermediate below a root of the first generation.
    pub(crate) below_g1_root: bool,
    pub(crate) cert_validity: Option<Term>,
}

impl WantedCertificate {
    /// Whether control over a name of it cannot be proven this way: a file proves nothing about a
    /// wildcard.
    pub(crate) fn has_wildcard_beside_file(&self, method: &str) -> bool {
        let mut names = self.dns_names.iter();
        method.starts_with("http-token") && names.any(|name| name.starts_with("*."))
    }

    /// Adds the names that come free of charge: `www` beside a base domain, the base domain beside
    /// its `www` and beside its wildcard.
    pub(crate) fn add_companions(&mut self) {
        let name = self.common_name.as_str();
        let base = name.strip_prefix("*.").or(name.strip_prefix("www."));
        let companion = match base {
            Some(base) => base.to_owned(),
            None if name.matches('.').count() == 1 => format!("www.{name}"),
            None => return,
        };
        if !self.dns_names.contains(&companion) {
            self.dns_names.push(companion);
        }
    }
}

/// A certificate, issued or still to come.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) id: u64,
    pub(crate) origin: Origin,
    /// The request that asks for it.
    pub(crate) request: u64,
    pub(crate) user: &'static User,
    pub(crate) created: OffsetDateTime,
    pub(crate) wanted: WantedCertificate,
    pub(crate) issued: Option<Issued>,
    /// How often the order was read while the certificate could have been issued.
    pub(crate) polls: u32,
    /// It is being made: the short state between validation and issuance.
    pub(crate) processing: bool,
    /// Its request was rejected, or it was cancelled before it was issued.
    pub(crate) rejected: bool,
    /// When it is (or will be) revoked.
    pub(crate) revoked: Option<OffsetDateTime>,
}

impl Certificate {
    /// Neither issued nor given up.
    pub(crate) fn is_open(&self) -> bool {
        self.issued.is_none() && !self.rejected
    }

    pub(crate) fn is_revoked(&self, now: OffsetDateTime) -> bool {
        self.revoked.is_some_and(|at| at <= now)
    }

    /// Revokes it at a time, unless that has happened or will happen sooner.
    pub(crate) fn revoke_at(&mut self, at: OffsetDateTime) {
        self.revoked = Some(self.revoked.map_or(at, |earlier| earlier.min(at)));
    }

    /// Its status as the list of reissues words it.
    pub(crate) fn status(&self, now: OffsetDateTime) -> &'static str {
        if self.rejected {
            "rejected"
        } else if self.is_revoked(now) {
            "revoked"
        } else if self.issued.is_some() {
            "issued"
        } else {
            "pending"
        }
    }
}
