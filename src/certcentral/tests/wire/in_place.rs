//! Changes that set a value, the validation method, and domains.

use serde_json::{Value, json};

use super::{no_content, order, sent};
use crate::certcentral::tests::server::{Server, Turn, answer, json as json_answer};
use crate::certcentral::{Certainty, ContactUpdate, CustomFieldValue};

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

    for (enabled, word, number) in [(true, "enable", 1), (false, "disable", 0)] {
        let server = Server::start(vec![no_content()]).await;
        let client = server.client();
        client
            .update_renewal_notifications(order(), enabled)
            .await
            .unwrap();
        let path = format!("PUT /order/certificate/2147500123/renewal-emails/{word}");
        assert_eq!(sent(&server), (path, Value::Null));

        let server = Server::start(vec![no_content()]).await;
        let client = server.client();
        client.update_auto_reissue(order(), enabled).await.unwrap();
        let path = "PUT /order/certificate/2147500123/auto-reissue";
        let body = json!({"auto_reissue": number});
        assert_eq!(sent(&server), (path.to_owned(), body));
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
        let outcome = server.client().update_auto_reissue(order(), true).await;
        assert_eq!(outcome.unwrap_err().certainty(), Certainty::Unknown);
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
