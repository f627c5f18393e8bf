//! An order from the first validate to the destroy, on every core.

use std::net::TcpListener;

use certcentral_sandbox::{Sandbox, Settings};
use serde_json::Value;

use super::chain;
use super::configuration::{Configuration, ORDER};
use super::evidence::{
    PRICE, assert_says, changing_calls, few_cores, order_posts, with_sorted_names,
};
use crate::cores::driver::cores;

const SEED: &str = include_str!("../../fixtures/seed/order_example.json");

#[test]
fn the_example_of_the_api_page_is_ordered_once_and_imported_without_a_change() {
    for core in cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::seed(&sandbox.base_url());
        let workdir = configuration.workdir(&core);
        workdir.run(&["validate"]).success();

        let output = workdir.plan();
        assert_says(
            &output,
            &[
                "Warning: This apply places a paid order",
                "Product ssl_plus for example.com, app.example.com, sub.example.com, valid for 2 \
                 years, organization 123456.",
            ],
        );
        let calls = sandbox.journal();
        let paths: Vec<_> = calls.iter().map(|entry| entry.path.as_str()).collect();
        let asked = [PRICE, "/order/certificate"];
        assert_eq!(paths, asked, "{}: price and orders", core.name);
        workdir.apply_saved();
        workdir.assert_empty_plan();

        assert_is_the_seed_order(&sandbox);
        let attributes = workdir.attributes(ORDER).unwrap();
        let order = &sandbox.orders()[0];
        assert_eq!(attributes["id"], order.id.to_string());
        assert_eq!(attributes["order_id"], order.id);
        assert_eq!(attributes["certificate_id"], order.certificate_id.unwrap());
        assert_eq!(attributes["status"], "issued");
        chain::assert_verified(&attributes, &sandbox);

        let elsewhere = configuration.workdir(&core);
        elsewhere.import(ORDER, &order.id.to_string());
        elsewhere.assert_empty_plan();
        let imported = elsewhere.attributes(ORDER).unwrap();
        for name in ["id", "certificate_id", "status", "certificate_pem"] {
            assert_eq!(imported[name], attributes[name], "{}: {name}", core.name);
        }

        let output = workdir.destroy();
        assert_says(&output, &["Destroy leaves the order open"]);
        assert_eq!(workdir.attributes(ORDER), None, "{}", core.name);
        assert_eq!(
            changing_calls(&sandbox),
            ["POST /order/certificate/ssl_plus"],
            "{}",
            core.name
        );
        assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
        assert_eq!(sandbox.summary().issued, 1, "{}", core.name);
    }
}

/// One order POST whose body is the page's example, but for the CSR, which is an ellipsis there,
/// and our token.
#[track_caller]
fn assert_is_the_seed_order(sandbox: &Sandbox) {
    let posts = order_posts(sandbox);
    let [post] = posts.as_slice() else {
        panic!("{} order POSTs instead of one", posts.len());
    };
    assert_eq!(post.path, "/order/certificate/ssl_plus");
    let mut sent = post.request.clone();
    let token = sent
        .as_object_mut()
        .unwrap()
        .remove("alternative_order_id")
        .unwrap();
    let token = token.as_str().unwrap();
    assert!(token.starts_with("tf-"), "{token}");
    assert_eq!(token.len(), 29, "{token}");
    assert!(
        sent["certificate"]["csr"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE REQUEST-----\n")
    );
    let mut expected: Value = serde_json::from_str(SEED).unwrap();
    expected["certificate"]["csr"] = sent["certificate"]["csr"].clone();
    assert_eq!(with_sorted_names(sent), with_sorted_names(expected));
}

#[test]
fn a_plan_needs_neither_key_nor_network() {
    for core in few_cores() {
        let configuration = Configuration::seed(&closed_port());
        let workdir = configuration.workdir_without_key(&core);

        let output = workdir.plan();

        assert_says(&output, &["Warning: This apply places a paid order"]);
    }
}

/// The base URL of a port that refuses connections.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    format!("http://{address}/services/v2")
}
