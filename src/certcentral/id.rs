//! Identifiers of CertCentral objects. Things that are easily mixed up have types of their own.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::flexible::needed::whole_number;

/// A number that cannot be an identifier: zero, negative, or not a whole number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an id; an id is a whole number above zero")]
pub struct InvalidId(String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The bare number, above zero.
            #[must_use]
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidId;

            fn try_from(number: i64) -> Result<Self, InvalidId> {
                if number > 0 { Ok(Self(number)) } else { Err(InvalidId(number.to_string())) }
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let number = text.parse::<i64>().ok().filter(|_| digits);
                number.and_then(|number| Self::try_from(number).ok())
                    .ok_or_else(|| InvalidId(format!("{text:?}")))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = deserializer.deserialize_any(IdVisitor)?;
                Self::try_from(number).map_err(de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// What is bought: one order, over all its certificates.
    OrderId,
    /// What is issued: one certificate of an order.
    CertificateId,
    /// What is approved: one request of an order (new order, reissue, duplicate, revocation).
    RequestId,
    /// Whose name the certificate carries.
    OrganizationId,
    /// The division of the account that an order belongs to.
    ContainerId,
    /// A domain of the account, of which control is proven.
    DomainId,
}

/// A serial number in hex digits. Neither leading zeros nor case make it another one.
#[derive(Debug, Clone, Copy)]
pub struct SerialNumber<'a>(pub &'a str);

impl SerialNumber<'_> {
    fn significant(&self) -> &str {
        self.0.trim_start_matches('0')
    }
}

impl PartialEq for SerialNumber<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.significant().eq_ignore_ascii_case(other.significant())
    }
}

/// Reads an id from a JSON number or from a string of digits; the API writes both.
struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id: a whole number above zero, or a string that holds one")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::custom("an id above the range of 64 bits"))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<i64, E> {
        whole_number(number).ok_or_else(|| E::custom(InvalidId(number.to_string())))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        OrderId::from_str(text).map(OrderId::get).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_strings_of_digits_are_ids() {
        for json in [
            "2147500123",
            "\"2147500123\"",
            "2147500123.0",
            "2.147500123e9",
        ] {
            let id: OrderId = serde_json::from_str(json).unwrap();
            assert_eq!(id.get(), 2_147_500_123, "{json}");
        }
        assert_eq!(
            serde_json::to_string(&OrderId(2_147_500_123)).unwrap(),
            "2147500123"
        );
        assert_eq!("7".parse::<ContainerId>().unwrap().to_string(), "7");
    }

    #[test]
    fn a_serial_number_is_one_however_it_is_written() {
        assert_eq!(SerialNumber("0a1B"), SerialNumber("A1b"));
        assert_ne!(SerialNumber("0A1B"), SerialNumber("A10B"));
    }

    #[test]
    fn what_cannot_be_an_id_is_refused() {
        for json in [
            "0",
            "-1",
            "\"0\"",
            "\"-1\"",
            "\"+1\"",
            "\"\"",
            "\"1 \"",
            "1.5",
            "-7.0",
            "0.0",
            "1e16",
            "99999999999999999999",
            "\"1.0\"",
            "null",
            "true",
            "[1]",
            "9223372036854775808",
            "18446744073709551616",
        ] {
            assert!(serde_json::from_str::<OrderId>(json).is_err(), "{json}");
        }
        assert_eq!(
            OrderId::try_from(-1).unwrap_err().to_string(),
            "-1 is not an id; an id is a whole number above zero"
        );
        assert_eq!(
            "12a".parse::<OrderId>().unwrap_err().to_string(),
            "\"12a\" is not an id; an id is a whole number above zero"
        );
    }
}
