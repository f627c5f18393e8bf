terraform {
  required_providers {
    digicert = {
      source = "certcentral/digicert"
    }
  }
}

# The API key comes from the environment variable DIGICERT_API_KEY.
provider "digicert" {
  organization_id = 123456
}
