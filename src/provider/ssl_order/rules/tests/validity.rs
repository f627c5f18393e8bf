//! Validity of order and certificate in both forms, and dates of an order about to be placed.

use time::macros::date;

use super::super::dates_for_a_new_order;
use super::{each_is_refused, each_passes};
use crate::framework::{Attr, Severity};
use crate::provider::ssl_order::model::{SslOrderModel, Term};
use crate::provider::ssl_order::samples::{order, years};

fn days(days: i64) -> Term {
    Term {
        days: Attr::Known(days),
        ..Term::default()
    }
}

fn until(date: &str) -> Term {
    Term {
        custom_expiration_date: date.into(),
        ..Term::default()
    }
}

#[test]
fn exactly_one_form_says_how_long_the_order_lasts() {
    each_is_refused(&[
        (
            |o| o.order_validity = Attr::Null,
            "error order_validity: Missing order validity. Nothing says",
        ),
        (
            |o| o.order_validity = Attr::Known(Term::default()),
            "error order_validity: Empty validity. `order_validity` has no member.",
        ),
        (
            |o| {
                o.order_validity = Attr::Known(Term {
                    days: Attr::Known(30),
                    ..years(1)
                });
            },
            "error order_validity: Several validity members. `order_validity` takes exactly one",
        ),
        (
            |o| o.validity_years = Attr::Known(2),
            "error order_validity: Conflicting validity arguments. `order_validity` and \
             `validity_years`",
        ),
        (
            |o| o.validity_days = Attr::Known(30),
            "error order_validity: Conflicting validity arguments. `order_validity` and \
             `validity_days`",
        ),
        (
            |o| o.custom_expiration_date = "2027-03-31".into(),
            "error order_validity: Conflicting validity arguments. `order_validity` and \
             `custom_expiration_date`",
        ),
        (
            |o| o.validity_years = Attr::Known(1),
            "warning order_validity: Validity given twice. `order_validity` and `validity_years` \
             say the same",
        ),
        (
            |o| {
                o.order_validity = Attr::Known(until("2027-03-31"));
                o.custom_expiration_date = "2027-03-31".into();
            },
            "warning order_validity: Validity given twice. `order_validity` and \
             `custom_expiration_date` say the same",
        ),
        (
            |o| {
                o.order_validity = Attr::Null;
                o.validity_years = Attr::Known(1);
                o.validity_days = Attr::Known(30);
            },
            "warning validity_days: Several validity arguments. `validity_years` and \
             `validity_days` are set. CertCentral uses `validity_days`",
        ),
        (
            |o| {
                o.order_validity = Attr::Null;
                o.validity_years = Attr::Known(1);
                o.custom_expiration_date = "2027-03-31".into();
            },
            "warning custom_expiration_date: Several validity arguments. `validity_years` and \
             `custom_expiration_date` are set.",
        ),
    ]);
    each_passes(&[
        ("older years", |o| {
            o.order_validity = Attr::Null;
            o.validity_years = Attr::Known(2);
        }),
        ("older days", |o| {
            o.order_validity = Attr::Null;
            o.validity_days = Attr::Known(824);
        }),
        ("older date", |o| {
            o.order_validity = Attr::Null;
            o.custom_expiration_date = "2027-03-31".into();
        }),
        ("older years that are unknown", |o| {
            o.order_validity = Attr::Null;
            o.validity_years = Attr::Unknown;
        }),
        ("either form unknown", |o| o.validity_years = Attr::Unknown),
        ("another member unknown", |o| {
            o.order_validity = Attr::Known(Term {
                days: Attr::Unknown,
                ..years(1)
            });
        }),
        ("member that is unknown", |o| {
            o.order_validity = Attr::Known(Term {
                days: Attr::Unknown,
                ..Term::default()
            });
        }),
    ]);
}

