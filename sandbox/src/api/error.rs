//! Every error answer in one place. Codes marked "ours" are not documented by DigiCert: tests of a
//! client must not rely on them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer with an `errors` array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    errors: Vec<(String, String)>,
}

impl Problem {
    fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            errors: vec![(code.into(), message.into())],
        }
    }

    fn bad(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// One answer for all fields that are missing or wrong; `None` if the list is empty.
    pub(crate) fn invalid_values(fields: &[String]) -> Option<Self> {
        let errors: Vec<_> = fields
            .iter()
            .map(|field| {
                (
                    format!("invalid_value:{field}"),
                    format!("{field} contains an invalid value."),
                )
            })
            .collect();
        (!errors.is_empty()).then_some(Self {
            status: StatusCode::BAD_REQUEST,
            errors,
        })
    }

    pub(crate) fn invalid_value(field: &str) -> Self {
        Self::bad(
            format!("invalid_value:{field}"),
            format!("{field} contains an invalid value."),
        )
    }

    pub(crate) fn bad_request_format() -> Self {
        Self::bad("bad_request_format", "The request body is malformed.")
    }

    pub(crate) fn csr_unreadable() -> Self {
        Self::bad("csr_invalid_cannot_parse", "The CSR could not be parsed.")
    }

    /// Ours.
    pub(crate) fn csr_bad_signature() -> Self {
        Self::bad(
            "csr_invalid_signature",
            "The signature of the CSR does not verify.",
        )
    }

    /// Ours.
    pub(crate) fn csr_weak_key() -> Self {
        Self::bad(
            "csr_key_too_weak",
            "The key of the CSR is neither RSA with 2048 bits or more nor P-256 or P-384.",
        )
    }

    pub(crate) fn cert_validity_exceeds() -> Self {
        Self::bad(
            "cert_validity_exceeds_order_validity",
            "The certificate validity exceeds the order validity.",
        )
    }

    pub(crate) fn custom_field() -> Self {
        Self::bad(
            "invalid_custom_field_value",
            "Value does not fit the data type of the custom field.",
        )
    }

    pub(crate) fn not_eligible_for_renewal() -> Self {
        Self::bad(
            "order_not_eligible_for_renewal",
            "The order cannot be renewed.",
        )
    }

    pub(crate) fn renewed_already() -> Self {
        Self::bad(
            "order_renewed_already",
            "The order has been renewed already.",
        )
    }

    /// Ours.
    pub(crate) fn invalid_status() -> Self {
        Self::bad(
            "invalid_status",
            "The order is not in a state that allows this.",
        )
    }

    /// Ours.
    pub(crate) fn order_not_issued() -> Self {
        Self::bad("order_not_issued", "The order is not issued.")
    }

    /// Ours.
    pub(crate) fn reissue_pending() -> Self {
        Self::bad("reissue_pending", "A reissue of the order is pending.")
    }

    /// Documented as a refusal, with a code of ours.
    pub(crate) fn certificate_reissue_pending() -> Self {
        Self::bad(
            "certificate_reissue_pending",
            "A certificate with a pending reissue cannot be revoked.",
        )
    }

    /// Ours.
    pub(crate) fn already_revoked(what: &str) -> Self {
        Self::bad(
            format!("{what}_already_revoked"),
            format!("The {what} is revoked already."),
        )
    }

    /// Documented for the contacts of an organization.
    pub(crate) fn contact_type_duplicate() -> Self {
        Self::bad(
            "contact_type_duplicate",
            "More than one contact of the same type.",
        )
    }

    /// Documented as a 400, with a code of ours.
    pub(crate) fn token_not_found() -> Self {
        Self::bad(
            "dcv_token_not_found",
            "The file with the random value was not found.",
        )
    }

    /// Documented for orders whose names are all wildcards; the sandbox refuses any wildcard beside
    /// a file.
    pub(crate) fn invalid_wildcard_dcv_method() -> Self {
        Self::bad(
            "invalid_wildcard_dcv_method",
            "The DCV method does not prove control over wildcard domains.",
        )
    }

    /// Documented for methods that have no random value.
    pub(crate) fn invalid_dcv_method() -> Self {
        Self::bad("invalid_dcv_method", "The DCV method has no random value.")
    }

    pub(crate) fn time_frame_too_long() -> Self {
        Self::bad(
            "time_frame_too_long",
            "The time frame is longer than seven days.",
        )
    }

    /// Ours: refusing is better than answering as if the option were understood.
    pub(crate) fn not_imitated(what: &str) -> Self {
        Self::bad(
            "sandbox_not_imitated",
            format!("The sandbox does not imitate {what}."),
        )
    }

    pub(crate) fn invalid_key() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "access_denied|access_denied_invalid_key",
            "Access denied due to access_denied_invalid_key.",
        )
    }

    pub(crate) fn missing_permission() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "access_denied|missing_permission",
            "The API key has no permission for this request.",
        )
    }

    pub(crate) fn invalid_approver() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "access_denied|invalid_approver",
            "This user may not approve the request.",
        )
    }

    /// `not_found|order`, `not_found|product`, `not_found|route`; other kinds are ours.
    pub(crate) fn not_found(kind: &str) -> Self {
        let message = match kind {
            "order" | "route" => format!("The specified {kind} was not found."),
            _ => format!("The {kind} was not found."),
        };
        Self::new(StatusCode::NOT_FOUND, format!("not_found|{kind}"), message)
    }

    pub(crate) fn rate_limited() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "request_limit_exceeded",
            "Service unavailable, please limit request volume",
        )
    }

    /// Ours: the sandbox itself failed.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "sandbox_failed",
            error.to_string(),
        )
    }
}

impl From<rcgen::Error> for Problem {
    fn from(error: rcgen::Error) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let errors: Vec<Value> = self
            .errors
            .iter()
            .map(|(code, message)| json!({ "code": code, "message": message }))
            .collect();
        (self.status, Json(json!({ "errors": errors }))).into_response()
    }
}
