//! Refreshing an order. Any status is recorded, and nothing that CertCentral answers drops an order
//! from state, because a dropped order would be bought again.

use super::observer::Observer;
use super::{auto_reissue, clocks, external_changes, outcome, state, succession};
use crate::certcentral::{Client, ContainerId, Order, OrderId};
use crate::framework::{Call, Diagnostic, Read, ReadRequest, Warnings};
use crate::provider::order::certificate::day;
use crate::provider::order::chain_age;
use crate::provider::order::status::Absence;
use crate::provider::session::Session;
use crate::provider::ssl_order::SslOrder;
use crate::provider::ssl_order::exchange;
use crate::provider::ssl_order::import::arguments;
use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
use crate::provider::ssl_order::owners;

/// Looks at the order of a state.
pub(crate) async fn read(
    session: &Session,
    call: &Call,
    request: ReadRequest<SslOrder>,
) -> Read<SslOrder> {
    let seen = look(session, call, request).await;
    seen.unwrap_or_else(|problem| Read::Failed(problem.into()))
}

async fn look(
    session: &Session,
    call: &Call,
    request: ReadRequest<SslOrder>,
) -> Result<Read<SslOrder>, Diagnostic> {
    let ReadRequest { mut state, private } = request;
    let mut private = private.stored();
    let is_import = private.imported && state.status.is_null();
    let id = state.order_id_to_be("looked at")?;
    let client = session.client_to_look(&call.stop)?;
    chain_age::hold(session, state.held_chain(), &private.chain_read);
    let doing = format!("refreshing order {id}");
    let Some(order) = Absence::NotShown.or_order(client.order(id).await, &doing)? else {
        if is_import {
            return Err(arguments::not_visible(id));
        }
        let warnings = not_visible(id, &state)?;
        return Ok(Read::Object {
            state,
            private,
            warnings,
        });
    };
    let mut warnings = Warnings::new();
    let is_held_twice = session.is_refreshed_again(id) && order.status.is_open();
    if is_import {
        warnings.extend(arguments::check_product(&order)?);
        private.companions = arguments::fill(&mut state, &order);
        private.organization = Some(arguments::told_organization(&order));
    }
    warnings.extend(external_changes::reissued(&state, &order));
    warnings.extend(external_changes::moved(&state, &order));
    external_changes::follow(&mut state, &order);
    let before = state.clone();
    let organization = order.organization.as_ref();
    let organization = organization.and_then(|it| it.name.clone());
    let (former, former_pem) = (state.serial_number.clone(), state.certificate_pem.clone());
    let mut observer = Observer::new(&client, state);
    let seen = observer.details(order, &[]).await;
    let container = observer.container.map(ContainerId::get);
    private.container = container.or(private.container);
    let told = observer.auto_reissue;
    let mut state = observer.state;
    warnings.extend(observer.warnings);
    warnings.extend(auto_reissue::follow(&mut state, &mut private, told));
    if is_held_twice {
        warnings.push(owners::messages::held_twice(&state));
    }
    if !former.is_null() && state.serial_number != former {
        private.companions.clear();
    }
    let differences = exchange::at_refresh(&before, &state, &mut private);
    warnings.extend(differences);
    exchange::follow_certificate(&mut state, &private);
    private.renamed_organization = exchange::renamed_organization(&state, organization.as_deref());
    warnings.extend(outcome::settle(&mut state, &mut private));
    let today = session.today();
    private.seen_on = Some(day(today.earlier()));
    if state.certificate_pem == former_pem {
        warnings.extend(
            read_chain_again(session, &client, &seen.order, &mut state, &mut private).await,
        );
    } else {
        chain_age::note(&mut private.chain_read, today);
    }
    private.successor = succession::successor(session, &client, &state, &seen.order).await;
    if let Some(successor) = &private.successor {
        warnings.extend(succession::left_alone(&state, successor));
    }
    clocks::set(&mut state, private.successor.is_some(), today);
    if clocks::matter(&state) {
        warnings.extend(today.disagreement());
    }
    if let Some(today) = today.agreed() {
        warnings.extend(outcome::strikes_in_vain(&state, &mut private, today));
    }
    outcome::withhold(&mut state, &private);
    clocks::note(&state, &mut private, today);
    clocks::tell(&mut state, &private);
    private.values_expired = state::has_expired_values(&state, today.earlier());
    Ok(Read::Object {
        state,
        private,
        warnings,
    })
}

