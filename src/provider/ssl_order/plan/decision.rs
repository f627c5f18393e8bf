//! What a plan does to an existing order, decided once: price, words, unknown marks, private data
//! and the apply read it. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::Date;

use super::certificate;
use super::certificate::{Outlook, may_be_reissued};
use super::changes::{ARGUMENTS, Change, Effect, changes, may_be_kept};
use crate::framework::{Attr, Diagnostic, FromToValue};
use crate::provider::ssl_order::exchange::Said;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::rules::dates_for_a_new_order;
use crate::provider::ssl_order::update::in_place;
use crate::provider::ssl_order::update::in_place::InPlace;

/// What a decision is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// The order in state.
    pub prior: &'a SslOrderModel,
    /// The configuration.
    pub config: &'a SslOrderModel,
    /// Its plan so far. What an import guessed is put back already.
    pub planned: &'a SslOrderModel,
    /// What is kept beside the state.
    pub private: &'a SslOrderPrivate,
    /// The token of the renewal that this configuration would place.
    pub renewal_token: Option<&'a str>,
    /// Today, which matters to an order about to be placed only.
    pub today: Date,
    /// The day of the last refresh, by which what ends and how long a certificate lasts is judged.
    pub seen_on: Date,
}

/// The greatest thing that an apply does to an existing order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// Nothing differs.
    Nothing,
    /// State records the change, and nothing is called.
    Record,
    /// Calls change the order.
    InPlace,
    /// Another certificate on the same order, at no charge.
    Reissue,
    /// Takes the order that renews this one already into state, at no charge.
    Follow,
    /// Buys the order that continues this one.
    Renew,
    /// Buys another order in place of this one.
    Replace,
    /// Nothing, though something differs: the order is closed and stays, or the plan is refused.
    Stop,
}

/// What led to a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The arguments, changed or not.
    Arguments,
    /// The order is closed in CertCentral.
    Closed,
    /// The certificate runs out before its order.
    CertificateEnds,
    /// The order runs out on this day.
    OrderEnds(Option<String>),
    /// The order was renewed by this one, and state does not know.
    Renewed(i64),
}

/// What a plan does to an existing order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// The greatest thing.
    pub what: What,
    /// What led to it.
    pub reason: Reason,
    /// Every argument that differs.
    pub changes: Vec<Change>,
    /// Arguments that differ in the configuration only: the plan keeps what state says. Those of a
    /// closed order, which will never have anything else, and names that an import left out.
    pub kept: Vec<Change>,
    /// What another certificate makes of the one in force; nothing where none is planned.
    pub outlook: Outlook,
    /// The calls that change the order, and what of the change they leave as it is.
    pub in_place: InPlace,
    /// Why a renewal that is due is left out.
    pub renewal_refused: Option<Diagnostic>,
}

