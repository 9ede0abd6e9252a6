//! Topology to text for others: what deploys it, what shows it, what its relays read.
//!
//! # Adding an exporter
//! One file `render/<name>.rs` with `pub(super) static EXPORTER: Exporter`, and one line in
//! [`EXPORTERS`]. What can be deployed takes a [`Checked`] topology; pictures and tables take any.
//! The command line's `--to`, the golden tests over all examples and the determinism test follow
//! from the table.

mod arm_template;
mod azure_cli;
mod bicep;
mod cloud_init;
mod deployment;
mod expression;
mod mermaid;
mod modules;
mod names;
mod part;
mod picture;
mod relay;
mod report;
mod svg;
mod terraform;
mod writable;

pub use mermaid::mermaid;
pub use part::{Part, partners};
pub use svg::{diagram_svg, diagram_svg_traced, diagram_svg_with};

use crate::{Checked, Topology, model::id::ResourceId};

/// Every exporter, in the order in which they are listed.
pub static EXPORTERS: &[&Exporter] = &[
    &arm_template::EXPORTER,
    &bicep::EXPORTER,
    &terraform::EXPORTER,
    &terraform::AZAPI_EXPORTER,
    &azure_cli::EXPORTER,
    &svg::EXPORTER,
    &mermaid::EXPORTER,
    &report::EXPORTER,
    &relay::EXPORTER,
    &cloud_init::EXPORTER,
];

/// One way to write a topology.
#[derive(Debug)]
pub struct Exporter {
    /// What `--to` takes.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Of its main file, without the dot.
    pub extension: &'static str,
    /// Of its main file.
    pub media_type: &'static str,
    run: Run,
}

/// What an exporter takes.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// Deploys: only what a clean check gave.
    Clean(fn(&Checked<Topology>, &Options) -> Result<Vec<File>, ExportError>),
    /// Shows: anything, however broken.
    Any(fn(&Topology) -> Vec<File>),
}

/// What is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whose resources.
    pub part: Part,
    /// Which partner, by the key of its subscription in the manifest or its id; needed only where
    /// there are several.
    pub partner: Option<String>,
}

/// A written file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Why a topology cannot be written that way.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no private endpoint that leads into another subscription.
    #[error(
        "there is no partner's part: no private endpoint leads to a service in another subscription; leave `--part` out"
    )]
    NoPartner,
    /// There are several, and none is named.
    #[error("there are several partners: name one with `--partner` ({})", known.join(", "))]
    SeveralPartners {
        /// Their names.
        known: Vec<String>,
    },
    /// The name is that of no partner.
    #[error("`{name}` is no partner; there is {}", known.join(", "))]
    UnknownPartner {
        /// The name.
        name: String,
        /// The partners' names.
        known: Vec<String>,
    },
    /// A type without a known API version.
    #[error(
        "no API version is known for `{arm_type}`; give `{}` a member `apiVersion`, or mark it `existing: true`",
        id.short()
    )]
    NoApiVersion {
        /// The resource.
        id: ResourceId,
        /// Its type.
        arm_type: String,
    },
    /// A record wants the address of something whose address no template can ask for.
    #[error("the address of `{}` cannot be asked for in a deployment", id.short())]
    NoAddress {
        /// The resource.
        id: ResourceId,
    },
    /// A resource cannot be written as JSON.
    #[error("`{}` cannot be written", id.short())]
    Body {
        /// The resource.
        id: ResourceId,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl Exporter {
    /// Whether it takes only what a clean check gave.
    pub fn needs_clean(&self) -> bool {
        matches!(self.run, Run::Clean(_))
    }

    /// Writes a checked topology.
    pub fn export(
        &self,
        checked: &Checked<Topology>,
        options: &Options,
    ) -> Result<Vec<File>, ExportError> {
        match self.run {
            Run::Clean(run) => run(checked, options),
            Run::Any(run) => {
                let topology = part::cut(checked.topology(), options)?;
                Ok(run(&topology))
            }
        }
    }

    /// Writes any topology; `None` if this exporter needs a clean check.
    pub fn show(
        &self,
        topology: &Topology,
        options: &Options,
    ) -> Option<Result<Vec<File>, ExportError>> {
        match self.run {
            Run::Clean(_) => None,
            Run::Any(run) => Some(part::cut(topology, options).map(|topology| run(&topology))),
        }
    }
}

/// The exporter with this id.
pub fn exporter(id: &str) -> Option<&'static Exporter> {
    EXPORTERS
        .iter()
        .copied()
        .find(|exporter| exporter.id.eq_ignore_ascii_case(id))
}
