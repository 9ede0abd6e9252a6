//! The sign of each kind: a small shape of our own, told apart without color.

use super::super::picture::Kind;
use crate::finding::Severity;

/// Shapes in a square of 18.
pub(super) fn sign(kind: Kind) -> &'static str {
    match kind {
        // A screen on a foot.
        Kind::Client => r#"<path d="M2 3h14v9H2zM9 12v3M5 15.5h8"/>"#,
        // A plug.
        Kind::Endpoint => r#"<path d="M5 6h8v4a4 4 0 0 1-8 0zM7 6V2M11 6V2M9 14v3"/>"#,
        // Two arrowheads through a wall.
        Kind::Service => r#"<path d="M9 2v14M3 5l4 4-4 4M11 5l4 4-4 4"/>"#,
        // One in, three out.
        Kind::Balancer => r#"<path d="M2 9h5M7 9l8-6M7 9h8M7 9l8 6"/>"#,
        // A chip.
        Kind::Nic => {
            r#"<path d="M5 5h8v8H5zM7 5V2M11 5V2M7 16v-3M11 16v-3M5 7H2M5 11H2M16 7h-3M16 11h-3"/>"#
        }
        // Three chips.
        Kind::ScaleSet => r#"<path d="M6 6h10v10H6zM4 12V4h8M2 10V2h8"/>"#,
        // A hexagon with a door.
        Kind::ApiManagement => {
            r#"<path d="M9 1.5l6.5 3.75v7.5L9 16.5l-6.5-3.75v-7.5zM6 9h6M9.500 6.5L12 9l-2.500 2.500"/>"#
        }
        // Out through a gate.
        Kind::NatGateway => r#"<path d="M2 2v14M16 2v14M5 9h8M10 6l3 3-3 3"/>"#,
        // A globe.
        Kind::PublicIp => {
            r#"<path d="M9 2a7 7 0 1 0 .01 0zM2 9h14M9 2c-4 4-4 10 0 14M9 2c4 4 4 10 0 14"/>"#
        }
        // A point.
        Kind::Address => r#"<path d="M9 16s-5-5-5-9a5 5 0 0 1 10 0c0 4-5 9-5 9zM9 6.5h.01"/>"#,
        // A cylinder.
        Kind::Target => r#"<path d="M3 5c0-4 12-4 12 0v8c0 4-12 4-12 0zM3 5c0 3 12 3 12 0"/>"#,
        // Two machines in a rack.
        Kind::Backend => r#"<path d="M3 2h12v6H3zM3 10h12v6H3zM6 5h.01M6 13h.01"/>"#,
    }
}

/// The shape of a finding in a square of 20: octagon, triangle or circle.
pub(super) fn badge(severity: Severity) -> (&'static str, &'static str, &'static str) {
    match severity {
        Severity::Error => (
            "error",
            r#"<path d="M6.500 1h7L19 6.500v7L13.500 19h-7L1 13.500v-7z"/>"#,
            "!",
        ),
        Severity::Warning => ("warning", r#"<path d="M10 1l9.500 17.500H.5z"/>"#, "!"),
        Severity::Hint => ("hint", r#"<circle cx="10" cy="10" r="9"/>"#, "i"),
    }
}
