//! Proxies: how their settings are written, what they refuse, and how often they hear a password.

use terraform_host::Workspace;

use super::front::{Front, Manner as FrontManner};
use super::proxy::{Manner, Proxy};
use super::{Network, PASSWORD, assert_says, order};
use crate::host::bed::warnings;

/// Everything but HTTP_PROXY, which is for calls that do not go over TLS.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

#[tokio::test]
async fn ten_first_connections_send_one_wrong_password_and_nothing_is_ordered() {
    let mut network = Network::new(FrontManner::Pass).await;
    let proxy = Proxy::start(network.front.port, Manner::Open(Some("user:right"))).await;
    let url = format!("http://user:{PASSWORD}@127.0.0.1:{}", proxy.port);
    let launch = network
        .launch()
        .env("HTTPS_PROXY", &url)
        .env("DIGICERT_MAX_RETRIES", "8");
    network.bed.terraform = Workspace::new(launch).parallelism(10);
    let orders: Vec<_> = (0..10).map(order).collect();
    let plan = network.bed.terraform.plan(&orders).await.unwrap();
    let applied = network.bed.terraform.apply(&plan.expect_valid()).await;
    let applied = applied.unwrap().expect_valid();
    let errors: Vec<_> = applied.report.errors().collect();
    assert!(applied.done.is_empty() && !errors.is_empty());
    for error in errors {
        assert_eq!(error.summary, "Proxy does not accept the credentials");
        let proxy = format!(
            "through the proxy 127.0.0.1:{} (from the environment variable HTTPS_PROXY): it \
             refused the connection with status 407.",
            proxy.port
        );
        assert_says(
            &error.detail,
            &[&proxy, "are not sent again in this run", "Nothing was sent"],
        );
    }
    let said = format!("{:?}", applied.report);
    assert!(!said.contains(PASSWORD), "{said}");
    assert_eq!(
        proxy.asked().len(),
        2,
        "the plan and the apply, a process each"
    );
    assert_eq!(network.bed.sandbox.journal().len(), 0);
}

#[tokio::test]
async fn the_right_password_opens_the_way_from_every_variable() {
    let mut network = Network::new(FrontManner::Pass).await;
    let proxy = Proxy::start(network.front.port, Manner::Open(Some("user:p@ss"))).await;
    // No scheme is http.
    for (variable, scheme) in VARIABLES.into_iter().zip(["http://", "", "http://", ""]) {
        let url = format!("{scheme}user:p%40ss@127.0.0.1:{}", proxy.port);
        let asked = proxy.asked().len();
        network.ordered(network.launch().env(variable, &url)).await;
        assert!(proxy.asked().len() > asked, "{variable}");
    }
}

#[tokio::test]
async fn a_refused_tunnel_is_told_with_its_status_and_the_setting() {
    let rows = [
        (
            Manner::Say("HTTP/1.1 403 No\r\n\r\n"),
            "Proxy refuses the connection to CertCentral",
            "with status 403.",
        ),
        (
            Manner::Say("HTTP/1.1 502 Bad\r\nX: y\r\n\r\n"),
            "Proxy refuses the connection to CertCentral",
            "with status 502.",
        ),
        (
            Manner::Say("HTTP/1.0 405 No\r\n\r\n"),
            "Proxy refuses the connection to CertCentral",
            "with status 405.",
        ),
        (
            Manner::Say("HTTP/1.1 407 No\r\n\r\n"),
            "Proxy does not accept the credentials",
            "with status 407.",
        ),
        (
            Manner::Say("SSH-2.0-OpenSSH_9\r\n\r\n"),
            "Proxy not usable",
            "is not HTTP.",
        ),
        (Manner::Say(""), "Proxy not reachable", "did not answer"),
    ];
    for (manner, summary, status) in rows {
        let mut network = Network::new(FrontManner::Pass).await;
        let proxy = Proxy::start(network.front.port, manner).await;
        let address = format!("127.0.0.1:{}", proxy.port);
        let url = format!("user:{PASSWORD}@{address}");
        let said = network
            .refused(network.launch().env("https_proxy", &url))
            .await;
        let named = format!("the proxy {address} (from the environment variable https_proxy)");
        assert_says(&said, &[summary, status, &named]);
    }
}

