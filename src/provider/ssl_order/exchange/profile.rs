//! `profile_option` and the extended key usages that it stands for. Pure.

use time::Date;

use super::ends::CLIENT_AUTH;
use crate::certcentral::OrderStatus;
use crate::framework::Attr;
use crate::provider::ssl_order::model::{InForce, SslOrderModel, SslOrderPrivate};

pub(super) const SERVER_AUTH: &str = "serverAuth";
pub(super) const CLIENT_AUTH_USAGE: &str = "clientAuth";

/// The profile of a certificate for servers and clients. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-basic-ov.html>
const SERVER_AND_CLIENT: &str = "server_client_auth_eku";
/// The profile that is DigiCert's default since 2025-10-01. Source as above.
const SERVER_ONLY: &str = "server_auth_only_eku";

/// Returns the usages that a profile stands for on a day; none where only the account knows them.
pub(super) fn asked_usages(profile: &Attr<String>, day: Date) -> Option<Vec<&'static str>> {
    match profile {
        Attr::Unknown => None,
        _ if asks_for_client_auth(profile) && !CLIENT_AUTH.is_over(day) => {
            Some(vec![SERVER_AUTH, CLIENT_AUTH_USAGE])
        }
        _ if asks_for_client_auth(profile) => Some(vec![SERVER_AUTH]),
        Attr::Known(name) if !name.is_empty() && name != SERVER_ONLY => None,
        _ => Some(vec![SERVER_AUTH]),
    }
}

pub(super) fn asks_for_client_auth(profile: &Attr<String>) -> bool {
    profile.as_str() == Some(SERVER_AND_CLIENT)
}

/// Returns whether the certificate in force has what the profile of a plan asks for, or nobody can
/// tell: for an imported order, whose profile CertCentral does not show, that is no wish for
/// another certificate.
pub(crate) fn has_what_is_asked(in_force: Option<&InForce>, planned: &SslOrderModel) -> bool {
    // What the profile means does not depend on today: whoever asks too late is told so where it is
    // ordered.
    let asked = asked_usages(&planned.profile_option, Date::MIN);
    let had = in_force.map(|it| &it.usages).filter(|it| !it.is_empty());
    match (asked, had) {
        (Some(asked), Some(had)) => {
            let has = had.iter().any(|usage| usage == CLIENT_AUTH_USAGE);
            has == asked.contains(&CLIENT_AUTH_USAGE)
        }
        _ => true,
    }
}

/// Reads the profile of an imported order from its certificate, as long as nobody has configured
/// one: a reissue then asks for what the certificate has. The certificate may come long after the
/// import.
pub(crate) fn follow_certificate(state: &mut SslOrderModel, private: &SslOrderPrivate) {
    // While a reissue is under way, its profile counts, and the certificate is the one before it.
    let is_ours = !private.imported
        || private.configured.contains("profile_option")
        || state.order_status() == OrderStatus::ReissuePending;
    let Some(in_force) = InForce::of(state).filter(|_| !is_ours) else {
        return;
    };
    if in_force.usages.is_empty() || state.profile_option.as_str() == Some("") {
        return;
    }
    let has = in_force.usages.iter().any(|it| it == CLIENT_AUTH_USAGE);
    state.profile_option = match has {
        true => SERVER_AND_CLIENT.into(),
        false => Attr::Null,
    };
}

/// Keeps the profile that an import has read where the configuration passes on that none is set.
pub(crate) fn keep_unasked(
    prior: &SslOrderModel,
    private: &SslOrderPrivate,
    planned: &mut SslOrderModel,
) {
    let is_read = private.imported && !private.configured.contains("profile_option");
    if is_read && planned.profile_option.as_str() == Some("") && !prior.profile_option.is_null() {
        planned.profile_option = prior.profile_option.clone();
    }
}

/// Returns a plan as it is sent: from its end on, a profile that nobody configured is left out.
pub(crate) fn without_ended(
    planned: &SslOrderModel,
    config: &SslOrderModel,
    day: Date,
) -> SslOrderModel {
    let is_configured = config.as_meant().profile_option != Attr::Null;
    let is_over = asks_for_client_auth(&planned.profile_option) && CLIENT_AUTH.is_over(day);
    let mut sent = planned.clone();
    if is_over && !is_configured {
        sent.profile_option = Attr::Null;
    }
    sent
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{asked_usages, without_ended};
    use crate::framework::Attr;
    use crate::provider::ssl_order::samples::order;

    #[test]
    fn a_profile_stands_for_its_usages_until_its_end() {
        for (profile, day, usages) in [
            (Attr::Null, date!(2026 - 11 - 23), Some(1)),
            (Attr::from(""), date!(2026 - 11 - 23), Some(1)),
            (
                Attr::from("server_auth_only_eku"),
                date!(2026 - 11 - 23),
                Some(1),
            ),
            (
                Attr::from("server_client_auth_eku"),
                date!(2027 - 02 - 28),
                Some(2),
            ),
            (
                Attr::from("server_client_auth_eku"),
                date!(2027 - 03 - 01),
                Some(1),
            ),
            (Attr::from("kdc_smart_card"), date!(2026 - 11 - 23), None),
            (Attr::Unknown, date!(2026 - 11 - 23), None),
        ] {
            let asked = asked_usages(&profile, day).map(|it| it.len());
            assert_eq!(asked, usages, "{profile:?} {day}");
        }
    }

    #[test]
    fn a_profile_that_nobody_configured_is_not_sent_after_its_end() {
        let mut planned = order();
        planned.profile_option = "server_client_auth_eku".into();
        let before = without_ended(&planned, &order(), date!(2027 - 02 - 28));
        assert_eq!(before, planned);
        let after = without_ended(&planned, &order(), date!(2027 - 03 - 01));
        assert_eq!(after, order());
        let configured = without_ended(&planned, &planned, date!(2027 - 03 - 01));
        assert_eq!(configured, planned);
    }
}
