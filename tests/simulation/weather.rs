//! Which faults an account meets its callers with. Only what an honest server and a bad network can
//! do: none says of an order that was placed that it was refused.

use std::time::Duration;

use certcentral_sandbox::{Approval, At, Behavior, Dcv, Fault, FaultRule, Issuance, RateLimit};
use fastrand::Rng;

use super::wanted::one_of;

/// Routes, with a weight by how often they stand here.
const ROUTES: [&str; 14] = [
    "POST /order/certificate/*",
    "POST /order/certificate/*",
    "POST /order/certificate/*",
    "POST /order/certificate/*",
    "GET /order/alternate/*",
    "GET /order/alternate/*",
    "GET /order/certificate",
    "GET /order/certificate/*",
    "POST /order/certificate/*/reissue",
    "POST /order/certificate/*/reissue",
    "PUT /order/certificate/*/status",
    "PUT /order/certificate/*/revoke",
    "PUT /request/*/status",
    "* *",
];

/// Faults of a network, and of a server after which nobody knows: before or after the account has
/// acted.
const ANY_TIME: [&str; 16] = [
    "drop",
    "drop",
    "reset",
    "reset_early",
    "hang",
    "html status=500",
    "html status=502",
    "html status=503",
    "html status=403",
    "html status=200",
    "answer status=500 body={}",
    "answer status=201 body={}",
    "raw text=HTTP/1.1",
    "redirect status=307",
    "echo status=500",
    "delay seconds=200",
];

/// Refusals: proof that the account did not act, so it must not have.
const BEFORE: [&str; 7] = [
    "limited",
    "limited html=true",
    "limited retry_after=2",
    "limited retry_after=now+30",
    "echo status=400",
    "maintenance seconds=300",
    "late calls=2",
];

/// What happens to an honest answer on its way.
const ANSWERS: [&str; 12] = [
    "status status=204",
    "status status=200",
    "status status=500",
    "remove pointer=/id",
    "set pointer=/id value=0",
    "set pointer=/status value=\"on_holiday\"",
    "garble every=7",
    "truncate bytes=1",
    "truncate bytes=25",
    "drip bytes=40 pause_ms=4000",
    "refuse seconds=20",
    "stale calls=3",
];

/// What an account says more, less, or otherwise than a client expects, and what nothing depends
/// on. And a 429 for a request that has had its effect. Each stands with the route whose answers it
/// befits.
const ODDITIES: [(&str, &str); 26] = [
    ("GET /order/certificate/*", "set pointer=/price value={}"),
    ("GET /order/certificate/*", "set pointer=/container value=5"),
    (
        "GET /order/certificate/*",
        "set pointer=/custom_fields value=7",
    ),
    (
        "GET /order/certificate/*",
        "set pointer=/validity_years value=1.5",
    ),
    (
        "GET /order/certificate/*",
        "set pointer=/requests value=[{\"id\":\"x\"},3]",
    ),
    (
        "GET /order/certificate/*",
        "set pointer=/organization value=[]",
    ),
    ("GET /order/certificate/*", "remove pointer=/certificate"),
    (
        "GET /order/certificate/*",
        "set pointer=/certificate value={}",
    ),
    (
        "GET /order/certificate/*",
        "remove pointer=/certificate/valid_till",
    ),
    (
        "GET /order/certificate/*",
        "remove pointer=/certificate/serial_number",
    ),
    ("GET /order/certificate/*", "remove pointer=/requests"),
    (
        "GET /order/certificate/*",
        "set pointer=/id value=2147500001",
    ),
    (
        "POST /order/certificate/*",
        "set pointer=/requests value=[{\"id\":null}]",
    ),
    (
        "POST /order/certificate/*",
        "set pointer=/certificate_id value=\"x\"",
    ),
    (
        "POST /order/certificate/*",
        "set pointer=/certificate_chain value={}",
    ),
    (
        "POST /order/certificate/*/reissue",
        "set pointer=/id value=2147500001",
    ),
    (
        "GET /certificate/*/chain",
        "set pointer=/intermediates value=7",
    ),
    (
        "GET /order/alternate/*",
        "answer status=200 body={\"errors\":[{\"code\":\"x\",\"message\":\"y\"}]}",
    ),
    (
        "GET /order/certificate",
        "answer status=200 body={\"message\":\"later\"}",
    ),
    ("POST /order/certificate/*", "status status=429"),
    ("POST /order/certificate/*/reissue", "status status=429"),
    ("* /order/certificate/*/note", "html status=502"),
    ("GET /order/certificate/*/note", "html status=502"),
    (
        "GET /order/certificate/*",
        "only members=[\"id\",\"status\",\"certificate\"]",
    ),
    ("* *", "date seconds=25920000"),
    ("* *", "date seconds=-25920000"),
];

