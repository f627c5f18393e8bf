//! Whether a destroy that `on_destroy` asks to end an order does, decided by the plan and once more
//! by the apply, which may only spare more of them.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::messages;
use super::notes::{self, Mark};
use crate::certcentral::{Client, OrderId};
use crate::provider::session::{ReviewedEnd, Session};
use crate::provider::ssl_order::model::{OrderOrigin, SslOrderModel, SslOrderPrivate};

/// How long a plan waits for the notes, all attempts included. An order whose notes it does not get
/// stays.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a destroy does with an order that it is asked to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It ends the order, in spite of these marks of other objects: a person named the order.
    Ends(Vec<Mark>),
    /// Nobody can be asked for the notes yet: the apply asks, and spares an order that another
    /// object holds.
    Depends,
    /// It leaves the order open.
    Stays(Why),
}

/// Why an order stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// This object did not place it, or state does not tell, and nobody told the object to end it.
    NotPlaced,
    /// Other objects adopted it and have not released it.
    Held(Vec<Mark>),
    /// The notes cannot be read, for this reason.
    Unreadable(String),
    /// The reviewed plan of the replacement said that it stays.
    Reviewed,
}

impl Verdict {
    /// Decides what can be decided without the notes.
    pub(crate) fn at_sight(order: &SslOrderModel) -> Self {
        if order.origin() == Some(OrderOrigin::Placed) || order.claims_its_order() {
            Self::Ends(Vec::new())
        } else {
            Self::Stays(Why::NotPlaced)
        }
    }

    /// Decides for a plan. One call where it depends on the notes and there is somebody to ask.
    pub(crate) async fn in_plan(
        session: &Session,
        order: &SslOrderModel,
        private: &SslOrderPrivate,
    ) -> Self {
        let at_sight = Self::at_sight(order);
        let Ok(id) = order.order_id_to_be("ended") else {
            return at_sight;
        };
        if at_sight != Self::Ends(Vec::new()) {
            return at_sight;
        }
        let Ok(client) = session.client() else {
            return Self::Depends;
        };
        let client = client.within(Instant::now() + PATIENCE, &CancellationToken::new());
        Self::by_notes(&client, id, order, private, |_| true).await
    }

    /// Decides just before the order is ended. One call. A mark counts although a person named the
    /// order if the plan did not list it.
    pub(crate) async fn in_apply(
        client: &Client,
        id: OrderId,
        order: &SslOrderModel,
        private: &SslOrderPrivate,
    ) -> Self {
        let at_sight = Self::at_sight(order);
        if at_sight != Self::Ends(Vec::new()) {
            return at_sight;
        }
        let is_listed = |mark: &Mark| private.overridden.contains(&mark.object);
        Self::by_notes(client, id, order, private, is_listed).await
    }

    async fn by_notes(
        client: &Client,
        id: OrderId,
        order: &SslOrderModel,
        private: &SslOrderPrivate,
        may_be_overridden: impl Fn(&Mark) -> bool,
    ) -> Self {
        let mut marks = match notes::standing(client, id).await {
            Ok(marks) => marks,
            Err(error) => return Self::Stays(Why::Unreadable(error.to_string())),
        };
        marks.retain(|mark| private.adoption.as_ref() != Some(&mark.object));
        let is_overridden = |mark: &Mark| order.claims_its_order() && may_be_overridden(mark);
        if marks.iter().all(is_overridden) {
            return Self::Ends(marks);
        }
        marks.retain(|mark| !is_overridden(mark));
        Self::Stays(Why::Held(marks))
    }

    /// Returns the verdict on an order that the same apply has replaced: it ends no order that the
    /// reviewed plan said to stay, and in spite of no mark that it did not list.
    pub(crate) fn within(self, reviewed: &ReviewedEnd) -> Self {
        if self.stays() {
            return self;
        }
        if reviewed.stays.is_some() {
            return Self::Stays(Why::Reviewed);
        }
        let Self::Ends(mut marks) = self else {
            return self;
        };
        let is_listed = |mark: &Mark| reviewed.overridden.contains(&mark.object);
        if marks.iter().all(is_listed) {
            return Self::Ends(marks);
        }
        marks.retain(|mark| !is_listed(mark));
        Self::Stays(Why::Held(marks))
    }

    /// Returns whether the order stays for certain.
    pub(crate) fn stays(&self) -> bool {
        matches!(self, Self::Stays(_))
    }

