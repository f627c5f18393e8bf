//! Waiting for the certificate. While domains of the order are not validated, CertCentral is asked
//! to check them, with pauses of its own.

use std::sync::Arc;

use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};

use super::messages;
use super::messages::Situation;
use super::schema::OrderIssuanceModel;
use crate::certcentral::{Client, DcvCheck, Order, OrderId, OrderStatus};
use crate::framework::{Attr, Call, Created, Diagnostic, Warnings};
use crate::provider::order::api_error;
use crate::provider::order::domains;
use crate::provider::order::domains::OpenDomain;
use crate::provider::order::first_look::{Patience, first_look};
use crate::provider::order::status;
use crate::provider::order::status::Absence;
use crate::provider::order::steps::OpenSteps;
use crate::provider::order::waiting::{Bounds, Paused, Pauses, Schedule};
use crate::provider::order::waiting::{Polling, Waiter, may_pass};
use crate::provider::order_issuance::{OrderIssuance, OrderIssuancePrivate};
use crate::provider::session::Session;

/// Waits for the certificate of a plan's order.
pub(super) async fn create(
    session: &Session,
    call: &Call,
    planned: OrderIssuanceModel,
) -> Created<OrderIssuance> {
    match obtain(session, call, planned).await {
        Ok(state) => Created::Object {
            state,
            private: OrderIssuancePrivate::read_today(session),
            warnings: Warnings::new(),
        },
        Err(problem) => Created::Nothing(problem.into()),
    }
}

async fn obtain(
    session: &Session,
    call: &Call,
    planned: OrderIssuanceModel,
) -> Result<OrderIssuanceModel, Diagnostic> {
    let id = planned.known_order_id()?.ok_or_else(|| {
        Diagnostic::bug("The wait for a certificate was begun without an order id.")
    })?;
    let timeout = planned.create_timeout()?;
    let bounds = Bounds::from_now(timeout, &call.stop);
    let client = session.client()?.within(bounds.deadline, bounds.stop);
    let mut wait = Wait::new(&client, id, &session.polling(), bounds);
    let end = tokio::select! {
        biased;
        () = call.stop.cancelled() => Ok(End::Stopped),
        end = wait.run(&planned) => end,
    };
    match end? {
        End::Issued(order) => {
            let mut state = planned;
            state.id = Attr::Known(id.to_string());
            state.record(&client, &order).await?;
            Ok(state)
        }
        End::TimeUp => Err(messages::time_up(id, &wait.situation(), timeout)),
        End::Stopped => Err(messages::stopped(id, &wait.situation())),
    }
}

/// How a wait ends that is not refused.
enum End {
    Issued(Box<Order>),
    TimeUp,
    Stopped,
}

/// What to do after a pause.
enum Due {
    Look,
    Check,
    End(End),
}

/// A wait and what it has seen.
struct Wait<'a> {
    client: &'a Client,
    id: OrderId,
    waiter: Waiter,
    bounds: Bounds<'a>,
    order: Option<Order>,
    steps: OpenSteps,
    token: Option<String>,
    next_check: Instant,
    check_pauses: Pauses,
    last_check: Option<String>,
}

impl<'a> Wait<'a> {
    fn new(client: &'a Client, id: OrderId, polling: &Arc<Polling>, bounds: Bounds<'a>) -> Self {
        Self {
            client,
            id,
            waiter: polling.join(id),
            bounds,
            order: None,
            steps: OpenSteps::default(),
            token: None,
            next_check: Instant::now(),
            check_pauses: Schedule::DOMAIN_CHECKS.pauses(),
            last_check: None,
        }
    }

    async fn run(&mut self, planned: &OrderIssuanceModel) -> Result<End, Diagnostic> {
        // Whoever placed the order may have done so a moment ago.
        let mut seen = first_look(self.client, self.id, Patience::Minute, self.bounds).await;
        let mut is_first = true;
        loop {
            match seen {
                Ok(order) if order.status == OrderStatus::Issued => {
                    return Ok(End::Issued(Box::new(order)));
                }
                Ok(order) if order.status.is_closed() => return Err(messages::closed(&order)),
                Ok(order) => {
                    self.take_in(order).await;
                    if is_first {
                        self.expect_records(planned)?;
                    }
                    is_first = false;
                }
                Err(error) if Absence::NotShown.is_proven_by(&error) => {
                    return Err(messages::not_visible(self.id));
                }
                Err(error) if may_pass(&error) && !is_first => {
                    warn!(order_id = %self.id, %error, "order not looked at; the next round \
                        repeats it");
                    self.waiter.look_again();
                }
                Err(error) => {
                    let doing = format!("looking at order {}", self.id);
                    return Err(api_error::diagnostic(&error, &doing));
                }
            }
            loop {
                match self.pause().await {
                    Due::Look => break,
                    Due::Check => {
                        if self.check().await {
                            break;
                        }
                    }
                    Due::End(end) => return Ok(end),
                }
            }
            seen = self.client.order(self.id).await;
        }
    }

