# A wait that is over is imported by the id of its order, the number that CertCentral shows.
terraform import digicert_order_issuance.shop 112233
