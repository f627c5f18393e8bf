//! The names that an order asks for, held against those that a certificate covers: one rule for
//! plan, refresh, import and apply. Pure.

use std::collections::BTreeSet;

use super::SslOrderModel;
use crate::pki::{canonical, dns_name::without_wildcard};

/// What an order asks for. CertCentral adds base domain and `www` to some products at no charge:
/// such a companion counts as nobody's wish, unless somebody asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AskedNames {
    now: BTreeSet<String>,
    /// What was asked for so far. A name that goes away from here is dropped, whatever else it is.
    before: BTreeSet<String>,
}

impl AskedNames {
    /// Returns the names of an order that nobody changes.
    pub(crate) fn of(order: &SslOrderModel) -> Self {
        Self::only(order.canonical_names())
    }

    /// Returns these names, all in canonical form.
    pub(crate) fn only(now: BTreeSet<String>) -> Self {
        Self {
            now,
            before: BTreeSet::new(),
        }
    }

    /// Returns the names of a plan. Those of an imported order are what CertCentral told, and
    /// nobody's wish so far.
    pub(crate) fn changed(
        prior: &SslOrderModel,
        planned: &SslOrderModel,
        is_imported: bool,
    ) -> Self {
        let before = match is_imported {
            true => BTreeSet::new(),
            false => prior.canonical_names(),
        };
        Self {
            now: planned.canonical_names(),
            before,
        }
    }

    /// Returns the names that are asked for and not covered.
    pub(crate) fn missing_in(&self, covered: &BTreeSet<String>) -> Vec<String> {
        self.now.difference(covered).cloned().collect()
    }

    /// Returns the names that are covered and not asked for, without companions.
    pub(crate) fn further_in(&self, covered: &BTreeSet<String>) -> Vec<String> {
        let further = covered.difference(&self.now);
        further
            .filter(|name| !self.is_companion(name))
            .cloned()
            .collect()
    }

    /// Returns the names that are covered and that CertCentral has added by itself.
    pub(crate) fn companions_in(&self, covered: &BTreeSet<String>) -> Vec<String> {
        let further = covered.difference(&self.now);
        further
            .filter(|name| self.is_companion(name))
            .cloned()
            .collect()
    }

    /// Returns whether exactly these names are covered, but for companions.
    pub(crate) fn fit(&self, covered: &BTreeSet<String>) -> bool {
        self.now.is_subset(covered) && self.further_in(covered).is_empty()
    }

    /// Returns whether the names differ from those of `other` in nothing but names of `left_out`.
    pub(crate) fn differ_only_in(
        &self,
        other: &SslOrderModel,
        left_out: &BTreeSet<String>,
    ) -> bool {
        let other = other.canonical_names();
        let mut differing = self.now.symmetric_difference(&other);
        differing.all(|name| left_out.contains(name))
    }

    fn is_companion(&self, name: &str) -> bool {
        !self.before.contains(name) && is_companion_of(name, &self.now)
    }
}

/// Returns the names that an import leaves out: CertCentral may have added them by itself, and a
/// configuration without them is the one that the order was placed with. Of two names that may each
/// be the companion of the other, the common name or the shorter one stays.
pub(crate) fn companions_told(common_name: &str, told: &BTreeSet<String>) -> BTreeSet<String> {
    let common_name = canonical(common_name).unwrap_or_else(|_| common_name.to_lowercase());
    let is_left_out = |name: &&String| {
        let added_to_wildcard = told.contains(&format!("*.{name}"));
        let added_to_base = name
            .strip_prefix("www.")
            .is_some_and(|base| told.contains(base));
        let added_to_common_name = format!("www.{name}") == common_name;
        **name != common_name && (added_to_wildcard || added_to_base || added_to_common_name)
    };
    told.iter().filter(is_left_out).cloned().collect()
}

/// Returns whether CertCentral may have added a name by itself to a certificate for others.
fn is_companion_of(name: &str, names: &BTreeSet<String>) -> bool {
    without_wildcard(name) == name
        && (names.contains(&format!("*.{name}"))
            || names.contains(&format!("www.{name}"))
            || name
                .strip_prefix("www.")
                .is_some_and(|base| names.contains(base)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{AskedNames, companions_told};
    use crate::provider::ssl_order::model::SslOrderModel;
    use crate::provider::ssl_order::samples::names;

    fn set(all: &[&str]) -> BTreeSet<String> {
        all.iter().map(|name| (*name).to_owned()).collect()
    }

    fn order(all: &[&str]) -> SslOrderModel {
        SslOrderModel {
            common_name: all[0].into(),
            dns_names: names(&all[1..]),
            ..SslOrderModel::default()
        }
    }

    #[test]
    fn companions_of_what_is_asked_for_do_not_count() {
        for (asked, covered, further, fits) in [
            (&["a.com"][..], &["a.com", "www.a.com"][..], &[][..], true),
            (&["www.a.com"], &["a.com", "www.a.com"], &[], true),
            (&["*.a.com"], &["*.a.com", "a.com"], &[], true),
            (
                &["*.a.com"],
                &["*.a.com", "www.a.com"],
                &["www.a.com"],
                false,
            ),
            (&["a.com"], &["a.com", "api.a.com"], &["api.a.com"], false),
            (&["a.com"], &["a.com", "*.a.com"], &["*.a.com"], false),
            (&["a.com", "b.com"], &["a.com", "www.a.com"], &[], false),
        ] {
            let (asked, covered) = (AskedNames::of(&order(asked)), set(covered));
            assert_eq!(asked.further_in(&covered), further, "{asked:?}");
            assert_eq!(asked.fit(&covered), fits, "{asked:?}");
        }
    }

    #[test]
    fn a_companion_that_somebody_asked_for_is_dropped_when_it_goes_away() {
        let (prior, planned) = (order(&["a.com", "www.a.com"]), order(&["a.com"]));
        let covered = set(&["a.com", "www.a.com"]);
        let asked = AskedNames::changed(&prior, &planned, false);
        assert_eq!(asked.further_in(&covered), ["www.a.com"]);
        assert!(asked.companions_in(&covered).is_empty());
        let imported = AskedNames::changed(&prior, &planned, true);
        assert!(imported.fit(&covered));
        assert_eq!(imported.companions_in(&covered), ["www.a.com"]);
    }

    #[test]
    fn an_import_leaves_out_what_certcentral_may_have_added() {
        for (common_name, told, left_out) in [
            ("a.com", &["a.com", "www.a.com"][..], &["www.a.com"][..]),
            ("www.a.com", &["a.com", "www.a.com"], &["a.com"]),
            ("WWW.a.com.", &["a.com", "www.a.com"], &["a.com"]),
            ("*.a.com", &["*.a.com", "a.com"], &["a.com"]),
            ("b.com", &["b.com", "a.com", "www.a.com"], &["www.a.com"]),
            ("b.com", &["b.com", "www.a.com", "api.b.com"], &[]),
            (
                "www.a.com",
                &["www.a.com", "www.www.a.com"],
                &["www.www.a.com"],
            ),
        ] {
            let found = companions_told(common_name, &set(told));
            assert_eq!(found, set(left_out), "{told:?}");
        }
    }
}
