//! What is measured: provider binaries, and how to write a configuration of orders for each.

use std::path::{Path, PathBuf};

/// A provider binary that Terraform can start.
pub(crate) struct Provider {
    /// What the tables call it.
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    /// Its source address below `registry.terraform.io`.
    pub(crate) source: &'static str,
    /// The configuration of `count` orders. The CSR is in `order.csr` beside it, and the address of
    /// the sandbox is in the environment.
    pub(crate) orders: fn(count: usize) -> String,
}

impl Provider {
    /// The provider of this repository, as cargo built it for the benchmark.
    pub(crate) fn ours() -> Self {
        Self {
            name: "digicert",
            program: PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-digicert")),
            source: "certcentral/digicert",
            orders: digicert_orders,
        }
    }

    /// The provider of `benches/peers/tf-provider`.
    pub(crate) fn peer(program: &Path) -> Self {
        Self {
            name: "tf-provider",
            program: program.to_owned(),
            source: "certcentral/peer",
            orders: peer_orders,
        }
    }
}

fn digicert_orders(count: usize) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    digicert = {{ source = "certcentral/digicert" }}
  }}
}}

resource "digicert_ssl_order" "bench" {{
  count           = {count}
  product_name_id = "ssl_plus"
  common_name     = "bench-${{count.index}}.example.com"
  csr             = file("${{path.module}}/order.csr")
  validity_years  = 1
  organization    = {{ id = 123456 }}
}}
"#
    )
}

fn peer_orders(count: usize) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    peer = {{ source = "certcentral/peer" }}
  }}
}}

resource "peer_order" "bench" {{
  count           = {count}
  product_name_id = "ssl_plus"
  common_name     = "bench-${{count.index}}.example.com"
  csr             = file("${{path.module}}/order.csr")
  validity_years  = 1
  organization_id = 123456
}}
"#
    )
}

/// The yardstick: as many of Terraform's own resource, which no provider process serves, with the
/// same values.
pub(crate) fn built_in_orders(count: usize) -> String {
    format!(
        r#"
resource "terraform_data" "bench" {{
  count = {count}
  input = {{
    product_name_id = "ssl_plus"
    common_name     = "bench-${{count.index}}.example.com"
    csr             = file("${{path.module}}/order.csr")
    validity_years  = 1
    organization_id = 123456
  }}
}}
"#
    )
}
