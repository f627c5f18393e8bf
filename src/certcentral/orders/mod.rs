//! Orders: placing, finding, reading, changing and ending them.

pub(crate) mod amount;
pub(crate) mod by_reference;
pub(crate) mod cancel;
pub(crate) mod certificate;
pub(crate) mod dcv;
pub(crate) mod info;
pub(crate) mod issued;
pub(crate) mod list;
pub(crate) mod note;
pub(crate) mod place;
pub(crate) mod placed;
pub(crate) mod price;
pub(crate) mod reissue;
pub(crate) mod revoke;
pub(crate) mod status;
pub(crate) mod status_changes;
pub(crate) mod update;
pub(crate) mod validation;
