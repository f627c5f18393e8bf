//! The calls that change an order without another certificate, one after the other. Each sets a value, so the next apply
//! may repeat it.

use tokio::time::Instant;
use tracing::info;

use super::steps;
use super::steps::Step;
use super::{Failed, as_planned};
use crate::certcentral::{Error, OrderId, RandomValue};
use crate::framework::{Attr, Call, Diagnostic, Warnings};
use crate::provider::order::api_error;
use crate::provider::session::Session;
use crate::provider::ssl_order::model::{DomainValidationModel, SslOrderModel};
use crate::provider::ssl_order::plan::changes::Change;
use crate::provider::ssl_order::refresh::domain_validations;
use crate::provider::ssl_order::refresh::observer::Observer;

/// Makes the calls, and returns the state with all arguments of the plan. When one fails, the state has those before it.
pub(crate) async fn change(
    session: &Session,
    call: &Call,
    prior: &SslOrderModel,
    planned: &SslOrderModel,
    changed: &[Change],
    warnings: &mut Warnings,
) -> Result<SslOrderModel, Failed> {
    let failed = |state: &SslOrderModel, problem: Diagnostic| Failed {
        state: state.clone(),
        problem: problem.into(),
    };
    let mut done = prior.clone();
    let steps = steps(prior, planned, changed);
    if !steps.is_empty() {
        let deadline = Instant::now() + planned.update_timeout();
        let client = session.client().map_err(|problem| failed(&done, problem))?;
        let client = client.within(deadline, &call.stop);
        let id = prior
            .order_id_to_be("changed")
            .map_err(|problem| failed(&done, problem))?;
        let mut observer = Observer::new(&client, done);
        for step in steps {
            if let Err(error) = make(&mut observer, id, &step).await {
                let problem = api_error::diagnostic(
                    &error,
                    &format!("changing `{}` of order {id}", step.argument()),
                );
                return Err(failed(&observer.state, problem));
            }
            info!(order_id = %id, argument = step.argument(), "order changed");
            record(&mut observer.state, planned, &step);
        }
        done = observer.state;
        warnings.extend(observer.warnings);
    }
    as_planned(planned, &done).map_err(|error| {
        let problem = Diagnostic::bug(format!("The state of the order cannot be built: {error}."));
        failed(&done, problem)
    })
}

/// Nothing is done about a closed order, as its plan says.
fn steps(prior: &SslOrderModel, planned: &SslOrderModel, changed: &[Change]) -> Vec<Step> {
    if prior.order_status().is_closed() {
        Vec::new()
    } else if matches!(planned.certificate_id, Attr::Unknown) {
        steps::beside_a_reissue(prior, planned, changed).steps
    } else {
        steps::changes(prior, planned, changed).steps
    }
}

async fn make(observer: &mut Observer<'_>, id: OrderId, step: &Step) -> Result<(), Error> {
    let client = observer.client;
    match step {
        Step::AdditionalEmails(emails) => client.update_additional_emails(id, emails).await,
        Step::DisableRenewalNotifications(off) => {
            client.update_renewal_notifications(id, !off).await
        }
        Step::CustomField(field) => client.update_custom_field(id, field).await,
        Step::Contacts(contacts) => client.update_contacts(id, contacts).await,
        Step::DcvMethod(method) => {
            let token = client.update_dcv_method(id, method).await?;
            forget_proofs(&mut observer.state);
            if let Err(error) = read_proofs(observer, id, method, token).await {
                observer.warn(
                    &error,
                    &format!("reading the domain validations of order {id}"),
                );
            }
            Ok(())
        }
    }
}

/// How control over the names is proven by another method. The method has changed already, so no failure undoes it.
async fn read_proofs(
    observer: &mut Observer<'_>,
    id: OrderId,
    method: &str,
    random_value: Option<RandomValue>,
) -> Result<(), Error> {
    if let Some(value) = random_value {
        let validation = observer.client.validation_status(id).await?;
        domain_validations::random_value(&mut observer.state, method, &validation, &value);
    }
    let order = observer.client.order(id).await?;
    observer.details(order, &[]).await;
    Ok(())
}

fn forget_proofs(state: &mut SslOrderModel) {
    if let Attr::Known(validations) = &mut state.domain_validations {
        for validation in validations.values_mut() {
            *validation = Attr::Known(DomainValidationModel::default());
        }
    }
}

/// The argument of a step that was made.
fn record(done: &mut SslOrderModel, planned: &SslOrderModel, step: &Step) {
    match step {
        Step::AdditionalEmails(_) => done.additional_emails = planned.additional_emails.clone(),
        Step::DisableRenewalNotifications(_) => {
            done.disable_renewal_notifications = planned.disable_renewal_notifications.clone();
        }
        // Only when the last of them is set does state hold them; until then they are set again.
        Step::CustomField(_) => {}
        Step::Contacts(_) => done.organization = planned.organization.clone(),
        Step::DcvMethod(_) => done.dcv_method = planned.dcv_method.clone(),
    }
}
