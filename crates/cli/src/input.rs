//! Reads a manifest and takes it as far as a checked topology.

use crate::arguments::{ManifestOption, PlacedOption};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    io::Read as _,
    path::{Path, PathBuf},
};
use topology::{
    Diagnosis, Finding, Severity, Suppressed, Topology, import,
    source::{SourceId, SourceMap},
};

/// A hundred thousand resources, written as they were imported, are smaller.
const LARGEST: u64 = 128 * 1024 * 1024;

/// Exports of whole subscriptions are larger than manifests.
const LARGEST_EXPORT: u64 = 160 * 1024 * 1024;

/// A manifest that was read.
#[derive(Debug)]
pub(crate) struct Source {
    /// As the user named it.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

/// A manifest and all that was found in it.
#[derive(Debug)]
pub(crate) struct Read {
    /// The texts.
    pub(crate) sources: SourceMap,
    /// What they say; empty if they cannot be read.
    pub(crate) topology: Topology,
    /// What is wrong with it, rules included.
    pub(crate) findings: Vec<Finding>,
    /// What the manifest accepts, with its reasons.
    pub(crate) suppressed: Vec<Suppressed>,
}

impl Read {
    /// What was found in the texts.
    pub(crate) fn of(sources: SourceMap, diagnosis: Diagnosis) -> Self {
        Self {
            sources,
            topology: if diagnosis.is_readable {
                diagnosis.topology
            } else {
                Topology::default()
            },
            findings: diagnosis.findings,
            suppressed: diagnosis.suppressed,
        }
    }

    /// The manifest's name as the user gave it.
    pub(crate) fn name(&self) -> &str {
        self.sources.name(SourceId::MANIFEST)
    }

    /// Whether something stands in the way of deploying it. A suppressed error does: a reason does
    /// not make Azure accept what it refuses.
    pub(crate) fn has_errors(&self) -> bool {
        let suppressed = self.suppressed.iter().map(|known| &known.finding);
        self.findings
            .iter()
            .chain(suppressed)
            .any(|finding| finding.severity == Severity::Error)
    }
}

/// The files and values that make up a manifest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layers<'a> {
    file: &'a Path,
    overlays: &'a [PathBuf],
    set: &'a [String],
}

impl<'a> Layers<'a> {
    /// A file, what is laid over it, and what is set then.
    pub(crate) fn new(file: &'a Path, overlays: &'a [PathBuf], set: &'a [String]) -> Self {
        Self {
            file,
            overlays,
            set,
        }
    }
}

impl<'a> From<&'a PathBuf> for Layers<'a> {
    fn from(file: &'a PathBuf) -> Self {
        Self {
            file,
            overlays: &[],
            set: &[],
        }
    }
}

impl<'a> From<&'a ManifestOption> for Layers<'a> {
    fn from(option: &'a ManifestOption) -> Self {
        Self {
            file: &option.file,
            overlays: &option.overlay,
            set: &option.set,
        }
    }
}

impl PlacedOption {
    /// The manifest with what is laid over it, if there is one.
    pub(crate) fn layers(&self) -> Option<Layers<'_>> {
        self.manifest
            .as_ref()
            .map(|file| Layers::new(file, &self.overlay, &self.set))
    }
}

/// Reads the text; fails with the file's name, the reason and what to do.
pub(crate) fn source(path: &Path) -> Result<Source> {
    source_within(path, LARGEST)
}

/// [`source`] with another limit in bytes.
pub(crate) fn source_within(path: &Path, largest: u64) -> Result<Source> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    if name == "-" {
        std::io::stdin()
            .take(largest + 1)
            .read_to_end(&mut bytes)
            .context("could not read standard input")?;
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("could not open `{name}`"))?;
        file.take(largest + 1)
            .read_to_end(&mut bytes)
            .with_context(|| format!("could not read `{name}`"))?;
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > largest {
        bail!(
            "{name}:1:1: larger than {} MiB; is this the right file?",
            largest >> 20
        );
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source { name, text }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..valid).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column = before
                .rsplit(|byte| *byte == b'\n')
                .next()
                .map_or(0, |rest| String::from_utf8_lossy(rest).chars().count())
                + 1;
            bail!("{name}:{line}:{column}: not UTF-8 text; save the manifest as UTF-8");
        }
    }
}

/// The texts of a manifest, in the order in which they are laid over each other.
pub(crate) fn sources<'a>(layers: impl Into<Layers<'a>>) -> Result<SourceMap> {
    let layers = layers.into();
    let mut sources = SourceMap::default();
    for path in std::iter::once(layers.file).chain(layers.overlays.iter().map(PathBuf::as_path)) {
        let Source { name, text } = source(path)?;
        sources.add(name, text);
    }
    if !layers.set.is_empty() {
        sources.add_assignments("--set", layers.set.iter().map(String::as_str));
    }
    Ok(sources)
}

/// Files that describe what exists; folders stand for the JSON files in them, in order of names.
pub(crate) fn existing_files(paths: &[PathBuf]) -> Result<Vec<import::File>> {
    let mut files = Vec::new();
    for path in paths {
        let mut inside = vec![path.clone()];
        if path.is_dir() {
            let shown = path.display();
            let entries = std::fs::read_dir(path)
                .with_context(|| format!("could not read the folder `{shown}`"))?;
            inside = Vec::new();
            for entry in entries {
                let entry =
                    entry.with_context(|| format!("could not read the folder `{shown}`"))?;
                let is_json = entry
                    .path()
                    .extension()
                    .is_some_and(|end| end.eq_ignore_ascii_case("json"));
                inside.extend(is_json.then(|| entry.path()));
            }
            inside.sort();
            ensure!(!inside.is_empty(), "there is no JSON file in `{shown}`");
        }
        for path in inside {
            let Source { name, text } = source_within(&path, LARGEST_EXPORT)?;
            files.push(import::File { name, text });
        }
    }
    Ok(files)
}

/// What exists, if the path leads to that and not to a manifest: a folder, or JSON that is no
/// manifest.
fn existing(layers: Layers<'_>) -> Result<Option<Read>> {
    let path = layers.file;
    let is_json = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("json"));
    if !is_json && !path.is_dir() {
        return Ok(None);
    }
    let files = existing_files(&[path.to_owned()])?;
    let is_manifest = |file: &import::File| {
        serde_json::from_str::<serde_json::Value>(&file.text)
            .is_ok_and(|value| value.get("linkspan").is_some())
    };
    if files.iter().any(is_manifest) {
        return Ok(None);
    }
    ensure!(
        layers.overlays.is_empty() && layers.set.is_empty(),
        "`{}` is no manifest that something can be laid over; `linkspan import` makes one of it",
        path.display()
    );
    let imported = import::read(files, &import::Options::default());
    let mut findings = imported.findings;
    findings.extend(topology::rules::check(&imported.topology));
    Ok(Some(Read {
        sources: imported.sources,
        topology: imported.topology,
        findings,
        suppressed: Vec::new(),
    }))
}

/// Reads, parses, resolves and checks; a manifest, or what exists already.
pub(crate) fn read<'a>(layers: impl Into<Layers<'a>>) -> Result<Read> {
    let layers = layers.into();
    if let Some(read) = existing(layers)? {
        return Ok(read);
    }
    let sources = sources(layers)?;
    let diagnosis = topology::diagnose(&sources);
    Ok(Read::of(sources, diagnosis))
}
