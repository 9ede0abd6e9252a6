//! Values to try where one is not known: what might well stand there.

use serde_json::{Value, json};

/// Something of the kind that belongs to a member's name, and by `way` 1 another such value; `None`
/// where nothing can be guessed.
pub(crate) fn plausible(key: &str, way: usize) -> Option<Value> {
    let second = way == 1;
    let folded = key.to_ascii_lowercase();
    let address = if second {
        "10.255.254.5"
    } else {
        "10.255.255.4"
    };
    let is = |word: &str| folded.starts_with(word);
    Some(match folded.as_str() {
        "ipv4address" | "privateipaddress" | "ipaddress" | "destinationipaddress" => json!(address),
        "arecords" => json!([{ "ipv4Address": address }]),
        "priority" => json!(if second { 4000 } else { 200 }),
        "addressprefix" => json!(format!("{address}/32")),
        "addressprefixes" => json!([format!("{address}/32")]),
        "protocol" => json!("Tcp"),
        name if name.ends_with("portrange") => json!(if second { "8080" } else { "443" }),
        name if name.ends_with("port") => json!(if second { 8080 } else { 443 }),
        name if name.ends_with("minutes") || name.ends_with("seconds") => {
            json!(if second { 30 } else { 4 })
        }
        _ if is("enable") || is("is") || is("disable") => json!(second),
        _ => return None,
    })
}
