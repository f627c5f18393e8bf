//! The table: each argument with two values, and what the change of one to the other means.

use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::super::configuration::csr;

/// What a change is planned as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Planned {
    /// Not at all.
    Nothing,
    /// In place.
    Update,
    /// Destroy and create.
    Replace,
}

/// One argument: its value before and after, and everything that its change means.
pub(super) struct Row {
    pub(super) argument: &'static str,
    pub(super) before: Value,
    pub(super) after: Value,
    pub(super) planned: Planned,
    pub(super) warnings: &'static [&'static str],
    /// Changing calls; `ID` is the order, `PRODUCT` its product.
    pub(super) calls: &'static [&'static str],
}

pub(super) const NOTHING: &[&str] = &[];
pub(super) const RECORDED: &[&str] = &["Change is recorded only"];
pub(super) const REISSUED: &[&str] = &["This apply reissues the certificate"];
// Core keeps the warnings of a replacement's create half to itself.
pub(super) const BOUGHT: &[&str] = &["Order is replaced by a new one"];
pub(super) const REISSUE: &[&str] = &["POST /order/certificate/ID/reissue"];
pub(super) const REISSUE_TO_ANOTHER_TOKEN: &[&str] = &[
    "POST /order/certificate/ID/reissue",
    "POST /order/certificate/ID/note",
];
pub(super) const ORDER: &[&str] = &["POST /order/certificate/PRODUCT"];

pub(super) fn row(
    argument: &'static str,
    [before, after]: [Value; 2],
    planned: Planned,
    warnings: &'static [&'static str],
    calls: &'static [&'static str],
) -> Row {
    Row {
        argument,
        before,
        after,
        planned,
        warnings,
        calls,
    }
}

/// A change that is only recorded in state, with a warning or without.
pub(super) fn recorded(
    argument: &'static str,
    values: [Value; 2],
    warnings: &'static [&'static str],
) -> Row {
    row(argument, values, Planned::Update, warnings, NOTHING)
}

pub(super) fn reissued(
    argument: &'static str,
    values: [Value; 2],
    calls: &'static [&'static str],
) -> Row {
    row(argument, values, Planned::Update, REISSUED, calls)
}

pub(super) fn bought(argument: &'static str, values: [Value; 2]) -> Row {
    row(argument, values, Planned::Replace, BOUGHT, ORDER)
}

