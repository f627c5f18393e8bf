//! Several mistakes at once, and mistakes that only the plan of a new order can see.

use serde_json::json;
use terraform_host::{Resource, json::unknown};

use super::{offline, said};
use crate::host::bed::{Bed, SHOP, order_with};

#[tokio::test]
async fn five_mistakes_are_reported_together() {
    let wrong = order_with(json!({
        "common_name": "a_b.example.com",
        "csr": "not a CSR",
        "order_validity": { "years": 4 },
        "organization": { "id": 1, "contacts": [{ "contact_type": "technical_contact", "user_id": 0 }] },
        "additional_emails": ["tls"],
    }));
    let said = said(&mut offline(), wrong).await;
    let mut paths: Vec<_> = said.iter().map(|it| it.path.to_string()).collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            ".additional_emails",
            ".common_name",
            ".csr",
            ".order_validity.years",
            ".organization.contacts[0].user_id",
        ]
    );
    assert!(said.iter().all(terraform_host::Diagnostic::is_error));
}

#[tokio::test]
async fn dates_are_held_against_today_where_an_order_is_placed() {
    let mut terraform = offline();
    for (edit, path, says) in [
        (
            json!({ "order_validity": { "custom_expiration_date": "2020-01-01" } }),
            ".order_validity.custom_expiration_date",
            "Date in the past. An order that ends on 2020-01-01 cannot be ordered on",
        ),
        (
            json!({ "order_validity": { "custom_expiration_date": "2999-01-01" } }),
            ".order_validity.custom_expiration_date",
            "Date too far ahead.",
        ),
        (
            json!({ "order_validity": null, "custom_expiration_date": "2020-01-01" }),
            ".custom_expiration_date",
            "Date in the past.",
        ),
        (
            json!({ "order_validity": null, "custom_expiration_date": "2999-01-01" }),
            ".custom_expiration_date",
            "it must be less than 825 days after",
        ),
        (
            json!({ "cert_validity": { "custom_expiration_date": "2020-01-01" } }),
            ".cert_validity.custom_expiration_date",
            "A certificate that ends on 2020-01-01",
        ),
    ] {
        let order = [Resource::new(SHOP, order_with(edit.clone()))];
        assert_eq!(
            terraform.validate(&order).await.unwrap().diagnostics,
            [],
            "{edit}"
        );
        let plan = terraform.plan(&order).await.unwrap().expect_valid();
        let errors: Vec<_> = plan.report.errors().collect();
        assert_eq!(errors.len(), 1, "{edit}: {errors:?}");
        assert_eq!(errors[0].path.to_string(), path, "{edit}");
        let text = format!("{}. {}", errors[0].summary, errors[0].detail);
        assert!(text.contains(says), "{edit}: {text}");
    }
}

#[tokio::test]
async fn a_date_that_has_passed_stops_no_plan_of_an_existing_order() {
    let mut bed = Bed::new();
    let order = order_with(json!({
        "order_validity": null,
        "validity_years": 1,
    }));
    let _applied = bed.apply(&order).await.expect_success();
    let state = bed.terraform.state_mut().get_mut(SHOP).unwrap();
    state.attributes["validity_years"] = json!(null);
    state.attributes["custom_expiration_date"] = json!("2020-01-01");
    let passed = order_with(json!({
        "order_validity": null,
        "custom_expiration_date": "2020-01-01",
    }));
    let plan = bed.plan(&passed).await.expect_success();
    assert!(plan.is_empty());
}

#[tokio::test]
async fn what_is_unknown_is_not_held_against_the_rest() {
    let mut terraform = offline();
    for edit in [
        json!({ "validity_years": unknown() }),
        json!({ "order_validity": { "years": 1, "days": unknown() } }),
        json!({ "organization": { "id": unknown(), "name": "Example Widgets LLC" } }),
        json!({ "organization": { "id": 1, "name": unknown() } }),
        json!({ "product_name_id": "ssl_ev_plus", "organization": { "id": 1, "contacts": unknown() } }),
        json!({ "dns_names": ["www.example.com", unknown()] }),
        json!({ "custom_fields": [{ "metadata_id": unknown(), "value": "x" }] }),
    ] {
        let said = said(&mut terraform, order_with(edit.clone())).await;
        assert_eq!(said, [], "{edit}");
    }
}
