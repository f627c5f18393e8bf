//! The certificate in force of an order, as the last read or apply stored it: what a plan decides against. Pure.

use std::collections::BTreeSet;

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
    public_key: Vec<u8>,
}

impl InForce {
    /// Returns the certificate of a state. None where state holds no certificate, as that of a pending order or one that was just moved,
    /// or another than its serial number says.
    pub(crate) fn of(state: &SslOrderModel) -> Option<Self> {
        let certificates = Certificate::parse_bundle(state.certificate_pem.as_str()?).ok()?;
        let certificate = certificates.first()?;
        let told = SerialNumber(state.serial_number.as_str()?);
        let is_told = SerialNumber(certificate.serial_number()) == told;
        let dns_names = certificate.dns_names();
        let common_name = certificate.subject_common_name();
        let first = common_name.or(dns_names.first().map(String::as_str))?;
        is_told.then(|| Self {
            common_name: common_name.map(str::to_owned),
            names: certificate_names(Some(first), dns_names),
            public_key: certificate.public_key().to_vec(),
        })
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
