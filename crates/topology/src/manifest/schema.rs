//! The JSON Schema of a manifest, made of the same declarations that read it.
//!
//! Editors complete and explain by it. It takes what a person writes in the short form; where a
//! word, number or address is wanted, a reference to a variable (`$(name)`) fits too.

use super::{Guid, Listen, Manifest, raw::RawResource};
use crate::model::{
    cidr::IpRange,
    expectation::{PortRange, Selector},
};
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The schema's own name; where it is published, `$schema` of a manifest may name the place.
const ID: &str = "urn:linkspan:schema:manifest:v1";

/// The JSON Schema of a manifest (draft 2020-12).
pub fn json_schema() -> Value {
    let mut definitions = Definitions::default();
    let root = Manifest::schema(&mut definitions);
    let mut members = definitions.members;
    members.insert(
        "Variable".to_owned(),
        json!({ "type": "string", "pattern": "\\$\\(", "description": "A reference to a variable." }),
    );
    let mut schema = Map::new();
    let draft = "https://json-schema.org/draft/2020-12/schema";
    schema.insert("$schema".to_owned(), json!(draft));
    schema.insert("$id".to_owned(), json!(ID));
    schema.insert("title".to_owned(), json!("Linkspan manifest"));
    if let Value::Object(root) = root {
        schema.extend(root);
    }
    schema.insert("$defs".to_owned(), Value::Object(members));
    Value::Object(schema)
}

/// The definitions that were made so far.
#[derive(Default)]
pub(super) struct Definitions {
    members: Map<String, Value>,
}

/// A key of a record.
pub(super) struct Member {
    pub(super) key: &'static str,
    pub(super) doc: &'static str,
    pub(super) schema: Value,
    pub(super) is_required: bool,
}

/// What has a schema.
pub(super) trait Described {
    fn schema(definitions: &mut Definitions) -> Value;
}

impl Definitions {
    /// A reference to the record's definition, which is made the first time.
    pub(super) fn record(
        &mut self,
        name: &str,
        what: &str,
        doc: &str,
        alternatives: &[&[&str]],
        members: impl FnOnce(&mut Self) -> Vec<Member>,
    ) -> Value {
        if !self.members.contains_key(name) {
            // Holds the place, so that a record may hold itself.
            self.members.insert(name.to_owned(), Value::Null);
            let mut properties = Map::new();
            let mut required = Vec::new();
            for member in members(self) {
                if member.is_required {
                    required.push(member.key);
                }
                properties.insert(member.key.to_owned(), described(member.schema, member.doc));
            }
            if name == "Manifest" {
                let doc = "Values that stand wherever `$(name)` is written.";
                properties.insert(
                    "variables".to_owned(),
                    json!({ "type": ["object", "null"], "description": doc }),
                );
            }
            let mut schema = json!({
                "title": what, "description": doc.trim(), "type": "object",
                "properties": properties, "required": required, "additionalProperties": false,
            });
            let one_of = |keys: &&[&str]| {
                let each: Vec<Value> = keys
                    .iter()
                    .map(|key| json!({ "required": [key] }))
                    .collect();
                json!({ "anyOf": each })
            };
            let all: Vec<Value> = alternatives.iter().map(one_of).collect();
            if let Some(members) = schema.as_object_mut().filter(|_| !all.is_empty()) {
                members.insert("allOf".to_owned(), all.into());
            }
            self.members.insert(name.to_owned(), schema);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }
}

/// Adds what the declaration says in words, and the default that it names.
fn described(mut schema: Value, doc: &str) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".to_owned(), json!(doc.trim()));
        let named = doc
            .to_ascii_lowercase()
            .find("default `")
            .and_then(|at| doc.get(at..)?.split('`').nth(1));
        let single = doc
            .to_ascii_lowercase()
            .find("default ")
            .and_then(|at| doc.get(at..)?.split_whitespace().nth(1))
            .map(|word| word.trim_end_matches(['.', ',', ';']))
            .filter(|word| word.parse::<u32>().is_ok());
        if let Some(word) = named.or(single) {
            let value = serde_json::from_str(word).unwrap_or_else(|_| json!(word));
            members.insert("default".to_owned(), value);
        }
    }
    schema
}

