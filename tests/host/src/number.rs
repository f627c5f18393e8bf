//! Numbers as core holds them: decimal and exact, never through a float.

use std::{fmt, str::FromStr};

/// An exact decimal number in one canonical form, so that equality of values is equality of fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    negative: bool,
    /// Digits without leading or trailing zeros; empty for zero.
    digits: String,
    /// Power of ten of the last digit.
    exponent: i64,
}

/// A text that is no decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a decimal number")]
pub struct NotANumber {
    text: String,
}

/// The largest power of ten that is written out, so that a hostile "1e999999999" cannot fill the
/// memory.
const MAX_EXPONENT: i64 = 10_000;

impl Number {
    /// The number that a 64 bit float stands for, to the last binary digit: 0.1 as a float is not
    /// the number 0.1. Infinities and NaN have none.
    pub fn from_f64(float: f64) -> Option<Self> {
        // No finite float has more than 1074 digits after the point.
        float
            .is_finite()
            .then(|| format!("{float:.1074}").parse().ok())
            .flatten()
    }

    /// The number as an integer, when it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        (self.exponent >= 0)
            .then(|| self.to_string().parse().ok())
            .flatten()
    }

    /// The number as a float, when it is no integer and the float stands for exactly this number.
    pub fn as_exact_fraction(&self) -> Option<f64> {
        if self.exponent >= 0 {
            return None;
        }
        let float: f64 = self.to_string().parse().ok()?;
        (Self::from_f64(float)? == *self).then_some(float)
    }
}

impl From<i64> for Number {
    fn from(integer: i64) -> Self {
        canonical(integer < 0, &integer.unsigned_abs().to_string(), 0)
    }
}

impl From<u64> for Number {
    fn from(integer: u64) -> Self {
        canonical(false, &integer.to_string(), 0)
    }
}

/// Digits with an optional sign, point and power of ten: `-3`, `0.1`, `1e30`.
impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let refused = || NotANumber {
            text: text.to_owned(),
        };
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i64>().map_err(|_| refused())?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let shift = i64::try_from(fraction.len()).map_err(|_| refused())?;
        if digits.is_empty()
            || !digits.bytes().all(|byte| byte.is_ascii_digit())
            || exponent.abs() > MAX_EXPONENT
        {
            return Err(refused());
        }
        Ok(canonical(negative, &digits, exponent - shift))
    }
}

/// Plain digits, never a power of ten, as core writes numbers on the wire.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        if self.negative {
            f.write_str("-")?;
        }
        let places = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(usize::MAX);
        if self.exponent >= 0 {
            write!(f, "{}{}", self.digits, "0".repeat(places))
        } else if self.digits.len() > places {
            let (whole, fraction) = self.digits.split_at(self.digits.len() - places);
            write!(f, "{whole}.{fraction}")
        } else {
            write!(
                f,
                "0.{}{}",
                "0".repeat(places - self.digits.len()),
                self.digits
            )
        }
    }
}

fn canonical(negative: bool, digits: &str, exponent: i64) -> Number {
    let significant = digits.trim_start_matches('0');
    let trimmed = significant.trim_end_matches('0');
    if trimmed.is_empty() {
        return Number {
            negative: false,
            digits: String::new(),
            exponent: 0,
        };
    }
    let zeros = i64::try_from(significant.len() - trimmed.len()).unwrap_or(0);
    Number {
        negative,
        digits: trimmed.to_owned(),
        exponent: exponent + zeros,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_is_equal_however_it_is_written() {
        for (left, right) in [
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("-0", "0"),
            ("0.1e1", "1"),
        ] {
            assert_eq!(left.parse::<Number>(), right.parse::<Number>(), "{left}");
        }
        assert_ne!(
            "0.1".parse::<Number>().unwrap(),
            Number::from_f64(0.1).unwrap()
        );
        assert_eq!(
            "0.5".parse::<Number>().unwrap(),
            Number::from_f64(0.5).unwrap()
        );
    }

    #[test]
    fn a_number_is_written_in_plain_digits() {
        for (text, plain) in [
            ("1e30", "1000000000000000000000000000000"),
            ("-12.340", "-12.34"),
            ("5e-3", "0.005"),
            ("9223372036854775808", "9223372036854775808"),
        ] {
            assert_eq!(text.parse::<Number>().unwrap().to_string(), plain);
        }
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in ["", "-", ".", "1e", "0x10", "1_000", "NaN", "1e99999"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }

    #[test]
    fn integers_and_exact_fractions_are_told_apart() {
        let number = |text: &str| text.parse::<Number>().unwrap();
        assert_eq!(number("-7").as_i64(), Some(-7));
        assert_eq!(number("9223372036854775808").as_i64(), None);
        assert_eq!(number("0.5").as_exact_fraction(), Some(0.5));
        assert_eq!(number("0.1").as_exact_fraction(), None);
        assert_eq!(number("3").as_exact_fraction(), None);
    }
}
