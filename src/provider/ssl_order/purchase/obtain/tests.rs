//! What must hold of a create whatever happens, against the sandbox.

mod details;
mod look;
mod place;
mod settle;

use certcentral_sandbox::{At, Fault, Route, Sandbox, Settings};
use time::OffsetDateTime;
use time::macros::datetime;
use tokio_util::sync::CancellationToken;

use super::super::placed::unless_it_panics;
use super::{Obtained, create};
use crate::certcentral::OrderId;
use crate::framework::{Attr, Call, CreateRequest, Created, Diagnostic, Severity, Warnings};
use crate::provider::block::ProviderConfig;
use crate::provider::session::{LeftBehind, Session};
use crate::provider::ssl_order::SslOrder;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate, Term, TimeoutsModel};
use crate::provider::ssl_order::samples::{
    client, csr_for, order, placed, plan, prepared, session, session_of,
};

async fn run(
    session: &Session,
    order: SslOrderModel,
    stop: CancellationToken,
) -> Created<SslOrder> {
    let request = CreateRequest {
        config: order.clone(),
        planned_state: plan(&order, None, SslOrderPrivate::default()).state,
        private: SslOrderPrivate::default(),
    };
    create(session, &Call { stop }, request).await
}

fn limited_session(sandbox: &Sandbox, limit: &str) -> Session {
    let config = ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        max_order_price: limit.into(),
        ..ProviderConfig::default()
    };
    session_of(&config)
}

fn posts(sandbox: &Sandbox) -> usize {
    let journal = sandbox.journal();
    journal.iter().filter(|e| e.method == "POST").count()
}

fn summaries(warnings: &Warnings) -> Vec<&str> {
    warnings.iter().map(|w| w.summary.as_str()).collect()
}

fn object(created: Created<SslOrder>) -> (SslOrderModel, Warnings) {
    match created {
        Created::Object {
            state, warnings, ..
        } => (state, warnings),
        Created::Nothing(problems) => panic!("{problems:?}"),
    }
}

#[tokio::test]
async fn a_stop_before_the_post_orders_nothing() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    let created = run(&session(&sandbox), order(), stop).await;
    let Created::Nothing(problems) = created else {
        panic!("{created:?}");
    };
    let problem = problems.iter().next().unwrap();
    assert_eq!(problem.summary, "Interrupted before ordering");
    assert_eq!(sandbox.summary().orders_created, 0);
}

/// The order takes effect, a gateway answers 429 in the place of its answer, and Ctrl-C ends the
/// look that would have found it.
#[tokio::test]
async fn a_429_whose_look_is_interrupted_is_looked_for_once_more() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let limited = "POST /order/certificate/* 1 after limited retry_after=1";
    sandbox.add_fault(limited.parse().unwrap());
    let hold = sandbox.hold("GET /order/alternate/*".parse().unwrap(), 2, At::Before);
    let config = ProviderConfig {
        api_key: "sandbox-unit".into(),
        base_url: Attr::Known(sandbox.base_url()),
        max_retries: Attr::Known(0),
        ..ProviderConfig::default()
    };
    let (session, stop) = (session_of(&config), CancellationToken::new());
    let interrupted = async {
        hold.held().await;
        stop.cancel();
    };
    let creating = run(&session, order(), stop.clone());
    let (created, ()) = tokio::join!(creating, interrupted);
    let (state, warnings) = object(created);
    assert_eq!(summaries(&warnings), ["Order found after a lost answer"]);
    assert_eq!(state.order_id, Attr::Known(2_147_500_001));
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn the_same_content_in_another_run_adopts_the_order() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let mut ids = Vec::new();
    for expected in [&[][..], &["Existing order adopted"]] {
        let created = run(&session(&sandbox), order(), CancellationToken::new()).await;
        let Created::Object {
            state, warnings, ..
        } = created
        else {
            panic!("{created:?}");
        };
        assert_eq!(summaries(&warnings), expected);
        assert_eq!(state.status.as_str(), Some("issued"));
        ids.push(state.order_id);
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn an_order_whose_own_reference_reads_like_a_claim_on_its_id_is_adopted() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    for expected in [&[][..], &["Existing order adopted"]] {
        let order = SslOrderModel {
            alternative_order_id: "order 2147500001".into(),
            ..order()
        };
        let created = run(&session(&sandbox), order, CancellationToken::new()).await;
        let (state, warnings) = object(created);
        assert_eq!(summaries(&warnings), expected);
        assert_eq!(state.order_id, Attr::Known(2_147_500_001));
    }
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn the_same_content_twice_in_one_run_is_refused() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let session = session(&sandbox);
    let first = run(&session, order(), CancellationToken::new()).await;
    assert!(matches!(first, Created::Object { .. }), "{first:?}");
    let second = run(&session, order(), CancellationToken::new()).await;
    let Created::Nothing(problems) = second else {
        panic!("{second:?}");
    };
    assert_eq!(
        problems.iter().next().unwrap().summary,
        "Same order twice in one apply"
    );
    assert_eq!(sandbox.summary().orders_created, 1);
}

