//! What can be typed.

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use std::{ffi::OsString, path::PathBuf};

/// Plan, check, trace, provision, run and prove private access to an internal service across
/// networks that cannot be peered.
#[derive(Debug, Parser)]
#[command(name = "linkspan", version, about, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is wrong with a topology, where, why and how to mend it
    #[command(
        after_help = "Exit codes: 0 nothing at the level or above, 1 something is, 2 could not be read"
    )]
    Check(Check),
    /// Print the whole manifest without a derivation: every resource as ARM has it
    #[command(after_help = "Exit codes: 0 printed, 1 the manifest has mistakes, 2 could not run")]
    Expand(Expand),
    /// Write what exists already as a manifest: templates, exports, answers of the Azure CLI
    #[command(
        after_help = "Exit codes: 0 written, 1 something could not be imported, 2 could not run"
    )]
    Import(Import),
    /// Print the JSON Schema of a manifest, for editors
    #[command(after_help = "Exit codes: 0 printed, 2 could not run")]
    Schema,
    /// Say what a rule is about: why, how to mend it, examples, source
    #[command(after_help = "Exit codes: 0 printed, 2 no such code")]
    Explain(Explain),
    /// Mend what can be mended without a decision, in the manifest's files
    #[command(
        after_help = "Exit codes: 0 nothing is left (with `--diff`: nothing to change), 1 something is, 2 could not run"
    )]
    Fix(Fix),
    /// Walk one connection, hop by hop, there and back
    #[command(
        after_help = "Exit codes: 0 delivered or answered, 1 dropped, unknown or nobody, 2 could not run"
    )]
    Trace(Trace),
    /// Say what can no longer, or can now, be reached
    #[command(
        after_help = "Exit codes: 0 the same is reachable, 1 something else is, 2 could not run"
    )]
    Diff(Diff),
    /// Say which way to give this access, and why: costs, limits, and each way as a manifest
    #[command(
        after_help = "Exit codes: 0 advised, 1 the manifest holds no access to advise on, 2 could not run"
    )]
    Advise(Advise),
    /// Write a topology for others: templates, scripts, pictures, reports
    #[command(
        after_help = "Exit codes: 0 written, 1 errors stand in the way of what can be deployed, 2 could not run"
    )]
    Export(Export),
    /// Show what would be created, changed or deleted
    #[command(after_help = "Exit codes: 0 the plan was made, 1 findings, 2 could not run")]
    Plan(Plan),
    /// Provision a topology: on real Azure, or on a running twin
    #[command(
        after_help = "Exit codes: 0 applied, 1 findings or a step that failed, 2 could not run"
    )]
    Apply(Apply),
    /// Delete everything of a topology that Linkspan made
    #[command(after_help = "Exit codes: 0 gone, 1 a step failed or you said no, 2 could not run")]
    Down(Down),
    /// Run the topology on a local twin of Azure and prove its path with real packets
    #[command(
        after_help = "Exit codes: 0 proven, 1 findings or not proven, 2 could not run, 3 proven in memory only"
    )]
    Up(Up),
    /// The local twin of Azure
    Twin(Twin),
    /// Run a program where a client of a running twin stands
    #[command(
        after_help = "Exit codes: that of the program; 1 the manifest has errors, 2 could not run"
    )]
    Exec(Exec),
    /// The relay, as the program `linkspan-forwarder`; see `linkspan forwarder --help`
    #[command(disable_help_flag = true)]
    Forwarder(Forwarder),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs; the shape is kept compatible
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// For people
    Text,
    /// For programs; the shape is kept compatible
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML, a test a rule
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Exit with 1 only for errors
    Error,
    /// Also for warnings
    Warning,
    /// Also for hints
    Hint,
}

impl Level {
    /// The least severity that counts.
    pub(crate) fn severity(self) -> topology::Severity {
        match self {
            Self::Error => topology::Severity::Error,
            Self::Warning => topology::Severity::Warning,
            Self::Hint => topology::Severity::Hint,
        }
    }
}