/// Stores the chain that took the place of the one in state, if there is one.
async fn read_chain_again(
    session: &Session,
    client: &Client,
    order: &Order,
    state: &mut SslOrderModel,
    private: &mut SslOrderPrivate,
) -> Option<Diagnostic> {
    let read_on = &mut private.chain_read;
    let chain = chain_age::another(session, client, order, state.held_chain(), read_on).await?;
    let former = state.chain_pem.as_str().unwrap_or_default();
    let warning = chain_age::replaced(order, former, &chain);
    state::chain(state, &chain);
    Some(warning)
}

/// A 404 means "not visible to this key" as often as "gone". An open order may still get its
/// certificate, so it cannot be left at that; of a closed one nothing is awaited any more.
fn not_visible(id: OrderId, state: &SslOrderModel) -> Result<Warnings, Diagnostic> {
    let status = state.order_status();
    if status.is_closed() {
        let mut warnings = Warnings::new();
        warnings.push(Diagnostic::warning(
            "Closed order not visible",
            format!(
                "CertCentral does not show order {id} to this API key. It was {status} when it was \
                 last seen. It stays in state as it was, because dropping it would buy it \
                 again.\n\n\
                 To let go of it, remove the resource from the configuration, or remove it with \
                 `terraform state rm`."
            ),
        ));
        return Ok(warnings);
    }
    Err(Diagnostic::error(
        "Order not visible",
        format!(
            "CertCentral does not show order {id} to this API key. It may be in a container \
             (division) that the key does not see, or gone. It stays in state, because dropping it \
             would buy it again.\n\n\
             Use a key that sees the container; or, if the order is gone for certain, remove it \
             with `terraform state rm`."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use certcentral_sandbox::{At, Fault, Sandbox, Settings};
    use tokio_util::sync::CancellationToken;

    use super::read;
    use crate::framework::{Attr, Call, Read, ReadRequest};
    use crate::provider::ssl_order::SslOrder;
    use crate::provider::ssl_order::model::{SslOrderModel, SslOrderPrivate};
    use crate::provider::ssl_order::samples::{client, csr_for, order, placed, prepared, session};

    async fn ordered() -> (Sandbox, SslOrderModel) {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let client = client(&sandbox.base_url());
        let prepared = prepared(&order());
        let answer = client
            .place_order(&prepared.product, &prepared.body)
            .await
            .unwrap();
        let mut state = placed(&order());
        state.order_id = Attr::Known(answer.id.get());
        (sandbox, state)
    }

    async fn refreshed(sandbox: &Sandbox, state: &SslOrderModel) -> Read<SslOrder> {
        let request = ReadRequest {
            state: state.clone(),
            private: SslOrderPrivate::default(),
        };
        let call = Call {
            stop: CancellationToken::new(),
        };
        read(&session(sandbox), &call, request).await
    }

    #[tokio::test]
    async fn a_certificate_with_another_key_is_stored_with_a_warning_and_the_arguments_stay() {
        let (sandbox, mut state) = ordered().await;
        state.csr = Attr::Known(csr_for("shop.example.com", &[]));
        let Read::Object {
            state: now,
            warnings,
            ..
        } = refreshed(&sandbox, &state).await
        else {
            panic!("not read");
        };
        let summaries: Vec<_> = warnings.iter().map(|w| w.summary.as_str()).collect();
        assert_eq!(summaries, ["Certificate reissued outside Terraform"]);
        assert_eq!(now.csr, state.csr);
        assert_eq!(now.dns_names, state.dns_names);
        assert_eq!(now.status.as_str(), Some("issued"));
        assert!(
            now.certificate_pem
                .as_str()
                .unwrap()
                .starts_with("-----BEGIN CERTIFICATE-----")
        );
    }

    #[tokio::test]
    async fn nothing_is_due_by_a_clock_that_is_far_from_this_machines_unless_it_is_virtual() {
        let far = ["Clocks of CertCentral and of this machine disagree"];
        for (is_virtual, days, is_due, said) in [
            (false, 190, false, &far[..]),
            (true, 190, true, &[]),
            (false, 1, false, &[]),
        ] {
            let (sandbox, mut state) = ordered().await;
            state.reissue_days_before_expiry = Attr::Known(30);
            state.renew_days_before_expiry = Attr::Known(60);
            let seconds = days * 86_400;
            if is_virtual {
                sandbox.advance(Duration::from_secs(seconds));
            } else {
                let dated = format!("* * 1x* date seconds={seconds}");
                sandbox.add_fault(dated.parse().unwrap());
            }
            let Read::Object {
                state: now,
                warnings,
                ..
            } = refreshed(&sandbox, &state).await
            else {
                panic!("not read");
            };
            assert_eq!(now.ready_for_reissue, Attr::Known(is_due), "{days}");
            assert_eq!(now.ready_for_renewal, Attr::Known(false), "{days}");
            let summaries: Vec<_> = warnings.iter().map(|w| w.summary.as_str()).collect();
            assert_eq!(summaries, said, "{days}");
        }
    }

    #[tokio::test]
    async fn a_chain_that_cannot_be_read_keeps_the_old_certificate_until_the_next_refresh() {
        let (sandbox, mut state) = ordered().await;
        state.certificate_id = Attr::Known(1);
        state.certificate_pem = "old".into();
        state.serial_number = "01".into();
        let route = "GET /certificate/*/chain".parse().unwrap();
        sandbox.fault_times(route, 1, 100, At::Before, Fault::Html { status: 503 });
        let Read::Object { state: now, .. } = refreshed(&sandbox, &state).await else {
            panic!("not read");
        };
        assert_eq!(now.certificate_pem.as_str(), Some("old"));
        assert_eq!(now.serial_number.as_str(), Some("01"));
        assert_eq!(now.certificate_id, Attr::Known(1));
        sandbox.clear_rules();
        let Read::Object { state: now, .. } = refreshed(&sandbox, &now).await else {
            panic!("not read");
        };
        assert_ne!(now.certificate_pem.as_str(), Some("old"));
    }

    #[tokio::test]
    async fn an_order_that_is_not_visible_stays_and_a_closed_one_is_no_error() {
        let (sandbox, mut state) = ordered().await;
        state.order_id = Attr::Known(1);
        let Read::Failed(problems) = refreshed(&sandbox, &state).await else {
            panic!("dropped");
        };
        assert_eq!(problems.iter().next().unwrap().summary, "Order not visible");
        for closed in ["revoked", "canceled", "rejected", "denied", "expired"] {
            for body in [
                r#"{"errors":[{"code":"not_found|order"}]}"#,
                r#"{"errors":[{"code":"not_found|route"}]}"#,
                r#"{"message":"no Route matched with those values"}"#,
                "{}",
            ] {
                let gone = Fault::Answer {
                    status: 404,
                    body: body.to_owned(),
                    content_type: "application/json".to_owned(),
                };
                let route = "GET /order/certificate/*".parse().unwrap();
                sandbox.fault_times(route, 1, 1, At::Before, gone);
                state.status = closed.into();
                let Read::Object {
                    state: now,
                    warnings,
                    ..
                } = refreshed(&sandbox, &state).await
                else {
                    panic!("{closed}: not kept after {body}");
                };
                assert_eq!(now, state);
                let said: Vec<_> = warnings.iter().collect();
                assert_eq!(said.len(), 1);
                assert_eq!(said[0].summary, "Closed order not visible");
                let words = format!("It was {closed} when it was last seen");
                assert!(said[0].detail.contains(&words), "{}", said[0].detail);
            }
        }
    }
}
