resource "digicert_ssl_order" "shop" {
  product_name_id = "ssl_basic"
  common_name     = "shop.example.com"
  dns_names       = ["www.shop.example.com"]
  csr             = file("${path.module}/shop.example.com.csr")

  order_validity = { years = 1 }
  organization   = { id = 123456 }
}

# What a web server wants: the certificate and its intermediates.
output "certificate" {
  value = digicert_ssl_order.shop.fullchain_pem
}
