//! A resource's JSON with its references understood: what every deployable language prints.

use crate::model::{dns::RecordAddress, id::ResourceId};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Number, Value};

/// A value as a deployment language has to say it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    /// The id of a resource of the deployment, or of a part of one.
    Ref(Reference),
    /// The address of a resource, which only Azure knows.
    Address(ResourceId),
    /// Base64 of a readable text.
    Base64(String),
    /// What must not stand in a file: a parameter of this name.
    Secret(String),
    List(Vec<Expr>),
    Object(Vec<(String, Expr)>),
}

/// An id inside the deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// The resource that holds it.
    pub(super) owner: ResourceId,
    /// Kinds and names below it (`subnets`, `plsSubnet`); empty for the resource itself.
    pub(super) rest: Vec<(String, String)>,
}

impl Reference {
    /// The whole id.
    pub(super) fn id(&self) -> ResourceId {
        self.rest
            .iter()
            .fold(self.owner.clone(), |id, (kind, name)| id.child(kind, name))
    }
}

/// Members whose text is a secret.
const SECRETS: &[&str] = &[
    "adminPassword",
    "password",
    "certificatePassword",
    "encodedCertificate",
    "sharedKey",
    "clientSecret",
];

/// Reads values; knows which ids the deployment holds, and collects secrets.
pub(super) struct Reader<'a> {
    /// Whether a resource is one of the deployment, or one that is there already.
    pub(super) holds: &'a dyn Fn(&ResourceId) -> bool,
    /// The resource that is being read, for the names of secrets.
    pub(super) symbol: String,
    /// Parameters found, in order.
    pub(super) secrets: Vec<String>,
}

impl Reader<'_> {
    pub(super) fn read(&mut self, key: &str, value: &Value) -> Expr {
        match value {
            Value::Null => Expr::Null,
            Value::Bool(bool) => Expr::Bool(*bool),
            Value::Number(number) => Expr::Number(number.clone()),
            Value::String(text) => self.text(key, text),
            Value::Array(list) => {
                Expr::List(list.iter().map(|item| self.read(key, item)).collect())
            }
            Value::Object(members) => Expr::Object(
                members
                    .iter()
                    .map(|(name, member)| (name.clone(), self.read(name, member)))
                    .collect(),
            ),
        }
    }

    fn text(&mut self, key: &str, text: &str) -> Expr {
        if SECRETS.contains(&key) && !text.is_empty() {
            let mut letters = key.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            let tail: String = first.into_iter().chain(letters).collect();
            let name = format!("{}{tail}", self.symbol);
            if !self.secrets.contains(&name) {
                self.secrets.push(name.clone());
            }
            return Expr::Secret(name);
        }
        if let Ok(RecordAddress::Of(id)) = text.parse() {
            return Expr::Address(id);
        }
        if matches!(key, "userData" | "customData")
            && let Some(decoded) = readable(text)
        {
            return Expr::Base64(decoded);
        }
        if text.starts_with("/subscriptions/")
            && let Ok(id) = text.parse::<ResourceId>()
            && let Some(reference) = self.reference(&id)
        {
            return Expr::Ref(reference);
        }
        Expr::Text(text.to_owned())
    }

    fn reference(&self, id: &ResourceId) -> Option<Reference> {
        let mut owner = id.clone();
        let mut rest = Vec::new();
        while !(self.holds)(&owner) {
            let parent = owner.parent()?;
            let kind = owner
                .arm_type()
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
            rest.push((kind, owner.name().to_owned()));
            owner = parent;
        }
        rest.reverse();
        Some(Reference { owner, rest })
    }
}

/// The text behind canonical base64, if a person can read it.
fn readable(text: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let plain = decoded
        .chars()
        .all(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    (plain && !decoded.is_empty() && STANDARD.encode(&decoded) == text).then_some(decoded)
}

impl Expr {
    /// Calls `see` for every reference in it.
    pub(super) fn references(&self, see: &mut impl FnMut(&Reference)) {
        match self {
            Self::Ref(reference) => see(reference),
            Self::List(list) => list.iter().for_each(|item| item.references(see)),
            Self::Object(members) => members.iter().for_each(|(_, item)| item.references(see)),
            _ => {}
        }
    }

    /// Calls `see` for every resource whose address it asks for.
    pub(super) fn addresses(&self, see: &mut impl FnMut(&ResourceId)) {
        match self {
            Self::Address(id) => see(id),
            Self::List(list) => list.iter().for_each(|item| item.addresses(see)),
            Self::Object(members) => members.iter().for_each(|(_, item)| item.addresses(see)),
            _ => {}
        }
    }
}
