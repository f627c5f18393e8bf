//! Which names a public certificate may carry.

use std::net::IpAddr;

/// Letters, digits and hyphens in at least two labels; one `*` as the left-most label; no IP address, no underscore.
pub(crate) fn dns_name_is_valid(name: &str) -> bool {
    let rest = name.strip_prefix("*.").unwrap_or(name);
    let labels: Vec<&str> = rest.split('.').collect();
    labels.len() >= 2
        && rest.len() <= 253
        && rest.parse::<IpAddr>().is_err()
        && labels.iter().all(|label| label_is_valid(label))
        && labels
            .last()
            .is_some_and(|top| !INTERNAL.contains(&top.to_lowercase().as_str()))
}

/// Top labels that no public certificate authority may sign.
const INTERNAL: [&str; 6] = ["local", "localhost", "internal", "lan", "corp", "home"];

fn label_is_valid(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_host_names_pass() {
        for good in ["example.com", "*.example.com", "xn--bcher-kva.example"] {
            assert!(dns_name_is_valid(good), "{good}");
        }
        for bad in [
            "",
            "server",
            "db.internal",
            "a_b.example.com",
            "www.*.example.com",
            "*.*.example.com",
            "10.0.0.1",
            "-a.example.com",
            "https://example.com",
            "example.com.",
        ] {
            assert!(!dns_name_is_valid(bad), "{bad}");
        }
    }
}
