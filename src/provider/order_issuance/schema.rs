//! The schema of `digicert_order_issuance`.

use crate::framework::{Attribute, Nesting, Schema, Type};

/// The resource type.
pub(super) fn schema() -> Schema {
    Schema {
        version: 0,
        description: "Waits until an order has its certificate. It orders nothing and costs nothing: it lets one apply place an order, create the DNS \
                      records that prove control over its domains, wait for the certificate and hand it on.\n\n\
                      Creating asks CertCentral to check the domains of the order, again and again with growing pauses while they are not validated, and \
                      ends when the certificate is issued. When the time is up it fails and names the records that are missing; the order is \
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
            "The order to wait for, such as `digicert_ssl_order.shop.order_id`. Another one means a new wait.",
        )
        .requires_replace(),
        Attribute::optional(
            "keepers",
            Type::map(Type::String),
            "Texts of your own whose change means a new wait, at no cost: what makes the order get another certificate, such as its CSR or its names, \
             so that an apply that reissues waits for the new certificate, too.",
        )
        .requires_replace(),
        Attribute::optional(
            "validation_records",
            Type::set(Type::String),
            "Names of the DNS records that were created for the order. They make this resource depend on the records, and a record that the order \
             needs and that is missing here is an error before any wait.",
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
    all.extend(
        texts
            .into_iter()
            .map(|(name, description)| Attribute::computed(name, Type::String, description)),
    );
    all
}