/// The order with little patience for an answer that got lost.
fn hasty() -> SslOrderModel {
    SslOrderModel {
        timeouts: Attr::Known(TimeoutsModel {
            create: "1s".into(),
            ..TimeoutsModel::default()
        }),
        ..order()
    }
}

fn only_problem(created: Created<SslOrder>) -> Diagnostic {
    let Created::Nothing(problems) = created else {
        panic!("{created:?}");
    };
    let mut problems = problems.into_iter();
    let problem = problems.next().unwrap();
    assert_eq!(problems.next(), None);
    problem
}

#[tokio::test]
async fn after_an_unknown_outcome_no_other_resource_of_the_run_sends_the_same_order() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let route: Route = "POST /order/certificate/*".parse().unwrap();
    sandbox.fault(route, 1, At::Before, Fault::Drop);
    let run_of_two = session(&sandbox);
    for summary in [
        "Unknown outcome of the order",
        "Same order twice in one apply",
    ] {
        let created = run(&run_of_two, hasty(), CancellationToken::new()).await;
        assert_eq!(only_problem(created).summary, summary);
    }
    assert_eq!(posts(&sandbox), 1);

    let next_run = run(&session(&sandbox), hasty(), CancellationToken::new()).await;
    assert!(matches!(next_run, Created::Object { .. }), "{next_run:?}");
    assert_eq!((posts(&sandbox), sandbox.summary().orders_created), (2, 1));
}

#[tokio::test]
async fn after_a_refusal_another_resource_of_the_run_may_send_the_same_order() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let route: Route = "POST /order/certificate/*".parse().unwrap();
    sandbox.fault(route, 1, At::Before, Fault::Echo { status: 400 });
    let session = session(&sandbox);
    let refused = run(&session, order(), CancellationToken::new()).await;
    assert!(matches!(refused, Created::Nothing(_)), "{refused:?}");
    let created = run(&session, order(), CancellationToken::new()).await;
    assert!(matches!(created, Created::Object { .. }), "{created:?}");
    assert_eq!((posts(&sandbox), sandbox.summary().orders_created), (2, 1));
}

/// Orders the same for a key of somebody else, by hand.
async fn ordered_by_somebody_else(sandbox: &Sandbox) -> OrderId {
    let theirs = SslOrderModel {
        csr: Attr::Known(csr_for("shop.example.com", &[])),
        alternative_order_id: "by-hand".into(),
        ..order()
    };
    let prepared = prepared(&theirs);
    let placed = client(&sandbox.base_url())
        .place_order(&prepared.product, &prepared.body)
        .await;
    placed.unwrap().id
}

#[tokio::test]
async fn an_order_that_was_let_go_of_hides_no_other_similar_one() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let other = ordered_by_somebody_else(&sandbox).await;
    let let_go = ordered_by_somebody_else(&sandbox).await;
    let session = session(&sandbox);
    session.let_go(let_go);
    let created = run(&session, order(), CancellationToken::new()).await;
    let problem = only_problem(created);
    assert_eq!(problem.summary, "Similar order exists");
    let named = format!("Order {other}, placed");
    assert!(problem.detail.starts_with(&named), "{}", problem.detail);
    session.let_go(other);
    let created = run(&session, order(), CancellationToken::new()).await;
    assert!(matches!(created, Created::Object { .. }), "{created:?}");
    assert_eq!(sandbox.summary().orders_created, 3);
}

