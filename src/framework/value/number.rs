//! Decimal numbers of any size, kept exactly: digits and a power of ten, never a float.

use std::fmt;
use std::str::FromStr;

/// Numbers beyond 10 to the power of this are refused: written out they would fill the memory.
const MAX_EXPONENT: i64 = 10_000;

/// A decimal number. Equal numbers are equal however they were written: `3`, `3.0` and `30e-1` are
/// one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Without leading or trailing zeros; empty for zero.
    digits: String,
    /// The value is `digits` times ten to the power of this.
    exponent: i64,
}

/// A text or float that is no decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number of less than {MAX_EXPONENT} digits")]
pub struct NumberError;

impl Number {
    /// The number, if it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.whole()?.parse().ok()
    }

    /// The number, if it is whole and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.whole()?.parse().ok()
    }

    /// The integer text, unless there is a fraction or more than any 64 bits hold.
    fn whole(&self) -> Option<String> {
        (0..=20).contains(&self.exponent).then(|| self.to_string())
    }

    fn canonical(negative: bool, digits: &str, exponent: i64) -> Result<Self, NumberError> {
        let significant = digits.trim_start_matches('0');
        let trimmed = significant.trim_end_matches('0');
        if trimmed.is_empty() {
            return Ok(Self::default());
        }
        let dropped = to_i64(significant.len() - trimmed.len())?;
        let exponent = exponent.checked_add(dropped).ok_or(NumberError)?;
        let magnitude = exponent
            .checked_add(to_i64(trimmed.len())?)
            .ok_or(NumberError)?;
        if exponent < -MAX_EXPONENT || magnitude > MAX_EXPONENT {
            return Err(NumberError);
        }
        Ok(Self {
            negative,
            digits: trimmed.to_owned(),
            exponent,
        })
    }
}

impl FromStr for Number {
    type Err = NumberError;

    /// Reads `-12`, `0.1`, `+1e30`.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError);
        }
        let exponent = exponent
            .checked_sub(to_i64(fraction.len())?)
            .ok_or(NumberError)?;
        Self::canonical(negative, &digits, exponent)
    }
}

impl TryFrom<f64> for Number {
    type Error = NumberError;

    /// The exact value of the float: core sends a float only where that is the number itself.
    fn try_from(value: f64) -> Result<Self, NumberError> {
        if !value.is_finite() {
            return Err(NumberError);
        }
        // No finite double has more than 1074 digits after the point.
        format!("{value:.1074}").parse()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::canonical(value < 0, &value.unsigned_abs().to_string(), 0).unwrap_or_default()
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self::canonical(false, &value.to_string(), 0).unwrap_or_default()
    }
}

impl fmt::Display for Number {
    /// Plain decimal, without exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        if self.negative {
            f.write_str("-")?;
        }
        let shift = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(usize::MAX);
        if self.exponent >= 0 {
            return write!(f, "{}{:0<shift$}", self.digits, "");
        }
        match self.digits.len().checked_sub(shift) {
            None | Some(0) => {
                let width = shift;
                write!(f, "0.{:0>width$}", self.digits)
            }
            Some(point) => {
                let (whole, fraction) = self.digits.split_at(point);
                write!(f, "{whole}.{fraction}")
            }
        }
    }
}

fn read_exponent(text: &str) -> Result<i64, NumberError> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError);
    }
    text.parse().map_err(|_| NumberError)
}

fn to_i64(length: usize) -> Result<i64, NumberError> {
    i64::try_from(length).map_err(|_| NumberError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Number, NumberError};

    #[test]
    fn numbers_are_shown_as_plain_decimals() {
        for (text, shown) in [
            ("0.1", "0.1"),
            ("1e30", "1000000000000000000000000000000"),
            ("-0", "0"),
            ("9223372036854775808", "9223372036854775808"),
            ("-12.500", "-12.5"),
            ("1.5e-3", "0.0015"),
            ("+007", "7"),
            (".5", "0.5"),
            ("120", "120"),
        ] {
            assert_eq!(text.parse::<Number>().unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn equality_ignores_the_spelling() {
        let three = Number::from(3_i64);
        for text in ["3", "3.0", "30e-1", "0.3E1", "+3"] {
            assert_eq!(text.parse::<Number>().unwrap(), three, "{text}");
        }
        assert_eq!("-0.0".parse::<Number>().unwrap(), Number::from(0_i64));
    }

    #[test]
    fn only_whole_numbers_that_fit_are_integers() {
        for (text, integer) in [
            ("3.0", Some(3)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("1.5", None),
            ("1e30", None),
            ("1e3", Some(1000)),
        ] {
            assert_eq!(text.parse::<Number>().unwrap().as_i64(), integer, "{text}");
        }
        assert_eq!(Number::from(u64::MAX).as_u64(), Some(u64::MAX));
        assert_eq!(Number::from(-1_i64).as_u64(), None);
    }

    #[test]
    fn what_is_no_decimal_number_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1e",
            "e1",
            "1e+",
            "0x1",
            "1_0",
            "1.2.3",
            " 1",
            "NaN",
            "1e99999999999999999999",
            "1e10001",
            "1e-10001",
            "--1",
            "1e--1",
            "٣",
        ] {
            assert_eq!(text.parse::<Number>(), Err(NumberError), "{text}");
        }
        assert_eq!(Number::try_from(f64::NAN), Err(NumberError));
        assert_eq!(Number::try_from(f64::INFINITY), Err(NumberError));
    }

    #[test]
    fn floats_are_taken_exactly() {
        assert_eq!(Number::try_from(0.5).unwrap().to_string(), "0.5");
        assert_eq!(Number::try_from(-3.0).unwrap().as_i64(), Some(-3));
        assert_eq!(
            Number::try_from(0.1).unwrap().to_string(),
            "0.1000000000000000055511151231257827021181583404541015625"
        );
        assert_eq!(
            Number::try_from(9_223_372_036_854_775_808.0)
                .unwrap()
                .to_string(),
            "9223372036854775808"
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(value in any::<i64>(), shift in -40_i32..40) {
            let number: Number = format!("{value}e{shift}").parse().unwrap();
            assert_eq!(number.to_string().parse::<Number>().unwrap(), number);
            assert_eq!(Number::from(value).as_i64(), Some(value));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<Number>();
        }
    }
}
