//! The certificate in force of an order, as the last read or apply stored it: what a plan decides
//! against. Pure.

use std::collections::BTreeSet;

use time::Date;

use super::SslOrderModel;
use crate::certcentral::SerialNumber;
use crate::pki::{Certificate, Csr, certificate_names};

/// The certificate that an order has, read from its PEM in state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InForce {
    /// Common name of the subject, as written there.
    pub common_name: Option<String>,
    /// All names in canonical form, the common name among them.
    pub names: BTreeSet<String>,
    /// Extended key usages; none where the certificate names none.
    pub usages: Vec<String>,
    /// Hash of its signature.
    pub signature_hash: Option<&'static str>,
    /// Common name of its issuer.
    pub issuer: Option<String>,
    /// Organization of the subject.
    pub organization: Option<String>,
    /// First day.
    pub first_day: Date,
    /// Last day.
    pub last_day: Date,
    serial_number: String,
    public_key: Vec<u8>,
}

impl InForce {
    /// Returns the certificate of a state. None where state holds no certificate, as that of a
    /// pending order or one that was just moved, or another than its serial number says.
    pub(crate) fn of(state: &SslOrderModel) -> Option<Self> {
        let told = SerialNumber(state.serial_number.as_str()?);
        let in_force = Self::from_pem(state.certificate_pem.as_str()?)?;
        (SerialNumber(&in_force.serial_number) == told).then_some(in_force)
    }

    /// Returns the first certificate of a PEM text.
    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        let certificates = Certificate::parse_bundle(pem).ok()?;
        let certificate = certificates.first()?;
        let dns_names = certificate.dns_names();
        let common_name = certificate.subject_common_name();
        let first = common_name.or(dns_names.first().map(String::as_str))?;
        Some(Self {
            common_name: common_name.map(str::to_owned),
            names: certificate_names(Some(first), dns_names),
            usages: certificate.extended_key_usages().to_vec(),
            signature_hash: certificate.signature_hash(),
            issuer: certificate.issuer_common_name().map(str::to_owned),
            organization: certificate.organization().map(str::to_owned),
            first_day: certificate.not_before().date(),
            last_day: certificate.not_after().date(),
            serial_number: certificate.serial_number().to_owned(),
            public_key: certificate.public_key().to_vec(),
        })
    }

    /// Returns for how many days it is valid, both ends included.
    pub(crate) fn days(&self) -> i64 {
        (self.last_day - self.first_day).whole_days() + 1
    }

    /// Returns whether it is another certificate.
    pub(crate) fn is_another_than(&self, other: &Self) -> bool {
        self.serial_number != other.serial_number
    }

    /// Returns whether it is for the key of a CSR; none if the text holds no usable CSR.
    pub(crate) fn has_key_of(&self, csr: &str) -> Option<bool> {
        let csr = Csr::from_pem(csr).ok()?;
        Some(csr.public_key() == self.public_key)
    }
}

#[cfg(test)]
mod tests {
    use super::InForce;
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::SslOrderModel;
    use crate::provider::ssl_order::samples::{
        CertificateInForce, csr_for, in_force, order, placed,
    };

    fn holding(certificate: &CertificateInForce) -> SslOrderModel {
        let mut state = placed(&order());
        certificate.put_into(&mut state);
        state
    }

    #[test]
    fn names_and_key_come_from_the_certificate() {
        let certificate = in_force("Shop.example.com", &["shop.example.com", "API.example.com"]);
        let found = InForce::of(&holding(&certificate)).unwrap();
        assert_eq!(found.common_name.as_deref(), Some("Shop.example.com"));
        let names: Vec<_> = found.names.iter().map(String::as_str).collect();
        assert_eq!(names, ["api.example.com", "shop.example.com"]);
        assert_eq!(found.has_key_of(&certificate.csr), Some(true));
        let another = csr_for("shop.example.com", &[]);
        assert_eq!(found.has_key_of(&another), Some(false));
        assert_eq!(found.has_key_of("no CSR"), None);
    }

    #[test]
    fn a_state_without_its_certificate_or_with_another_one_has_none() {
        let certificate = in_force("shop.example.com", &["shop.example.com"]);
        assert_eq!(InForce::of(&placed(&order())), None);
        for edit in [
            |it: &mut SslOrderModel| it.serial_number = "0B".into(),
            |it: &mut SslOrderModel| it.serial_number = Attr::Null,
            |it: &mut SslOrderModel| it.certificate_pem = "no PEM".into(),
            |it: &mut SslOrderModel| it.certificate_pem = Attr::Unknown,
        ] {
            let mut state = holding(&certificate);
            edit(&mut state);
            assert_eq!(InForce::of(&state), None);
        }
    }
}
