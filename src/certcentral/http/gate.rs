//! What a client may do at all. Every changing call passes here before anything is sent, whatever
//! the code above it does.

use std::sync::atomic::{AtomicU32, Ordering};

use super::call::Action;
use super::certainty::Certainty;
use super::config::Config;
use super::error::ConfigError;

/// The gates of one client, shared by its clones.
#[derive(Debug)]
pub(super) struct Gate {
    read_only: bool,
    allow_revocation: bool,
    max_orders: Option<u32>,
    /// Orders that were placed, may have been placed, or are being placed.
    orders: AtomicU32,
}

/// The right to make one changing call.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    slot: Option<&'a AtomicU32>,
}

impl Gate {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            read_only: config.read_only,
            allow_revocation: config.allow_revocation,
            max_orders: config.max_orders,
            orders: AtomicU32::new(0),
        }
    }

    /// Lets a changing call through, or says why not. A purchase takes one of the client's orders
    /// at this moment, so that calls at the same time cannot exceed the limit together.
    pub(super) fn pass(&self, action: Action) -> Result<Permit<'_>, ConfigError> {
        if self.read_only {
            return Err(ConfigError::ReadOnly);
        }
        if action == Action::Revoke && !self.allow_revocation {
            return Err(ConfigError::RevocationNotAllowed);
        }
        if !action.is_purchase() {
            return Ok(Permit { slot: None });
        }
        let limit = self.max_orders.unwrap_or(u32::MAX);
        self.orders
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |taken| {
                (taken < limit).then(|| taken + 1)
            })
            .map(|_| Permit {
                slot: Some(&self.orders),
            })
            .map_err(|_| ConfigError::OrderLimit { limit })
    }

    /// Counts an order whose call gave its place back and that is there after all.
    pub(super) fn count(&self) {
        let more = |taken: u32| Some(taken.saturating_add(1));
        let _ = self
            .orders
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more);
    }
}

impl Permit<'_> {
    /// Ends the call. Only a purchase of which it is proven that nothing happened gives its order
    /// back; one that is dropped without this keeps it, because nobody knows.
    pub(super) fn settle(self, failure: Option<Certainty>) {
        if let (Some(taken), Some(Certainty::NothingHappened)) = (self.slot, failure) {
            taken.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::api_key::ApiKey;
    use super::super::config::BaseUrl;
    use super::*;

    fn gate(change: impl FnOnce(&mut Config)) -> Gate {
        let mut config = Config::new(BaseUrl::us().unwrap(), ApiKey::new("canary").unwrap());
        change(&mut config);
        Gate::new(&config)
    }

    #[test]
    fn purchases_share_one_limit_and_only_proof_gives_an_order_back() {
        let gate = gate(|config| config.max_orders = Some(2));
        gate.pass(Action::Order).unwrap().settle(None);
        gate.pass(Action::Renewal)
            .unwrap()
            .settle(Some(Certainty::NothingHappened));
        gate.pass(Action::Renewal)
            .unwrap()
            .settle(Some(Certainty::Unknown));
        let refused = gate.pass(Action::Order).unwrap_err();
        assert_eq!(refused, ConfigError::OrderLimit { limit: 2 });
        // What costs nothing is not counted.
        for action in [Action::Reissue, Action::Update, Action::Cancel] {
            gate.pass(action).unwrap().settle(None);
        }
    }

    #[test]
    fn an_order_that_is_there_after_all_is_counted() {
        let gate = gate(|config| config.max_orders = Some(1));
        let refused = Some(Certainty::NothingHappened);
        gate.pass(Action::Order).unwrap().settle(refused);
        gate.count();
        assert!(gate.pass(Action::Order).is_err());
    }

    #[test]
    fn a_purchase_that_nobody_settles_stays_counted() {
        let gate = gate(|config| config.max_orders = Some(1));
        let _abandoned = gate.pass(Action::Order).unwrap();
        assert!(gate.pass(Action::Order).is_err());
    }

    #[test]
    fn a_limit_of_zero_lets_no_order_through() {
        let gate = gate(|config| config.max_orders = Some(0));
        let refused = gate.pass(Action::Order).unwrap_err();
        assert_eq!(refused, ConfigError::OrderLimit { limit: 0 });
        assert!(gate.pass(Action::Reissue).is_ok());
    }
}
