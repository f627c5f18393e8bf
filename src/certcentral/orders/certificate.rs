//! Issued certificates with those that certify them.

use serde::Deserialize;

use super::place::ChainItem;
use crate::certcentral::flexible;
use crate::certcentral::http::client::Client;
use crate::certcentral::http::error::Error;
use crate::certcentral::id::CertificateId;

/// A certificate with its issuers. Which is which has to be found by key and signature, never by position.
///
/// Source: <https://dev.digicert.com/services-api/certificates/certificate-chain/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct CertificateChain {
    /// Despite the API's name for it, the certificate itself is among them.
    #[serde(default, deserialize_with = "flexible::list")]
    pub intermediates: Vec<ChainItem>,
}

impl CertificateChain {
    /// All certificates as one PEM text with LF line ends.
    #[must_use]
    pub fn bundle(&self) -> String {
        self.intermediates
            .iter()
            .filter_map(|item| item.pem.as_deref())
            .collect()
    }
}

impl Client {
    /// The certificate with its issuers, as JSON.
    ///
    /// # Errors
    ///
    /// [`Error`]; a refusal if the certificate is not issued yet.
    ///
    /// Source: <https://dev.digicert.com/services-api/certificates/certificate-chain/>
    pub async fn certificate_chain(
        &self,
        certificate: CertificateId,
    ) -> Result<CertificateChain, Error> {
        self.get(&["certificate", &certificate.to_string(), "chain"], &[])
            .await
    }

    /// The certificate with its issuers as one PEM text (`pem_all`), with LF line ends.
    ///
    /// # Errors
    ///
    /// [`Error`]; a refusal if the certificate is not issued yet, [`Error::NotJson`] if the answer is no PEM.
    ///
    /// Source: <https://dev.digicert.com/services-api/certificates/download-certificate-format/>
    pub async fn download_certificate(&self, certificate: CertificateId) -> Result<String, Error> {
        let id = certificate.to_string();
        let path = ["certificate", &id, "download", "format", "pem_all"];
        let text = self.get_text(&path).await?;
        Ok(flexible::normalize_pem(&text))
    }
}
