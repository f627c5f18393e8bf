//! What names an order: an import id, which may also be the serial number or thumbprint of its
//! certificate, and its identity, which is its number in CertCentral. A renewal gives the resource
//! another one. Pure.

use crate::certcentral::OrderId;
use crate::framework::{Attr, Diagnostic, IdentityAttribute, IdentitySchema, Type};
use crate::provider::ssl_order::model::SslOrderModel;

/// Order ids have ten digits today; a public serial number has sixteen or more.
const LONGEST_ORDER_ID: usize = 15;
/// Digits of a SHA-1 thumbprint. A serial number may have as many, but those of DigiCert have at
/// most 32.
const THUMBPRINT: usize = 40;

/// How an order is named for import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ImportKey {
    /// The order's own id.
    OrderId(OrderId),
    /// Serial number of a certificate: upper-case hex digits without leading zeros.
    SerialNumber(String),
    /// SHA-1 thumbprint of the primary certificate: 40 upper-case hex digits.
    Thumbprint(String),
}

impl ImportKey {
    /// Reads what a person wrote. A prefix decides; without one, up to 15 decimal digits are an
    /// order id, 40 hex digits a thumbprint, and 16 to 39 hex digits a serial number.
    pub(crate) fn parse(text: &str) -> Result<Self, Diagnostic> {
        let trimmed = text.trim();
        let key = match trimmed.split_once(':') {
            Some(("order_id", rest)) => order_id(rest.trim()),
            Some(("serial_number", rest)) => hex(rest.trim()).and_then(|digits| serial(&digits)),
            Some(("thumbprint", rest)) => hex(rest.trim()).and_then(thumbprint),
            _ => without_prefix(trimmed),
        };
        key.ok_or_else(|| invalid(text))
    }
}

fn without_prefix(text: &str) -> Option<ImportKey> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_decimal && text.len() <= LONGEST_ORDER_ID {
        return order_id(text);
    }
    let digits = hex(text)?;
    match digits.len() {
        THUMBPRINT => thumbprint(digits),
        length if length > LONGEST_ORDER_ID && length < THUMBPRINT => serial(&digits),
        _ => None,
    }
}

fn order_id(text: &str) -> Option<ImportKey> {
    text.parse().ok().map(ImportKey::OrderId)
}

/// A serial number is a number: zeros in front, which some programs write and others leave out,
/// mean nothing.
fn serial(digits: &str) -> Option<ImportKey> {
    let significant = digits.trim_start_matches('0');
    (!significant.is_empty() && significant.len() <= THUMBPRINT)
        .then(|| ImportKey::SerialNumber(significant.to_owned()))
}

fn thumbprint(digits: String) -> Option<ImportKey> {
    (digits.len() == THUMBPRINT).then_some(ImportKey::Thumbprint(digits))
}

/// Hex digits in upper case, without the colons between them.
fn hex(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|character| *character != ':')
        .map(|character| character.to_ascii_uppercase())
        .collect();
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

fn invalid(text: &str) -> Diagnostic {
    Diagnostic::error(
        "Invalid import id",
        format!(
            "{text:?} names no order. Import takes one of:\n\n\
             - the order id, such as 112233 or order_id:112233;\n\
             - the serial number of the order's certificate, 16 to 39 hexadecimal digits with or \
             without colons, such as 0595011F5BEDE541680EFB3F5E79C45E; with another number of \
             digits as serial_number:0A1B2C;\n\
             - the SHA-1 thumbprint of the order's certificate, 40 hexadecimal digits with or \
             without colons, or the same after thumbprint:"
        ),
    )
}

crate::model! {
    /// What names an order for good.
    pub struct SslOrderIdentity {
        /// Its number in CertCentral.
        pub order_id: Attr<i64>,
    }
}

impl SslOrderIdentity {
    /// Returns `{ order_id = ... }`.
    pub(crate) fn schema() -> IdentitySchema {
        IdentitySchema {
            version: 0,
            attributes: vec![IdentityAttribute {
                name: "order_id",
                ty: Type::Number,
                required_for_import: true,
                description: "Number of the order in CertCentral, such as `112233`.",
            }],
        }
    }

    /// Returns the identity of the order in a state or plan; none for a state that lost its order
    /// id.
    pub(crate) fn of(state: &SslOrderModel) -> Option<Self> {
        let order_id = state.order_id.clone();
        (!order_id.is_null()).then_some(Self { order_id })
    }