pub(super) fn section(schema: Value) -> Value {
    json!({ "type": ["object", "null"], "additionalProperties": schema })
}

pub(super) fn list(schema: Value) -> Value {
    json!({ "anyOf": [{ "type": "array", "items": schema }, variable()] })
}

pub(super) fn many(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "array", "items": schema }] })
}

pub(super) fn choice(words: &[&str]) -> Value {
    json!({ "anyOf": [{ "enum": words }, variable()] })
}

fn variable() -> Value {
    json!({ "$ref": "#/$defs/Variable" })
}

fn or_variable(schema: Value) -> Value {
    json!({ "anyOf": [schema, variable()] })
}

impl Described for String {
    fn schema(_definitions: &mut Definitions) -> Value {
        // A word that looks like a number or a flag needs no quotes.
        json!({ "type": ["string", "number", "boolean"] })
    }
}

impl Described for bool {
    fn schema(_definitions: &mut Definitions) -> Value {
        or_variable(json!({ "type": "boolean" }))
    }
}

impl Described for u8 {
    fn schema(_definitions: &mut Definitions) -> Value {
        or_variable(json!({ "type": "integer", "minimum": 0, "maximum": Self::MAX }))
    }
}

impl Described for u16 {
    fn schema(_definitions: &mut Definitions) -> Value {
        or_variable(json!({ "type": "integer", "minimum": 0, "maximum": Self::MAX }))
    }
}

impl Described for u32 {
    fn schema(_definitions: &mut Definitions) -> Value {
        or_variable(json!({ "type": "integer", "minimum": 0, "maximum": Self::MAX }))
    }
}

impl Described for IpRange {
    fn schema(_definitions: &mut Definitions) -> Value {
        let pattern = r"^((\d{1,3}\.){3}\d{1,3}/\d{1,2}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*/\d{1,3})$";
        let examples = ["10.0.1.0/24", "fd00:10::/64"];
        or_variable(json!({ "type": "string", "pattern": pattern, "examples": examples }))
    }
}

impl Described for IpAddr {
    fn schema(_definitions: &mut Definitions) -> Value {
        let pattern = r"^((\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$";
        let examples = ["10.0.1.4", "fd00:10::4"];
        or_variable(json!({ "type": "string", "pattern": pattern, "examples": examples }))
    }
}

impl Described for Ipv6Addr {
    fn schema(_definitions: &mut Definitions) -> Value {
        let pattern = "^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$";
        or_variable(json!({ "type": "string", "pattern": pattern, "examples": ["fd00:10::4"] }))
    }
}

impl Described for Ipv4Addr {
    fn schema(_definitions: &mut Definitions) -> Value {
        let pattern = r"^(\d{1,3}\.){3}\d{1,3}$";
        or_variable(json!({ "type": "string", "pattern": pattern, "examples": ["10.0.1.4"] }))
    }
}

impl Described for Guid {
    fn schema(_definitions: &mut Definitions) -> Value {
        let pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
        or_variable(json!({ "type": "string", "pattern": pattern }))
    }
}

impl Described for Listen {
    fn schema(_definitions: &mut Definitions) -> Value {
        json!({ "anyOf": [
            { "type": "integer", "minimum": 1, "maximum": u16::MAX },
            { "type": "string", "examples": ["10.0.1.4:443"] },
        ] })
    }
}

impl Described for PortRange {
    fn schema(_definitions: &mut Definitions) -> Value {
        json!({ "anyOf": [
            { "type": "integer", "minimum": 1, "maximum": u16::MAX },
            { "type": "string", "examples": ["443", "8000-9000", "*"] },
        ] })
    }
}

impl Described for Selector {
    fn schema(_definitions: &mut Definitions) -> Value {
        json!({ "type": "string", "examples": ["testvm", "External", "https://apim1449.azure-api.net"] })
    }
}

