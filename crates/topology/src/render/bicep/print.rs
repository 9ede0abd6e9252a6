//! Values and strings as Bicep writes them.
//!
//! Source of the escapes: <https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types#strings>.

use super::super::{
    deployment::{Deployment, GROUP, Item},
    expression::{Expr, Reference},
};
use crate::model::id::ResourceId;
use std::fmt::Write as _;

/// Prints the values of one resource.
pub(super) struct Printer<'d> {
    deployment: Option<&'d Deployment>,
    /// The group of the file.
    group: ResourceId,
    item: &'d Item,
}

impl<'d> Printer<'d> {
    /// For a resource of a module.
    pub(super) fn of(deployment: &'d Deployment, group: &ResourceId, item: &'d Item) -> Self {
        Self {
            deployment: Some(deployment),
            group: group.clone(),
            item,
        }
    }

    /// For a resource whose file has no other symbols.
    pub(super) fn plain(item: &'d Item) -> Self {
        Self {
            deployment: None,
            group: item.id.group_id(),
            item,
        }
    }

    /// A value whose first line begins at this depth; two blanks a level.
    pub(super) fn print(&self, expr: &Expr, depth: usize) -> String {
        match expr {
            Expr::Null => "null".to_owned(),
            Expr::Bool(bool) => bool.to_string(),
            // Bicep knows 64-bit integers and no fractions.
            Expr::Number(number) if number.is_i64() => number.to_string(),
            Expr::Number(number) => format!("json('{number}')"),
            Expr::Text(text) => quoted(text),
            Expr::Ref(reference) => self.reference(reference),
            Expr::Address(id) => self.address(id),
            Expr::Base64(text) => format!("base64({})", quoted(text)),
            Expr::Secret(name) => name.clone(),
            Expr::List(list) if list.is_empty() => "[]".to_owned(),
            Expr::Object(members) if members.is_empty() => "{}".to_owned(),
            Expr::List(list) => {
                let inner = "  ".repeat(depth.saturating_add(1));
                let mut text = "[\n".to_owned();
                for item in list {
                    let item = self.print(item, depth.saturating_add(1));
                    let _infallible = writeln!(text, "{inner}{item}");
                }
                text.push_str(&"  ".repeat(depth));
                text.push(']');
                text
            }
            Expr::Object(members) => {
                let inner = "  ".repeat(depth.saturating_add(1));
                let mut text = "{\n".to_owned();
                for (name, member) in members {
                    let member = self.print(member, depth.saturating_add(1));
                    let _infallible = writeln!(text, "{inner}{}: {member}", key(name));
                }
                text.push_str(&"  ".repeat(depth));
                text.push('}');
                text
            }
        }
    }

    fn symbol(&self, id: &ResourceId) -> Option<&'d str> {
        let is_near = id
            .subscription()
            .eq_ignore_ascii_case(self.group.subscription());
        self.deployment
            .and_then(|deployment| deployment.items.get(id))
            .filter(|_| is_near)
            .map(|item| item.symbol.as_str())
    }

    fn reference(&self, reference: &Reference) -> String {
        let id = reference.id();
        if reference.owner == self.item.id {
            return own(&id);
        }
        match self.symbol(&reference.owner) {
            Some(_) if reference.owner.is_type(GROUP) => quoted(id.as_str()),
            None => quoted(id.as_str()),
            Some(symbol) if reference.rest.is_empty() => format!("{symbol}.id"),
            Some(symbol) => {
                let mut rest = String::new();
                for (kind, name) in &reference.rest {
                    let _infallible = write!(rest, "/{kind}/{name}");
                }
                format!("'${{{symbol}.id}}{}'", escaped(&rest))
            }
        }
    }

    fn address(&self, id: &ResourceId) -> String {
        let symbol = self.symbol(id).unwrap_or_default();
        if id.is_type("Microsoft.Network/privateEndpoints") {
            format!("{symbol}Address.outputs.address")
        } else {
            format!("{symbol}.properties.privateIPAddresses[0]")
        }
    }
}

/// A part of the resource itself, which may not name its own symbol.
fn own(id: &ResourceId) -> String {
    let mut names = vec![quoted(id.name())];
    let mut at = id.clone();
    while let Some(parent) = at.parent() {
        names.push(quoted(parent.name()));
        at = parent;
    }
    names.reverse();
    format!(
        "resourceId({}, {})",
        quoted(&id.arm_type()),
        names.join(", ")
    )
}

/// A member's name: bare where that is an identifier.
pub(super) fn key(name: &str) -> String {
    let mut letters = name.chars();
    let is_bare = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(name, "true" | "false" | "null" | "if" | "for" | "in");
    if is_bare {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A string literal.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if letters.peek() == Some(&'{') => out.push_str("\\$"),
            c if c.is_control() => {
                let _infallible = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_cannot_end_early_or_run_code() {
        for (text, wanted) in [
            ("it's", r"'it\'s'"),
            ("${x}", r"'\${x}'"),
            ("$x {y}", "'$x {y}'"),
            ("a\\${b}", r"'a\\\${b}'"),
            ("a\nb\t\u{7}", r"'a\nb\t\u{7}'"),
            ("`%{x}\"", "'`%{x}\"'"),
        ] {
            assert_eq!(quoted(text), wanted);
        }
    }

    #[test]
    fn members_are_quoted_where_they_must_be() {
        for (name, wanted) in [
            ("location", "location"),
            ("cost-center", "'cost-center'"),
            ("1st", "'1st'"),
            ("null", "'null'"),
            ("it's", r"'it\'s'"),
        ] {
            assert_eq!(key(name), wanted);
        }
    }
}
