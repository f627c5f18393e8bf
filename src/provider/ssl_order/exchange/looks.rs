//! Certificates as the tests of this folder need them.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose as Usage, Issuer,
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
};
use time::Date;
use time::macros::date;

use crate::framework::Attr;
use crate::provider::ssl_order::model::{InForce, SslOrderModel};
use crate::provider::ssl_order::samples::{order, placed};

/// How a certificate looks.
#[derive(Clone)]
pub(super) struct Look {
    pub(super) usages: Vec<Usage>,
    pub(super) issuer: &'static str,
    pub(super) organization: &'static str,
    pub(super) with_sha384: bool,
    pub(super) days: (Date, Date),
    pub(super) serial_number: u8,
}

/// For servers and clients, for 199 days from 2026-11-23 on.
pub(super) fn present() -> Look {
    Look {
        usages: vec![Usage::ServerAuth, Usage::ClientAuth],
        issuer: "First CA",
        organization: "Example Company Inc.",
        with_sha384: false,
        days: (date!(2026 - 11 - 23), date!(2027 - 06 - 09)),
        serial_number: 1,
    }
}

impl Look {
    pub(super) fn pem(&self) -> String {
        let names = [
            "shop.example.com",
            "www.shop.example.com",
            "api.example.com",
        ];
        let mut params = CertificateParams::new(names.map(str::to_owned).to_vec()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        let subject = &mut params.distinguished_name;
        subject.push(DnType::CommonName, names[0]);
        subject.push(DnType::OrganizationName, self.organization);
        params.extended_key_usages.clone_from(&self.usages);
        params.not_before = self.days.0.midnight().assume_utc();
        params.not_after = self.days.1.midnight().assume_utc();
        params.serial_number = Some(vec![self.serial_number].into());
        let algorithm = match self.with_sha384 {
            true => &PKCS_ECDSA_P384_SHA384,
            false => &PKCS_ECDSA_P256_SHA256,
        };
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.distinguished_name = DistinguishedName::new();
        authority
            .distinguished_name
            .push(DnType::CommonName, self.issuer);
        let issuer = Issuer::new(authority, KeyPair::generate_for(algorithm).unwrap());
        let key = KeyPair::generate().unwrap();
        params.signed_by(&key, &issuer).unwrap().pem()
    }

    pub(super) fn in_force(&self) -> InForce {
        InForce::from_pem(&self.pem()).unwrap()
    }

    /// The sample order with this certificate.
    pub(super) fn issued(&self) -> SslOrderModel {
        SslOrderModel {
            status: "issued".into(),
            serial_number: Attr::Known(format!("{:02X}", self.serial_number)),
            certificate_pem: Attr::Known(self.pem()),
            valid_till: Attr::Known(self.days.1.to_string()),
            order_valid_till: "2027-11-22".into(),
            ..placed(&order())
        }
    }
}
