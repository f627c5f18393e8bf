terraform {
  required_providers {
    digicert = {
      source = "certcentral/digicert"
    }
  }
}
