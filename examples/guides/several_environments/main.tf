# One provider configuration for each environment. Orders take the organization, the division and the payment method from
# their provider, so that the resources differ only in what makes them different.
variable "staging_api_key" {
  type      = string
  sensitive = true
}

variable "production_api_key" {
  type      = string
  sensitive = true
}

provider "digicert" {
  alias           = "staging"
  api_key         = var.staging_api_key
  organization_id = 778812
  container_id    = 60400
}

provider "digicert" {
  alias           = "production"
  api_key         = var.production_api_key
  organization_id = 123456
  container_id    = 60412
  payment_method  = "balance"
  dcv_method      = "dns-cname-token"
}

resource "digicert_ssl_order" "staging" {
  provider = digicert.staging

  product_name_id = "ssl_basic"
  common_name     = "staging.example.com"
  csr             = file("${path.module}/staging.example.com.csr")
  order_validity  = { years = 1 }

  # A test order that nobody needs any more is canceled, as long as it is not issued.
  on_destroy = "cancel"
}

resource "digicert_ssl_order" "production" {
  provider = digicert.production

  product_name_id = "ssl_basic"
  common_name     = "www.example.com"
  csr             = file("${path.module}/www.example.com.csr")
  order_validity  = { years = 1 }
}

# The DNS records that prove control of the names, for any DNS provider. The keys are known in the plan.
output "dns_records" {
  value = {
    for name, validation in digicert_ssl_order.production.domain_validations :
    name => {
      name  = validation.record_name
      type  = validation.record_type
      value = validation.record_value
    }
  }
}
