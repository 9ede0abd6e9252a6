//! The HTTP trigger in its enveloped form, and the HTTP output.

use crate::{FunctionError, IntoOutputs, Outputs};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A request as the host hands it to a function with an HTTP trigger.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HttpRequest {
    /// Full URL.
    pub url: String,
    /// Such as `POST`.
    pub method: String,
    /// Query; repeated keys come joined by a comma.
    pub query: BTreeMap<String, String>,
    /// Headers, in the case they were received.
    #[serde(deserialize_with = "headers")]
    pub headers: BTreeMap<String, Vec<String>>,
    /// Parameters of the route.
    pub params: BTreeMap<String, Value>,
    /// Body: text; binary content comes as Base64. Absent for bodies without a length.
    pub body: Option<Value>,
}

fn headers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Vec<String>>, D::Error> {
    let raw: BTreeMap<String, Value> = BTreeMap::deserialize(deserializer)?;
    Ok(raw
        .into_iter()
        .map(|(name, value)| {
            let values = match value {
                Value::Array(list) => list
                    .into_iter()
                    .filter_map(|item| item.as_str().map(str::to_owned))
                    .collect(),
                Value::String(one) => vec![one],
                _ => Vec::new(),
            };
            (name, values)
        })
        .collect())
}

impl HttpRequest {
    /// A query value.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A header's first value, by name without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .and_then(|(_, values)| values.first())
            .map(String::as_str)
    }

    /// The body as text; Base64 is decoded where the content type says that the host encoded it.
    pub fn text(&self) -> Result<String, FunctionError> {
        let Some(body) = &self.body else {
            return Ok(String::new());
        };
        let text = match body {
            Value::String(text) => text.clone(),
            other => return Ok(other.to_string()),
        };
        let kind = self
            .header("content-type")
            .unwrap_or("")
            .to_ascii_lowercase();
        if kind.starts_with("application/octet-stream") || kind.starts_with("multipart/") {
            let bytes = STANDARD.decode(&text).map_err(FunctionError::never)?;
            return String::from_utf8(bytes).map_err(FunctionError::never);
        }
        Ok(text)
    }
}

/// An answer through the HTTP output named `res`.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpResponse {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Value,
}

impl HttpResponse {
    /// Text. It goes as an object's member, so the host never takes it for Base64.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::new(
            status,
            "text/plain; charset=utf-8",
            Value::String(body.into()),
        )
    }

    /// JSON.
    pub fn json(status: u16, body: Value) -> Self {
        Self::new(status, "application/json", body)
    }

    fn new(status: u16, kind: &str, body: Value) -> Self {
        Self {
            status,
            headers: BTreeMap::from([("content-type".to_owned(), kind.to_owned())]),
            body,
        }
    }
}

impl IntoOutputs for HttpResponse {
    fn into_outputs(self) -> Outputs {
        // The host declares statusCode as a string.
        let value = json!({ "statusCode": self.status.to_string(), "headers": self.headers, "body": self.body });
        let mut outputs = Map::new();
        outputs.insert("res".to_owned(), value);
        Outputs {
            outputs,
            return_value: None,
            logs: Vec::new(),
        }
    }
}
