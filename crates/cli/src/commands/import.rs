//! `linkspan import`.

use crate::{
    arguments::Import,
    input::{self, Read},
    print,
};
use anyhow::{Context as _, Result, bail};
use topology::{
    Severity,
    arm::template::DeploymentContext,
    import::{self, Observed, Options},
};

/// 0 written, 1 something could not be imported.
pub(crate) fn run(options: &Import) -> Result<u8> {
    let files = input::existing_files(&options.files)?;
    let imported = import::read(files, &how(options)?);
    let findings = imported.findings;
    let is_refused = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    let text = import::to_manifest(&imported.topology);
    let is_empty = imported.topology.resources.is_empty();
    let read = Read {
        sources: imported.sources,
        topology: imported.topology,
        findings,
        suppressed: Vec::new(),
    };
    if !read.findings.is_empty() {
        eprint!("{}", print::findings(&read));
    }
    if is_empty {
        bail!("nothing was imported");
    }
    match &options.output {
        None => crate::out::say!("{text}"),
        Some(path) => std::fs::write(path, text)
            .with_context(|| format!("could not write `{}`", path.display()))?,
    }
    Ok(u8::from(is_refused))
}

fn how(options: &Import) -> Result<Options> {
    let mut ctx = DeploymentContext::default();
    if let Some(subscription) = &options.subscription {
        ctx.subscription_id.clone_from(subscription);
    }
    if let Some(group) = &options.resource_group {
        ctx.resource_group.clone_from(group);
    }
    ctx.location.clone_from(&options.location);
    let mut how = Options {
        ctx,
        check: options.check,
        observed: if options.ours {
            Observed::Ours
        } else {
            Observed::Existing
        },
        ..Options::default()
    };
    for parameter in &options.parameter {
        let Some((name, value)) = parameter.split_once('=') else {
            bail!("`{parameter}` is no parameter; write `--parameter NAME=VALUE`");
        };
        // As the Azure CLI does: JSON if it is JSON, else a text.
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        how.parameters.set(name, &value);
    }
    Ok(how)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(parameter: &str) -> Import {
        Import {
            files: Vec::new(),
            output: None,
            subscription: None,
            resource_group: Some("rg".to_owned()),
            location: None,
            parameter: vec![parameter.to_owned()],
            ours: false,
            check: false,
        }
    }

    #[test]
    fn parameters_are_json_or_texts() {
        let given = |parameter: &str| {
            let how = how(&options(parameter)).unwrap();
            let (name, value) = how.parameters.iter().next().unwrap();
            (name.to_owned(), value.to_json())
        };
        assert_eq!(given("n=3"), ("n".to_owned(), 3.into()));
        assert_eq!(given("n=a=b"), ("n".to_owned(), "a=b".into()));
        assert!(how(&options("n")).is_err());
    }

    #[test]
    fn a_folder_is_all_json_files_in_it() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../topology/tests/fixtures/quickstarts");
        let files = input::existing_files(&[folder]).unwrap();
        let found: Vec<String> = files.into_iter().map(|file| file.name).collect();
        assert!(found.len() > 10);
        assert!(found.is_sorted());
    }
}
