//! Chains that may be read again, by the intermediates that states hold: all certificates below the
//! same intermediates share one call.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use time::Date;
use tokio::sync::OnceCell;

use crate::pki::Chain;

/// What one configuration knows of each different chain.
#[derive(Debug, Default)]
pub(super) struct Chains(Mutex<BTreeMap<String, Arc<Held>>>);

/// A chain that states hold.
#[derive(Debug, Default)]
struct Held {
    /// The day on which some object read it, the earliest of all.
    read_on: Mutex<Option<Date>>,
    /// What CertCentral has in its place now; none in it if that could not be read.
    now: OnceCell<Option<Chain>>,
}

impl Chains {
    /// Notes that an object holds these intermediates and read them on this day.
    pub(super) fn hold(&self, intermediates: &str, read_on: Date) {
        let held = self.held(intermediates);
        let mut earliest = held.read_on.lock().unwrap_or_else(PoisonError::into_inner);
        *earliest = Some(earliest.map_or(read_on, |earliest| earliest.min(read_on)));
    }

    /// Returns the earliest day on which an object that holds these intermediates read them.
    pub(super) fn read_on(&self, intermediates: &str) -> Option<Date> {
        let held = self.held(intermediates);
        let earliest = held.read_on.lock();
        *earliest.unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what CertCentral has in the place of these intermediates, by `ask` unless it was
    /// asked already, in vain or not.
    pub(super) async fn now(
        &self,
        intermediates: &str,
        ask: impl Future<Output = Option<Chain>>,
    ) -> Option<Chain> {
        let held = self.held(intermediates);
        held.now.get_or_init(|| ask).await.clone()
    }

    fn held(&self, intermediates: &str) -> Arc<Held> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(intermediates.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use time::macros::date;

    use super::Chains;

    #[tokio::test]
    async fn each_different_chain_is_asked_for_once_even_in_vain() {
        let chains = Chains::default();
        let asked = Cell::new(0);
        for intermediates in ["one", "one", "another", "one"] {
            let ask = async {
                asked.set(asked.get() + 1);
                None
            };
            assert_eq!(chains.now(intermediates, ask).await, None);
        }
        assert_eq!(asked.get(), 2);
    }

    #[test]
    fn the_earliest_day_of_all_who_hold_it_counts() {
        let chains = Chains::default();
        assert_eq!(chains.read_on("one"), None);
        for day in [
            date!(2026 - 08 - 03),
            date!(2026 - 08 - 01),
            date!(2026 - 08 - 07),
        ] {
            chains.hold("one", day);
        }
        chains.hold("another", date!(2025 - 01 - 01));
        assert_eq!(chains.read_on("one"), Some(date!(2026 - 08 - 01)));
    }
}
