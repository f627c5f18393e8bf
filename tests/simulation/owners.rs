//! Who holds which order and how each came by it: the world's own books, apart from what the
//! provider writes into states.

use std::collections::{BTreeMap, BTreeSet};

use certcentral_sandbox::Entry as Call;
use terraform_host::workspace::State;

/// How an object came by its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Placed,
    Adopted,
    /// Imported, copied with its state, or adopted where the note that tells others of it did not
    /// arrive. Others may end such an order: a limit that the pages name.
    Unmarked,
}

impl Origin {
    /// How an object came by an order that this run bought, or that it found. A finder is known to
    /// others by its note.
    pub(super) fn of_new(order: u64, bought: &[u64], calls: &[Call]) -> Self {
        let path = format!("/order/certificate/{order}/note");
        let notes = calls
            .iter()
            .filter(|it| it.method == "POST" && it.path == path);
        let mut lost = notes.filter(|it| !it.processed);
        if bought.contains(&order) {
            Self::Placed
        } else if lost.next().is_some() {
            Self::Unmarked
        } else {
            Self::Adopted
        }
    }
}

/// An object: the workspace that it is in, and its address there.
type Object = (usize, String);

/// The holders of all orders.
#[derive(Debug, Default)]
pub(super) struct Owners {
    held: BTreeMap<Object, (u64, Origin)>,
    /// How objects that are gone came by their orders: a state that is restored brings them back.
    remembered: BTreeMap<(Object, u64), Origin>,
}

impl Owners {
    /// Follows the state of a workspace. `came_by` says how its new objects came by their orders.
    pub(super) fn follow(&mut self, site: usize, state: &State, came_by: impl Fn(u64) -> Origin) {
        let (here, elsewhere): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|((at, _), _)| *at == site);
        self.held = elsewhere;
        let now: BTreeMap<Object, u64> = state
            .iter()
            .filter_map(|(address, object)| {
                let id = object.attributes["order_id"].as_u64()?;
                Some(((site, address.clone()), id))
            })
            .collect();
        for (object, id) in &now {
            let origin = match here.get(object) {
                Some((held, origin)) if held == id => *origin,
                _ => {
                    let key = (object.clone(), *id);
                    let let_go = here.iter().find(|(former, (held, _))| {
                        held == id && now.get(*former).is_none_or(|now| now != id)
                    });
                    let known = self.remembered.get(&key).copied();
                    known
                        .or(let_go.map(|(_, (_, origin))| *origin))
                        .unwrap_or_else(|| came_by(*id))
                }
            };
            self.remembered.insert((object.clone(), *id), origin);
            self.held.insert(object.clone(), (*id, origin));
        }
    }

    /// The objects of a workspace stand in the state of another one, too, and nothing tells the two
    /// apart.
    pub(super) fn share(&mut self, site: usize, copy: usize) {
        let objects = self.held.iter().filter(|((at, _), _)| *at == site);
        let shared: Vec<_> = objects
            .map(|((_, address), (id, _))| (address.clone(), *id))
            .collect();
        for (address, id) in shared {
            for at in [site, copy] {
                let object = (at, address.clone());
                self.remembered
                    .insert((object.clone(), id), Origin::Unmarked);
                self.held.insert(object, (id, Origin::Unmarked));
            }
        }
    }

    /// An object that holds an order, that others can know of, and that is not one of these of this
    /// workspace.
    pub(super) fn another(
        &self,
        order: u64,
        site: usize,
        addresses: &BTreeSet<&str>,
    ) -> Option<(&Object, Origin)> {
        let mut held = self.held.iter();
        held.find(|((at, address), (id, origin))| {
            let is_one_of_these = *at == site && addresses.contains(address.as_str());
            *id == order && *origin != Origin::Unmarked && !is_one_of_these
        })
        .map(|(object, (_, origin))| (object, *origin))
    }
}
