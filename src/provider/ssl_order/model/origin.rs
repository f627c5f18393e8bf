//! How an object came by the order of its id, which decides whether it may end it.

use crate::framework::Attr;

/// A value of `order_origin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderOrigin {
    /// A POST of this object placed it, also where its answer was lost and the order was found
    /// again by the same call.
    Placed,
    /// It was there before: an earlier run, another object or somebody else placed it.
    Adopted,
    /// A person imported it, or moved its state from another provider.
    Imported,
}

impl OrderOrigin {
    const ALL: [Self; 3] = [Self::Placed, Self::Adopted, Self::Imported];

    /// Returns the value of the attribute.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Adopted => "adopted",
            Self::Imported => "imported",
        }
    }

    /// Returns what an attribute says. Nothing where it is null, as in a state that was written
    /// before there was the attribute: whoever asks takes that for an order that this object has
    /// not placed, because an order that stays can be ended later.
    pub(crate) fn of(attribute: &Attr<String>) -> Option<Self> {
        let said = attribute.as_str()?;
        Self::ALL.into_iter().find(|origin| origin.word() == said)
    }
}

impl From<OrderOrigin> for Attr<String> {
    fn from(origin: OrderOrigin) -> Self {
        origin.word().into()
    }
}

#[cfg(test)]
mod tests {
    use super::OrderOrigin;
    use crate::framework::Attr;

    #[test]
    fn every_origin_is_read_as_it_is_written_and_nothing_else_is_one() {
        for origin in OrderOrigin::ALL {
            assert_eq!(OrderOrigin::of(&origin.into()), Some(origin));
        }
        for other in [Attr::Null, Attr::Unknown, "".into(), "Placed".into()] {
            assert_eq!(OrderOrigin::of(&other), None, "{other:?}");
        }
    }
}
