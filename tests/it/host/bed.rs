//! One sandbox, one workspace on the built binary, and one order: what every test of an order's
//! life starts with.

use std::sync::LazyLock;

use certcentral_sandbox::{Behavior, Entry, Route, Sandbox, Settings};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::{Value as Json, json};
use terraform_host::{Applied, Launch, Plan, Report, Resource, Workspace};

/// The address of the order.
pub(crate) const SHOP: &str = "digicert_ssl_order.shop";
/// The one route that costs money.
pub(crate) const ORDER: &str = "POST /order/certificate/*";

/// The call that lists the orders of the account.
pub(crate) const LIST: &str = "GET /order/certificate";

/// The call that asks what an order costs.
pub(crate) const PRICE: &str = "POST /finance/order-pricing";

/// The signing request of every order that sets no other. Its key is nobody's.
pub(crate) static CSR: LazyLock<String> = LazyLock::new(new_csr);

/// A sandbox and a workspace that orders there.
pub(crate) struct Bed {
    pub(crate) sandbox: Sandbox,
    pub(crate) terraform: Workspace,
}

impl Bed {
    /// An account that issues at once.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// An account that treats orders as told.
    pub(crate) fn with(change: impl FnOnce(&mut Behavior)) -> Self {
        let mut settings = Settings {
            // The day on which a test runs must not decide how long a certificate lasts.
            max_certificate_days: Some(199),
            ..Settings::default()
        };
        change(&mut settings.behavior);
        Self::of(settings)
    }

    /// A sandbox that is started as told.
    pub(crate) fn of(settings: Settings) -> Self {
        let sandbox = Sandbox::start(settings).unwrap();
        let terraform = Workspace::new(launch(&sandbox));
        Self { sandbox, terraform }
    }

    /// The same account with an empty state: what another machine, or a lost state file, sees.
    pub(crate) fn forget_state(&mut self) {
        self.terraform = Workspace::new(launch(&self.sandbox));
    }

    /// Plans one order.
    pub(crate) async fn plan(&mut self, config: &Json) -> Plan {
        let shop = [Resource::new(SHOP, config.clone())];
        self.terraform.plan(&shop).await.unwrap().expect_valid()
    }

    /// Plans one order and applies the plan, which must be a good one.
    pub(crate) async fn apply(&mut self, config: &Json) -> Applied {
        let plan = self.plan(config).await.expect_success();
        self.terraform.apply(&plan).await.unwrap().expect_valid()
    }

    /// Plans the destroy and applies it.
    pub(crate) async fn destroy(&mut self) -> Applied {
        self.terraform.destroy().await.unwrap().expect_valid()
    }

    /// The state of the order.
    pub(crate) fn order(&self) -> &Json {
        self.terraform.attributes(SHOP).unwrap()
    }

    /// The order id in state.
    pub(crate) fn order_id(&self) -> u64 {
        self.order()["order_id"].as_u64().unwrap()
    }

    /// Method and path of every request since the first `seen`.
    pub(crate) fn calls_after(&self, seen: usize) -> Vec<String> {
        let journal = self.sandbox.journal();
        journal[seen..]
            .iter()
            .map(|entry| format!("{} {}", entry.method, entry.path))
            .collect()
    }

    /// How many requests there were so far.
    pub(crate) fn seen(&self) -> usize {
        self.sandbox.journal().len()
    }

    /// Every order POST so far, whatever became of it.
    pub(crate) fn posts(&self) -> Vec<Entry> {
        let mut journal = self.sandbox.journal();
        journal.retain(|entry| {
            let product = entry.path.strip_prefix("/order/certificate/");
            entry.method == "POST" && product.is_some_and(|product| !product.contains('/'))
        });
        journal
    }

    /// The body of the only order POST.
    pub(crate) fn posted(&self) -> Json {
        let posts = self.posts();
        assert_eq!(posts.len(), 1, "order POSTs");
        posts[0].request.clone()
    }

