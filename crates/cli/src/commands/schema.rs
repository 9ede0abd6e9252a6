//! `linkspan schema`.

/// Prints the JSON Schema of a manifest.
pub(crate) fn run() -> u8 {
    crate::out::say_line!("{:#}", topology::manifest::json_schema());
    0
}