#[test]
fn years_and_days_have_bounds() {
    each_is_refused(&[
        (
            |o| {
                o.order_validity = Attr::Null;
                o.validity_years = Attr::Known(3);
            },
            "error validity_years: Invalid validity. `validity_years` is 3; it takes 1 to 2.",
        ),
        (
            |o| {
                o.order_validity = Attr::Null;
                o.validity_years = Attr::Known(0);
            },
            "error validity_years: Invalid validity. `validity_years` is 0;",
        ),
        (
            |o| {
                o.order_validity = Attr::Null;
                o.validity_days = Attr::Known(825);
            },
            "error validity_days: Invalid validity. `validity_days` is 825; it takes 1 to 824.",
        ),
        (
            |o| {
                o.order_validity = Attr::Null;
                o.validity_days = Attr::Known(0);
            },
            "error validity_days: Invalid validity. `validity_days` is 0;",
        ),
        (
            |o| o.order_validity = Attr::Known(years(4)),
            "error order_validity.years: Invalid validity. `order_validity.years` is 4; it takes 1 \
             to 3.",
        ),
        (
            |o| o.order_validity = Attr::Known(years(0)),
            "error order_validity.years: Invalid validity. `order_validity.years` is 0;",
        ),
        (
            |o| o.order_validity = Attr::Known(days(1097)),
            "error order_validity.days: Invalid validity. `order_validity.days` is 1097; it takes \
             1 to 1096.",
        ),
        (
            |o| o.order_validity = Attr::Known(days(0)),
            "error order_validity.days: Invalid validity. `order_validity.days` is 0; it takes 1 \
             to 1096.",
        ),
        (
            |o| o.cert_validity = Attr::Known(days(367)),
            "warning cert_validity: Certificate longer than its order. `cert_validity` asks for \
             367 days and the order lasts 366 at most",
        ),
        (
            |o| {
                o.order_validity = Attr::Null;
                o.validity_days = Attr::Known(90);
                o.cert_validity = Attr::Known(years(1));
            },
            "warning cert_validity: Certificate longer than its order. `cert_validity` asks for \
             365 days and the order lasts 90",
        ),
        (
            |o| {
                o.order_validity = Attr::Unknown;
                o.cert_validity = Attr::Known(days(9132));
            },
            "error cert_validity.days: Invalid validity. `cert_validity.days` is 9132; it takes 1 \
             to 9131.",
        ),
        (
            |o| o.cert_validity = Attr::Known(years(i64::MAX)),
            "error cert_validity.years: Invalid validity. `cert_validity.years` is \
             9223372036854775807; it takes 1 to 25.",
        ),
        (
            |o| o.cert_validity = Attr::Known(days(0)),
            "error cert_validity.days: Invalid validity. `cert_validity.days` is 0;",
        ),
        (
            |o| o.cert_validity = Attr::Known(years(-1)),
            "error cert_validity.years: Invalid validity. `cert_validity.years` is -1;",
        ),
        (
            |o| {
                o.cert_validity = Attr::Known(Term {
                    days: Attr::Known(30),
                    ..years(1)
                });
            },
            "error cert_validity: Several validity members. `cert_validity` takes at most one",
        ),
    ]);
    each_passes(&[
        ("three years", |o| o.order_validity = Attr::Known(years(3))),
        ("many days", |o| o.order_validity = Attr::Known(days(1095))),
        ("199 days", |o| o.cert_validity = Attr::Known(days(199))),
        ("nothing of the certificate", |o| {
            o.cert_validity = Attr::Known(Term::default());
        }),
    ]);
}

#[test]
fn dates_are_dates_of_the_calendar() {
    each_is_refused(&[
        (
            |o| o.order_validity = Attr::Known(until("2027-02-29")),
            "error order_validity.custom_expiration_date: Invalid date. \
             `order_validity.custom_expiration_date` is \"2027-02-29\", not a date",
        ),
        (
            |o| o.order_validity = Attr::Known(until("31.03.2027")),
            "error order_validity.custom_expiration_date: Invalid date. \
             `order_validity.custom_expiration_date` is \"31.03.2027\", not a date",
        ),
        (
            |o| o.cert_validity = Attr::Known(until("2027-3-1")),
            "error cert_validity.custom_expiration_date: Invalid date. \
             `cert_validity.custom_expiration_date` is \"2027-3-1\", not a date",
        ),
        (
            |o| {
                o.order_validity = Attr::Null;
                o.custom_expiration_date = "soon".into();
            },
            "error custom_expiration_date: Invalid date. `custom_expiration_date` is \"soon\", not \
             a date",
        ),
    ]);
    each_passes(&[
        ("leap day", |o| {
            o.order_validity = Attr::Known(until("2028-02-29"));
        }),
        ("a past date still plans and destroys", |o| {
            o.order_validity = Attr::Known(until("2020-01-01"));
        }),
    ]);
}

