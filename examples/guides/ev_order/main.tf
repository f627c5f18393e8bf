# An EV order. DigiCert calls the EV approver before it issues, so creating does not wait for the certificate:
# the order is in state at once, and a later refresh brings the certificate.
resource "digicert_ssl_order" "bank" {
  product_name_id = "ssl_ev_basic"
  common_name     = "bank.example.com"
  csr             = file("${path.module}/bank.example.com.csr")
  order_validity  = { years = 1 }
  wait_for        = "none"

  organization = {
    id = 123456

    contacts = [
      # Somebody whom CertCentral knows.
      {
        contact_type = "organization_contact"
        user_id      = 565611
      },
      # Somebody new.
      {
        contact_type = "ev_approver"
        first_name   = "Ada"
        last_name    = "Approver"
        job_title    = "Head of Security"
        telephone    = "+1 801 555 0100"
        email        = "ada.approver@example.com"
      },
    ]
  }

  additional_emails = ["certificates@example.com"]
  comments          = "Ticket SEC-1234"
}

# Who has to do what, in one sentence.
output "next_step" {
  value = digicert_ssl_order.bank.status_detail
}
