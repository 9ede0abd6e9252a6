//! The short form that people write.
