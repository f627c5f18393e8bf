//! Life of an order and of a request, in CertCentral's own words. Words that are not known here are
//! kept, never refused.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! statuses {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
                pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A word that this client does not know; the API adds words without notice.
            Other(String),
        }

        impl $name {
            /// The word as the API writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word.to_ascii_lowercase().as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word.to_owned()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|word| Self::from(word.as_str()))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

statuses! {
    /// Status of an order.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/orders/order-info.html>
    OrderStatus {
        /// Waits for an administrator of this account.
        NeedsApproval = "needs_approval",
        /// DigiCert validates domains, organization or contacts.
        Pending = "pending",
        /// Being issued; short.
        Processing = "processing",
        /// A CSR must still be supplied.
        NeedsCsr = "needs_csr",
        /// Validated; waits to be picked up.
        WaitingPickup = "waiting_pickup",
        /// Approved; the certificate is there or about to be.
        Approved = "approved",
        /// The certificate is active.
        Issued = "issued",
        /// A reissue was requested; the former certificate stays valid.
        ReissuePending = "reissue_pending",
        /// The term of the order or of its certificate is over.
        Expired = "expired",
        /// All certificates of the order are revoked.
        Revoked = "revoked",
        /// Taken back before it was issued.
        Canceled = "canceled",
        /// Refused by an approver or by DigiCert.
        Rejected = "rejected",
        /// Refused; an older word for `rejected`.
        Denied = "denied",
    }
}

statuses! {
    /// Status of a request, the approval step of an order, a reissue, a duplicate or a revocation.
    ///
    /// Source: <https://dev.digicert.com/services-api/requests/request-info/>
    RequestStatus {
        /// Waits for a reviewer, in accounts with two-step approval.
        Submitted = "submitted",
        /// Waits for an approver.
        Pending = "pending",
        /// Approved.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
    }
}

impl OrderStatus {
    /// Whether the order can still lead to, or already has, a usable certificate. A word that is
    /// not known counts as open: taking a live order for a dead one would buy it again.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.is_closed()
    }

    /// Whether nothing will come of the order any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(
            self,
            Self::Expired | Self::Revoked | Self::Canceled | Self::Rejected | Self::Denied
        )
    }

    /// Whether a certificate of the order is issued and in force. `approved` is not proof of one.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        matches!(self, Self::Issued | Self::ReissuePending)
    }
}

impl RequestStatus {
    /// Whether a person still has to decide.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Submitted | Self::Pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_open_or_closed_as_the_api_means_it() {
        let table = [
            ("needs_approval", true, false),
            ("pending", true, false),
            ("processing", true, false),
            ("needs_csr", true, false),
            ("waiting_pickup", true, false),
            ("approved", true, false),
            ("issued", true, true),
            ("reissue_pending", true, true),
            ("expired", false, false),
            ("revoked", false, false),
            ("canceled", false, false),
            ("rejected", false, false),
            ("denied", false, false),
            ("on_hold", true, false),
        ];
        for (word, open, certificate) in table {
            let status: OrderStatus = serde_json::from_value(word.into()).unwrap();
            assert_eq!(status.is_open(), open, "{word}");
            assert_eq!(status.is_closed(), !open, "{word}");
            assert_eq!(status.has_certificate(), certificate, "{word}");
            assert_eq!(status.to_string(), word);
            assert_eq!(serde_json::to_value(&status).unwrap(), word);
        }
    }

    #[test]
    fn words_are_read_in_any_case_and_unknown_ones_kept() {
        assert_eq!(OrderStatus::from("CANCELED"), OrderStatus::Canceled);
        assert_eq!(
            OrderStatus::from("On_Hold"),
            OrderStatus::Other("On_Hold".to_owned())
        );
        assert_eq!(
            RequestStatus::from("escalated"),
            RequestStatus::Other("escalated".to_owned())
        );
    }

    #[test]
    fn requests_wait_until_somebody_decides() {
        assert!(RequestStatus::Submitted.is_waiting());
        assert!(RequestStatus::Pending.is_waiting());
        assert!(!RequestStatus::Approved.is_waiting());
        assert!(!RequestStatus::Rejected.is_waiting());
    }
}
