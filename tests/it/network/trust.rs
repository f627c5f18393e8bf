//! Roots and certificates: what is trusted, what is not, and which setting is to blame.

use std::fs;

use super::front::{Authority, Front, Manner};
use super::{Network, assert_says};

#[tokio::test]
async fn a_certificate_of_every_wrong_kind_says_what_is_wrong_with_it() {
    let rows = [
        (
            "localhost",
            2020,
            2021,
            "Certificate of CertCentral's host has expired",
            "The clock of this machine says",
        ),
        (
            "localhost",
            2080,
            2090,
            "Certificate of CertCentral's host not valid yet",
            "The clock of this machine says",
        ),
        (
            "other.example.com",
            2020,
            2090,
            "Certificate is for another host",
            "Check `base_url`",
        ),
    ];
    for (host, from, until, summary, advice) in rows {
        let mut network = Network::new(Manner::Pass).await;
        let tls = network.authority.server(host, from, until);
        network.front = Front::start(&network.bed.sandbox.base_url(), tls, Manner::Pass).await;
        let said = network.refused(network.launch()).await;
        assert_says(&said, &[summary, advice, "Nothing was sent."]);
        assert!(!said.contains("ca_bundle_file"), "{said}");
    }
}

#[tokio::test]
async fn an_inspected_connection_leads_to_the_bundle_and_to_what_hides_the_roots() {
    let mut network = Network::new(Manner::Pass).await;
    // A folder of roots that are not the system's.
    let other = Authority::new().pem();
    fs::create_dir(network.file("roots")).unwrap();
    fs::write(network.file("roots/other.pem"), &other).unwrap();
    fs::write(network.file("other.pem"), &other).unwrap();
    let not_trusted = "Certificate of CertCentral's host not trusted";

    for (variable, file) in [("SSL_CERT_DIR", "roots"), ("SSL_CERT_FILE", "other.pem")] {
        let path = network.file(file);
        let launch = network.launch_without_bundle().env(variable, &path);
        let said = network.refused(launch).await;
        let hidden = format!(
            "The environment variable {variable} is {path:?}, so that the system's own root \
             certificates are not used"
        );
        assert_says(
            &said,
            &[
                not_trusted,
                &hidden,
                "set `ca_bundle_file` (or DIGICERT_CA_BUNDLE)",
            ],
        );
    }
    let launch = network
        .launch()
        .env("DIGICERT_CA_BUNDLE", &network.file("other.pem"));
    let said = network.refused(launch).await;
    assert_says(
        &said,
        &[not_trusted, "is missing in the file of `ca_bundle_file`"],
    );
    let launch = network.launch().env("SSL_CERT_DIR", &network.file("roots"));
    network.ordered(launch).await;
}

#[tokio::test]
async fn no_roots_at_all_name_the_variable_that_is_to_blame() {
    for (variable, file, reason) in [
        (
            "SSL_CERT_FILE",
            "missing.pem",
            "which cannot be read: No such file or directory",
        ),
        (
            "SSL_CERT_FILE",
            "roots.der",
            "which holds no certificate in PEM",
        ),
        (
            "SSL_CERT_DIR",
            "missing",
            "which cannot be read: No such file or directory",
        ),
        (
            "SSL_CERT_DIR",
            "empty",
            "where no file holds a certificate in PEM",
        ),
    ] {
        let mut network = Network::new(Manner::Pass).await;
        fs::write(network.file("roots.der"), network.authority.der()).unwrap();
        fs::create_dir(network.file("empty")).unwrap();
        let path = network.file(file);
        let launch = network.launch_without_bundle().env(variable, &path);
        let said = network.refused(launch).await;
        let named = format!("the environment variable {variable} names {path:?}, {reason}");
        assert_says(&said, &["No root certificates to trust", &named]);
        assert!(!said.contains("bug"), "{said}");
        network.ordered(network.launch().env(variable, &path)).await;
    }
}

#[tokio::test]
async fn a_bundle_is_trusted_as_der_and_with_a_byte_order_mark() {
    let mut network = Network::new(Manner::Pass).await;
    let pem = network.authority.pem();
    let utf16 = "\u{feff}".to_owned() + &pem;
    let files = [
        network.authority.der(),
        [b"\xef\xbb\xbf", pem.as_bytes()].concat(),
        utf16.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    for bytes in files {
        fs::write(network.file("bundle"), bytes).unwrap();
        let launch = network
            .launch()
            .env("DIGICERT_CA_BUNDLE", &network.file("bundle"));
        network.ordered(launch).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_before_tls_proves_that_nothing_was_sent() {
    let mut network = Network::new(Manner::CutBeforeTls).await;
    let said = network.refused(network.launch()).await;
    assert_says(&said, &["CertCentral not reachable", "Nothing was sent."]);
}

#[tokio::test]
async fn a_connection_that_is_cut_after_the_request_is_told_as_broken() {
    let mut network = Network::new(Manner::CutAfterRequest).await;
    let said = network.refused(network.launch()).await;
    assert_says(&said, &["connection broken while calling localhost"]);
}
