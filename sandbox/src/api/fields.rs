//! Reading a JSON body field by field, so that one answer can name everything that is wrong with it.

use serde_json::Value;

use super::error::Problem;

/// Reads a body field by field and remembers which are wrong.
pub(crate) struct Fields<'a> {
    pub(crate) body: &'a Value,
    wrong: Vec<String>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(body: &'a Value) -> Self {
        Self {
            body,
            wrong: Vec::new(),
        }
    }

    /// Refuses the body if any field was wrong.
    pub(crate) fn finish(&self) -> Result<(), Problem> {
        Problem::invalid_values(&self.wrong).map_or(Ok(()), Err)
    }

    pub(crate) fn wrong(&mut self, field: &str) {
        if !self.wrong.iter().any(|known| known == field) {
            self.wrong.push(field.to_owned());
        }
    }

    pub(crate) fn required_text(&mut self, object: &Value, field: &str) -> String {
        match object[field].as_str() {
            Some(text) if !text.trim().is_empty() => text.to_owned(),
            _ => {
                self.wrong(field);
                String::new()
            }
        }
    }

    pub(crate) fn text(&mut self, object: &Value, field: &str, default: &str) -> String {
        match &object[field] {
            Value::Null => default.to_owned(),
            Value::String(text) => text.clone(),
            _ => {
                self.wrong(field);
                String::new()
            }
        }
    }

    pub(crate) fn number(&mut self, object: &Value, field: &str) -> Option<u64> {
        if object[field].is_null() {
            return None;
        }
        let number = object[field].as_u64();
        if number.is_none() {
            self.wrong(field);
        }
        number
    }

    /// A boolean, or 0 or 1 in its place.
    pub(crate) fn flag(&mut self, field: &str) -> bool {
        match (&self.body[field], self.body[field].as_u64()) {
            (Value::Null, _) => false,
            (Value::Bool(flag), _) => *flag,
            (_, Some(number @ (0 | 1))) => number == 1,
            _ => {
                self.wrong(field);
                false
            }
        }
    }

    pub(crate) fn zero_or_one(&mut self, field: &str) -> u64 {
        let number = self.number(self.body, field).unwrap_or(0);
        if number > 1 {
            self.wrong(field);
        }
        number
    }

    pub(crate) fn emails(&mut self, field: &str) -> Vec<String> {
        let Some(list) = self.list(self.body, field) else {
            return Vec::new();
        };
        if list.iter().any(|email| !email.contains('@')) {
            self.wrong(field);
        }
        list
    }

    pub(crate) fn list(&mut self, object: &Value, field: &str) -> Option<Vec<String>> {
        let texts = match &object[field] {
            Value::Null => return Some(Vec::new()),
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        if texts.is_none() {
            self.wrong(field);
        }
        texts
    }
}
