# A reviewer plans this without an API key and without a network: nothing is called for orders that do not exist yet.
# The plan checks the arguments and the CSR and warns, in words, of the order that an apply would pay for. The pipeline that
# applies sets DIGICERT_API_KEY.
variable "csr" {
  description = "Certificate signing request in PEM. Only its public key is used; the private key stays where it was made."
  type        = string
}

provider "digicert" {
  organization_id = 123456
}

resource "digicert_ssl_order" "shop" {
  product_name_id = "ssl_basic"
  common_name     = "shop.example.com"
  dns_names       = ["www.shop.example.com"]
  csr             = var.csr
  order_validity  = { years = 1 }
}
