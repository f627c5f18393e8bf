//! What CertCentral answers. Attributes of the certificate are null until it is issued.

use crate::framework::{Attribute, Kind, Nesting, Type};

pub(crate) fn attributes() -> Vec<Attribute> {
    let mut all = order();
    all.extend(certificate());
    all.into_iter().map(Attribute::keeps_prior_value).collect()
}

fn order() -> Vec<Attribute> {
    vec![
        Attribute::computed(
            "id",
            Type::String,
            "The order id as text. Only a renewal or a replacement changes it.",
        ),
        Attribute::computed("order_id", Type::Number, "The order id."),
        Attribute::computed(
            "order_origin",
            Type::String,
            "How this resource came by the order: `placed`, `adopted` (it found an order of the \
             same content) or `imported`. Only a placed order is ended by `on_destroy`, unless \
             `claimed_order_id` names it.",
        ),
        Attribute::computed(
            "certificate_id",
            Type::Number,
            "The id of the order's primary certificate. It can be there before the certificate is \
             issued.",
        ),
        Attribute::computed(
            "requests",
            requests(),
            "The approval requests of the order.",
        ),
        Attribute::computed(
            "status",
            Type::String,
            "Status of the order in CertCentral's words, such as `needs_approval`, `pending`, \
             `issued`, `revoked`.",
        ),
        Attribute::computed(
            "status_detail",
            Type::String,
            "What the status means and who has to act; of an issued certificate also from which \
             day on it is reissued.",
        ),
        Attribute::computed(
            "order_valid_till",
            Type::String,
            "Last day of the order's coverage, `yyyy-MM-dd`.",
        ),
        Attribute::computed(
            "ready_for_reissue",
            Type::Bool,
            "Whether the certificate ends within `reissue_days_before_expiry`, or the days that \
             count without it, while the order still has coverage. Set at every refresh; the next \
             plan then announces a reissue.",
        ),
        Attribute::computed(
            "ready_for_renewal",
            Type::Bool,
            "Whether the order ends within `renew_days_before_expiry`. Set at every refresh; the \
             next plan then announces a renewal.",
        ),
        Attribute::computed(
            "domain_validations",
            domain_validations(),
            "How control over each name is proven, by name without its wildcard. The keys are \
             known in the plan, so `for_each` takes it as it is. Names below one domain share its \
             record. DigiCert reuses a proof for a time only, so a reissue may ask for another \
             value.",
        ),
    ]
}

fn certificate() -> Vec<Attribute> {
    vec![
        Attribute::computed("certificate_pem", Type::String, "The certificate in PEM."),
        Attribute::computed(
            "chain_pem",
            Type::String,
            "The intermediate certificates in PEM, issuer of the certificate first.",
        ),
        Attribute::computed(
            "fullchain_pem",
            Type::String,
            "The certificate and its intermediates in PEM, as servers want them.",
        ),
        Attribute::computed(
            "root_pem",
            Type::String,
            "The root certificate in PEM, where CertCentral sends it.",
        ),
        Attribute::computed(
            "certificate_chain",
            certificate_chain(),
            "All certificates from the certificate to the root.",
        ),
        Attribute::computed(
            "serial_number",
            Type::String,
            "Serial number, upper-case hexadecimal.",
        ),
        Attribute::computed(
            "thumbprint",
            Type::String,
            "SHA-1 thumbprint, upper-case hexadecimal.",
        ),
        Attribute::computed(
            "issuer_common_name",
            Type::String,
            "Common name of the issuing CA.",
        ),
        Attribute::computed(
            "extended_key_usages",
            Type::list(Type::String),
            "What the certificate may be used for, such as `serverAuth` and `clientAuth`; usages \
             without a name by their object identifier.",
        ),
        Attribute::computed(
            "valid_from",
            Type::String,
            "First day of the certificate, `yyyy-MM-dd`.",
        ),
        Attribute::computed(
            "valid_till",
            Type::String,
            "Last day of the certificate, `yyyy-MM-dd`.",
        ),
    ]
}

fn requests() -> Kind {
    (
        Nesting::List,
        vec![
            Attribute::computed("id", Type::Number, "The request id."),
            Attribute::computed(
                "status",
                Type::String,
                "`pending`, `submitted`, `approved` or `rejected`.",
            ),
        ],
    )
        .into()
}

fn certificate_chain() -> Kind {
    (
        Nesting::List,
        vec![
            Attribute::computed(
                "subject_common_name",
                Type::String,
                "Common name of the certificate's subject.",
            ),
            Attribute::computed("pem", Type::String, "The certificate in PEM."),
        ],
    )
        .into()
}

fn domain_validations() -> Kind {
    (
        Nesting::Map,
        vec![
            Attribute::computed("method", Type::String, "The DCV method."),
            Attribute::computed(
                "status",
                Type::String,
                "Status of the validation in CertCentral's words.",
            ),
            Attribute::computed(
                "record_name",
                Type::String,
                "Name of the DNS record to create, for the DNS token methods. For \
                 `dns-cname-token` it begins with `_dnsauth`. For `dns-txt-token` it is the \
                 domain, and `_dnsauth` below it does as well.",
            ),
            Attribute::computed(
                "record_type",
                Type::String,
                "`TXT` or `CNAME`, for the DNS token methods.",
            ),
            Attribute::computed(
                "record_value",
                Type::String,
                "Value of the DNS record to create, for the DNS token methods.",
            ),
            Attribute::computed(
                "http_url",
                Type::String,
                "Where the token file must be served, for `http-token`; for `http-token-dynamic` \
                 if CertCentral says it. Else null: CertCentral shows the generated file name at \
                 the order.",
            ),
            Attribute::computed(
                "http_content",
                Type::String,
                "What the token file must hold, for the methods by file.",
            ),
            Attribute::computed(
                "expires_at",
                Type::String,
                "When the token expires, RFC 3339.",
            ),
        ],
    )
        .into()
}