impl Decision {
    /// Decides.
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let Facts { prior, planned, .. } = *facts;
        let changes = changes(prior, planned, facts.private);
        let mut decision = Self {
            what: What::Nothing,
            reason: Reason::Arguments,
            changes,
            kept: Vec::new(),
            outlook: Outlook::default(),
            in_place: InPlace::default(),
            renewal_refused: None,
        };
        if let Some(successor) = decision.successor(facts) {
            decision.what = What::Follow;
            decision.reason = Reason::Renewed(successor);
        } else if prior.order_status().is_closed() {
            decision.closed(facts);
        } else if decision.needs_another_order(facts) {
            decision.what = What::Replace;
        } else if is_renewal_due(prior, planned) && decision.may_renew(facts) {
            decision.what = What::Renew;
            decision.reason = Reason::OrderEnds(prior.order_valid_till.known().cloned());
        } else if decision.with(Effect::Reissue).next().is_some() {
            decision.reissue(facts);
        } else if is_reissue_due(prior, planned) {
            decision.reason = Reason::CertificateEnds;
            decision.reissue(facts);
        } else if decision.is_reissue_open() && may_be_reissued(prior) {
            decision.reissue(facts);
        } else {
            decision.change_in_place(facts);
        }
        if decision.gets_a_certificate() {
            decision.outlook = Outlook::of(facts, decision.what);
        }
        decision
    }

    /// Returns the changes of this effect.
    pub(crate) fn with(&self, effect: Effect) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| change.effect == effect)
    }

    /// Returns whether another certificate comes of it.
    pub(crate) fn gets_a_certificate(&self) -> bool {
        matches!(self.what, What::Reissue | What::Renew | What::Replace)
    }

    /// Returns whether an order is bought.
    pub(crate) fn buys(&self) -> bool {
        matches!(self.what, What::Replace | What::Renew)
    }

    /// Returns the last day of the order that a renewal continues.
    pub(crate) fn renewed_until(&self) -> Option<&str> {
        match &self.reason {
            Reason::OrderEnds(day) => day.as_deref(),
            _ => None,
        }
    }

    /// Returns what the apply has to know of the decision; none where there is no update to carry
    /// out.
    pub(crate) fn announced(&self) -> Option<Announced> {
        let is_update = match self.what {
            What::Record | What::InPlace | What::Reissue | What::Follow | What::Renew => true,
            What::Stop => self.reason == Reason::Closed && !self.changes.is_empty(),
            What::Nothing | What::Replace => false,
        };
        is_update.then(|| Announced {
            said: self.outlook.beside.said(),
            ..Announced::new(self.what, &self.changes)
        })
    }

    /// Returns the order that takes the place of this one: the one that renews it, where renewals
    /// are wanted, and either an earlier run placed it for this configuration or nothing changes
    /// that would have to be done to this order.
    fn successor(&self, facts: &Facts<'_>) -> Option<i64> {
        let Facts { prior, planned, .. } = *facts;
        let successor = facts.private.successor.as_ref()?;
        let is_wanted =
            planned.renews() && prior.renew_days_before_expiry == planned.renew_days_before_expiry;
        let reference = successor.reference.as_deref();
        let is_placed = reference.is_some() && reference == facts.renewal_token;
        let is_quiet = self
            .changes
            .iter()
            .all(|change| matches!(change.effect, Effect::RecordOnly | Effect::Behaviour));
        let is_the_same = is_quiet && successor.refused.is_none();
        successor
            .order_id
            .filter(|_| is_wanted && (is_placed || is_the_same))
    }

    /// Returns the order that is taken into state in the place of this one.
    pub(crate) fn followed(&self) -> Option<i64> {
        match self.reason {
            Reason::Renewed(successor) => Some(successor),
            _ => None,
        }
    }

    /// A closed order is replaced where the configuration says so: by `reorder_when_closed`, or by
    /// another `order_key`. Nothing else changes it.
    fn closed(&mut self, facts: &Facts<'_>) {
        let Facts { prior, planned, .. } = *facts;
        self.reason = Reason::Closed;
        if planned.reorder_when_closed == Attr::Known(true) || self.has_another_key(planned) {
            self.what = What::Replace;
            return;
        }
        self.what = What::Stop;
        let (old, new) = (prior.to_value(), planned.to_value());
        let changes = std::mem::take(&mut self.changes);
        (self.kept, self.changes) = changes.into_iter().partition(|change| {
            change.is_of_the_order() && may_be_kept(change.argument, &old, &new)
        });
    }

    /// A key that is not known yet may turn out to be the same.
    pub(crate) fn has_another_key(&self, planned: &SslOrderModel) -> bool {
        let mut of_a_new_order = self.with(Effect::NewOrder);
        !planned.order_key.is_unknown()
            && of_a_new_order.any(|change| change.argument == "order_key")
    }

    /// A renewal may set the term anew, because the order that continues this one has a term of its
    /// own.
    fn needs_another_order(&self, facts: &Facts<'_>) -> bool {
        let renewal_is_due = is_renewal_due(facts.prior, facts.planned);
        self.with(Effect::NewOrder)
            .any(|change| !renewal_is_due || !TERM.contains(&change.argument))
    }

    /// A fixed last day that has passed cannot be ordered again. That must not stop the plans of a
    /// whole configuration, so the order is not renewed, and everything else goes on.
    fn may_renew(&mut self, facts: &Facts<'_>) -> bool {
        self.renewal_refused = dates_for_a_new_order(facts.planned, facts.today)
            .into_iter()
            .next();
        self.renewal_refused.is_none()
    }

    fn is_reissue_open(&self) -> bool {
        self.with(Effect::PerhapsReissue).next().is_some()
    }

    /// Returns the changes that may turn out to take another order. A renewal may have another
    /// term.
    pub(crate) fn perhaps_of_a_new_order(&self) -> Vec<&Change> {
        let open = self.with(Effect::PerhapsNewOrder);
        open.filter(|it| self.what != What::Renew || !TERM.contains(&it.argument))
            .collect()
    }

    /// Returns whether a reissue hangs on values that are not known yet, and on nothing else.
    pub(crate) fn may_reissue(&self) -> bool {
        self.what == What::Reissue
            && self.reason == Reason::Arguments
            && self.with(Effect::Reissue).next().is_none()
    }

    /// A certificate that is to change before there is one refuses the plan.
    fn reissue(&mut self, facts: &Facts<'_>) {
        if self.reason == Reason::Arguments && !may_be_reissued(facts.prior) {
            self.what = What::Stop;
        } else {
            self.what = What::Reissue;
            self.in_place =
                in_place::beside_a_reissue(facts.prior, facts.planned, &self.changed_in_place());
        }
    }

    fn changed_in_place(&self) -> Vec<&'static str> {
        self.with(Effect::InPlace)
            .map(|change| change.argument)
            .collect()
    }

    fn change_in_place(&mut self, facts: &Facts<'_>) {
        let Facts { prior, planned, .. } = *facts;
        if certificate::are_of_the_import(&self.changes, prior, planned, facts.private) {
            self.kept = std::mem::take(&mut self.changes);
        }
        self.in_place = in_place::changes(facts.prior, facts.planned, &self.changed_in_place());
        self.what = if self.with(Effect::InPlace).next().is_some() {
            What::InPlace
        } else if self.changes.is_empty() {
            What::Nothing
        } else {
            What::Record
        };
    }
}

