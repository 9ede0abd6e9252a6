//! Files that no person wrote, read by the built program under a limit of memory: each ends with
//! words and an exit code, and never with a signal.

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use testkit::{folder, program, wait_for};

/// Address space that the program may have, in KiB.
const MEMORY: &str = "1572864";
/// The same for manifests that are large and not malformed.
const MEMORY_OF_LARGE: &str = "6291456";
/// Fails a program that hangs, and no slow machine.
const PATIENCE: Duration = Duration::from_mins(10);

/// Runs `linkspan` under the limit: exit code, or `None` for a signal, and all that it said.
fn limited(arguments: &[&str], folder: &Path, memory: &str) -> (Option<i32>, String) {
    let linkspan = program("linkspan");
    let said = folder.join("said");
    let out = std::fs::File::create(&said).unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v \"$0\" && exec \"$@\"", memory])
        .arg(linkspan.get_program())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(out);
    let mut child = command.spawn().unwrap();
    let ended = wait_for(PATIENCE, || {
        child
            .try_wait()
            .ok()
            .flatten()
            .ok_or_else(|| "still running".to_owned())
    });
    if ended.is_err() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let status = ended.unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
    let bytes = std::fs::read(said).unwrap();
    (status.code(), String::from_utf8_lossy(&bytes).into_owned())
}

/// Checks one text: the exit codes that are right, and a word that must be said.
#[track_caller]
fn check(name: &str, bytes: impl AsRef<[u8]>, codes: &[i32], expected: &str) {
    let bytes = bytes.as_ref();
    let is_large = bytes.len() > 20_000_000;
    let memory = if is_large { MEMORY_OF_LARGE } else { MEMORY };
    let folder = folder().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let (code, said) = limited(
        &["check", &path.display().to_string()],
        folder.path(),
        memory,
    );
    let short: String = said.chars().take(600).collect();
    assert!(
        code.is_some_and(|code| codes.contains(&code)),
        "{name}: {code:?}: {short}"
    );
    assert!(
        said.contains(expected),
        "{name}: no `{expected}` in: {short}"
    );
    assert!(!said.contains("panicked"), "{name}: {short}");
}

const HEAD: &str = "linkspan: v1\nname: a\n";

#[test]
fn fifty_megabytes_of_yaml() {
    let mut text = format!("{HEAD}virtualNetworks:\n");
    let mut at = 0_usize;
    while text.len() < 50_000_000 {
        writeln!(
            text,
            "  n{at}: {{ resourceGroup: G, addressPrefixes: [10.0.0.0/16] }}"
        )
        .unwrap();
        at += 1;
    }
    check("large.yaml", text, &[1, 2], "large.yaml");
}

#[test]
fn aliases_that_multiply() {
    let mut text = format!("{HEAD}variables:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        let items = vec![below; 10].join(", ");
        writeln!(text, "  a{level}: &a{level} [{items}]").unwrap();
    }
    check("aliases.yaml", text, &[1], "YAML004");
}

#[test]
fn nesting_without_end() {
    let deep = 100_000;
    for (name, text) in [
        (
            "brackets.yaml",
            format!("{HEAD}resources: {}", "[".repeat(deep)),
        ),
        (
            "braces.yaml",
            format!("{HEAD}resources: {}", "{a: ".repeat(deep)),
        ),
        (
            "lists.yaml",
            format!("{HEAD}resources: {}x\n", "- ".repeat(deep)),
        ),
    ] {
        check(name, text, &[1], "YAML00");
    }
    check("deep.json", "[".repeat(deep), &[1, 2], "deep.json");
    check(
        "objects.json",
        "{\"a\":".repeat(deep),
        &[1, 2],
        "objects.json",
    );
}

#[test]
fn numbers_without_end() {
    let digits = "9".repeat(1_000_000);
    let text =
        format!("{HEAD}forwarders: {{ f: {{ subnet: a/b, instances: {digits}, relay: [] }} }}\n");
    check("number.yaml", text, &[1], "MAN005");
    let json = format!(
        "{{\"resources\": [{{\"type\": \"a/b\", \"apiVersion\": {digits}, \"name\": 1e{digits}}}]}}"
    );
    check("number.json", json, &[1, 2], "number.json");
}

#[test]
fn other_encodings() {
    let utf_16: Vec<u8> = HEAD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark = [&[0xff, 0xfe][..], &utf_16].concat();
    check("utf-16.yaml", with_mark, &[1, 2], "utf-16.yaml:1:");
    check("bare-utf-16.yaml", utf_16, &[1, 2], "bare-utf-16.yaml:1:");
    check(
        "latin-1.yaml",
        b"linkspan: v1\nname: caf\xe9\n",
        &[2],
        "latin-1.yaml:2:10",
    );
    check("nul.yaml", b"linkspan: v1\nname: a\0b\n", &[1], "YAML003");
}

#[test]
fn other_ends_of_lines_and_a_mark_are_read() {
    let lines = format!("{HEAD}nmae: b\n").replace('\n', "\r\n");
    check("crlf.yaml", lines, &[1], "crlf.yaml:3:1");
    let marked = format!("\u{feff}{HEAD}nmae: b\n");
    check("mark.yaml", marked, &[1], "mark.yaml:3:1");
    let (lone, text) = ("\r", format!("{HEAD}nmae: b\n"));
    check("cr.yaml", text.replace('\n', lone), &[1], "MAN002");
}

#[test]
fn loops_in_loops() {
    let mut inner = String::from(
        "{\"type\":\"Microsoft.Network/publicIPAddresses\",\"apiVersion\":\"2024-05-01\",\"name\":\"[concat('a', copyIndex())]\",\"copy\":{\"name\":\"c\",\"count\":800}}",
    );
    for level in 0..6 {
        inner = format!(
            "{{\"type\":\"Microsoft.Resources/deployments\",\"apiVersion\":\"2021-04-01\",\"name\":\"[concat('d{level}-', copyIndex())]\",\"copy\":{{\"name\":\"l{level}\",\"count\":800}},\"properties\":{{\"mode\":\"Incremental\",\"template\":{{\"resources\":[{inner}]}}}}}}"
        );
    }
    let text = format!(
        "{{\"$schema\":\"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\"contentVersion\":\"1.0.0.0\",\"resources\":[{inner}]}}"
    );
    check("loops.json", text, &[1, 2], "loops.json");
}