#[tokio::test]
async fn an_order_whose_details_cannot_be_read_is_kept() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let route = "GET /order/certificate/*".parse().unwrap();
    sandbox.fault_times(route, 1, 100, At::Before, Fault::Html { status: 503 });
    let created = run(&session(&sandbox), order(), CancellationToken::new()).await;
    let Created::Object {
        state, warnings, ..
    } = created
    else {
        panic!("{created:?}");
    };
    let id = sandbox.orders()[0].id;
    assert_eq!(state.id, Attr::Known(id.to_string()));
    assert_eq!(
        summaries(&warnings),
        [
            "Answer is not from CertCentral's API",
            "Order placed, details follow"
        ]
    );
    assert!(warnings.iter().all(|w| w.severity == Severity::Warning));
}

#[tokio::test]
async fn a_panic_after_the_post_keeps_the_order() {
    let id = OrderId::try_from(2_147_500_123).unwrap();
    let certain = placed(&order());
    let broken = async { panic!("a bug in what follows the order") };
    let Obtained {
        state, warnings, ..
    } = unless_it_panics(broken, certain.clone(), id).await;
    assert_eq!(state, certain);
    assert_eq!(state.order_id, Attr::Known(2_147_500_123));
    assert_eq!(
        summaries(&warnings),
        ["Order placed, details lost by a bug"]
    );
}

#[tokio::test]
async fn a_date_that_is_past_at_certcentral_is_refused_before_the_order() {
    let sandbox = Sandbox::start(Settings {
        start_at: Some(datetime!(2031-05-06 12:00 UTC)),
        ..Settings::default()
    })
    .unwrap();
    let mut order = order();
    order.order_validity = Attr::Known(Term {
        custom_expiration_date: "2031-05-06".into(),
        ..Term::default()
    });
    let created = run(&session(&sandbox), order, CancellationToken::new()).await;
    let Created::Nothing(problems) = created else {
        panic!("ordered: {created:?}");
    };
    let summaries: Vec<_> = problems.iter().map(|p| p.summary.as_str()).collect();
    assert_eq!(summaries, ["Date in the past"]);
    assert_eq!(sandbox.summary().orders_created, 0);
    let methods: Vec<_> = sandbox.journal().into_iter().map(|e| e.method).collect();
    assert_eq!(
        methods,
        ["GET", "GET", "GET"],
        "the look for an earlier run's order"
    );
}

/// Neither clock alone refuses an order: CertCentral judges the date by its own.
#[tokio::test]
async fn a_date_that_is_past_by_one_clock_only_is_ordered_with_a_warning() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    sandbox.add_fault("* * 1x* date seconds=25920000".parse().unwrap());
    let in_30_days = OffsetDateTime::now_utc().date() + time::Duration::days(30);
    let mut order = order();
    order.order_validity = Attr::Known(Term {
        custom_expiration_date: Attr::Known(in_30_days.to_string()),
        ..Term::default()
    });
    let created = run(&session(&sandbox), order, CancellationToken::new()).await;
    let Created::Object { warnings, .. } = created else {
        panic!("not ordered: {created:?}");
    };
    let said = summaries(&warnings);
    let far = "Clocks of CertCentral and of this machine disagree";
    assert!(said.contains(&far), "{said:?}");
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_price_above_the_limit_stops_the_order_and_not_its_adoption() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let stop = CancellationToken::new;
    let limited = limited_session(&sandbox, "803.99");
    let refused = run(&limited, order(), stop()).await;
    let Created::Nothing(problems) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        problems.iter().next().unwrap().summary,
        "Order exceeds the price limit"
    );
    let journal = sandbox.journal();
    let last = journal.last().unwrap();
    assert_eq!(last.path, "/finance/order-pricing", "asked for last");
    assert_eq!(sandbox.summary().orders_created, 0);

    let at_limit = run(&limited_session(&sandbox, "804"), order(), stop()).await;
    assert!(matches!(at_limit, Created::Object { .. }), "{at_limit:?}");
    let seen = sandbox.journal().len();
    let adopted = run(&limited, order(), stop()).await;
    let Created::Object { warnings, .. } = adopted else {
        panic!("{adopted:?}");
    };
    assert_eq!(summaries(&warnings), ["Existing order adopted"]);
    let mut asked = sandbox.journal().split_off(seen);
    asked.retain(|entry| !entry.path.ends_with("/note"));
    assert!(asked.iter().all(|entry| entry.method == "GET"), "{asked:?}");
    assert_eq!(sandbox.summary().orders_created, 1);
}

/// The order that an earlier run placed.
async fn placed_earlier(sandbox: &Sandbox) -> OrderId {
    let (state, _) = object(run(&session(sandbox), order(), CancellationToken::new()).await);
    state.order_id_to_be("found").unwrap()
}

