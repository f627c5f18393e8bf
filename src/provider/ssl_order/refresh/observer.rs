//! Looking at an order, once or until it has its certificate: order info, the validation of its
//! domains while it is open, and the chain once per certificate. The order is in state whatever
//! happens here.
//!
//! One call for an order that is issued and known, so that a refresh of many orders costs one call
//! each.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::state;
use crate::certcentral::{ChainItem, Client, ContainerId, Error, Order, OrderId, OrderStatus};
use crate::framework::{Attr, Diagnostic, Warnings};
use crate::provider::order::api_error;
use crate::provider::order::certificate::own_chain;
use crate::provider::order::domains::has_a_value_to_ask_for;
use crate::provider::order::first_look::{Patience, first_look};
use crate::provider::order::steps::OpenSteps;
use crate::provider::order::waiting::{Bounds, Paused};
use crate::provider::order::waiting::{Polling, may_pass};
use crate::provider::order::waiting::{WaitsFor, waits_for};
use crate::provider::session::Session;
use crate::provider::ssl_order::model::SslOrderModel;

/// Brings what CertCentral says about an order into its state. Never fails: what cannot be looked
/// at now stays as it was, with a warning.
#[derive(Debug)]
pub(crate) struct Observer<'a> {
    /// Makes the calls.
    pub client: &'a Client,
    /// The state of the order.
    pub state: SslOrderModel,
    /// What a person should know of the looks so far.
    pub warnings: Warnings,
    /// In which container the order is, as far as CertCentral has told.
    pub container: Option<ContainerId>,
    /// Whether CertCentral reissues by itself, as far as it has told.
    pub auto_reissue: Option<bool>,
}

/// An order as it was seen.
#[derive(Debug)]
pub(crate) struct Observation {
    /// Order info.
    pub order: Order,
    /// The steps of its validation that are open; none if they could not be read.
    pub steps: Option<OpenSteps>,
}

impl Observation {
    /// Whether control over a domain is not proven, as far as anybody knows.
    pub(crate) fn has_open_domains(&self) -> bool {
        let steps = self.steps.as_ref();
        steps.is_none_or(|steps| !steps.domains.is_empty())
    }

    /// Who has to act. What could not be read counts as open, so that nobody waits in vain.
    fn waits_for(&self) -> WaitsFor {
        let takes_people = self.steps.as_ref().is_none_or(OpenSteps::take_people);
        waits_for(&self.order, takes_people)
    }
}

/// How long a create waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitFor {
    /// While nobody but DigiCert has something to do.
    Auto,
    /// Until it is issued, whoever has to act.
    Issued,
    /// Not at all.
    None,
}

impl From<Option<&str>> for WaitFor {
    fn from(argument: Option<&str>) -> Self {
        match argument {
            Some("issued") => Self::Issued,
            Some("none") => Self::None,
            _ => Self::Auto,
        }
    }
}

impl WaitFor {
    /// How long an order may take until it is shown.
    fn patience(self) -> Patience {
        match self {
            Self::Auto | Self::Issued => Patience::Minute,
            Self::None => Patience::Moment,
        }
    }

    /// Whether to wait while somebody has to act.
    fn goes_on(self, who: WaitsFor) -> bool {
        match (self, who) {
            (Self::None, _) | (_, WaitsFor::Nobody) | (Self::Auto, WaitsFor::People) => false,
            (Self::Issued, _) | (Self::Auto, WaitsFor::DigiCert) => true,
        }
    }
}

/// Bounds of a wait.
#[derive(Clone, Debug)]
pub(crate) struct Limits<'a> {
    /// What is waited for.
    pub wait_for: WaitFor,
    /// When it ends at the latest.
    pub bounds: Bounds<'a>,
    /// The rhythm that all waiting orders of the process share.
    pub polling: Arc<Polling>,
}

