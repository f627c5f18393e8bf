//! Claims on tokens, and why no call can be made.

use certcentral_sandbox::{Sandbox, Settings};
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};

use super::Session;
use crate::framework::Attr;
use crate::provider::config::ProviderConfig;
use crate::provider::settings;
use crate::provider::ssl_order::samples;

fn session(config: &ProviderConfig) -> Session {
    let session = Session::default();
    session.configure(settings::resolve(config, "1.11.4", &|_| None).unwrap());
    session
}

#[test]
fn a_token_is_claimed_once_and_given_back_without_an_order() {
    let session = session(&ProviderConfig::default());
    let claim = session.claim("tf-a").expect("free");
    assert!(session.claim("tf-a").is_none());
    assert!(session.claim("tf-b").is_some());
    drop(claim);
    session.claim("tf-a").expect("given back").keep();
    assert!(session.claim("tf-a").is_none(), "it has an order");
}

#[test]
fn a_new_configuration_starts_without_claims() {
    let session = session(&ProviderConfig::default());
    session.claim("tf-a").expect("free").keep();
    session.configure(settings::resolve(&ProviderConfig::default(), "1.11.4", &|_| None).unwrap());
    assert!(session.claim("tf-a").is_some());
}

#[test]
fn a_call_without_key_or_address_says_which_argument_is_missing() {
    let problem = |config| session(&config).client().unwrap_err();
    assert_eq!(
        problem(ProviderConfig::default()).summary,
        "Missing API key"
    );
    let unknown_key = problem(ProviderConfig {
        api_key: Attr::Unknown,
        ..ProviderConfig::default()
    });
    assert_eq!(unknown_key.summary, "Provider argument not known yet");
    assert!(unknown_key.detail.contains("`api_key`"));
    let unknown_url = problem(ProviderConfig {
        api_key: "k".into(),
        base_url: Attr::Unknown,
        ..ProviderConfig::default()
    });
    assert!(unknown_url.detail.contains("`base_url`"));
    let early = Session::default().client().unwrap_err();
    assert_eq!(early.summary, "Unexpected provider behaviour");
}

#[tokio::test]
async fn today_is_the_day_of_certcentral_once_it_has_answered() {
    let sandbox = Sandbox::start(Settings {
        start_at: Some(datetime!(2031-05-06 23:59:59 UTC)),
        ..Settings::default()
    })
    .unwrap();
    let session = samples::session(&sandbox);
    let is_local = |day| {
        // Midnight may pass between two looks at the clock.
        let now = OffsetDateTime::now_utc().date();
        day == now || day + Duration::DAY == now
    };
    assert!(is_local(Session::default().today()), "not configured");
    assert!(is_local(session.today()), "no client");
    let client = session.client().unwrap();
    assert!(is_local(session.today()), "no answer");
    client.current_user().await.unwrap();
    assert_eq!(session.today(), date!(2031 - 05 - 06));
    sandbox.advance(std::time::Duration::from_secs(1));
    assert_eq!(session.today(), date!(2031 - 05 - 06), "nothing was asked");
    client.current_user().await.unwrap();
    assert_eq!(session.today(), date!(2031 - 05 - 07));
}