/// Arguments that a renewal may set anew.
const TERM: [&str; 4] = [
    "validity_years",
    "validity_days",
    "custom_expiration_date",
    "order_validity",
];

fn is_renewal_due(prior: &SslOrderModel, planned: &SslOrderModel) -> bool {
    prior.order_status().is_open()
        && is_due(
            &prior.ready_for_renewal,
            &prior.renew_days_before_expiry,
            &planned.renew_days_before_expiry,
        )
}

fn is_reissue_due(prior: &SslOrderModel, planned: &SslOrderModel) -> bool {
    is_due(
        &prior.ready_for_reissue,
        &prior.reissue_days_before_expiry,
        &planned.reissue_days_before_expiry,
    )
}

/// A clock that was read with other days than the configuration has now says nothing: the next
/// refresh reads it anew.
fn is_due(ready: &Attr<bool>, prior_days: &Attr<i64>, planned_days: &Attr<i64>) -> bool {
    *ready == Attr::Known(true) && prior_days == planned_days
}

/// The decision of a plan as its apply has to know it. Private data carry it from one to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    what: What,
    /// What each changed argument means.
    changes: BTreeMap<String, Effect>,
    /// What the plan has said of the certificate to come.
    #[serde(default)]
    said: Said,
}

impl Announced {
    fn new(what: What, changes: &[Change]) -> Self {
        let changes = changes.iter();
        Self {
            what,
            changes: changes
                .map(|change| (change.argument.to_owned(), change.effect))
                .collect(),
            said: Said::default(),
        }
    }

    /// Returns what a plan announced: what its private data say if the unknown marks of the planned
    /// state agree, and what the marks say otherwise. An unknown id is a renewal, another id the
    /// renewal of somebody else, an unknown certificate a reissue.
    pub(crate) fn by_plan(
        prior: &SslOrderModel,
        planned: &SslOrderModel,
        private: &SslOrderPrivate,
    ) -> Self {
        let marked = if planned.id.is_unknown() {
            What::Renew
        } else if planned.id != prior.id {
            What::Follow
        } else if planned.certificate_id.is_unknown() {
            What::Reissue
        } else if prior.order_status().is_closed() {
            What::Stop
        } else {
            What::InPlace
        };
        match &private.announced {
            Some(announced) if announced.what.marked() == marked.marked() => announced.clone(),
            _ => Self::new(marked, &changes(prior, planned, private)),
        }
    }

    /// Returns what the plan has said of the certificate to come.
    pub(crate) fn said(&self) -> &Said {
        &self.said
    }

    /// Returns the greatest thing to do.
    pub(crate) fn what(&self) -> What {
        self.what
    }

    /// Returns whether nothing but a clock asks CertCentral for something. Arguments that steer the
    /// provider ask for nothing.
    pub(crate) fn is_by_a_clock_alone(&self) -> bool {
        let mut effects = self.changes.values();
        matches!(self.what, What::Reissue | What::Renew)
            && effects.all(|effect| *effect == Effect::Behaviour)
    }

