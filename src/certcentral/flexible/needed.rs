//! Decoders for the members on which something depends: they read what
//! [`flexible`](crate::certcentral::flexible) reads, and refuse what is something else.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// `true`, `1`, `"1"` and `"true"` are true; `false`, `0`, `"0"`, `"false"`, `""` and `null` are
/// false.
pub(crate) fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(optional_boolean(deserializer)?.unwrap_or(false))
}

/// As [`boolean`]; `""` and `null` are `None`.
pub(crate) fn optional_boolean<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<bool>, D::Error> {
    match scalar(deserializer)? {
        Scalar::Null => Ok(None),
        Scalar::Bool(value) => Ok(Some(value)),
        Scalar::Integer(0) => Ok(Some(false)),
        Scalar::Integer(1) => Ok(Some(true)),
        Scalar::Text(text) => match text.as_str() {
            "" => Ok(None),
            "0" | "false" => Ok(Some(false)),
            "1" | "true" => Ok(Some(true)),
            _ => Err(de::Error::custom(format!("{text:?} is not a boolean"))),
        },
        other => Err(de::Error::custom(format!("{other} is not a boolean"))),
    }
}

/// A whole number, or a string that holds one; `""` and `null` are `None`.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match scalar(deserializer)? {
        Scalar::Null => Ok(None),
        Scalar::Integer(number) => Ok(Some(number)),
        Scalar::Float(number) => whole_number(number)
            .map(Some)
            .ok_or_else(|| de::Error::custom(format!("{number} is not a whole number"))),
        Scalar::Text(text) if text.is_empty() => Ok(None),
        Scalar::Text(text) => text
            .parse()
            .map(Some)
            .map_err(|_| de::Error::custom(format!("{text:?} is not a whole number"))),
        other => Err(de::Error::custom(format!("{other} is not a whole number"))),
    }
}

/// An id; `0`, `"0"`, `""` and `null` mean that there is none.
pub(crate) fn id<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
    T::Error: fmt::Display,
{
    match integer(deserializer)? {
        None | Some(0) => Ok(None),
        Some(number) => T::try_from(number).map(Some).map_err(de::Error::custom),
    }
}

/// Text, also where the API writes a number or a boolean; `""` and `null` are `None`.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match scalar(deserializer)? {
        Scalar::Null => None,
        Scalar::Text(text) if text.is_empty() => None,
        Scalar::Text(text) => Some(text),
        other => Some(other.to_string()),
    })
}

/// PEM with LF line ends and one trailing LF; empty text is `None`.
pub(crate) fn pem<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(text(deserializer)?.map(|pem| normalize_pem(&pem)))
}

/// PEM with LF line ends and one trailing LF.
pub(crate) fn normalize_pem(pem: &str) -> String {
    let mut normal = pem.trim().replace("\r\n", "\n");
    normal.push('\n');
    normal
}

/// A date `yyyy-MM-dd`, also at the start of a longer text; anything else is `None`, because an odd
/// date is no reason to lose an order.
pub(crate) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    Ok(text(deserializer)?.and_then(|text| parse_date(&text)))
}

/// A timestamp such as `2018-10-16T20:05:28+00:00`, or `yyyy-MM-dd HH:mm:ss` taken as UTC; anything
/// else is `None`.
pub(crate) fn timestamp<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<OffsetDateTime>, D::Error> {
    Ok(text(deserializer)?.and_then(|text| parse_timestamp(&text)))
}

/// A list; `null`, `{}` and a missing key are empty, and the values of an object count as its items
/// (PHP arrays).
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(ListVisitor(PhantomData))
}

/// An object; `null` and `[]` (an empty PHP array) are `None`.
pub(crate) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(ObjectVisitor(PhantomData))
}

/// The names of a certificate; older answers write `[""]` for none.
pub(crate) fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut names: Vec<String> = list(deserializer)?;
    names.retain(|name| !name.is_empty());
    Ok(names)
}

