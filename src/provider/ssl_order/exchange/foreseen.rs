//! What a plan can know of the certificate to come: from its arguments, from the certificate in
//! force, and from dates. Pure.

use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::ends::CLIENT_AUTH;
use super::profile::{CLIENT_AUTH_USAGE, asked_usages, asks_for_client_auth};
use super::remembered::taken_away;
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::order::certificate::parse_day;
use crate::provider::ssl_order::model::{InForce, SslOrderModel, Term};
use crate::provider::ssl_order::rules::longest_certificate;

/// In what the certificate to come differs from the one in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Foreseen {
    /// Usages of the one in force.
    usages: Vec<String>,
    /// Usages that go.
    lost: Vec<String>,
    /// Usages that go unless the profile, which only the account knows, has them.
    perhaps_lost: Vec<String>,
    /// Usages that come.
    gained: Vec<String>,
    /// Hash of the signature in force, and the one that is asked for.
    hash: Option<(String, String)>,
    /// Organization in the certificate, and what CertCentral calls it now.
    organization: Option<(String, String)>,
    /// A shorter life.
    life: Option<Life>,
    /// Arguments that are no longer configured, with their values.
    taken_away: Vec<String>,
    /// Why usages go.
    because: String,
}

/// What a plan has said of the certificate to come, for the apply or the refresh that sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// Usages that go.
    pub(super) lost: Vec<String>,
    /// Days of its life at most, if that is shorter.
    pub(super) days: Option<i64>,
    /// The organization that it names, if that is another one.
    pub(super) organization: Option<String>,
}

impl Said {
    /// Returns what nobody has to say of a certificate that no plan has spoken of: its life as the
    /// end of the order in state and the limit of the day explain it. Where orders end with their
    /// certificates, the end that comes with the new certificate explains nothing.
    pub(super) fn of_its_dates(former: &InForce, before: &SslOrderModel, day: Date) -> Self {
        let asked = Asked {
            prior: before,
            sent: before,
            organization: None,
            order_end: before.order_valid_till.as_str().and_then(parse_day),
            day,
        };
        Self {
            days: shorter_life(former, before, asked).map(|life| life.days),
            ..Self::default()
        }
    }
}

/// A life that is shorter than that of the certificate in force.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Life {
    /// Days of the new one at most, both ends included.
    days: i64,
    /// Its last day at the latest.
    last_day: Date,
    /// Days of the one in force.
    former_days: i64,
    /// Last day of the one in force.
    former_last_day: Date,
}

/// What a certificate is asked for with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// The order in state.
    pub prior: &'a SslOrderModel,
    /// The arguments that are sent.
    pub sent: &'a SslOrderModel,
    /// What CertCentral now calls the organization, if the certificate in force names another one.
    pub organization: Option<&'a str>,
    /// The last day of the order: a reissue ends no later.
    pub order_end: Option<Date>,
    /// When it is issued.
    pub day: Date,
}

impl Foreseen {
    /// Looks from the certificate in force to the one that is asked for.
    pub(crate) fn of(in_force: &InForce, asked: Asked<'_>) -> Self {
        let sent = asked.sent.as_meant();
        let mut found = Self {
            usages: in_force.usages.clone(),
            taken_away: taken_away(asked.prior, asked.sent),
            ..Self::default()
        };
        // A certificate that names no usage tells nothing.
        if !in_force.usages.is_empty() {
            found.usages(in_force, &sent.profile_option, asked.day);
        }
        if let (Some(old), Some(new)) = (in_force.signature_hash, sent.signature_hash.as_str())
            && !old.eq_ignore_ascii_case(new)
        {
            found.hash = Some((old.to_owned(), new.to_owned()));
        }
        if let (Some(old), Some(new)) = (&in_force.organization, asked.organization)
            && old != new
        {
            found.organization = Some((old.clone(), new.to_owned()));
        }
        found.life = shorter_life(in_force, &sent, asked);
        found
    }

    fn usages(&mut self, in_force: &InForce, profile: &Attr<String>, day: Date) {
        let had = in_force.usages.iter();
        let Some(asked) = asked_usages(profile, day) else {
            self.perhaps_lost = had.filter(|it| *it != "serverAuth").cloned().collect();
            self.because = match profile.as_str() {
                Some(name) => {
                    format!("`profile_option` is {name:?}, and only the account knows what it has")
                }
                None => "`profile_option` is not known before the apply".to_owned(),
            };
            return;
        };
        self.lost = had
            .filter(|usage| !asked.contains(&usage.as_str()))
            .cloned()
            .collect();
        self.gained = asked
            .iter()
            .filter(|usage| !in_force.usages.iter().any(|it| it == *usage))
            .map(|usage| (*usage).to_owned())
            .collect();
        self.because = match profile.as_str() {
            Some(_) if asks_for_client_auth(profile) && CLIENT_AUTH.is_over(day) => {
                CLIENT_AUTH.is_issued_no_more()
            }
            Some(name) => format!("`profile_option` is {name:?}"),
            None if CLIENT_AUTH.is_over(day) => CLIENT_AUTH.is_issued_no_more(),
            None => {
                "`profile_option` is not set, and DigiCert's default is serverAuth only".to_owned()
            }
        };
    }

