//! The imitated API below `/services/v2`: a table of its routes.

mod account;
mod certificate;
mod certificate_request;
mod dcv;
mod end_order;
mod error;
mod fault_middleware;
mod fault_responses;
mod fields;
mod issued;
mod middleware;
mod name_checks;
mod note;
mod order_checks;
mod order_info;
mod order_list;
mod order_validation;
mod organization;
mod organization_checks;
mod place_order;
mod product;
mod query;
mod reissue;
mod request;
mod status;
mod update;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde_json::Value;

use self::error::Problem;
use crate::account::state::Shared;

/// Path of the imitated API.
pub(crate) const BASE_PATH: &str = "/services/v2";

/// What a handler ends with.
type Answer = Result<Response, Problem>;
/// The state as axum hands it to a handler.
type Account = axum::extract::State<Arc<Shared>>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/order/certificate", get(order_list::orders))
        .route("/order/certificate/status-changes", get(status::changes))
        // GET takes an order id, serial number or thumbprint in this place, POST a product.
        .route(
            "/order/certificate/{key}",
            get(order_info::by_key).post(place_order::place),
        )
        .route("/order/certificate/{id}/status", put(status::cancel))
        .route(
            "/order/certificate/{id}/validation",
            get(order_validation::validation),
        )
        .route(
            "/order/certificate/{id}/dcv-random-value",
            put(dcv::random_value),
        )
        .route(
            "/order/certificate/{id}/dcv-method",
            put(dcv::change_method),
        )
        .route("/order/certificate/{id}/check-dcv", put(dcv::check))
        .route(
            "/order/certificate/{id}/reissue",
            get(issued::reissues).post(reissue::reissue),
        )
        .route(
            "/order/certificate/{id}/duplicate",
            get(issued::duplicates).post(reissue::duplicate),
        )
        .route("/order/certificate/{id}/revoke", put(end_order::order))
        .route("/certificate/{id}/revoke", put(end_order::certificate))
        .route(
            "/order/certificate/{id}/additional-emails",
            put(update::additional_emails),
        )
        .route(
            "/order/certificate/{id}/custom-field",
            post(update::custom_field),
        )
        .route(
            "/order/certificate/{id}/renewal-emails/{word}",
            put(update::renewal_emails),
        )
        .route("/order/certificate/{id}/contact", put(update::contacts))
        .route(
            "/order/certificate/{id}/auto-reissue",
            put(update::auto_reissue),
        )
        .route(
            "/order/certificate/{id}/note",
            get(note::list).post(note::add),
        )
        .route("/order/alternate/{alternative}", get(order_list::alternate))
        .route("/certificate/{id}/chain", get(certificate::chain))
        .route(
            "/certificate/{id}/download/format/{format}",
            get(certificate::by_format),
        )
        .route(
            "/certificate/{id}/download/platform",
            get(certificate::by_platform),
        )
        .route(
            "/certificate/{id}/download/platform/{platform}",
            get(certificate::by_chosen_platform),
        )
        .route(
            "/certificate/download/order/{order}",
            get(certificate::of_order),
        )
        .route(
            "/certificate/download/order/{order}/format/{format}",
            get(certificate::of_order_by_format),
        )
        .route("/request", get(request::list))
        .route("/request/{id}", get(request::info))
        .route("/request/{id}/status", put(request::decide))
        .route("/organization", get(organization::list))
        .route("/organization/{id}", get(organization::info))
        .route(
            "/organization/{id}/validation",
            get(organization::validation),
        )
        .route("/product", get(product::list))
        .route("/product/{name_id}", get(product::info))
        .route("/user/me", get(account::me))
        .route("/account", get(account::account))
        .route("/account/metadata", get(account::metadata))
        .route("/container", get(account::containers))
        .route("/container/{id}", get(account::container))
        .route("/finance/balance", get(account::balance))
        .route("/finance/order-pricing", post(product::pricing))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::pass))
        .with_state(shared)
}

async fn no_route() -> Problem {
    Problem::not_found("route")
}

/// A 204: no body and no content type.
fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Reads a body as a JSON object; an empty one counts as `{}`.
fn json_body(body: &Bytes) -> Result<Value, Problem> {
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(Problem::bad_request_format)
}

/// A numeric id from a path; anything else names nothing.
fn numeric_id(text: &str, kind: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::not_found(kind))
}
