//! The attributes of `digicert_order_issuance`: as a schema, and as a struct for configuration,
//! plan and state.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::certcentral::OrderId;
use crate::framework::{Attr, Attribute, AttributePath, Diagnostic, Nesting, Schema, Set, Type};
use crate::provider::order::waiting::LONGEST_TIMEOUT;

/// The resource type.
pub(super) fn schema() -> Schema {
    Schema {
        version: 0,
        description: "Waits until an order has its certificate. It orders nothing and costs \
            nothing: it lets one apply place an order, create the DNS records that prove control \
            over its domains, wait for the certificate and hand it on.\n\n\
            Creating asks CertCentral to check the domains of the order, again and again with \
            growing pauses while they are not validated, and ends when the certificate is issued. \
            When the time is up it fails and names the records that are missing; the order is \
            untouched, and the next apply waits again. Destroying calls nothing.",
        attributes: attributes(),
    }
}

fn attributes() -> Vec<Attribute> {
    let mut all = arguments();
    all.extend(answers().into_iter().map(Attribute::keeps_prior_value));
    all
}

fn arguments() -> Vec<Attribute> {
    vec![
        Attribute::required(
            "order_id",
            Type::Number,
            "The order to wait for, such as `digicert_ssl_order.shop.order_id`. Another one means \
             a new wait.",
        )
        .requires_replace(),
        Attribute::optional(
            "keepers",
            Type::map(Type::String),
            "Texts of your own whose change means a new wait, at no cost: what makes the order get \
             another certificate, such as its CSR or its names, so that an apply that reissues \
             waits for the new certificate, too.",
        )
        .requires_replace(),
        Attribute::optional(
            "validation_records",
            Type::set(Type::String),
            "Names of the DNS records that were created for the order. They make this resource \
             depend on the records, and a record that the order needs and that is missing here is \
             an error before any wait. Both places count at which DigiCert looks: `_dnsauth` below \
             the domain, and the domain itself.",
        ),
        Attribute::optional(
            "timeouts",
            (
                Nesting::Single,
                vec![Attribute::optional(
                    "create",
                    Type::String,
                    "How long to wait, such as `2h`. Default `45m`.",
                )],
            ),
            "Bounds of the operations.",
        ),
    ]
}

fn answers() -> Vec<Attribute> {
    let mut all = vec![Attribute::computed(
        "certificate_id",
        Type::Number,
        "The id of the certificate.",
    )];
    let texts = [
        ("id", "The order id as text."),
        ("status", "Status of the order in CertCentral's words."),
        ("certificate_pem", "The certificate."),
        ("chain_pem", "Its intermediates, the issuer first."),
        (
            "fullchain_pem",
            "The certificate and its intermediates, as servers want it.",
        ),
        (
            "root_pem",
            "The root, if CertCentral sends it with the chain.",
        ),
        ("serial_number", "Serial number in hexadecimal digits."),
        ("thumbprint", "SHA-1 thumbprint."),
        ("valid_from", "First day of validity, as `yyyy-MM-dd`."),
        ("valid_till", "Last day of validity, as `yyyy-MM-dd`."),
    ];
    all.push(Attribute::computed(
        "extended_key_usages",
        Type::list(Type::String),
        "What the certificate may be used for, such as `serverAuth` and `clientAuth`; usages \
         without a name by their object identifier.",
    ));
    all.extend(
        texts
            .into_iter()
            .map(|(name, description)| Attribute::computed(name, Type::String, description)),
    );
    all
}

/// How long a create waits where nobody says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(45 * 60);

crate::model! {
    /// A wait for a certificate.
    #[expect(missing_docs, reason = "the schema describes every attribute, once")]
    pub struct OrderIssuanceModel {
        pub order_id: Attr<i64>,
        pub keepers: Attr<BTreeMap<String, Attr<String>>>,
        pub validation_records: Attr<Set<Attr<String>>>,
        pub timeouts: Attr<TimeoutsModel>,

        pub id: Attr<String>,
        pub certificate_id: Attr<i64>,
        pub extended_key_usages: Attr<Vec<Attr<String>>>,
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
        let given = timeouts.and_then(|timeouts| timeouts.create.given());
        given.map_or(Ok(DEFAULT_TIMEOUT), |text| {
            let reason = match humantime::parse_duration(text) {
                Ok(time) if time <= LONGEST_TIMEOUT => return Ok(time),
                Ok(_) => "longer than a year. Set a shorter duration",
                Err(_) => "not a duration",
            };
            Err(Diagnostic::error(
                "Invalid duration",
                format!("`timeouts.create` is {text:?}, {reason} such as \"10m\" or \"1h30m\"."),
            )
            .at(AttributePath::of("timeouts").attribute("create")))
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
