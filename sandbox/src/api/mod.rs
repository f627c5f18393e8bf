//! The imitated API below `/services/v2`: a table of its routes.

mod account;
mod certificate;
mod certificate_request;
mod dcv;
mod end_order;
mod error;
mod extract;
mod fault_middleware;
mod fault_responses;
mod middleware;
mod order_info;
mod order_list;
mod organization;
mod place_order;
mod product;
mod query;
mod reissue;
mod request;
mod update;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, get, post, put};
use axum::{Json, Router};
use serde_json::Value;

use self::error::Problem;
use crate::account::state::Shared;

/// Path of the imitated API.
pub(crate) const BASE_PATH: &str = "/services/v2";

/// The state as axum hands it to a handler.
type Account = State<Arc<Shared>>;
/// A 200 with JSON, or a refusal.
type Answer = Result<Json<Value>, Problem>;
/// A 201 with JSON, or a refusal.
type Created = Result<(StatusCode, Json<Value>), Problem>;
/// A 204, or a refusal.
type NoContent = Result<StatusCode, Problem>;

/// The table of routes behind what every request passes. That stands around the whole table rather
/// than around each route, so that a fault can lead a call to another one.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .fallback_service(routes(Arc::clone(&shared)))
        .layer(from_fn_with_state(shared, middleware::run))
}

fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/order/certificate", get(order_list::orders))
        .route(
            "/order/certificate/status-changes",
            get(order_list::status_changes),
        )
        // GET takes an order id, serial number or thumbprint in this place, POST a product.
        .route(
            "/order/certificate/{key}",
            get(order_info::by_key).post(place_order::place),
        )
        .route("/order/certificate/{id}/status", put(end_order::cancel))
        .route(
            "/order/certificate/{id}/validation",
            get(order_info::validation),
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
            get(reissue::reissues).post(reissue::reissue),
        )
        .route(
            "/order/certificate/{id}/duplicate",
            get(reissue::duplicates).post(reissue::duplicate),
        )
        .route(
            "/order/certificate/{id}/revoke",
            put(end_order::revoke_order),
        )
        .route(
            "/certificate/{id}/revoke",
            put(end_order::revoke_certificate),
        )
        .route(
            "/order/certificate/{id}/additional-emails",
            update::route(MethodFilter::PUT, update::additional_emails),
        )
        .route(
            "/order/certificate/{id}/custom-field",
            update::route(MethodFilter::POST, update::custom_field),
        )
        .route(
            "/order/certificate/{id}/renewal-emails/{word}",
            put(update::renewal_emails),
        )
        .route(
            "/order/certificate/{id}/contact",
            update::route(MethodFilter::PUT, update::contacts),
        )
        .route(
            "/order/certificate/{id}/auto-reissue",
            update::route(MethodFilter::PUT, update::auto_reissue),
        )
        .route(
            "/order/certificate/{id}/custom-renewal-message",
            update::route(MethodFilter::PUT, update::custom_renewal_message).merge(update::route(
                MethodFilter::DELETE,
                update::no_renewal_message,
            )),
        )
        .route(
            "/order/certificate/{id}/note",
            get(update::notes).post(update::add_note),
        )
        .route(
            "/order/alternate/{alternative}",
            get(order_list::by_reference),
        )
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
            "/certificate/download/order/{id}",
            get(certificate::of_order),
        )
        .route(
            "/certificate/download/order/{id}/format/{format}",
            get(certificate::of_order_by_format),
        )
        .route("/request", get(request::list))
        .route("/request/{id}", get(request::info))
        .route("/request/{id}/status", put(request::decide))
        .route("/organization", get(organization::list))
        .route(
            "/organization/potential-approvers",
            get(organization::potential_approvers),
        )
        .route("/organization/{id}", get(organization::info))
        .route(
            "/organization/{id}/validation",
            get(organization::validation),
        )
        .route("/product", get(product::list))
        .route("/product/pricing", get(product::price_list))
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
        .with_state(shared)
}

async fn no_route() -> Problem {
    Problem::not_found("route")
}
