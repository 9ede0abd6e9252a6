//! Workflow commands that GitHub Actions shows as annotations.
//!
//! Source: <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>.

use super::{location, whole};
use crate::input::Read;
use topology::Severity;

/// In a property `:` and `,` end things too.
fn escaped(text: &str, is_property: bool) -> String {
    let text = text
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    if is_property {
        text.replace(':', "%3A").replace(',', "%2C")
    } else {
        text
    }
}

/// One line a finding.
pub(crate) fn github(read: &Read) -> String {
    let mut out = String::new();
    for finding in &read.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "notice",
        };
        let at = location(finding, &read.sources);
        out.push_str(&format!(
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}\n",
            escaped(&at.file, true),
            at.line,
            at.end_line,
            at.column,
            at.end_column,
            escaped(finding.code, true),
            escaped(&whole(finding), false)
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use topology::{
        Finding,
        source::{SourceMap, Span},
    };

    #[test]
    fn a_line_cannot_be_broken_by_what_it_says() {
        let mut sources = SourceMap::default();
        sources.add("a,b.yaml", "one\ntwo: 3\n");
        let finding = Finding::at_span(
            "NET001",
            Severity::Warning,
            "100% of `two`",
            Span::new(4, 7),
        )
        .note("a reason");
        let read = Read {
            sources,
            topology: topology::Topology::default(),
            findings: vec![finding],
            suppressed: Vec::new(),
        };
        assert_eq!(
            github(&read),
            "::warning file=a%2Cb.yaml,line=2,endLine=2,col=1,endColumn=4,title=NET001::100%25 of `two`%0Awhy: a reason\n"
        );
    }
}