/// Every argument of the resource; `renewable` is an order that may be renewed now.
pub(super) fn rows(renewable: u64) -> Vec<Row> {
    let none = Value::Null;
    let in_half_a_year = (OffsetDateTime::now_utc().date() + time::Duration::days(180)).to_string();
    let technical = json!({
        "contact_type": "technical_contact", "first_name": "Ada", "last_name": "Byron", "job_title": "Engineer",
        "telephone": "801-555-0100", "email": "ada@example.com",
    });
    vec![
        bought(
            "product_name_id",
            [json!("ssl_plus"), json!("ssl_multi_domain")],
        ),
        row(
            "common_name",
            [
                json!("a.common-name.example.com"),
                json!("b.common-name.example.com"),
            ],
            Planned::Update,
            &[
                "DigiCert will revoke the present certificate within 72 hours",
                "This apply reissues the certificate",
            ],
            REISSUE_TO_ANOTHER_TOKEN,
        ),
        reissued(
            "dns_names",
            [
                json!(["www.example.com"]),
                json!(["api.example.com", "www.example.com"]),
            ],
            REISSUE_TO_ANOTHER_TOKEN,
        ),
        reissued(
            "csr",
            [json!(csr()), json!(another_csr())],
            REISSUE_TO_ANOTHER_TOKEN,
        ),
        reissued(
            "signature_hash",
            [json!("sha256"), json!("sha384")],
            REISSUE,
        ),
        row(
            "organization_units",
            [none.clone(), json!(["Sales"])],
            Planned::Update,
            &[
                "Organization units are ignored",
                "This apply reissues the certificate",
            ],
            REISSUE,
        ),
        reissued("server_platform_id", [json!(-1), json!(45)], REISSUE),
        reissued(
            "profile_option",
            [none.clone(), json!("server_client_auth_eku")],
            REISSUE,
        ),
        reissued(
            "ca_cert_id",
            [none.clone(), json!("28A0F0CB2BB6E1E1")],
            REISSUE,
        ),
        reissued(
            "cert_validity",
            [none.clone(), json!({ "days": 90 })],
            REISSUE,
        ),
        reissued("reissue_trigger", [json!("1"), json!("2")], REISSUE),
        bought("validity_years", [json!(1), json!(2)]),
        bought("validity_days", [json!(200), json!(201)]),
        bought(
            "custom_expiration_date",
            [
                json!((OffsetDateTime::now_utc().date() + time::Duration::days(170)).to_string()),
                json!(in_half_a_year),
            ],
        ),
        bought(
            "order_validity",
            [json!({ "years": 1 }), json!({ "years": 3 })],
        ),
        bought(
            "organization",
            [json!({ "id": 123_456 }), json!({ "id": 778_812 })],
        ),
        bought("container_id", [none.clone(), json!(60_400)]),
        row(
            "custom_fields",
            [none.clone(), json!([{ "metadata_id": 11, "value": "a" }])],
            Planned::Update,
            NOTHING,
            &["POST /order/certificate/ID/custom-field"],
        ),
        row(
            "additional_emails",
            [json!(["a@example.com"]), json!(["b@example.com"])],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/additional-emails"],
        ),
        row(
            "disable_renewal_notifications",
            [json!(false), json!(true)],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/renewal-emails/disable"],
        ),
        row(
            "organization.contacts",
            [
                json!({ "id": 123_456 }),
                json!({ "id": 123_456, "contacts": [technical] }),
            ],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/contact"],
        ),
        recorded("auto_renew", [none.clone(), json!(true)], RECORDED),
        row(
            "auto_reissue",
            [none.clone(), json!(true)],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/auto-reissue"],
        ),
        row(
            "custom_renewal_message",
            [none.clone(), json!("Renew me")],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/custom-renewal-message"],
        ),
        recorded("comments", [json!("first"), json!("second")], RECORDED),
        recorded("locale", [json!("en"), json!("de")], RECORDED),
        recorded("skip_approval", [json!(true), json!(false)], RECORDED),
        recorded("disable_ct", [none.clone(), json!(true)], RECORDED),
        recorded(
            "dcv_method",
            [json!("email"), json!("dns-txt-token")],
            RECORDED,
        ),
        recorded(
            "payment_method",
            [json!("balance"), json!("card")],
            RECORDED,
        ),
        bought("renewal_of_order_id", [none.clone(), json!(renewable)]),
        bought(
            "renewed_thumbprint",
            [
                none.clone(),
                json!("0123456789ABCDEF0123456789ABCDEF01234567"),
            ],
        ),
        bought(
            "alternative_order_id",
            [json!("shop-2026"), json!("shop-2027")],
        ),
        bought("order_key", [none.clone(), json!("again")]),
        recorded("wait_for", [json!("auto"), json!("none")], NOTHING),
        recorded("on_destroy", [json!("retain"), json!("cancel")], NOTHING),
        recorded(
            "revocation_reason",
            [none.clone(), json!("superseded")],
            NOTHING,
        ),
        recorded(
            "claimed_order_id",
            [none.clone(), json!(1)],
            &["`claimed_order_id` does not name order ID"],
        ),
        recorded(
            "duplicate_order_check",
            [json!("error"), json!("warn")],
            NOTHING,
        ),
        recorded("reorder_when_closed", [json!(false), json!(true)], NOTHING),
        recorded(
            "reissue_days_before_expiry",
            [none.clone(), json!(20)],
            NOTHING,
        ),
        recorded("renew_days_before_expiry", [json!(0), json!(10)], NOTHING),
        recorded("on_clock_failure", [json!("error"), json!("warn")], NOTHING),
        recorded(
            "timeouts",
            [
                none,
                json!({ "create": "5m", "update": "6m", "delete": "7m" }),
            ],
            NOTHING,
        ),
    ]
}

/// Another key than [`csr`] has.
fn another_csr() -> String {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    let key = KeyPair::generate().unwrap();
    parameters.serialize_request(&key).unwrap().pem().unwrap()
}
