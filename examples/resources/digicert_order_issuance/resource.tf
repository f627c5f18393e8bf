resource "digicert_ssl_order" "shop" {
  product_name_id = "ssl_basic"
  common_name     = "shop.example.com"
  dns_names       = ["www.shop.example.com", "shop.example.net"]
  csr             = file("${path.module}/shop.example.com.csr")
  dcv_method      = "dns-txt-token"

  order_validity = { years = 1 }
  organization   = { id = 123456 }
}

# One record per name. Use the record resource of your DNS provider instead of this call of nsupdate.
resource "terraform_data" "record" {
  for_each = digicert_ssl_order.shop.domain_validations
  input    = each.value.record_name

  triggers_replace = [each.value.record_name, each.value.record_type, each.value.record_value]

  provisioner "local-exec" {
    command = "printf 'update add %s 300 %s \"%s\"\\nsend\\n' \"$NAME\" \"$TYPE\" \"$VALUE\" | nsupdate -k /etc/dns.key"
    environment = {
      NAME  = each.value.record_name
      TYPE  = each.value.record_type
      VALUE = each.value.record_value
    }
  }
}

resource "digicert_order_issuance" "shop" {
  order_id           = digicert_ssl_order.shop.order_id
  validation_records = [for record in terraform_data.record : record.output]
}

output "certificate" {
  value = digicert_order_issuance.shop.fullchain_pem
}
