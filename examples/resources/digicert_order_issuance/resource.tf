resource "digicert_ssl_order" "shop" {
  product_name_id = "ssl_basic"
  common_name     = "shop.example.com"
  dns_names       = ["www.shop.example.com", "shop.example.net"]
  csr             = file("${path.module}/shop.example.com.csr")
  dcv_method      = "dns-cname-token"

  order_validity = { years = 1 }
  organization   = { id = 123456 }
}

locals {
  # Where the _dnsauth record of each domain points. Names below one domain share its record.
  targets = {
    for domain in ["example.com", "example.net"] : domain => coalesce(concat(
      [
        for name, proof in digicert_ssl_order.shop.domain_validations : proof.record_value
        if endswith(".${name}", ".${domain}")
      ],
      ["nothing-to-prove.invalid"]
    )...)
  }
}

# One record per domain. Use the record resource of your DNS provider instead of this call of nsupdate.
resource "terraform_data" "record" {
  for_each = local.targets
  input    = "_dnsauth.${each.key}"

  triggers_replace = [each.value]

  provisioner "local-exec" {
    command = "printf 'update delete %s CNAME\\nupdate add %s 300 CNAME %s.\\nsend\\n' \"$NAME\" \"$NAME\" \"$TARGET\" | nsupdate -k /etc/dns.key"
    environment = {
      NAME   = "_dnsauth.${each.key}"
      TARGET = each.value
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
