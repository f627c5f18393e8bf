//! Letting go of an order. Nothing is called unless `on_destroy` says so, because core also destroys what it has tainted
//! or renamed, and the create that follows adopts the order.

use tracing::info;

use super::model::SslOrderModel;
use super::private::SslOrderPrivate;
use crate::certcentral::{Client, Decision, Error, Order, OrderId, OrderStatus, RequestStatus};
use crate::framework::{DeleteRequest, Deleted, Warnings};
use crate::provider::api_error;
use crate::provider::session::Session;

/// The note that CertCentral keeps with a canceled or rejected order.
const NOTE: &str = "Destroyed by Terraform";

/// Does what `on_destroy` says.
pub(super) async fn delete(
    session: &Session,
    request: DeleteRequest<SslOrderModel, SslOrderPrivate>,
) -> Deleted {
    let state = request.state;
    let Some(id) = state
        .known_order_id()
        .and_then(|id| OrderId::try_from(id).ok())
    else {
        return Deleted::Gone(Warnings::new());
    };
    if state.on_destroy.as_str() != Some("cancel") {
        return retained(id, &state);
    }
    let client = match session.client() {
        Ok(client) => client,
        Err(problem) => return Deleted::Kept(problem.into()),
    };
    match cancel(&client, id).await {
        Ok(warnings) => Deleted::Gone(warnings),
        Err(error) => {
            Deleted::Kept(api_error::diagnostic(&error, &format!("canceling order {id}")).into())
        }
    }
}

fn retained(id: OrderId, state: &SslOrderModel) -> Deleted {
    let mut warnings = Warnings::new();
    let status = OrderStatus::from(state.status.as_str().unwrap_or_default());
    if status.is_open() {
        warnings.push(
            "Order stays open",
            format!(
                "Order {id} ({status}) is forgotten by Terraform and stays open in CertCentral, because `on_destroy` is \"retain\". The same \
                 configuration finds it again."
            ),
        );
    }
    Deleted::Gone(warnings)
}

/// Looks, acts once by the order's status, and looks again if the answer leaves a doubt.
async fn cancel(client: &Client, id: OrderId) -> Result<Warnings, Error> {
    let order = match client.order(id).await {
        Ok(order) => order,
        Err(error) if is_gone(&error) => return Ok(Warnings::new()),
        Err(error) => return Err(error),
    };
    let acted = act(client, &order).await;
    let Err(error) = acted else {
        return Ok(left_valid(&order));
    };
    match client.order(id).await {
        Ok(now) if now.status.is_closed() => {
            info!(order_id = %id, "order closed although the answer was lost");
            Ok(Warnings::new())
        }
        Err(gone) if is_gone(&gone) => Ok(Warnings::new()),
        Ok(now) if now.status.has_certificate() => Ok(left_valid(&now)),
        _ => Err(error),
    }
}

async fn act(client: &Client, order: &Order) -> Result<(), Error> {
    match order.status {
        OrderStatus::NeedsApproval => {
            let waiting = order.requests.iter().find(|request| {
                request
                    .status
                    .as_ref()
                    .is_some_and(RequestStatus::is_waiting)
            });
            match waiting {
                Some(request) => {
                    client
                        .decide_request(request.id, Decision::Rejected, NOTE)
                        .await?;
                    info!(order_id = %order.id, request_id = %request.id, "request of the order rejected");
                    Ok(())
                }
                None => call_off(client, order.id).await,
            }
        }
        OrderStatus::Issued | OrderStatus::ReissuePending => Ok(()),
        ref status if status.is_closed() => Ok(()),
        _ => call_off(client, order.id).await,
    }
}

async fn call_off(client: &Client, id: OrderId) -> Result<(), Error> {
    client.cancel_order(id, NOTE).await?;
    info!(order_id = %id, "order canceled");
    Ok(())
}

fn left_valid(order: &Order) -> Warnings {
    let mut warnings = Warnings::new();
    if order.status.has_certificate() {
        warnings.push(
            "Issued certificate stays valid",
            format!(
                "Order {} is {}, and an issued order cannot be canceled. Terraform forgets it; its certificate stays valid. Revoke it in CertCentral \
                 if it must not be used any more.",
                order.id, order.status
            ),
        );
    }
    warnings
}

fn is_gone(error: &Error) -> bool {
    error.status() == Some(404) && error.api().is_some()
}

#[cfg(test)]
mod tests;
