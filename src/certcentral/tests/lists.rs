//! Filters and pages as they go over the wire, and the look-up by reference.

use time::macros::date;

use super::server::{Server, Turn, answer, json};
use crate::certcentral::http::paging::MAX_PAGES;
use crate::certcentral::*;

/// The request lines that a server has seen.
fn targets(server: &Server) -> Vec<String> {
    server
        .requests()
        .iter()
        .filter_map(|request| request.split(" HTTP/1.1").next())
        .map(str::to_owned)
        .collect()
}

fn page(ids: &[i64], total: i64) -> Turn {
    let orders: Vec<_> = ids
        .iter()
        .map(|id| serde_json::json!({"order_id": id, "status": "pending"}))
        .collect();
    let body = serde_json::json!({"orders": orders, "page": {"total": total}});
    json("200 OK", &body.to_string())
}

#[tokio::test]
async fn filters_and_paging_are_written_as_the_api_reads_them() {
    let list = include_str!("../../../tests/fixtures/certcentral/list_orders.json");
    let server = Server::start(vec![json("200 OK", list)]).await;
    let filter = OrderFilter {
        common_name: Some("*.example.com".to_owned()),
        product_name_id: Some("ssl_basic".to_owned()),
        organization_id: Some(778_812.try_into().unwrap()),
        statuses: vec![OrderStatus::Issued, OrderStatus::Pending],
        date_created: Some((date!(2026 - 07 - 25), date!(2026 - 08 - 02))),
        ..OrderFilter::default()
    };
    let orders = server.client().orders(&filter).await.unwrap();
    let ids: Vec<_> = orders.iter().map(|order| order.id.get()).collect();
    assert_eq!(ids, [2_147_500_123, 2_147_500_116, 2_147_500_082]);

    let target = &targets(&server)[0];
    let query = target.split_once('?').unwrap().1;
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let expected = [
        ("filters[common_name]", "*.example.com"),
        ("filters[product_name_id]", "ssl_basic"),
        ("filters[organization_id]", "778812"),
        ("filters[date_created]", "2026-07-25...2026-08-02"),
        ("filters[status][0]", "issued"),
        ("filters[status][1]", "pending"),
        ("sort", "-date_created"),
        ("offset", "0"),
        ("limit", "1000"),
    ];
    assert_eq!(
        pairs,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn pages_are_read_to_the_total_and_an_order_on_two_pages_counts_once() {
    let server = Server::start(vec![page(&[1, 2], 4), page(&[2, 3], 4)]).await;
    let found = server.client().orders_by_alternative_id("t").await.unwrap();
    let ids: Vec<_> = found.iter().map(|order| order.order_id.get()).collect();
    assert_eq!(ids, [1, 2, 3]);
    assert_eq!(
        targets(&server),
        [
            "GET /services/v2/order/alternate/t?offset=0&limit=1000",
            "GET /services/v2/order/alternate/t?offset=2&limit=1000"
        ]
    );
}

#[tokio::test]
async fn an_empty_page_ends_a_list_whose_total_is_wrong() {
    let server = Server::start(vec![page(&[1], 9), page(&[], 9)]).await;
    let found = server.client().orders_by_alternative_id("t").await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_list_that_shows_nothing_of_what_it_has_is_an_error() {
    let cut_off = r#"{"page":{"total":1}}"#;
    let server = Server::start(vec![page(&[], 9), json("200 OK", cut_off)]).await;
    for total in [9, 1] {
        let error = server.client().orders_by_alternative_id("t").await;
        assert_eq!(
            error.unwrap_err().to_string(),
            format!("the list of order/alternate/t shows none of its {total} items")
        );
    }
}

/// `{}` is an empty list if the API says it.
#[tokio::test]
async fn another_success_than_200_is_no_list() {
    for status in [
        "201 Created",
        "202 Accepted",
        "203 Non-Authoritative Information",
    ] {
        let server = Server::start(vec![json(status, "{}"), json(status, "{}")]).await;
        let client = server.client();
        let errors = [
            client.orders_by_alternative_id("t").await.unwrap_err(),
            client.orders(&OrderFilter::default()).await.unwrap_err(),
        ];
        for error in errors {
            let code = &status[..3];
            let said = format!(
                "answered {code} with JSON of an unknown shape (a GET is answered with 200): \
                 \"{{}}\""
            );
            assert!(error.to_string().ends_with(&said), "{error}");
        }
    }
}

#[tokio::test]
async fn a_list_without_end_is_an_error() {
    let turns = (0..MAX_PAGES).map(|_| page(&[1], 1_000_000)).collect();
    let server = Server::start(turns).await;
    let error = server.client().orders_by_alternative_id("t").await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "the list of order/alternate/t did not end after 200 pages"
    );
}

#[tokio::test]
async fn no_order_is_written_in_three_ways() {
    let not_found = include_str!("../../../tests/fixtures/certcentral/error_404_generic.json");
    let turns = vec![
        json("404 Not Found", not_found),
        json("200 OK", "{}"),
        json("200 OK", r#"{"orders":[],"page":{"total":0}}"#),
    ];
    let server = Server::start(turns).await;
    let client = server.client();
    for _ in 0..3 {
        assert_eq!(client.orders_by_alternative_id("t").await.unwrap(), []);
    }
}

#[tokio::test]
async fn what_is_not_the_apis_not_found_is_never_taken_for_no_order() {
    let route = include_str!("../../../tests/fixtures/certcentral/error_404_route.json");
    let turns = vec![
        json("404 Not Found", route),
        Turn::Answer(answer("404 Not Found", "text/html", b"<html></html>")),
        Turn::Answer(answer("404 Not Found", "text/plain", b"")),
        Turn::Answer(answer("200 OK", "application/json", b"")),
        json(
            "403 Forbidden",
            r#"{"errors":[{"code":"access_denied|missing_permission"}]}"#,
        ),
    ];
    let server = Server::start(turns).await;
    let client = server.client();
    for status in [404, 404, 404, 200, 403] {
        let error = client.orders_by_alternative_id("t").await.unwrap_err();
        assert_eq!(error.status(), Some(status));
    }
    for reference in ["", ".", ".."] {
        let error = client.orders_by_alternative_id(reference).await;
        assert_eq!(error.unwrap_err().certainty(), Certainty::NothingHappened);
    }
    assert_eq!(server.requests().len(), 5);
}

/// A success that shows no orders is believed only where the API writes "none" like that.
#[tokio::test]
async fn what_shows_no_list_is_never_taken_for_no_order() {
    let refusal = r#"{"errors":[{"code":"internal_error","message":"Later."}]}"#;
    let beside = r#"{"errors":{"code":"internal_error"},"orders":[],"page":{"total":0}}"#;
    let bodies = [
        (refusal, true),
        (beside, true),
        (r#"{"errors":"Later.","orders":[]}"#, true),
        (r#"{"errors":[5],"orders":[]}"#, true),
        (r#"{"message":"Later."}"#, false),
        (r#"{"errors":[]}"#, false),
        (r#"{"error":"Later."}"#, false),
        (r#"{"data":{"orders":[]}}"#, false),
        (r#"{"orders":"none"}"#, false),
        (r#"{"orders":[{}]}"#, false),
        ("[]", false),
        ("[[]]", false),
        ("null", false),
        ("0", false),
        (r#""""#, false),
        ("false", false),
    ];
    for (body, is_refusal) in bodies {
        let server = Server::start(vec![json("200 OK", body), json("200 OK", body)]).await;
        let client = server.client();
        let errors = [
            client.orders_by_alternative_id("t").await.unwrap_err(),
            client.orders(&OrderFilter::default()).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.status(), Some(200), "{body}");
            assert_eq!(error.api().is_some(), is_refusal, "{body}: {error}");
            assert_eq!(error.certainty(), Certainty::Unknown, "{body}");
        }
    }
}

/// A 404 means "none" only in the API's own code for it.
#[tokio::test]
async fn another_404_is_never_taken_for_no_order() {
    let none = [
        r#"{"errors":[{"code":"not_found|order","message":"None."}]}"#,
        r#"{"errors":{"code":"not_found","message":"None."}}"#,
    ];
    for body in none {
        let server = Server::start(vec![json("404 Not Found", body)]).await;
        let found = server.client().orders_by_alternative_id("t").await;
        assert_eq!(found.unwrap(), [], "{body}");
    }
    let others = [
        "{}",
        "[]",
        r#"{"errors":[]}"#,
        r#"{"message":"Not Found"}"#,
        r#"{"orders":[]}"#,
        r#"{"errors":[{"code":"not_found|container","message":"No."}]}"#,
        r#"{"errors":[{"code":"not_found|order"},{"code":"internal_error"}]}"#,
        r#"{"errors":[{"message":"not_found"}]}"#,
    ];
    for body in others {
        let server = Server::start(vec![json("404 Not Found", body)]).await;
        let error = server.client().orders_by_alternative_id("t").await;
        assert_eq!(error.unwrap_err().status(), Some(404), "{body}");
    }
}