/// Answers that do not say that their clock is virtual, so that it counts as one that may be wrong.
pub(super) fn of_no_clock() -> FaultRule {
    "* * 1x* after date seconds=0".parse().unwrap()
}

/// What of the weather decides on what a run can know.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    /// A request may take effect after the run, after so much time of the sandbox.
    pub(super) late_by: Option<Duration>,
    /// An answer that the journal shows whole may have reached nobody.
    pub(super) cuts_answers: bool,
}

impl Weather {
    pub(super) fn of(rules: &[FaultRule]) -> Self {
        let any = |is_meant: fn(&Fault) -> bool| rules.iter().any(|rule| is_meant(&rule.fault));
        Self {
            late_by: rules.iter().filter_map(late_by).max(),
            cuts_answers: any(|it| {
                matches!(
                    it,
                    Fault::Truncate { .. } | Fault::Drip { .. } | Fault::Delay { .. }
                )
            }),
        }
    }
}

/// Returns the time after which a request of a run that has ended takes effect.
fn late_by(rule: &FaultRule) -> Option<Duration> {
    match rule.fault {
        Fault::Late { .. } => Some(Duration::ZERO),
        Fault::Delay { seconds } if rule.at == At::Before => Some(Duration::from_secs(seconds)),
        _ => None,
    }
}

/// How an account treats orders through a whole story.
pub(super) fn behavior(rng: &mut Rng) -> Behavior {
    Behavior {
        approval: one_of(
            rng,
            &[
                Approval::None,
                Approval::None,
                Approval::OneStep,
                Approval::TwoStep,
                Approval::Auto,
            ],
        ),
        issuance: one_of(
            rng,
            &[
                Issuance::Immediate,
                Issuance::Immediate,
                Issuance::AfterPolls(2),
                Issuance::Manual,
            ],
        ),
        dcv: one_of(rng, &[Dcv::Prevalidated, Dcv::Prevalidated, Dcv::Required]),
        hide_former_certificate: rng.bool(),
        irregular: rng.u8(..5) == 0,
        rate_limit: (rng.u8(..5) == 0).then_some(RateLimit::DOCUMENTED),
        ..Behavior::default()
    }
}

/// What else an account may do in the wide world.
pub(super) fn widen(behavior: &mut Behavior, rng: &mut Rng) {
    behavior.hides_needs_approval = rng.bool();
    behavior.orders_end_with_certificate = rng.u8(..5) == 0;
    behavior.adds_companions = rng.u8(..5) == 0;
    if behavior.dcv == Dcv::Prevalidated && rng.bool() {
        behavior.dcv = Dcv::ExampleDomains;
    }
}

/// The faults of one run: mostly none or one, because one fault hides another.
pub(super) fn faults(rng: &mut Rng) -> Vec<FaultRule> {
    let count = one_of(rng, &[0, 0, 1, 1, 1, 2, 3]);
    (0..count).map(|_| fault(rng)).collect()
}

fn fault(rng: &mut Rng) -> FaultRule {
    let route = one_of(rng, &ROUTES);
    let call = one_of(rng, &[1, 1, 1, 2, 3]);
    let times = one_of(rng, &[1, 1, 1, 2, 4]);
    let (at, kind) = match rng.u8(..6) {
        0..=2 => (
            one_of(rng, &["before", "after", "after"]),
            one_of(rng, &ANY_TIME),
        ),
        3 => ("before", one_of(rng, &BEFORE)),
        _ => ("after", one_of(rng, &ANSWERS)),
    };
    format!("{route} {call}x{times} {at} {kind}")
        .parse()
        .unwrap()
}

/// One odd answer, or a few in a row.
pub(super) fn oddity(rng: &mut Rng) -> FaultRule {
    let (route, kind) = one_of(rng, &ODDITIES);
    let call = one_of(rng, &[1, 1, 2, 3]);
    let times = one_of(rng, &[1, 1, 2, 4]);
    format!("{route} {call}x{times} after {kind}")
        .parse()
        .unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fault_can_be_read() {
        for kind in ANY_TIME.iter().chain(&BEFORE).chain(&ANSWERS) {
            let rule = format!("* * 1x1 before {kind}");
            assert!(rule.parse::<FaultRule>().is_ok(), "{rule}");
        }
        for (route, kind) in ODDITIES {
            let rule = format!("{route} 1x1 after {kind}");
            assert!(rule.parse::<FaultRule>().is_ok(), "{rule}");
        }
    }
}
