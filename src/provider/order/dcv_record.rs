//! The DNS record that proves control over a domain, by the method of its validation. Pure.

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
