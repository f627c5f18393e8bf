# By order id, the number that CertCentral shows.
terraform import digicert_ssl_order.shop 112233

# By serial number or SHA-1 thumbprint of the certificate, in hexadecimal digits with or without colons.
terraform import digicert_ssl_order.shop 0595011F5BEDE541680EFB3F5E79C45E
terraform import digicert_ssl_order.shop F3:9A:A9:C3:C3:FC:DA:70:E1:B9:C9:93:F8:B7:C2:D5:CE:9D:55:B3

# Where the digits alone could mean something else, a prefix decides: order_id:, serial_number: or thumbprint:
terraform import digicert_ssl_order.shop serial_number:0A1B2C
