//! What an update calls, how far it comes, and what state holds then, against the sandbox.

mod lost_reissue;
mod reissue;
mod renewal;

use std::time::Duration;

use certcentral_sandbox::{Approval, At, Behavior, Fault, Sandbox, Settings};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::model::{SslOrderModel, SslOrderPrivate, TimeoutsModel};
use super::super::plan::Plan;
use super::super::refresh::observer::Observer;
use super::super::refresh::{clocks, state};
use super::super::samples::{client, csr_for, names, order, plan, prepared, session};
use super::update;
use crate::framework::{Attr, Call, Diagnostic, Severity, UpdateRequest, Updated};
use crate::provider::session::Today;
use crate::provider::ssl_order::SslOrder;

const DAY: Duration = Duration::from_secs(86_400);

/// An account with one order, and the state of the order.
struct Ordered {
    sandbox: Sandbox,
    state: SslOrderModel,
}

impl Ordered {
    /// The sample order, issued at once.
    async fn issued() -> Self {
        Self::with(order()).await
    }

    /// An order of this configuration, issued at once.
    async fn with(config: SslOrderModel) -> Self {
        Self::of(config, Behavior::default()).await
    }

    /// An order of this configuration in an account that behaves as told.
    async fn of(config: SslOrderModel, behavior: Behavior) -> Self {
        let sandbox = Sandbox::start(Settings {
            behavior,
            // The day on which a test runs must not decide how long a certificate lasts.
            max_certificate_days: Some(199),
            ..Settings::default()
        });
        let sandbox = sandbox.unwrap();
        let prepared = prepared(&config);
        let client = client(&sandbox.base_url());
        let placed = client.place_order(&prepared.product, &prepared.body).await;
        let id = placed.unwrap().id;
        let planned = plan(&config, None, SslOrderPrivate::default()).state;
        let state = state::placed(planned, id, &prepared.token);
        let mut ordered = Self { sandbox, state };
        ordered.refresh().await;
        ordered
    }

    /// Reads the order as a refresh does.
    async fn refresh(&mut self) {
        let client = client(&self.sandbox.base_url());
        let order = client.order(self.state.order_id_to_be("read").unwrap());
        let order = order.await.unwrap();
        let mut observer = Observer::new(&client, self.state.clone());
        observer.details(order, &[]).await;
        self.state = observer.state;
        clocks::set(
            &mut self.state,
            false,
            Today::on(self.sandbox.clock().date()),
        );
        clocks::tell(&mut self.state, &SslOrderPrivate::default());
    }

    /// From now on an approver has to say yes.
    fn needs_approval(&self) {
        self.sandbox
            .change(|account: &mut Behavior| account.approval = Approval::OneStep);
    }

    /// Plans the configuration and carries the plan out.
    async fn apply(&self, config: &SslOrderModel) -> Updated<SslOrder> {
        self.apply_with(config, SslOrderPrivate::default()).await
    }

    async fn apply_with(
        &self,
        config: &SslOrderModel,
        private: SslOrderPrivate,
    ) -> Updated<SslOrder> {
        let planned = self.plan(config, private);
        self.carry_out(config, planned).await
    }

    fn plan(&self, config: &SslOrderModel, private: SslOrderPrivate) -> Plan {
        let planned = plan(config, Some(&self.state), private);
        assert!(!planned.diagnostics.has_errors(), "{planned:?}");
        assert!(planned.requires_replace.is_empty(), "{planned:?}");
        planned
    }

    async fn carry_out(&self, config: &SslOrderModel, planned: Plan) -> Updated<SslOrder> {
        let request = UpdateRequest {
            config: config.clone(),
            prior_state: self.state.clone(),
            planned_state: planned.state,
            private: planned.private,
        };
        let call = Call {
            stop: CancellationToken::new(),
        };
        update(&session(&self.sandbox), &call, request).await
    }

    /// Method and path of every request since the first `seen`, with the order's id taken out.
    fn calls_after(&self, seen: usize) -> Vec<String> {
        let id = self.state.known_order_id().unwrap().to_string();
        let journal = self.sandbox.journal();
        journal[seen..]
            .iter()
            .map(|entry| format!("{} {}", entry.method, entry.path.replace(&id, "ID")))
            .collect()
    }