    /// Takes over what was seen of an order that is under way.
    async fn take_in(&mut self, order: Order) {
        if self.order.as_ref().map(|before| &before.status) != Some(&order.status) {
            info!(
                order_id = %order.id,
                status = %order.status,
                meaning = status::detail(&order.status),
                "waiting for the certificate"
            );
        }
        match self.client.validation_status(order.id).await {
            Ok(validation) => self.steps = OpenSteps::of(&order, &validation),
            Err(error) => warn!(order_id = %order.id, %error, "order validation not read"),
        }
        if self.token.is_none() && self.steps.domains.iter().any(OpenDomain::takes_a_token) {
            match self.client.dcv_random_value(order.id).await {
                Ok(value) => self.token = Some(value.dcv_random_value),
                Err(error) => warn!(order_id = %order.id, %error, "random value not read"),
            }
        }
        self.order = Some(order);
    }

    /// Refuses a wait that cannot end, because a record that the order needs was not created.
    fn expect_records(&self, planned: &OrderIssuanceModel) -> Result<(), Diagnostic> {
        let (Some(given), Some(token)) = (planned.validation_records.known(), &self.token) else {
            return Ok(());
        };
        let given: Vec<_> = given.0.iter().filter_map(Attr::as_str).collect();
        let missing = domains::missing(&self.steps.domains, token, &given);
        if missing.is_empty() {
            return Ok(());
        }
        Err(messages::missing_records(self.id, &missing, &given))
    }

    /// Pauses until there is something to do.
    async fn pause(&self) -> Due {
        let Some(order) = &self.order else {
            return Due::Look;
        };
        let waits_for_check = !self.steps.domains.is_empty()
            && !matches!(
                order.status,
                OrderStatus::NeedsApproval | OrderStatus::NeedsCsr
            );
        tokio::select! {
            biased;
            () = sleep_until(self.next_check), if waits_for_check && self.next_check < self.bounds.deadline => Due::Check,
            next = self.waiter.next(self.client, &order.status, self.bounds) => match next {
                Paused::Over => Due::Look,
                Paused::TimeUp => Due::End(End::TimeUp),
                Paused::Stopped => Due::End(End::Stopped),
            },
        }
    }

    /// Has the domains checked. Returns whether the order is worth a look.
    async fn check(&mut self) -> bool {
        let checked = self.client.check_dcv(self.id).await;
        self.next_check = Instant::now() + self.check_pauses.next();
        match checked {
            Ok(check) => {
                domains::drop_approved(&mut self.steps.domains, &check.dns_name_validations);
                self.last_check = Some(reported(&check));
                let before = self.order.as_ref().map(|order| &order.status);
                self.steps.domains.is_empty()
                    || check.order_status.is_some() && check.order_status.as_ref() != before
            }
            Err(error) => {
                info!(order_id = %self.id, %error, "domains not checked");
                self.last_check = Some(format!("{error}."));
                false
            }
        }
    }

    fn situation(&self) -> Situation<'_> {
        Situation {
            order: self.order.as_ref(),
            steps: &self.steps,
            token: self.token.as_deref(),
            last_check: self.last_check.as_deref(),
        }
    }
}

/// What CertCentral said about the domains.
fn reported(check: &DcvCheck) -> String {
    let names: Vec<_> = check
        .dns_name_validations
        .iter()
        .map(|name| {
            let status = name.status.as_deref().unwrap_or("without a status");
            format!("{} is {status}", name.dns_name)
        })
        .collect();
    match names.is_empty() {
        true => format!("{}.", check.dcv_status.as_deref().unwrap_or("no outcome")),
        false => format!("{}.", names.join(", ")),
    }
}
