//! Whole-system tests.
#![cfg(test)]
