//! Values and limits of the API and of the industry: data with its date and source, not rules.
//! Products stand in
//! [`crate::provider::ssl_order::schema::products`]. Unless a line says otherwise the sources were
//! read in November 2026.

use time::macros::date;
use time::{Date, Duration};

/// `signature_hash` of public TLS. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/products/product-list.html>
pub(crate) const SIGNATURE_HASHES: [&str; 3] = ["sha256", "sha384", "sha512"];

/// Hashes that no public CA signs with since 2016. Source: Baseline Requirements 7.1.3.2,
/// <https://cabforum.org/working-groups/server/baseline-requirements/requirements/>
pub(crate) const FORBIDDEN_HASHES: [&str; 2] = ["md5", "sha1"];

/// `dcv_method`. Source: <https://dev.digicert.com/glossary/>
pub(crate) const DCV_METHODS: [&str; 5] = [
    "email",
    "dns-txt-token",
    "dns-cname-token",
    "http-token",
    "http-token-dynamic",
];

/// Methods that prove one host only, so no wildcard since 2021-11-16. Source: Baseline Requirements
/// 3.2.2.4.18, <https://cabforum.org/working-groups/server/baseline-requirements/requirements/>
pub(crate) const HOST_ONLY_DCV_METHODS: [&str; 2] = ["http-token", "http-token-dynamic"];

/// `payment_method`. Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) const PAYMENT_METHODS: [&str; 3] = ["balance", "card", "profile"];

/// Reasons that a revocation may state. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/revoke-order-certificates.html>
pub(crate) const REVOCATION_REASONS: [&str; 5] = [
    "unspecified",
    "keyCompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
];

/// Characters of `alternative_order_id` that nobody doubts: the page tells no limit. Source:
/// <https://dev.digicert.com/services-api/orders/get-orders-alternative-order-id/>
pub(crate) const LONGEST_REFERENCE: usize = 128;

/// `contact_type`; `verified_contact` is today's name of `ev_approver`.
/// Sources: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>,
/// <https://docs.digicert.com/change-log/>
pub(crate) const CONTACT_TYPES: [&str; 4] = [
    "organization_contact",
    "technical_contact",
    "ev_approver",
    "verified_contact",
];

/// Contact types that an order has one of: a sister endpoint answers a second one with
/// `contact_type_duplicate`. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/organizations/update-organization-and-technical-contact.html>
pub(crate) const SINGLE_CONTACT_TYPES: [&str; 2] = ["organization_contact", "technical_contact"];

/// `validity_days`, and how far `custom_expiration_date` lies ahead: less than 825 days.
/// Source: <https://dev.digicert.com/services-api/orders/order-ov-ev-ssl/>
pub(crate) const OLDER_DAYS: std::ops::RangeInclusive<i64> = 1..=824;

/// `order_validity.days`: three years with a leap day. Source as for `ORDER_YEARS`.
pub(crate) const ORDER_DAYS: std::ops::RangeInclusive<i64> = 1..=1096;

/// `cert_validity.days`: 25 years, longer than any certificate that a CA of DigiCert issues.
/// Source: this provider's own choice.
pub(crate) const CERTIFICATE_DAYS: std::ops::RangeInclusive<i64> = 1..=9131;

/// `cert_validity.years`. Source as for [`CERTIFICATE_DAYS`].
pub(crate) const CERTIFICATE_YEARS: std::ops::RangeInclusive<i64> = 1..=25;

/// Days of the clocks: ten years, more than any order lasts. Source: this provider's own argument.
pub(crate) const CLOCK_DAYS: std::ops::RangeInclusive<i64> = 0..=3650;

/// How long a certificate may be valid from a date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValidityStep {
    /// From when the CA/Browser Forum sets the limit.
    pub industry_from: Date,
    /// Its limit.
    pub industry_days: i64,
    /// From when DigiCert keeps its own.
    pub digicert_from: Date,
    /// DigiCert's limit, a day below.
    pub digicert_days: i64,
}

/// The steps, oldest first. DigiCert announced its own start for 2026 only; later ones start with
/// the industry's. Sources:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/order-basic-ev.html>,
/// <https://docs.digicert.com/manage-certificates/end-2-year-public-ssl-certificates>, ballot
/// SC-081v3 <https://cabforum.org/working-groups/server/baseline-requirements/requirements/>
pub(crate) const VALIDITY_STEPS: [ValidityStep; 4] = [
    step(date!(2020 - 09 - 01), 398, date!(2020 - 08 - 27), 397),
    step(date!(2026 - 03 - 15), 200, date!(2026 - 02 - 24), 199),
    step(date!(2027 - 03 - 15), 100, date!(2027 - 03 - 15), 99),
    step(date!(2029 - 03 - 15), 47, date!(2029 - 03 - 15), 46),
];