    fn seen(&self) -> usize {
        self.sandbox.journal().len()
    }
}

/// The same order with one second for an update.
fn hasty(config: SslOrderModel) -> SslOrderModel {
    SslOrderModel {
        timeouts: Attr::Known(TimeoutsModel {
            update: "1s".into(),
            ..TimeoutsModel::default()
        }),
        ..config
    }
}

/// An error with a code as CertCentral answers it.
fn refused(code: &str) -> Fault {
    let body = json!({ "errors": [{ "code": code, "message": "No." }] });
    Fault::Answer {
        status: 400,
        body: body.to_string(),
        content_type: "application/json".to_owned(),
    }
}

fn only_error(updated: &Updated<SslOrder>) -> &Diagnostic {
    let is_error = |it: &&Diagnostic| it.severity == Severity::Error;
    let mut errors = updated.diagnostics.iter().filter(is_error);
    let error = errors.next().unwrap_or_else(|| panic!("{updated:?}"));
    assert!(errors.next().is_none(), "{updated:?}");
    error
}

fn warnings(updated: &Updated<SslOrder>) -> Vec<&str> {
    assert!(!updated.diagnostics.has_errors(), "{updated:?}");
    let said = updated.diagnostics.iter();
    said.map(|it| it.summary.as_str()).collect()
}

/// The sample order with a new key and one argument that is only recorded.
fn with_new_key() -> SslOrderModel {
    SslOrderModel {
        csr: Attr::Known(csr_for("shop.example.com", &[])),
        comments: "rotated".into(),
        ..order()
    }
}

fn fault(ordered: &Ordered, route: &str, at: At, fault: Fault) {
    ordered.sandbox.fault(route.parse().unwrap(), 1, at, fault);
}

/// State after an update that did everything but the reissue.
fn without_the_reissue(ordered: &Ordered, config: &SslOrderModel) -> SslOrderModel {
    SslOrderModel {
        comments: config.comments.clone(),
        timeouts: config.timeouts.clone(),
        ..ordered.state.clone()
    }
}

#[tokio::test]
async fn a_change_that_is_only_recorded_calls_nothing() {
    let ordered = Ordered::issued().await;
    let config = SslOrderModel {
        comments: "another".into(),
        on_destroy: "cancel".into(),
        ..order()
    };
    let imported = SslOrderPrivate {
        imported: true,
        end_announced: true,
        ..SslOrderPrivate::default()
    };
    let seen = ordered.seen();
    let updated = ordered.apply_with(&config, imported).await;
    assert!(warnings(&updated).is_empty());
    assert!(ordered.calls_after(seen).is_empty());
    let wanted = SslOrderModel {
        comments: "another".into(),
        on_destroy: "cancel".into(),
        ..ordered.state.clone()
    };
    assert_eq!(updated.state, wanted);
    let stored = SslOrderPrivate {
        imported: true,
        ..SslOrderPrivate::default()
    };
    assert_eq!(updated.private, stored);
}

/// A core that hands no private data from the plan to its apply.
#[tokio::test]
async fn a_plan_whose_announcement_is_lost_is_carried_out_by_its_unknown_marks() {
    let edited = SslOrderModel {
        additional_emails: names(&["ops@example.com"]),
        ..order()
    };
    for config in [edited, with_new_key()] {
        let (told, lost) = (Ordered::issued().await, Ordered::issued().await);
        let mut calls = Vec::new();
        for (ordered, is_lost) in [(&told, false), (&lost, true)] {
            let seen = ordered.seen();
            let mut planned = ordered.plan(&config, SslOrderPrivate::default());
            assert!(planned.private.announced.is_some());
            if is_lost {
                planned.private = SslOrderPrivate::default();
            }
            let updated = ordered.carry_out(&config, planned).await;
            assert!(warnings(&updated).is_empty());
            let is_reissued = updated.state.certificate_pem != ordered.state.certificate_pem;
            let today = ordered.sandbox.clock().date().to_string();
            let stored = SslOrderPrivate {
                chain_read: is_reissued.then_some(today),
                ..SslOrderPrivate::default()
            };
            assert_eq!(updated.private, stored);
            calls.push(ordered.calls_after(seen));
        }
        assert!(!calls[0].is_empty());
        assert_eq!(calls[0], calls[1]);
    }
}