#[test]
fn a_new_order_ends_in_the_future_and_in_the_older_form_not_too_far_ahead() {
    let dates = |edit: fn(&mut SslOrderModel)| {
        let mut order = order();
        edit(&mut order);
        dates_for_a_new_order(&order, date!(2026 - 11 - 23))
            .into_iter()
            .map(|d| format!("{}: {}", d.attribute.expect("a path"), d.detail))
            .collect::<Vec<_>>()
    };
    assert_eq!(dates(|_| {}), [] as [&str; 0]);
    assert_eq!(
        dates(|o| o.order_validity = Attr::Known(until("2026-11-24"))),
        [] as [&str; 0]
    );
    assert_eq!(
        dates(|o| o.order_validity = Attr::Known(until("2026-11-23"))),
        [
            "order_validity.custom_expiration_date: An order that ends on 2026-11-23 cannot be \
             ordered on 2026-11-23. Choose a later date."
        ]
    );
    assert_eq!(
        dates(|o| o.custom_expiration_date = "2029-02-24".into()),
        [] as [&str; 0],
        "824 days"
    );
    assert_eq!(
        dates(|o| o.custom_expiration_date = "2029-02-25".into()),
        [
            "custom_expiration_date: `custom_expiration_date` is 2029-02-25; it must be less than \
             825 days after 2026-11-23. Choose an earlier date."
        ]
    );
    assert_eq!(
        dates(|o| o.order_validity = Attr::Known(until("2029-11-24"))),
        [] as [&str; 0],
        "three years, a leap day among them"
    );
    assert_eq!(
        dates(|o| o.order_validity = Attr::Known(until("2029-11-25"))),
        [
            "order_validity.custom_expiration_date: `order_validity.custom_expiration_date` is \
             2029-11-25; it must be less than 1098 days after 2026-11-23. Choose an earlier date."
        ]
    );
}

#[test]
fn a_certificate_of_a_new_order_is_not_longer_than_digicert_issues_that_day() {
    let said = |validity: Term, today| {
        let order = SslOrderModel {
            cert_validity: Attr::Known(validity),
            ..order()
        };
        dates_for_a_new_order(&order, today)
            .into_iter()
            .map(|d| {
                assert_eq!(d.severity, Severity::Warning);
                format!("{}: {}", d.attribute.expect("a path"), d.detail)
            })
            .collect::<Vec<_>>()
    };
    let today = date!(2026 - 11 - 23);
    let none = Vec::<String>::new();
    assert_eq!(said(days(199), today), none);
    assert_eq!(
        said(days(200), today),
        [
            "cert_validity.days: `cert_validity` asks for 200 days. Since 2026-02-24 DigiCert \
             issues public certificates for 199 days at most (the CA/Browser Forum allows 200 from \
             2026-03-15), and shortens or refuses longer ones. Leave `cert_validity` out to get \
             the longest."
        ]
    );
    assert_eq!(said(until("2027-06-10"), today), none, "199 days");
    assert_eq!(said(until("2027-06-11"), today).len(), 1);
    assert_eq!(said(years(1), today).len(), 1);
    assert_eq!(said(days(199), date!(2027 - 03 - 15)).len(), 1);
    assert_eq!(said(days(99), date!(2027 - 03 - 15)), none);
    assert_eq!(said(days(47), date!(2029 - 03 - 15)).len(), 1);
}