    /// Hands to the apply what the plan has said.
    pub(crate) fn hand_on(&self, order: &SslOrderModel, private: &mut SslOrderPrivate) {
        private.stays = match self {
            Self::Stays(why) => Some(messages::because(why, order)),
            Self::Ends(_) | Self::Depends => None,
        };
        private.overridden = match self {
            Self::Ends(marks) => marks.iter().map(|mark| mark.object.clone()).collect(),
            Self::Depends | Self::Stays(_) => Vec::new(),
        };
    }
}

#[cfg(test)]
mod tests {
    use certcentral_sandbox::{At, Fault, Sandbox, Settings};
    use tokio_util::sync::CancellationToken;

    use super::{Mark, ReviewedEnd, Verdict, Why, notes};
    use crate::certcentral::{Client, OrderId};
    use crate::framework::Attr;
    use crate::provider::block::ProviderConfig;
    use crate::provider::ssl_order::model::{OrderOrigin, SslOrderModel, SslOrderPrivate};
    use crate::provider::ssl_order::samples::{client, order, place, session, session_of};

    /// An order in an account, and the state of an object that came by it in some way.
    async fn held(origin: Option<OrderOrigin>) -> (Sandbox, Client, OrderId, SslOrderModel) {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let client = client(&sandbox.base_url());
        let id = place(&client).await.unwrap();
        let state = SslOrderModel {
            order_id: Attr::Known(id.get()),
            order_origin: origin.map_or(Attr::Null, Into::into),
            ..order()
        };
        (sandbox, client, id, state)
    }

    fn claimed(state: &SslOrderModel, id: i64) -> SslOrderModel {
        SslOrderModel {
            claimed_order_id: Attr::Known(id),
            ..state.clone()
        }
    }

    fn objects(marks: &[Mark]) -> Vec<&str> {
        marks.iter().map(|mark| mark.object.as_str()).collect()
    }

