//! How long certificates and validations last, by the day. The CA/Browser Forum shortens them in
//! steps.
//!
//! Sources: DigiCert's pages on certificates of 199 days (since 2026-02-24), its article on the
//! rule changes (2026-03-31), and ballot SC-081v3 for the days of the later steps, below which
//! DigiCert stays by a day.

use time::macros::date;
use time::{Date, Duration};

/// What holds from a day on.
struct Step {
    from: Date,
    /// The longest certificate in days, both ends included.
    certificate: u16,
    /// For how many days control over a domain, once proven, may be relied on.
    domain: i64,
    /// The same for a validated organization.
    organization: i64,
}

const STEPS: [Step; 4] = [
    Step {
        from: Date::MIN,
        certificate: 397,
        domain: 397,
        organization: 825,
    },
    Step {
        from: date!(2026 - 02 - 24),
        certificate: 199,
        domain: 199,
        organization: 397,
    },
    Step {
        from: date!(2027 - 03 - 15),
        certificate: 99,
        domain: 99,
        organization: 397,
    },
    Step {
        from: date!(2029 - 03 - 15),
        certificate: 46,
        domain: 10,
        organization: 397,
    },
];

fn step(today: Date) -> &'static Step {
    let in_force = STEPS.iter().rev().find(|step| step.from <= today);
    in_force.unwrap_or(&STEPS[0])
}

/// The longest certificate that may be issued today, in days, both ends included.
pub(crate) fn certificate_days(today: Date) -> u16 {
    step(today).certificate
}

/// How old a proof of control over a domain may be today.
pub(crate) fn domain_reuse(today: Date) -> Duration {
    Duration::days(step(today).domain)
}

/// How old the validation of an organization may be today.
pub(crate) fn organization_reuse(today: Date) -> Duration {
    Duration::days(step(today).organization)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_begins_on_its_day() {
        for (day, certificate, domain, organization) in [
            (date!(2026 - 02 - 23), 397, 397, 825),
            (date!(2026 - 02 - 24), 199, 199, 397),
            (date!(2027 - 03 - 14), 199, 199, 397),
            (date!(2027 - 03 - 15), 99, 99, 397),
            (date!(2029 - 03 - 14), 99, 99, 397),
            (date!(2029 - 03 - 15), 46, 10, 397),
        ] {
            assert_eq!(certificate_days(day), certificate, "{day}");
            assert_eq!(domain_reuse(day), Duration::days(domain), "{day}");
            assert_eq!(
                organization_reuse(day),
                Duration::days(organization),
                "{day}"
            );
        }
    }
}
