//! Configuration over environment, conflicts, and every bad value.

use std::time::Duration;

use super::{Guards, Settings, check_values, resolve};
use crate::framework::{Attr, Diagnostic, Diagnostics};
use crate::provider::block::ProviderConfig;

fn resolved(
    config: &ProviderConfig,
    environment: &[(&str, &str)],
) -> Result<Settings, Vec<String>> {
    read(config, environment).map_err(|problems| {
        let at_path = |problem: &Diagnostic| {
            let path = problem.attribute.as_ref().map(ToString::to_string);
            format!("{}: {}", path.unwrap_or_default(), problem.summary)
        };
        problems.iter().map(at_path).collect()
    })
}

fn read(config: &ProviderConfig, environment: &[(&str, &str)]) -> Result<Settings, Diagnostics> {
    let variable = |name: &str| {
        let found = environment.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    resolve(config, "1.11.4", &variable)
}

fn host(config: &ProviderConfig, environment: &[(&str, &str)]) -> String {
    let settings = resolved(config, environment).unwrap();
    settings.base_url.known().unwrap().host()
}

#[test]
fn nothing_set_is_the_us_instance_without_a_key() {
    let settings = resolved(&ProviderConfig::default(), &[]).unwrap();
    assert_eq!(settings.api_key, Attr::Null);
    assert_eq!(
        settings.base_url.known().unwrap().host(),
        "www.digicert.com"
    );
    assert_eq!(settings.request_timeout, Duration::from_secs(30));
    assert_eq!(settings.terraform_version, "1.11.4");
}

#[test]
fn the_configuration_wins_over_the_environment() {
    let environment = [("DIGICERT_API_KEY", "env"), ("DIGICERT_REGION", "eu")];
    let empty = ProviderConfig::default();
    let settings = resolved(&empty, &environment).unwrap();
    assert_eq!(settings.api_key.known().unwrap().expose(), "env");
    assert_eq!(host(&empty, &environment), "certcentral.digicert.eu");
    let config = ProviderConfig {
        api_key: "file".into(),
        region: "us".into(),
        request_timeout: "45s".into(),
        ..ProviderConfig::default()
    };
    let settings = resolved(&config, &environment).unwrap();
    assert_eq!(settings.api_key.known().unwrap().expose(), "file");
    assert_eq!(settings.request_timeout, Duration::from_secs(45));
    assert_eq!(host(&config, &environment), "www.digicert.com");
    let url = [("DIGICERT_BASE_URL", "http://127.0.0.1:8086/services/v2")];
    assert_eq!(host(&empty, &url), "127.0.0.1:8086");
    assert_eq!(host(&empty, &[("DIGICERT_REGION", "")]), "www.digicert.com");
}

#[test]
fn unknown_values_stay_unknown_and_refuse_nothing() {
    let config = ProviderConfig {
        api_key: Attr::Unknown,
        region: Attr::Unknown,
        request_timeout: Attr::Unknown,
        ca_bundle_file: Attr::Unknown,
        proxy_url: Attr::Unknown,
        organization_id: Attr::Unknown,
        ..ProviderConfig::default()
    };
    let settings = resolved(&config, &[("DIGICERT_API_KEY", "env")]).unwrap();
    assert_eq!(settings.api_key, Attr::Unknown);
    assert!(settings.base_url.is_unknown());
    assert_eq!(settings.order_defaults.organization_id, Attr::Unknown);
}

#[test]
fn bad_values_are_refused_at_their_argument() {
    let none = ProviderConfig::default;
    for (config, expected) in [
        (
            ProviderConfig {
                region: "asia".into(),
                ..none()
            },
            "region: Invalid region",
        ),
        (
            ProviderConfig {
                base_url: "http://www.digicert.com/services/v2".into(),
                ..none()
            },
            "base_url: Invalid base URL",
        ),
        (
            ProviderConfig {
                base_url: "nonsense".into(),
                ..none()
            },
            "base_url: Invalid base URL",
        ),
        (
            ProviderConfig {
                organization_id: Attr::Known(0),
                ..none()
            },
            "organization_id: Invalid id",
        ),
        (
            ProviderConfig {
                container_id: Attr::Known(-1),
                ..none()
            },
            "container_id: Invalid id",
        ),
        (
            ProviderConfig {
                proxy_url: "nonsense".into(),
                ..none()
            },
            "proxy_url: Invalid proxy URL",
        ),
        (
            ProviderConfig {
                request_timeout: "soon".into(),
                ..none()
            },
            "request_timeout: Invalid duration",
        ),
        (
            ProviderConfig {
                request_timeout: "100ms".into(),
                ..none()
            },
            "request_timeout: Invalid duration",
        ),
        (
            ProviderConfig {
                request_timeout: "2h".into(),
                ..none()
            },
            "request_timeout: Invalid duration",
        ),
        (
            ProviderConfig {
                api_key: "a\nb".into(),
                ..none()
            },
            ": Invalid API key",
        ),
        (
            ProviderConfig {
                api_key: "".into(),
                ..none()
            },
            ": Invalid API key",
        ),
        (
            ProviderConfig {
                ca_bundle_file: "/no/such/file".into(),
                ..none()
            },
            "ca_bundle_file: CA bundle not usable",
        ),
    ] {
        assert_eq!(resolved(&config, &[]).unwrap_err(), [expected]);
    }
}

#[test]
fn two_ways_to_pick_the_host_conflict() {
    let both = ProviderConfig {
        region: "eu".into(),
        base_url: "https://www.digicert.com/services/v2".into(),
        ..ProviderConfig::default()
    };
    assert_eq!(
        resolved(&both, &[]).unwrap_err(),
        ["region: Conflicting arguments"]
    );
    let environment = [
        ("DIGICERT_REGION", "eu"),
        ("DIGICERT_BASE_URL", "https://www.digicert.com/services/v2"),
    ];
    assert_eq!(
        resolved(&ProviderConfig::default(), &environment).unwrap_err(),
        [": Conflicting environment variables"]
    );
}

#[test]
fn a_key_that_cannot_be_sent_is_not_quoted() {
    let config = ProviderConfig {
        api_key: "canary\nkey".into(),
        ..ProviderConfig::default()
    };
    let problems = resolve(&config, "1.11.4", &|_| None).unwrap_err();
    assert!(!format!("{problems:?}").contains("canary"), "{problems:?}");
}

/// Core quotes the line of the argument that a diagnostic points at, with the secret in it.
#[test]
fn what_is_wrong_with_a_secret_points_nowhere_and_shows_nothing() {
    let none = ProviderConfig::default;
    let key = |text: &str| ProviderConfig {
        api_key: text.into(),
        ..none()
    };
    let base_url = |text: &str| ProviderConfig {
        base_url: text.into(),
        ..none()
    };
    let proxy_url = |text: &str| ProviderConfig {
        proxy_url: text.into(),
        ..none()
    };
    for config in [
        key("canary key"),
        key("canary\tkey"),
        key("canary\u{e9}"),
        base_url("https://user:canary@example.com/services/v2"),
        base_url("https://canary@example.com/services/v2"),
        base_url("https://user:can/ary@example.com"),
        base_url("user:canary@example.com/services/v2"),
        base_url("https://example.com/services/v2?key=canary"),
        base_url("https://example.com/services/v2#canary"),
        proxy_url("socks5://user:canary@proxy.example.com:1080"),
        proxy_url("user:canary@proxy.example.com:port"),
        proxy_url("http://user:canary"),
        proxy_url("http://user:canary:3128"),
        proxy_url("http://user:canary@proxy.example.com:port"),
        proxy_url("ftp://proxy.example.com?password=canary"),
    ] {
        let of_both = [read(&config, &[]).unwrap_err(), check_values(&config)];
        for problem in of_both.iter().flat_map(Diagnostics::iter) {
            assert_eq!(problem.attribute, None, "{config:?}");
            assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
        }
    }
    let environment = [
        ("DIGICERT_API_KEY", "canary key"),
        ("DIGICERT_BASE_URL", "https://user:canary@example.com"),
    ];
    let problems = read(&none(), &environment).unwrap_err();
    assert_eq!(problems.iter().count(), 2);
    assert!(problems.iter().all(|problem| problem.attribute.is_none()));
    assert!(!format!("{problems:?}").contains("canary"), "{problems:?}");
}

#[test]
fn a_price_limit_is_an_amount_from_the_block_or_the_environment() {
    const VARIABLE: &str = "DIGICERT_MAX_ORDER_PRICE";
    let limit = |config: Attr<String>, environment: &[(&str, &str)]| {
        let config = ProviderConfig {
            max_order_price: config,
            ..ProviderConfig::default()
        };
        resolved(&config, environment).map(|settings| settings.max_order_price)
    };
    let amount = |text: &str| Ok(Attr::Known(text.parse().unwrap()));
    assert_eq!(limit(Attr::Null, &[]), Ok(Attr::Null));
    assert_eq!(limit(Attr::Null, &[(VARIABLE, "")]), Ok(Attr::Null));
    assert_eq!(limit(Attr::Null, &[(VARIABLE, "250")]), amount("250.00"));
    assert_eq!(
        limit("99.5".into(), &[(VARIABLE, "250")]),
        amount("99.50"),
        "the block wins"
    );
    assert_eq!(
        limit(Attr::Unknown, &[(VARIABLE, "250")]),
        Ok(Attr::Unknown)
    );
    for text in ["-1", "1e3", "250,00", "250 USD", "."] {
        let refused = Err(vec!["max_order_price: Invalid price limit".to_owned()]);
        assert_eq!(limit(text.into(), &[]), refused, "{text}");
        assert_eq!(limit(Attr::Null, &[(VARIABLE, text)]), refused, "{text}");
    }
    let refused = vec!["max_order_price: Invalid price limit".to_owned()];
    assert_eq!(limit("".into(), &[]), Err(refused));
}

#[test]
fn revocation_is_allowed_by_a_plain_yes_only() {
    let allowed = |configured: Attr<bool>, variable: &str| {
        let config = ProviderConfig {
            allow_revocation: configured,
            ..ProviderConfig::default()
        };
        let environment = [("DIGICERT_ALLOW_REVOCATION", variable)];
        resolved(&config, &environment).map(|settings| settings.guards.allow_revocation)
    };
    for (variable, expected) in [
        ("true", true),
        ("1", true),
        ("false", false),
        ("0", false),
        ("", false),
    ] {
        assert_eq!(allowed(Attr::Null, variable), Ok(expected), "{variable:?}");
    }
    assert_eq!(allowed(Attr::Known(false), "true"), Ok(false));
    assert_eq!(allowed(Attr::Known(true), "false"), Ok(true));
    assert_eq!(
        allowed(Attr::Unknown, "true"),
        Ok(false),
        "not known is no permission"
    );
    for variable in ["yes", "TRUE", "on", "2", " true"] {
        let environment =
            |name: &str| (name == "DIGICERT_ALLOW_REVOCATION").then(|| variable.to_owned());
        let problems = resolve(&ProviderConfig::default(), "1.11.4", &environment).unwrap_err();
        let problems: Vec<_> = problems.iter().collect();
        assert_eq!(problems.len(), 1, "{variable:?}");
        assert_eq!(problems[0].summary, "Invalid environment variable");
        assert!(
            problems[0].detail.contains("DIGICERT_ALLOW_REVOCATION"),
            "{}",
            problems[0].detail
        );
        assert!(
            problems[0].detail.contains(&format!("{variable:?}")),
            "{}",
            problems[0].detail
        );
    }
}

fn guards(config: &ProviderConfig, environment: &[(&str, &str)]) -> Result<Guards, Vec<String>> {
    read(config, environment)
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

fn details(environment: &[(&str, &str)]) -> String {
    let problems = read(&ProviderConfig::default(), environment).unwrap_err();
    let details: Vec<_> = problems.iter().map(|p| p.detail.clone()).collect();
    details.join("\n")
}

#[test]
fn arguments_win_over_variables_and_variables_over_defaults() {
    let none = ProviderConfig::default();
    let resolved = |environment: &[_], config: &_| {
        let settings = read(config, environment).unwrap();
        (settings.max_retries, settings.requests_per_second)
    };
    assert_eq!(resolved(&[], &none), (8, None));
    let environment = [
        ("DIGICERT_MAX_RETRIES", "0"),
        ("DIGICERT_REQUESTS_PER_SECOND", " 5 "),
    ];
    assert_eq!(resolved(&environment, &none), (0, Some(5)));
    let config = ProviderConfig {
        max_retries: Attr::Known(100),
        requests_per_second: Attr::Known(1),
        ..ProviderConfig::default()
    };
    assert_eq!(resolved(&environment, &config), (100, Some(1)));
    let unknown = ProviderConfig {
        max_retries: Attr::Unknown,
        requests_per_second: Attr::Unknown,
        ..ProviderConfig::default()
    };
    assert_eq!(resolved(&environment, &unknown), (8, None));
}

#[test]
fn numbers_out_of_range_are_refused_at_their_argument() {
    for (retries, rate, argument) in [
        (Attr::Known(-1), Attr::Null, "max_retries"),
        (Attr::Known(101), Attr::Null, "max_retries"),
        (Attr::Null, Attr::Known(0), "requests_per_second"),
        (Attr::Null, Attr::Known(101), "requests_per_second"),
    ] {
        let problems = check_values(&ProviderConfig {
            max_retries: retries,
            requests_per_second: rate,
            ..ProviderConfig::default()
        });
        let paths: Vec<_> = problems
            .iter()
            .map(|problem| problem.attribute.as_ref().unwrap().to_string())
            .collect();
        assert_eq!(paths, [argument]);
    }
}

#[test]
fn a_variable_that_is_no_such_number_is_refused_by_its_name() {
    for (name, value) in [
        ("DIGICERT_MAX_RETRIES", "many"),
        ("DIGICERT_MAX_RETRIES", "-1"),
        ("DIGICERT_REQUESTS_PER_SECOND", "0"),
        ("DIGICERT_REQUESTS_PER_SECOND", "2.5"),
    ] {
        let said = details(&[(name, value)]);
        let begins = format!("The environment variable {name} is {value:?}; it takes");
        assert!(said.starts_with(&begins), "{said}");
    }
    let both = [
        ("DIGICERT_MAX_RETRIES", "a"),
        ("DIGICERT_REQUESTS_PER_SECOND", "b"),
    ];
    assert_eq!(details(&both).lines().count(), 2);
}
