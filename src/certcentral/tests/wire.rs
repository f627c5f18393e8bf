//! How the calls that change an order look on the wire, and what their answers are taken for.

use serde_json::{Value, json};

use super::server::{Server, Turn, answer, json as json_answer};
use crate::certcentral::*;

const NO_CONTENT: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

fn no_content() -> Turn {
    Turn::Answer(NO_CONTENT.to_vec())
}

fn order() -> OrderId {
    2_147_500_123.try_into().unwrap()
}

fn certificate() -> NewCertificate {
    NewCertificate {
        common_name: "shop.example.com".to_owned(),
        dns_names: vec!["api.example.com".to_owned()],
        csr: "<csr>".to_owned(),
        signature_hash: "sha256".to_owned(),
        organization_units: vec!["Shop".to_owned()],
        profile_option: Some("server_auth_only_eku".to_owned()),
        ca_cert_id: Some("3EE6E4F6856DF7FC".to_owned()),
        cert_validity: Some(Validity::Days(90)),
        ..NewCertificate::default()
    }
}

/// Method, path below the base, and body of the only request that the server saw.
fn sent(server: &Server) -> (String, Value) {
    let [request] = &server.requests()[..] else {
        panic!("not one request: {:?}", server.requests());
    };
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let line = head.lines().next().unwrap();
    let line = line.trim_end_matches(" HTTP/1.1");
    let length = format!("content-length: {}", body.len());
    assert!(head.to_lowercase().contains(&length), "{head}");
    let body = match body {
        "" => Value::Null,
        body => serde_json::from_str(body).unwrap(),
    };
    (line.replace("/services/v2", ""), body)
}

#[tokio::test]
async fn a_reissue_is_sent_once_and_answered_like_an_order() {
    let created = r#"{"id":2147500123,"requests":[{"id":4400121}]}"#;
    let server = Server::start(vec![json_answer("201 Created", created)]).await;
    let mut reissue = Reissue::new(certificate());
    reissue.comments = Some("key rotation".to_owned());
    reissue.dcv_method = Some("dns-txt-token".to_owned());
    let placed = server.client().reissue_order(order(), &reissue).await;
    let placed = placed.unwrap();
    assert_eq!((placed.id, placed.certificate_id), (order(), None));
    assert_eq!(placed.requests[0].id.get(), 4_400_121);
    let (line, body) = sent(&server);
    assert_eq!(line, "POST /order/certificate/2147500123/reissue");
    assert_eq!(
        body,
        json!({
            "certificate": {
                "common_name": "shop.example.com", "dns_names": ["api.example.com"],
                "csr": "<csr>", "signature_hash": "sha256", "organization_units": ["Shop"],
                "profile_option": "server_auth_only_eku", "ca_cert_id": "3EE6E4F6856DF7FC",
                "cert_validity": {"days": 90}
            },
            "comments": "key rotation",
            "dcv_method": "dns-txt-token"
        })
    );
}

#[tokio::test]
async fn a_duplicate_is_sent_once_and_answered_like_an_order() {
    let created = r#"{"id":2147500123,"certificate_id":3001200389}"#;
    let server = Server::start(vec![json_answer("201 Created", created)]).await;
    let mut duplicate = Duplicate::new(certificate());
    duplicate.skip_approval = Some(true);
    let placed = server.client().duplicate_order(order(), &duplicate).await;
    let placed = placed.unwrap();
    assert_eq!(placed.certificate_id, 3_001_200_389.try_into().ok());
    let (line, body) = sent(&server);
    assert_eq!(line, "POST /order/certificate/2147500123/duplicate");
    assert_eq!(body["skip_approval"], true);
    assert_eq!(body["certificate"]["csr"], "<csr>");
}

