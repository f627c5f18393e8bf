//! What an order would cost, as an amount that no rounding can change.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::place::Validity;
use crate::certcentral::flexible;
use crate::certcentral::http::{Answer, Call, Client, Error};

/// The order whose price is asked for.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/price-estimate.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PriceQuery {
    /// Names that count.
    pub certificate: PricedNames,
    /// Coverage of the order.
    pub order_validity: Validity,
    /// Product name id.
    pub product_name_id: String,
    /// For a renewal, the last day of the order that is renewed, `yyyy-MM-dd`: what is left of it
    /// is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_of_order_valid_till: Option<String>,
}

/// Names of an order whose price is asked for.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/price-estimate.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PricedNames {
    /// All names, the common name among them.
    pub dns_names: Vec<String>,
}

/// An estimate, amounts as the API writes the numbers.
///
/// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/price-estimate.html>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PriceEstimate {
    /// What the order costs, before tax. `0` means that the API cannot tell, never that it is free:
    /// see [`Self::total`].
    #[serde(default, deserialize_with = "flexible::needed::text")]
    pub total_price: Option<String>,
    /// Such as `USD`.
    #[serde(default, deserialize_with = "flexible::needed::text")]
    pub currency: Option<String>,
    /// Tax on top.
    #[serde(default, deserialize_with = "flexible::text")]
    pub tax: Option<String>,
}

impl PriceEstimate {
    /// The total, unless the API could not tell it.
    #[must_use]
    pub fn total(&self) -> Option<Amount> {
        self.total_price
            .as_deref()
            .and_then(|price| price.parse().ok())
            .filter(|price: &Amount| !price.is_zero())
    }
}

/// An amount of money that is not negative, as the decimal number that it is written as: exact, of
/// any size, without a currency. `250`, `250.00` and `0250.0` are the same amount.
///
/// Compared digit by digit, so no rounding can let a price pass that is above a limit.
// The order of the fields is the order of amounts: more digits before the point are more, then the
// digits decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount {
    whole_digits: usize,
    /// Without leading zeros; empty below one.
    whole: String,
    /// Without trailing zeros.
    fraction: String,
}

/// Why a text is no [`Amount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not digits with at most one decimal point between them")]
pub struct NotAnAmount;

impl Amount {
    /// Returns whether this is nothing.
    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }
}

impl FromStr for Amount {
    type Err = NotAnAmount;

    /// Takes `250` and `250.00`, and neither signs, exponents, separators of thousands, blanks nor
    /// a bare point.
    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !(is_digits(whole) && is_digits(fraction)) {
            return Err(NotAnAmount);
        }
        let whole = whole.trim_start_matches('0').to_owned();
        Ok(Self {
            whole_digits: whole.len(),
            whole,
            fraction: fraction.trim_end_matches('0').to_owned(),
        })
    }
}

impl TryFrom<String> for Amount {
    type Error = NotAnAmount;

    fn try_from(text: String) -> Result<Self, NotAnAmount> {
        text.parse()
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

impl fmt::Display for Amount {
    /// With two decimal places at least: `250.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.whole.is_empty() {
            "0"
        } else {
            &self.whole
        };
        write!(f, "{whole}.{:0<2}", self.fraction)
    }
}

impl Client {
    /// What an order would cost. Changes nothing, although it is a POST.
    ///
    /// Source: <https://dev.digicert.com/certcentral-apis/services-api/finance/price-estimate.html>
    pub async fn order_price(&self, query: &PriceQuery) -> Result<PriceEstimate, Error> {
        let call = Call::ask(&["finance", "order-pricing"], query)?;
        self.call(call, Answer::json).await
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().expect(text)
    }

    #[test]
    fn digits_with_one_point_are_an_amount() {
        for (text, written) in [
            ("250", "250.00"),
            ("250.0", "250.00"),
            ("0250.00", "250.00"),
            ("0", "0.00"),
            ("000.000", "0.00"),
            ("0.5", "0.50"),
            ("19.999", "19.999"),
            (
                "340282366920938463463374607431768211456",
                "340282366920938463463374607431768211456.00",
            ),
        ] {
            assert_eq!(amount(text).to_string(), written);
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "", " ", ".", "5.", ".5", "-1", "+1", "1e3", "250,00", "1,250.00", "1.250.00", "250 ",
            "$250", "250 USD", "NaN", "inf", "0x10", "1_000", "\u{0662}",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(NotAnAmount), "{text:?}");
        }
    }

    #[test]
    fn amounts_compare_as_numbers() {
        for (left, right, expected) in [
            ("250", "250.00", Ordering::Equal),
            ("0250.00", "250.0", Ordering::Equal),
            ("250.01", "250", Ordering::Greater),
            ("250.009", "250.01", Ordering::Less),
            ("250.1", "250.09", Ordering::Greater),
            ("99", "250", Ordering::Less),
            ("1000", "999.99", Ordering::Greater),
            ("0.1", "0", Ordering::Greater),
            ("0.30000000000000004", "0.3", Ordering::Greater),
            (
                "340282366920938463463374607431768211456.01",
                "340282366920938463463374607431768211456",
                Ordering::Greater,
            ),
        ] {
            assert_eq!(amount(left).cmp(&amount(right)), expected, "{left} {right}");
            assert_eq!(
                amount(right).cmp(&amount(left)),
                expected.reverse(),
                "{right} {left}"
            );
        }
    }

    #[test]
    fn only_nothing_is_zero() {
        assert!(amount("0.00").is_zero());
        assert!(!amount("0.001").is_zero());
    }
}
