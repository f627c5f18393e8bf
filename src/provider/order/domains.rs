//! The domains of an order: which are validated, what each of the others waits for, and the DNS
//! record or file that proves control. Pure.

use std::collections::BTreeSet;

use crate::certcentral::{DnsNameValidation, NameCheck, Order, ValidationStatus};
use crate::pki::dns_name::without_wildcard;

/// Label of the name at which DigiCert looks for a record first; the domain itself comes second.
/// Source: <https://github.com/digicert/domain-control-validation>, and the page on the DNS CNAME
/// method of docs.digicert.com.
const DNSAUTH: &str = "_dnsauth";
/// Domain of the target of a `dns-cname-token` record, below which the random value is a label.
/// Source: the page on the DNS CNAME method of docs.digicert.com.
const CNAME_TARGET: &str = "dcv.digicert.com";

/// Label of the name of a record that proves control again and again. Source: Baseline Requirements
/// 3.2.2.4.22, and the same repository.
const PERSISTENT: &str = "_validation-persist";
/// Methods that prove control without a record.
const WITHOUT_A_RECORD: [&str; 3] = ["email", "http-token", "http-token-dynamic"];
/// Methods whose record follows from the random value of the order.
const BY_THE_VALUE: [&str; 2] = ["dns-txt-token", "dns-cname-token"];

/// What proves control over a domain, as CertCentral gives it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Proof<'a> {
    /// The random value.
    pub token: &'a str,
    /// Where a CNAME record must point, if the answer names it.
    pub cname_target: Option<&'a str>,
    /// Where the file must be served, if the answer names it.
    pub file_url: Option<&'a str>,
    /// The record to create, as far as the answer names it.
    pub record: Given<'a>,
}

/// A record as an answer names it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Given<'a> {
    /// Full name.
    pub name: Option<&'a str>,
    /// Such as `TXT`.
    pub kind: Option<&'a str>,
    /// Text or target.
    pub value: Option<&'a str>,
}

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

/// The record for a domain (`scope`) and its proof; none if the method proves control in another
/// way.
pub(crate) fn dcv_record(method: &str, scope: &str, proof: Proof<'_>) -> Option<DcvRecord> {
    let scope = without_wildcard(scope);
    let token = proof.token;
    match method {
        "dns-txt-token" => Some(DcvRecord {
            name: scope.to_owned(),
            kind: "TXT",
            value: token.to_owned(),
        }),
        "dns-cname-token" => Some(cname(scope, token, proof.cname_target)),
        _ if WITHOUT_A_RECORD.contains(&method) => None,
        _ => of_a_method_to_come(method, scope, proof),
    }
}

/// The record of a method that this provider does not know, as the answer names it. Only the place
/// of a persistent record is known without.
fn of_a_method_to_come(method: &str, scope: &str, proof: Proof<'_>) -> Option<DcvRecord> {
    let given = proof.record;
    let name = match given.name {
        Some(name) => name.trim_end_matches('.').to_owned(),
        None if method.contains("persist") => format!("{PERSISTENT}.{scope}"),
        None => return None,
    };
    let told = given.kind.unwrap_or(method);
    let is_cname = told.to_lowercase().contains("cname");
    Some(DcvRecord {
        name,
        kind: if is_cname { "CNAME" } else { "TXT" },
        value: given
            .value
            .or(proof.cname_target)
            .unwrap_or(proof.token)
            .to_owned(),
    })
}

/// A target without the value is the form of before 2025-10-28, which has the value in the record's
/// name. It stays in use where an answer names it.
fn cname(scope: &str, token: &str, target: Option<&str>) -> DcvRecord {
    let target = target.map(|target| target.trim_end_matches('.'));
    let (name, value) = match target {
        Some(target) if !target.to_lowercase().contains(&token.to_lowercase()) => {
            (format!("{token}.{scope}"), target.to_owned())
        }
        Some(target) => (format!("{DNSAUTH}.{scope}"), target.to_owned()),
        None => (
            format!("{DNSAUTH}.{scope}"),
            format!("{token}.{CNAME_TARGET}"),
        ),
    };
    DcvRecord {
        name,
        kind: "CNAME",
        value,
    }
}

