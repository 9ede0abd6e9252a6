//! A report in Markdown: what a topology is, where its addresses are, who may pass, who connects
//! to whom, what every network resolves, what is wrong with it, and what each side does.

mod tables;

use super::{
    Exporter, File, Run,
    mermaid::mermaid,
    part::{Cut, handover, key_of, partners},
};
use crate::{
    finding::Severity,
    model::{Topology, addresses::Addresses},
    rules,
};
use std::fmt::Write as _;

pub(super) static EXPORTER: Exporter = Exporter {
    id: "markdown",
    title: "Report, Markdown",
    extension: "md",
    media_type: "text/markdown",
    run: Run::Any(write),
};

fn write(topology: &Topology) -> Vec<File> {
    vec![File {
        path: "report.md".to_owned(),
        text: report(topology),
    }]
}

/// A cell of a table, or any text on one line.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('<', "&lt;")
        .replace(['\n', '\r'], " ")
}

/// A name as code, whatever is in it.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ").replace('|', "\\|");
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

/// A table; nothing where it has no rows.
struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(head: &[&'static str]) -> Self {
        Self {
            head: head.to_vec(),
            rows: Vec::new(),
        }
    }

    fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    fn print(&self, none: &str) -> String {
        if self.rows.is_empty() {
            return format!("{none}\n");
        }
        let mut text = format!(
            "| {} |\n|{}\n",
            self.head.join(" | "),
            "---|".repeat(self.head.len())
        );
        for row in &self.rows {
            let _infallible = writeln!(text, "| {} |", row.join(" | "));
        }
        text
    }
}

fn report(topology: &Topology) -> String {
    let name = if topology.name.is_empty() {
        "Topology"
    } else {
        &topology.name
    };
    let addresses = Addresses::of(topology);
    let mut text = format!("# {}\n\n{}\n", cell(name), summary(topology));
    let mut section = |title: &str, body: String| {
        let _infallible = write!(text, "\n## {title}\n\n{body}");
    };
    section("Picture", format!("```mermaid\n{}```\n", mermaid(topology)));
    section("Addresses", tables::addresses(topology, &addresses));
    section("Network security groups", tables::security(topology));
    section("Connections", tables::connections(topology));
    section("Names", tables::names(topology, &addresses));
    section("Relays", tables::relays(topology));
    section(
        "Idle timeouts and limits",
        tables::limits(topology, &addresses),
    );
    section("What each side does", sides(topology));
    section("Findings", findings(topology));
    text
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What it is, in a few sentences.
fn summary(topology: &Topology) -> String {
    let mut regions: Vec<&str> = topology
        .resources
        .values()
        .filter_map(|resource| resource.location.as_deref())
        .filter(|location| *location != "global")
        .collect();
    regions.sort_unstable();
    regions.dedup();
    let mut subscriptions: Vec<String> = topology
        .resources
        .keys()
        .map(|id| id.subscription().to_ascii_lowercase())
        .collect();
    subscriptions.sort_unstable();
    subscriptions.dedup();
    let existing = topology
        .resources
        .values()
        .filter(|resource| resource.existing)
        .count();
    let mut text = format!(
        "{} in {} and {}{}.",
        counted(topology.resources.len(), "resource", "resources"),
        counted(subscriptions.len(), "subscription", "subscriptions"),
        counted(regions.len(), "region", "regions"),
        if regions.is_empty() {
            String::new()
        } else {
            format!(" ({})", cell(&regions.join(", ")))
        }
    );
    if existing > 0 {
        let _infallible = write!(
            text,
            " {} there already and only referred to.",
            counted(existing, "is", "are")
        );
    }
    for (endpoint, body) in topology.private_endpoints() {
        for connection in body.connections() {
            let target = &connection.properties.private_link_service_id;
            let service = target
                .parse::<crate::ResourceId>()
                .map_or_else(|_| target.clone(), |id| id.name().to_owned());
            let _infallible = write!(
                text,
                " {} ({}) leads to {}.",
                code(endpoint.id.name()),
                cell(&key_of(topology, endpoint.id.subscription())),
                code(&service)
            );
        }
    }
    text
}

/// What the provider and each partner deploy and must tell each other.
fn sides(topology: &Topology) -> String {
    let partners = partners(topology);
    if partners.is_empty() {
        return "Nothing leads into another subscription: one side deploys everything.\n"
            .to_owned();
    }
    let mut text = String::new();
    let mut list = |title: String, lines: &[String]| {
        let _infallible = writeln!(text, "{title}\n");
        for line in lines {
            let _infallible = writeln!(text, "- {}", cell(line));
        }
        text.push('\n');
    };
    let ids = super::part::partner_ids(topology);
    let others = Cut::AllBut(ids.clone());
    list(
        "**The provider** deploys what is in no partner's subscription (`--part provider`)."
            .to_owned(),
        &handover(topology, &others),
    );
    for (id, name) in ids.into_iter().zip(partners) {
        let lines = handover(topology, &Cut::Only(id));
        list(
            format!(
                "**{}** deploys what is in its subscription (`--part partner --partner {}`).",
                cell(&name),
                cell(&name)
            ),
            &lines,
        );
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn findings(topology: &Topology) -> String {
    let mut table = Table::new(&["code", "severity", "what", "what to do"]);
    for finding in rules::check(topology) {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        };
        table.row(vec![
            finding.code.to_owned(),
            severity.to_owned(),
            cell(&finding.message),
            cell(&finding.help),
        ]);
    }
    table.print("None: the check is clean.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{manifest, resolve};

    fn of(text: &str) -> String {
        let (manifest, _) = manifest::parse(text);
        report(&resolve::resolve(&manifest).topology)
    }

    #[test]
    fn a_report_says_what_is_where_and_who_does_what() {
        let text = of(include_str!("../../../../examples/internal-apim.yaml"));
        for wanted in [
            "# internal-apim\n",
            "```mermaid\nflowchart LR\n",
            "| `plsSubnet` | 10.0.1.0/24 |",
            "DenyVirtualNetwork",
            "DenyAllInBound",
            "`APIM-PE`",
            "`apim1449.azure-api.net`",
            "**The provider** deploys",
            "`--part partner --partner partner`",
        ] {
            assert!(text.contains(wanted), "{wanted} is missing in {text}");
        }
    }

    #[test]
    fn every_row_has_as_many_cells_as_its_head() {
        let text = of(&include_str!("../../../../examples/internal-apim.yaml")
            .replace("ops@example.com", "a|b@example.com")
            .replace("NSG-PLS", "NSG_PLS"));
        let mut head = 0;
        let mut rows = 0;
        for line in text.lines() {
            if !line.starts_with('|') {
                head = 0;
                continue;
            }
            let cells = line.replace("\\|", "").matches('|').count();
            if head == 0 {
                head = cells;
            }
            assert_eq!(cells, head, "{line}");
            rows += 1;
        }
        assert!(rows > 20);
    }

    #[test]
    fn text_cannot_leave_its_cell() {
        assert_eq!(cell("a|b\nc<i>"), "a\\|b c&lt;i>");
        assert_eq!(code("a`b|"), "`` a`b\\| ``");
    }

    #[test]
    fn an_empty_topology_has_a_report() {
        assert!(report(&Topology::default()).contains("0 resources"));
    }
}
