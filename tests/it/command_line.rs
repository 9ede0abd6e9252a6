//! `check`, `trace` and their bad inputs, as typed.

use serde_json::Value;
use std::process::Output;
use testkit::{folder, linkspan, root};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)))
}

#[test]
fn the_example_is_clean() {
    let output = linkspan(&["check", "examples/internal-apim.yaml"]).unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

#[test]
fn the_tutorial_as_published_shows_its_mistakes_with_their_lines() {
    let output = linkspan(&[
        "check",
        "examples/tutorial-as-published.yaml",
        "--format",
        "json",
    ])
    .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let json = json(&output);
    assert_eq!(json["version"], 1);
    let findings = json["findings"].as_array().unwrap();
    for code in [
        "PLS001", "LB007", "LB009", "LB014", "LB020", "FWD001", "FWD005", "FWD007", "DNS008",
        "NSG015",
    ] {
        let finding = findings
            .iter()
            .find(|finding| finding["code"] == code)
            .unwrap_or_else(|| panic!("no {code}"));
        assert!(
            finding["line"].as_u64().is_some_and(|line| line > 1),
            "{finding}"
        );
        for member in ["severity", "message", "file", "column", "help", "source"] {
            assert!(!finding[member].is_null(), "{member} in {finding}");
        }
    }
}

#[test]
fn the_trace_of_the_example_is_delivered_hop_by_hop() {
    let arguments = [
        "trace",
        "examples/internal-apim.yaml",
        "--from",
        "testvm",
        "--to",
        "https://apim1449.azure-api.net",
        "--format",
        "json",
    ];
    let output = linkspan(&arguments).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let json = json(&output);
    assert_eq!(json["outcome"], "delivered");
    let kinds: Vec<&str> = json["hops"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|hop| hop["kind"].as_str())
        .filter(|kind| *kind != "resolve")
        .collect();
    assert_eq!(
        kinds,
        [
            "client",
            "privateEndpoint",
            "privateLinkService",
            "loadBalancer",
            "networkInterface",
            "relay",
            "service"
        ]
    );
    assert!(!json["back"].as_array().unwrap().is_empty());
}

#[test]
fn everybody_and_everything_is_asked_for_at_once() {
    let asked = |from: &str, to: &str| {
        let arguments = [
            "trace",
            "examples/internal-apim.yaml",
            "--from",
            from,
            "--to",
            to,
            "--format",
            "json",
        ];
        let output = linkspan(&arguments).unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        json(&output)
    };
    let who = asked("any", "apim1449");
    assert_eq!(who["groups"][0]["outcome"], "delivered");
    let what = asked("testvm", "any");
    assert_eq!(what["sets"][0]["reached"][0]["delivered"], "443");
    let trace = asked("External/default", "apim1449");
    let by = &trace["hops"][2]["decidedBy"][0];
    assert_eq!(by["location"]["file"], "examples/internal-apim.yaml");
}

#[test]
fn the_difference_to_itself_is_nothing_and_a_changed_approval_is_told() {
    let example = "examples/internal-apim.yaml";
    let same = linkspan(&["diff", example, example]).unwrap();
    assert_eq!(
        (same.status.code(), same.stdout.len()),
        (Some(0), 0),
        "{}",
        text(&same.stderr)
    );
    let folder = folder().unwrap();
    let path = folder.path().join("other.yaml");
    let other = std::fs::read_to_string(root().join(example)).unwrap();
    std::fs::write(
        &path,
        other.replace("autoApproval: [partner]", "autoApproval: []"),
    )
    .unwrap();
    let changed = linkspan(&["diff", example, &path.display().to_string()]).unwrap();
    let said = text(&changed.stdout);
    assert_eq!(changed.status.code(), Some(1), "{said}");
    assert!(
        said.contains("`External` can no longer reach `apim1449.azure-api.net`"),
        "{said}"
    );
}

#[test]
fn bad_input_is_located_and_nothing_is_started() {
    let folder = folder().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let cases = [
        (write("malformed.yaml", b"linkspan: v1\nname: [a\nx: }\n"), 1, ":"),
        (write("unknown.yaml", b"linkspan: v1\nname: a\nvirtualNetwork: {}\n"), 1, "virtualNetworks"),
        (write("type.yaml", b"linkspan: v1\nname: a\nvirtualNetworks: 3\n"), 1, ":3:"),
        (write("empty.yaml", b""), 1, "empty"),
        (write("binary.yaml", &[0x7f, b'E', b'L', b'F', 0xff, 0xfe, 0]), 2, "UTF-8"),
        (write("huge.yaml", &vec![b'a'; 150_000_000]), 2, "larger than"),
        (folder.path().join("missing.yaml").display().to_string(), 2, "could not open"),
        (
            write(
                "dangling.yaml",
                b"linkspan: v1\nname: a\nsubscriptions:\n  p: { id: 22222222-2222-2222-2222-222222222222 }\nresourceGroups:\n  G: { subscription: nobody, location: uksouth }\n",
            ),
            1,
            "nobody",
        ),
    ];
    for (path, code, expected) in cases {
        for command in ["check", "up", "apply"] {
            let mut arguments = vec![command, path.as_str()];
            if command == "up" {
                arguments.push("--once");
            }
            let output = linkspan(&arguments).unwrap();
            let said = text(&output.stdout) + &text(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{command} {path}: {said}");
            assert!(said.contains(expected), "{command} {path}: {said}");
            assert!(!said.contains("panicked"), "{said}");
        }
    }
}

#[test]
fn up_says_at_once_what_the_twin_does_not_run() {
    let started = std::time::Instant::now();
    let output = linkspan(&["up", "examples/scale-set.yaml", "--once"]).unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("`relays` is a scale set"), "{said}");
    assert!(started.elapsed().as_secs() < 30, "it waited for health");
}

#[test]
fn down_without_a_terminal_asks_for_yes() {
    let output = linkspan(&["down", "examples/internal-apim.yaml"]).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--yes"));
}

#[test]
fn every_command_explains_itself() {
    for command in [
        vec!["--help"],
        vec!["check", "--help"],
        vec!["trace", "--help"],
        vec!["diff", "--help"],
        vec!["plan", "--help"],
        vec!["apply", "--help"],
        vec!["down", "--help"],
        vec!["up", "--help"],
        vec!["twin", "serve", "--help"],
        vec!["exec", "--help"],
        vec!["forwarder", "--help"],
    ] {
        let output = linkspan(&command).unwrap();
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        assert!(text(&output.stdout).contains("Usage"), "{command:?}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_mistake() {
    use std::process::Stdio;
    for arguments in [
        &["schema"][..],
        &["explain", "--all"],
        &["expand", "examples/internal-apim.yaml"],
    ] {
        let mut child = testkit::program("linkspan")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Nobody reads from now on.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
}
