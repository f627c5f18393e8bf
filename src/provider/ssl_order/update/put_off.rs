//! A reissue or renewal that only a clock asks for, failed, and nothing hangs on it yet: the
//! certificate in force is good for some time, so what else the configuration has to do need not
//! stand still. Pure.

use time::Date;

use super::messages;
use super::{Failed, Update, as_planned};
use crate::framework::{Updated, Warnings};
use crate::provider::order::certificate::parse_day;
use crate::provider::ssl_order::SslOrder;
use crate::provider::ssl_order::model::OnClockFailure;
use crate::provider::ssl_order::plan::decision::What;
use crate::provider::ssl_order::refresh::clocks::Deadline;

/// Returns the order as it was, with a warning in the place of the errors; none where the failure
/// is one.
pub(super) fn instead_of(update: Update<'_>, failed: &Failed) -> Option<Updated<SslOrder>> {
    let is_wanted = update.planned.on_clock_failure() == OnClockFailure::Warn;
    let is_by_a_clock = update.announced.is_by_a_clock_alone();
    if !is_wanted || !is_by_a_clock || update.call.stop.is_cancelled() {
        return None;
    }
    let what = update.announced.what();
    let deadline = match what {
        What::Reissue => Deadline::of_the_certificate(update.prior),
        What::Renew if failed.is_nothing_bought => Deadline::of_the_order(update.prior),
        _ => None,
    }?;
    if today(update)? >= deadline.last_third() {
        return None;
    }
    let mut warnings = Warnings::new();
    warnings.push(messages::put_off(
        update.prior,
        what,
        deadline,
        &failed.problem,
    ));
    Some(Updated {
        state: as_planned(update.planned, update.prior).ok()?,
        private: update.private.clone().stored(),
        diagnostics: warnings.into(),
    })
}

/// Today by CertCentral: it may have answered the refresh and no call of this process. None if
/// nobody knows.
fn today(update: Update<'_>) -> Option<Date> {
    let refreshed = update.private.due_on.as_deref().and_then(parse_day);
    let today = update.session.today().agreed()?;
    Some(refreshed.map_or(today, |refreshed| refreshed.max(today)))
}