    /// Returns what a plan says of it that a certificate could show, too.
    pub(crate) fn said(&self) -> Said {
        let organization = self.organization.as_ref();
        Said {
            lost: self.lost.clone(),
            days: self.life.as_ref().map(|life| life.days),
            organization: organization.map(|(_, now)| now.clone()),
        }
    }

    /// Says in sentences of the plan's warning what a reviewer cannot see in the arguments.
    pub(crate) fn sentences(&self) -> String {
        let mut all = String::new();
        if !self.taken_away.is_empty() {
            all.push_str(&format!(
                " No longer configured, and not asked for any more: {}.",
                self.taken_away.join(", ")
            ));
        }
        if !self.gained.is_empty() {
            all.push_str(&format!(
                " The new certificate is also good for {}, which the present one is not.",
                self.gained.join(", ")
            ));
        }
        if let Some((old, new)) = &self.hash {
            all.push_str(&format!(
                " The present certificate is signed with {old}; the new one is asked for with \
                 {new}."
            ));
        }
        if let Some((old, new)) = &self.organization {
            all.push_str(&format!(
                " The present certificate names the organization {old:?}, which CertCentral now \
                 calls {new:?}: the new one names that."
            ));
        }
        if let Some(life) = &self.life {
            all.push_str(&format!(
                " The new certificate is valid for {} days at most, until {}; the present one is \
                 for {}.",
                life.days, life.last_day, life.former_days
            ));
            if life.last_day < life.former_last_day {
                all.push_str(&format!(
                    " It ends before the present one, which ends on {}.",
                    life.former_last_day
                ));
            }
        }
        all
    }

    /// Returns the warning of a plan whose certificate is not good for what the present one is good
    /// for.
    pub(crate) fn warning(&self, prior: &SslOrderModel, day: Date) -> Option<Diagnostic> {
        let (lost, lacks, then) = match (&self.lost[..], &self.perhaps_lost[..]) {
            ([], []) => return None,
            ([], perhaps) => (perhaps, "may lack", "may not be good for"),
            (lost, _) => (lost, "lacks", "is not good for"),
        };
        let gone = lost.join(", ");
        let goes_on = lost.iter().any(|it| it == CLIENT_AUTH_USAGE) && !CLIENT_AUTH.is_over(day);
        let cure = match goes_on {
            true => format!(
                "To keep clientAuth, set `profile_option = \"server_client_auth_eku\"`, with which \
                 DigiCert issues it until {}.",
                CLIENT_AUTH.from
            ),
            false => "Use another certificate for that, such as one of a private CA.".to_owned(),
        };
        let order = prior.shown_id();
        let warning = Diagnostic::warning(
            format!("New certificate of order {order} {lacks} {gone}"),
            format!(
                "The present certificate of order {order} for {} (serial number {}) has the \
                 extended key usages {}. {}, so the new one {then} {gone}, and whoever relies on \
                 that is refused with it. {cure}",
                prior.shown_names(),
                prior.serial_number.as_str().unwrap_or("unknown"),
                self.usages.join(", "),
                self.because,
            ),
        );
        Some(warning.at(AttributePath::of("profile_option")))
    }
}

fn shorter_life(in_force: &InForce, sent: &SslOrderModel, asked: Asked<'_>) -> Option<Life> {
    let day = asked.day;
    let mut ends: Vec<Date> = asked.order_end.into_iter().collect();
    let product = sent.product_name_id.as_str().unwrap_or_default();
    if !product.starts_with("private_") {
        let longest = longest_certificate(day);
        ends.extend(longest.and_then(|days| last_day(day, days)));
    }
    if let Attr::Known(term) = &sent.cert_validity {
        ends.extend(end_of(term, day));
    }
    let last = ends.into_iter().min()?;
    let days = (last - day).whole_days() + 1;
    // Clocks and time zones may make a difference of a day.
    (days > 0 && days + 1 < in_force.days()).then_some(Life {
        days,
        last_day: last,
        former_days: in_force.days(),
        former_last_day: in_force.last_day,
    })
}

fn end_of(term: &Term, day: Date) -> Option<Date> {
    match term.custom_expiration_date.given() {
        Some(date) => parse_day(date),
        None => last_day(day, term.bought_days()?),
    }
}

fn last_day(day: Date, days: i64) -> Option<Date> {
    day.checked_add(Duration::days(days.clamp(1, 100_000) - 1))
}

#[cfg(test)]
mod tests;
