//! Linked templates: a deployment whose template is another file.
//!
//! A link is a path relative to the file that holds it (`relativePath`), or an address (`uri`),
//! which mostly is built from that of the template itself. Templates have no addresses here, so each
//! is given one, `file:///NAME`; an address elsewhere leads to the file whose path ends like it.
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates>.

use super::engine::{Engine, Env, Stage};
use crate::source::{Span, json::Node};

/// A template that others may link to.
#[derive(Clone, Copy, Debug)]
pub struct Linked<'t> {
    /// Its path.
    pub name: &'t str,
    /// Its text.
    pub text: &'t str,
    /// The same, read.
    pub root: &'t Node,
}

const FILE: &str = "file:///";

impl<'t> Engine<'t> {
    /// The text that a place is in, if it is one of those that may be linked to.
    pub(super) fn text_of(&self, span: Span) -> Option<&'t str> {
        let mut all = self.templates.iter();
        all.find(|one| one.root.span.source == span.source)
            .map(|one| one.text)
    }

    /// Which file a deployment's template is in.
    fn file_of(&self, deployment: usize) -> Option<&'t Linked<'t>> {
        let source = self.deployments.get(deployment)?.root.span.source;
        let mut all = self.templates.iter();
        all.find(|one| one.root.span.source == source)
    }

    /// The address of the template that a deployment is of.
    pub(super) fn uri_of(&self, deployment: usize) -> Option<String> {
        let file = self.file_of(deployment)?;
        Some(format!("{FILE}{}", normal(file.name)))
    }

    /// Which templates were linked to.
    pub(super) fn linked(&self) -> Vec<usize> {
        let is_linked = |one: &Linked<'_>| {
            let mut all = self.deployments.iter();
            all.any(|made| made.parent.is_some() && std::ptr::eq(made.root, one.root))
        };
        let all = self.templates.iter().enumerate();
        all.filter(|(_, one)| is_linked(one))
            .map(|(at, _)| at)
            .collect()
    }

    /// The template that a `templateLink` of a deployment in `at` leads to.
    pub(super) fn follow(&mut self, at: usize, env: &Env, link: &'t Node) -> Option<&'t Node> {
        if self.templates.is_empty() {
            return None;
        }
        let link = self.tree(&env.at(Stage::RunTime), link);
        let text = |name: &str| Some(link.member(name)?.as_str()?.to_owned());
        let templates = self.templates;
        let found = match (text("relativePath"), text("uri")) {
            (Some(relative), _) => {
                let own = normal(self.file_of(at)?.name);
                let folder = own
                    .rfind('/')
                    .map_or("", |end| own.get(..=end).unwrap_or(""));
                exactly(templates, &normal(&format!("{folder}{relative}")))
            }
            (None, Some(uri)) => match uri.strip_prefix(FILE) {
                Some(path) => exactly(templates, &normal(path)),
                None => ending(templates, &uri),
            },
            (None, None) => None,
        }?;
        // A template that leads back to itself would never end.
        let mut around = Some(at);
        while let Some(one) = around.and_then(|at| self.deployments.get(at)) {
            if std::ptr::eq(one.root, found.root) {
                return None;
            }
            around = one.parent;
        }
        Some(found.root)
    }
}

/// A path without `.`, `..`, backslashes and what follows `?` or `#`.
fn normal(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split(['/', '\\']) {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    segments.join("/")
}

fn exactly<'t>(templates: &'t [Linked<'t>], path: &str) -> Option<&'t Linked<'t>> {
    let mut all = templates.iter();
    all.find(|one| normal(one.name).eq_ignore_ascii_case(path))
}

/// The template whose path has the most last segments in common with an address; none if it is not
/// the only one.
fn ending<'t>(templates: &'t [Linked<'t>], uri: &str) -> Option<&'t Linked<'t>> {
    let uri = normal(uri);
    let common = |one: &Linked<'_>| {
        let name = normal(one.name);
        let pairs = name.rsplit('/').zip(uri.rsplit('/'));
        pairs
            .take_while(|(own, asked)| own.eq_ignore_ascii_case(asked))
            .count()
    };
    let most = templates
        .iter()
        .map(common)
        .max()
        .filter(|most| *most > 0)?;
    let mut best = templates.iter().filter(|one| common(one) == most);
    best.next().filter(|_| best.next().is_none())
}
