//! Which calls a rule is for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Method and path below `/services/v2`, where `*` stands for any method or any one path segment:
/// `POST /order/certificate/*`. A path that is `*` alone stands for any path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Route {
    method: String,
    path: String,
}

impl Route {
    pub(crate) fn matches(&self, method: &str, path: &str) -> bool {
        if self.method != "*" && self.method != method {
            return false;
        }
        let mut wanted = self.path.split('/');
        let mut given = path.split('/');
        self.path == "*"
            || loop {
                match (wanted.next(), given.next()) {
                    (None, None) => break true,
                    (Some(want), Some(have)) if want == "*" || want == have => {}
                    _ => break false,
                }
            }
    }
}

impl FromStr for Route {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(' ') {
            Some((method, path))
                if (path.starts_with('/') || path == "*") && !method.is_empty() =>
            {
                Ok(Self {
                    method: method.to_uppercase(),
                    path: path.to_owned(),
                })
            }
            _ => Err(format!(
                "`{text}` is not a route such as `POST /order/certificate/*`"
            )),
        }
    }
}

impl TryFrom<String> for Route {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Route> for String {
    fn from(route: Route) -> Self {
        route.to_string()
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_segment() {
        let route: Route = "* /order/certificate/*".parse().unwrap();
        assert!(route.matches("GET", "/order/certificate/1"));
        assert!(!route.matches("GET", "/order/certificate"));
        assert!(!route.matches("GET", "/order/certificate/1/validation"));
    }

    #[test]
    fn a_star_in_place_of_a_path_stands_for_every_path() {
        let route: Route = "GET *".parse().unwrap();
        assert!(route.matches("GET", "/order/certificate/1/validation"));
        assert!(!route.matches("PUT", "/order/certificate/1/status"));
    }
}
