//! What a reviewer reads where the configuration says more of an imported order than CertCentral does.

use crate::framework::{AttributePath, Diagnostic};
use crate::provider::ssl_order::plan::changes::{Change, Means};

/// The warning for arguments that state takes from the configuration, because CertCentral does not tell or cannot change them.
pub(crate) fn recorded_only(changes: &[Change], order: &str) -> Option<Diagnostic> {
    let recorded: Vec<_> = changes
        .iter()
        .filter(|change| change.means == Means::RecordOnly)
        .collect();
    let first = recorded.first()?;
    let arguments: Vec<_> = recorded
        .iter()
        .map(|change| format!("`{}`", change.argument))
        .collect();
    Some(
        Diagnostic::warning(
            "Change is recorded only",
            format!(
                "Order {order} was imported, and CertCentral does not tell what it was ordered with for {}, or cannot change it any more. State \
                 records the configured value, and the order stays as it is. Nothing is called and nothing is paid.",
                arguments.join(", "),
            ),
        )
        .at(AttributePath::of(first.argument)),
    )
}

#[cfg(test)]
mod tests {
    use super::recorded_only;
    use crate::framework::AttributePath;
    use crate::provider::ssl_order::plan::changes::{Change, Means};

    fn change(argument: &'static str, means: Means) -> Change {
        Change {
            argument,
            means,
            path: AttributePath::of(argument),
        }
    }

    #[test]
    fn only_recorded_arguments_are_named() {
        let changes = [
            change("csr", Means::Reissue),
            change("order_key", Means::RecordOnly),
            change("comments", Means::RecordOnly),
        ];
        let warning = recorded_only(&changes, "112233").unwrap();
        assert_eq!(warning.attribute, Some(AttributePath::of("order_key")));
        assert!(
            warning.detail.starts_with("Order 112233 was imported")
                && warning.detail.contains("for `order_key`, `comments`, or"),
            "{}",
            warning.detail
        );
        assert_eq!(recorded_only(&changes[..1], "112233"), None);
    }
}