#[tokio::test]
async fn what_must_not_be_repeated_takes_no_connection_that_is_already_open() {
    let placed = br#"{"id":2147500123}"#;
    let placed = answer("201 Created", "application/json", placed);
    // The server keeps each connection open, so a client that shares them would need only one.
    let server = Server::start(vec![
        Turn::Keep(placed),
        Turn::Keep(NO_CONTENT.to_vec()),
        Turn::Keep(NO_CONTENT.to_vec()),
    ])
    .await;
    let client = server.revoking_client();
    let reissue = Reissue::new(certificate());
    client.reissue_order(order(), &reissue).await.unwrap();
    let revocation = Revocation::default();
    client.revoke_order(order(), &revocation).await.unwrap();
    client.revoke_order(order(), &revocation).await.unwrap();
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_revocation_is_done_by_a_204_and_only_requested_by_a_201() {
    let server = Server::start(vec![no_content()]).await;
    let revocation = Revocation {
        comments: Some("retired".to_owned()),
        skip_approval: Some(true),
        revocation_reason: Some(RevocationReason::KeyCompromise),
    };
    let revoked = server
        .revoking_client()
        .revoke_order(order(), &revocation)
        .await;
    assert_eq!(revoked.unwrap(), Revoked::Done);
    let (line, body) = sent(&server);
    assert_eq!(line, "PUT /order/certificate/2147500123/revoke");
    let expected =
        json!({"comments": "retired", "skip_approval": true, "revocation_reason": "keyCompromise"});
    assert_eq!(body, expected);

    for word in ["pending", "submitted"] {
        let created = format!(r#"{{"id":4400132,"type":"revoke","status":"{word}"}}"#);
        let server = Server::start(vec![json_answer("201 Created", &created)]).await;
        let certificate = 3_001_200_345.try_into().unwrap();
        let revoked = server
            .revoking_client()
            .revoke_certificate(certificate, &Revocation::default())
            .await;
        let Revoked::Requested(request) = revoked.unwrap() else {
            panic!("taken for revoked");
        };
        assert_eq!(request.id.get(), 4_400_132);
        assert_eq!(request.status, RequestStatus::from(word));
        let expected = "PUT /certificate/3001200345/revoke".to_owned();
        assert_eq!(sent(&server), (expected, json!({})));
    }
}

#[tokio::test]
async fn an_answer_without_a_body_is_no_revocation_unless_it_is_a_204() {
    for status in ["200 OK", "201 Created"] {
        let server = Server::start(vec![json_answer(status, "")]).await;
        let revoked = server
            .revoking_client()
            .revoke_order(order(), &Revocation::default())
            .await;
        assert_eq!(revoked.unwrap_err().certainty(), Certainty::Unknown);
    }
}

#[tokio::test]
async fn canceling_falls_back_to_the_former_word_once() {
    let refusal = r#"{"errors":[{"code":"invalid_value:status","message":"No."}]}"#;
    let body = |word: &str| format!(r#"{{"status":"{word}","note":"why","send_emails":false}}"#);
    let bodies = |server: &Server| -> Vec<String> {
        let requests = server.requests();
        requests
            .iter()
            .filter_map(|request| request.split_once("\r\n\r\n"))
            .map(|(_, body)| body.to_owned())
            .collect()
    };

    let server = Server::start(vec![no_content()]).await;
    server.client().cancel_order(order(), "why").await.unwrap();
    assert_eq!(bodies(&server), [body("canceled")]);
    let target = "PUT /services/v2/order/certificate/2147500123/status HTTP/1.1";
    assert!(server.requests()[0].starts_with(target));

    let server = Server::start(vec![json_answer("400 Bad Request", refusal), no_content()]).await;
    server.client().cancel_order(order(), "why").await.unwrap();
    assert_eq!(bodies(&server), [body("canceled"), body("CANCELED")]);

    let refusals = || json_answer("400 Bad Request", refusal);
    let server = Server::start(vec![refusals(), refusals()]).await;
    let error = server.client().cancel_order(order(), "why").await;
    assert!(
        error
            .unwrap_err()
            .api()
            .unwrap()
            .has("invalid_value:status")
    );

    let other = r#"{"errors":[{"code":"invalid_status","message":"No."}]}"#;
    let server = Server::start(vec![json_answer("400 Bad Request", other)]).await;
    assert!(server.client().cancel_order(order(), "why").await.is_err());
    assert_eq!(server.requests().len(), 1, "another refusal is final");
}

#[test]
fn every_revocation_reason_is_written_as_documented() {
    use RevocationReason::{
        AffiliationChanged, CessationOfOperation, KeyCompromise, Superseded, Unspecified,
    };
    let table = [
        (Unspecified, "unspecified"),
        (KeyCompromise, "keyCompromise"),
        (AffiliationChanged, "affiliationChanged"),
        (Superseded, "superseded"),
        (CessationOfOperation, "cessationOfOperation"),
    ];
    for (reason, word) in table {
        assert_eq!(serde_json::to_value(reason).unwrap(), word);
    }
}

#[tokio::test]
async fn changes_in_place_have_the_documented_paths_and_bodies() {
    let server = Server::start(vec![no_content()]).await;
    let client = server.client();
    client.update_additional_emails(order(), &[]).await.unwrap();
    let path = "PUT /order/certificate/2147500123/additional-emails";
    assert_eq!(
        sent(&server),
        (path.to_owned(), json!({"additional_emails": []}))
    );

    let server = Server::start(vec![no_content()]).await;
    let field = CustomFieldValue {
        metadata_id: 112,
        value: "CC-4711".to_owned(),
    };
    let client = server.client();
    client.update_custom_field(order(), &field).await.unwrap();
    let path = "POST /order/certificate/2147500123/custom-field";
    let body = json!({"metadata_id": 112, "value": "CC-4711"});
    assert_eq!(sent(&server), (path.to_owned(), body));

    for (enabled, word) in [(true, "enable"), (false, "disable")] {
        let server = Server::start(vec![no_content()]).await;
        let client = server.client();
        client
            .update_renewal_notifications(order(), enabled)
            .await
            .unwrap();
        let path = format!("PUT /order/certificate/2147500123/renewal-emails/{word}");
        assert_eq!(sent(&server), (path, Value::Null));
    }

    let server = Server::start(vec![no_content()]).await;
    let contact = ContactUpdate {
        contact_type: "technical_contact".to_owned(),
        telephone_extension: Some("7".to_owned()),
        ..ContactUpdate::default()
    };
    let client = server.client();
    client.update_contacts(order(), &[contact]).await.unwrap();
    let path = "PUT /order/certificate/2147500123/contact";
    let contact = json!({"contact_type": "technical_contact", "telephone_extension": "7"});
    let body = json!({ "contacts": [contact] });
    assert_eq!(sent(&server), (path.to_owned(), body));
}

#[tokio::test]
async fn a_page_or_an_error_that_is_sent_as_success_is_no_change() {
    let page = answer("200 OK", "text/html", b"<html>Log in</html>");
    let error = r#"{"errors":[{"code":"invalid_status","message":"No."}]}"#;
    for turn in [Turn::Answer(page), json_answer("200 OK", error)] {
        let server = Server::start(vec![turn]).await;
        let client = server.client();
        let result = client.update_renewal_notifications(order(), true).await;
        assert_eq!(result.unwrap_err().certainty(), Certainty::Unknown);
    }
}

#[tokio::test]
async fn a_changed_validation_method_answers_its_random_value_if_it_has_one() {
    let value =
        r#"{"dcv_random_value":"9kq2vxn4tj","expiration_date":"2026-05-14T09:12:40+00:00"}"#;
    let server = Server::start(vec![json_answer("200 OK", value)]).await;
    let client = server.client();
    let changed = client.update_dcv_method(order(), "dns-txt-token").await;
    assert_eq!(changed.unwrap().unwrap().dcv_random_value, "9kq2vxn4tj");
    let path = "PUT /order/certificate/2147500123/dcv-method";
    let body = json!({"dcv_method": "dns-txt-token"});
    assert_eq!(sent(&server), (path.to_owned(), body));

    let server = Server::start(vec![no_content()]).await;
    let changed = server.client().update_dcv_method(order(), "email").await;
    assert_eq!(changed.unwrap(), None);
}

#[tokio::test]
async fn domains_are_read_one_by_one_and_as_a_list() {
    let domain = r#"{"id":"901144","name":"example.com","is_active":"1","organization":[]}"#;
    let server = Server::start(vec![json_answer("200 OK", domain)]).await;
    let read = server
        .client()
        .domain(901_144.try_into().unwrap())
        .await
        .unwrap();
    assert_eq!((read.id.get(), read.is_active), (901_144, true));
    assert_eq!(read.organization, None);
    let path = "GET /domain/901144?include_dcv=true&include_validation=true";
    assert!(
        server.requests()[0]
            .replace("/services/v2", "")
            .starts_with(path)
    );

    let list = format!(r#"{{"domains":[{domain}],"page":{{"total":1}}}}"#);
    let server = Server::start(vec![json_answer("200 OK", &list)]).await;
    let container = 60_412.try_into().ok();
    let domains = server.client().domains(container).await.unwrap();
    assert_eq!(domains, [read]);
    let path = "GET /domain?container_id=60412&";
    assert!(
        server.requests()[0]
            .replace("/services/v2", "")
            .starts_with(path)
    );
}
