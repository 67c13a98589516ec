//! A request's parameters as Rails sees them: query, JSON, form and multipart in one nested object.

use axum::extract::{FromRequest, Multipart, Query, Request};
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::act::NewAttachment;
use crate::model::Map;
use crate::refusal::Refusal;

/// Parameters and uploaded files.
#[derive(Debug, Default)]
pub(crate) struct Params {
    pub values: Map,
    pub files: Vec<NewAttachment>,
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let mut params = Self::default();
        let query =
            Query::<Vec<(String, String)>>::try_from_uri(request.uri()).map_err(|_| Refusal::BadRequest)?;
        for (name, value) in query.0 {
            nest(&mut params.values, &name, json!(value));
        }
        let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        if kind.starts_with("multipart/form-data") {
            let body = Multipart::from_request(request, state).await.map_err(|_| Refusal::BadRequest)?;
            params.read_multipart(body).await?;
            return Ok(params);
        }
        let body = Bytes::from_request(request, state).await.map_err(|_| Refusal::BadRequest)?;
        if kind.starts_with("application/x-www-form-urlencoded") {
            let uri =
                format!("/?{}", String::from_utf8_lossy(&body)).parse().map_err(|_| Refusal::BadRequest)?;
            let form = Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(|_| Refusal::BadRequest)?;
            for (name, value) in form.0 {
                nest(&mut params.values, &name, json!(value));
            }
        } else if kind.starts_with("application/json") && !body.is_empty() {
            match serde_json::from_slice(&body).map_err(|_| Refusal::BadRequest)? {
                Value::Object(members) => params.values.extend(members),
                other => {
                    params.values.insert("_json".to_owned(), other);
                }
            }
        }
        Ok(params)
    }
}

impl Params {
    async fn read_multipart(&mut self, mut body: Multipart) -> Result<(), Refusal> {
        while let Some(field) = body.next_field().await.map_err(|_| Refusal::BadRequest)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
            let data = field.bytes().await.map_err(|_| Refusal::BadRequest)?;
            match file_name {
                Some(file_name) => self.files.push(NewAttachment { file_name, content_type, data }),
                None => nest(&mut self.values, &name, json!(String::from_utf8_lossy(&data))),
            }
        }
        Ok(())
    }

    /// The members below `name`, or all where the caller did not wrap them: Rails wraps by itself.
    pub(crate) fn wrapped(&self, name: &str) -> &Map {
        match self.values.get(name) {
            Some(Value::Object(inner)) => inner,
            _ => &self.values,
        }
    }
}

/// Puts `message[content]` or `labels[]` where Rails puts them.
fn nest(values: &mut Map, name: &str, value: Value) {
    let Some((head, rest)) = name.split_once('[') else {
        values.insert(name.to_owned(), value);
        return;
    };
    let Some((key, rest)) = rest.split_once(']') else { return };
    if key.is_empty() {
        let list = values.entry(head).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(value);
        }
        return;
    }
    let inner = values.entry(head).or_insert_with(|| json!({}));
    if let Value::Object(inner) = inner {
        nest(inner, &format!("{key}{rest}"), value);
    }
}

/// Reading members whose types callers are careless about.
pub(crate) trait Members {
    fn text(&self, name: &str) -> Option<String>;
    fn integer(&self, name: &str) -> Option<i64>;
    fn flag(&self, name: &str) -> Option<bool>;
    fn object(&self, name: &str) -> Option<Map>;
    fn integers(&self, name: &str) -> Vec<i64>;
    fn texts(&self, name: &str) -> Option<Vec<String>>;
}

impl Members for Map {
    fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    fn integer(&self, name: &str) -> Option<i64> {
        integer(self.get(name)?)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => Some(!matches!(text.as_str(), "" | "false" | "0" | "off")),
            Value::Number(number) => Some(number.as_i64() != Some(0)),
            _ => None,
        }
    }

    fn object(&self, name: &str) -> Option<Map> {
        match self.get(name)? {
            Value::Object(members) => Some(members.clone()),
            Value::String(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }

    fn integers(&self, name: &str) -> Vec<i64> {
        match self.get(name) {
            Some(Value::Array(values)) => values.iter().filter_map(integer).collect(),
            Some(value) => integer(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    fn texts(&self, name: &str) -> Option<Vec<String>> {
        match self.get(name)? {
            Value::Array(values) => {
                Some(values.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect())
            }
            Value::String(text) => Some(vec![text.clone()]),
            _ => None,
        }
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
