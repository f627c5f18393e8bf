//! What a plan announced to the person who reviewed it, and whether the plan of its apply is of the
//! same kind. Pure.
//!
//! Terraform plans once more in every apply, with more values known and at a later time. From 1.16
//! on it hands the private data of the reviewed plan to that plan, which stops before it is carried
//! out if it does something else. Older releases compare the planned states.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::changes::{Change, Effect};
use super::decision::{Decision, What};
use super::guards::change_in_certcentral;
use super::messages::arguments;
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::session::{Replaced, ReviewedEnd};
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::purchase::shown_price::ShownPrice;

/// What a plan has announced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The greatest thing that is done to an existing order; none for an order from nothing.
    #[serde(default)]
    what: Option<What>,
    /// Names of the certificate in force that a reissue takes away from it, or may take away.
    #[serde(default)]
    dropped: BTreeSet<String>,
    /// The order in whose place a new one is bought.
    #[serde(default)]
    pub(crate) replaced: Option<Replaced>,
    /// The price of what is bought.
    #[serde(default)]
    pub(crate) price: Option<ShownPrice>,
}

impl Review {
    /// Notes what the plan of an existing order announced. `private` is what it hands to the apply.
    pub(super) fn of_existing(
        prior: &SslOrderModel,
        decision: &Decision,
        private: &SslOrderPrivate,
        price: Option<ShownPrice>,
    ) -> Self {
        let outlook = &decision.outlook;
        // Of names that are not known yet the plan says that any of the certificate may go.
        let dropped = match outlook.names_are_open {
            true => &outlook.names,
            false => &outlook.dropped,
        };
        let replaced = prior
            .order_id
            .known()
            .filter(|_| decision.what == What::Replace)
            .map(|&order_id| Replaced {
                order_id,
                end: ReviewedEnd {
                    stays: private.stays.clone(),
                    overridden: private.overridden.clone(),
                },
            });
        Self {
            what: Some(decision.what),
            dropped: dropped.iter().cloned().collect(),
            replaced,
            price,
        }
    }

    /// Notes what the plan of a new order announced. Of a replacement only the `first` plan is
    /// shown, that of the order which is replaced.
    pub(super) fn of_new(first: Option<Self>, price: Option<ShownPrice>) -> Self {
        match first {
            Some(first) => Self {
                what: None,
                dropped: BTreeSet::new(),
                ..first
            },
            None => Self {
                price,
                ..Self::default()
            },
        }
    }

    /// Returns why the plan of a new order is not what was reviewed.
    pub(super) fn departs_for_new(&self, order: &SslOrderModel) -> Option<Diagnostic> {
        let reviewed = self.what?;
        let now = format!("place a new order for {}", order.shown_names());
        Some(another_thing(&now, reviewed, &[]))
    }

    /// Returns why the plan of an existing order is not what was reviewed.
    pub(super) fn departs(&self, prior: &SslOrderModel, decision: &Decision) -> Option<Diagnostic> {
        let now = decision.what;
        if !self.covers(now) {
            let because: Vec<_> = decision.with(reason_for(now)).collect();
            let (order, names) = (prior.shown_id(), prior.shown_names());
            let change = change_in_certcentral(prior, decision)
                .unwrap_or_else(|| format!("take the renewal of order {order} for {names}"));
            let reviewed = self.what.unwrap_or(What::Nothing);
            return Some(another_thing(&change, reviewed, &because));
        }
        let dropped = decision.outlook.dropped.iter();
        let unseen: Vec<_> = dropped
            .filter(|name| !self.dropped.contains(*name))
            .map(String::as_str)
            .collect();
        (now == What::Reissue && !unseen.is_empty()).then(|| drops(prior, &unseen.join(", ")))
    }

    /// Returns whether something is part of what was announced. What turns out to need no call is
    /// no surprise.
    fn covers(&self, now: What) -> bool {
        match now {
            What::Nothing | What::Record | What::Stop => true,
            What::InPlace => matches!(self.what, Some(What::InPlace | What::Reissue)),
            What::Reissue | What::Follow | What::Renew | What::Replace => self.what == Some(now),
        }
    }
}

/// The effect of the arguments that lead to something.
fn reason_for(what: What) -> Effect {
    match what {
        What::Replace => Effect::NewOrder,
        What::Reissue => Effect::Reissue,
        What::Renew => Effect::Behaviour,
        _ => Effect::InPlace,
    }
}

