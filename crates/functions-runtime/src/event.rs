//! What a handler gets, and how it fails.

use serde_json::{Map, Value};

/// One invocation: the trigger's data, the metadata that the host sent with it, and its context.
#[derive(Clone, Debug)]
pub struct FunctionEvent<T> {
    /// The trigger's data.
    pub data: T,
    /// `Metadata` as the host sent it.
    pub metadata: Map<String, Value>,
    /// Which invocation this is.
    pub context: Context,
}

/// Which invocation this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The function's name.
    pub function_name: String,
    /// The host's invocation id; empty if the host sent none.
    pub invocation_id: String,
    /// W3C trace context, if the host sent one.
    pub trace_parent: Option<String>,
}

/// Whether trying again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Yes: the invocation fails and the host tries again as the trigger says.
    Again,
    /// No: the same input will fail again.
    Never,
}

/// A failed invocation. The text goes to standard error, since the host drops what stands in a
/// failed answer.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FunctionError {
    /// What failed, for the log.
    pub message: String,
    /// Whether trying again may help.
    pub retry: Retry,
}

impl FunctionError {
    /// A failure that may pass.
    pub fn again(error: impl std::fmt::Display) -> Self {
        Self {
            message: error.to_string(),
            retry: Retry::Again,
        }
    }

    /// A failure that will not pass.
    pub fn never(error: impl std::fmt::Display) -> Self {
        Self {
            message: error.to_string(),
            retry: Retry::Never,
        }
    }
}

/// Undoes the host's layers of encoding: an object stays; a string that holds JSON is read, and
/// once more if that gives a string that holds JSON; other text stays text.
pub(crate) fn tolerant(value: Value) -> Value {
    let mut value = value;
    for _ in 0..2 {
        let Value::String(text) = &value else {
            return value;
        };
        match serde_json::from_str::<Value>(text) {
            Ok(inner) => value = inner,
            Err(_) => return value,
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_layer_of_encoding_is_undone() {
        for (sent, meant) in [
            (json!({"a": 1}), json!({"a": 1})),
            (json!("\"hello\""), json!("hello")),
            (json!("{\"a\":1}"), json!({"a": 1})),
            (json!("\"{\\\"a\\\":1}\""), json!({"a": 1})),
            (json!("plain"), json!("plain")),
        ] {
            assert_eq!(tolerant(sent.clone()), meant, "{sent}");
        }
    }
}