    /// Returns the id under which the order is imported.
    pub(crate) fn import_id(&self) -> Result<String, Diagnostic> {
        let order_id = self
            .order_id
            .known()
            .and_then(|&id| OrderId::try_from(id).ok());
        order_id.map(|id| id.to_string()).ok_or_else(|| {
            Diagnostic::error(
                "Invalid identity",
                "The `order_id` of an identity is the number of an order in CertCentral: a whole \
                 number above 0, such as 112233. Correct it in the `identity` of the `import` \
                 block.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ImportKey, SslOrderIdentity};
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::SslOrderModel;

    const THUMBPRINT: &str = "F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3";
    const SERIAL: &str = "595011F5BEDE541680EFB3F5E79C45E";

    fn colons(digits: &str) -> String {
        let pairs: Vec<_> = digits
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).unwrap())
            .collect();
        pairs.join(":")
    }

    #[test]
    fn an_order_id_is_a_short_decimal_number() {
        for (text, id) in [
            ("112233", 112_233),
            (" 2147500123 ", 2_147_500_123),
            ("000112233", 112_233),
            ("order_id:112233", 112_233),
            ("order_id: 1234567890123456", 1_234_567_890_123_456),
        ] {
            let expected = ImportKey::OrderId(id.try_into().unwrap());
            assert_eq!(ImportKey::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_serial_number_is_read_in_every_spelling() {
        let padded = format!("0{SERIAL}");
        for text in [
            SERIAL.to_owned(),
            padded.clone(),
            format!("00{padded}"),
            padded.to_lowercase(),
            colons(&padded),
            colons(&padded).to_lowercase(),
            format!("serial_number:{}", colons(&padded)),
            format!(" serial_number: {SERIAL} "),
        ] {
            let expected = ImportKey::SerialNumber(SERIAL.to_owned());
            assert_eq!(ImportKey::parse(&text), Ok(expected), "{text}");
        }
        for (text, serial) in [
            ("serial_number:0A1b2C", "A1B2C"),
            ("serial_number:112233", "112233"),
            ("1234567890123456", "1234567890123456"),
            (
                "serial_number:7F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B",
                "7F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B",
            ),
        ] {
            let expected = ImportKey::SerialNumber(serial.to_owned());
            assert_eq!(ImportKey::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_thumbprint_has_forty_digits() {
        for text in [
            THUMBPRINT.to_owned(),
            THUMBPRINT.to_lowercase(),
            colons(THUMBPRINT),
            format!("thumbprint:{}", colons(THUMBPRINT).to_lowercase()),
            "1234567890123456789012345678901234567890".to_owned(),
        ] {
            let parsed = ImportKey::parse(&text);
            assert!(
                matches!(&parsed, Ok(ImportKey::Thumbprint(digits)) if digits.len() == 40),
                "{text}: {parsed:?}"
            );
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_accepted_forms() {
        for text in [
            "",
            "abc",
            "0",
            "-1",
            "1.5",
            "12 34",
            "shop.example.com",
            "0A1B2C",
            "order_id:AB",
            "order_id:0",
            "serial_number:",
            "serial_number:00",
            "serial_number:xyz",
            "thumbprint:ABCD",
            "certificate_id:112233",
            "F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3AA",
        ] {
            let problem = ImportKey::parse(text).unwrap_err();
            assert_eq!(problem.summary, "Invalid import id", "{text}");
            assert!(
                problem
                    .detail
                    .starts_with(&format!("{text:?} names no order")),
                "{}",
                problem.detail
            );
            for form in ["order_id:", "serial_number:", "thumbprint:"] {
                assert!(problem.detail.contains(form), "{}", problem.detail);
            }
        }
    }

    #[test]
    fn an_identity_is_the_order_id_as_far_as_it_is_known() {
        for (order_id, expected) in [
            (Attr::Known(112_233), Some(Attr::Known(112_233))),
            (Attr::Unknown, Some(Attr::Unknown)),
            (Attr::Null, None),
        ] {
            let state = SslOrderModel {
                order_id,
                ..SslOrderModel::default()
            };
            let expected = expected.map(|order_id| SslOrderIdentity { order_id });
            assert_eq!(SslOrderIdentity::of(&state), expected);
        }
    }

    #[test]
    fn only_a_number_above_zero_is_imported() {
        let id = |order_id| SslOrderIdentity { order_id }.import_id();
        assert_eq!(id(Attr::Known(112_233)).as_deref(), Ok("112233"));
        for order_id in [Attr::Known(0), Attr::Known(-7), Attr::Null, Attr::Unknown] {
            assert_eq!(id(order_id).unwrap_err().summary, "Invalid identity");
        }
    }
}
