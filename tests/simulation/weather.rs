//! Which faults an account meets its callers with. Only what an honest server and a bad network can do: none says of an order that was
//! placed that it was refused.

use certcentral_sandbox::{Approval, Behavior, Dcv, FaultRule, Issuance, RateLimit};
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

/// Faults of a network, and of a server after which nobody knows: before or after the account has acted.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fault_can_be_read() {
        for kind in ANY_TIME.iter().chain(&BEFORE).chain(&ANSWERS) {
            let rule = format!("* * 1x1 before {kind}");
            assert!(rule.parse::<FaultRule>().is_ok(), "{rule}");
        }
    }
}
