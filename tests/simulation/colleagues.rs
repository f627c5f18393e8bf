//! Colleagues in CertCentral's console, who reissue with other names or another key, renew, and approve late. DigiCert, which revokes a single
//! certificate and lets validations lapse. And what is known of one order, which something on the way gives as the answer about another.

use std::time::Duration;

use certcentral_sandbox::{At, ColleagueReissue, Dcv, Fault, FaultRule, Move};

use super::ledger::Entry;
use super::wanted::{FURTHER_NAMES, KEYS_PER_NAME, common_name, csr_of, one_of};
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
        let reissue = ColleagueReissue {
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

    /// Proofs of control over domains, and the validation of organizations, lapse. From now on they are needed before a certificate is issued.
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