/// The manifest, and what is laid over it.
#[derive(Debug, Args)]
pub(crate) struct ManifestOption {
    /// The manifest; `-` reads standard input
    pub(crate) file: PathBuf,
    /// Lay this YAML over the manifest: mappings merge, `null` removes a key, anything else
    /// replaces; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) overlay: Vec<PathBuf>,
    /// Set one value, as `path.to.key=value`, after the overlays; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
}

/// A manifest whose clients are placed in a running twin, and what is laid over it.
#[derive(Debug, Args)]
pub(crate) struct PlacedOption {
    /// Place the clients of this manifest first
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Lay this YAML over the manifest; may be repeated
    #[arg(long, value_name = "FILE", requires = "manifest")]
    pub(crate) overlay: Vec<PathBuf>,
    /// Set one value, as `path.to.key=value`, after the overlays; may be repeated
    #[arg(long, value_name = "PATH=VALUE", requires = "manifest")]
    pub(crate) set: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ManifestFormat {
    /// As people write it
    Yaml,
    /// The same as JSON, which is read as a manifest too
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// JSON files, or folders of them: ARM templates with their parameters files, exported
    /// templates, output of `az … -o json` and of `az graph query`; several make one topology
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where the manifest goes; default: standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The subscription that templates are deployed to; default: a placeholder of zeros
    #[arg(long, value_name = "ID")]
    pub(crate) subscription: Option<String>,
    /// The resource group that templates are deployed to; default: `resource-group`
    #[arg(long, value_name = "NAME")]
    pub(crate) resource_group: Option<String>,
    /// The region of that resource group
    #[arg(long, value_name = "REGION")]
    pub(crate) location: Option<String>,
    /// A value for a parameter of the templates, before those of parameters files; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) parameter: Vec<String>,
    /// Take what Azure answered as a pattern for what is to be made; default: it exists, and is
    /// never changed
    #[arg(long)]
    pub(crate) ours: bool,
    /// Check what was imported by all rules, with places in the imported files
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Expand {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    /// How to print
    #[arg(long, value_enum, default_value_t = ManifestFormat::Yaml)]
    pub(crate) format: ManifestFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    /// How to print
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text)]
    pub(crate) format: FindingsFormat,
    /// Exit with 1 for findings of this level and above
    #[arg(long, value_enum, default_value_t = Level::Warning)]
    pub(crate) level: Level,
    /// Only rules whose code begins so, such as `NSG` or `LB014`; may be repeated
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// No rules whose code begins so; may be repeated
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Fix {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    /// Show what would be changed, and change nothing; exits with 1 if there is something
    #[arg(long)]
    pub(crate) diff: bool,
    /// Only rules whose code begins so, such as `NSG` or `LB014`; may be repeated
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// No rules whose code begins so; may be repeated
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Codes, such as `PLS001`
    #[arg(
        value_name = "CODE",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub(crate) codes: Vec<String>,
    /// Every rule
    #[arg(long)]
    pub(crate) all: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Trace {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    /// Who opens it: a client, machine, NIC, scale-set instance (`set/3`), subnet (`net/subnet`),
    /// address, resource id or `internet`; `any` asks who can reach it
    #[arg(long, value_name = "WHO")]
    pub(crate) from: String,
    /// Where to: a URL, `HOST:PORT`, an address, or a resource by name or id; `any` asks what the
    /// sender can reach
    #[arg(long, value_name = "WHAT")]
    pub(crate) to: String,
    /// Trace what is deployed and healthy now on the running twin (needs `LINKSPAN_TWIN_SOCKET`)
    #[arg(long)]
    pub(crate) live: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Before: a manifest, a template or export, or a folder of them
    pub(crate) before: PathBuf,
    /// After
    pub(crate) after: PathBuf,
    /// Lay this YAML over AFTER; may be repeated. `diff A A --set …` asks what a change would do
    #[arg(long, value_name = "FILE")]
    pub(crate) overlay: Vec<PathBuf>,
    /// Set one value of AFTER, as `path.to.key=value`; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Advise {
    /// The manifest of an access, in whichever way it is given today
    #[command(flatten)]
    pub(crate) layers: ManifestOption,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Print one way as a manifest instead
    #[arg(long, value_name = "WAY", value_parser = ways())]
    pub(crate) manifest: Option<String>,
    /// Prices to use: a file of our form, or answers of the Azure Retail Prices API
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// Do without features that are in preview
    #[arg(long)]
    pub(crate) no_preview: bool,
    /// The provider must tell consumers apart on the way
    #[arg(long)]
    pub(crate) filter_consumers: bool,
    /// The networks may be joined as a whole
    #[arg(long)]
    pub(crate) join_networks: bool,
    /// Connections open at one time
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) connections: u32,
    /// Gigabytes a month to the service, and as many from it
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) gigabytes: u32,
}

