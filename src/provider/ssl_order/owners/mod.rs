//! Who may end an order that more than one object may hold.
//!
//! Two states, or two objects of one state, can name one order: a create adopts what another object
//! placed, a state is copied, somebody imports. No process sees them all, so what they know of each
//! other stands on the order itself, as notes (`notes`). `verdict` decides from the origin of the
//! order, the claim of a person and these notes whether a destroy that is asked to end the order
//! does.

pub(crate) mod messages;
pub(crate) mod notes;
pub(crate) mod verdict;

pub(crate) use self::verdict::Verdict;
