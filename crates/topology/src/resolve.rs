//! Manifest to topology.
