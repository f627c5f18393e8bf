//! Codes and kinds of failure as a person reads them.

use std::time::Duration;

use expect_test::expect;

use super::{ADVICE, FIELDS, diagnostic, field_argument};
use crate::certcentral::{ApiError, Certainty, Error, ErrorItem, GaveUp, NotSent};
use crate::framework::{Diagnostic, Kind, Step};
use crate::provider::ssl_order::{SslOrder, samples};

fn refusal(code: &str) -> Diagnostic {
    let api = ApiError {
        status: 400,
        errors: vec![ErrorItem {
            code: code.to_owned(),
            message: "No.".to_owned(),
        }],
    };
    diagnostic(&Error::Api(api), "placing the order")
}

fn line(diagnostic: &Diagnostic) -> String {
    let path = diagnostic.attribute.as_ref().map(ToString::to_string);
    let detail = diagnostic
        .detail
        .replace("\n\n", "\n  -> ")
        .replace(". ", ".\n     ");
    format!(
        "{} @ {}\n  {detail}\n",
        diagnostic.summary,
        path.as_deref().unwrap_or("-")
    )
}

#[test]
fn every_code_has_its_advice() {
    let text: String = ADVICE.iter().map(|a| line(&refusal(a.code))).collect();
    expect![[r#"
        API key rejected by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (access_denied|access_denied_invalid_key).
          -> The key is wrong, disabled, or of another region.
             Check `api_key` or DIGICERT_API_KEY, and `region`: keys of the US instance do not work in the European one.
        API key lacks a permission @ -
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (access_denied|missing_permission).
          -> The user or the role of the key may not do this.
             Use a key of a user with the permission; a view-only key can only plan.
        Access denied by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (access_denied).
          -> Check the permissions of the user whose key is used.
        Request limit of CertCentral exceeded @ -
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (request_limit_exceeded).
          -> The provider itself keeps below the limits of 1000 requests in 3 minutes and 100 in 5 seconds, so other users of the key use them up.
             Run the command again in some minutes, or share the limit by `requests_per_second` in every run.
        Product not available @ product_name_id
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (not_found|product).
          -> The account does not have this product, or its id is misspelt.
             The products of the account are in CertCentral under Request a Certificate.
        Organization not found @ organization
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (not_found|organization).
          -> The account has no such organization, or the key does not see it.
             The ids are in CertCentral under Certificates, Organizations.
        Container not found @ container_id
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (not_found|container).
          -> The account has no such container (division), or the key does not see it.
             Correct `container_id`, or use a key of that container.
        CSR refused by CertCentral @ csr
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (csr_).
          -> Make a new CSR with an RSA key of at least 2048 bits or an EC key on P-256 or P-384.
        Certificate validity exceeds the order @ cert_validity
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (cert_validity_exceeds_order_validity).
          -> Shorten `cert_validity`, or lengthen the order.
        CAA records forbid the certificate @ dns_names
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (caa_check_failed).
          -> Add a CAA record for digicert.com to the domain, or remove the records that forbid it.
        Custom field refused by CertCentral @ custom_fields
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (invalid_custom_field_value).
          -> A required custom field has no value, or a value does not fit the field's type.
        CT logging cannot be switched off @ disable_ct
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (cert_transparency_turned_off_for_account).
          -> The account does not allow certificates outside of the CT logs.
             Remove `disable_ct`.
        Order cannot be renewed @ renewal_of_order_id
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (order_not_eligible_for_renewal).
          -> Check `renewal_of_order_id`, or leave it out to place an order of its own.
        Order renewed already @ renewal_of_order_id
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (order_renewed_already).
          -> Import the renewal, or leave `renewal_of_order_id` out to place an order of its own.
    "#]].assert_eq(&text);
}

#[test]
fn a_code_without_advice_is_told_in_the_words_of_the_api() {
    expect![[r#"
        Refused by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 400: No.
             (brand_new_code).
    "#]]
    .assert_eq(&line(&refusal("brand_new_code")));
}

#[test]
fn every_kind_of_failure_says_what_to_do() {
    let host = || "www.digicert.com".to_owned();
    let not_json = |is_html| Error::NotJson {
        host: host(),
        status: 503,
        content_type: None,
        is_html,
        quoted: "busy".to_owned(),
    };
    let errors = [
        not_json(true),
        not_json(false),
        Error::Redirect {
            host: host(),
            status: 302,
            target_host: Some("evil.example.com".to_owned()),
        },
        Error::BodyTooLarge {
            host: host(),
            status: 200,
            limit: 10,
        },
        Error::Decode {
            host: host(),
            status: 200,
            message: "no id".to_owned(),
            quoted: "{}".to_owned(),
        },
        Error::AboutAnother {
            what: "order".to_owned(),
            asked: "7".to_owned(),
            told: "8".to_owned(),
        },
        Error::ItemsMissing {
            path: "order/certificate".to_owned(),
            total: 3,
        },
        Error::TooManyPages {
            path: "order/certificate".to_owned(),
            pages: 200,
        },
    ];
    let text: String = errors
        .iter()
        .map(|error| line(&diagnostic(error, "refreshing order 7")))
        .collect();
    expect![[r#"
        Answer is not from CertCentral's API @ -
          The call for refreshing order 7 failed: www.digicert.com answered 503 with no content type instead of JSON: "busy".
          -> An HTML page usually comes from a proxy, a firewall or a maintenance window (Saturdays 22:00 to 24:00 MDT).
             Check `base_url` and `proxy_url`, or run the command again later.
        Answer is not from CertCentral's API @ -
          The call for refreshing order 7 failed: www.digicert.com answered 503 with no content type instead of JSON: "busy".
          -> Check `base_url` and `proxy_url`.
        Redirect refused @ -
          The call for refreshing order 7 failed: www.digicert.com answered 302 with a redirect to evil.example.com, which is not followed.
          -> A redirect would carry the API key to another place.
             Set `base_url` to the final address if you trust it.
        Answer of CertCentral not usable @ -
          The call for refreshing order 7 failed: www.digicert.com answered 200 with more than 10 bytes.
          -> Run the command again; if the error stays, report it as a bug of the provider.
        Answer of CertCentral not usable @ -
          The call for refreshing order 7 failed: www.digicert.com answered 200 with JSON of an unknown shape (no id): "{}".
          -> Run the command again; if the error stays, report it as a bug of the provider.
        Answer is about something else @ -
          The call for refreshing order 7 failed: the answer is about something else: asked for order 7, got 8.
          -> Nothing of the answer was used.
             A cache or a gateway between this machine and CertCentral may mix up answers: run the command again, and check `base_url` and `proxy_url` if it happens again.
        Answer of CertCentral not usable @ -
          The call for refreshing order 7 failed: the list of order/certificate shows none of its 3 items.
          -> Run the command again; if the error stays, report it as a bug of the provider.
        Answer of CertCentral not usable @ -
          The call for refreshing order 7 failed: the list of order/certificate did not end after 200 pages.
          -> Run the command again; if the error stays, report it as a bug of the provider.
    "#]].assert_eq(&text);
}

#[test]
fn calls_that_were_repeated_or_not_sent_say_how_long_and_why() {
    let limit = || {
        Box::new(Error::Api(ApiError {
            status: 429,
            errors: Vec::new(),
        }))
    };
    let gave_up = |attempts, seconds, end| Error::GaveUp {
        last: limit(),
        attempts,
        elapsed: Duration::from_secs(seconds),
        end,
        certainty: Certainty::NothingHappened,
    };
    let minute = Duration::from_secs(60);
    let not_sent = |reason| Error::NotSent {
        reason,
        waited: minute,
    };
    let errors = [
        gave_up(9, 250, GaveUp::Exhausted),
        gave_up(1, 0, GaveUp::TimeUp { pause: minute }),
        gave_up(2, 1, GaveUp::Stopped),
        gave_up(4, 9, GaveUp::Unreachable),
        gave_up(1, 1, GaveUp::NoTurn),
        gave_up(2, 1, GaveUp::Final),
        not_sent(NotSent::TimeUp),
        not_sent(NotSent::Stopped),
        gave_up(4, 8, GaveUp::Faulty),
    ];
    let text: String = errors
        .iter()
        .map(|error| line(&diagnostic(error, "placing the order")))
        .collect();
    expect![[r#"
        Refused by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 429 without giving a reason.
          -> The call was tried 9 times within 250 seconds, as often as `max_retries` allows.
        Refused by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 429 without giving a reason.
          -> The call was tried once.
             The next attempt would come 60 seconds later, after the time of this operation; `timeouts` sets that time.
        Refused by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 429 without giving a reason.
          -> The call was tried 2 times within 1 second, until the run was interrupted.
        Refused by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 429 without giving a reason.
          -> The call was tried 4 times within 9 seconds.
             A connection that does not stand is tried four times at most, whatever `max_retries` allows.
        Refused by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 429 without giving a reason.
          -> The call was tried once, and had no further turn within the request limit of CertCentral in the time of this operation.
        Refused by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 429 without giving a reason.
          -> The call was tried 2 times within 1 second.
             An earlier attempt was not answered and may have taken effect; look before you try again.
        No turn within the request limit @ -
          The call for placing the order had no turn within the request limit of CertCentral in the time of this operation; it waited 60 seconds.
             Nothing was sent.
          -> Run the command again in some minutes; or give the operation more time in `timeouts`, lower the parallelism of the run, or let fewer runs use this API key at the same time.
        Interrupted @ -
          The run was interrupted while the call for placing the order waited for its turn or for its answer.
             It changed nothing.
        Refused by CertCentral @ -
          CertCentral refused placing the order.
             CertCentral answered 429 without giving a reason.
          -> The call was tried 4 times within 8 seconds.
             A call that is answered with 500 is tried four times at most, whatever `max_retries` allows.
    "#]].assert_eq(&text);
}

#[tokio::test]
async fn a_refused_connection_says_that_nothing_was_sent() {
    let client = samples::client("http://127.0.0.1:1/services/v2");
    let error = client.products().await.unwrap_err();
    let said = diagnostic(&error, "listing products");
    assert_eq!(said.summary, "CertCentral not reachable");
    assert!(
        said.detail.ends_with("Nothing was sent."),
        "{}",
        said.detail
    );
}

#[test]
fn a_field_points_at_the_innermost_argument() {
    for (field, expected) in [
        ("validity_years", Some("validity_years")),
        ("certificate.common_name", Some("common_name")),
        ("certificate.dns_names[1]", Some("dns_names")),
        ("certificate.server_platform.id", Some("server_platform_id")),
        ("order_validity.years", Some("order_validity.years")),
        ("organization.id", Some("organization.id")),
        (
            "organization.contacts[0].email",
            Some("organization.contacts"),
        ),
        ("organization.zip", Some("organization")),
        ("container.id", Some("container_id")),
        ("no_such_field", None),
        ("", None),
    ] {
        let found = field_argument(field).map(|path| path.to_string());
        assert_eq!(found.as_deref(), expected, "{field}");
    }
    let said = refusal("invalid_value:organization.id");
    assert_eq!(said.attribute.unwrap().to_string(), "organization.id");
}

#[test]
fn every_path_exists_in_the_schema() {
    let schema = crate::framework::Resource::schema(&SslOrder::new(std::sync::Arc::default()));
    let codes = ADVICE.iter().filter_map(|a| refusal(a.code).attribute);
    let fields = FIELDS.iter().filter_map(|(api, _)| field_argument(api));
    for path in codes.chain(fields) {
        let mut attributes = Some(&schema.attributes);
        for step in path.steps() {
            let Step::Attribute(name) = step else {
                panic!("{path}");
            };
            let found = attributes.and_then(|all| all.iter().find(|a| a.name == name));
            let found = found.unwrap_or_else(|| panic!("{path}"));
            attributes = match &found.kind {
                Kind::Nested(_, nested) => Some(nested),
                Kind::Plain(_) => None,
            };
        }
    }
}
