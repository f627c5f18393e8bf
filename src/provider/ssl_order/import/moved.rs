//! Taking over an order that was placed with `st-digicert_certificate` of `myklst/st-digicert`, so
//! that a change of provider does not buy it again. Pure: the refresh that core runs next fills the
//! state in, as after an import.

use serde_json::Value as Json;

use crate::certcentral::OrderId;
use crate::framework::{Attr, Diagnostic, MoveSource, Moved, Set, Warnings};
use crate::provider::ssl_order::SslOrder;
use crate::provider::ssl_order::model::{
    OrderOrigin, OrganizationModel, SslOrderModel, SslOrderPrivate,
};

const SOURCE_TYPE: &str = "st-digicert_certificate";
/// Namespace and type, without the host: that provider's own documentation installs it from a
/// mirror.
const SOURCE_PROVIDER: &str = "/myklst/st-digicert";
/// How OpenTofu names that provider before 1.11.12 and 1.12.4. Source:
/// <https://github.com/opentofu/opentofu/issues/4352>
const SOURCE_PROVIDER_BARE: &str = "st-digicert";

/// A first state with what the other provider knew of the order. Private keys and DNS credentials
/// stay behind.
pub(crate) fn move_from(source: &MoveSource) -> Result<Moved<SslOrder>, Diagnostic> {
    if source.type_name != SOURCE_TYPE || !is_source_provider(&source.provider_address) {
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
            order_origin: OrderOrigin::Imported.into(),
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

fn is_source_provider(address: &str) -> bool {
    address == SOURCE_PROVIDER_BARE || address.ends_with(SOURCE_PROVIDER)
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
    Attr::Known(Set(names))
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
                "The certificate of order {order_id} belongs to a private key that stands nowhere \
                 but in the state of {SOURCE_TYPE}, as `private_key_pem`. This provider keeps no \
                 private keys, so the key is gone from the state after this apply.\n\n\
                 Before you apply, save the state with `terraform state pull > \
                 before-move.tfstate`, and take `private_key_pem` and `csr` out of that file. Keep \
                 the key where your servers find it, and set `csr` of the new resource to that \
                 `csr`."
            ),
        ));
    }
    warnings
}

fn not_supported(source: &MoveSource) -> Diagnostic {
    Diagnostic::error(
        "Move not supported",
        format!(
            "A {} cannot become a digicert_ssl_order. Only a {SOURCE_TYPE} of the provider \
             myklst/st-digicert can, because its state names the order in CertCentral.\n\nRemove \
             the `moved` block, and import the order by its id.",
            source.origin(),
        ),
    )
}

