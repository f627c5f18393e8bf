//! Values that CertCentral, or this provider, cannot take, in their content or in their form.

use serde_json::{Value as Json, json};

use super::{Row, each_is_refused, row};

fn refused(argument: &str, value: &Json, path: &'static str, says: &'static str) -> Row {
    row(json!({ argument: value }), path, says)
}

fn products_and_choices() -> Vec<Row> {
    vec![
        refused(
            "product_name_id",
            &json!(""),
            ".product_name_id",
            "is not a product name id",
        ),
        refused(
            "product_name_id",
            &json!("SSL Basic"),
            ".product_name_id",
            "is not a product name id",
        ),
        refused(
            "product_name_id",
            &json!("../order"),
            ".product_name_id",
            "is not a product name id",
        ),
        refused(
            "signature_hash",
            &json!("sha1"),
            ".signature_hash",
            "no public certificate is signed with",
        ),
        refused(
            "signature_hash",
            &json!(""),
            ".signature_hash",
            "no public certificate is signed with",
        ),
        row(
            json!({ "product_name_id": "ssl_plus", "signature_hash": "sha384" }),
            ".signature_hash",
            "`ssl_plus` is issued with \"sha256\" only",
        ),
        row(
            json!({ "product_name_id": "ssl_cloud_wildcard", "signature_hash": "SHA256" }),
            ".signature_hash",
            "`signature_hash` is \"SHA256\". Leave it out",
        ),
        refused(
            "wait_for",
            &json!("ever"),
            ".wait_for",
            "it takes \"auto\", \"issued\" or \"none\"",
        ),
        refused(
            "on_destroy",
            &json!("delete"),
            ".on_destroy",
            "`on_destroy` is \"delete\"",
        ),
        refused(
            "revocation_reason",
            &json!("oops"),
            ".revocation_reason",
            "`revocation_reason` is \"oops\"",
        ),
        refused(
            "duplicate_order_check",
            &json!("no"),
            ".duplicate_order_check",
            "it takes \"error\", \"warn\" or \"off\"",
        ),
        refused(
            "reissue_days_before_expiry",
            &json!(-1),
            ".reissue_days_before_expiry",
            "or 0 to switch the clock off",
        ),
        refused(
            "reissue_days_before_expiry",
            &json!(i64::MAX),
            ".reissue_days_before_expiry",
            "is 9223372036854775807; it takes a number of days up to 3650",
        ),
        refused(
            "renew_days_before_expiry",
            &json!(i64::MIN),
            ".renew_days_before_expiry",
            "is -9223372036854775808",
        ),
        refused(
            "renew_days_before_expiry",
            &json!(-30),
            ".renew_days_before_expiry",
            "is -30",
        ),
        refused(
            "timeouts",
            &json!({ "create": "soon" }),
            ".timeouts.create",
            "`timeouts.create` is \"soon\", not a duration",
        ),
        refused("container_id", &json!(0), ".container_id", "0 is not an id"),
        refused(
            "renewal_of_order_id",
            &json!(-5),
            ".renewal_of_order_id",
            "-5 is not an id",
        ),
        refused(
            "renewed_thumbprint",
            &json!("F3:9A"),
            ".renewed_thumbprint",
            "40 hexadecimal digits without separators",
        ),
        refused(
            "alternative_order_id",
            &json!(" "),
            ".alternative_order_id",
            "Leave it out to have one derived",
        ),
        refused(
            "additional_emails",
            &json!(["tls"]),
            ".additional_emails",
            "\"tls\" is not an e-mail address",
        ),
        refused(
            "additional_emails",
            &json!(["a@example.com", "b@host"]),
            ".additional_emails",
            "\"b@host\" is not",
        ),
        refused(
            "custom_fields",
            &json!([{ "metadata_id": 0, "value": "x" }]),
            ".custom_fields",
            "0 is not a `metadata_id`",
        ),
        refused(
            "custom_fields",
            &json!([{ "metadata_id": 11, "value": "a" }, { "metadata_id": 11, "value": "b" }]),
            ".custom_fields",
            "`metadata_id` 11 has 2 values",
        ),
        refused(
            "organization_units",
            &json!(["IT", "-"]),
            ".organization_units[1]",
            "\"-\" says nothing",
        ),
    ]
}

