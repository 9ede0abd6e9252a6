//! Terraform's language: blocks, attributes, values, printed as `terraform fmt` does.
//!
//! References stay references until the text is written, because whether a resource is written in
//! `azurerm` or in `azapi` is known only when all have been tried.
//! Source of the escapes: <https://developer.hashicorp.com/terraform/language/expressions/strings>.

use super::super::expression::Reference;
use crate::model::id::ResourceId;
use std::fmt::Write as _;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Hcl {
    /// An expression as it stands.
    Raw(String),
    Text(String),
    /// The id of a resource, or of a part of one.
    Id(Reference),
    /// The name of a resource.
    Name(ResourceId),
    /// The address of a resource.
    Address(ResourceId),
    List(Vec<Hcl>),
    Map(Vec<(String, Hcl)>),
}

impl Hcl {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn bool(bool: bool) -> Self {
        Self::Raw(bool.to_string())
    }
}

/// What stands in a block.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entry {
    Attribute(String, Hcl),
    Block(String, Body),
}

/// The inside of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Body(pub(super) Vec<Entry>);

impl Body {
    pub(super) fn set(&mut self, name: &str, value: Hcl) {
        self.0.push(Entry::Attribute(name.to_owned(), value));
    }

    /// Sets what is there.
    pub(super) fn set_some(&mut self, name: &str, value: Option<Hcl>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    pub(super) fn block(&mut self, name: &str, body: Body) {
        self.0.push(Entry::Block(name.to_owned(), body));
    }
}

/// A block of the file: `resource "azurerm_lb" "name" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    pub(super) kind: &'static str,
    pub(super) labels: Vec<String>,
    pub(super) comment: Option<String>,
    pub(super) body: Body,
}

impl Block {
    pub(super) fn new(kind: &'static str, labels: &[&str], body: Body) -> Self {
        Self {
            kind,
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            comment: None,
            body,
        }
    }

    /// `azurerm_lb.name`.
    pub(super) fn address(&self) -> String {
        let prefix = if self.kind == "data" { "data." } else { "" };
        format!("{prefix}{}", self.labels.join("."))
    }
}

/// Says how other resources are referred to.
pub(super) trait Resolve {
    /// The id: an expression, and what follows it as text.
    fn id(&self, reference: &Reference) -> (String, String);
    /// The name, as an expression.
    fn name(&self, id: &ResourceId) -> String;
    /// The address, as an expression.
    fn address(&self, id: &ResourceId) -> String;
}

/// The text of a block.
pub(super) fn print(block: &Block, resolve: &dyn Resolve) -> String {
    let mut text = String::new();
    if let Some(comment) = &block.comment {
        let _infallible = writeln!(text, "# {}", comment.replace(['\n', '\r'], " "));
    }
    text.push_str(block.kind);
    for label in &block.labels {
        let _infallible = write!(text, " {}", quoted(label));
    }
    text.push_str(" {\n");
    print_body(&mut text, &block.body, 1, resolve);
    text.push_str("}\n");
    text
}

fn print_body(text: &mut String, body: &Body, depth: usize, resolve: &dyn Resolve) {
    let indent = "  ".repeat(depth);
    let attributes: Vec<(String, String)> = body
        .0
        .iter()
        .filter_map(|entry| match entry {
            Entry::Attribute(name, value) => {
                Some((name.clone(), value_text(value, depth, resolve)))
            }
            Entry::Block(..) => None,
        })
        .collect();
    print_pairs(text, &attributes, &indent);
    let mut is_first = attributes.is_empty();
    for entry in &body.0 {
        if let Entry::Block(name, inner) = entry {
            if !is_first {
                text.push('\n');
            }
            is_first = false;
            if inner.0.is_empty() {
                let _infallible = writeln!(text, "{indent}{name} {{}}");
                continue;
            }
            let _infallible = writeln!(text, "{indent}{name} {{");
            print_body(text, inner, depth.saturating_add(1), resolve);
            let _infallible = writeln!(text, "{indent}}}");
        }
    }
}

/// `name = value` lines; equals signs of neighboring lines stand below each other.
fn print_pairs(text: &mut String, pairs: &[(String, String)], indent: &str) {
    let is_one_line = |value: &str| !value.contains('\n');
    let mut left = pairs;
    while let Some((first, _)) = left.split_first() {
        let count = left
            .iter()
            .take_while(|(_, value)| is_one_line(value))
            .count();
        if count == 0 {
            let _infallible = writeln!(text, "{indent}{} = {}", first.0, first.1);
            left = left.get(1..).unwrap_or_default();
            continue;
        }
        let (run, rest) = left.split_at(count);
        let width = run
            .iter()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or(0);
        for (name, value) in run {
            let _infallible = writeln!(text, "{indent}{name:width$} = {value}");
        }
        left = rest;
    }
}

fn value_text(value: &Hcl, depth: usize, resolve: &dyn Resolve) -> String {
    match value {
        Hcl::Raw(raw) => raw.clone(),
        Hcl::Text(text) => quoted(text),
        Hcl::Id(reference) => match resolve.id(reference) {
            (expression, rest) if rest.is_empty() => expression,
            (expression, rest) => format!("\"${{{expression}}}{}\"", escaped(&rest)),
        },
        Hcl::Name(id) => resolve.name(id),
        Hcl::Address(id) => resolve.address(id),
        Hcl::List(list) => {
            let items: Vec<String> = list
                .iter()
                .map(|item| value_text(item, depth.saturating_add(1), resolve))
                .collect();
            let length: usize = items.iter().map(|item| item.chars().count()).sum();
            if items.iter().all(|item| !item.contains('\n')) && length < 80 {
                return format!("[{}]", items.join(", "));
            }
            let inner = "  ".repeat(depth.saturating_add(1));
            let mut text = "[\n".to_owned();
            for item in items {
                let _infallible = writeln!(text, "{inner}{item},");
            }
            let _infallible = write!(text, "{}]", "  ".repeat(depth));
            text
        }
        Hcl::Map(members) if members.is_empty() => "{}".to_owned(),
        Hcl::Map(members) => {
            let pairs: Vec<(String, String)> = members
                .iter()
                .map(|(name, member)| {
                    (
                        key(name),
                        value_text(member, depth.saturating_add(1), resolve),
                    )
                })
                .collect();
            let mut text = "{\n".to_owned();
            print_pairs(&mut text, &pairs, &"  ".repeat(depth.saturating_add(1)));
            let _infallible = write!(text, "{}}}", "  ".repeat(depth));
            text
        }
    }
}

/// A member's name: bare where that is an identifier.
fn key(name: &str) -> String {
    let mut letters = name.chars();
    let is_bare = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        && !matches!(name, "true" | "false" | "null" | "for" | "if" | "in");
    if is_bare {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A string literal.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => {
                let _infallible = write!(out, "\\u{:04x}", u32::from(c));
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
            ("say \"hi\"", r#""say \"hi\"""#),
            ("${x}", r#""$${x}""#),
            ("%{ if x }", r#""%%{ if x }""#),
            ("$x %y {z}", r#""$x %y {z}""#),
            ("a\\b\nc\u{7}", r#""a\\b\nc\u0007""#),
            ("`it's`", r#""`it's`""#),
        ] {
            assert_eq!(quoted(text), wanted);
        }
    }

    #[test]
    fn members_are_quoted_where_they_must_be() {
        for (name, wanted) in [
            ("cost-center", "cost-center"),
            ("a.b", "\"a.b\""),
            ("for", "\"for\""),
            ("${x}", "\"$${x}\""),
        ] {
            assert_eq!(key(name), wanted);
        }
    }
}
