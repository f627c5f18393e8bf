//! How often and how fast CertCentral is called: whole numbers, from the block or the environment.

use std::fmt;
use std::ops::RangeInclusive;

use crate::certcentral::DEFAULT_MAX_RETRIES;
use crate::framework::{Attr, AttributePath, Diagnostic, Diagnostics};
use crate::provider::config::ProviderConfig;

/// What the arguments and variables come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calls {
    pub(super) max_retries: u32,
    pub(super) requests_per_second: Option<usize>,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            max_retries: DEFAULT_MAX_RETRIES,
            requests_per_second: None,
        }
    }
}

/// A number that can be set by an argument or a variable.
struct Setting {
    argument: &'static str,
    variable: &'static str,
    allowed: RangeInclusive<i64>,
    meaning: &'static str,
}

const MAX_RETRIES: Setting = Setting {
    argument: "max_retries",
    variable: "DIGICERT_MAX_RETRIES",
    allowed: 0..=100,
    meaning: "0 never repeats a call",
};

const REQUESTS_PER_SECOND: Setting = Setting {
    argument: "requests_per_second",
    variable: "DIGICERT_REQUESTS_PER_SECOND",
    allowed: 1..=100,
    meaning: "leave it out to keep to CertCentral's own limits",
};

/// Checks the arguments.
pub(super) fn check(config: &ProviderConfig) -> Diagnostics {
    [
        MAX_RETRIES.check_argument(&config.max_retries),
        REQUESTS_PER_SECOND.check_argument(&config.requests_per_second),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Arguments over variables over defaults. A malformed argument was reported by [`check`].
pub(super) fn resolve(
    config: &ProviderConfig,
    from_environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Calls, Diagnostics> {
    let retries = MAX_RETRIES.resolve(&config.max_retries, from_environment);
    let rate = REQUESTS_PER_SECOND.resolve(&config.requests_per_second, from_environment);
    match (retries, rate) {
        (Ok(retries), Ok(rate)) => Ok(Calls {
            max_retries: retries
                .and_then(|number| number.try_into().ok())
                .unwrap_or(DEFAULT_MAX_RETRIES),
            requests_per_second: rate.and_then(|number| number.try_into().ok()),
        }),
        (retries, rate) => Err(retries.err().into_iter().chain(rate.err()).collect()),
    }
}

impl Setting {
    fn check_argument(&self, configured: &Attr<i64>) -> Option<Diagnostic> {
        let number = configured.known()?;
        let is_allowed = self.allowed.contains(number);
        (!is_allowed).then(|| {
            self.refusal(format_args!("`{}` is {number}", self.argument))
                .at(AttributePath::of(self.argument))
        })
    }

    fn resolve(
        &self,
        configured: &Attr<i64>,
        from_environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<i64>, Diagnostic> {
        if !configured.is_null() {
            return Ok(configured.known().copied());
        }
        let Some(text) = from_environment(self.variable) else {
            return Ok(None);
        };
        match text.trim().parse() {
            Ok(number) if self.allowed.contains(&number) => Ok(Some(number)),
            _ => Err(self.refusal(format_args!(
                "The environment variable {} is {text:?}",
                self.variable
            ))),
        }
    }

    fn refusal(&self, what: fmt::Arguments<'_>) -> Diagnostic {
        Diagnostic::error(
            "Invalid number",
            format!(
                "{what}; it takes a whole number from {} to {}. Correct it: {}.",
                self.allowed.start(),
                self.allowed.end(),
                self.meaning
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(environment: &[(&str, &str)], config: &ProviderConfig) -> Result<Calls, String> {
        let variable = |name: &str| {
            let found = environment.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        resolve(config, &variable).map_err(|problems| {
            let details: Vec<_> = problems.iter().map(|p| p.detail.clone()).collect();
            details.join("\n")
        })
    }

    #[test]
    fn arguments_win_over_variables_and_variables_over_defaults() {
        let none = ProviderConfig::default();
        let resolved = |environment: &[_], config: &_| {
            let calls = with(environment, config).unwrap();
            (calls.max_retries, calls.requests_per_second)
        };
        assert_eq!(resolved(&[], &none), (8, None));
        let environment = [
            ("DIGICERT_MAX_RETRIES", "0"),
            ("DIGICERT_REQUESTS_PER_SECOND", " 5 "),
        ];
        assert_eq!(resolved(&environment, &none), (0, Some(5)));
        let config = ProviderConfig {
            max_retries: Attr::Known(100),
            requests_per_second: Attr::Known(1),
            ..ProviderConfig::default()
        };
        assert_eq!(resolved(&environment, &config), (100, Some(1)));
        let unknown = ProviderConfig {
            max_retries: Attr::Unknown,
            requests_per_second: Attr::Unknown,
            ..ProviderConfig::default()
        };
        assert_eq!(resolved(&environment, &unknown), (8, None));
    }

    #[test]
    fn numbers_out_of_range_are_refused_at_their_argument() {
        for (retries, rate, argument) in [
            (Attr::Known(-1), Attr::Null, "max_retries"),
            (Attr::Known(101), Attr::Null, "max_retries"),
            (Attr::Null, Attr::Known(0), "requests_per_second"),
            (Attr::Null, Attr::Known(101), "requests_per_second"),
        ] {
            let problems = check(&ProviderConfig {
                max_retries: retries,
                requests_per_second: rate,
                ..ProviderConfig::default()
            });
            let paths: Vec<_> = problems
                .iter()
                .map(|problem| problem.attribute.as_ref().unwrap().to_string())
                .collect();
            assert_eq!(paths, [argument]);
        }
    }

    #[test]
    fn a_variable_that_is_no_such_number_is_refused_by_its_name() {
        let none = ProviderConfig::default();
        for (name, value) in [
            ("DIGICERT_MAX_RETRIES", "many"),
            ("DIGICERT_MAX_RETRIES", "-1"),
            ("DIGICERT_REQUESTS_PER_SECOND", "0"),
            ("DIGICERT_REQUESTS_PER_SECOND", "2.5"),
        ] {
            let said = with(&[(name, value)], &none).unwrap_err();
            let begins = format!("The environment variable {name} is {value:?}; it takes");
            assert!(said.starts_with(&begins), "{said}");
        }
        let both = [
            ("DIGICERT_MAX_RETRIES", "a"),
            ("DIGICERT_REQUESTS_PER_SECOND", "b"),
        ];
        assert_eq!(with(&both, &none).unwrap_err().lines().count(), 2);
    }
}
