# Terraform 1.5 and later: `terraform plan` shows the import. The id takes what `terraform import` takes.
import {
  to = digicert_ssl_order.shop
  id = "112233"
}
