//! Taking over an order that was placed with `st-digicert_certificate` of `myklst/st-digicert`, so that a change of provider does
//! not buy it again. Pure: the refresh that core runs next fills the state in, as after an import.

use serde_json::Value as Json;

use crate::certcentral::OrderId;
use crate::framework::{Attr, Diagnostic, MoveSource, Moved, Set, Warnings};
use crate::provider::ssl_order::model::{OrganizationModel, SslOrderModel, SslOrderPrivate};

const SOURCE_TYPE: &str = "st-digicert_certificate";
/// Namespace and type, without the host: that provider's own documentation installs it from a mirror.
const SOURCE_PROVIDER: &str = "/myklst/st-digicert";

type Outcome = Result<Moved<SslOrderModel, SslOrderPrivate>, Diagnostic>;

/// A first state with what the other provider knew of the order. Private keys and DNS credentials stay behind.
pub(crate) fn move_from(source: &MoveSource) -> Outcome {
    if source.type_name != SOURCE_TYPE || !source.provider_address.ends_with(SOURCE_PROVIDER) {
        return Err(not_supported(source));
    }
    let before = &source.state;
    let order_id = before["order_id"]
        .as_i64()
        .and_then(|id| OrderId::try_from(id).ok())
        .ok_or_else(no_order_id)?;
    Ok(Moved {
        state: SslOrderModel {
            id: Attr::Known(order_id.to_string()),
            order_id: Attr::Known(order_id.get()),
            certificate_id: before["certificate_id"].as_i64().into(),
            common_name: text(&before["common_name"]),
            dns_names: names(&before["sans"]),
            csr: text(&before["csr"]),
            organization: organization(&before["organization_id"]),
            ..SslOrderModel::default()
        },
        private: SslOrderPrivate {
            imported: true,
            ..SslOrderPrivate::default()
        },
        warnings: warnings(before, order_id),
    })
}

fn text(value: &Json) -> Attr<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .into()
}

fn names(value: &Json) -> Attr<Set<Attr<String>>> {
    let names: Vec<_> = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(Attr::from)
        .collect();
    (!names.is_empty()).then_some(Set(names)).into()
}

fn organization(id: &Json) -> Attr<OrganizationModel> {
    id.as_i64()
        .map(|id| OrganizationModel {
            id: Attr::Known(id),
            ..OrganizationModel::default()
        })
        .into()
}

/// The other provider made the key of the certificate itself and kept it in its state only.
fn warnings(before: &Json, order_id: OrderId) -> Warnings {
    let mut warnings = Warnings::new();
    if !text(&before["private_key_pem"]).is_null() {
        warnings.push(Diagnostic::warning(
            "Private key stays behind",
            format!(
                "The certificate of order {order_id} belongs to a private key that stands nowhere but in the state of {SOURCE_TYPE}, as \
                 `private_key_pem`. This provider keeps no private keys, so the key is gone from the state after this apply.\n\n\
                 Before you apply, save the state with `terraform state pull > before-move.tfstate`, and take `private_key_pem` and \
                 `csr` out of that file. Keep the key where your servers find it, and set `csr` of the new resource to that `csr`."
            ),
        ));
    }
    warnings
}

fn not_supported(source: &MoveSource) -> Diagnostic {
    Diagnostic::error(
        "Move not supported",
        format!(
            "A {} cannot become a digicert_ssl_order. Only a {SOURCE_TYPE} of the provider myklst/st-digicert can, because its \
             state names the order in CertCentral.\n\nRemove the `moved` block, and import the order by its id.",
            source.origin(),
        ),
    )
}

fn no_order_id() -> Diagnostic {
    Diagnostic::error(
        "Moved state without an order id",
        format!(
            "The state of this {SOURCE_TYPE} holds no `order_id`, so the order that it paid for is not known, and a digicert_ssl_order \
             without one would buy another.\n\nLook the order up in CertCentral by its common name. Then replace the `moved` block by an \
             `import` block with the number of the order as `id`, and by a `removed` block (or `terraform state rm`) for the old resource."
        ),
    )
}

#[cfg(test)]
mod tests;
