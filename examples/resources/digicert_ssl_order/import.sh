# An order is imported by its order id, the number that CertCentral shows.
terraform import digicert_ssl_order.shop 112233
