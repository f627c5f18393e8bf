//! What an order would cost: asked for in the plan that buys it, and held against `max_order_price`
//! there and once more just before the order is placed.
//!
//! A price is an estimate. Without a limit nothing depends on it, so whatever keeps it away is
//! silent. With a limit an order passes only on a price that is known and within.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::messages::interrupted;
use super::shown_price::ShownPrice;
use crate::certcentral::{Amount, Client, Error, PriceEstimate, PriceQuery, PricedNames};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::order::api_error;
use crate::provider::session::{Answer, Asker, NoAnswer, Session};
use crate::provider::ssl_order::model::SslOrderModel;

/// How long a plan waits for an estimate, its turn and all attempts included. Nothing is lost by
/// not knowing.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of the price of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Estimate {
    /// CertCentral told it.
    Price(Price),
    /// CertCentral was asked and told none: why, in sentences.
    Undetermined(String),
    /// The names, the product or the validity become known only during apply.
    NotKnownYet,
    /// There is no API key, or no address, to ask with yet.
    NobodyToAsk,
}

/// A price before tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Price {
    /// Above zero.
    pub(crate) total: Amount,
    /// Such as `USD`.
    pub(crate) currency: Option<String>,
}

/// What comes of the price in a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PriceDecision {
    /// A sentence for the warning of the plan.
    pub(crate) words: Option<String>,
    /// Why the order must not be planned.
    pub(crate) problem: Option<Diagnostic>,
    /// The price that the words tell.
    pub(crate) shown: Option<ShownPrice>,
}

/// An order whose price counts. What nobody sets is null in it, as in its configuration; an unknown
/// value is one that becomes known during apply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Priced<'a> {
    /// The order.
    pub(crate) order: &'a SslOrderModel,
    /// The last day of the order that this one renews, if it renews one.
    pub(crate) renewed_until: Option<&'a str>,
    /// The price that the reviewed plan showed, which binds.
    pub(crate) reviewed: Option<&'a ShownPrice>,
}

/// What the plan of a new order says about its price, and whether the price stops it. One call at
/// most.
pub(crate) async fn announce(session: &Session, priced: Priced<'_>) -> PriceDecision {
    let estimate = estimate(session, priced).await;
    let mut decision = judge(&estimate, &session.max_order_price());
    if decision.problem.is_some() {
        return decision;
    }
    if let Some(problem) = priced.reviewed.and_then(|it| it.refused_in_plan(&estimate)) {
        decision.words = None;
        decision.problem = Some(problem);
        return decision;
    }
    if let (Estimate::Price(price), Some(query)) = (estimate, priced.query()) {
        decision.shown = Some(ShownPrice { query, price });
    }
    decision
}

/// The price of a planned order.
async fn estimate(session: &Session, priced: Priced<'_>) -> Estimate {
    let asker = if session.max_order_price().is_null() {
        Asker::Reader
    } else {
        Asker::PlannedLimit
    };
    let Some(query) = priced.query() else {
        return Estimate::NotKnownYet;
    };
    let Ok(client) = session.client() else {
        return Estimate::NobodyToAsk;
    };
    let client = client.within(Instant::now() + PATIENCE, &CancellationToken::new());
    let client = match asker {
        Asker::Reader => client.without_repeats(),
        Asker::PlannedLimit | Asker::OrderLimit => client,
    };
    ask(session, &query, asker, &client).await
}

/// Holds an order that is about to be placed against the limit and the reviewed price. Calls
/// nothing without either. `client` has the time of the create.
pub(crate) async fn check(
    session: &Session,
    priced: Priced<'_>,
    client: &Client,
    stop: &CancellationToken,
) -> Result<(), Diagnostic> {
    let limit = session.max_order_price();
    if limit.is_null() && priced.reviewed.is_none() {
        return Ok(());
    }
    let estimate = match priced.query() {
        None => Estimate::NotKnownYet,
        Some(query) => last_estimate(session, &query, client, stop).await?,
    };
    let by_review = || priced.reviewed.and_then(|it| it.refused(&estimate));
    refusal(&estimate, &limit)
        .or_else(by_review)
        .map_or(Ok(()), Err)
}

/// The price just before something final is done for an order.
pub(super) async fn last_estimate(
    session: &Session,
    query: &PriceQuery,
    client: &Client,
    stop: &CancellationToken,
) -> Result<Estimate, Diagnostic> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(interrupted()),
        estimate = ask(session, query, Asker::OrderLimit, client) => Ok(estimate),
    }
}

/// The price of an order as far as somebody has asked for it, such as `250.00 USD`. Calls nothing.
pub(crate) fn known(session: &Session, priced: Priced<'_>) -> Option<String> {
    match read(session.known_price(&priced.query()?)?) {
        Estimate::Price(price) => Some(price.to_string()),
        _ => None,
    }
}

