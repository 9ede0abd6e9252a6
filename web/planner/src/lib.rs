//! The planner's core in the browser: the topology crate behind one object.
//!
//! Takes text, gives JSON texts; the page does no thinking of its own. Nothing leaves the browser.

use serde_json::{Value, json};
use topology::{Topology, source::SourceMap};
use wasm_bindgen::prelude::wasm_bindgen;

/// The last text and what it means.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Planner {
    sources: SourceMap,
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
        self.sources = SourceMap::of("manifest", text);
        let diagnosis = topology::diagnose(&self.sources);
        self.topology = diagnosis.topology;
        self.findings = diagnosis.findings;
    }

    /// The findings: `[{code, severity, message, help, note, source, line, column}]`.
    #[must_use]
    pub fn findings(&self) -> String {
        let list: Vec<Value> = self
            .findings
            .iter()
            .map(|finding| {
                let at = finding.span.map(|span| self.sources.position(span));
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
