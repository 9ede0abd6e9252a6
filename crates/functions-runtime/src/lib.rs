//! Azure Functions custom handlers as async Rust functions.
