//! The plan: validate, refresh, and ask for every change twice.

use serde_json::Value as Json;

use super::{
    Phase, Report, Resource, State, StoredObject, Workspace,
    identities::upgraded_identity,
    objects::{refreshed, upgraded},
};
use crate::{
    client::{Answer, PlanQuestion, Provider},
    core_rules::{
        Rule, Violation, check_known_identity, check_plan_valid, check_same_plan, proposed_new,
        replace_paths,
    },
    error::Error,
    json::{config, to_json},
    path::Path,
    schema::Block,
    value::Value,
};

/// What a plan does with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// From nothing.
    Create,
    /// In place.
    Update,
    /// Delete, then create; the other way round where the resource says so.
    Replace,
    /// To nothing.
    Delete,
}

/// The planned change of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The resource.
    pub address: String,
    /// What will be done.
    pub action: Action,
    /// The object before; null for a create.
    pub before: Value,
    /// The object after; null for a delete.
    pub after: Value,
    /// The paths that make it a replacement.
    pub requires_replace: Vec<Path>,
    /// The provider's own bytes for the apply.
    pub private: Vec<u8>,
    /// The identity afterwards, as far as the provider said it.
    pub identity: Option<Value>,
}

impl Change {
    /// The planned object as JSON; see [`crate::json::unknown`].
    pub fn after_json(&self) -> Json {
        to_json(&self.after)
    }
}

/// A plan of all resources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// One change per resource that could be planned, in the order of the configuration, then what
    /// is only in state.
    pub changes: Vec<Change>,
    /// What came up.
    pub report: Report,
    pub(super) resources: Vec<Resource>,
    pub(super) refreshed: State,
}

impl Plan {
    /// What is planned for a resource.
    pub fn action(&self, address: &str) -> Option<Action> {
        self.change(address).map(|change| change.action)
    }

    /// The change of a resource.
    pub fn change(&self, address: &str) -> Option<&Change> {
        self.changes.iter().find(|change| change.address == address)
    }

    /// Whether nothing would be done.
    pub fn is_empty(&self) -> bool {
        self.changes
            .iter()
            .all(|change| change.action == Action::NoOp)
    }

    /// The plan, after a panic if the provider broke a rule: for tests.
    #[must_use]
    pub fn expect_valid(self) -> Self {
        self.report.expect_valid();
        self
    }

    /// The plan, after a panic if the provider broke a rule or reported an error: for tests.
    #[must_use]
    pub fn expect_success(self) -> Self {
        self.report.expect_success();
        self
    }
}

impl Workspace {
    /// Validates in one process, as `terraform validate` does. Works without credentials.
    pub async fn validate(&mut self, resources: &[Resource]) -> Result<Report, Error> {
        let mut report = Report::default();
        let provider = self.open(Phase::Validate, &mut report).await?;
        for resource in resources {
            let type_name = resource.type_name();
            let config = config(&provider.resource(type_name)?.block, &resource.config)?;
            report.take_messages(provider.validate(type_name, &config).await)?;
        }
        self.end(provider).await?;
        Ok(report)
    }

    /// Plans the change from the state to these resources. What is in state alone will be deleted.
    pub async fn plan(&mut self, resources: &[Resource]) -> Result<Plan, Error> {
        self.plan_replacing(resources, &[]).await
    }

    /// Plans with `-replace=ADDRESS` for some resources.
    pub async fn plan_replacing(
        &mut self,
        resources: &[Resource],
        replace: &[&str],
    ) -> Result<Plan, Error> {
        let report = self.validate(resources).await?;
        let mut plan = Plan {
            report,
            resources: resources.to_vec(),
            ..Plan::default()
        };
        if plan.report.failed() {
            return Ok(plan);
        }
        let provider = self.open(Phase::Run, &mut plan.report).await?;
        if !plan.report.failed() {
            plan.refreshed = refreshed(&provider, &self.state, &mut plan.report).await?;
        }
        if !plan.report.failed() {
            for resource in resources {
                let prior = plan.refreshed.get(&resource.address);
                let planned = Planner {
                    provider: &provider,
                    resource,
                    forced: replace.contains(&resource.address.as_str()),
                    reviewed: &[],
                }
                .change(prior, &mut plan.report)
                .await?;
                plan.changes.extend(planned);
            }
            let orphans = plan.refreshed.iter();
            let orphans =
                orphans.filter(|(address, _)| !resources.iter().any(|it| it.address == **address));
            for (address, object) in orphans {
                plan.changes
                    .extend(deletion(&provider, address, object, &mut plan.report).await?);
            }
        }
        self.end(provider).await?;
        Ok(plan)
    }

    /// Plans the deletion of everything in state.
    pub async fn plan_destroy(&mut self) -> Result<Plan, Error> {
        self.plan(&[]).await
    }
}

/// A deletion is planned too, so that the provider can say in words what will happen.
pub(super) async fn deletion(
    provider: &Provider,
    address: &str,
    object: &StoredObject,
    report: &mut Report,
) -> Result<Option<Change>, Error> {
    let Some(prior) = upgraded(provider, address, object, report).await? else {
        return Ok(None);
    };
    let identity = upgraded_identity(provider, address, object, report).await?;
    let question = PlanQuestion {
        prior: &prior,
        proposed: &Value::Null,
        config: &Value::Null,
        private: &object.private,
        reviewed: &[],
        identity: identity.as_ref(),
    };
    let answer = report.take(address, provider.plan(&object.type_name, &question).await)?;
    if answer.failed() {
        return Ok(None);
    }
    if !answer.object().is_null() {
        let message = "the planned value of a destroy is not null";
        report.violate(
            address,
            vec![Violation::new(Rule::InvalidPlan, &Path::root(), message)],
        );
        return Ok(None);
    }
    Ok(Some(Change {
        address: address.to_owned(),
        action: Action::Delete,
        before: prior,
        after: Value::Null,
        requires_replace: vec![],
        private: answer.private,
        identity: None,
    }))
}

