//! How refusals are read, and what a person is told of them.

use super::*;

fn items(json: &str) -> Vec<ErrorItem> {
    serde_json::from_str::<ErrorBody>(json).unwrap().errors
}

#[test]
fn errors_are_a_list_or_one_object() {
    let expected = ErrorItem {
        code: "not_found|order".to_owned(),
        message: "Gone.".to_owned(),
    };
    let one = r#"{"code":"not_found|order","message":"Gone."}"#;
    for json in [
        format!(r#"{{"errors":{one}}}"#),
        format!(r#"{{"errors":[{one}]}}"#),
    ] {
        assert_eq!(items(&json), vec![expected.clone()], "{json}");
    }
    assert_eq!(items(r#"{"errors":[]}"#), []);
    assert_eq!(items(r#"{"errors":null}"#), []);
    assert!(serde_json::from_str::<ErrorBody>("{}").is_err());
}

#[test]
fn a_thousand_errors_are_cut_to_ten() {
    let many = vec![r#"{"code":"x"}"#; 1000].join(",");
    assert_eq!(items(&format!(r#"{{"errors":[{many}]}}"#)).len(), 10);
}

#[test]
fn a_code_has_a_kind_and_a_detail() {
    let item = |code: &str| ErrorItem {
        code: code.to_owned(),
        message: String::new(),
    };
    assert_eq!(item("not_found|order").kind(), "not_found");
    assert_eq!(item("not_found|order").detail(), Some("order"));
    let invalid = item("invalid_value:validity_years");
    assert_eq!(invalid.kind(), "invalid_value");
    assert_eq!(invalid.detail(), Some("validity_years"));
    assert_eq!(item("bad_request_format").kind(), "bad_request_format");
    assert_eq!(item("bad_request_format").detail(), None);
}

#[test]
fn all_codes_are_told_and_found() {
    let error = ApiError {
        status: 400,
        errors: items(
            r#"{"errors":[{"code":"a|b","message":"One."},{"code":"c","message":"Two."}]}"#,
        ),
    };
    assert_eq!(
        error.to_string(),
        "CertCentral answered 400: One. (a|b); Two. (c)"
    );
    assert!(error.has("a") && error.has("a|b") && error.has("c"));
    assert!(!error.has("b"));
    let silent = ApiError {
        status: 500,
        errors: Vec::new(),
    };
    assert_eq!(
        silent.to_string(),
        "CertCentral answered 500 without giving a reason"
    );
}
