//! Price estimates of one provider configuration. Core plans every order twice and may hold
//! hundreds of the same kind: what was asked a moment ago, or is being asked, is not asked again.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::certcentral::{PriceEstimate, PriceQuery};

/// How long an answer stands for the next order of the same kind.
const STANDS_FOR: Duration = Duration::from_secs(5 * 60);

/// What came of asking for a price.
pub(crate) type Answer = Result<PriceEstimate, NoAnswer>;

/// CertCentral was asked and did not tell a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoAnswer {
    /// Why, in sentences.
    pub reason: String,
    /// Whether no answer came at all, so that asking for another order would end the same way.
    pub unreachable: bool,
}

/// For whom a price is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// A person who reads a plan, and does well without.
    Reader,
    /// A limit in a plan.
    PlannedLimit,
    /// A limit just before the order: a failure of a moment ago is no answer.
    OrderLimit,
}

/// The answers, by query.
#[derive(Debug, Default)]
pub(super) struct Estimates {
    asked: Mutex<BTreeMap<PriceQuery, Arc<OnceCell<Answered>>>>,
    /// Whether the last call found nobody.
    unreachable: AtomicBool,
}

#[derive(Clone, Debug)]
struct Answered {
    answer: Answer,
    at: Instant,
}

impl Estimates {
    /// The answer to `query`: a recent one, the one that is under way, or that of `ask`. None if it
    /// would be asked for a reader after CertCentral could not be reached: a review without network
    /// waits once, not for every order.
    pub(super) async fn get(
        &self,
        query: &PriceQuery,
        asker: Asker,
        ask: impl Future<Output = Answer>,
    ) -> Option<Answer> {
        let cell = self.cell(query, asker);
        if asker == Asker::Reader
            && cell.get().is_none()
            && self.unreachable.load(Ordering::Relaxed)
        {
            return None;
        }
        let asked = async {
            let answer = ask.await;
            let unreachable = matches!(&answer, Err(failure) if failure.unreachable);
            self.unreachable.store(unreachable, Ordering::Relaxed);
            Answered {
                answer,
                at: Instant::now(),
            }
        };
        Some(cell.get_or_init(|| asked).await.answer.clone())
    }

    /// Whether the last question found nobody.
    pub(super) fn found_nobody(&self) -> bool {
        self.unreachable.load(Ordering::Relaxed)
    }

    /// The newest answer to `query` that tells something.
    pub(super) fn known(&self, query: &PriceQuery) -> Option<PriceEstimate> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(query)?.get()?.answer.clone().ok()
    }

    fn cell(&self, query: &PriceQuery, asker: Asker) -> Arc<OnceCell<Answered>> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = asked.entry(query.clone()).or_default();
        if cell.get().is_some_and(|answered| !answered.stands(asker)) {
            *cell = Arc::default();
        }
        Arc::clone(cell)
    }
}

impl Answered {
    fn stands(&self, asker: Asker) -> bool {
        let is_price = matches!(&self.answer, Ok(estimate) if estimate.total().is_some());
        self.at.elapsed() < STANDS_FOR && (is_price || asker != Asker::OrderLimit)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use futures_util::future::join_all;
    use tokio::time::{advance, sleep};

    use super::{Answer, Asker, Estimates, NoAnswer, STANDS_FOR};
    use crate::certcentral::{PriceQuery, PricedNames, Validity};

    /// Estimates that count how often they were asked for.
    #[derive(Default)]
    struct Counted {
        estimates: Estimates,
        calls: AtomicUsize,
    }

    impl Counted {
        async fn get(&self, product: &str, asker: Asker, answer: Answer) -> Option<Answer> {
            let ask = async {
                self.calls.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(1)).await;
                answer
            };
            let query = PriceQuery {
                certificate: PricedNames {
                    dns_names: vec!["shop.example.com".to_owned()],
                },
                order_validity: Validity::Years(1),
                product_name_id: product.to_owned(),
                renewal_of_order_valid_till: None,
            };
            self.estimates.get(&query, asker, ask).await
        }

        fn calls(&self) -> usize {
            self.calls.load(Ordering::Relaxed)
        }
    }

    fn total(price: &str) -> Answer {
        Ok(serde_json::from_str(&format!(r#"{{"total_price": {price}}}"#)).unwrap())
    }

    fn failure(unreachable: bool) -> Answer {
        Err(NoAnswer {
            reason: "No.".to_owned(),
            unreachable,
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_equal_requests_are_one_call_and_others_are_their_own() {
        let prices = Counted::default();
        let equal = (0..1000).map(|_| prices.get("a", Asker::Reader, total("5")));
        for answer in join_all(equal).await {
            assert_eq!(answer, Some(total("5")));
        }
        assert_eq!(prices.calls(), 1);
        assert_eq!(
            prices.get("b", Asker::Reader, total("7")).await,
            Some(total("7"))
        );
        assert_eq!(prices.calls(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_price_stands_for_minutes_and_a_failure_not_for_an_order() {
        for (first, asker, calls) in [
            (total("5"), Asker::Reader, 1),
            (total("5"), Asker::PlannedLimit, 1),
            (total("5"), Asker::OrderLimit, 1),
            (total("0"), Asker::PlannedLimit, 1),
            (total("0"), Asker::OrderLimit, 2),
            (failure(false), Asker::Reader, 1),
            (failure(false), Asker::OrderLimit, 2),
            (failure(true), Asker::PlannedLimit, 1),
            (failure(true), Asker::OrderLimit, 2),
        ] {
            let prices = Counted::default();
            let _ = prices.get("a", Asker::PlannedLimit, first.clone()).await;
            let _ = prices.get("a", asker, total("6")).await;
            assert_eq!(prices.calls(), calls, "{first:?} {asker:?}");
        }
        let prices = Counted::default();
        let _ = prices.get("a", Asker::OrderLimit, total("5")).await;
        advance(STANDS_FOR).await;
        let again = prices.get("a", Asker::OrderLimit, total("6")).await;
        assert_eq!(again, Some(total("6")));
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_call_that_reached_nobody_only_limits_ask() {
        let prices = Counted::default();
        let _ = prices.get("a", Asker::Reader, failure(true)).await;
        assert_eq!(prices.get("b", Asker::Reader, total("5")).await, None);
        assert_eq!(prices.calls(), 1);
        let asked = prices.get("b", Asker::PlannedLimit, total("5")).await;
        assert_eq!(asked, Some(total("5")));
        let reachable = prices.get("c", Asker::Reader, total("7")).await;
        assert_eq!(reachable, Some(total("7")));
    }
}
