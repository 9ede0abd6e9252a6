//! Whole-system tests only; see `tests/it`.
