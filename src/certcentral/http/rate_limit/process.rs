//! One limit for each account in the process: CertCentral counts by API key, whoever made the client.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::RateLimit;
use crate::certcentral::http::config::ApiKey;

/// By host and API key. The key is kept as a hash, since this lives as long as the process; two keys with the same hash would share
/// a limit and wait a little longer.
static ACCOUNTS: LazyLock<Accounts> = LazyLock::new(Accounts::default);

#[derive(Debug, Default)]
struct Accounts {
    hasher: RandomState,
    limits: Mutex<BTreeMap<(String, u64), Arc<RateLimit>>>,
}

/// The limit that all clients of the process share who call this host with this key.
pub(crate) fn of_the_process(host: &str, key: &ApiKey) -> Arc<RateLimit> {
    ACCOUNTS.limit(host, key)
}

impl Accounts {
    fn limit(&self, host: &str, key: &ApiKey) -> Arc<RateLimit> {
        let account = (host.to_owned(), self.hasher.hash_one(key.expose()));
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.retain(|other, limit| {
            *other == account || Arc::strong_count(limit) > 1 || !limit.is_idle()
        });
        Arc::clone(limits.entry(account).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, advance};

    use super::super::{RateWindow, Urgency};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_host_and_a_key_share_a_limit_while_it_remembers_a_call() {
        let accounts = Accounts::default();
        let key = ApiKey::new("canary-a").unwrap();
        let other_key = ApiKey::new("canary-b").unwrap();
        let first = accounts.limit("a.example", &key);
        assert!(Arc::ptr_eq(&first, &accounts.limit("a.example", &key)));
        assert!(!Arc::ptr_eq(&first, &accounts.limit("b.example", &key)));
        assert!(!Arc::ptr_eq(
            &first,
            &accounts.limit("a.example", &other_key)
        ));
        assert!(!format!("{accounts:?}").contains("canary"));

        let now = Instant::now();
        let turn = first.turn(&RateWindow::DOCUMENTED, Urgency::Usual, now);
        drop(turn.await.unwrap());
        drop(first);
        let remembered = |accounts: &Accounts| {
            drop(accounts.limit("c.example", &key));
            let limits = accounts.limits.lock().unwrap();
            limits.keys().any(|(host, _)| host == "a.example")
        };
        assert!(
            remembered(&accounts),
            "no client is left, but its calls count"
        );
        advance(Duration::from_secs(180)).await;
        assert!(!remembered(&accounts), "nothing is left to remember");
    }
}
