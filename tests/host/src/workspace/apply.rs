//! The apply: plan every change again, hold it against the plan, do it, and save what core would
//! save.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::{
    Action, Change, Operation, Phase, Plan, Report, Resource, State, StoredObject, Workspace,
    objects::upgraded,
    plan::{Planner, deletion},
    saved_object, type_name,
};
use crate::{
    client::{ApplyOrder, Provider},
    codec::CodecError,
    core_rules::{
        Rule, Violation, check_object_compatible, check_stored_identity, check_stored_object,
    },
    error::Error,
    json::config,
    path::Path,
    value::Value,
};

/// What an apply did. The state is in the workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// The resources that were changed without an error, in order, with what was done.
    pub done: Vec<(String, Action)>,
    /// What came up.
    pub report: Report,
}

impl Applied {
    /// The result, after a panic if the provider broke a rule: for tests.
    #[must_use]
    pub fn expect_valid(self) -> Self {
        self.report.expect_valid();
        self
    }

    /// The result, after a panic if the provider broke a rule or reported an error: for tests.
    #[must_use]
    pub fn expect_success(self) -> Self {
        self.report.expect_success();
        self
    }
}

impl Workspace {
    /// Applies a plan. Nothing is done if the plan failed, as Terraform refuses it.
    pub async fn apply(&mut self, plan: &Plan) -> Result<Applied, Error> {
        self.apply_with(plan, &plan.resources).await
    }

    /// Applies a plan with the configurations as they are known by now. No value may be unknown any
    /// more.
    pub async fn apply_with(
        &mut self,
        plan: &Plan,
        resources: &[Resource],
    ) -> Result<Applied, Error> {
        let mut applied = Applied::default();
        if plan.report.failed() {
            applied.report = plan.report.clone();
            return Ok(applied);
        }
        self.state.clone_from(&plan.refreshed);
        if plan.is_empty() {
            return Ok(applied);
        }
        let provider = self.open(Phase::Run, &mut applied.report).await?;
        if !applied.report.failed() {
            let interruption = mem::take(&mut self.interruption);
            let state = Mutex::new(&mut self.state);
            let steps = plan.changes.iter().map(|change| {
                Step {
                    provider: &provider,
                    change,
                    resource: resources.iter().find(|it| it.address == change.address),
                    interruption: &interruption,
                    state: &state,
                    report: Report::default(),
                }
                .taken()
            });
            let steps = stream::iter(steps).buffered(self.parallelism);
            let reports: Vec<_> = tokio::select! {
                reports = steps.try_collect() => reports?,
                problem = stopped(&provider, &interruption) => return Err(problem),
            };
            for (change, report) in plan.changes.iter().zip(reports) {
                if let Some(report) = report {
                    if change.action != Action::NoOp && !report.failed() {
                        applied.done.push((change.address.clone(), change.action));
                    }
                    applied.report.merge(report);
                }
            }
        }
        self.end(provider).await?;
        Ok(applied)
    }

    /// Plans the deletion of everything and applies it.
    pub async fn destroy(&mut self) -> Result<Applied, Error> {
        let plan = self.plan_destroy().await?;
        self.apply(&plan).await
    }
}

/// Tells the provider to stop once the apply is interrupted, as core does, and goes on waiting for
/// the running steps.
async fn stopped(provider: &Provider, interruption: &CancellationToken) -> Error {
    interruption.cancelled().await;
    match provider.stop().await {
        // A provider that is gone has stopped.
        Ok(_) | Err(Error::Call(_)) => std::future::pending().await,
        Err(problem) => problem,
    }
}

struct Step<'a> {
    provider: &'a Provider,
    change: &'a Change,
    resource: Option<&'a Resource>,
    interruption: &'a CancellationToken,
    state: &'a Mutex<&'a mut State>,
    report: Report,
}

impl<'a> Step<'a> {
    /// The step's report; `None` if the apply was interrupted before it.
    async fn taken(mut self) -> Result<Option<Report>, Error> {
        if self.interruption.is_cancelled() {
            return Ok(None);
        }
        self.run().await?;
        Ok(Some(self.report))
    }