impl<'a> Limits<'a> {
    /// Looks at an order that CertCentral has just taken, which it may not show yet.
    pub(crate) async fn first_look(&self, client: &Client, id: OrderId) -> Result<Order, Error> {
        // On the heap, because every caller would hold it on its stack.
        Box::pin(first_look(
            client,
            id,
            self.wait_for.patience(),
            self.bounds,
        ))
        .await
    }

    /// The bounds of an operation on a planned order that begins now and has so much time.
    pub(crate) fn new(
        session: &Session,
        planned: &SslOrderModel,
        time: Duration,
        stop: &'a CancellationToken,
    ) -> Self {
        Self {
            wait_for: WaitFor::from(planned.wait_for.as_str()),
            bounds: Bounds::from_now(time, stop),
            polling: session.polling(),
        }
    }
}

impl<'a> Observer<'a> {
    /// An observer of the order in `state`.
    pub(crate) fn new(client: &'a Client, state: SslOrderModel) -> Self {
        Self {
            client,
            state,
            warnings: Warnings::new(),
            container: None,
            auto_reissue: None,
        }
    }

    /// Warns of a call that failed.
    pub(crate) fn warn(&mut self, error: &Error, doing: &str) {
        self.warnings.push(api_error::diagnostic(error, doing));
    }

    /// Brings everything that hangs on an order into state. `chain_at_hand` is the chain of the
    /// answer to the POST; without it the chain is downloaded.
    pub(crate) async fn details(
        &mut self,
        order: Order,
        chain_at_hand: &[ChainItem],
    ) -> Observation {
        debug!(order_id = %order.id, status = %order.status, "order looked at");
        let before = self.state.clone();
        let container = order.container.as_ref();
        self.container = container.and_then(|it| it.id).or(self.container);
        self.auto_reissue = order.auto_reissue;
        let had_certificate = before.certificate_pem.known().is_some();
        state::order(&mut self.state, &order);
        let was_issued = before.serial_number.known().is_some();
        if was_issued && !order.status.is_closed() {
            // Order info may show the reissue before it is issued, or say less than the last time:
            // until something says that it ended, the certificate that was issued is the one in
            // force.
            state::keep_what_was_issued(&mut self.state, &before);
        }
        let was_reissued = before.status.as_str() == Some("reissue_pending");
        let is_settled = was_issued && !was_reissued && order.status != OrderStatus::ReissuePending;
        let steps = self.validations(&order, is_settled).await;
        if let Some(steps) = &steps {
            state::steps(&mut self.state, &order.status, steps);
        }
        let is_issued = self.state.serial_number.known().is_some();
        let is_same = had_certificate && before.certificate_id == self.state.certificate_id;
        if is_issued && !is_same {
            let is_stored = self.chain(&order, chain_at_hand).await;
            if !is_stored && had_certificate {
                // The next refresh sees another certificate id again, and tries again.
                state::keep_certificate(&mut self.state, &before);
            }
        }
        Observation { order, steps }
    }

    /// Asks for the random value of an order whose answer to the POST nobody has. That gives the
    /// value in force, so records that stand stay good.
    pub(crate) async fn random_value(&mut self, order: &Order) {
        let method = order.dcv_method.as_deref().unwrap_or_default();
        if !has_a_value_to_ask_for(method) {
            return;
        }
        let answers = async {
            let validation = self.client.validation_status(order.id).await?;
            Ok::<_, Error>((validation, self.client.dcv_random_value(order.id).await?))
        };
        match answers.await {
            Ok((validation, value)) => {
                state::random_value(&mut self.state, method, &validation, &value);
            }
            Err(error) => self.warn(
                &error,
                &format!("reading the random value of order {}", order.id),
            ),
        }
    }

