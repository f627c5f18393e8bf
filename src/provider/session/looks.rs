//! What CertCentral was asked a moment ago and what holds for every order of this configuration:
//! its list of orders and its waiting requests. Core creates ten orders at once, and each would ask
//! the same.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::certcentral::{Error, ListedOrder, Request};

/// How long an answer stands for the next order.
const STANDS_FOR: Duration = Duration::from_secs(5 * 60);

/// The answers.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// None in it if the list could not be read.
    pub(super) orders: Shared<Option<Vec<ListedOrder>>>,
    pub(super) requests: Shared<Vec<Request>>,
}

/// An answer that several orders share. Whoever asks while it is on its way waits for it.
#[derive(Debug)]
pub(super) struct Shared<T>(Mutex<Option<Answered<T>>>);

#[derive(Debug)]
struct Answered<T> {
    answer: Arc<T>,
    asked: Instant,
    asked_at: OffsetDateTime,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Answered<T> {
    /// Whether the answer is recent enough, and was asked for after the last change that is known.
    fn stands(&self, changed: Option<OffsetDateTime>) -> bool {
        self.asked.elapsed() < STANDS_FOR && changed.is_none_or(|changed| changed < self.asked_at)
    }
}

impl<T> Shared<T> {
    /// Returns a recent answer, or that of `ask`. A failure is nobody else's answer.
    pub(super) async fn get(
        &self,
        changed: Option<OffsetDateTime>,
        ask: impl Future<Output = Result<T, Error>>,
    ) -> Result<Arc<T>, Error> {
        let mut newest = self.0.lock().await;
        if let Some(answered) = &*newest
            && answered.stands(changed)
        {
            return Ok(Arc::clone(&answered.answer));
        }
        let (asked, asked_at) = (Instant::now(), OffsetDateTime::now_utc());
        let answer = Arc::new(ask.await?);
        *newest = Some(Answered {
            answer: Arc::clone(&answer),
            asked,
            asked_at,
        });
        Ok(answer)
    }

    /// Returns the answer if it is at hand. Asks nobody.
    pub(super) async fn at_hand(&self, changed: Option<OffsetDateTime>) -> Option<Arc<T>> {
        let newest = self.0.lock().await;
        let answered = newest.as_ref()?;
        answered
            .stands(changed)
            .then(|| Arc::clone(&answered.answer))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::advance;

    use super::*;

    fn second(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_stands_for_minutes_and_not_beyond_a_change() {
        let shared = Shared::default();
        let asked = Cell::new(0);
        let get = async |changed| {
            let ask = async {
                asked.set(asked.get() + 1);
                Ok(asked.get())
            };
            *shared.get(changed, ask).await.unwrap()
        };
        assert_eq!(shared.at_hand(None).await, None);
        assert_eq!((get(None).await, get(None).await), (1, 1));
        advance(second(299)).await;
        assert_eq!(shared.at_hand(None).await.as_deref(), Some(&1));
        assert_eq!(get(None).await, 1);
        let changed = Some(OffsetDateTime::now_utc());
        assert_eq!(shared.at_hand(changed).await, None);
        assert_eq!((get(changed).await, get(changed).await), (2, 2));
        advance(second(300)).await;
        assert_eq!(shared.at_hand(None).await, None);
        assert_eq!(get(changed).await, 3);
    }

    #[tokio::test]
    async fn a_failure_is_nobody_elses_answer() {
        let shared = Shared::default();
        let failure = || Error::TooManyPages {
            path: String::new(),
            pages: 0,
        };
        let failed = shared.get(None, async { Err::<u8, _>(failure()) }).await;
        assert!(failed.is_err());
        let answered = shared.get(None, async { Ok(7) }).await;
        assert_eq!(*answered.unwrap(), 7);
    }
}
