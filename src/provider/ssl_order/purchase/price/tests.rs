//! Prices against limits, what is asked for, and who is asked how often.

use certcentral_sandbox::{At, Fault, Sandbox, Settings};
use tokio_util::sync::CancellationToken;

use super::{Estimate, Price, PriceDecision, announce, check, estimate, judge, query, refusal};
use crate::certcentral::{Amount, Validity};
use crate::framework::Attr;
use crate::provider::block::ProviderConfig;
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::samples::{names, order, session_of};

fn session(sandbox: &Sandbox, limit: Option<&str>) -> Session {
    let config = ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        max_order_price: limit.map(str::to_owned).into(),
        ..ProviderConfig::default()
    };
    session_of(&config)
}

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn price(total: &str) -> Estimate {
    Estimate::Price(Price {
        total: amount(total),
        currency: Some("USD".to_owned()),
    })
}

fn limit(text: &str) -> Attr<Amount> {
    Attr::Known(amount(text))
}

fn summary(verdict: &PriceDecision) -> Option<&str> {
    verdict.problem.as_ref().map(|d| d.summary.as_str())
}

fn no_price() -> Estimate {
    Estimate::Undetermined("No.".to_owned())
}

#[test]
fn a_plan_passes_up_to_the_limit_and_never_at_an_unknown_price() {
    const DEAR: Option<&str> = Some("Order exceeds the price limit");
    const UNKNOWN: Option<&str> = Some("Price of the order not known");
    for (estimate, limit, expected) in [
        (price("879"), Attr::Null, None),
        (price("879"), Attr::Unknown, None),
        (price("879"), limit("879"), None),
        (price("879.0"), limit("0879.00"), None),
        (price("879"), limit("878.99"), DEAR),
        (price("879.001"), limit("879"), DEAR),
        (price("0.01"), limit("0"), DEAR),
        (no_price(), Attr::Null, None),
        (no_price(), Attr::Unknown, None),
        (no_price(), limit("100000"), UNKNOWN),
        (Estimate::NobodyToAsk, limit("1"), None),
        (Estimate::NotKnownYet, limit("1"), None),
    ] {
        let verdict = judge(&estimate, &limit);
        assert_eq!(summary(&verdict), expected, "{estimate:?} {limit:?}");
        if expected.is_some() {
            assert_eq!(verdict.words, None);
        }
    }
}

#[test]
fn an_order_passes_only_at_a_known_price_within_a_known_limit() {
    for (estimate, limit, passes) in [
        (price("879"), Attr::Null, true),
        (no_price(), Attr::Null, true),
        (price("879"), limit("879"), true),
        (price("879"), limit("878.99"), false),
        (price("879"), Attr::Unknown, false),
        (no_price(), limit("100000"), false),
        (Estimate::NobodyToAsk, limit("100000"), false),
        (Estimate::NotKnownYet, limit("100000"), false),
    ] {
        let refused = refusal(&estimate, &limit);
        assert_eq!(refused.is_none(), passes, "{estimate:?} {limit:?}");
        if let Some(problem) = refused {
            let path = problem.attribute.unwrap().to_string();
            assert_eq!(path, "product_name_id");
        }
    }
}

#[test]
fn a_plan_tells_the_price_and_when_the_limit_is_checked() {
    for (estimate, limit, words) in [
        (
            price("879"),
            Attr::Null,
            Some("CertCentral estimates its price at 879.00 USD before tax."),
        ),
        (
            price("879"),
            limit("1000"),
            Some(
                "CertCentral estimates its price at 879.00 USD before tax. That is within `max_order_price`, 1000.00 USD.",
            ),
        ),
        (
            price("879"),
            Attr::Unknown,
            Some(
                "CertCentral estimates its price at 879.00 USD before tax. `max_order_price` is checked before the order is placed, because it \
                 becomes known only during apply.",
            ),
        ),
        (
            Estimate::NobodyToAsk,
            limit("1000"),
            Some(
                "`max_order_price`, 1000.00, is checked before the order is placed, because the plan has no API key, or no address, to ask \
                 CertCentral for the price with.",
            ),
        ),
        (
            Estimate::NotKnownYet,
            limit("1000"),
            Some(
                "`max_order_price`, 1000.00, is checked before the order is placed, because the product, the names or the validity become known \
                 only during apply.",
            ),
        ),
        (Estimate::NobodyToAsk, Attr::Null, None),
        (Estimate::NotKnownYet, Attr::Null, None),
        (no_price(), Attr::Null, None),
    ] {
        assert_eq!(judge(&estimate, &limit).words.as_deref(), words);
    }
}

