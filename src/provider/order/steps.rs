//! Which steps of its validation an order still waits for, and who has to take them. Pure.

use super::domains;
use super::domains::OpenDomain;
use super::status;
use crate::certcentral::{Order, OrderStatus, OrganizationStep, ValidationStatus};

/// What order validation says of an order that is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OpenSteps {
    /// The domains over which control is not proven.
    pub domains: Vec<OpenDomain>,
    /// Whether the organization is not validated.
    pub organization: bool,
    /// Whether the answer says anything: without one nobody knows which step is open.
    pub is_told: bool,
}

impl OpenSteps {
    /// Reads the steps out of an answer.
    pub(crate) fn of(order: &Order, validation: &ValidationStatus) -> Self {
        Self {
            domains: domains::open(order, validation),
            organization: organization_is_open(order, &validation.organization_validations),
            is_told: true,
        }
    }

    /// Whether somebody has to do something that takes longer than an apply: the owner of a domain,
    /// or the people at DigiCert who validate organizations.
    pub(crate) fn take_people(&self) -> bool {
        self.organization || !self.domains.is_empty()
    }

    /// One sentence or two: what the status means, which step is open and who has to act.
    pub(crate) fn detail(&self, status: &OrderStatus) -> String {
        let meaning = status::detail(status);
        if !self.is_told {
            return meaning.to_owned();
        }
        match status {
            OrderStatus::Pending if self.take_people() => self.sentences().join(" "),
            OrderStatus::Pending => {
                "The domains and the organization are validated; DigiCert issues the certificate."
                    .to_owned()
            }
            OrderStatus::ReissuePending if self.take_people() => {
                format!("{meaning} {}", self.sentences().join(" "))
            }
            _ => meaning.to_owned(),
        }
    }

    fn sentences(&self) -> Vec<String> {
        let mut all = Vec::new();
        if !self.domains.is_empty() {
            let scopes: Vec<_> = self.domains.iter().map(|it| it.scope.as_str()).collect();
            all.push(format!(
                "Control over {} is not proven: {}.",
                scopes.join(", "),
                self.what_the_owner_does()
            ));
        }
        if self.organization {
            all.push(
                "DigiCert's staff have yet to validate the organization, which may take days; \
                nothing in Terraform can speed it up."
                    .to_owned(),
            );
        }
        all
    }

    fn what_the_owner_does(&self) -> &'static str {
        let methods: Vec<_> = self
            .domains
            .iter()
            .map(|it| it.method.as_deref().unwrap_or_default())
            .collect();
        match methods.as_slice() {
            all if all.iter().all(|method| method.starts_with("dns-")) => {
                "create the DNS records that `domain_validations` names"
            }
            all if all.iter().all(|method| *method == "http-token") => {
                "serve the files that `domain_validations` names"
            }
            // DigiCert chooses the name, and its answers do not always tell it.
            all if all.iter().all(|method| *method == "http-token-dynamic") => {
                "serve the files that `domain_validations` names; where it names no address, \
                 CertCentral shows the generated file name at the order"
            }
            all if all.iter().all(|method| *method == "email") => {
                "the owner has to follow the link in DigiCert's e-mail"
            }
            _ => "the owner has to do what `domain_validations` names",
        }
    }
}

/// An answer may list validations for other kinds of product. What is not told is not waited for.
fn organization_is_open(order: &Order, steps: &[OrganizationStep]) -> bool {
    let kind = order
        .product
        .as_ref()
        .and_then(|product| product.validation_type.as_deref());
    let is_of_the_order = |step: &&OrganizationStep| match (kind, step.kind.as_deref()) {
        (Some(kind), Some(told)) => kind.eq_ignore_ascii_case(told),
        _ => false,
    };
    let of_the_order: Vec<_> = steps.iter().filter(is_of_the_order).collect();
    let counted = match of_the_order.is_empty() {
        true => steps.iter().collect(),
        false => of_the_order,
    };
    counted.iter().any(|step| {
        step.status
            .as_deref()
            .is_some_and(|status| !is_done(status))
    })
}

