//! Who is waited for, and the words at the end of a wait.

use super::super::state;
use super::{WaitFor, WaitsFor, without_certificate};
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
        "Order 2147500123 waits for a reissued certificate, and the certificate in state is the one before. Its request waits for an \
         approver of the account: approve it in CertCentral. A later refresh, plan or apply picks the new one up; nothing is requested again."
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
        "Order 2147500123 was closed before its certificate was issued; its status is rejected. The request was rejected by an approver or by \
         DigiCert. It stays in state, and no later refresh brings a certificate. Ask the approver or DigiCert for the reason; to buy another \
         order, set `reorder_when_closed = true` or change `order_key`."
    );
    let Diagnostic {
        summary, detail, ..
    } = said("order_info_pending.json").expect("a warning");
    assert_eq!(summary, "Certificate not issued yet");
    assert!(detail.contains("its status is pending. DigiCert validates"));
}