const fn step(
    industry_from: Date,
    industry_days: i64,
    digicert_from: Date,
    digicert_days: i64,
) -> ValidityStep {
    ValidityStep {
        industry_from,
        industry_days,
        digicert_from,
        digicert_days,
    }
}

/// The step that counts for a certificate issued on a day.
pub(crate) fn validity_step(today: Date) -> Option<ValidityStep> {
    VALIDITY_STEPS
        .into_iter()
        .rfind(|step| step.digicert_from <= today)
}

/// For how many days a public certificate that is issued on a day is valid at most, both ends
/// included.
pub(crate) fn longest_certificate(day: Date) -> Option<i64> {
    validity_step(day).map(|step| step.digicert_days)
}

/// The last day of a public certificate that is issued on a day, at the latest.
pub(crate) fn longest_certificate_until(day: Date) -> Option<Date> {
    day.checked_add(Duration::days(longest_certificate(day)? - 1))
}

/// Characters of an organization's members that the certificate shows: longer values are refused.
/// Sources:
/// <https://docs.digicert.com/en/certcentral/manage-certificates/restrictions-on-data-entries-for-public-certificates.html>
/// and "Create organization" of the Services API for `zip` and `telephone`.
pub(crate) const ORGANIZATION_LENGTHS: [(&str, usize); 8] = [
    ("name", 64),
    ("assumed_name", 64),
    ("address", 64),
    ("address2", 64),
    ("city", 64),
    ("state", 64),
    ("zip", 40),
    ("telephone", 32),
];

/// Characters of `name` and `assumed_name` together, as the certificate shows them. Source: open
/// clients; no page has it.
pub(crate) const BOTH_NAMES_LENGTH: usize = 61;

/// Characters that the name of a company has only in advertising. Source: DigiCert's knowledge base
/// on organization names.
pub(crate) const STRANGE_IN_NAMES: [char; 15] = [
    '!', '@', '#', '$', '%', '^', '*', '(', ')', '~', '?', '>', '<', '/', '\\',
];

/// Characters of a person's members. Source:
/// <https://dev.digicert.com/certcentral-apis/services-api/orders/update-order-contacts.html>
pub(crate) const PERSON_LENGTHS: [(&str, usize); 5] = [
    ("first_name", 128),
    ("last_name", 128),
    ("job_title", 64),
    ("telephone", 32),
    ("email", 255),
];

/// Every officially assigned code of ISO 3166-1 alpha-2 in lower case, as of November 2026.
/// Source: <https://www.iso.org/obp/ui/#search/code/>
const COUNTRIES: &str = "\
    ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br \
    bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz \
    ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw \
    gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky \
    kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv \
    mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py \
    qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg \
    th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm \
    zw";

/// Whether a text has the form of a code: two letters of any case.
pub(crate) fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a code is assigned to a country.
pub(crate) fn is_assigned_country(code: &str) -> bool {
    COUNTRIES
        .split_whitespace()
        .any(|assigned| assigned.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{
        COUNTRIES, ORDER_DAYS, VALIDITY_STEPS, is_assigned_country, is_country_code, validity_step,
    };
    use crate::provider::ssl_order::model::ORDER_YEARS;

    #[test]
    fn steps_follow_each_other_and_shrink() {
        for pair in VALIDITY_STEPS.windows(2) {
            assert!(pair[0].industry_from < pair[1].industry_from);
            assert!(pair[0].industry_days > pair[1].industry_days);
        }
        for step in VALIDITY_STEPS {
            assert!(step.digicert_from <= step.industry_from);
            assert_eq!(step.digicert_days, step.industry_days - 1);
        }
        assert_eq!(*ORDER_DAYS.end(), 365 * ORDER_YEARS.end() + 1);
    }

    #[test]
    fn the_limit_of_a_day_is_that_of_the_last_step() {
        let days = |day| validity_step(day).map(|step| step.digicert_days);
        assert_eq!(days(date!(2020 - 01 - 01)), None);
        assert_eq!(days(date!(2026 - 02 - 23)), Some(397));
        assert_eq!(days(date!(2026 - 02 - 24)), Some(199));
        assert_eq!(days(date!(2027 - 03 - 14)), Some(199));
        assert_eq!(days(date!(2027 - 03 - 15)), Some(99));
        assert_eq!(days(date!(2029 - 03 - 15)), Some(46));
    }

    #[test]
    fn the_table_is_the_standard() {
        let codes: Vec<_> = COUNTRIES.split_whitespace().collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted());
        assert!(codes.iter().all(|code| is_country_code(code)));
    }

    #[test]
    fn namibia_is_a_country_and_not_an_empty_answer() {
        for code in ["NA", "na", "us", "DE", "gb"] {
            assert!(is_assigned_country(code), "{code}");
        }
        for code in ["uk", "eu", "xx", "usa", ""] {
            assert!(!is_assigned_country(code), "{code}");
        }
    }
}
