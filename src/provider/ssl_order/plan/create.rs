//! The plan of a new order.

use std::collections::BTreeMap;

use time::Date;

use super::{Plan, Request, messages};
use crate::framework::{Attr, AttributePath, Diagnostic, Planned};
use crate::pki::dns_name::without_wildcard;
use crate::provider::settings::OrderDefaults;
use crate::provider::ssl_order::exchange;
use crate::provider::ssl_order::model::{DomainValidationModel, OrganizationModel, SslOrderModel};
use crate::provider::ssl_order::purchase::price;
use crate::provider::ssl_order::rules::dates_for_a_new_order;

pub(crate) fn plan(
    request: Request,
    defaults: Option<&OrderDefaults>,
    today: Date,
    price: price::PriceDecision,
) -> Plan {
    let config = request.config.clone();
    let mut plan = Planned::unchanged(request);
    let order = &mut plan.state;
    as_configured(order, &config, defaults);
    order.domain_validations = planned_domain_validations(order);

    let organization_is_missing =
        defaults.is_some_and(|defaults| lacks_organization(order, defaults));
    plan.diagnostics.extend(dates_for_a_new_order(order, today));
    if organization_is_missing {
        plan.diagnostics.push(missing_organization());
    }
    plan.diagnostics.extend(price.problem);
    if !plan.diagnostics.has_errors() {
        plan.diagnostics
            .push(messages::paid_order(order, price.words.as_deref()));
        plan.diagnostics
            .extend(exchange::of_a_new_order(order, today));
    }
    plan
}

/// Gives an order the arguments that a new one has, from the configuration and the provider block.
/// An order that was imported has more of them in state: those that CertCentral told.
pub(crate) fn as_configured(
    order: &mut SslOrderModel,
    config: &SslOrderModel,
    defaults: Option<&OrderDefaults>,
) {
    leave_out_what_nobody_sets(order, config);
    match defaults {
        Some(defaults) => apply_defaults(order, config, defaults),
        None => order.organization = config.organization.clone(),
    }
}

/// Optional arguments that the provider could set, but has nothing to say about, stay absent
/// instead of "known after apply".
fn leave_out_what_nobody_sets(order: &mut SslOrderModel, config: &SslOrderModel) {
    macro_rules! as_configured {
        ($($argument:ident),* $(,)?) => { $( order.$argument = config.$argument.clone(); )* };
    }
    as_configured!(
        organization_units,
        profile_option,
        ca_cert_id,
        cert_validity,
        validity_years,
        validity_days,
        custom_expiration_date,
        order_validity,
        auto_renew,
        auto_reissue,
        custom_renewal_message,
        comments,
        locale,
        skip_approval,
        disable_ct,
        renewal_of_order_id,
        renewed_thumbprint,
    );
}

fn apply_defaults(order: &mut SslOrderModel, config: &SslOrderModel, defaults: &OrderDefaults) {
    order.container_id = or(&config.container_id, &defaults.container_id);
    order.payment_method = or(&config.payment_method, &defaults.payment_method);
    order.dcv_method = or(&config.dcv_method, &defaults.dcv_method);
    order.organization = match (&config.organization, &defaults.organization_id) {
        (Attr::Null, Attr::Known(id)) => Attr::Known(OrganizationModel {
            id: Attr::Known(*id),
            ..OrganizationModel::default()
        }),
        (Attr::Null, Attr::Unknown) => Attr::Unknown,
        _ => config.organization.clone(),
    };
}

fn or<T: Clone>(configured: &Attr<T>, default: &Attr<T>) -> Attr<T> {
    if configured.is_null() {
        default.clone()
    } else {
        configured.clone()
    }
}

/// A nested `organization` that holds contacts only cannot take its id from the provider in the
/// plan, because core wants the planned object to be the configured one; the create does that when
/// it sends the order.
fn lacks_organization(order: &SslOrderModel, defaults: &OrderDefaults) -> bool {
    match &order.as_meant().organization {
        Attr::Null => true,
        Attr::Known(given) => {
            given.id.is_null() && given.name.is_null() && defaults.organization_id.is_null()
        }
        Attr::Unknown => false,
    }
}

fn missing_organization() -> Diagnostic {
    Diagnostic::error(
        "Missing organization",
        "An OV or EV order needs an organization. Set `organization = { id = ... }`, or \
         `organization_id` in the provider block; the ids are in CertCentral under Certificates, \
         Organizations.",
    )
    .at(AttributePath::of("organization"))
}

/// The names are known in the plan, so the keys are; `for_each` over DNS records works in the same
/// apply.
pub(crate) fn planned_domain_validations(
    order: &SslOrderModel,
) -> Attr<BTreeMap<String, Attr<DomainValidationModel>>> {
    if !order.names_are_known() {
        return Attr::Unknown;
    }
    Attr::Known(
        order
            .canonical_names()
            .iter()
            .map(|name| {
                (
                    without_wildcard(name).to_owned(),
                    Attr::Known(DomainValidationModel {
                        method: Attr::Unknown,
                        status: Attr::Unknown,
                        record_name: Attr::Unknown,
                        record_type: Attr::Unknown,
                        record_value: Attr::Unknown,
                        http_url: Attr::Unknown,
                        http_content: Attr::Unknown,
                        expires_at: Attr::Unknown,
                    }),
                )
            })
            .collect(),
    )
}
