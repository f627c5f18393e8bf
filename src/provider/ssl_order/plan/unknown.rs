//! What of an existing order an apply will tell anew.

use super::create::planned_domain_validations;
use crate::framework::Attr;
use crate::provider::ssl_order::model::SslOrderModel;

/// A clock whose days change is read again by the apply.
pub(crate) fn clocks(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    if planned.reissue_days_before_expiry != prior.reissue_days_before_expiry {
        planned.ready_for_reissue = Attr::Unknown;
    }
    if planned.renew_days_before_expiry != prior.renew_days_before_expiry {
        planned.ready_for_renewal = Attr::Unknown;
    }
}

/// The certificate, and the status, because the reissue may have to be approved or validated first.
pub(crate) fn reissue(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    planned.certificate_id = Attr::Unknown;
    planned.requests = Attr::Unknown;
    planned.status = Attr::Unknown;
    planned.status_detail = Attr::Unknown;
    planned.certificate_pem = Attr::Unknown;
    planned.chain_pem = Attr::Unknown;
    planned.fullchain_pem = Attr::Unknown;
    planned.root_pem = Attr::Unknown;
    planned.certificate_chain = Attr::Unknown;
    planned.serial_number = Attr::Unknown;
    planned.thumbprint = Attr::Unknown;
    planned.issuer_common_name = Attr::Unknown;
    planned.valid_from = Attr::Unknown;
    planned.valid_till = Attr::Unknown;
    planned.ready_for_reissue = Attr::Unknown;
    keep_validations_of_former_names(prior, planned);
}

/// Everything, since another order takes this one's place. A reference that the user chose stays.
pub(crate) fn renewal(planned: &mut SslOrderModel, own_reference: &Attr<String>) {
    let former = planned.clone();
    reissue(&former, planned);
    planned.id = Attr::Unknown;
    planned.order_id = Attr::Unknown;
    planned.order_valid_till = Attr::Unknown;
    planned.ready_for_renewal = Attr::Unknown;
    if own_reference.is_null() {
        planned.alternative_order_id = Attr::Unknown;
    }
    domain_validations(planned);
}

/// How control over the names is proven.
pub(crate) fn domain_validations(planned: &mut SslOrderModel) {
    planned.domain_validations = planned_domain_validations(planned);
}

/// DNS records of names that are proven already stay as they are; only new names become unknown.
fn keep_validations_of_former_names(prior: &SslOrderModel, planned: &mut SslOrderModel) {
    domain_validations(planned);
    let (Attr::Known(former), Attr::Known(validations)) =
        (&prior.domain_validations, &mut planned.domain_validations)
    else {
        return;
    };
    for (name, validation) in validations {
        if let Some(known) = former.get(name) {
            *validation = known.clone();
        }
    }
}