fn is_done(status: &str) -> bool {
    ["complete", "active", "approved", "valid"]
        .iter()
        .any(|done| status.eq_ignore_ascii_case(done))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::OpenSteps;
    use crate::certcentral::{Order, OrderStatus, ValidationStatus};
    use crate::provider::ssl_order::samples::fixture;

    /// The fixture with these validations of the organization, and this status and method of the
    /// domain.
    fn steps(organization: Value, domain: &str, method: &str) -> OpenSteps {
        let order: Order = fixture("order_info_pending.json");
        let mut body: Value = fixture("validation_status.json");
        body["organization_validations"] = organization;
        body["dns_name_validations"][0]["status"] = domain.into();
        body["dns_name_validations"][0]["method"] = method.into();
        let validation: ValidationStatus = serde_json::from_value(body).unwrap();
        OpenSteps::of(&order, &validation)
    }

    fn ov(status: &str) -> Value {
        json!([{ "type": "ov", "status": status }])
    }

    #[test]
    fn the_open_step_is_named_with_who_has_to_take_it() {
        let organization = "DigiCert's staff have yet to validate the organization, which may take \
            days; nothing in Terraform can speed it up.";
        let records = "Control over example.com is not proven: create the DNS records that \
            `domain_validations` names.";
        for (organization_status, domain, expected) in [
            ("pending", "approved", organization.to_owned()),
            ("complete", "unapproved", records.to_owned()),
            ("expired", "unapproved", format!("{records} {organization}")),
            (
                "active",
                "approved",
                "The domains and the organization are validated; DigiCert issues the certificate."
                    .to_owned(),
            ),
        ] {
            let steps = steps(ov(organization_status), domain, "dns-cname-token");
            assert_eq!(steps.detail(&OrderStatus::Pending), expected);
            let takes_people = organization_status != "active";
            assert_eq!(steps.take_people(), takes_people, "{expected}");
        }
    }

    #[test]
    fn each_method_says_what_its_owner_does() {
        for (method, words) in [
            (
                "dns-txt-token",
                "create the DNS records that `domain_validations` names.",
            ),
            (
                "http-token",
                "serve the files that `domain_validations` names.",
            ),
            (
                "http-token-dynamic",
                "CertCentral shows the generated file name at the order.",
            ),
            (
                "email",
                "the owner has to follow the link in DigiCert's e-mail.",
            ),
            (
                "brand-new",
                "the owner has to do what `domain_validations` names.",
            ),
        ] {
            let said = steps(ov("complete"), "unapproved", method).detail(&OrderStatus::Pending);
            assert!(said.ends_with(words), "{method}: {said}");
        }
    }

    #[test]
    fn a_reissue_says_that_the_certificate_stays_and_other_statuses_say_what_they_mean() {
        let open = steps(ov("complete"), "unapproved", "dns-txt-token");
        assert_eq!(
            open.detail(&OrderStatus::ReissuePending),
            "A reissue is under way; the current certificate stays valid. Control over example.com \
             is not proven: create the DNS records that `domain_validations` names."
        );
        assert_eq!(
            open.detail(&OrderStatus::Issued),
            "The certificate is issued."
        );
        assert_eq!(
            OpenSteps::default().detail(&OrderStatus::Pending),
            "DigiCert validates the domains and the organization; unvalidated domains wait for \
             their owner."
        );
    }

    #[test]
    fn only_the_validation_of_the_orders_own_kind_counts() {
        let others =
            json!([{ "type": "ev", "status": "pending" }, { "type": "OV", "status": "complete" }]);
        assert!(!steps(others, "approved", "email").take_people());
        let no_kind = json!([{ "status": "pending" }]);
        assert!(steps(no_kind, "approved", "email").take_people());
        for not_told in [json!([]), json!([{ "type": "ov" }]), json!("odd")] {
            assert!(
                !steps(not_told.clone(), "approved", "email").take_people(),
                "{not_told}"
            );
        }
    }
}
