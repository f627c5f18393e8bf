//! The argument `on_destroy`: what becomes of the order when Terraform lets go of it.

use super::model::SslOrderModel;

/// A value of `on_destroy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDestroy {
    /// Nothing is called.
    Retain,
    /// An order that is not issued is taken back.
    Cancel,
    /// As `Cancel`, and an issued order is revoked.
    Revoke,
}

impl OnDestroy {
    /// What the order's state says. Whatever is not known to mean an end of the order means none.
    pub(crate) fn of(order: &SslOrderModel) -> Self {
        match order.on_destroy.as_str() {
            Some("cancel") => Self::Cancel,
            Some("revoke") => Self::Revoke,
            _ => Self::Retain,
        }
    }
}