#[test]
fn a_refusal_names_both_amounts_the_reason_and_the_way_out() {
    let dear = judge(&price("879"), &limit("250")).problem.unwrap();
    for part in ["879.00 USD", "250.00 USD", "raise `max_order_price`"] {
        assert!(dear.detail.contains(part), "{}", dear.detail);
    }
    let unknown = judge(&no_price(), &limit("250")).problem.unwrap();
    for part in ["250.00", "\n\nNo.\n\n", "remove `max_order_price`"] {
        assert!(unknown.detail.contains(part), "{}", unknown.detail);
    }
}

#[test]
fn a_price_is_asked_for_the_names_and_the_validity_that_count() {
    let mut asked = order();
    asked.dns_names = names(&["WWW.example.com.", "shop.example.com"]);
    let found = query(&asked, Some("2027-06-20")).unwrap();
    assert_eq!(found.product_name_id, "ssl_plus");
    let expected = ["shop.example.com", "www.example.com"];
    assert_eq!(found.certificate.dns_names, expected);
    assert_eq!(found.order_validity, Validity::Years(1));
    assert_eq!(
        found.renewal_of_order_valid_till.as_deref(),
        Some("2027-06-20")
    );

    asked.order_validity = Attr::Null;
    asked.validity_years = Attr::Known(2);
    let validity = |order: &SslOrderModel| query(order, None).map(|query| query.order_validity);
    assert_eq!(validity(&asked), Some(Validity::Years(2)));
    asked.validity_days = Attr::Known(90);
    assert_eq!(validity(&asked), Some(Validity::Days(90)));
    asked.custom_expiration_date = "2027-03-01".into();
    let date = Validity::CustomExpirationDate("2027-03-01".to_owned());
    assert_eq!(validity(&asked), Some(date));
}

#[test]
fn nothing_is_asked_while_something_that_counts_is_unknown() {
    let edits: [fn(&mut SslOrderModel); 5] = [
        |o| o.product_name_id = Attr::Unknown,
        |o| o.common_name = Attr::Unknown,
        |o| o.dns_names = Attr::Unknown,
        |o| o.order_validity = Attr::Unknown,
        |o| {
            o.order_validity = Attr::Null;
            o.validity_years = Attr::Known(1);
            o.custom_expiration_date = Attr::Unknown;
        },
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let mut asked = order();
        edit(&mut asked);
        assert_eq!(query(&asked, None), None, "{number}");
    }
}

#[tokio::test]
async fn the_price_in_the_plan_serves_the_order_too() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let session = session(&sandbox, Some("804"));
    let verdict = announce(&session, &order(), None).await;
    assert_eq!(
        verdict.words.as_deref(),
        Some(
            "CertCentral estimates its price at 804.00 USD before tax. That is within `max_order_price`, 804.00 USD."
        )
    );
    let stop = CancellationToken::new();
    assert_eq!(
        check(&session, &order(), None, &session.client().unwrap(), &stop).await,
        Ok(())
    );
    assert_eq!(sandbox.journal().len(), 1);
    let of_a_renewal = estimate(&session, &order(), Some("2027-06-20")).await;
    assert_eq!(of_a_renewal, price("804"));
    let journal = sandbox.journal();
    assert_eq!(journal.len(), 2, "another request");
    assert_eq!(
        journal[1].request["renewal_of_order_valid_till"],
        "2027-06-20"
    );
}

#[tokio::test]
async fn an_order_without_a_limit_asks_for_no_price() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let stop = CancellationToken::new();
    let unlimited = session(&sandbox, None);
    let client = unlimited.client().unwrap();
    let checked = check(&unlimited, &order(), None, &client, &stop).await;
    assert_eq!(checked, Ok(()));
    assert_eq!(sandbox.journal(), []);
}

#[tokio::test]
async fn a_stop_ends_the_check_of_the_limit() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    let session = session(&sandbox, Some("1000"));
    let refused = check(&session, &order(), None, &session.client().unwrap(), &stop)
        .await
        .unwrap_err();
    assert_eq!(refused.summary, "Interrupted before ordering");
    assert_eq!(sandbox.journal(), []);
}

#[tokio::test]
async fn an_answer_that_is_no_price_is_told_as_it_came() {
    for (body, reason) in [
        (
            r#"{"total_price": 0, "currency": "USD"}"#,
            "CertCentral answered with a price of 0, by which it says that it cannot estimate this order.",
        ),
        (
            r#"{"total_price": -5}"#,
            "CertCentral answered with \"-5\", which is not a price.",
        ),
        (
            r#"{"total_price": "1,250.00"}"#,
            "CertCentral answered with \"1,250.00\", which is not a price.",
        ),
        ("{}", "CertCentral answered without a price."),
    ] {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let route = "POST /finance/order-pricing".parse().unwrap();
        let fault = Fault::Answer {
            status: 200,
            body: body.to_owned(),
            content_type: "application/json".to_owned(),
        };
        sandbox.fault(route, 1, At::Before, fault);
        let found = estimate(&session(&sandbox, None), &order(), None).await;
        assert_eq!(found, Estimate::Undetermined(reason.to_owned()));
    }
}
