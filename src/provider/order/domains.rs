//! The domains of an order: which are validated, what each of the others waits for, and the DNS record or file that proves control. Pure.

use std::collections::BTreeSet;

use crate::certcentral::{DnsNameValidation, NameCheck, Order, ValidationStatus};
use crate::pki::dns_name::without_wildcard;

/// Where the target of a `dns-cname-token` record points.
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl-check-dcv.html>
const CNAME_TARGET: &str = "dcv.digicert.com";

/// A record to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DcvRecord {
    /// Full name, without a dot at its end.
    pub name: String,
    /// `TXT` or `CNAME`.
    pub kind: &'static str,
    /// Text or target.
    pub value: String,
}

/// The record for a domain (`scope`) and its random value; none if the method proves control in another way.
pub(crate) fn dcv_record(method: &str, scope: &str, token: &str) -> Option<DcvRecord> {
    let scope = without_wildcard(scope);
    match method {
        "dns-txt-token" => Some(DcvRecord {
            name: scope.to_owned(),
            kind: "TXT",
            value: token.to_owned(),
        }),
        "dns-cname-token" => Some(DcvRecord {
            name: format!("{token}.{scope}"),
            kind: "CNAME",
            value: CNAME_TARGET.to_owned(),
        }),
        _ => None,
    }
}

/// The address of the file that proves control over a name.
pub(crate) fn file_url(name: &str) -> String {
    format!("http://{name}/.well-known/pki-validation/fileauth.txt")
}

/// Whether control over a domain is proven.
pub(crate) fn is_validated(validation: &DnsNameValidation) -> bool {
    matches!(
        validation.status.as_deref(),
        Some("approved" | "active" | "complete" | "valid")
    )
}

/// A domain without validation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenDomain {
    /// The domain whose control is proven.
    pub scope: String,
    /// The names of the order that it stands for.
    pub names: Vec<String>,
    /// How control is proven, if CertCentral says so.
    pub method: Option<String>,
}

impl OpenDomain {
    /// The DNS record that it waits for, if it waits for one.
    pub(crate) fn record(&self, token: &str) -> Option<DcvRecord> {
        dcv_record(self.method.as_deref()?, &self.scope, token)
    }

    /// Whether the order's random value proves control.
    pub(crate) fn takes_a_token(&self) -> bool {
        self.method
            .as_deref()
            .is_some_and(|method| method.contains("token"))
    }

    /// What it waits for, for a person.
    pub(crate) fn needs(&self, token: Option<&str>) -> String {
        let method = self.method.as_deref().unwrap_or("unknown");
        let Some(token) = token else {
            return format!("validation by the method `{method}`");
        };
        if let Some(record) = self.record(token) {
            return format!(
                "{} record {} with the value {:?}",
                record.kind, record.name, record.value
            );
        }
        match method {
            "http-token" | "http-token-dynamic" => {
                let files: Vec<_> = self.names.iter().map(|name| file_url(name)).collect();
                format!("file {} with the content {token:?}", files.join(", "))
            }
            _ => format!("validation by the method `{method}`"),
        }
    }
}

/// The domains that order validation shows as not validated.
pub(crate) fn open(order: &Order, validation: &ValidationStatus) -> Vec<OpenDomain> {
    validation
        .dns_name_validations
        .iter()
        .filter(|domain| !is_validated(domain))
        .map(|domain| OpenDomain {
            scope: domain
                .name_scope
                .clone()
                .or_else(|| domain.dns_names.first().cloned())
                .unwrap_or_default(),
            names: domain.dns_names.clone(),
            method: domain.method.clone().or_else(|| order.dcv_method.clone()),
        })
        .collect()
}

/// Takes out what a check found validated.
pub(crate) fn drop_approved(domains: &mut Vec<OpenDomain>, checks: &[NameCheck]) {
    let approved: BTreeSet<_> = checks
        .iter()
        .filter(|check| check.status.as_deref() == Some("approved"))
        .map(|check| check.dns_name.as_str())
        .collect();
    domains.retain(|domain| {
        domain.names.is_empty()
            || !domain
                .names
                .iter()
                .all(|name| approved.contains(name.as_str()))
    });
}

/// Names of the records that open domains wait for and that are not among `given`.
pub(crate) fn missing<'a>(
    domains: &'a [OpenDomain],
    token: &str,
    given: &[&str],
) -> Vec<(&'a OpenDomain, DcvRecord)> {
    let given: BTreeSet<_> = given.iter().map(|name| canonical(name)).collect();
    domains
        .iter()
        .filter_map(|domain| Some((domain, domain.record(token)?)))
        .filter(|(_, record)| !given.contains(&canonical(&record.name)))
        .collect()
}

fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{OpenDomain, drop_approved, missing};
    use crate::certcentral::NameCheck;

    fn domain(method: &str) -> OpenDomain {
        OpenDomain {
            scope: "example.com".to_owned(),
            names: vec!["shop.example.com".to_owned(), "www.example.com".to_owned()],
            method: Some(method.to_owned()),
        }
    }

    fn checked(names: &[(&str, &str)]) -> Vec<NameCheck> {
        let checks: Vec<_> = names
            .iter()
            .map(|(name, status)| serde_json::json!({ "dns_name": name, "status": status }))
            .collect();
        serde_json::from_value(checks.into()).unwrap()
    }

    #[test]
    fn each_method_says_what_it_waits_for() {
        for (method, expected) in [
            (
                "dns-txt-token",
                "TXT record example.com with the value \"9kq\"",
            ),
            (
                "dns-cname-token",
                "CNAME record 9kq.example.com with the value \"dcv.digicert.com\"",
            ),
            (
                "http-token",
                "file http://shop.example.com/.well-known/pki-validation/fileauth.txt, \
                 http://www.example.com/.well-known/pki-validation/fileauth.txt with the content \"9kq\"",
            ),
            ("email", "validation by the method `email`"),
        ] {
            assert_eq!(domain(method).needs(Some("9kq")), expected);
        }
        assert_eq!(
            domain("dns-txt-token").needs(None),
            "validation by the method `dns-txt-token`"
        );
    }

    #[test]
    fn a_domain_is_settled_when_each_of_its_names_is_approved() {
        let mut domains = vec![domain("email")];
        drop_approved(
            &mut domains,
            &checked(&[
                ("shop.example.com", "approved"),
                ("www.example.com", "unapproved"),
            ]),
        );
        assert_eq!(domains.len(), 1);
        drop_approved(
            &mut domains,
            &checked(&[
                ("shop.example.com", "approved"),
                ("www.example.com", "approved"),
            ]),
        );
        assert_eq!(domains, []);
    }

    #[test]
    fn a_name_that_no_check_mentions_stays_open() {
        let mut domains = vec![OpenDomain {
            names: Vec::new(),
            ..domain("dns-txt-token")
        }];
        drop_approved(&mut domains, &checked(&[("shop.example.com", "approved")]));
        assert_eq!(domains.len(), 1);
    }

    #[test]
    fn only_records_can_be_missing() {
        let domains = [domain("dns-txt-token"), domain("http-token")];
        let names = |given: &[&str]| -> Vec<String> {
            missing(&domains, "9kq", given)
                .into_iter()
                .map(|(_, record)| record.name)
                .collect()
        };
        assert_eq!(names(&[]), ["example.com"]);
        assert_eq!(names(&["EXAMPLE.com."]), [] as [&str; 0]);
    }
}
