//! Whether CertCentral reissues by itself as it is configured. An account without multi-year plans
//! ignores the argument or refuses it: then it stays as configured, is said once and not sent
//! again. Where it was in force and is not any more, a colleague has changed it. Pure.

use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};

/// Compares what CertCentral tells with what is configured. A change by a colleague goes into
/// state, so that the next plan proposes the configured value again.
pub(crate) fn follow(
    state: &mut SslOrderModel,
    private: &mut SslOrderPrivate,
    told: Option<bool>,
) -> Option<Diagnostic> {
    let former = std::mem::replace(&mut private.auto_reissue, told);
    let configured = *state.auto_reissue.known()?;
    if state.order_status().is_closed() {
        return None;
    }
    // What is not told is not done.
    if told.unwrap_or_default() == configured {
        private.auto_reissue_ignored = false;
        return None;
    }
    if private.auto_reissue_ignored {
        return None;
    }
    if former == Some(configured) && told.is_some() {
        state.auto_reissue = told.into();
        return None;
    }
    private.auto_reissue_ignored = true;
    Some(ignored(state, "CertCentral does not show it at the order"))
}

/// The warning of a value that CertCentral does not take.
pub(crate) fn ignored(state: &SslOrderModel, why: &str) -> Diagnostic {
    let on_or_off = match state.auto_reissue {
        Attr::Known(true) => "on",
        _ => "off",
    };
    let order = state.shown_id();
    Diagnostic::warning(
        format!("`auto_reissue` of order {order} has no effect"),
        format!(
            "`auto_reissue` is to be {on_or_off} for order {order} for {}, and {why}: an account \
             without multi-year plans does not have it. State keeps what is configured, it is not \
             sent again, and this is said once. The clock of `reissue_days_before_expiry` reissues \
             as it did; take `auto_reissue` out of the configuration if nothing else is wanted.",
            state.shown_names(),
        ),
    )
    .at(AttributePath::of("auto_reissue"))
}

#[cfg(test)]
mod tests {
    use super::follow;
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};

    fn configured(on: bool) -> SslOrderModel {
        SslOrderModel {
            status: "issued".into(),
            auto_reissue: Attr::Known(on),
            ..SslOrderModel::default()
        }
    }

    #[test]
    fn what_never_took_effect_stays_and_is_said_once() {
        for (on, told) in [(true, Some(false)), (true, None), (false, Some(true))] {
            let (mut state, mut private) = (configured(on), SslOrderPrivate::default());
            let said = (0..3).filter_map(|_| follow(&mut state, &mut private, told));
            assert_eq!(said.count(), 1, "{on} {told:?}");
            assert_eq!(state, configured(on), "{on} {told:?}");
            assert_eq!(private.reissues_by_itself(&state), told.unwrap_or_default());
        }
    }

    #[test]
    fn what_was_in_force_and_is_not_was_changed_by_somebody() {
        for (on, told, now) in [
            (true, Some(true), true),
            (true, Some(false), false),
            (false, None, false),
            (false, Some(true), true),
        ] {
            let mut state = configured(on);
            let mut private = SslOrderPrivate {
                auto_reissue: Some(on),
                ..SslOrderPrivate::default()
            };
            assert_eq!(
                follow(&mut state, &mut private, told),
                None,
                "{on} {told:?}"
            );
            assert_eq!(state, configured(now), "{on} {told:?}");
        }
    }

    #[test]
    fn nothing_is_asked_of_a_closed_order_or_where_nobody_configured_anything() {
        let mut private = SslOrderPrivate::default();
        let mut closed = SslOrderModel {
            status: "revoked".into(),
            ..configured(true)
        };
        assert_eq!(follow(&mut closed, &mut private, None), None);
        let mut bare = SslOrderModel {
            auto_reissue: Attr::Null,
            ..configured(true)
        };
        assert_eq!(follow(&mut bare, &mut private, Some(true)), None);
        assert!(bare.auto_reissue.is_null() && private.reissues_by_itself(&bare));
    }
}