/// An object and nothing else, whole: neither `null` nor `[]`, of which a member by member reading
/// would make an object that says nothing.
pub(crate) fn whole<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    object(deserializer)?.ok_or_else(|| de::Error::custom("nothing where an object belongs"))
}

/// As [`names`], of what may be left unsaid; `null` is `None`.
pub(crate) fn optional_names<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(serde::Deserialize)]
    struct Names(#[serde(deserialize_with = "names")] Vec<String>);
    Ok(Option::<Names>::deserialize(deserializer)?.map(|names| names.0))
}

/// The whole number that a number with a decimal point, such as `3000000000.0`, is exactly.
pub(crate) fn whole_number(number: f64) -> Option<i64> {
    // From here on, not every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() != 0.0 || number.abs() >= EXACT {
        return None;
    }
    // Without a fraction and within that range, the text of the number is that of an integer.
    format!("{number:.0}").parse().ok()
}

fn parse_date(text: &str) -> Option<Date> {
    Date::parse(text.get(..10)?, format_description!("[year]-[month]-[day]")).ok()
}

fn parse_timestamp(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| {
        let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        PrimitiveDateTime::parse(text, form)
            .ok()
            .map(PrimitiveDateTime::assume_utc)
    })
}

/// One JSON value that is neither array nor object.
enum Scalar {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
    deserializer.deserialize_any(ScalarVisitor)
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a number, a boolean or null")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
        i64::try_from(number)
            .map(Scalar::Integer)
            .map_err(|_| E::custom("a number above the range of 64 bits"))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(text))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some((_, item)) = entries.next_entry::<IgnoredAny, T>()? {
            list.push(item);
        }
        Ok(list)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or an empty list for an empty object")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Option<T>, A::Error> {
        match items.next_element::<IgnoredAny>()? {
            None => Ok(None),
            Some(_) => Err(de::Error::custom(
                "a list with items where an object belongs",
            )),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Option<T>, A::Error> {
        T::deserialize(de::value::MapAccessDeserializer::new(entries)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;
    use time::macros::{date, datetime};

    use super::*;
    use crate::certcentral::id::OrderId;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Probe {
        #[serde(deserialize_with = "boolean")]
        boolean: bool,
        #[serde(deserialize_with = "integer")]
        integer: Option<i64>,
        #[serde(deserialize_with = "id")]
        id: Option<OrderId>,
        #[serde(deserialize_with = "text")]
        text: Option<String>,
        #[serde(deserialize_with = "pem")]
        pem: Option<String>,
        #[serde(deserialize_with = "date")]
        date: Option<Date>,
        #[serde(deserialize_with = "timestamp")]
        timestamp: Option<OffsetDateTime>,
        #[serde(deserialize_with = "list")]
        list: Vec<i64>,
        #[serde(deserialize_with = "names")]
        names: Vec<String>,
        #[serde(deserialize_with = "object")]
        object: Option<Inner>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        n: i64,
    }

    fn probe(json: &serde_json::Value) -> Probe {
        // Through text, as answers arrive, so that integers and floats are told apart as on the
        // wire.
        serde_json::from_str(&json.to_string()).unwrap()
    }

    fn refused(json: &serde_json::Value) {
        let text = json.to_string();
        assert!(serde_json::from_str::<Probe>(&text).is_err(), "{text}");
    }

    #[test]
    fn missing_keys_and_nulls_are_defaults() {
        assert_eq!(probe(&json!({})), Probe::default());
        let nulls = json!({
            "boolean": null, "integer": null, "id": null, "text": null, "pem": null, "date": null,
            "timestamp": null, "list": null, "names": null, "object": null
        });
        assert_eq!(probe(&nulls), Probe::default());
    }

    #[test]
    fn booleans_come_as_words_numbers_and_digits() {
        for value in [json!(true), json!(1), json!("1"), json!("true")] {
            assert!(probe(&json!({ "boolean": value })).boolean, "{value}");
        }
        for value in [
            json!(false),
            json!(0),
            json!("0"),
            json!("false"),
            json!(""),
        ] {
            assert!(!probe(&json!({ "boolean": value })).boolean, "{value}");
        }
        for value in [json!(2), json!("yes"), json!([]), json!(1.0)] {
            refused(&json!({ "boolean": value }));
        }
    }

    #[test]
    fn integers_come_as_strings_too() {
        assert_eq!(probe(&json!({"integer": "-7"})).integer, Some(-7));
        assert_eq!(probe(&json!({"integer": 7})).integer, Some(7));
        assert_eq!(probe(&json!({"integer": ""})).integer, None);
        assert_eq!(probe(&json!({"integer": 199.0})).integer, Some(199));
        for value in [json!("x"), json!(1.5), json!(1e16), json!(true), json!({})] {
            refused(&json!({ "integer": value }));
        }
    }

    #[test]
    fn an_id_of_zero_is_no_id() {
        let id = OrderId::try_from(7).ok();
        assert_eq!(probe(&json!({"id": "7"})).id, id);
        for value in [json!(0), json!("0"), json!("")] {
            assert_eq!(probe(&json!({ "id": value })).id, None, "{value}");
        }
        refused(&json!({"id": -1}));
    }

    #[test]
    fn text_may_be_a_number() {
        assert_eq!(probe(&json!({"text": "a"})).text.as_deref(), Some("a"));
        assert_eq!(probe(&json!({"text": 293})).text.as_deref(), Some("293"));
        assert_eq!(probe(&json!({"text": 29.5})).text.as_deref(), Some("29.5"));
        assert_eq!(probe(&json!({"text": ""})).text, None);
    }

    #[test]
    fn pem_gets_line_feeds_and_a_trailing_one() {
        let pem = |text: &str| probe(&json!({ "pem": text })).pem;
        assert_eq!(pem("A\r\nB\r\n").as_deref(), Some("A\nB\n"));
        assert_eq!(pem("A\nB").as_deref(), Some("A\nB\n"));
        assert_eq!(pem(""), None);
    }

    #[test]
    fn dates_and_timestamps_are_read_in_both_forms() {
        let date = |text: &str| probe(&json!({ "date": text })).date;
        assert_eq!(date("2026-10-29"), Some(date!(2026 - 10 - 29)));
        assert_eq!(
            date("2026-10-29T08:00:00+00:00"),
            Some(date!(2026 - 10 - 29))
        );
        assert_eq!(date("0000-00-00"), None);
        assert_eq!(date("soon"), None);
        assert_eq!(date("2026-1é-29"), None);

        let timestamp = |text: &str| probe(&json!({ "timestamp": text })).timestamp;
        let expected = Some(datetime!(2018-10-16 20:05:28 UTC));
        assert_eq!(timestamp("2018-10-16T20:05:28+00:00"), expected);
        assert_eq!(timestamp("2018-10-16 20:05:28"), expected);
        assert_eq!(timestamp("yesterday"), None);
    }

    #[test]
    fn lists_and_objects_may_be_swapped_when_empty() {
        assert_eq!(probe(&json!({"list": [1, 2]})).list, [1, 2]);
        assert_eq!(probe(&json!({"list": {}})).list, [0; 0]);
        assert_eq!(probe(&json!({"list": {"0": 1, "2": 3}})).list, [1, 3]);
        assert_eq!(
            probe(&json!({"object": {"n": 1}})).object,
            Some(Inner { n: 1 })
        );
        assert_eq!(probe(&json!({"object": []})).object, None);
        refused(&json!({"object": [{"n": 1}]}));
        refused(&json!({"list": "1"}));
    }

    #[test]
    fn an_empty_name_is_no_name() {
        assert_eq!(probe(&json!({"names": [""]})).names, [""; 0]);
        assert_eq!(probe(&json!({"names": ["a", ""]})).names, ["a"]);
    }
}
