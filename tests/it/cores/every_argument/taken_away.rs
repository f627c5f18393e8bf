//! The table of arguments that are taken out of the configuration: what has a default gets it, an
//! argument of the certificate means one without it, and what else CertCentral or the provider
//! block decides stays what it is.

use serde_json::{Value, json};

use super::rows::{
    NOTHING, Planned, RECORDED, REISSUE, REISSUE_TO_ANOTHER_TOKEN, Row, bought, recorded, reissued,
    row,
};

/// An argument whose value stays without a word.
fn stays(argument: &'static str, before: Value) -> Row {
    row(
        argument,
        [before, Value::Null],
        Planned::Nothing,
        NOTHING,
        NOTHING,
    )
}

/// An argument of the provider, which gets its default.
fn forgotten(argument: &'static str, before: Value) -> Row {
    recorded(argument, [before, Value::Null], NOTHING)
}

/// Every argument that may be absent; `renewable` is an order that may be renewed now.
pub(super) fn rows(renewable: u64) -> Vec<Row> {
    let none = Value::Null;
    let technical = json!({
        "contact_type": "technical_contact", "first_name": "Ada", "last_name": "Byron", "job_title": "Engineer",
        "telephone": "801-555-0100", "email": "ada@example.com",
    });
    vec![
        row(
            "dns_names",
            [json!(["www.example.com"]), none.clone()],
            Planned::Update,
            &[
                "DigiCert will revoke the present certificate within 72 hours",
                "This apply reissues the certificate",
            ],
            REISSUE_TO_ANOTHER_TOKEN,
        ),
        reissued("signature_hash", [json!("sha384"), none.clone()], REISSUE),
        reissued(
            "organization_units",
            [json!(["Sales"]), none.clone()],
            REISSUE,
        ),
        reissued("server_platform_id", [json!(45), none.clone()], REISSUE),
        reissued(
            "profile_option",
            [json!("kdc_smart_card"), none.clone()],
            REISSUE,
        ),
        reissued(
            "ca_cert_id",
            [json!("28A0F0CB2BB6E1E1"), none.clone()],
            REISSUE,
        ),
        reissued(
            "cert_validity",
            [json!({ "days": 90 }), none.clone()],
            REISSUE,
        ),
        forgotten("reissue_trigger", json!("1")),
        stays("organization", json!({ "id": 123_456 })),
        row(
            "organization.contacts",
            [
                json!({ "id": 123_456, "contacts": [technical] }),
                json!({ "id": 123_456 }),
            ],
            Planned::Update,
            RECORDED,
            NOTHING,
        ),
        stays("container_id", json!(60_412)),
        recorded(
            "custom_fields",
            [json!([{ "metadata_id": 11, "value": "a" }]), none.clone()],
            RECORDED,
        ),
        row(
            "additional_emails",
            [json!(["a@example.com"]), none.clone()],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/additional-emails"],
        ),
        row(
            "disable_renewal_notifications",
            [json!(true), none.clone()],
            Planned::Update,
            NOTHING,
            &["PUT /order/certificate/ID/renewal-emails/enable"],
        ),
        stays("auto_renew", json!(true)),
        stays("auto_reissue", json!(true)),
        row(
            "custom_renewal_message",
            [json!("Renew me"), none.clone()],
            Planned::Update,
            NOTHING,
            &["DELETE /order/certificate/ID/custom-renewal-message"],
        ),
        stays("comments", json!("first")),
        stays("locale", json!("de")),
        stays("skip_approval", json!(true)),
        stays("disable_ct", json!(true)),
        stays("dcv_method", json!("email")),
        stays("payment_method", json!("card")),
        stays("renewal_of_order_id", json!(renewable)),
        stays(
            "renewed_thumbprint",
            json!("0123456789ABCDEF0123456789ABCDEF01234567"),
        ),
        stays("alternative_order_id", json!("shop-2026")),
        bought("order_key", [json!("again"), none]),
        forgotten("wait_for", json!("none")),
        forgotten("on_destroy", json!("cancel")),
        forgotten("revocation_reason", json!("superseded")),
        forgotten("claimed_order_id", json!(1)),
        forgotten("duplicate_order_check", json!("warn")),
        forgotten("reorder_when_closed", json!(true)),
        forgotten("reissue_days_before_expiry", json!(20)),
        forgotten("renew_days_before_expiry", json!(10)),
        forgotten("on_clock_failure", json!("warn")),
        forgotten("timeouts", json!({ "create": "5m" })),
    ]
}