fn another_thing(now: &str, reviewed: What, because: &[&Change]) -> Diagnostic {
    let announced = match reviewed {
        What::Nothing | What::Record | What::Stop => "calls nothing that changes the order",
        What::InPlace => "changes the order in place",
        What::Reissue => "reissues the certificate, or may",
        What::Follow => "takes the renewal of the order into state",
        What::Renew => "renews the order",
        What::Replace => "replaces the order",
    };
    let reason = match because {
        [] => String::new(),
        because => format!(
            " Since then {} changed or became known.",
            arguments(because)
        ),
    };
    let problem = Diagnostic::error(
        format!("This apply would {now}, and its plan did not say so"),
        format!(
            "The plan of this apply said, when it was reviewed, that it {announced}.{reason} \
             Nothing was bought, reissued or ended. Plan again: the new plan says what this apply \
             would do, and what it costs."
        ),
    );
    match because {
        [first, ..] => problem.at(first.path.clone()),
        [] => problem,
    }
}

fn drops(prior: &SslOrderModel, names: &str) -> Diagnostic {
    let order = prior.shown_id();
    Diagnostic::error(
        format!(
            "This apply would drop {names} from the certificate of order {order}, and its plan did \
             not say so"
        ),
        format!(
            "The plan of this apply did not say, when it was reviewed, that the certificate loses \
             {names}. DigiCert would revoke the present certificate of order {order} (serial \
             number {}) within 72 hours after the reissue. Nothing was reissued. Plan again, and \
             apply the new plan if the names may go; to keep them, put them into `dns_names`.",
            prior.serial_number.as_str().unwrap_or("unknown"),
        ),
    )
    .at(AttributePath::of("dns_names"))
}

#[cfg(test)]
mod tests {
    use time::Date;
    use time::macros::date;

    use super::super::{Permissions, Plan, Proposal};
    use super::{Review, What};
    use crate::framework::{Attr, Diagnostic};
    use crate::provider::settings::OrderDefaults;
    use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
    use crate::provider::ssl_order::purchase::price::PriceDecision;
    use crate::provider::ssl_order::samples::{
        in_force, names, order, placed, private, request, years,
    };

    const TODAY: Date = date!(2026 - 11 - 23);

    fn planned(proposal: Proposal) -> Plan {
        let everything = Permissions {
            allow_revocation: true,
            read_only: false,
        };
        let defaults = OrderDefaults::default();
        proposal.plan(Some(&defaults), PriceDecision::default(), everything)
    }

    /// The plan that a person reviews.
    fn reviewed(config: &SslOrderModel, prior: Option<&SslOrderModel>) -> Plan {
        let mut request = request(config, prior, private(false));
        request.private_is_kept = true;
        planned(Proposal::of(request, None, TODAY))
    }

    /// What the plan of its apply comes to.
    fn of_the_apply(
        config: &SslOrderModel,
        prior: Option<&SslOrderModel>,
        reviewed: &Plan,
        today: Date,
    ) -> Result<Plan, Diagnostic> {
        let mut request = request(config, prior, private(false));
        request.private_is_kept = true;
        request.reviewed = Some(reviewed.private.clone());
        let proposal = Proposal::of(request, None, today);
        match proposal.departure() {
            Some(problem) => Err(problem),
            None => Ok(planned(proposal)),
        }
    }

    /// An order with a certificate, and its configuration.
    fn issued() -> (SslOrderModel, SslOrderModel) {
        let all = [
            "shop.example.com",
            "www.shop.example.com",
            "api.example.com",
        ];
        let certificate = in_force(all[0], &all);
        let config = SslOrderModel {
            csr: Attr::Known(certificate.csr.clone()),
            ..order()
        };
        let mut state = placed(&config);
        certificate.put_into(&mut state);
        state.valid_till = "2027-05-31".into();
        state.order_valid_till = "2027-11-22".into();
        (config, state)
    }

    #[test]
    fn what_costs_more_than_was_announced_is_another_kind_and_what_costs_less_is_not() {
        use What::{Follow, InPlace, Nothing, Record, Reissue, Renew, Replace, Stop};
        let all = [
            Nothing, Record, InPlace, Reissue, Follow, Renew, Replace, Stop,
        ];
        for announced in all {
            let review = Review {
                what: Some(announced),
                ..Review::default()
            };
            let covered: Vec<_> = all.into_iter().filter(|&now| review.covers(now)).collect();
            let expected: &[What] = match announced {
                Nothing | Record | Stop => &[Nothing, Record, Stop],
                InPlace => &[Nothing, Record, InPlace, Stop],
                Reissue => &[Nothing, Record, InPlace, Reissue, Stop],
                Follow => &[Nothing, Record, Follow, Stop],
                Renew => &[Nothing, Record, Renew, Stop],
                Replace => &[Nothing, Record, Replace, Stop],
            };
            assert_eq!(covered, expected, "{announced:?}");
        }
    }