fn validities() -> Vec<Row> {
    let order = |validity: Json, path, says| row(json!({ "order_validity": validity }), path, says);
    let older = |mut arguments: Json, path, says| {
        arguments["order_validity"] = Json::Null;
        row(arguments, path, says)
    };
    let certificate =
        |validity: Json, path, says| row(json!({ "cert_validity": validity }), path, says);
    vec![
        order(
            Json::Null,
            ".order_validity",
            "Nothing says how long the order lasts",
        ),
        order(json!({}), ".order_validity", "has no member"),
        order(
            json!({ "years": 1, "days": 30 }),
            ".order_validity",
            "takes exactly one of",
        ),
        order(
            json!({ "years": 0 }),
            ".order_validity.years",
            "it takes 1 to 3",
        ),
        order(
            json!({ "years": 4 }),
            ".order_validity.years",
            "it takes 1 to 3",
        ),
        order(
            json!({ "days": 0 }),
            ".order_validity.days",
            "it takes 1 to 1096",
        ),
        order(
            json!({ "days": 1097 }),
            ".order_validity.days",
            "more than three years",
        ),
        order(
            json!({ "custom_expiration_date": "2027-02-29" }),
            ".order_validity.custom_expiration_date",
            "is \"2027-02-29\", not a date",
        ),
        older(
            json!({ "validity_years": 3 }),
            ".validity_years",
            "it takes 1 to 2",
        ),
        older(
            json!({ "validity_years": 0 }),
            ".validity_years",
            "it takes 1 to 2",
        ),
        older(
            json!({ "validity_days": 825 }),
            ".validity_days",
            "it takes 1 to 824",
        ),
        older(
            json!({ "validity_days": 0 }),
            ".validity_days",
            "it takes 1 to 824",
        ),
        older(
            json!({ "custom_expiration_date": "31.03.2027" }),
            ".custom_expiration_date",
            "yyyy-MM-dd",
        ),
        row(
            json!({ "validity_years": 2 }),
            ".order_validity",
            "and they differ. Remove one of them",
        ),
        row(
            json!({ "validity_days": 365 }),
            ".order_validity",
            "`order_validity` and `validity_days` both",
        ),
        certificate(
            json!({ "years": 1, "days": 90 }),
            ".cert_validity",
            "takes at most one of",
        ),
        certificate(
            json!({ "days": 0 }),
            ".cert_validity.days",
            "is 0; it takes 1 to 9131",
        ),
        certificate(
            json!({ "years": -1 }),
            ".cert_validity.years",
            "is -1; it takes 1 to 25",
        ),
        certificate(
            json!({ "years": i64::MAX }),
            ".cert_validity.years",
            "is 9223372036854775807; it takes 1 to 25",
        ),
        certificate(
            json!({ "custom_expiration_date": "2027-6-1" }),
            ".cert_validity.custom_expiration_date",
            "is \"2027-6-1\", not a date",
        ),
    ]
}

