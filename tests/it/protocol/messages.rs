//! Messages that are large, or about things that the provider does not have.

use serde_json::json;
use terraform_host::{
    Provider,
    proto::tfplugin6::{plan_resource_change, provider_client::ProviderClient, read_resource},
};

use super::waiting::channel;
use crate::host::bed::{Bed, SHOP, order_with, plain_launch};

#[tokio::test]
async fn a_message_of_five_megabytes_passes_both_ways() {
    let mut bed = Bed::new();
    let comments = "c".repeat(5 * 1024 * 1024);
    let plan = bed
        .plan(&order_with(json!({ "comments": comments })))
        .await
        .expect_success();
    let planned = plan.change(SHOP).unwrap().after_json();
    assert_eq!(
        planned["comments"].as_str().map(str::len),
        Some(comments.len())
    );
}

#[tokio::test]
async fn two_thousand_names_are_planned() {
    let mut bed = Bed::new();
    let names: Vec<_> = (0..2000)
        .map(|number| format!("host{number}.example.com"))
        .collect();
    let plan = bed
        .plan(&order_with(json!({ "dns_names": names })))
        .await
        .expect_success();
    let planned = plan.change(SHOP).unwrap().after_json();
    assert_eq!(
        planned["domain_validations"].as_object().unwrap().len(),
        names.len() + 1
    );
}

#[tokio::test]
async fn a_resource_type_that_does_not_exist_is_named_in_an_error() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    let mut client = ProviderClient::new(channel(&provider).await);
    let type_name = "digicert_nothing".to_owned();
    let read = read_resource::Request {
        type_name: type_name.clone(),
        ..Default::default()
    };
    let read = client.read_resource(read).await.unwrap().into_inner();
    let plan = plan_resource_change::Request {
        type_name,
        ..Default::default()
    };
    let plan = client
        .plan_resource_change(plan)
        .await
        .unwrap()
        .into_inner();
    for diagnostics in [read.diagnostics, plan.diagnostics] {
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].severity, 1);
        let text = format!("{} {}", diagnostics[0].summary, diagnostics[0].detail);
        assert!(text.contains("digicert_nothing"), "{text}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_value_are_an_error_and_the_process_serves_on() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    let mut client = ProviderClient::new(channel(&provider).await);
    for bytes in [
        vec![0xc1],
        vec![0xdf, 0xff, 0xff, 0xff, 0xff],
        vec![0x93, 1, 2],
    ] {
        let state = terraform_host::proto::tfplugin6::DynamicValue {
            msgpack: bytes.clone(),
            json: Vec::new(),
        };
        let request = read_resource::Request {
            type_name: "digicert_ssl_order".to_owned(),
            current_state: Some(state),
            ..Default::default()
        };
        let answer = client.read_resource(request).await.unwrap().into_inner();
        assert_eq!(answer.diagnostics.len(), 1, "{bytes:?}");
        assert_eq!(answer.diagnostics[0].severity, 1, "{bytes:?}");
    }
    assert_eq!(provider.stop().await.unwrap(), "");
    assert!(!provider.close().await.unwrap().unwrap().killed);
}