    #[test]
    fn a_renewal_whose_day_has_passed_by_the_apply_becomes_no_reissue() {
        let (mut config, mut prior) = issued();
        for order in [&mut config, &mut prior] {
            order.order_validity = Attr::Null;
            order.custom_expiration_date = "2026-11-30".into();
            order.renew_days_before_expiry = Attr::Known(30);
        }
        prior.ready_for_renewal = Attr::Known(true);
        let renewal = reviewed(&config, Some(&prior));
        let late = date!(2026 - 12 - 01);
        assert!(of_the_apply(&config, Some(&prior), &renewal, TODAY).is_ok());
        assert!(of_the_apply(&config, Some(&prior), &renewal, late).is_ok());

        prior.ready_for_reissue = Attr::Known(true);
        let renewal = reviewed(&config, Some(&prior));
        assert!(of_the_apply(&config, Some(&prior), &renewal, TODAY).is_ok());
        let stopped = of_the_apply(&config, Some(&prior), &renewal, late).unwrap_err();
        assert_eq!(
            stopped.summary,
            "This apply would reissue the certificate of order 2147500123 for shop.example.com, \
             api.example.com, www.shop.example.com, and its plan did not say so"
        );
        assert!(stopped.detail.contains("that it renews the order."));
    }

    #[test]
    fn a_name_goes_only_if_the_reviewed_plan_named_it() {
        let (config, prior) = issued();
        let without = |kept: &[&str]| SslOrderModel {
            dns_names: names(kept),
            ..config.clone()
        };
        let no_api = without(&["www.shop.example.com"]);
        let no_www = without(&["api.example.com"]);
        let neither = without(&[]);
        let open = SslOrderModel {
            dns_names: Attr::Unknown,
            ..config.clone()
        };
        let another_key = SslOrderModel {
            signature_hash: "sha384".into(),
            ..config.clone()
        };
        for (announced, now, unseen) in [
            (&no_api, &no_api, None),
            (&neither, &no_api, None),
            (&open, &neither, None),
            (&no_api, &another_key, None),
            (&no_api, &no_www, Some("www.shop.example.com")),
            (&no_api, &neither, Some("www.shop.example.com")),
            (
                &another_key,
                &neither,
                Some("api.example.com, www.shop.example.com"),
            ),
        ] {
            let plan = reviewed(announced, Some(&prior));
            let found = of_the_apply(now, Some(&prior), &plan, TODAY);
            let expected = unseen.map(|names| {
                format!(
                    "This apply would drop {names} from the certificate of order 2147500123, and \
                     its plan did not say so"
                )
            });
            assert_eq!(found.err().map(|it| it.summary), expected);
        }
    }

    #[test]
    fn only_a_terraform_that_keeps_private_data_is_given_a_review_and_no_state_has_one() {
        let (config, prior) = issued();
        let plain = planned(Proposal::of(
            request(&config, Some(&prior), private(false)),
            None,
            TODAY,
        ));
        assert_eq!(plain.private.review, None);
        let kept = reviewed(&config, Some(&prior)).private;
        assert!(kept.review.is_some());
        assert_eq!(kept.stored().review, None);
        // What an older plan left behind is no part of the next one.
        let mut again = request(&config, Some(&prior), private(false));
        again.private.review = Some(Review::default());
        assert_eq!(
            planned(Proposal::of(again, None, TODAY)).private.review,
            None
        );
    }

    #[test]
    fn a_replacement_tells_its_create_what_it_replaces() {
        let (config, prior) = issued();
        let longer = SslOrderModel {
            order_validity: Attr::Known(years(2)),
            ..config
        };
        let first = reviewed(&longer, Some(&prior));
        // The question about the new order, with the private data of the answer about the old one.
        let mut second = request(&longer, None, first.private);
        second.private_is_kept = true;
        let second = planned(Proposal::of(second, None, TODAY));
        let made = of_the_apply(&longer, None, &second, TODAY).unwrap();
        assert_eq!(made.private, second.private);
        let replaced = made.private.review.unwrap().replaced.unwrap();
        assert_eq!(replaced.order_id, 2_147_500_123);
        assert!(made.private.replacement_announced);

        let forced = reviewed(&issued().0, Some(&prior));
        let mut second = request(&issued().0, None, forced.private);
        second.private_is_kept = true;
        let second = planned(Proposal::of(second, None, TODAY));
        assert_eq!(second.private.review.unwrap().replaced, None);
    }

    #[test]
    fn an_order_from_nothing_departs_from_the_plan_of_an_order() {
        let (config, prior) = issued();
        let nothing = reviewed(&config, Some(&prior));
        let stopped = of_the_apply(&config, None, &nothing, TODAY).unwrap_err();
        assert!(
            stopped
                .summary
                .starts_with("This apply would place a new order for shop.example.com"),
            "{stopped:?}"
        );
        let new = reviewed(&config, None);
        assert!(of_the_apply(&config, None, &new, TODAY).is_ok());
        // A plan of another release may have noted nothing.
        let bare = Plan {
            private: SslOrderPrivate::default(),
            ..nothing
        };
        let plan = of_the_apply(&config, None, &bare, TODAY).unwrap();
        assert_eq!(plan.private.review, None);
    }
}
