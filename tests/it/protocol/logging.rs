//! The log on stderr: as much as `TF_LOG_PROVIDER` asks for, in lines that Terraform reads, without
//! the key.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::host::bed::{Bed, launch, order};

const KEY: &str = "sandbox-secret-4711";

/// The log of a plan, an apply and a destroy.
async fn log(variables: &[(&str, &str)]) -> Vec<String> {
    let mut bed = Bed::new();
    let launch = variables.iter().fold(
        launch(&bed.sandbox).env("DIGICERT_API_KEY", KEY),
        |launch, (name, value)| launch.env(name, value),
    );
    bed.terraform.relaunch(launch);
    let _applied = bed.apply(&order()).await.expect_success();
    let _destroyed = bed.destroy().await.expect_success();
    bed.terraform.log_lines().map(str::to_owned).collect()
}

fn levels(log: &[String]) -> BTreeSet<String> {
    log.iter()
        .map(|line| {
            let line: Json =
                serde_json::from_str(line).unwrap_or_else(|_| panic!("not a log line: {line}"));
            assert!(
                line["@message"].is_string() && line["@timestamp"].is_string(),
                "{line}"
            );
            line["@level"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn nothing_is_logged_unless_asked_for() {
    assert_eq!(log(&[]).await, Vec::<String>::new());
    assert_eq!(
        log(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "OFF")]).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn each_level_shows_itself_and_what_is_worse() {
    assert_eq!(
        levels(&log(&[("TF_LOG_PROVIDER", "ERROR")]).await),
        BTreeSet::new()
    );
    assert_eq!(
        levels(&log(&[("TF_LOG_PROVIDER", "INFO")]).await),
        ["info".to_owned()].into()
    );
    let debug = levels(&log(&[("TF_LOG", "DEBUG")]).await);
    assert!(
        debug.contains("debug") && !debug.contains("trace"),
        "{debug:?}"
    );
    let trace = levels(&log(&[("TF_LOG_PROVIDER", "TRACE")]).await);
    assert!(trace.contains("trace"), "{trace:?}");
}

#[tokio::test]
async fn the_key_is_in_no_line_of_the_fullest_log() {
    let lines = log(&[("TF_LOG_PROVIDER", "TRACE")]).await;
    assert!(
        lines.iter().any(|line| line.contains("order placed")),
        "{lines:#?}"
    );
    assert!(!lines.iter().any(|line| line.contains(KEY)), "{lines:#?}");
}