    /// Looks at the order until nothing is under way, nobody need wait, the deadline passes, or a
    /// stop comes. Nothing is under way when the order is issued or closed; an order whose reissue
    /// is under way is `reissue_pending` until then.
    pub(crate) async fn wait(&mut self, mut seen: Observation, limits: &Limits<'_>) {
        let id = seen.order.id;
        let mut waiter = None;
        let mut last_failure = None;
        while limits.wait_for.goes_on(seen.waits_for()) {
            let waiter = waiter.get_or_insert_with(|| limits.polling.join(id));
            let status = &seen.order.status;
            if waiter.next(self.client, status, limits.bounds).await != Paused::Over {
                break;
            }
            match self.client.order(id).await {
                Ok(order) => {
                    last_failure = None;
                    seen = self.details(order, &[]).await;
                }
                Err(error) => {
                    let may_pass = may_pass(&error);
                    last_failure = Some(error);
                    if !may_pass {
                        break;
                    }
                    waiter.look_again();
                }
            }
        }
        if let Some(error) = last_failure {
            self.warn(&error, &format!("looking at order {id}"));
        }
        if let Some(warning) = without_certificate(&seen.order, &self.state) {
            self.warnings.push(warning);
        }
    }

    /// Asks which steps of the validation are open while that can still change. None if the answer
    /// could not be read.
    async fn validations(&mut self, order: &Order, is_settled: bool) -> Option<OpenSteps> {
        let is_known = is_settled
            && matches!(&self.state.domain_validations, Attr::Known(known) if !known.is_empty());
        if is_known || order.status.is_closed() {
            state::fill_validation_gaps(&mut self.state, order);
            return Some(OpenSteps::default());
        }
        match self.client.validation_status(order.id).await {
            Ok(validation) => {
                state::validations(&mut self.state, order, &validation);
                Some(OpenSteps::of(order, &validation))
            }
            Err(error) => {
                state::fill_validation_gaps(&mut self.state, order);
                self.warn(
                    &error,
                    &format!("reading the domain validations of order {}", order.id),
                );
                None
            }
        }
    }

    /// Stores the chain of the order's certificate: the one at hand if it is that certificate's,
    /// else the one that CertCentral has. Returns whether it is stored.
    async fn chain(&mut self, order: &Order, at_hand: &[ChainItem]) -> bool {
        let Some(certificate_id) = order.certificate.id else {
            return false;
        };
        let csr = self.state.csr.as_str();
        if let Ok(chain) = own_chain(at_hand, csr, order) {
            state::chain(&mut self.state, &chain);
            return true;
        }
        match self.client.certificate_chain(certificate_id).await {
            Ok(fetched) => match own_chain(&fetched.intermediates, csr, order) {
                Ok(chain) => {
                    state::chain(&mut self.state, &chain);
                    return true;
                }
                Err(reason) => self.warnings.push(Diagnostic::warning(
                    "Certificate chain not usable",
                    format!(
                        "CertCentral's chain of certificate {certificate_id} of order {} is not \
                         stored: {reason}. The order is fine; a later refresh tries again.",
                        order.id
                    ),
                )),
            },
            Err(error) => {
                let id = order.id;
                self.warn(
                    &error,
                    &format!("downloading certificate {certificate_id} of order {id}"),
                );
            }
        }
        false
    }
}

/// What to say of an order that still lacks a certificate when the wait ends; nothing if it has
/// all.
fn without_certificate(order: &Order, state: &SslOrderModel) -> Option<Diagnostic> {
    let (id, status) = (order.id, &order.status);
    let meaning = state.status_detail.as_str().unwrap_or_default();
    if *status == OrderStatus::ReissuePending {
        Some(Diagnostic::warning(
            "Reissue not finished yet",
            format!(
                "Order {id} waits for a reissued certificate, and the certificate in state is the \
                 one before. {} A later refresh, plan or apply picks the new one up; nothing is \
                 requested again.",
                who_acts(order, meaning)
            ),
        ))
    } else if status.has_certificate() {
        None
    } else if status.is_closed() {
        Some(Diagnostic::warning(
            "Order closed without a certificate",
            format!(
                "Order {id} was closed before its certificate was issued; its status is {status}. \
                 {meaning} It stays in state, and no later refresh brings a certificate. Ask the \
                 approver or DigiCert for the reason; to buy another order, set \
                 `reorder_when_closed = true` or change `order_key`."
            ),
        ))
    } else {
        Some(Diagnostic::warning(
            "Certificate not issued yet",
            format!(
                "Order {id} is placed and in state; its status is {status}. {meaning} A later \
                 refresh, plan or apply picks the certificate up; nothing is ordered again."
            ),
        ))
    }
}

