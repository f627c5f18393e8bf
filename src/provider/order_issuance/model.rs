//! Configuration, plan and state of `digicert_order_issuance` as structs; their meaning stands in [`super::schema`].
#![expect(missing_docs, reason = "the schema describes every attribute, once")]

use std::collections::BTreeMap;
use std::time::Duration;

use crate::certcentral::OrderId;
use crate::framework::{Attr, AttributePath, Diagnostic, Set};

/// How long a create waits where nobody says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(45 * 60);

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

impl OrderIssuanceModel {
    /// Returns how long the create of this configuration waits.
    pub(super) fn create_timeout(&self) -> Result<Duration, Diagnostic> {
        let timeouts = self.timeouts.known();
        let given = timeouts.and_then(|timeouts| timeouts.create.as_str());
        given.map_or(Ok(DEFAULT_TIMEOUT), |text| {
            humantime::parse_duration(text).map_err(|_| {
                Diagnostic::error(
                    "Invalid duration",
                    format!("{text:?} is not a duration such as \"10m\" or \"1h30m\"."),
                )
                .at(AttributePath::of("timeouts").attribute("create"))
            })
        })
    }

    /// Returns the order of this configuration, once it is known.
    pub(super) fn known_order_id(&self) -> Result<Option<OrderId>, Diagnostic> {
        let Attr::Known(id) = self.order_id else {
            return Ok(None);
        };
        OrderId::try_from(id).map(Some).map_err(|_| {
            Diagnostic::error(
                "Invalid order id",
                format!("{id} is not an order id. Use the attribute `order_id` of the order."),
            )
            .at(AttributePath::of("order_id"))
        })
    }
}
