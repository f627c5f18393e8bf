//! What handlers take from a request: the caller, the order, the JSON body and its fields.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use serde_json::{Map, Value};

use super::error::Problem;
use crate::account::catalog::User;
use crate::account::order::Order;
use crate::account::state::State;

/// The user that the key belongs to; the middleware lets nobody else pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller(pub(super) &'static User);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().copied();
        caller.ok_or_else(Problem::invalid_key)
    }
}

/// The order that `{id}` of the route names, which need not exist.
#[derive(Debug, Clone, Copy)]
pub(super) struct OrderId(pub(super) u64);

impl<S: Send + Sync> FromRequestParts<S> for OrderId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::not_found("order"))?;
        let id = params.iter().find(|(name, _)| *name == "id");
        numeric_id(id.map_or("", |(_, text)| text), "order").map(Self)
    }
}

impl OrderId {
    pub(super) fn find(self, state: &State) -> Result<&Order, Problem> {
        let order = state.orders.get(&self.0);
        order.ok_or_else(|| Problem::not_found("order"))
    }

    pub(super) fn find_mut(self, state: &mut State) -> Result<&mut Order, Problem> {
        let order = state.orders.get_mut(&self.0);
        order.ok_or_else(|| Problem::not_found("order"))
    }
}

/// Reads a numeric id of a path; anything else names nothing.
pub(super) fn numeric_id(text: &str, kind: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::not_found(kind))
}

/// A body that is a JSON object; an empty one counts as `{}`.
#[derive(Debug)]
pub(super) struct JsonBody(pub(super) Value);

impl JsonBody {
    pub(super) fn read(body: &Bytes) -> Result<Self, Problem> {
        if body.is_empty() {
            return Ok(Self(Value::Object(Map::new())));
        }
        serde_json::from_slice(body)
            .ok()
            .filter(Value::is_object)
            .map(Self)
            .ok_or_else(Problem::bad_request_format)
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await;
        Self::read(&body.map_err(|_| Problem::bad_request_format())?)
    }
}

/// Reads a body field by field and remembers which are wrong.
pub(super) struct Fields<'a> {
    pub(super) body: &'a Value,
    wrong: Vec<String>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(body: &'a Value) -> Self {
        Self {
            body,
            wrong: Vec::new(),
        }
    }

    /// Refuses the body if any field was wrong.
    pub(super) fn finish(&self) -> Result<(), Problem> {
        Problem::invalid_values(&self.wrong).map_or(Ok(()), Err)
    }

    pub(super) fn wrong(&mut self, field: &str) {
        if !self.wrong.iter().any(|known| known == field) {
            self.wrong.push(field.to_owned());
        }
    }

    pub(super) fn required_text(&mut self, object: &Value, field: &str) -> String {
        match object[field].as_str() {
            Some(text) if !text.trim().is_empty() => text.to_owned(),
            _ => {
                self.wrong(field);
                String::new()
            }
        }
    }

    pub(super) fn text(&mut self, object: &Value, field: &str, default: &str) -> String {
        match &object[field] {
            Value::Null => default.to_owned(),
            Value::String(text) => text.clone(),
            _ => {
                self.wrong(field);
                String::new()
            }
        }
    }

    pub(super) fn number(&mut self, object: &Value, field: &str) -> Option<u64> {
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
    pub(super) fn flag(&mut self, field: &str) -> bool {
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

    pub(super) fn zero_or_one(&mut self, field: &str) -> u64 {
        let number = self.number(self.body, field).unwrap_or(0);
        if number > 1 {
            self.wrong(field);
        }
        number
    }

    pub(super) fn emails(&mut self, field: &str) -> Vec<String> {
        let Some(list) = self.list(self.body, field) else {
            return Vec::new();
        };
        if list.iter().any(|email| !email.contains('@')) {
            self.wrong(field);
        }
        list
    }

    pub(super) fn list(&mut self, object: &Value, field: &str) -> Option<Vec<String>> {
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
