//! Issued certificates: the chain as JSON and downloads as text.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use serde_json::{Value, json};

use super::error::Problem;
use super::extract::{OrderId, numeric_id};
use super::{Account, Answer};
use crate::account::ca::Issued;
use crate::account::state::State as AccountState;

/// A download as text, or a refusal.
type Download = Result<([(HeaderName, &'static str); 1], String), Problem>;

/// The chain as order answers and the chain endpoint give it: leaf, intermediate, root.
pub(super) fn chain_of(common_name: &str, certificate: &Issued) -> Value {
    let [intermediate, root] = &certificate.chain_pem;
    json!([
        { "subject_common_name": common_name, "pem": certificate.pem },
        { "subject_common_name": certificate.signer.name(), "pem": intermediate },
        { "subject_common_name": certificate.signer.root_name(), "pem": root },
    ])
}

pub(super) async fn chain(State(shared): Account, Path(id): Path<String>) -> Answer {
    let state = shared.lock();
    let (common_name, certificate) = by_id(&state, &id)?;
    let chain = chain_of(common_name, certificate);
    Ok(Json(json!({ "intermediates": chain })))
}

pub(super) async fn by_format(
    State(shared): Account,
    Path((id, format)): Path<(String, String)>,
) -> Download {
    let state = shared.lock();
    download(by_id(&state, &id)?.1, &format)
}

pub(super) async fn by_platform(State(shared): Account, Path(id): Path<String>) -> Download {
    let state = shared.lock();
    download(by_id(&state, &id)?.1, PLATFORM_FORMAT)
}

pub(super) async fn by_chosen_platform(
    State(shared): Account,
    Path((id, _platform)): Path<(String, i64)>,
) -> Download {
    let state = shared.lock();
    download(by_id(&state, &id)?.1, PLATFORM_FORMAT)
}

pub(super) async fn of_order(State(shared): Account, id: OrderId) -> Download {
    let state = shared.lock();
    download(of_order_id(&state, id)?, PLATFORM_FORMAT)
}

pub(super) async fn of_order_by_format(
    State(shared): Account,
    id: OrderId,
    Path((_, format)): Path<(String, String)>,
) -> Download {
    let state = shared.lock();
    download(of_order_id(&state, id)?, &format)
}

/// Every platform downloads as PEM here; the real service sends zip files for most of them.
const PLATFORM_FORMAT: &str = "pem_all";

fn by_id<'a>(state: &'a AccountState, id: &str) -> Result<(&'a str, &'a Issued), Problem> {
    let missing = || Problem::not_found("certificate");
    let id = numeric_id(id, "certificate")?;
    let (_, certificate) = state.find_certificate(id).ok_or_else(missing)?;
    let issued = certificate.issued.as_ref().ok_or_else(missing)?;
    Ok((certificate.wanted.common_name.as_str(), issued))
}

fn of_order_id(state: &AccountState, id: OrderId) -> Result<&Issued, Problem> {
    let issued = id.find(state)?.primary().issued.as_ref();
    issued.ok_or_else(|| Problem::not_found("certificate"))
}

fn download(certificate: &Issued, format: &str) -> Download {
    let leaf = certificate.pem.as_str();
    let [intermediate, root] = certificate.chain_pem.each_ref().map(String::as_str);
    let text = match format {
        "pem_all" => [leaf, intermediate, root].concat(),
        "pem_noroot" => [leaf, intermediate].concat(),
        "pem_nointermediate" | "crt" | "pem" => leaf.to_owned(),
        "apache" | "default" | "default_cer" | "default_pem" | "cer" | "p7b" | "der" => {
            return Err(Problem::not_imitated(&format!("the format `{format}`")));
        }
        _ => return Err(Problem::invalid_value("format")),
    };
    Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], text))
}
