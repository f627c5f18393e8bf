//! DNS records that several names of an order share: what a plan says if one of these names goes.

use crate::framework::{AttributePath, Diagnostic};
use crate::provider::ssl_order::model::{DomainValidationModel, SslOrderModel};

/// A warning if a name that is dropped shares its record with one that stays. A configuration that
/// creates a record for each name destroys the record of them all together with that name.
pub(super) fn dropped(prior: &SslOrderModel, planned: &SslOrderModel) -> Option<Diagnostic> {
    let former = prior.domain_validations.known()?;
    let staying = planned.domain_validations.known()?;
    let records = former
        .iter()
        .filter(|(name, _)| !staying.contains_key(*name))
        .filter_map(|(name, validation)| Some((name, record_name(validation.known()?)?)));
    let shared: Vec<_> = records
        .filter_map(|(name, record)| {
            let others: Vec<_> = former
                .iter()
                .filter(|(other, _)| staying.contains_key(*other))
                .filter(|(_, validation)| validation.known().and_then(record_name) == Some(record))
                .map(|(other, _)| other.as_str())
                .collect();
            let is_shared = !others.is_empty();
            is_shared.then(|| {
                format!(
                    "- {record}, the record of {name}, is that of {} as well",
                    others.join(", ")
                )
            })
        })
        .collect();
    if shared.is_empty() {
        return None;
    }
    let order = prior.common_name.as_str().unwrap_or_default();
    Some(
        Diagnostic::warning(
            format!("Order for {order}: a dropped name shares its DNS record"),
            format!(
                "This apply drops names whose DNS record other names of the order \
                 need:\n{}\n\nWhere a configuration creates the records with `for_each` over \
                 `domain_validations`, this apply destroys the record together with the key of the \
                 dropped name, and the other names cannot be proven again. Key the records by \
                 their domains instead; the guide on DNS validation shows how.",
                shared.join("\n")
            ),
        )
        .at(AttributePath::of("dns_names")),
    )
}

fn record_name(validation: &DomainValidationModel) -> Option<&str> {
    validation.record_name.as_str()
}

#[cfg(test)]
mod tests {
    use super::dropped;
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::{DomainValidationModel, SslOrderModel};
    use crate::provider::ssl_order::samples::{order, placed};

    /// An order whose names are proven by these records.
    fn proven_by(records: &[(&str, Option<&str>)]) -> SslOrderModel {
        let mut order = placed(&order());
        let validations = records.iter().map(|(name, record)| {
            let validation = DomainValidationModel {
                record_name: record.map(str::to_owned).into(),
                ..DomainValidationModel::default()
            };
            ((*name).to_owned(), Attr::Known(validation))
        });
        order.domain_validations = Attr::Known(validations.collect());
        order
    }

    #[test]
    fn a_dropped_name_is_spoken_of_only_if_its_record_is_needed_further_on() {
        let [com, org] = [Some("_dnsauth.example.com"), Some("_dnsauth.example.org")];
        let prior = proven_by(&[
            ("a.example.com", com),
            ("b.example.com", com),
            ("c.example.org", org),
        ]);
        let said = dropped(
            &prior,
            &proven_by(&[("b.example.com", None), ("c.example.org", None)]),
        )
        .unwrap();
        assert_eq!(
            said.summary,
            "Order for shop.example.com: a dropped name shares its DNS record"
        );
        let line = "- _dnsauth.example.com, the record of a.example.com, is that of b.example.com \
            as well\n";
        assert!(said.detail.contains(line), "{}", said.detail);
        for staying in [
            &[("a.example.com", com), ("b.example.com", com)][..],
            &[
                ("a.example.com", com),
                ("b.example.com", com),
                ("c.example.org", org),
            ],
            &[("c.example.org", org)],
        ] {
            assert_eq!(dropped(&prior, &proven_by(staying)), None, "{staying:?}");
        }
        let by_mail = proven_by(&[("a.example.com", None), ("b.example.com", None)]);
        assert_eq!(
            dropped(&by_mail, &proven_by(&[("b.example.com", None)])),
            None
        );
    }
}
