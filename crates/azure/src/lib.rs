//! Speaks to ARM: credentials, long operations, observe and apply.