async fn ask(session: &Session, query: &PriceQuery, asker: Asker, client: &Client) -> Estimate {
    let answer = async {
        match asker {
            Asker::OrderLimit => reported(client.order_price(query).await),
            Asker::Reader | Asker::PlannedLimit => in_time(client, query).await,
        }
    };
    match session.price(query, asker, answer).await {
        Some(Ok(estimate)) => read(estimate),
        Some(Err(failure)) => Estimate::Undetermined(failure.reason),
        None => Estimate::Undetermined("CertCentral could not be reached.".to_owned()),
    }
}

/// The answer to a plan, which waits for its [`PATIENCE`] and no longer.
async fn in_time(client: &Client, query: &PriceQuery) -> Answer {
    match timeout(PATIENCE, client.order_price(query)).await {
        Ok(result) => reported(result),
        Err(_) => Err(NoAnswer {
            unreachable: true,
            reason: format!(
                "CertCentral did not estimate the price within {} seconds.",
                PATIENCE.as_secs()
            ),
        }),
    }
}

fn reported(result: Result<PriceEstimate, Error>) -> Answer {
    result.map_err(|error| NoAnswer {
        unreachable: matches!(
            error.last_attempt(),
            Error::Transport { .. } | Error::Proxy { .. } | Error::NotSent { .. }
        ),
        reason: api_error::diagnostic(&error, "estimating the price").detail,
    })
}

fn read(estimate: PriceEstimate) -> Estimate {
    match estimate.total() {
        Some(total) => Estimate::Price(Price {
            total,
            currency: estimate.currency,
        }),
        None => Estimate::Undetermined(match estimate.total_price {
            Some(text) if text.parse::<Amount>().is_ok() => {
                format!(
                    "CertCentral answered with a price of {text}, by which it says that it cannot \
                     estimate this order."
                )
            }
            Some(text) => format!("CertCentral answered with {text:?}, which is not a price."),
            None => "CertCentral answered without a price.".to_owned(),
        }),
    }
}

impl Priced<'_> {
    /// None while something that the price depends on is unknown.
    fn query(&self) -> Option<PriceQuery> {
        let order = self.order;
        if !order.names_are_known() || order.order_validity.is_unknown() {
            return None;
        }
        Some(PriceQuery {
            certificate: PricedNames {
                dns_names: order.canonical_names().into_iter().collect(),
            },
            order_validity: order.term().planned()?,
            product_name_id: order.product_name_id.as_str()?.to_owned(),
            renewal_of_order_valid_till: self.renewed_until.map(str::to_owned),
        })
    }
}

/// Judges a planned order. What the plan cannot know yet does not stop it: [`refusal`] does, when
/// the order is placed.
fn judge(estimate: &Estimate, limit: &Attr<Amount>) -> PriceDecision {
    let problem = match (estimate, limit) {
        (Estimate::Price(_) | Estimate::Undetermined(_), Attr::Known(_)) => {
            refusal(estimate, limit)
        }
        _ => None,
    };
    let sentences: Vec<_> = [price_sentence(estimate), limit_sentence(estimate, limit)]
        .into_iter()
        .flatten()
        .collect();
    let words = (problem.is_none() && !sentences.is_empty()).then(|| sentences.join(" "));
    PriceDecision {
        words,
        problem,
        shown: None,
    }
}

/// Why an order must not be placed now. With a limit only a known price passes.
fn refusal(estimate: &Estimate, limit: &Attr<Amount>) -> Option<Diagnostic> {
    let limit = match limit {
        Attr::Null => return None,
        Attr::Unknown => return Some(unknown_limit()),
        Attr::Known(limit) => limit,
    };
    let reason = match estimate {
        Estimate::Price(price) => {
            return (price.total > *limit).then(|| too_dear(price, limit));
        }
        Estimate::Undetermined(reason) => reason.as_str(),
        Estimate::NotKnownYet => {
            "The product, the names or the validity of the order are not known."
        }
        Estimate::NobodyToAsk => "There is no API key or no address to ask CertCentral with.",
    };
    Some(undetermined(reason, limit))
}

fn price_sentence(estimate: &Estimate) -> Option<String> {
    let Estimate::Price(price) = estimate else {
        return None;
    };
    Some(format!(
        "CertCentral estimates its price at {price} before tax."
    ))
}

fn limit_sentence(estimate: &Estimate, limit: &Attr<Amount>) -> Option<String> {
    let checked_later = "is checked before the order is placed, because";
    match (limit, estimate) {
        (Attr::Null, _) => None,
        (Attr::Unknown, _) => Some(format!(
            "`max_order_price` {checked_later} it becomes known only during apply."
        )),
        (Attr::Known(limit), Estimate::NotKnownYet) => Some(format!(
            "`max_order_price`, {limit}, {checked_later} the product, the names or the validity \
             become known only during apply."
        )),
        (Attr::Known(limit), Estimate::NobodyToAsk) => Some(format!(
            "`max_order_price`, {limit}, {checked_later} the plan has no API key, or no address, \
             to ask CertCentral for the price with."
        )),
        (Attr::Known(limit), Estimate::Price(price)) => Some(format!(
            "That is within `max_order_price`, {}.",
            with_currency(limit, price)
        )),
        (Attr::Known(_), Estimate::Undetermined(_)) => None,
    }
}

