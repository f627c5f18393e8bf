//! Colleagues in CertCentral's console, who reissue with other names or another key, renew, and
//! approve late. DigiCert, which revokes a single certificate and lets validations lapse. And what
//! is known of one order, which something on the way gives as the answer about another.

use std::time::Duration;

use certcentral_sandbox::{At, ColleagueReissue, Dcv, Fault, FaultRule, Move};
use fastrand::Rng;

use super::ledger::Entry;
use super::wanted::{FURTHER_NAMES, KEYS_PER_NAME, Wanted, common_name, csr_of, one_of};
use super::world::World;

const DAY: Duration = Duration::from_secs(86_400);

impl World {
    /// One of the orders with this property.
    fn some_order(&mut self, is_meant: impl Fn(&Entry) -> bool) -> Option<u64> {
        let entries = self.ledger.entries.iter();
        let ids: Vec<_> = entries
            .filter(|(_, entry)| is_meant(entry))
            .map(|(id, _)| *id)
            .collect();
        (!ids.is_empty()).then(|| one_of(self.chance(), &ids))
    }

    /// Another certificate for an order, with whatever key and names the colleague finds right.
    pub(super) fn colleague_reissues(&mut self) {
        let Some(id) = self.some_order(|entry| entry.status == "issued") else {
            return;
        };
        let number = self.ledger.entries[&id].content.number();
        let turn = self.chance().usize(..KEYS_PER_NAME);
        let chance = self.chance();
        let further = FURTHER_NAMES.iter().filter(|_| chance.bool());
        let names: Vec<_> = further
            .map(|name| format!("{name}.{}", common_name(number)))
            .collect();
        let told = format!("a colleague reissues {id} with key {turn} and {names:?}");
        let signing = self.signing.as_mut();
        let client_auth =
            signing.and_then(|signing| one_of(signing, &[None, Some(true), Some(false)]));
        let reissue = ColleagueReissue {
            client_auth,
            dns_names: Some(names),
            csr: Some(csr_of(number * KEYS_PER_NAME + turn).to_owned()),
            ..ColleagueReissue::default()
        };
        let done = self.sandbox.reissue_elsewhere(id, reissue);
        self.tell(format!("{told}: {done:?}"));
        self.take_note();
    }

    /// The order that continues another one, placed by hand.
    pub(super) fn colleague_renews(&mut self) {
        let Some(id) = self.some_order(|entry| entry.status == "issued") else {
            return;
        };
        let done = self.sandbox.renew_elsewhere(id);
        self.tell(format!("a colleague renews {id}: {done:?}"));
        self.take_note();
    }

    /// DigiCert revokes the certificate of an order, after a mistake of its own. The order goes on.
    pub(super) fn one_certificate_is_revoked(&mut self) {
        let Some(id) = self.some_order(|entry| entry.status == "issued") else {
            return;
        };
        let done = self.sandbox.apply(id, Move::RevokeCertificate);
        self.tell(format!(
            "the certificate of order {id} is revoked: {done:?}"
        ));
        self.take_note();
    }

    /// Now and then certificates are asked for, or signed, otherwise than before.
    pub(super) fn certificates_change(&mut self) {
        let Some(mut signing) = self.signing.take() else {
            return;
        };
        match signing.u8(..6) {
            0 => self.account_signs_otherwise(&mut signing),
            1 => self.client_auth_is_turned(&mut signing),
            _ => {}
        }
        self.signing = Some(signing);
    }

    /// DigiCert gives the account another intermediate, or its certificates a shorter life.
    fn account_signs_otherwise(&mut self, signing: &mut Rng) {
        let days = one_of(signing, &[None, Some(60), Some(90), Some(120)]);
        let turns = signing.bool();
        self.sandbox.change(|account| {
            account.longest_certificate_days = days;
            account.next_intermediate ^= turns;
        });
        self.tell(format!(
            "certificates last {days:?} days, another intermediate signs: {turns}"
        ));
    }

    /// Somebody writes the profile for `clientAuth` into a configuration, or takes it out.
    fn client_auth_is_turned(&mut self, signing: &mut Rng) {
        let addresses: Vec<_> = self.wanted.keys().cloned().collect();
        if addresses.is_empty() {
            return;
        }
        let at = signing.usize(..addresses.len());
        let address = &addresses[at];
        if self.is_owed(address) {
            return;
        }
        let wanted = self.wanted.get_mut(address);
        let asks = wanted.is_some_and(Wanted::turn_client_auth);
        self.tell(format!("{address} asks for clientAuth: {asks}"));
    }

    /// Proofs of control over domains, and the validation of organizations, lapse. From now on they
    /// are needed before a certificate is issued.
    pub(super) fn validation_lapses(&mut self) {
        let lapse = one_of(self.chance(), &[Move::Lapse, Move::LapseOrganization]);
        self.tell(format!("{lapse:?} for all orders"));
        self.sandbox
            .change(|account| account.dcv = Dcv::ExampleDomains);
        for id in self.ledger.entries.keys() {
            // There is no order to which this cannot happen.
            let _ = self.sandbox.apply(*id, lapse);
        }
    }

    /// Approvers come back from a holiday.
    pub(super) fn late_approvals(&mut self) {
        self.sandbox.advance(8 * DAY);
        let ids: Vec<_> = self.ledger.entries.keys().copied().collect();
        let verdict = one_of(self.chance(), &[Move::Approve, Move::Approve, Move::Reject]);
        self.tell(format!("after 8 days: {verdict:?} whatever waits"));
        for id in ids {
            // Where nothing waits nothing is decided.
            let _ = self.sandbox.apply(id, verdict);
        }
        self.take_note();
    }

    /// A cache or a gateway gives what it has of one order to whoever asks for another.
    pub(super) fn foreign_answer(&mut self) -> Option<FaultRule> {
        let asked = self.some_order(|_| true)?;
        let told = self.some_order(|_| true)?;
        let times = self.chance().u64(1..=2);
        (asked != told).then(|| FaultRule {
            route: format!("GET /order/certificate/{asked}").parse().unwrap(),
            call: 1,
            times,
            at: At::Before,
            fault: Fault::Instead {
                path: format!("/order/certificate/{told}"),
            },
        })
    }
}
