//! Where in a resource a value stands: `organization.contacts[0].email`.

use std::fmt;

/// One step from an object or collection to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An attribute of an object.
    Attribute(String),
    /// An element of a map.
    Key(String),
    /// An element of a list. Elements of sets have no address: the path ends at the set.
    Index(i64),
}

impl Step {
    /// An element of a list, by its position.
    pub fn at(index: usize) -> Self {
        Self::Index(i64::try_from(index).unwrap_or(i64::MAX))
    }
}

/// The steps from the root of a resource or provider block to one value. Empty: the block itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttributePath(Vec<Step>);

impl AttributePath {
    /// The path of a root attribute.
    pub fn of(attribute: impl Into<String>) -> Self {
        Self::default().attribute(attribute)
    }

    /// This path, one attribute further.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.with(Step::Attribute(name.into()))
    }

    /// This path, one map element further.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// This path, one list element further.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::at(index))
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path, seen from one level further out.
    #[must_use]
    pub fn under(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => write!(f, "{name}")?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{AttributePath, Step};

    #[test]
    fn a_path_reads_as_in_hcl() {
        let path = AttributePath::of("organization")
            .attribute("contacts")
            .index(0)
            .attribute("email");
        assert_eq!(path.to_string(), "organization.contacts[0].email");
        assert_eq!(
            AttributePath::of("email").under(Step::Index(0)).to_string(),
            "[0].email"
        );
        let path = AttributePath::of("domain_validations").key("a.example.com");
        assert_eq!(path.to_string(), "domain_validations[\"a.example.com\"]");
    }
}
