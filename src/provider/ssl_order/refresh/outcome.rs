//! What became of a reissue: rejected, or issued, and whether it gained time. A reissue by the
//! clock that cannot move the end of the certificate, or did not, would be made at every apply.
//! Pure.

use time::Date;

use super::clocks;
use crate::certcentral::OrderStatus;
use crate::framework::{Attr, Diagnostic};
use crate::provider::order::certificate::parse_day;
use crate::provider::ssl_order::model::{PendingReissue, SslOrderModel, SslOrderPrivate};

/// Notes what a reissue that CertCentral has taken is held against, and returns what to say if it
/// is issued already and gained nothing.
pub(crate) fn sent(
    prior: &SslOrderModel,
    state: &SslOrderModel,
    private: &mut SslOrderPrivate,
) -> Option<Diagnostic> {
    let text = |attribute: &Attr<String>| attribute.known().cloned();
    let trigger = text(&state.reissue_trigger);
    let earlier = private.reissue.take();
    // An earlier reissue that waits still, and that asked for this trigger: it knows the former
    // one.
    let former =
        earlier.filter(|it| it.trigger == trigger && text(&prior.reissue_trigger) == trigger);
    private.reissue = Some(PendingReissue {
        serial_number: text(&prior.serial_number),
        valid_till: text(&prior.valid_till),
        was_due: prior.ready_for_reissue == Attr::Known(true),
        former_trigger: match former {
            Some(earlier) => earlier.former_trigger,
            None => text(&prior.reissue_trigger),
        },
        trigger,
    });
    // CertCentral may show the former certificate still: only a later look can tell a rejection.
    match state.serial_number == prior.serial_number {
        true => None,
        false => settle(&mut state.clone(), private),
    }
}

/// Decides a reissue that waited, once nothing is under way any more: after a rejection state has
/// the former trigger again, so that the next plan announces the reissue once more. Returns what to
/// say of one that gained nothing.
pub(crate) fn settle(
    state: &mut SslOrderModel,
    private: &mut SslOrderPrivate,
) -> Option<Diagnostic> {
    if state.order_status() == OrderStatus::ReissuePending {
        return None;
    }
    let reissue = private.reissue.take()?;
    if state.order_status().is_closed() {
        return None;
    }
    if state.serial_number.as_str() == reissue.serial_number.as_deref() {
        if state.reissue_trigger.as_str() == reissue.trigger.as_deref() {
            state.reissue_trigger = reissue.former_trigger.into();
        }
        return None;
    }
    private.companions.clear();
    let end = day(state.valid_till.as_str())?;
    let has_gained = day(reissue.valid_till.as_deref()).is_none_or(|former| end > former);
    if has_gained || !reissue.was_due {
        return None;
    }
    private.no_gain = state.valid_till.known().cloned();
    Some(gained_nothing(state))
}

/// Returns, once for each end of a certificate, that the clock strikes and a reissue cannot move
/// the end.
pub(crate) fn strikes_in_vain(
    state: &SslOrderModel,
    private: &mut SslOrderPrivate,
    today: Date,
) -> Option<Diagnostic> {
    let end = state.valid_till.known().cloned();
    if !clocks::strikes_in_vain(state, today) || private.no_gain == end {
        return None;
    }
    private.no_gain = end;
    Some(cannot_gain(state))
}

/// Holds the clock back for a certificate whose end a reissue does not move.
pub(crate) fn withhold(state: &mut SslOrderModel, private: &SslOrderPrivate) {
    if private.has_no_gain(state) && state.ready_for_reissue == Attr::Known(true) {
        state.ready_for_reissue = Attr::Known(false);
    }
}

fn day(text: Option<&str>) -> Option<Date> {
    parse_day(text?)
}

fn gained_nothing(state: &SslOrderModel) -> Diagnostic {
    Diagnostic::warning(
        format!("Reissue of order {} gained no time", state.shown_id()),
        format!(
            "The certificate for {} was reissued because it runs out, and the new one ends on {} \
             all the same. Another reissue would not change that, so none is made by the clock \
             while the certificate ends on that day. {}",
            state.shown_names(),
            state.valid_till.as_str().unwrap_or("an unknown day"),
            what_helps(state),
        ),
    )
}

fn cannot_gain(state: &SslOrderModel) -> Diagnostic {
    Diagnostic::warning(
        format!("Reissue of order {} would gain no time", state.shown_id()),
        format!(
            "The certificate for {} runs out on {}, and `cert_validity` lets a new one end no \
             later. So it is not reissued by the clock. {}",
            state.shown_names(),
            state.valid_till.as_str().unwrap_or("an unknown day"),
            what_helps(state),
        ),
    )
}