/// Who has to act on a reissue, where the status itself does not say it.
fn who_acts<'a>(order: &Order, meaning: &'a str) -> &'a str {
    match waits_for(order, false) {
        WaitsFor::People => {
            "Its request waits for an approver of the account: approve it in CertCentral."
        }
        _ => meaning,
    }
}

#[cfg(test)]
mod tests {
    use super::{WaitFor, WaitsFor, state, without_certificate};
    use crate::certcentral::Order;
    use crate::framework::Diagnostic;
    use crate::provider::ssl_order::samples::{fixture, order};

    #[test]
    fn the_argument_says_what_is_waited_for() {
        let of = |argument| WaitFor::from(argument);
        assert_eq!(of(Some("issued")), WaitFor::Issued);
        assert_eq!(of(Some("none")), WaitFor::None);
        assert_eq!(of(Some("auto")), WaitFor::Auto);
        assert_eq!(of(None), WaitFor::Auto);
    }

    #[test]
    fn only_auto_asks_who_has_to_act() {
        let all = [WaitsFor::DigiCert, WaitsFor::People, WaitsFor::Nobody];
        let of = |wait_for: WaitFor| all.map(|who| wait_for.goes_on(who));
        assert_eq!(of(WaitFor::Auto), [true, false, false]);
        assert_eq!(of(WaitFor::Issued), [true, true, false]);
        assert_eq!(of(WaitFor::None), [false, false, false]);
    }

    #[test]
    fn a_reissue_that_goes_on_is_named() {
        let mut info: Order = fixture("order_info_reissue_pending.json");
        let mut state = order();
        state::order(&mut state, &info);
        let Diagnostic {
            summary, detail, ..
        } = without_certificate(&info, &state).expect("a warning");
        assert_eq!(summary, "Reissue not finished yet");
        assert_eq!(
            detail,
            "Order 2147500123 waits for a reissued certificate, and the certificate in state is \
             the one before. Its request waits for an approver of the account: approve it in \
             CertCentral. A later refresh, plan or apply picks the new one up; nothing is \
             requested again."
        );
        info.requests.clear();
        let Diagnostic { detail, .. } = without_certificate(&info, &state).expect("a warning");
        assert!(
            detail.contains("A reissue is under way; the current certificate stays valid."),
            "{detail}"
        );
    }

    #[test]
    fn a_rejected_order_is_not_called_not_issued_yet() {
        let said = |name: &str| {
            let info: Order = fixture(name);
            let mut state = order();
            state::order(&mut state, &info);
            without_certificate(&info, &state)
        };
        assert_eq!(said("order_info_issued.json"), None);
        let Diagnostic {
            summary, detail, ..
        } = said("order_info_rejected.json").expect("a warning");
        assert_eq!(summary, "Order closed without a certificate");
        assert_eq!(
            detail,
            "Order 2147500123 was closed before its certificate was issued; its status is \
             rejected. The request was rejected by an approver or by DigiCert. It stays in state, \
             and no later refresh brings a certificate. Ask the approver or DigiCert for the \
             reason; to buy another order, set `reorder_when_closed = true` or change `order_key`."
        );
        let Diagnostic {
            summary, detail, ..
        } = said("order_info_pending.json").expect("a warning");
        assert_eq!(summary, "Certificate not issued yet");
        assert!(detail.contains("its status is pending. DigiCert validates"));
    }
}
