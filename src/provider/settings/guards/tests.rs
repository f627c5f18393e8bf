//! Every way to set a guard, and what a value that cannot be read does.

use super::super::resolve;
use super::*;

fn guards(config: &ProviderConfig, environment: &[(&str, &str)]) -> Result<Guards, Vec<String>> {
    let variable = |name: &str| {
        let found = environment.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    resolve(config, "1.11.4", &variable)
        .map(|settings| settings.guards)
        .map_err(|problems| problems.iter().map(|one| one.summary.clone()).collect())
}

#[test]
fn nothing_set_is_fifty_orders_and_neither_a_switch_nor_a_log() {
    let guards = guards(&ProviderConfig::default(), &[]).unwrap();
    assert!(!guards.allow_revocation);
    assert_eq!(guards.read_only, Attr::Known(false));
    assert_eq!(guards.max_orders, Attr::Known(50));
    assert!(matches!(guards.audit_log, Attr::Null));
    assert!(!guards.forbid_changes());
}

#[test]
fn the_block_wins_over_the_environment() {
    let environment = [
        ("DIGICERT_READ_ONLY", "true"),
        ("DIGICERT_MAX_ORDERS", "7"),
        ("DIGICERT_AUDIT_LOG", "there.jsonl"),
    ];
    let of_the_environment = guards(&ProviderConfig::default(), &environment).unwrap();
    assert_eq!(of_the_environment.read_only, Attr::Known(true));
    assert_eq!(of_the_environment.max_orders, Attr::Known(7));
    assert!(matches!(of_the_environment.audit_log, Attr::Known(_)));
    assert!(of_the_environment.forbid_changes());
    let block = ProviderConfig {
        read_only: Attr::Known(false),
        max_orders_per_apply: Attr::Known(0),
        audit_log_path: "here.jsonl".into(),
        ..ProviderConfig::default()
    };
    let of_the_block = guards(&block, &environment).unwrap();
    assert_eq!(of_the_block.read_only, Attr::Known(false));
    assert_eq!(of_the_block.max_orders, Attr::Known(0));
    let log = format!("{:?}", of_the_block.audit_log);
    assert!(log.contains("here.jsonl"), "{log}");
    assert!(!of_the_block.forbid_changes());
}

#[test]
fn a_guard_that_is_not_known_yet_guards() {
    for config in [
        ProviderConfig {
            read_only: Attr::Unknown,
            ..ProviderConfig::default()
        },
        ProviderConfig {
            max_orders_per_apply: Attr::Unknown,
            ..ProviderConfig::default()
        },
        ProviderConfig {
            audit_log_path: Attr::Unknown,
            ..ProviderConfig::default()
        },
    ] {
        assert!(guards(&config, &[]).unwrap().forbid_changes(), "{config:?}");
    }
}

#[test]
fn a_guard_that_cannot_be_read_stops_everything() {
    let refused =
        |environment: (&str, &str)| guards(&ProviderConfig::default(), &[environment]).unwrap_err();
    for value in ["yes", "TRUE", "on"] {
        let summaries = refused(("DIGICERT_READ_ONLY", value));
        assert_eq!(summaries, ["Invalid environment variable"], "{value}");
    }
    for value in ["-1", "fifty", "1.5", "4294967296", " 5"] {
        let summaries = refused(("DIGICERT_MAX_ORDERS", value));
        assert_eq!(summaries, ["Invalid order limit"], "{value}");
    }
    for number in [-1, 4_294_967_296] {
        let config = ProviderConfig {
            max_orders_per_apply: Attr::Known(number),
            ..ProviderConfig::default()
        };
        assert_eq!(guards(&config, &[]).unwrap_err(), ["Invalid order limit"]);
    }
    let config = ProviderConfig {
        audit_log_path: "".into(),
        ..ProviderConfig::default()
    };
    assert_eq!(guards(&config, &[]).unwrap_err(), ["Invalid path"]);
}