fn what_helps(state: &SslOrderModel) -> String {
    let pinned = match state.cert_validity.is_null() {
        true => "",
        false => {
            "Change `cert_validity` or take its members out for a certificate that lasts longer. "
        }
    };
    format!(
        "{pinned}The order has coverage until {}; what comes after it is a renewal, see \
         `renew_days_before_expiry`.",
        state.order_valid_till.as_str().unwrap_or("an unknown day"),
    )
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{sent, settle, strikes_in_vain, withhold};
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate, Term};
    use crate::provider::ssl_order::samples::{order, placed};

    /// An issued order whose certificate has this number and end.
    fn issued(serial_number: &str, valid_till: &str) -> SslOrderModel {
        SslOrderModel {
            status: "issued".into(),
            serial_number: serial_number.into(),
            valid_till: valid_till.into(),
            order_valid_till: "2027-11-22".into(),
            reissue_days_before_expiry: Attr::Known(30),
            ..placed(&order())
        }
    }

    fn pending(of: &SslOrderModel, trigger: &str) -> SslOrderModel {
        SslOrderModel {
            status: "reissue_pending".into(),
            reissue_trigger: trigger.into(),
            ..of.clone()
        }
    }

    #[test]
    fn a_rejected_reissue_gives_the_former_trigger_back() {
        for former in [Attr::Null, Attr::from("1")] {
            let mut private = SslOrderPrivate::default();
            let mut prior = issued("0A", "2027-05-31");
            prior.reissue_trigger = former.clone();
            let waiting = pending(&prior, "2");
            assert_eq!(sent(&prior, &waiting, &mut private), None);
            let mut seen = waiting.clone();
            assert_eq!(settle(&mut seen, &mut private), None);
            assert_eq!(seen, waiting, "it waits");

            // The same reissue again, by a run that changes something else.
            assert_eq!(sent(&waiting, &waiting, &mut private), None);

            seen.status = "issued".into();
            assert_eq!(settle(&mut seen, &mut private), None);
            assert_eq!(seen.reissue_trigger, former);
            assert_eq!(private, SslOrderPrivate::default());
        }
    }

    #[test]
    fn a_trigger_that_went_away_or_whose_reissue_was_issued_is_left_alone() {
        for (serial_number, trigger) in [("0B", Attr::from("2")), ("0A", Attr::Null)] {
            let mut private = SslOrderPrivate::default();
            let prior = issued("0A", "2027-05-31");
            let mut seen = pending(&prior, "2");
            assert_eq!(sent(&prior, &seen, &mut private), None);
            seen.status = "issued".into();
            seen.serial_number = serial_number.into();
            seen.reissue_trigger = trigger.clone();
            assert_eq!(settle(&mut seen, &mut private), None);
            assert_eq!(seen.reissue_trigger, trigger);
            assert_eq!(private, SslOrderPrivate::default());
        }
    }

    #[test]
    fn a_reissue_by_the_clock_that_gained_nothing_is_said_once_and_not_repeated() {
        for (was_due, end, in_vain) in [
            (true, "2027-05-31", true),
            (true, "2027-05-30", true),
            (true, "2027-06-01", false),
            (false, "2027-05-31", false),
        ] {
            let mut private = SslOrderPrivate::default();
            let mut prior = issued("0A", "2027-05-31");
            prior.ready_for_reissue = Attr::Known(was_due);
            let mut now = issued("0B", end);
            let said = sent(&prior, &now, &mut private);
            assert_eq!(said.is_some(), in_vain, "{end}");
            now.ready_for_reissue = Attr::Known(true);
            withhold(&mut now, &private);
            assert_eq!(now.ready_for_reissue, Attr::Known(!in_vain), "{end}");
            assert_eq!(settle(&mut now, &mut private), None);
            // Another end is another matter.
            now.valid_till = "2027-07-01".into();
            now.ready_for_reissue = Attr::Known(true);
            withhold(&mut now, &private);
            assert_eq!(now.ready_for_reissue, Attr::Known(true));
        }
    }

    #[test]
    fn a_pinned_end_is_said_once() {
        let mut private = SslOrderPrivate::default();
        let mut state = issued("0A", "2027-05-31");
        state.cert_validity = Attr::Known(Term::until("2027-05-31".to_owned()));
        let early = strikes_in_vain(&state, &mut private, date!(2027 - 04 - 30));
        assert_eq!(early, None);
        let said = strikes_in_vain(&state, &mut private, date!(2027 - 05 - 01)).unwrap();
        assert_eq!(
            said.summary,
            "Reissue of order 2147500123 would gain no time"
        );
        let again = strikes_in_vain(&state, &mut private, date!(2027 - 05 - 02));
        assert_eq!(again, None);
    }
}