/// What a plan starts from: the object as it is, or nothing.
struct Prior {
    value: Value,
    private: Vec<u8>,
    identity: Option<Value>,
}

impl Default for Prior {
    fn default() -> Self {
        Self {
            value: Value::Null,
            private: Vec::new(),
            identity: None,
        }
    }
}

/// Plans one resource; the plan phase and the apply phase do it alike.
pub(super) struct Planner<'a> {
    pub(super) provider: &'a Provider,
    pub(super) resource: &'a Resource,
    /// Replace it even when nothing differs.
    pub(super) forced: bool,
    /// The private bytes of the plan that is being applied.
    pub(super) reviewed: &'a [u8],
}

impl Planner<'_> {
    /// The change from the stored object. `None` when the provider reported an error or broke a
    /// rule.
    pub(super) async fn change(
        &self,
        stored: Option<&StoredObject>,
        report: &mut Report,
    ) -> Result<Option<Change>, Error> {
        let block = &self.provider.resource(self.resource.type_name())?.block;
        let config = config(block, &self.resource.config)?;
        let mut own = Report::default();
        let before = match stored {
            None => Value::Null,
            Some(object) => upgraded(self.provider, &self.resource.address, object, &mut own)
                .await?
                .unwrap_or(Value::Null),
        };
        let messages = self
            .provider
            .validate(self.resource.type_name(), &config)
            .await;
        own.take_messages(messages)?;
        let mut change = None;
        if !own.failed() {
            change = self
                .planned(block, &config, before, stored, &mut own)
                .await?;
        }
        let failed = own.failed();
        report.merge(own);
        Ok(change.filter(|_| !failed))
    }

    async fn planned(
        &self,
        block: &Block,
        config: &Value,
        before: Value,
        stored: Option<&StoredObject>,
        report: &mut Report,
    ) -> Result<Option<Change>, Error> {
        let tainted = stored.is_some_and(|object| object.tainted);
        // A tainted object is planned as if there were none, and its private bytes are lost.
        let mut prior = Prior::default();
        if let Some(object) = stored.filter(|_| !tainted) {
            let address = &self.resource.address;
            prior = Prior {
                value: before.clone(),
                private: object.private.clone(),
                identity: upgraded_identity(self.provider, address, object, report).await?,
            };
        }
        let mut answer = self
            .ask(block, config, &prior, self.reviewed, report)
            .await?;
        let prior = prior.value;
        if answer.failed() {
            return Ok(None);
        }
        let paths = replace_paths(block, &prior, &answer.object(), &answer.requires_replace);
        report.violate(&self.resource.address, paths.violations);
        let action = if prior.is_null() {
            Action::Create
        } else if self.forced || !paths.effective.is_empty() {
            Action::Replace
        } else if prior == answer.object() {
            Action::NoOp
        } else {
            Action::Update
        };
        if action == Action::Replace {
            let nothing = Prior {
                value: Value::Null,
                private: std::mem::take(&mut answer.private),
                identity: answer.identity.take(),
            };
            let mut of_the_create = Report::default();
            answer = self
                .ask(block, config, &nothing, &[], &mut of_the_create)
                .await?;
            report.merge_create_half(of_the_create);
        }
        Ok(Some(Change {
            address: self.resource.address.clone(),
            action: if action == Action::Create && tainted {
                Action::Replace
            } else {
                action
            },
            before,
            after: answer.object(),
            requires_replace: paths.effective,
            private: answer.private,
            identity: answer.identity,
        }))
    }

    /// Asks twice: the same question must have the same answer, because core asks again during
    /// apply.
    async fn ask(
        &self,
        block: &Block,
        config: &Value,
        prior: &Prior,
        reviewed: &[u8],
        report: &mut Report,
    ) -> Result<Answer, Error> {
        let proposed = proposed_new(block, &prior.value, config);
        let question = PlanQuestion {
            prior: &prior.value,
            proposed: &proposed,
            config,
            private: &prior.private,
            reviewed,
            identity: prior.identity.as_ref(),
        };
        let (address, type_name) = (&self.resource.address, self.resource.type_name());
        let first = report.take(address, self.provider.plan(type_name, &question).await)?;
        if first.failed() {
            return Ok(first);
        }
        let second = report.take(address, self.provider.plan(type_name, &question).await)?;
        if second.failed() {
            // The provider was killed between the two: no plan, and none to compare with.
            return Ok(second);
        }
        // Core allows unknown values for a new object, and then fails to render the plan as JSON.
        let identity = first.identity.as_ref();
        let unknown = identity.map(check_known_identity).unwrap_or_default();
        report.violate(address, unknown);
        let unstable = check_same_plan(&first.object(), &second.object());
        if unstable.is_empty() && first.identity != second.identity {
            let message = "the identity differs between two plans of the same change";
            let violation = Violation::new(Rule::UnstablePlan, &Path::root(), message);
            report.violate(address, vec![violation]);
        }
        report.violate(address, unstable);
        if first.requires_replace != second.requires_replace {
            let message = "requires_replace differs between two plans of the same change";
            report.violate(
                address,
                vec![Violation::new(Rule::UnstablePlan, &Path::root(), message)],
            );
        }
        report.violate(
            address,
            check_plan_valid(block, &prior.value, config, &first.object()),
        );
        Ok(first)
    }
}
