//! Forwards packets the way Azure's network does, as a pure engine.