    fn state(&self) -> MutexGuard<'_, &'a mut State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&mut self) -> Result<(), Error> {
        match self.change.action {
            Action::NoOp => Ok(()),
            Action::Delete => self.delete().await,
            Action::Create => self.write(Action::Create).await,
            Action::Update => self.write(Action::Update).await,
            Action::Replace if self.resource.is_some_and(|it| it.created_first) => {
                self.replace_created_first().await
            }
            Action::Replace => {
                self.delete().await?;
                if self.report.failed() || self.interruption.is_cancelled() {
                    return Ok(());
                }
                self.write(Action::Create).await
            }
        }
    }

    async fn delete(&mut self) -> Result<(), Error> {
        let address = &self.change.address;
        let Some(stored) = self.state().get(address).cloned() else {
            return Ok(());
        };
        let Some(prior) = upgraded(self.provider, address, &stored, &mut self.report).await? else {
            return Ok(());
        };
        let order = ApplyOrder {
            prior: &prior,
            planned: &Value::Null,
            config: &Value::Null,
            private: &self.change.private,
            identity: None,
        };
        self.execute(Operation::Delete, &order, Some(&stored)).await
    }

    /// Puts the object aside, creates the new one, and plans and applies the destroy of what was
    /// put aside. What cannot be destroyed, or not be replaced, stays in state: as a leftover
    /// beside the new object, or as what it was.
    async fn replace_created_first(&mut self) -> Result<(), Error> {
        let address = &self.change.address;
        let Some(stored) = self.state().remove(address) else {
            return self.write(Action::Create).await;
        };
        self.write(Action::Create).await?;
        if self.report.failed() || self.interruption.is_cancelled() {
            self.state().entry(address.clone()).or_insert(stored);
            return Ok(());
        }
        // Core knows the destroy of a deposed object by its prior state only.
        let change = deletion(self.provider, address, &stored, &mut self.report).await?;
        let leftover = format!("{address} (deposed)");
        self.state().insert(leftover.clone(), stored.clone());
        let Some(change) = change else {
            return Ok(());
        };
        let order = ApplyOrder {
            prior: &change.before,
            planned: &Value::Null,
            config: &Value::Null,
            private: &change.private,
            identity: None,
        };
        self.execute_at(&leftover, Operation::Delete, &order, Some(&stored))
            .await
    }

    async fn write(&mut self, planned_action: Action) -> Result<(), Error> {
        let Some(resource) = self.resource else {
            return Err(Error::UnknownAddress {
                address: self.change.address.clone(),
            });
        };
        let block = &self.provider.resource(resource.type_name())?.block;
        let config = config(block, &resource.config)?;
        if let Some(path) = config.unknown_paths().into_iter().next() {
            let message = "the configuration is still unknown at apply: use apply_with";
            return Err(CodecError::new(&path, message).into());
        }
        let stored = self.state().get(&resource.address).cloned();
        let planner = Planner {
            provider: self.provider,
            resource,
            forced: false,
            reviewed: &self.change.private,
        };
        let Some(now) = planner.change(stored.as_ref(), &mut self.report).await? else {
            return Ok(());
        };
        self.report.violate(
            &resource.address,
            final_plan_violations(planned_action, &self.change.after, &now, block),
        );
        if self.report.failed() || now.action == Action::NoOp {
            return Ok(());
        }
        let operation = match now.action {
            Action::Create => Operation::Create,
            _ => Operation::Update,
        };
        let order = ApplyOrder {
            prior: &now.before,
            planned: &now.after,
            config: &config,
            private: &now.private,
            identity: now.identity.as_ref(),
        };
        self.execute(operation, &order, stored.as_ref()).await
    }

    async fn execute(
        &mut self,
        operation: Operation,
        order: &ApplyOrder<'_>,
        stored: Option<&StoredObject>,
    ) -> Result<(), Error> {
        let address = self.change.address.clone();
        self.execute_at(&address, operation, order, stored).await
    }

    async fn execute_at(
        &mut self,
        address: &str,
        operation: Operation,
        order: &ApplyOrder<'_>,
        stored: Option<&StoredObject>,
    ) -> Result<(), Error> {
        let type_name = type_name(address);
        let schema = self.provider.resource(type_name)?;
        let called = self.provider.apply(type_name, order).await;
        let mut answer = self.report.take(address, called)?;
        let value = answer.object();
        let identities = self.provider.identity(type_name);
        let mut violations = check_stored_object(&schema.block, &value);
        if !answer.failed() {
            violations.extend(check_stored_identity(
                identities.is_some(),
                &value,
                answer.identity.as_ref(),
            ));
            // A failed operation need not have come out as planned.
            let rule = Rule::InconsistentResult;
            violations.extend(check_object_compatible(
                rule,
                &schema.block,
                order.planned,
                &value,
            ));
        }
        self.report.violate(address, violations.clone());
        answer.violations.extend(violations);
        let versions = [
            schema.version,
            identities.map_or(0, |identities| identities.version),
        ];
        let saved = saved_object(operation, stored, &answer, type_name, versions);
        let mut state = self.state();
        match saved {
            Some(object) => state.insert(address.to_owned(), object),
            None => state.remove(address),
        };
        Ok(())
    }
}

/// What of the plan that core makes during apply differs from the plan that a person approved.
fn final_plan_violations(
    planned_action: Action,
    planned: &Value,
    now: &Change,
    block: &crate::schema::Block,
) -> Vec<Violation> {
    let rule = Rule::InconsistentFinalPlan;
    // An update may turn out to be none once everything is known.
    let settled = planned_action == Action::Update && now.action == Action::NoOp;
    let mut violations = check_object_compatible(rule, block, planned, &now.after);
    if now.action != planned_action && !settled {
        let message = format!(
            "the planned action changed from {planned_action:?} to {:?}",
            now.action
        );
        violations.push(Violation::new(rule, &Path::root(), message));
    }
    violations
}
