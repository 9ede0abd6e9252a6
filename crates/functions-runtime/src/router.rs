//! Handlers by function name.

use crate::{Context, FunctionError, FunctionEvent, event::tolerant};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fmt, future::Future, pin::Pin, sync::Arc};

/// What an invocation gives back to the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    /// By output binding.
    pub outputs: Map<String, Value>,
    /// The `$return` binding.
    pub return_value: Option<Value>,
    /// Lines for the host's log, at information level.
    pub logs: Vec<String>,
}

impl Outputs {
    /// The answer's body: never empty.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "Outputs": self.outputs, "Logs": self.logs, "ReturnValue": self.return_value })
    }
}

/// What a handler may return.
pub trait IntoOutputs {
    /// The outputs.
    fn into_outputs(self) -> Outputs;
}

impl IntoOutputs for Outputs {
    fn into_outputs(self) -> Outputs {
        self
    }
}

impl IntoOutputs for () {
    fn into_outputs(self) -> Outputs {
        Outputs::default()
    }
}

/// An invocation as it came, before a handler's types are known.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) data: Map<String, Value>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) context: Context,
}

type Answer = Pin<Box<dyn Future<Output = Result<Outputs, FunctionError>> + Send>>;
type Handler = Arc<dyn Fn(Invocation) -> Answer + Send + Sync>;

/// Handlers by function name.
#[derive(Clone, Default)]
pub struct Router {
    handlers: BTreeMap<String, Handler>,
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.handlers.keys()).finish()
    }
}

impl Router {
    /// No handlers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves the function `name` with `handler`. Its data is the trigger's value: the one member
    /// of `Data`, freed from the host's layers of encoding.
    #[must_use]
    pub fn function<T, R, F, A>(mut self, name: impl Into<String>, handler: F) -> Self
    where
        T: DeserializeOwned + Send + 'static,
        R: IntoOutputs,
        F: Fn(FunctionEvent<T>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<R, FunctionError>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let boxed: Handler = Arc::new(move |invocation| {
            let handler = Arc::clone(&handler);
            Box::pin(async move {
                let value = invocation
                    .data
                    .into_iter()
                    .next()
                    .map_or(Value::Null, |(_, value)| tolerant(value));
                let data = serde_json::from_value(value).map_err(|error| {
                    FunctionError::never(format!("the trigger's data does not fit: {error}"))
                })?;
                let event = FunctionEvent {
                    data,
                    metadata: invocation.metadata,
                    context: invocation.context,
                };
                handler(event).await.map(IntoOutputs::into_outputs)
            })
        });
        self.handlers.insert(name.into(), boxed);
        self
    }

    /// The names served.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.handlers.keys().map(String::as_str)
    }

    /// Runs the handler of the invocation's function; `None` if there is none.
    pub(crate) fn call(&self, invocation: Invocation) -> Option<Answer> {
        let name = invocation.context.function_name.as_str();
        let handler = self
            .handlers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, handler)| handler)?;
        Some(handler(invocation))
    }
}
