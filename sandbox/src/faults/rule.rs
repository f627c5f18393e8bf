//! A rule as people write it: `POST /order/certificate/* 1 after drop`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{At, Fault};

/// Which calls of a route meet a fault. The same rule is a line on the command line and an object
/// of the control interface.
///
/// ```
/// use certcentral_sandbox::{At, Fault, FaultRule};
///
/// let rule: FaultRule = "POST /order/certificate/* 2x3 after truncate bytes=10".parse()?;
/// assert_eq!((rule.call, rule.times, rule.at), (2, 3, At::After));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Which calls are counted.
    pub route: Route,
    /// The first call that meets the fault; 1 is the next one.
    #[serde(default = "one")]
    pub call: u64,
    /// How many calls in a row meet it.
    #[serde(default = "one")]
    pub times: u64,
    /// Before or after the account has acted.
    #[serde(default)]
    pub at: At,
    /// What they meet.
    pub fault: Fault,
}

/// The default of `call` and `times`.
pub(crate) fn one() -> u64 {
    1
}

/// `METHOD PATH [CALL[xTIMES]] [before|after] KIND [member=value ...]`, where `x*` means from then
/// on, and a JSON object may stand in place of the members.
impl FromStr for FaultRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (method, rest) = word(text);
        let (path, rest) = word(rest);
        let route = format!("{method} {path}").parse()?;
        let (first, after_first) = word(rest);
        let ((call, times), rest) = match calls(first) {
            Some(calls) => (calls, after_first),
            None => ((1, 1), rest),
        };
        let (first, after_first) = word(rest);
        let (at, rest) = match first {
            "before" => (At::Before, after_first),
            "after" => (At::After, after_first),
            _ => (At::default(), rest),
        };
        Ok(Self {
            route,
            call,
            times,
            at,
            fault: fault(rest)?,
        })
    }
}

/// The first word and what follows it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

fn calls(text: &str) -> Option<(u64, u64)> {
    let (call, times) = text.split_once('x').unwrap_or((text, "1"));
    let times = match times {
        "*" => u64::MAX,
        times => times.parse().ok()?,
    };
    Some((call.parse().ok()?, times))
}

fn fault(text: &str) -> Result<Fault, String> {
    let (kind, rest) = word(text);
    let mut members = if rest.trim_start().starts_with('{') {
        serde_json::from_str::<Map<String, Value>>(rest).map_err(|error| error.to_string())?
    } else {
        rest.split_whitespace()
            .map(member)
            .collect::<Result<Map<_, _>, _>>()?
    };
    members.insert("kind".to_owned(), kind.into());
    serde_json::from_value(Value::Object(members))
        .map_err(|error| format!("`{text}` is not a fault: {error}"))
}

fn member(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is not of the form member=value"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((name.to_owned(), value))
}

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
    use serde_json::json;

    use super::*;

    fn rule(text: &str) -> FaultRule {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_and_an_object_are_the_same_rule() {
        let line = rule("POST /order/certificate/* 2x3 after html status=502");
        let object = json!({
            "route": "POST /order/certificate/*", "call": 2, "times": 3, "at": "after",
            "fault": { "kind": "html", "status": 502 },
        });
        assert_eq!(line, serde_json::from_value(object).unwrap());
    }

    #[test]
    fn what_is_left_out_means_the_next_call_before_it_is_processed() {
        let short = rule("GET * drop");
        assert_eq!((short.call, short.times, short.at), (1, 1, At::Before));
        assert_eq!(rule("GET * 1x* drop").times, u64::MAX);
        assert_eq!(rule("GET * after drop").at, At::After);
    }

    #[test]
    fn members_may_be_an_object() {
        let spelled = rule(r#"GET * 1 before answer {"status": 500, "body": "a b"}"#);
        let expected = Fault::Answer {
            status: 500,
            body: "a b".to_owned(),
            content_type: "application/json".to_owned(),
        };
        assert_eq!(spelled.fault, expected);
    }

    #[test]
    fn a_body_may_be_json_and_a_number_may_be_text() {
        let Fault::Answer { body, .. } =
            rule(r#"GET * answer status=500 body={"errors":[]}"#).fault
        else {
            panic!("not an answer");
        };
        assert_eq!(body, r#"{"errors":[]}"#);
        let limited = Fault::Limited {
            retry_after: Some("7".to_owned()),
            html: false,
        };
        assert_eq!(rule("GET * limited retry_after=7").fault, limited);
    }

    #[test]
    fn nonsense_is_refused_in_words() {
        for (text, word) in [
            ("order", "is not a route"),
            ("GET * 1 before explode", "unknown variant `explode`"),
            ("GET * html", "missing field `status`"),
            ("GET * html status", "member=value"),
            ("GET * html status=500 color=red", "unknown field `color`"),
        ] {
            let error = text.parse::<FaultRule>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

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