/// The address of the file that proves control over a name: the one that CertCentral gives. Only
/// that of `http-token` is known without, because the file name of `http-token-dynamic` is
/// DigiCert's choice.
pub(crate) fn file_url(method: &str, name: &str, given: Option<&str>) -> Option<String> {
    let of_the_name =
        given.filter(|url| host(url).is_some_and(|host| host.eq_ignore_ascii_case(name)));
    match (of_the_name, method) {
        (Some(url), _) => Some(url.to_owned()),
        (None, "http-token") => Some(format!(
            "http://{name}/.well-known/pki-validation/fileauth.txt"
        )),
        (None, _) => None,
    }
}

/// The host of an address.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split(['/', ':', '?']).next()
}

/// Whether CertCentral tells the random value of an order with this method on demand. It tells that
/// of `http-token-dynamic` only with the order. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/dv-ssl--generate-dcv-token.html>
pub(crate) fn has_a_value_to_ask_for(method: &str) -> bool {
    method.contains("token") && method != "http-token-dynamic"
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
        let proof = Proof {
            token,
            ..Proof::default()
        };
        // The record of another method is what the answer to the order says.
        let method = self.method.as_deref()?;
        let is_known = BY_THE_VALUE.contains(&method);
        is_known.then(|| dcv_record(method, &self.scope, proof))?
    }

    /// The names at which DigiCert looks for its record, and the one that a CNAME record had before
    /// 2025-10-28.
    fn places(&self, token: &str) -> [String; 3] {
        let scope = without_wildcard(&self.scope);
        [
            format!("{DNSAUTH}.{scope}"),
            scope.to_owned(),
            format!("{token}.{scope}"),
        ]
    }

    /// Whether the order's random value proves control and can be asked for.
    pub(crate) fn takes_a_token(&self) -> bool {
        self.method.as_deref().is_some_and(has_a_value_to_ask_for)
    }

    /// What it waits for, for a person.
    pub(crate) fn needs(&self, token: Option<&str>) -> String {
        let method = self.method.as_deref().unwrap_or("unknown");
        if method == "http-token-dynamic" {
            return "a file whose name DigiCert has generated; CertCentral shows it at the order"
                .to_owned();
        }
        let Some(token) = token else {
            return format!("validation by the method `{method}`");
        };
        if let Some(record) = self.record(token) {
            return format!(
                "{} record {} with the value {:?}",
                record.kind, record.name, record.value
            );
        }
        let names = self.names.iter();
        let files: Vec<_> = names
            .filter_map(|name| file_url(method, name, None))
            .collect();
        match method {
            "http-token" => format!("file {} with the content {token:?}", files.join(", ")),
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

/// Records that open domains wait for, where `given` names none of the places at which DigiCert
/// looks.
pub(crate) fn missing<'a>(
    domains: &'a [OpenDomain],
    token: &str,
    given: &[&str],
) -> Vec<(&'a OpenDomain, DcvRecord)> {
    let given: BTreeSet<_> = given.iter().map(|name| canonical(name)).collect();
    domains
        .iter()
        .filter_map(|domain| Some((domain, domain.record(token)?)))
        .filter(|(domain, _)| {
            let mut places = domain.places(token).into_iter();
            !places.any(|place| given.contains(&canonical(&place)))
        })
        .collect()
}

fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{Given, OpenDomain, Proof, dcv_record, drop_approved, file_url, missing};
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
                "CNAME record _dnsauth.example.com with the value \"9kq.dcv.digicert.com\"",
            ),
            (
                "http-token",
                "file http://shop.example.com/.well-known/pki-validation/fileauth.txt, \
                 http://www.example.com/.well-known/pki-validation/fileauth.txt with the content \
                 \"9kq\"",
            ),
            (
                "http-token-dynamic",
                "a file whose name DigiCert has generated; CertCentral shows it at the order",
            ),
            ("email", "validation by the method `email`"),
            ("dns-persist", "validation by the method `dns-persist`"),
        ] {
            assert_eq!(domain(method).needs(Some("9kq")), expected);
        }
        assert_eq!(
            domain("dns-txt-token").needs(None),
            "validation by the method `dns-txt-token`"
        );
    }

    #[test]
    fn the_record_of_a_method_to_come_is_what_the_answer_names() {
        let value = "digicert.com; accounturi=https://example.com/acct/1";
        let given = |name, kind, value| Given { name, kind, value };
        for (method, record, expected) in [
            (
                "dns-txt-persist",
                given(None, None, None),
                Some(("_validation-persist.example.com", "TXT", "9kq")),
            ),
            (
                "dns-txt-persist",
                given(None, None, Some(value)),
                Some(("_validation-persist.example.com", "TXT", value)),
            ),
            (
                "dns-of-tomorrow",
                given(
                    Some("_new.example.com."),
                    Some("cname"),
                    Some("x.digicert.com"),
                ),
                Some(("_new.example.com", "CNAME", "x.digicert.com")),
            ),
            ("dns-of-tomorrow", given(None, None, None), None),
            ("email", given(Some("a.example.com"), None, None), None),
        ] {
            let proof = Proof {
                token: "9kq",
                record,
                ..Proof::default()
            };
            let found = dcv_record(method, "*.example.com", proof);
            let found = found.as_ref();
            let found = found.map(|it| (it.name.as_str(), it.kind, it.value.as_str()));
            assert_eq!(found, expected, "{method}");
        }
        // A wait knows the value of the order only, which may be that of another domain.
        assert_eq!(domain("dns-txt-persist").record("9kq"), None);
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
        assert_eq!(
            names(&["shop.example.com", "_dnsauth.example.org"]),
            ["example.com"]
        );
        for place in [
            "EXAMPLE.com.",
            "_dnsauth.example.com",
            "_DNSAUTH.Example.com.",
        ] {
            assert_eq!(names(&[place]), [] as [&str; 0], "{place}");
        }
    }

    #[test]
    fn a_cname_record_stands_at_dnsauth_in_either_place_or_where_it_stood_before() {
        let domains = [domain("dns-cname-token")];
        for place in ["_dnsauth.example.com", "example.com", "9kq.example.com"] {
            assert_eq!(missing(&domains, "9kq", &[place]), [], "{place}");
        }
        let waits_for = missing(&domains, "9kq", &["www.example.com"]);
        assert_eq!(waits_for[0].1.name, "_dnsauth.example.com");
    }

    #[test]
    fn a_target_that_the_answer_names_is_passed_on_with_the_name_that_goes_with_it() {
        let record = |target| {
            let proof = Proof {
                token: "_9kq",
                cname_target: target,
                ..Proof::default()
            };
            let record = dcv_record("dns-cname-token", "*.example.com", proof).unwrap();
            (record.name, record.value)
        };
        let expected = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            record(None),
            expected("_dnsauth.example.com", "_9kq.dcv.digicert.com")
        );
        assert_eq!(
            record(Some("_9KQ.dcv.digicert.eu.")),
            expected("_dnsauth.example.com", "_9KQ.dcv.digicert.eu")
        );
        assert_eq!(
            record(Some("dcv.digicert.com")),
            expected("_9kq.example.com", "dcv.digicert.com")
        );
    }

    #[test]
    fn the_file_is_where_certcentral_says_and_only_http_token_has_a_name_of_its_own() {
        let given = "http://shop.example.com/.well-known/pki-validation/a7f3.txt";
        let url = |method, name, given| file_url(method, name, given);
        assert_eq!(
            url("http-token-dynamic", "shop.example.com", Some(given)).as_deref(),
            Some(given)
        );
        assert_eq!(url("http-token-dynamic", "shop.example.com", None), None);
        assert_eq!(
            url("http-token-dynamic", "www.example.com", Some(given)),
            None,
            "the file of another name"
        );
        let fixed = "http://www.example.com/.well-known/pki-validation/fileauth.txt";
        assert_eq!(
            url("http-token", "www.example.com", None).as_deref(),
            Some(fixed)
        );
    }
}