/// Nothing was sent, so that an order is sent once however often the way to it is tried.
#[tokio::test]
async fn a_tunnel_that_is_refused_for_a_moment_is_asked_for_again() {
    for answer in [
        "HTTP/1.1 503 Busy\r\n\r\n",
        "HTTP/1.1 429 Slow\r\n\r\n",
        "HTTP/1.1 521 Down\r\n\r\n",
    ] {
        let mut network = Network::new(FrontManner::Pass).await;
        let proxy = Proxy::start(network.front.port, Manner::SayFirst(2, answer)).await;
        let url = format!("http://127.0.0.1:{}", proxy.port);
        let launch = network.launch().env("HTTPS_PROXY", &url);
        network
            .ordered(launch.env("DIGICERT_MAX_RETRIES", "3"))
            .await;
        assert_eq!(network.bed.posts().len(), 1, "{answer}");
    }
}

#[tokio::test]
async fn a_tunnel_that_is_refused_for_good_is_asked_for_once() {
    let asked = async |answer: &'static str| {
        let mut network = Network::new(FrontManner::Pass).await;
        let proxy = Proxy::start(network.front.port, Manner::Say(answer)).await;
        let url = format!("http://127.0.0.1:{}", proxy.port);
        let launch = network.launch().env("HTTPS_PROXY", &url);
        let said = network
            .refused(launch.env("DIGICERT_MAX_RETRIES", "1"))
            .await;
        assert_says(&said, &["Proxy refuses the connection to CertCentral"]);
        proxy.asked().len()
    };
    let once = asked("HTTP/1.1 403 No\r\n\r\n").await;
    assert_eq!(asked("HTTP/1.1 501 No\r\n\r\n").await, once);
    // What a plan asks for the reviewer is asked for once in any case.
    assert_eq!(asked("HTTP/1.1 504 Slow\r\n\r\n").await, once + 1);
}

#[tokio::test]
async fn a_proxy_that_speaks_tls_opens_the_way() {
    let mut network = Network::new(FrontManner::Pass).await;
    let proxy = Proxy::start(network.front.port, Manner::Open(Some("user:p@ss"))).await;
    let tls = network.authority.server("localhost", 2020, 2090);
    let behind = format!("http://127.0.0.1:{}/", proxy.port);
    let front = Front::start(&behind, tls, FrontManner::Pass).await;
    let url = format!("https://user:p%40ss@localhost:{}", front.port);
    network
        .ordered(network.launch().env("HTTPS_PROXY", &url))
        .await;
    assert!(!proxy.asked().is_empty());
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named_and_not_certcentral() {
    let mut network = Network::new(FrontManner::Pass).await;
    let url = format!("http://user:{PASSWORD}@proxy.invalid:3128");
    let said = network
        .refused(network.launch().env("HTTPS_PROXY", &url))
        .await;
    let named = "through the proxy proxy.invalid:3128 (from the environment variable HTTPS_PROXY): \
        its host name was not found";
    assert_says(&said, &["Proxy not reachable", named]);
    assert!(!said.contains("base_url"), "{said}");

    let url = format!("https://user:{PASSWORD}@127.0.0.1:{}", network.front.port);
    let launch = network.launch_without_bundle().env("HTTPS_PROXY", &url);
    let said = network.refused(launch).await;
    assert_says(
        &said,
        &[
            "Proxy not usable",
            "the TLS handshake with it failed",
            "`http://`",
        ],
    );
}

#[tokio::test]
async fn a_variable_that_cannot_be_used_is_an_error_where_it_would_be_used() {
    let mut network = Network::new(FrontManner::Pass).await;
    let url = format!("socks5://user:{PASSWORD}@127.0.0.1:1080");
    for variable in VARIABLES {
        let said = network.refused(network.launch().env(variable, &url)).await;
        let named =
            format!("the environment variable {variable} names a proxy that cannot be used");
        assert_says(&said, &["Proxy of the environment not usable", &named]);
    }
    // Where it is not used it is no error.
    network
        .ordered(network.launch().env("HTTP_PROXY", &url))
        .await;
    let around = network
        .launch()
        .env("HTTPS_PROXY", &url)
        .env("NO_PROXY", "localhost");
    network.ordered(around).await;
}

/// The order is there twice, because the proxy sent its POST twice: both are told.
#[tokio::test]
async fn a_gateway_that_repeats_a_post_buys_two_orders_that_are_both_named() {
    let mut network = Network::new(FrontManner::RepeatPosts).await;
    let applied = network.apply(network.launch(), &[order(0)]).await;
    assert!(!applied.report.failed(), "{:?}", applied.report);
    let ids: Vec<_> = network
        .bed
        .sandbox
        .orders()
        .iter()
        .map(|order| order.id)
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(
        warnings(&applied.report),
        [
            "This apply places a paid order",
            "Order placed twice by two runs"
        ]
    );
    let said = format!("{:?}", applied.report);
    for id in ids {
        assert!(said.contains(&id.to_string()), "{said}");
    }
}
