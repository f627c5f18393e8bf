//! Which arguments of the certificate an apply found in the configuration. CertCentral could decide
//! each of them, so a plan would keep the value of one that is taken away: nobody could get rid of
//! it, and nobody would know what the next certificate has. Pure.

use std::collections::BTreeSet;

use crate::certcentral::Validity;
use crate::framework::{Attr, FromToValue, Value};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate, Term};

/// The arguments that may be left out.
const MAY_BE_LEFT_OUT: [&str; 4] = [
    "organization_units",
    "profile_option",
    "ca_cert_id",
    "cert_validity",
];

/// Returns those that a configuration has.
pub(crate) fn configured(config: &SslOrderModel) -> BTreeSet<String> {
    let mut config = config.as_meant();
    if config.cert_validity == Attr::Known(Term::default()) {
        config.cert_validity = Attr::Null;
    }
    if config.organization_units.known().is_some_and(Vec::is_empty) {
        config.organization_units = Attr::Null;
    }
    let values = config.to_value();
    let is_there = |argument: &&str| *values.attribute(argument) != Value::Null;
    let there = MAY_BE_LEFT_OUT.into_iter().filter(is_there);
    there.map(str::to_owned).collect()
}

/// Takes from the plan what the last apply had and the configuration has no longer, where a reissue
/// can follow: not while the order has no certificate, and not once it is closed.
pub(crate) fn drop_what_was_taken_away(
    config: &SslOrderModel,
    private: &SslOrderPrivate,
    planned: &mut SslOrderModel,
) {
    macro_rules! drop_if_taken_away {
        ($($argument:ident),* $(,)?) => { $(
            if config.$argument.is_null() && private.configured.contains(stringify!($argument)) {
                planned.$argument = Attr::Null;
            }
        )* };
    }
    drop_if_taken_away!(
        organization_units,
        profile_option,
        ca_cert_id,
        cert_validity
    );
}

/// Returns what a plan takes away, each with its value, for a sentence.
pub(super) fn taken_away(prior: &SslOrderModel, planned: &SslOrderModel) -> Vec<String> {
    let shown = |order: &SslOrderModel| {
        let order = order.as_meant();
        let units = order.organization_units.known().map(|units| {
            let units: Vec<_> = units.iter().filter_map(Attr::as_str).collect();
            units.join(", ")
        });
        let validity = order.cert_validity.known().map(|term| match term.sent() {
            Some(Validity::CustomExpirationDate(date)) => format!("until {date}"),
            Some(Validity::Days(days)) => format!("{days} days"),
            Some(Validity::Years(years)) => format!("{years} years"),
            None => "no member".to_owned(),
        });
        [
            units,
            order.profile_option.known().cloned(),
            order.ca_cert_id.known().cloned(),
            validity,
        ]
    };
    let planned = planned.to_value();
    let is_null = |argument: &str| *planned.attribute(argument) == Value::Null;
    let gone = MAY_BE_LEFT_OUT.into_iter().zip(shown(prior));
    gone.filter(|(argument, _)| is_null(argument))
        .filter_map(|(argument, value)| Some(format!("`{argument}` ({})", value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{configured, drop_what_was_taken_away, taken_away};
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate, Term};
    use crate::provider::ssl_order::samples::order;

    fn with_all() -> SslOrderModel {
        SslOrderModel {
            organization_units: Attr::Known(vec!["Sales".into()]),
            profile_option: "server_client_auth_eku".into(),
            ca_cert_id: "28A0".into(),
            cert_validity: Attr::Known(Term::until("2027-03-01".to_owned())),
            ..order()
        }
    }

    #[test]
    fn what_is_empty_is_not_configured() {
        let empty = SslOrderModel {
            organization_units: Attr::Known(Vec::new()),
            profile_option: "".into(),
            cert_validity: Attr::Known(Term::default()),
            ..order()
        };
        assert!(configured(&empty).is_empty());
        let all: Vec<_> = configured(&with_all()).into_iter().collect();
        let names = [
            "ca_cert_id",
            "cert_validity",
            "organization_units",
            "profile_option",
        ];
        assert_eq!(all, names);
    }

    #[test]
    fn only_what_an_apply_had_goes_with_the_configuration() {
        let mut private = SslOrderPrivate::default();
        let mut planned = with_all();
        drop_what_was_taken_away(&order(), &private, &mut planned);
        assert_eq!(planned, with_all());
        private.configured = configured(&with_all());
        drop_what_was_taken_away(&with_all(), &private, &mut planned);
        assert_eq!(planned, with_all());
        drop_what_was_taken_away(&order(), &private, &mut planned);
        assert_eq!(configured(&planned).len(), 0);
        let gone = taken_away(&with_all(), &planned);
        assert_eq!(gone[1], "`profile_option` (server_client_auth_eku)");
        assert_eq!(gone[2], "`ca_cert_id` (28A0)");
        assert_eq!(gone.len(), 4);
    }
}
