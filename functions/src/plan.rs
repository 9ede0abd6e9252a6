//! `POST /api/plan`: validates a posted manifest and answers its findings and its plan against an
//! empty world. Touches nothing.

use functions_runtime::{FunctionError, FunctionEvent, HttpRequest, HttpResponse};
use serde_json::{Value, json};
use topology::{
    plan::{Observation, Observed},
    source::SourceMap,
};

/// 200 with the plan; 400 with the findings if the manifest has errors.
pub(crate) async fn plan(event: FunctionEvent<HttpRequest>) -> Result<HttpResponse, FunctionError> {
    let text = event.data.text()?;
    // Parsing and checking is computation; it must not hold up the server's thread.
    tokio::task::spawn_blocking(move || answer(&text))
        .await
        .map_err(FunctionError::again)
}

fn answer(text: &str) -> HttpResponse {
    let sources = SourceMap::of("manifest", text);
    let diagnosis = topology::diagnose(&sources);
    let shown: Vec<Value> = diagnosis
        .findings
        .iter()
        .map(|finding| {
            let position = finding.span.map(|span| sources.position(span));
            json!({
                "code": finding.code, "severity": finding.severity, "message": finding.message, "help": finding.help,
                "line": position.map(|at| at.line), "column": position.map(|at| at.column), "source": finding.source,
            })
        })
        .collect();
    match diagnosis.checked() {
        Some(checked) => {
            let mut observed = Observed::default();
            for id in checked.topology().resources.keys() {
                observed.items.insert(id.clone(), Observation::Absent);
            }
            let plan = topology::plan::plan(&checked, &observed);
            HttpResponse::json(
                200,
                json!({ "version": 1, "findings": shown, "steps": plan.steps }),
            )
        }
        None => HttpResponse::json(400, json!({ "version": 1, "findings": shown })),
    }
}