    #[tokio::test]
    async fn only_the_object_that_placed_an_order_or_is_told_to_ends_it() {
        let nothing = SslOrderPrivate::default();
        let origins = [
            None,
            Some(OrderOrigin::Placed),
            Some(OrderOrigin::Adopted),
            Some(OrderOrigin::Imported),
        ];
        for origin in origins {
            let (sandbox, client, id, state) = held(origin).await;
            let session = session(&sandbox);
            for (state, ends) in [
                (state.clone(), origin == Some(OrderOrigin::Placed)),
                (claimed(&state, id.get()), true),
                (
                    claimed(&state, id.get() + 1),
                    origin == Some(OrderOrigin::Placed),
                ),
            ] {
                let expected = if ends {
                    Verdict::Ends(Vec::new())
                } else {
                    Verdict::Stays(Why::NotPlaced)
                };
                let calls = sandbox.journal().len();
                assert_eq!(Verdict::in_plan(&session, &state, &nothing).await, expected);
                let found = Verdict::in_apply(&client, id, &state, &nothing).await;
                assert_eq!(found, expected, "{origin:?}");
                let asked = if ends { 2 } else { 0 };
                assert_eq!(sandbox.journal().len() - calls, asked, "{origin:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_mark_of_another_object_spares_the_order_until_it_is_released() {
        let (sandbox, client, id, state) = held(Some(OrderOrigin::Placed)).await;
        let session = session(&sandbox);
        let (other, warnings) = notes::adopt(&client, id).await;
        assert!(warnings.is_empty());
        let other = other.unwrap();
        let nothing = SslOrderPrivate::default();
        let Verdict::Stays(Why::Held(marks)) = Verdict::in_plan(&session, &state, &nothing).await
        else {
            panic!("it ends the order of another object");
        };
        assert_eq!(objects(&marks), [&other]);
        let own = SslOrderPrivate {
            adoption: Some(other.clone()),
            ..SslOrderPrivate::default()
        };
        let ends = Verdict::Ends(Vec::new());
        assert_eq!(Verdict::in_plan(&session, &state, &own).await, ends);
        let stop = CancellationToken::new();
        assert_eq!(notes::release(&session, &stop, id, &other).await, None);
        assert_eq!(Verdict::in_plan(&session, &state, &nothing).await, ends);
        assert_eq!(Verdict::in_apply(&client, id, &state, &nothing).await, ends);
    }

    #[tokio::test]
    async fn a_claim_overrides_the_marks_that_its_plan_has_listed() {
        let (sandbox, client, id, state) = held(Some(OrderOrigin::Adopted)).await;
        let state = claimed(&state, id.get());
        let (first, _) = notes::adopt(&client, id).await;
        let mut private = SslOrderPrivate::default();
        let plan = Verdict::in_plan(&session(&sandbox), &state, &private).await;
        let Verdict::Ends(marks) = &plan else {
            panic!("{plan:?}");
        };
        assert_eq!(objects(marks), [first.as_ref().unwrap()]);
        plan.hand_on(&state, &mut private);
        assert_eq!(
            Verdict::in_apply(&client, id, &state, &private).await,
            plan,
            "nothing new"
        );
        let (second, _) = notes::adopt(&client, id).await;
        let Verdict::Stays(Why::Held(marks)) =
            Verdict::in_apply(&client, id, &state, &private).await
        else {
            panic!("it ends what no plan has named");
        };
        assert_eq!(objects(&marks), [second.as_ref().unwrap()]);
    }

    #[tokio::test]
    async fn what_the_reviewed_plan_said_of_an_order_is_the_most_that_happens_to_it() {
        let (_sandbox, client, id, _) = held(Some(OrderOrigin::Placed)).await;
        let (object, _) = notes::adopt(&client, id).await;
        let object = object.unwrap();
        let marks = notes::standing(&client, id).await.unwrap();
        let reviewed = |stays: Option<&str>, overridden: &[&str]| ReviewedEnd {
            stays: stays.map(str::to_owned),
            overridden: overridden.iter().map(|&it| it.to_owned()).collect(),
        };
        let ends = Verdict::Ends(Vec::new());
        let in_spite = Verdict::Ends(marks.clone());
        let stays = Verdict::Stays(Why::NotPlaced);
        for (now, reviewed, expected) in [
            (&ends, reviewed(None, &[]), &ends),
            (&Verdict::Depends, reviewed(None, &[]), &Verdict::Depends),
            (
                &ends,
                reviewed(Some("held"), &[]),
                &Verdict::Stays(Why::Reviewed),
            ),
            (
                &Verdict::Depends,
                reviewed(Some("held"), &[]),
                &Verdict::Stays(Why::Reviewed),
            ),
            (&stays, reviewed(Some("held"), &[]), &stays),
            (&stays, reviewed(None, &[]), &stays),
            (&in_spite, reviewed(None, &[&object]), &in_spite),
            (
                &in_spite,
                reviewed(None, &["another"]),
                &Verdict::Stays(Why::Held(marks)),
            ),
        ] {
            assert_eq!(now.clone().within(&reviewed), *expected, "{reviewed:?}");
        }
    }

    #[tokio::test]
    async fn notes_that_cannot_be_read_spare_the_order() {
        for origin in [OrderOrigin::Placed, OrderOrigin::Adopted] {
            let (sandbox, client, id, state) = held(Some(origin)).await;
            let state = claimed(&state, id.get());
            let nothing = SslOrderPrivate::default();
            for body in ["[1]", r#"{"errors":[{"code":"access_denied"}]}"#, "<html>"] {
                for status in [200, 403] {
                    sandbox.clear_rules();
                    let route = "GET /order/certificate/*/note".parse().unwrap();
                    let fault = Fault::Answer {
                        status,
                        body: body.to_owned(),
                        content_type: "application/json".to_owned(),
                    };
                    sandbox.fault_times(route, 1, 9, At::Before, fault);
                    for verdict in [
                        Verdict::in_plan(&session(&sandbox), &state, &nothing).await,
                        Verdict::in_apply(&client, id, &state, &nothing).await,
                    ] {
                        let is_unreadable = matches!(verdict, Verdict::Stays(Why::Unreadable(_)));
                        assert!(is_unreadable, "{status} {body}: {verdict:?}");
                    }
                }
            }
        }
    }

    #[tokio::test]
    async fn a_plan_without_a_key_leaves_the_notes_to_its_apply() {
        let (_sandbox, _, _, state) = held(Some(OrderOrigin::Placed)).await;
        let nobody = session_of(&ProviderConfig::default());
        let nothing = SslOrderPrivate::default();
        let plan = Verdict::in_plan(&nobody, &state, &nothing).await;
        assert_eq!(plan, Verdict::Depends);
        let mut private = SslOrderPrivate {
            stays: Some("as an earlier plan said".to_owned()),
            overridden: vec!["as an earlier plan said".to_owned()],
            ..SslOrderPrivate::default()
        };
        plan.hand_on(&state, &mut private);
        assert_eq!(private, nothing);
    }
}