fn organizations_and_people() -> Vec<Row> {
    let new = |member: &str, value: Json, path, says| {
        let mut organization = super::accepted::new_organization();
        organization[member] = value;
        row(json!({ "organization": organization }), path, says)
    };
    let contact = |member: &str, value: Json, path, says| {
        let mut contact = super::accepted::person();
        contact["contact_type"] = json!("technical_contact");
        contact[member] = value;
        row(
            json!({ "organization": { "id": 1, "contacts": [contact] } }),
            path,
            says,
        )
    };
    vec![
        row(
            json!({ "organization": { "id": 0 } }),
            ".organization.id",
            "`organization.id` is 0",
        ),
        new(
            "id",
            json!(1),
            ".organization",
            "has an `id` and describes a new organization",
        ),
        new(
            "city",
            Json::Null,
            ".organization.city",
            "A new organization needs `city`",
        ),
        new(
            "country",
            Json::Null,
            ".organization.country",
            "A new organization needs `country`",
        ),
        new(
            "organization_contact",
            Json::Null,
            ".organization.organization_contact",
            "needs `organization_contact`",
        ),
        new(
            "city",
            json!("-"),
            ".organization.city",
            "`organization.city` is \"-\", which says nothing",
        ),
        new(
            "state",
            json!("na"),
            ".organization.state",
            "`organization.state` is \"na\"",
        ),
        new(
            "address",
            json!("."),
            ".organization.address",
            "which says nothing",
        ),
        new(
            "name",
            json!("n".repeat(65)),
            ".organization.name",
            "has 65 characters; at most 64",
        ),
        new(
            "zip",
            json!("1".repeat(41)),
            ".organization.zip",
            "has 41 characters; at most 40",
        ),
        new(
            "telephone",
            json!("1".repeat(33)),
            ".organization.telephone",
            "has 33 characters; at most 32",
        ),
        new(
            "country",
            json!("usa"),
            ".organization.country",
            "two-letter code of ISO 3166",
        ),
        contact(
            "email",
            Json::Null,
            ".organization.contacts[0].email",
            "A new contact needs `organization.contacts[0].email`",
        ),
        contact(
            "email",
            json!("jill"),
            ".organization.contacts[0].email",
            "is \"jill\", not an e-mail address",
        ),
        contact(
            "first_name",
            json!(" "),
            ".organization.contacts[0].first_name",
            "first_name` is blank",
        ),
        contact(
            "user_id",
            json!(-1),
            ".organization.contacts[0].user_id",
            "`organization.contacts[0].user_id` is -1",
        ),
        contact(
            "contact_type",
            json!(""),
            ".organization.contacts[0].contact_type",
            "no contact type",
        ),
        row(
            json!({ "product_name_id": "ssl_ev_plus" }),
            ".organization.contacts",
            "Missing EV approver",
        ),
        row(
            json!({ "product_name_id": "ssl_ev_multi_domain", "organization": null }),
            ".organization.contacts",
            "Add one to `organization.contacts`",
        ),
    ]
}

fn fractions() -> Vec<Row> {
    let order = |argument: &str, number: Json, says| row(json!({ argument: number }), "", says);
    let at = |path, row: Row| Row { path, ..row };
    vec![
        at(
            ".container_id",
            order(
                "container_id",
                json!(1.5),
                "`container_id` takes a whole number",
            ),
        ),
        at(
            ".renewal_of_order_id",
            order(
                "renewal_of_order_id",
                json!(12_345_678_901_234_567_890_u64),
                "of 64 bits at most",
            ),
        ),
        at(
            ".order_validity.years",
            order(
                "order_validity",
                json!({ "years": 1.5 }),
                "`order_validity.years` takes a whole number",
            ),
        ),
        at(
            ".reissue_days_before_expiry",
            order(
                "reissue_days_before_expiry",
                json!(0.5),
                "Correct the value",
            ),
        ),
    ]
}

fn nulls() -> Vec<Row> {
    vec![
        row(
            json!({ "dns_names": ["www.example.com", null] }),
            ".dns_names",
            "`dns_names` has an element that is null",
        ),
        row(
            json!({ "additional_emails": [null] }),
            ".additional_emails",
            "`compact()` does",
        ),
        row(
            json!({ "organization_units": ["IT", null] }),
            ".organization_units[1]",
            "`organization_units` has an element that is null",
        ),
    ]
}

fn blanks() -> Vec<Row> {
    vec![
        row(
            json!({ "dcv_method": "" }),
            ".dcv_method",
            "`dcv_method` is blank",
        ),
        row(
            json!({ "payment_method": " " }),
            ".payment_method",
            "set it to null, to use the default",
        ),
    ]
}

fn near_misses() -> Vec<Row> {
    vec![
        row(
            json!({ "order_validity": null, "custom_expiration_date": "+2027-06-01" }),
            ".custom_expiration_date",
            "not a date of the form yyyy-MM-dd",
        ),
        row(
            json!({ "product_name_id": "ssl_ev_basic", "common_name": "*.com" }),
            ".common_name",
            "has a misplaced wildcard",
        ),
        row(
            json!({ "common_name": " shop.example.com" }),
            ".common_name",
            "contains ' '",
        ),
    ]
}

/// Every row of this file.
pub(super) fn all() -> Vec<Row> {
    [
        products_and_choices(),
        validities(),
        organizations_and_people(),
        fractions(),
        nulls(),
        blanks(),
        near_misses(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn each_value_is_refused_at_its_argument_with_its_reason() {
    each_is_refused(&all()).await;
}
