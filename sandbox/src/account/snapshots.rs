//! Look-ups that lag behind the account, and requests that take effect late.

use std::collections::{BTreeMap, VecDeque};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, MutexGuard};

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::middleware::Next;

use crate::account::order::Order;
use crate::account::state::{Shared, State};

type Orders = BTreeMap<u64, Order>;

/// The orders as the latest calls found them.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    /// How many calls back somebody may look; none means that nobody does.
    reach: Option<u64>,
    kept: VecDeque<(u64, Arc<Orders>)>,
}

impl Snapshots {
    /// From now on calls may look this far back.
    pub(crate) fn reach(&mut self, calls: u64) {
        self.reach = self.reach.max(Some(calls));
    }

    /// Keeps what the call of this number finds, if anybody may ask for it.
    pub(crate) fn keep(&mut self, call: u64, orders: &Orders) {
        let Some(reach) = self.reach else {
            return;
        };
        self.kept.push_back((call, Arc::new(orders.clone())));
        while self
            .kept
            .get(1)
            .is_some_and(|(older, _)| *older + reach < call)
        {
            self.kept.pop_front();
        }
    }

    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// What the call of this number found, or the oldest that is kept.
    pub(crate) fn at(&self, call: u64) -> Snapshot {
        let found = self.kept.iter().rev().find(|(number, _)| *number <= call);
        let found = found.or(self.kept.front());
        Snapshot(found.map(|(_, orders)| Arc::clone(orders)))
    }
}

/// The orders that a look-up shows; none of its own means those of today.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot(Option<Arc<Orders>>);

impl Snapshot {
    /// Locks the state with these orders in it.
    pub(crate) fn view<'a>(&self, shared: &'a Shared) -> View<'a> {
        let mut state = shared.lock();
        let present = self
            .0
            .as_ref()
            .map(|orders| std::mem::replace(&mut state.orders, Orders::clone(orders)));
        View { state, present }
    }
}

/// The locked state, which has its own orders back once this is dropped.
pub(crate) struct View<'a> {
    state: MutexGuard<'a, State>,
    present: Option<Orders>,
}

impl Deref for View<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for View<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        if let Some(present) = self.present.take() {
            self.state.orders = present;
        }
    }
}

/// A request whose caller was cut off, and which the account is yet to see.
pub(crate) struct DeferredRequest {
    /// Number of the request.
    pub(crate) sequence: u64,
    /// Number of the last call that is answered as if it had never come.
    pub(crate) after: u64,
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
    pub(crate) next: Next,
}
