terraform {
  required_providers {
    digicert = {
      source = "certcentral/digicert"
    }
  }
}

# The key and the address of the API come from the environment: DIGICERT_API_KEY and DIGICERT_BASE_URL.
provider "digicert" {}

# Made by the quickstart, which keeps the private key.
variable "csr" {
  type = string
}

resource "digicert_ssl_order" "shop" {
  product_name_id = "ssl_basic"
  common_name     = "shop.example.com"
  dns_names       = ["www.shop.example.com"]
  csr             = var.csr

  order_validity = { years = 1 }
  organization   = { id = 123456 }
}
