data "digicert_organization" "example" {
  name = "Example Company Inc."
}

resource "digicert_ssl_order" "shop" {
  product_name_id = "ssl_basic"
  common_name     = "shop.example.com"
  dns_names       = ["www.shop.example.com", "shop.example.net"]
  csr             = file("${path.module}/shop.example.com.csr")
  order_validity  = { years = 1 }
  organization    = { id = data.digicert_organization.example.id }

  lifecycle {
    precondition {
      condition     = contains(data.digicert_organization.example.ready_for, "ov")
      error_message = "DigiCert has to validate the organization first."
    }
  }
}
