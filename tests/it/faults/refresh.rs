//! A refresh that meets a fault says so and leaves the state as it was: what could not be seen is
//! not gone.

use super::rows::{
    add, assert_no_key, assert_one_order_and_an_empty_plan, bed_without_repeats, each, try_apply,
};
use crate::host::bed::{errors, order};

const INFO: &str = "GET /order/certificate/*";

#[tokio::test]
async fn an_answer_that_is_none_leaves_the_state_as_it_was() {
    let faults = [
        "before drop",
        "before reset",
        "before raw text=garbage",
        "before html status=200",
        "before html status=403",
        "before html status=404",
        "before html status=500",
        "before echo status=400",
        "before echo status=404",
        "before echo status=500",
        "before redirect status=301",
        "before redirect status=302",
        "before redirect status=303",
        "before redirect status=307",
        "before redirect status=308",
        "before huge bytes=9000000",
        "before huge bytes=200000000 gzip=true",
        "before answer {\"status\": 204, \"body\": \"\"}",
        "before answer {\"status\": 200, \"body\": \"[]\"}",
        "before answer {\"status\": 200, \"body\": \"null\"}",
        "after truncate bytes=0 framing=close",
        "after truncate bytes=300 framing=close",
        "after truncate bytes=300 framing=chunked",
        "after truncate bytes=300 framing=length",
        "after garble every=50",
        "after remove pointer=/status",
        "after remove pointer=/id",
        "after set pointer=/id value=0",
        "after set pointer=/id value=2147500999",
        "before answer {\"status\": 200, \"body\": \
         \"{\\\"errors\\\":[{\\\"code\\\":\\\"late\\\"}]}\"}",
        "after set pointer=/certificate value=7",
    ];
    each(faults, async |fault| {
        let mut bed = bed_without_repeats();
        let _applied = try_apply(&mut bed, &order(), fault).await;
        let before = bed.terraform.state().clone();
        add(&bed.sandbox, &fault_of(fault));
        let report = bed.terraform.refresh().await.unwrap();
        report.expect_valid();
        assert_eq!(errors(&report).len(), 1, "{fault}: {report:?}");
        assert_no_key(&bed, &report, fault);
        assert_eq!(bed.terraform.state(), &before, "{fault}");
        bed.sandbox.clear_rules();
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
    })
    .await;
}

fn fault_of(fault: &str) -> String {
    format!("{INFO} 1x* {fault}")
}

/// What was issued stays until something says that it ended.
#[tokio::test]
async fn an_answer_that_says_less_than_the_one_before_takes_nothing_from_state() {
    let faults = [
        "after remove pointer=/certificate/serial_number",
        "after set pointer=/certificate/serial_number value={}",
        "after remove pointer=/certificate/thumbprint",
        "after remove pointer=/certificate/valid_from",
        "after set pointer=/certificate/valid_till value=soon",
        "after set pointer=/certificate/id value=null",
        "after remove pointer=/order_valid_till",
        "after set pointer=/certificate \
         value={\"common_name\":\"shop.example.com\",\"dns_names\":[\"shop.example.com\"]}",
    ];
    each(faults, async |fault| {
        let mut bed = bed_without_repeats();
        let _applied = try_apply(&mut bed, &order(), fault).await;
        assert!(bed.order()["certificate_pem"].is_string(), "{fault}");
        let before = bed.order().clone();
        add(&bed.sandbox, &fault_of(fault));
        bed.terraform.refresh().await.unwrap().expect_success();
        for attribute in [
            "certificate_id",
            "serial_number",
            "thumbprint",
            "valid_from",
            "valid_till",
            "order_valid_till",
            "certificate_pem",
            "fullchain_pem",
            "certificate_chain",
        ] {
            assert_eq!(
                bed.order()[attribute],
                before[attribute],
                "{fault}: {attribute}"
            );
        }
        bed.sandbox.clear_rules();
        bed.terraform.refresh().await.unwrap().expect_success();
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
    })
    .await;
}

#[tokio::test]
async fn what_nobody_has_heard_of_is_recorded_and_plans_nothing() {
    let faults = [
        "after set pointer=/status value=unheard_of",
        "after set pointer=/product value={\"name_id\":\"ssl_basic\",\"type\":\"odd\"}",
        "after set pointer=/requests/0/status value=odd",
        "after set pointer=/dcv_method value=odd",
        "after set pointer=/certificate/signature_hash value=sha256-or-so",
        "after form form=unknown_fields",
        "after set pointer=/price value={}",
        "after set pointer=/container value=5",
        "after set pointer=/custom_fields value=\"\"",
        "after set pointer=/validity_years value=1.5",
        "after set pointer=/certificate/key_size value=[[]]",
        "after set pointer=/certificate/server_platform value=apache",
        "after set pointer=/requests value=[{\"id\":\"7f1d4c57-9c0e-4d9b-8a51-c0aa3f0a4c1e\"}]",
        "after set pointer=/organization_contact value=[1]",
        "after set pointer=/product value=true",
    ];
    each(faults, async |fault| {
        let mut bed = bed_without_repeats();
        let _applied = try_apply(&mut bed, &order(), fault).await;
        add(&bed.sandbox, &fault_of(fault));
        let report = bed.terraform.refresh().await.unwrap();
        report.expect_success();
        let plan = bed.plan(&order()).await;
        assert!(!plan.report.failed(), "{fault}: {:?}", plan.report);
        assert!(plan.is_empty(), "{fault}: {:?}", plan.changes);
        bed.sandbox.clear_rules();
        bed.terraform.refresh().await.unwrap().expect_success();
        assert_one_order_and_an_empty_plan(&mut bed, &order(), fault).await;
    })
    .await;
}
