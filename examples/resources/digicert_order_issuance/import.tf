import {
  to = digicert_order_issuance.shop
  id = "2147500123"
}
