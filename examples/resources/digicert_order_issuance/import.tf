import {
  to = digicert_order_issuance.shop
  id = "112233"
}
