//! The networks people sit in: proxies, gateways that inspect TLS, and roots that are missing, each
//! between the built binary and the sandbox.

mod front;
mod proxies;
mod proxy;
mod trust;

use tempfile::TempDir;
use terraform_host::{Applied, Launch, Resource};

use self::front::{Authority, Front, Manner};
use crate::host::bed::{Bed, order_with, plain_launch};

/// A password that no output may show.
const PASSWORD: &str = "canary-password";

/// An account behind a TLS front whose authority only a bundle makes trusted.
struct Network {
    bed: Bed,
    authority: Authority,
    front: Front,
    folder: TempDir,
}

impl Network {
    async fn new(manner: Manner) -> Self {
        let bed = Bed::new();
        let authority = Authority::new();
        let tls = authority.server("localhost", 2020, 2090);
        let front = Front::start(&bed.sandbox.base_url(), tls, manner).await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("roots.pem"), authority.pem()).unwrap();
        Self {
            bed,
            authority,
            front,
            folder,
        }
    }

    /// Settings that trust the front and repeat nothing.
    fn launch(&self) -> Launch {
        self.launch_without_bundle()
            .env("DIGICERT_CA_BUNDLE", &self.file("roots.pem"))
    }

    fn launch_without_bundle(&self) -> Launch {
        let launch = [
            "NO_PROXY",
            "no_proxy",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "DIGICERT_CA_BUNDLE",
        ]
        .into_iter()
        .fold(plain_launch(), Launch::without_env);
        launch
            .env("DIGICERT_API_KEY", "sandbox-test")
            .env("DIGICERT_BASE_URL", &self.front.base_url())
            .env("DIGICERT_MAX_RETRIES", "0")
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Plans and applies these orders.
    async fn apply(&mut self, launch: Launch, orders: &[Resource]) -> Applied {
        self.bed.terraform.relaunch(launch);
        let plan = self.bed.terraform.plan(orders).await.unwrap();
        let plan = plan.expect_valid();
        assert!(!plan.report.failed(), "{:?}", plan.report);
        let applied = self.bed.terraform.apply(&plan).await.unwrap();
        applied.expect_valid()
    }

    /// Applies an order, which must fail with one error before anything is sent. Its headline and
    /// text.
    async fn refused(&mut self, launch: Launch) -> String {
        let seen = self.bed.seen();
        let applied = self.apply(launch, &[order(0)]).await;
        let errors: Vec<_> = applied.report.errors().collect();
        assert_eq!(errors.len(), 1, "{:?}", applied.report);
        let said = format!("{:?}", applied.report);
        assert!(!said.contains(PASSWORD), "{said}");
        assert_eq!(self.bed.seen(), seen, "{said}");
        format!("{}: {}", errors[0].summary, errors[0].detail)
    }

    /// Applies another order, which must be bought once, and plans once more.
    async fn ordered(&mut self, launch: Launch) {
        let bought = self.bed.sandbox.orders().len();
        let order = [order(bought + 1)];
        let applied = self.apply(launch, &order).await;
        assert!(!applied.report.failed(), "{:?}", applied.report);
        assert_eq!(self.bed.sandbox.orders().len(), bought + 1);
        let plan = self.bed.terraform.plan(&order).await.unwrap();
        assert!(plan.expect_success().is_empty());
    }
}

fn order(number: usize) -> Resource {
    let name = format!("host{number}.example.com");
    Resource::new(
        &format!("digicert_ssl_order.host{number}"),
        order_with(serde_json::json!({ "common_name": name })),
    )
}

/// Says all of `parts`.
fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}