/// What `--manifest` takes: the table of ways.
fn ways() -> impl TypedValueParser<Value = String> {
    let known = topology::advise::ways().map(|(id, title)| PossibleValue::new(id).help(title));
    PossibleValuesParser::new(known)
}

/// Whose resources are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// All
    Whole,
    /// Those in a consumer's subscription, with what the provider must send
    Partner,
    /// Those in no consumer's subscription, with what the partners must be sent
    Provider,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    /// What to write
    #[arg(long, value_name = "FORMAT", value_parser = exporters())]
    pub(crate) to: String,
    /// Whose resources
    #[arg(long, value_enum, default_value_t = Part::Whole)]
    pub(crate) part: Part,
    /// Which partner, if there are several: the key of its subscription in the manifest, or its id
    #[arg(long, value_name = "NAME")]
    pub(crate) partner: Option<String>,
    /// A file, or a folder if it is one or ends in `/`; else standard output
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
}

/// What `--to` takes: the table of exporters.
fn exporters() -> impl TypedValueParser<Value = String> {
    let known = topology::render::EXPORTERS
        .iter()
        .map(|exporter| PossibleValue::new(exporter.id).help(exporter.title));
    PossibleValuesParser::new(known)
}

/// Where ARM is.
#[derive(Debug, Args)]
pub(crate) struct CloudOption {
    /// JSON file `{armEndpoint, authorityHost, caFile, audience}`; by default the environment's
    /// `LINKSPAN_ARM_ENDPOINT`, `LINKSPAN_AUTHORITY_HOST` and `LINKSPAN_CA_FILE`, else public Azure
    #[arg(long, value_name = "FILE")]
    pub(crate) cloud: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    #[command(flatten)]
    pub(crate) cloud: CloudOption,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    #[command(flatten)]
    pub(crate) cloud: CloudOption,
}

#[derive(Debug, Args)]
pub(crate) struct Down {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    #[command(flatten)]
    pub(crate) cloud: CloudOption,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) manifest: ManifestOption,
    /// End after the proof: exit code 0 if it holds, 1 if not, 3 if it was in memory only
    #[arg(long)]
    pub(crate) once: bool,
    /// How to print the proof
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Alter one translation in the fabric (`nat-source=ADDRESS`), to see the proof fail
    #[arg(long, value_name = "FAULT", hide = true)]
    pub(crate) fault: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Twin {
    #[command(subcommand)]
    pub(crate) command: TwinCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TwinCommand {
    /// Start the twin and keep it until Ctrl-C
    #[command(
        after_help = "Exit codes: 0 stopped as asked, 1 the manifest has errors, 2 could not run"
    )]
    Serve(Serve),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Write the environment to use, as KEY=value lines, when ready
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Keep the deployed world in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// A further subscription, and its tenant if it is another one; may be repeated
    #[arg(long, value_name = "ID[=TENANT]")]
    pub(crate) subscription: Vec<String>,
    #[command(flatten)]
    pub(crate) placed: PlacedOption,
}

#[derive(Debug, Args)]
pub(crate) struct Exec {
    /// The client to stand at
    pub(crate) client: String,
    #[command(flatten)]
    pub(crate) placed: PlacedOption,
    /// Program and arguments
    #[arg(required = true, last = true, value_name = "PROGRAM")]
    pub(crate) program: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct Forwarder {
    /// Handed on to the relay
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) _arguments: Vec<OsString>,
}