    /// Returns the arguments that change with calls.
    pub(crate) fn in_place(&self) -> Vec<&'static str> {
        self.arguments(|_, announced| announced == Effect::InPlace)
    }

    /// Returns the arguments for which the certificate is reissued.
    pub(crate) fn reissued_for(&self) -> Vec<&'static str> {
        self.arguments(|_, announced| matches!(announced, Effect::Reissue | Effect::PerhapsReissue))
    }

    /// Returns the arguments of the certificate that differ, those that are only recorded among
    /// them.
    pub(crate) fn of_the_certificate(&self) -> Vec<&'static str> {
        self.arguments(|effect, _| effect == Effect::Reissue)
    }

    /// Returns the changed arguments by what they mean of themselves, and what they mean here.
    fn arguments(&self, is_wanted: impl Fn(Effect, Effect) -> bool) -> Vec<&'static str> {
        let known = ARGUMENTS.iter();
        known
            .filter(|(argument, effect)| {
                let announced = self.changes.get(*argument);
                announced.is_some_and(|announced| is_wanted(*effect, *announced))
            })
            .map(|(argument, _)| *argument)
            .collect()
    }
}

impl What {
    /// Returns what the planned state alone tells of it, by its id and its unknown marks.
    fn marked(self) -> Option<Self> {
        matches!(self, Self::Renew | Self::Follow | Self::Reissue).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Announced, SslOrderModel, SslOrderPrivate, What};
    use crate::framework::Attr;
    use crate::provider::ssl_order::samples::{names, order, placed, plan};

    type Edit = fn(&mut SslOrderModel);

    fn issued() -> SslOrderModel {
        SslOrderModel {
            status: "issued".into(),
            certificate_id: Attr::Known(7),
            ..placed(&order())
        }
    }

    #[test]
    fn what_a_plan_announces_agrees_with_its_marks_and_is_never_stored() {
        let due = |edit: Edit| {
            let mut prior = issued();
            edit(&mut prior);
            prior
        };
        let renewed = due(|prior| {
            prior.ready_for_renewal = Attr::Known(true);
            prior.renew_days_before_expiry = Attr::Known(30);
        });
        let closed = due(|prior| prior.status = "revoked".into());
        let edits: [(Edit, SslOrderModel, What); 6] = [
            (|o| o.comments = "late".into(), issued(), What::Record),
            (
                |o| o.additional_emails = names(&["ops@example.com"]),
                issued(),
                What::InPlace,
            ),
            (
                |o| o.signature_hash = "sha384".into(),
                issued(),
                What::Reissue,
            ),
            (
                |_| {},
                due(|prior| prior.ready_for_reissue = Attr::Known(true)),
                What::Reissue,
            ),
            (
                |o| o.renew_days_before_expiry = Attr::Known(30),
                renewed,
                What::Renew,
            ),
            (|o| o.comments = "late".into(), closed, What::Stop),
        ];
        for (edit, prior, what) in edits {
            let mut config = order();
            edit(&mut config);
            let plan = plan(&config, Some(&prior), SslOrderPrivate::default());
            let by = |private| Announced::by_plan(&prior, &plan.state, private);
            let announced = by(&plan.private);
            assert_eq!(Some(&announced), plan.private.announced.as_ref());
            assert_eq!(announced.what(), what);
            let lost = by(&SslOrderPrivate::default());
            assert_eq!(lost.in_place(), announced.in_place(), "{what:?}");
            assert_eq!(
                lost.of_the_certificate(),
                announced.of_the_certificate(),
                "{what:?}"
            );
            assert_eq!(lost.what.marked(), what.marked(), "{what:?}");
            let text = serde_json::to_string(&plan.private).unwrap();
            let read: SslOrderPrivate = serde_json::from_str(&text).unwrap();
            assert_eq!(read, plan.private);
            assert_eq!(read.stored(), SslOrderPrivate::default());
        }
    }

    #[test]
    fn an_announcement_that_the_marks_contradict_counts_for_nothing() {
        let mut config = order();
        config.signature_hash = "sha384".into();
        let prior = issued();
        let mut plan = plan(&config, Some(&prior), SslOrderPrivate::default());
        plan.state.certificate_id = prior.certificate_id.clone();
        let announced = Announced::by_plan(&prior, &plan.state, &plan.private);
        assert_eq!(announced.what(), What::InPlace);
        assert_eq!(announced.of_the_certificate(), ["signature_hash"]);
    }

    #[test]
    fn what_is_not_carried_out_announces_nothing() {
        let of = |edit: Edit| {
            let mut config = order();
            edit(&mut config);
            let plan = plan(&config, Some(&issued()), SslOrderPrivate::default());
            plan.private.announced
        };
        assert_eq!(of(|_| {}), None);
        assert_eq!(of(|o| o.order_key = "another".into()), None);
    }
}
