//! A bare HTTP client of the sandbox. It knows no field names: tests write the bodies they mean.

use certcentral_sandbox::{Approval, Behavior, Issuance, Sandbox, Settings};
use rcgen::{CertificateParams, KeyPair};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use time::macros::datetime;

/// A sandbox and a client with a key for it.
pub(crate) struct Client {
    pub(crate) sandbox: Sandbox,
    http: reqwest::Client,
    pub(crate) key: &'static str,
}

impl Client {
    pub(crate) fn of(settings: Settings) -> Self {
        Self {
            sandbox: Sandbox::start(settings).unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            key: "sandbox-flows",
        }
    }

    /// A client of an account with these settings, whose clock stands still.
    pub(crate) fn of_account(approval: Approval, issuance: Issuance) -> Self {
        Self::of(Settings {
            start_at: Some(datetime!(2026-04-14 09:12:38 UTC)),
            behavior: Behavior {
                approval,
                issuance,
                ..Behavior::default()
            },
            ..Settings::default()
        })
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Result<Response> {
        let url = format!("{}{path}", self.sandbox.base_url());
        let mut request = self
            .http
            .request(method, url)
            .header("X-DC-DEVKEY", self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    /// Status and JSON body; `null` when the body is empty.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let response = self.send(method, path, body).await.unwrap();
        let status = response.status();
        let bytes = response.bytes().await.unwrap();
        let value = match bytes.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&bytes).unwrap(),
        };
        (status, value)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// Places an order and returns the answer to it.
    pub(crate) async fn order(&self, product: &str, body: &Value) -> (StatusCode, Value) {
        let path = format!("/order/certificate/{product}");
        self.call(Method::POST, &path, Some(body)).await
    }

    /// Calls the control interface.
    pub(crate) async fn control(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.sandbox.control_url());
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

/// A new P-256 key's signing request, with a name that the API ignores.
pub(crate) fn new_csr() -> (KeyPair, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["ignored.example.com".to_owned()]).unwrap();
    let csr = params.serialize_request(&key).unwrap().pem().unwrap();
    (key, csr)
}

/// The example body of the seed page with a real signing request and without `skip_approval`.
pub(crate) fn seed_body(csr: &str) -> Value {
    json!({
        "certificate": {
            "common_name": "example.com",
            "dns_names": ["sub.example.com", "app.example.com"],
            "csr": csr,
            "server_platform": { "id": 45 },
            "signature_hash": "sha256",
            "organization_units": ["Accounting department"],
        },
        "validity_years": 2,
        "comments": "Message for the approver",
        "disable_renewal_notifications": true,
        "locale": "en",
        "payment_method": "balance",
        "organization": { "id": 123_456 },
        "custom_fields": [{ "metadata_id": 11, "value": "Invoice #00001" }],
    })
}
