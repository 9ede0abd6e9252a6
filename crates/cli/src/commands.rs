//! One file a command.

pub(crate) mod advise;
pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod down;
pub(crate) mod exec;
pub(crate) mod expand;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod fix;
pub(crate) mod import;
pub(crate) mod plan;
pub(crate) mod schema;
pub(crate) mod trace;
pub(crate) mod twin;
pub(crate) mod up;