fn no_order_id() -> Diagnostic {
    Diagnostic::error(
        "Moved state without an order id",
        format!(
            "The state of this {SOURCE_TYPE} holds no `order_id`, so the order that it paid for is \
             not known, and a digicert_ssl_order without one would buy another.\n\nLook the order \
             up in CertCentral by its common name. Then replace the `moved` block by an `import` \
             block with the number of the order as `id`, and by a `removed` block (or `terraform \
             state rm`) for the old resource."
        ),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::move_from;
    use crate::framework::{Attr, Diagnostic, FromToValue, MoveSource, Moved, Value};
    use crate::provider::ssl_order::model::SslOrderPrivate;
    use crate::provider::ssl_order::{SslOrder, samples};

    /// A state with every attribute of that resource type.
    fn state() -> Json {
        json!({
            "common_name": "shop.example.com",
            "sans": ["www.shop.example.com", "api.example.com"],
            "organization_id": 778_812,
            "min_days_remaining": 30,
            "product_name": "GeoTrust TrueBusiness ID OV",
            "order_validity_days": 365,
            "dns_challenge": { "provider": "route53", "config": { "AWS_SECRET_ACCESS_KEY": "dns-secret" } },
            "order_id": 112_233,
            "certificate_id": 445_566,
            "order_valid_till": "2027-04-13",
            "certificate_valid_till": "2026-10-13",
            "csr": samples::csr(),
            "private_key_pem": "-----BEGIN RSA PRIVATE KEY-----\nkey-secret\n-----END RSA PRIVATE \
                KEY-----\n",
            "certificate_pem": "leaf", "issuer_pem": "issuer", "root_pem": "root",
        })
    }

    fn moved(state: Json) -> Result<Moved<SslOrder>, Diagnostic> {
        moved_of(
            "registry.terraform.io/myklst/st-digicert",
            "st-digicert_certificate",
            state,
        )
    }

    fn moved_of(
        provider: &str,
        type_name: &str,
        state: Json,
    ) -> Result<Moved<SslOrder>, Diagnostic> {
        move_from(&MoveSource {
            provider_address: provider.to_owned(),
            type_name: type_name.to_owned(),
            schema_version: 0,
            state,
            identity: None,
        })
    }

    #[test]
    fn the_order_is_kept_and_filled_in_like_an_import() {
        let moved = moved(state()).unwrap();
        assert_eq!(
            moved.private,
            SslOrderPrivate {
                imported: true,
                ..SslOrderPrivate::default()
            }
        );
        let state = moved.state;
        assert_eq!(state.id, "112233".into());
        assert_eq!(state.order_id, Attr::Known(112_233));
        assert_eq!(state.certificate_id, Attr::Known(445_566));
        assert_eq!(state.common_name, "shop.example.com".into());
        assert_eq!(
            state.dns_names,
            samples::names(&["www.shop.example.com", "api.example.com"])
        );
        assert_eq!(state.csr, Attr::Known(samples::csr()));
        assert_eq!(
            state.organization.known().map(|it| &it.id),
            Some(&Attr::Known(778_812))
        );
        assert_eq!(state.product_name_id, Attr::Null);
        assert!(state.to_value().is_wholly_known());
    }

    #[test]
    fn no_secret_of_the_other_provider_enters_state_or_warnings() {
        let moved = moved(state()).unwrap();
        let all = format!("{moved:?}");
        for secret in ["key-secret", "dns-secret", "PRIVATE KEY"] {
            assert!(!all.contains(secret), "{all}");
        }
    }

    #[test]
    fn a_private_key_in_the_old_state_is_said_to_stay_behind() {
        let warnings: Vec<_> = moved(state()).unwrap().warnings.into_iter().collect();
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].summary, "Private key stays behind");
        for words in [
            "order 112233",
            "terraform state pull",
            "`private_key_pem`",
            "Before you apply",
        ] {
            assert!(warnings[0].detail.contains(words), "{words}");
        }
        for without in [json!(null), json!("")] {
            let mut state = state();
            state["private_key_pem"] = without;
            assert!(moved(state).unwrap().warnings.is_empty());
        }
    }

    #[test]
    fn attributes_that_the_old_state_lacks_are_null_and_names_are_none() {
        let moved = moved(json!({ "order_id": 7, "sans": null, "csr": "" })).unwrap();
        let known: Vec<_> = match moved.state.to_value() {
            Value::Object(attributes) => attributes
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, _)| name)
                .collect(),
            other => panic!("{other:?}"),
        };
        assert_eq!(known, ["dns_names", "id", "order_id", "order_origin"]);
        assert_eq!(moved.state.dns_names, samples::names(&[]));
    }

    #[test]
    fn a_state_without_an_order_id_says_what_to_do() {
        for order_id in [json!(null), json!(0), json!(-1), json!("x")] {
            let mut state = state();
            state["order_id"] = order_id;
            let error = moved(state).unwrap_err();
            assert_eq!(error.summary, "Moved state without an order id");
            assert!(error.detail.contains("`import` block"), "{}", error.detail);
        }
    }

    #[test]
    fn a_mirror_and_the_bare_name_of_that_provider_are_that_provider() {
        for address in [
            "example.local/myklst/st-digicert",
            "localhost:8443/myklst/st-digicert",
            "st-digicert",
        ] {
            let moved = moved_of(address, "st-digicert_certificate", state());
            assert_eq!(
                moved.unwrap().state.order_id,
                Attr::Known(112_233),
                "{address}"
            );
        }
    }

    #[test]
    fn nothing_else_is_moved() {
        for (provider, type_name) in [
            (
                "registry.terraform.io/digicert/digicert",
                "digicert_certificate",
            ),
            (
                "registry.terraform.io/other/st-digicert",
                "st-digicert_certificate",
            ),
            ("x/notmyklst/st-digicert", "st-digicert_certificate"),
            ("not-st-digicert", "st-digicert_certificate"),
            ("other/st-digicert", "st-digicert_certificate"),
            ("st-digicert", "st-digicert_other"),
            (
                "registry.terraform.io/myklst/st-digicert",
                "st-digicert_other",
            ),
        ] {
            let error = moved_of(provider, type_name, state()).unwrap_err();
            assert_eq!(error.summary, "Move not supported");
            for words in [
                provider,
                type_name,
                "st-digicert_certificate",
                "import the order",
            ] {
                assert!(error.detail.contains(words), "{words}");
            }
        }
    }
}
