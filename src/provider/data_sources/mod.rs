//! The data sources: a file for each, with its schema, its model and its look-up.

mod organization;

use std::sync::Arc;

use self::organization::OrganizationData;
use super::order::api_error;
use super::session::Session;
use crate::certcentral::Error;
use crate::framework::{Diagnostic, Types};

/// Registers every data source.
pub(super) fn register(types: &mut impl Types, session: &Arc<Session>) {
    types.data_source(OrganizationData::new(Arc::clone(session)));
}

/// Returns the diagnostic of a failed look-up. It points at no argument: those that the API's codes
/// name belong to orders.
fn failed(error: &Error, doing: &str) -> Diagnostic {
    let mut diagnostic = api_error::diagnostic(error, doing);
    diagnostic.attribute = None;
    if error.status() == Some(403) && error.api().is_some() {
        diagnostic.detail.push_str("\n\n");
        diagnostic.detail.push_str(WHAT_A_KEY_SEES);
    }
    diagnostic
}

/// Whether the API itself says that there is no such object, rather than a proxy.
fn is_not_found(error: &Error) -> bool {
    error.status() == Some(404) && error.api().is_some()
}

/// Why an object that exists may not be found.
const WHAT_A_KEY_SEES: &str = "An API key sees only the containers (divisions) of its user. If the \
    object exists, use a key of a user who has access to its container.";

#[cfg(test)]
mod tests {
    use super::{WHAT_A_KEY_SEES, failed, is_not_found};
    use crate::certcentral::{ApiError, Error, ErrorItem};

    fn refusal(status: u16, code: &str) -> Error {
        let item = ErrorItem {
            code: code.to_owned(),
            message: "No.".to_owned(),
        };
        Error::Api(ApiError {
            status,
            errors: vec![item],
        })
    }

    #[test]
    fn a_refusal_says_what_a_key_sees_and_points_at_no_argument_of_an_order() {
        let denied = failed(&refusal(403, "access_denied"), "looking up organization 1");
        assert_eq!(denied.summary, "Access denied by CertCentral");
        assert!(
            denied.detail.ends_with(WHAT_A_KEY_SEES),
            "{}",
            denied.detail
        );
        let invalid = failed(&refusal(400, "not_found|container"), "listing");
        assert_eq!(invalid.attribute, None);
        assert!(!invalid.detail.contains(WHAT_A_KEY_SEES));
        assert!(is_not_found(&refusal(404, "not_found|organization")));
        assert!(!is_not_found(&refusal(403, "access_denied")));
    }
}