fn too_dear(price: &Price, limit: &Amount) -> Diagnostic {
    Diagnostic::error(
        "Order exceeds the price limit",
        format!(
            "CertCentral estimates the price of this order at {price} before tax, and \
             `max_order_price` allows {}. Nothing was ordered. Choose another product, fewer names \
             or a shorter validity, or raise `max_order_price` in the provider block (or \
             DIGICERT_MAX_ORDER_PRICE) if the price is right.",
            with_currency(limit, price),
        ),
    )
    .at(AttributePath::of("product_name_id"))
}

fn undetermined(reason: &str, limit: &Amount) -> Diagnostic {
    Diagnostic::error(
        "Price of the order not known",
        format!(
            "The price could not be determined, and with `max_order_price`, {limit}, no order is \
             placed at an unknown price. Nothing was ordered.\n\n{reason}\n\nRun the command \
             again. If CertCentral tells no price for this order, order without a limit: remove \
             `max_order_price` from the provider block, or unset DIGICERT_MAX_ORDER_PRICE, for \
             this apply."
        ),
    )
    .at(AttributePath::of("product_name_id"))
}

fn unknown_limit() -> Diagnostic {
    Diagnostic::error(
        "Price limit not known",
        "`max_order_price` of the provider block is set from a value that is still unknown, so the \
         price cannot be checked. Nothing was ordered. Apply the resources that the value comes \
         from first, or write the amount into the provider block.",
    )
    .at(AttributePath::of("product_name_id"))
}

fn with_currency(amount: &Amount, price: &Price) -> String {
    match &price.currency {
        Some(currency) => format!("{amount} {currency}"),
        None => amount.to_string(),
    }
}

impl fmt::Display for Price {
    /// Such as `250.00 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_currency(&self.total, self))
    }
}

#[cfg(test)]
mod tests {
    use certcentral_sandbox::{At, Fault, Sandbox, Settings};
    use tokio_util::sync::CancellationToken;

    use super::{
        Estimate, Price, PriceDecision, Priced, announce, check, estimate, judge, refusal,
    };
    use crate::certcentral::{Amount, PriceQuery, Validity};
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

    fn priced<'a>(order: &'a SslOrderModel, renewed_until: Option<&'a str>) -> Priced<'a> {
        Priced {
            order,
            renewed_until,
            reviewed: None,
        }
    }

    fn query(order: &SslOrderModel, renewed_until: Option<&str>) -> Option<PriceQuery> {
        priced(order, renewed_until).query()
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
                    "CertCentral estimates its price at 879.00 USD before tax. That is within \
                     `max_order_price`, 1000.00 USD.",
                ),
            ),
            (
                price("879"),
                Attr::Unknown,
                Some(
                    "CertCentral estimates its price at 879.00 USD before tax. `max_order_price` \
                     is checked before the order is placed, because it becomes known only during \
                     apply.",
                ),
            ),
            (
                Estimate::NobodyToAsk,
                limit("1000"),
                Some(
                    "`max_order_price`, 1000.00, is checked before the order is placed, because \
                     the plan has no API key, or no address, to ask CertCentral for the price \
                     with.",
                ),
            ),
            (
                Estimate::NotKnownYet,
                limit("1000"),
                Some(
                    "`max_order_price`, 1000.00, is checked before the order is placed, because \
                     the product, the names or the validity become known only during apply.",
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
        let verdict = announce(&session, priced(&order(), None)).await;
        assert_eq!(
            verdict.words.as_deref(),
            Some(
                "CertCentral estimates its price at 804.00 USD before tax. That is within \
                 `max_order_price`, 804.00 USD."
            )
        );
        let stop = CancellationToken::new();
        assert_eq!(
            check(
                &session,
                priced(&order(), None),
                &session.client().unwrap(),
                &stop
            )
            .await,
            Ok(())
        );
        assert_eq!(sandbox.journal().len(), 1);
        let of_a_renewal = estimate(&session, priced(&order(), Some("2027-06-20"))).await;
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
        let checked = check(&unlimited, priced(&order(), None), &client, &stop).await;
        assert_eq!(checked, Ok(()));
        assert_eq!(sandbox.journal(), []);
    }

    #[tokio::test]
    async fn a_stop_ends_the_check_of_the_limit() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let stop = CancellationToken::new();
        stop.cancel();
        let session = session(&sandbox, Some("1000"));
        let refused = check(
            &session,
            priced(&order(), None),
            &session.client().unwrap(),
            &stop,
        )
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
                "CertCentral answered with a price of 0, by which it says that it cannot estimate \
                 this order.",
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
            let found = estimate(&session(&sandbox, None), priced(&order(), None)).await;
            assert_eq!(found, Estimate::Undetermined(reason.to_owned()));
        }
    }
}
