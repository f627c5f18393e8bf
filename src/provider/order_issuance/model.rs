//! Configuration, plan and state of `digicert_order_issuance` as structs; their meaning stands in [`super::schema`].
#![expect(missing_docs, reason = "the schema describes every attribute, once")]

use std::collections::BTreeMap;

use crate::framework::{Attr, Set};

crate::model! {
    /// A wait for a certificate.
    pub struct OrderIssuanceModel {
        pub order_id: Attr<i64>,
        pub keepers: Attr<BTreeMap<String, Attr<String>>>,
        pub validation_records: Attr<Set<Attr<String>>>,
        pub timeouts: Attr<TimeoutsModel>,

        pub id: Attr<String>,
        pub certificate_id: Attr<i64>,
        pub status: Attr<String>,
        pub certificate_pem: Attr<String>,
        pub chain_pem: Attr<String>,
        pub fullchain_pem: Attr<String>,
        pub root_pem: Attr<String>,
        pub serial_number: Attr<String>,
        pub thumbprint: Attr<String>,
        pub valid_from: Attr<String>,
        pub valid_till: Attr<String>,
    }
}

crate::model! {
    /// Bounds of the operations.
    pub struct TimeoutsModel {
        pub create: Attr<String>,
    }
}