impl Described for RawResource {
    fn schema(definitions: &mut Definitions) -> Value {
        let text = |doc: &str| json!({ "type": "string", "description": doc });
        let shape = |kind: &str, doc: &str| json!({ "type": [kind, "null"], "description": doc });
        let kinds: Vec<&str> = crate::model::ARM_TYPES
            .iter()
            .map(|(kind, _)| *kind)
            .collect();
        let kind = json!({ "type": "string", "examples": kinds, "description": "ARM's type." });
        let schema = json!({
            "title": "a resource",
            "description": "A whole ARM resource as ARM spells it, or what is laid over one that a section makes.",
            "type": "object",
            "properties": {
                "id": text("Its resource id, instead of type, name and group."), "type": kind,
                "name": { "type": ["string", "number"], "description": "Its name; `PARENT/CHILD` for a child." },
                "resourceGroup": text("Its group, by the name in `resourceGroups`."),
                "subscription": text("Of a resource group: short name of its subscription."),
                "location": text("Its region."),
                "existing": { "type": "boolean", "description": "Read, never changed." },
                "$remove": { "type": "boolean", "description": "Taken out, though a section makes it." },
                "tags": shape("object", "Tags, beside those of the manifest."),
                "sku": shape("object", "`sku`, as ARM has it."),
                "zones": shape("array", "Availability zones."),
                "properties": shape("object", "`properties`, as ARM has them; lists are merged by name, and `null` takes a member out."),
            },
            "anyOf": [{ "required": ["id"] }, { "required": ["type", "name"] }],
        });
        definitions.members.insert("RawResource".to_owned(), schema);
        json!({ "$ref": "#/$defs/RawResource" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::value_of;

    const COMMITTED: &str = include_str!("../../manifest.schema.json");

    #[test]
    fn every_key_is_described() {
        fn bare(value: &Value, path: &str, found: &mut Vec<String>) {
            let members = value.get("properties").and_then(Value::as_object);
            for (name, member) in members.into_iter().flatten() {
                let at = format!("{path}/{name}");
                let doc = member.get("description").and_then(Value::as_str);
                if doc.is_none_or(|doc| doc.trim().is_empty()) {
                    found.push(at.clone());
                }
                bare(member, &at, found);
            }
        }
        let schema = json_schema();
        let mut found = Vec::new();
        bare(&schema, "", &mut found);
        let definitions = schema["$defs"].as_object().unwrap();
        for (name, definition) in definitions {
            bare(definition, name, &mut found);
        }
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn the_committed_schema_is_the_one_of_the_code() {
        let wanted = format!("{:#}\n", json_schema());
        assert!(
            COMMITTED == wanted,
            "crates/topology/manifest.schema.json is old; `cargo run -- schema > crates/topology/manifest.schema.json` mends it"
        );
    }

    fn errors(text: &str) -> Vec<String> {
        let (value, findings) = value_of(text);
        assert_eq!(findings, []);
        let validator = jsonschema::validator_for(&json_schema()).unwrap();
        validator
            .iter_errors(&value.unwrap())
            .map(|error| format!("{} {error}", error.instance_path))
            .collect()
    }

    #[test]
    fn every_example_fits_its_schema() {
        for text in [
            include_str!("../../../../examples/internal-apim.yaml"),
            include_str!("../../../../examples/tutorial-as-published.yaml"),
        ] {
            assert_eq!(errors(text), [""; 0]);
        }
    }

    #[test]
    fn what_does_not_fit_is_found() {
        for bad in [
            "name: x",
            "linkspan: v1\nname: x\nvirtualNetwork: {}\n",
            "linkspan: v1\nname: x\nforwarders: { f: { subnet: a/b, relay: [ { listen: 0, to: x } ] } }\n",
            "linkspan: v1\nname: x\nresources: [ { type: T } ]\n",
            "linkspan: v1\nname: x\nvirtualNetworks: { N: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { s: {} } } }\n",
            "linkspan: v1\nname: x\nvirtualNetworks: { N: { resourceGroup: G, addressPrefixes: [fd00] } }\n",
            "linkspan: v1\nname: x\nnatGateways: { N: { resourceGroup: G, publicIPAddresses: [A] } }\n",
            "linkspan: v1\nname: x\nsuppress: [ { code: FWD001 } ]\n",
        ] {
            assert!(!errors(bad).is_empty(), "{bad}");
        }
    }
}
