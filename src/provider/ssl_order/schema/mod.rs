//! The schema of `digicert_ssl_order`: every argument of the API's order POST in the API's words,
//! the arguments that steer this provider, and the attributes that CertCentral answers.

mod arguments;
mod attributes;
pub(crate) mod products;

use crate::framework::Schema;

/// The schema of today. Raise `version` with every change of a stored attribute's meaning or type.
pub(crate) fn schema() -> Schema {
    Schema {
        version: 0,
        description: "An order for an OV or EV TLS certificate at DigiCert CertCentral.\n\n\
            Creating it places a **paid order**. CertCentral has no idempotency key, so the \
            provider derives a token from the order's content, sends it as `alternative_order_id` \
            and looks it up before it orders: the same configuration never buys twice, and an \
            order whose answer was lost is found and adopted by the next apply.\n\n\
            Changing its certificate (`csr`, names and the like) reissues it for free on the same \
            order. Other changes are made in place, or mean a new order, which the plan announces. \
            Taking an argument out of the configuration matters for names, addresses, `order_key` \
            and what has a fixed default; of everything else the order keeps what it was ordered \
            with. Destroying it calls nothing unless `on_destroy` says so.",
        attributes: arguments::attributes()
            .into_iter()
            .chain(arguments::behaviour())
            .chain(attributes::attributes())
            .collect(),
    }
}
