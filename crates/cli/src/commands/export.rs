//! `linkspan export`.

use crate::{
    arguments::{Export, Part},
    input, print,
};
use anyhow::{Context as _, Result, anyhow, bail};
use std::path::{Path, PathBuf};
use topology::render::{self, File, Options};

/// 0 written, 1 findings that stand in the way of what can be deployed.
pub(crate) fn run(options: &Export) -> Result<u8> {
    let exporter = render::exporter(&options.to)
        .ok_or_else(|| anyhow!("`{}` is no format to export to", options.to))?;
    let read = input::read(&options.manifest)?;
    let wanted = Options {
        part: match options.part {
            Part::Whole => render::Part::Whole,
            Part::Partner => render::Part::Partner,
            Part::Provider => render::Part::Provider,
        },
        partner: options.partner.clone(),
    };
    let files = if let Some(files) = exporter.show(&read.topology, &wanted) {
        files?
    } else {
        if read.has_errors() {
            eprint!("{}", print::findings(&read));
            return Ok(1);
        }
        let Ok((checked, _)) = topology::rules::checked(read.topology, Vec::new()) else {
            bail!("the topology changed while it was checked");
        };
        exporter.export(&checked, &wanted)?
    };
    if files.is_empty() {
        eprintln!("nothing to write: no machine relays here");
    }
    match &options.output {
        None => crate::out::say!("{}", joined(&files)),
        Some(path) => {
            for (path, text) in places(path, &files)? {
                write(&path, text)?;
                eprintln!("{}", path.display());
            }
        }
    }
    Ok(0)
}

/// One file as it is; several with their paths above them.
fn joined(files: &[File]) -> String {
    match files {
        [one] => one.text.clone(),
        several => several
            .iter()
            .map(|file| format!("==> {} <==\n{}\n", file.path, file.text))
            .collect(),
    }
}

/// Where each file goes.
fn places<'f>(output: &Path, files: &'f [File]) -> Result<Vec<(PathBuf, &'f str)>> {
    let is_folder = output.is_dir() || output.to_string_lossy().ends_with('/');
    match files {
        [one] if !is_folder => Ok(vec![(output.to_owned(), one.text.as_str())]),
        several if is_folder || !output.exists() => Ok(several
            .iter()
            .map(|file| (output.join(&file.path), file.text.as_str()))
            .collect()),
        several => bail!(
            "{} files cannot be written to the file `{}`; name a folder",
            several.len(),
            output.display()
        ),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("could not make the folder `{}`", folder.display()))?;
    }
    std::fs::write(path, text).with_context(|| format!("could not write `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(count: usize) -> Vec<File> {
        (0..count)
            .map(|at| File {
                path: format!("{at}.txt"),
                text: format!("text {at}\n"),
            })
            .collect()
    }

    #[test]
    fn one_file_is_written_as_it_is_and_several_under_their_paths() {
        assert_eq!(joined(&files(1)), "text 0\n");
        assert_eq!(
            joined(&files(2)),
            "==> 0.txt <==\ntext 0\n\n==> 1.txt <==\ntext 1\n\n"
        );
    }

    #[test]
    fn several_files_need_a_folder() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(places(&file, &files(2)).is_err());
        assert_eq!(
            places(Path::new("out/"), &files(1)).unwrap(),
            [(PathBuf::from("out/0.txt"), "text 0\n")]
        );
        assert_eq!(
            places(Path::new("one.txt"), &files(1)).unwrap(),
            [(PathBuf::from("one.txt"), "text 0\n")]
        );
    }
}
