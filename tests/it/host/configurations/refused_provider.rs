//! Provider blocks that cannot be used.

use serde_json::json;

use super::{Row, mismatch, offline, row, said};
use crate::host::bed::order;

/// What is set in the provider block, and what the provider says to it.
pub(super) fn all() -> Vec<Row> {
    let money = |text: &str| {
        row(
            json!({ "max_order_price": text }),
            ".max_order_price",
            "which is no amount of money",
        )
    };
    vec![
        money(""),
        money("250,00"),
        money("250 USD"),
        money("-1"),
        money("1e3"),
        row(
            json!({ "region": "asia" }),
            ".region",
            "CertCentral has the regions \"us\" and \"eu\"",
        ),
        row(
            json!({ "region": "us", "base_url": "https://www.digicert.com/services/v2" }),
            ".region",
            "Both `region` and `base_url` are set",
        ),
        row(
            json!({ "base_url": "http://www.digicert.com/services/v2" }),
            ".base_url",
            "plain http is accepted for loopback addresses only",
        ),
        row(
            json!({ "base_url": "www.digicert.com" }),
            ".base_url",
            "It must look like https://www.digicert.com/services/v2",
        ),
        row(
            json!({ "organization_id": 0 }),
            ".organization_id",
            "whole numbers above zero",
        ),
        row(
            json!({ "container_id": 1.5 }),
            ".container_id",
            "takes a whole number",
        ),
        row(
            json!({ "max_orders_per_apply": -1 }),
            ".max_orders_per_apply",
            "a whole number from 0, which allows no order",
        ),
        row(
            json!({ "audit_log_path": "" }),
            ".audit_log_path",
            "`audit_log_path` is empty",
        ),
        row(
            json!({ "request_timeout": "soon" }),
            ".request_timeout",
            "between one second and one hour",
        ),
        row(
            json!({ "request_timeout": "0s" }),
            ".request_timeout",
            "`request_timeout` is \"0s\"",
        ),
        row(
            json!({ "max_retries": 101 }),
            ".max_retries",
            "a whole number from 0 to 100",
        ),
        row(
            json!({ "requests_per_second": 0 }),
            ".requests_per_second",
            "a whole number from 1 to 100",
        ),
        row(
            json!({ "dcv_method": "" }),
            ".dcv_method",
            "`dcv_method` is blank",
        ),
        row(
            json!({ "payment_method": "" }),
            ".payment_method",
            "`payment_method` is blank",
        ),
        row(
            json!({ "proxy_url": "proxy" }),
            ".proxy_url",
            "It must look like http://proxy.example.com:3128",
        ),
    ]
}

#[tokio::test]
async fn each_setting_is_refused_at_its_argument_with_its_reason() {
    let mut wrong = Vec::new();
    for row in all() {
        let mut terraform = offline();
        terraform.set_provider_config(row.edit.clone());
        let said = said(&mut terraform, order()).await;
        wrong.extend(mismatch(&row, &said));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_default_that_is_not_known_is_a_warning() {
    let mut terraform = offline();
    let defaults = json!({ "dcv_method": "carrier-pigeon", "payment_method": "wire_transfer" });
    terraform.set_provider_config(defaults);
    let said = said(&mut terraform, order()).await;
    let lines: Vec<_> = said
        .iter()
        .map(|it| format!("{} {}: {}", it.is_error(), it.path, it.summary))
        .collect();
    assert_eq!(
        lines,
        [
            "false .payment_method: Unknown value",
            "false .dcv_method: Unknown value"
        ]
    );
}
