//! A twin of one's own with the example applied, and what can be done to it through ARM.

use crate::https;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The real input.
pub(crate) const EXAMPLE: &str = "examples/internal-apim.yaml";
/// What the client asks.
pub(crate) const STATUS: &str = "https://apim1449.azure-api.net/status-0123456789abcdef";
/// More than the slowest step takes on a loaded machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

const PROVIDER: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers";

/// The folder of the built programs.
pub(crate) fn programs() -> Result<PathBuf> {
    Ok(std::env::var_os("LINKSPAN_BIN_DIR")
        .context("LINKSPAN_BIN_DIR is not set; run `cargo xtask e2e`")?
        .into())
}

/// A built program with an environment that names no cloud.
pub(crate) fn linkspan() -> Result<Command> {
    let mut command = Command::new(programs()?.join("linkspan"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AZURE_") || text.starts_with("LINKSPAN_") {
            command.env_remove(&name);
        }
    }
    command.stdin(Stdio::null());
    Ok(command)
}

/// Asks until it is so; the error is the last thing it said.
pub(crate) fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut ready: impl FnMut() -> Result<T>,
) -> Result<T> {
    let start = Instant::now();
    loop {
        match ready() {
            Ok(value) => return Ok(value),
            Err(last) if start.elapsed() > limit => {
                return Err(last).with_context(|| format!("waited {limit:?} for {what}"));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Sends a signal by number to a process that this program started.
pub(crate) fn signal(child: &Child, signal: nix::sys::signal::Signal) -> Result<()> {
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id())?);
    nix::sys::signal::kill(id, signal).context("could not signal")
}

/// A started program, ended with the case.
pub(crate) struct Started(pub(crate) Child);

impl Drop for Started {
    fn drop(&mut self) {
        // Already gone is fine.
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

/// A running twin.
pub(crate) struct World {
    _twin: Started,
    _folder: tempfile::TempDir,
    pub(crate) variables: BTreeMap<String, String>,
    token: String,
}

impl World {
    /// Starts a twin, applies the example, places its clients, waits until the client is served.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("linkspan-e2e-").tempdir()?;
        let env_file = folder.path().join("twin.env");
        let twin = linkspan()?
            .args(["twin", "serve", "--manifest", EXAMPLE, "--env-file"])
            .arg(&env_file)
            .spawn()?;
        let twin = Started(twin);
        let text = wait_for("the twin", LIMIT, || {
            Ok(std::fs::read_to_string(&env_file)?)
        })?;
        let variables: BTreeMap<String, String> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
            .collect();
        let mut world = Self {
            _twin: twin,
            _folder: folder,
            variables,
            token: String::new(),
        };
        world.token = world.token()?;
        let applied = world.run(&["apply", EXAMPLE])?;
        ensure!(
            applied.status.success(),
            "apply: {}",
            String::from_utf8_lossy(&applied.stderr)
        );
        wait_for("the first answer", LIMIT, || world.serves())?;
        Ok(world)
    }

    fn variable(&self, name: &str) -> Result<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .with_context(|| format!("{name} is missing in the env file"))
    }

    fn token(&self) -> Result<String> {
        let url = format!(
            "{}/{}/oauth2/v2.0/token",
            self.variable("LINKSPAN_AUTHORITY_HOST")?
                .trim_end_matches('/'),
            self.variable("AZURE_TENANT_ID")?
        );
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=https%3A%2F%2Fmanagement.azure.com%2F.default",
            self.variable("AZURE_CLIENT_ID")?,
            self.variable("AZURE_CLIENT_SECRET")?
        );
        let kind = [(
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        )];
        let answer = https::request(
            "POST",
            &url,
            &kind,
            Some(&form),
            self.variable("LINKSPAN_CA_FILE")?.as_ref(),
        )?;
        let json: Value = serde_json::from_str(&answer.body)?;
        Ok(json["access_token"]
            .as_str()
            .context("no token")?
            .to_owned())
    }

    /// Runs `linkspan` against this twin.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Output> {
        Ok(linkspan()?.args(arguments).envs(&self.variables).output()?)
    }

    /// One call to ARM; `path` begins after the provider's resource group.
    pub(crate) fn arm(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let url = format!(
            "{}{PROVIDER}/{path}",
            self.variable("LINKSPAN_ARM_ENDPOINT")?
                .trim_end_matches('/')
        );
        let headers = [
            ("authorization", format!("Bearer {}", self.token)),
            ("content-type", "application/json".to_owned()),
        ];
        let body = body.map(Value::to_string);
        let answer = https::request(
            method,
            &url,
            &headers,
            body.as_deref(),
            Path::new(self.variable("LINKSPAN_CA_FILE")?),
        )?;
        ensure!(
            (200..300).contains(&answer.status),
            "{method} {path}: {} {}",
            answer.status,
            answer.body
        );
        Ok(serde_json::from_str(&answer.body).unwrap_or(Value::Null))
    }

    /// Stops or starts a forwarder's machine.
    pub(crate) fn machine(&self, name: &str, action: &str) -> Result<()> {
        self.arm(
            "POST",
            &format!("Microsoft.Compute/virtualMachines/{name}/{action}?api-version=2024-07-01"),
            None,
        )
        .map(drop)
    }

    /// Approves or rejects the one connection of the Private Link Service.
    pub(crate) fn decide(&self, status: &str) -> Result<()> {
        let list = "Microsoft.Network/privateLinkServices/APIM-PLS/privateEndpointConnections";
        let found = self.arm("GET", &format!("{list}?api-version=2024-03-01"), None)?;
        let mut connection = found["value"][0].clone();
        let name = connection["name"]
            .as_str()
            .context("no connection")?
            .to_owned();
        connection["properties"]["privateLinkServiceConnectionState"] =
            json!({ "status": status, "description": "by the test" });
        self.arm(
            "PUT",
            &format!("{list}/{name}?api-version=2024-03-01"),
            Some(&connection),
        )
        .map(drop)
    }

    /// One HTTPS request where the client stands; fails with what the client saw.
    pub(crate) fn serves(&self) -> Result<()> {
        let get = programs()?.join("linkspan-e2e");
        let output = linkspan()?
            .args(["exec", "testvm", "--"])
            .arg(get)
            .args(["get", STATUS])
            .envs(&self.variables)
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "{} {}",
            said.trim(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(())
    }

    /// The client is refused or waits in vain.
    pub(crate) fn refuses(&self) -> Result<()> {
        match self.serves() {
            Ok(()) => anyhow::bail!("the request was served"),
            Err(_) => Ok(()),
        }
    }

    /// `trace --live` as JSON.
    pub(crate) fn live_trace(&self) -> Result<Value> {
        let arguments = [
            "trace", EXAMPLE, "--from", "testvm", "--to", STATUS, "--live", "--format", "json",
        ];
        let output = self.run(&arguments)?;
        serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
