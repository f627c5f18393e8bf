//! Values of a form that an argument does not take: fractions, nulls in a list, blank texts.

use serde_json::{Value as Json, json};

use super::{Row, each_is_refused, row};

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
    [fractions(), nulls(), blanks(), near_misses()]
        .into_iter()
        .flatten()
        .collect()
}

#[tokio::test]
async fn each_form_is_refused_at_its_argument_with_its_reason() {
    each_is_refused(&all()).await;
}
