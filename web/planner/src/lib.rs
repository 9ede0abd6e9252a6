//! The planner's core in the browser: the topology crate behind one object.
//!
//! Takes text, gives JSON texts; the page does no thinking of its own. Nothing leaves the browser.

use serde_json::{Value, json};
use topology::{Topology, source::LineIndex};
use wasm_bindgen::prelude::wasm_bindgen;

/// The last text and what it means.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Planner {
    text: String,
    topology: Topology,
    findings: Vec<topology::Finding>,
}

#[wasm_bindgen]
impl Planner {
    /// An empty planner.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a manifest's text.
    #[wasm_bindgen(js_name = setSource)]
    pub fn set_source(&mut self, text: String) {
        let (manifest, mut findings) = topology::manifest::parse(&text);
        let resolved = topology::resolve::resolve(&manifest);
        let broken = findings
            .iter()
            .any(|finding| finding.severity == topology::Severity::Error);
        if !broken {
            findings.extend(resolved.findings);
            findings.extend(topology::rules::check(&resolved.topology));
        }
        self.topology = resolved.topology;
        self.findings = findings;
        self.text = text;
    }

    /// The findings: `[{code, severity, message, help, note, source, line, column}]`.
    #[must_use]
    pub fn findings(&self) -> String {
        let index = LineIndex::new(&self.text);
        let list: Vec<Value> = self
            .findings
            .iter()
            .map(|finding| {
                let at = finding.span.map(|span| index.position(span.start));
                json!({
                    "code": finding.code, "severity": finding.severity, "message": finding.message,
                    "help": finding.help, "note": finding.note, "source": finding.source,
                    "line": at.map(|at| at.line), "column": at.map(|at| at.column),
                })
            })
            .collect();
        Value::Array(list).to_string()
    }

    /// The diagram as SVG.
    #[must_use]
    pub fn diagram(&self) -> String {
        topology::render::diagram_svg(&self.topology)
    }
}