    /// Places an order without Terraform, as a colleague does in the web console.
    pub(crate) async fn order_by_hand(&self, product: &str, body: &Json) -> u64 {
        let url = format!("{}/order/certificate/{product}", self.sandbox.base_url());
        let answer = http()
            .post(url)
            .header("X-DC-DEVKEY", "sandbox-by-hand")
            .json(body);
        let answer = answer.send().await.unwrap().text().await.unwrap();
        let answer: Json = serde_json::from_str(&answer).unwrap();
        answer["id"]
            .as_u64()
            .unwrap_or_else(|| panic!("not ordered: {answer}"))
    }

    /// Reissues the order without Terraform, as a colleague does in the web console. The first name
    /// is the common name.
    pub(crate) async fn reissue_by_hand(&self, csr: &str, names: &[&str]) {
        let url = format!(
            "{}/order/certificate/{}/reissue",
            self.sandbox.base_url(),
            self.order_id()
        );
        let body = json!({
            "certificate": { "common_name": names[0], "dns_names": names[1..], "csr": csr, "signature_hash": "sha256" },
            "skip_approval": true,
        });
        let call = http().post(url).header("X-DC-DEVKEY", "sandbox-by-hand");
        let answer = call.json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}

/// The built binary with a key for a sandbox, undisturbed by the environment of the tests.
pub(crate) fn launch(sandbox: &Sandbox) -> Launch {
    plain_launch()
        .env("DIGICERT_API_KEY", "sandbox-test")
        .env("DIGICERT_BASE_URL", &sandbox.base_url())
}

/// The built binary without settings.
pub(crate) fn plain_launch() -> Launch {
    let launch = Launch::new(env!("CARGO_BIN_EXE_terraform-provider-digicert"));
    [
        "TF_LOG",
        "TF_LOG_PROVIDER",
        "TF_DISABLE_PLUGIN_TLS",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "DIGICERT_API_KEY",
        "DIGICERT_BASE_URL",
        "DIGICERT_REGION",
        "DIGICERT_CA_BUNDLE",
        "DIGICERT_MAX_ORDER_PRICE",
        "DIGICERT_ALLOW_REVOCATION",
        "DIGICERT_READ_ONLY",
        "DIGICERT_MAX_ORDERS",
        "DIGICERT_AUDIT_LOG",
        "DIGICERT_MAX_RETRIES",
        "DIGICERT_REQUESTS_PER_SECOND",
    ]
    .into_iter()
    .fold(launch, Launch::without_env)
}

/// A smallest order.
pub(crate) fn order() -> Json {
    json!({
        "product_name_id": "ssl_basic",
        "common_name": "shop.example.com",
        "csr": *CSR,
        "order_validity": { "years": 1 },
        "organization": { "id": 123_456 },
    })
}

/// The smallest order with further arguments, or others; null takes one away.
pub(crate) fn order_with(arguments: Json) -> Json {
    let mut order = order();
    let Json::Object(arguments) = arguments else {
        panic!("arguments are an object, not {arguments}");
    };
    for (name, value) in arguments {
        order[name] = value;
    }
    order
}

/// The body that a person sends for the smallest order.
pub(crate) fn body_by_hand(csr: &str) -> Json {
    json!({
        "certificate": { "common_name": "shop.example.com", "csr": csr, "signature_hash": "sha256" },
        "order_validity": { "years": 1 },
        "organization": { "id": 123_456 },
    })
}

/// A signing request for a new P-256 key that lists no names of its own.
pub(crate) fn new_csr() -> String {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Example Company Inc.");
    params.serialize_request(&key).unwrap().pem().unwrap()
}

/// A route of the sandbox.
pub(crate) fn route(text: &str) -> Route {
    text.parse().unwrap()
}

/// The headlines of the errors.
pub(crate) fn errors(report: &Report) -> Vec<&str> {
    report
        .errors()
        .map(|error| error.summary.as_str())
        .collect()
}

/// The headlines of the warnings.
pub(crate) fn warnings(report: &Report) -> Vec<&str> {
    report
        .warnings()
        .map(|warning| warning.summary.as_str())
        .collect()
}

/// The text below the only error.
pub(crate) fn only_error(report: &Report) -> &str {
    let all: Vec<_> = report.errors().collect();
    assert_eq!(all.len(), 1, "{all:?}");
    &all[0].detail
}

/// A client that uses no proxy.
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