#[tokio::test]
async fn an_order_that_another_resource_has_is_neither_adopted_nor_bought_again() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let id = placed_earlier(&sandbox).await;
    let session = session(&sandbox);
    session.claim_order(id).unwrap().keep();
    let created = run(&session, order(), CancellationToken::new()).await;
    let problem = only_problem(created);
    assert_eq!(problem.summary, "Same order twice in one apply");
    let named = format!("Order {id}, which was placed earlier");
    assert!(problem.detail.starts_with(&named), "{}", problem.detail);
    assert_eq!(posts(&sandbox), 1);
}

#[tokio::test]
async fn an_order_that_is_just_being_ended_is_neither_adopted_nor_bought_again() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let id = placed_earlier(&sandbox).await;
    let session = session(&sandbox);
    let _ending = session.claim_ending(id).unwrap();
    let created = run(&session, order(), CancellationToken::new()).await;
    let problem = only_problem(created);
    let summary = format!("Order {id} is just being ended by this apply");
    assert_eq!(problem.summary, summary);
    assert!(
        problem.detail.contains("`moved` block"),
        "{}",
        problem.detail
    );
    assert!(!problem.detail.contains("order_key"), "{}", problem.detail);
    assert_eq!(posts(&sandbox), 1);
}

#[tokio::test]
async fn a_create_takes_over_what_the_same_process_has_let_go_of() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let run_with = async |left: Option<(&str, Option<&str>, bool)>| {
        let session = session(&sandbox);
        if let Some((origin, adoption, is_released)) = left {
            let id = sandbox.orders()[0].id.to_string().parse().unwrap();
            session.leave_behind(
                id,
                LeftBehind {
                    order_origin: origin.into(),
                    adoption: adoption.map(str::to_owned),
                    certificate_pem: None,
                    is_released,
                },
            );
        }
        let seen = sandbox.journal().len();
        let created = run(&session, order(), CancellationToken::new()).await;
        let Created::Object { state, private, .. } = created else {
            panic!("{created:?}");
        };
        let notes = sandbox.journal()[seen..]
            .iter()
            .filter(|entry| entry.path.ends_with("/note"))
            .count();
        let origin = state.order_origin.as_str().unwrap().to_owned();
        (origin, private.adoption, notes)
    };
    assert_eq!(run_with(None).await, ("placed".to_owned(), None, 0));
    for (origin, adoption) in [
        ("placed", None),
        ("imported", None),
        ("adopted", Some("7f")),
        // As of a tainted object, whose private data nobody sees.
        ("adopted", None),
    ] {
        let taken = run_with(Some((origin, adoption, false))).await;
        assert_eq!(taken, (origin.to_owned(), adoption.map(str::to_owned), 0));
    }
    for released in [None, Some(("adopted", Some("7f"), true))] {
        let (origin, adoption, notes) = run_with(released).await;
        assert_eq!((origin.as_str(), notes), ("adopted", 1));
        assert!(adoption.is_some());
    }
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_new_and_an_adopted_order_belong_to_their_resource_for_the_whole_run() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    for _ in 0..2 {
        let session = session(&sandbox);
        let created = run(&session, order(), CancellationToken::new()).await;
        let Created::Object { state, .. } = created else {
            panic!("{created:?}");
        };
        let token = state.alternative_order_id.as_str().unwrap();
        assert!(session.claim_token(token).is_none(), "the token");
        let id = OrderId::try_from(state.known_order_id().unwrap()).unwrap();
        assert!(session.claim_order(id).is_none(), "the order");
    }
    assert_eq!(sandbox.summary().orders_created, 1);
}

#[tokio::test]
async fn a_state_that_would_not_fit_its_plan_orders_nothing() {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let planned_state = SslOrderModel {
        status: "issued".into(),
        ..plan(&order(), None, SslOrderPrivate::default()).state
    };
    let request = CreateRequest {
        config: order(),
        planned_state,
        private: SslOrderPrivate::default(),
    };
    let stop = CancellationToken::new();
    let created = create(&session(&sandbox), &Call { stop }, request).await;
    let problem = only_problem(created);
    assert_eq!(problem.summary, "Unexpected provider behaviour");
    let why = "would not match its plan, so it was not placed";
    assert!(problem.detail.contains(why), "{}", problem.detail);
    assert_eq!(sandbox.journal().len(), 0);
}
