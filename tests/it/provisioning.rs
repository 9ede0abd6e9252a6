//! `twin serve`, `plan`, `apply`, `down` over real HTTPS, as typed.

use serde_json::Value;
use std::{collections::BTreeMap, path::Path, process::Command, time::Duration};
use testkit::{Running, folder, program, wait_for};

const EXAMPLE: &str = "examples/internal-apim.yaml";
const LIMIT: Duration = Duration::from_mins(1);

fn serve(folder: &Path) -> (Running, BTreeMap<String, String>) {
    let env_file = folder.join("twin.env");
    let child = program("linkspan")
        .args(["twin", "serve", "--env-file"])
        .arg(&env_file)
        .spawn()
        .unwrap();
    let running = Running(child);
    let text = wait_for(LIMIT, || {
        std::fs::read_to_string(&env_file).map_err(|error| error.to_string())
    })
    .unwrap();
    let variables = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
        .collect();
    (running, variables)
}

fn run(variables: &BTreeMap<String, String>, arguments: &[&str]) -> (i32, String, String) {
    let mut command: Command = program("linkspan");
    let output = command.args(arguments).envs(variables).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn actions(variables: &BTreeMap<String, String>) -> Vec<String> {
    let (code, out, err) = run(variables, &["plan", EXAMPLE, "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let json: Value = serde_json::from_str(&out).unwrap();
    json["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["action"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn apply_twice_changes_nothing_and_down_leaves_nothing() {
    let folder = folder().unwrap();
    let (mut twin, variables) = serve(folder.path());
    for name in [
        "LINKSPAN_ARM_ENDPOINT",
        "LINKSPAN_AUTHORITY_HOST",
        "LINKSPAN_CA_FILE",
        "AZURE_TENANT_ID",
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "LINKSPAN_PARTNER_SUBSCRIPTION_ID",
        "LINKSPAN_PARTNER_CLIENT_ID",
        "LINKSPAN_PARTNER_CLIENT_SECRET",
        "LINKSPAN_PARTNER_TENANT_ID",
        "LINKSPAN_TWIN_SOCKET",
    ] {
        assert!(variables.contains_key(name), "{name} is missing");
    }
    assert!(actions(&variables).iter().all(|action| action == "create"));
    let (code, _, err) = run(&variables, &["apply", EXAMPLE]);
    assert_eq!(code, 0, "{err}");
    assert!(
        actions(&variables).iter().all(|action| action == "none"),
        "{:?}",
        run(&variables, &["plan", EXAMPLE])
    );
    let (code, _, err) = run(&variables, &["apply", EXAMPLE]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("nothing to do"), "{err}");
    let (code, _, err) = run(&variables, &["down", EXAMPLE, "--yes"]);
    assert_eq!(code, 0, "{err}");
    assert!(actions(&variables).iter().all(|action| action == "create"));
    let status = twin.terminate(LIMIT).unwrap();
    assert!(status.success(), "{status}");
}

#[test]
fn a_wrong_secret_is_told_as_the_cloud_tells_it() {
    let folder = folder().unwrap();
    let (_twin, mut variables) = serve(folder.path());
    variables.insert("AZURE_CLIENT_SECRET".to_owned(), "wrong".to_owned());
    let (code, _, err) = run(&variables, &["apply", EXAMPLE]);
    assert_ne!(code, 0);
    assert!(err.contains("7000215"), "{err}");
}

/// What the twin's socket says about the world: a length, a JSON text.
fn world(socket: &str) -> Value {
    use std::io::{Read as _, Write as _};
    let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
    let question = br#""World""#;
    stream
        .write_all(&u32::try_from(question.len()).unwrap().to_be_bytes())
        .unwrap();
    stream.write_all(question).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut text = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
    stream.read_exact(&mut text).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn the_management_crates_make_the_puts_that_they_cover() {
    let folder = folder().unwrap();
    let (mut twin, variables) = serve(folder.path());
    let (code, _, err) = run(&variables, &["apply", EXAMPLE]);
    assert_eq!(code, 0, "{err}");
    let seen = world(&variables["LINKSPAN_TWIN_SOCKET"]);
    let requests = seen["World"]["requests"].as_array().unwrap();
    let puts = |kind: &str| {
        let of_kind: Vec<&Value> = requests
            .iter()
            .filter(|request| {
                let path = request["path"].as_str().unwrap();
                request["method"] == "PUT" && path.contains(&format!("/providers/{kind}/"))
            })
            .collect();
        assert!(!of_kind.is_empty(), "no PUT of {kind}");
        of_kind
    };
    for (kind, agent) in [
        (
            "Microsoft.Network/virtualNetworks",
            "azsdk-rust-mgmt_network",
        ),
        (
            "Microsoft.Network/networkSecurityGroups",
            "azsdk-rust-mgmt_network",
        ),
        ("Microsoft.Network/loadBalancers", "azsdk-rust-mgmt_network"),
        (
            "Microsoft.Network/networkInterfaces",
            "azsdk-rust-mgmt_network",
        ),
        (
            "Microsoft.Network/privateLinkServices",
            "azsdk-rust-mgmt_network",
        ),
        (
            "Microsoft.Network/privateEndpoints",
            "azsdk-rust-mgmt_network",
        ),
        (
            "Microsoft.Compute/virtualMachines",
            "azsdk-rust-mgmt_compute",
        ),
    ] {
        for put in puts(kind) {
            let found = put["user_agent"].as_str().unwrap();
            assert!(found.starts_with(agent), "{kind} was put by `{found}`");
        }
    }
    twin.terminate(LIMIT).unwrap();
}
