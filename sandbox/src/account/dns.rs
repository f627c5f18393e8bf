//! The DNS of the sandbox: a set of records that the control interface fills. Nothing resolves them; a check of an order reads them.

use std::collections::BTreeSet;

use serde::Serialize;

/// One record. Names and types are compared without case, and names without a dot at their end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct DnsRecord {
    /// Such as `TXT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Full name.
    pub name: String,
    /// The text of a `TXT`, the target of a `CNAME`.
    pub value: String,
}

impl DnsRecord {
    /// A record.
    #[must_use]
    pub fn new(kind: &str, name: &str, value: &str) -> Self {
        let kind = kind.to_uppercase();
        let value = match kind.as_str() {
            "CNAME" => canonical(value),
            _ => value.to_owned(),
        };
        Self {
            kind,
            name: canonical(name),
            value,
        }
    }
}

/// All records.
pub(crate) type Zone = BTreeSet<DnsRecord>;

fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::DnsRecord;

    #[test]
    fn spellings_of_a_name_are_one_record_and_those_of_a_text_are_not() {
        let record = DnsRecord::new("CNAME", "Token.Example.com.", "dcv.DigiCert.com.");
        assert_eq!(
            record,
            DnsRecord::new("cname", "token.example.com", "dcv.digicert.com")
        );
        assert_ne!(
            DnsRecord::new("TXT", "example.com", "Token"),
            DnsRecord::new("TXT", "example.com", "token")
        );
    }
}
