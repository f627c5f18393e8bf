//! Decimal numbers of any size.

/// stub, to be replaced
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(i64);

impl Number {
    /// The number, if it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        Some(self.0)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(value)
    }
}
