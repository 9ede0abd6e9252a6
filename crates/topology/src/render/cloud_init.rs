//! A cloud-init file for each machine that relays: the unit that runs the relay, its first
//! configuration, and a timer that takes a changed one from the machine's user data.
//!
//! The program itself is not in it: it comes with the image, or from the owner's own storage.
//! Sources: <https://cloudinit.readthedocs.io/en/latest/reference/modules.html#write-files>,
//! <https://learn.microsoft.com/azure/virtual-machines/user-data>.

use super::{Exporter, File, Run, names::Unique, relay};
use crate::model::{Topology, relay::RelayConfig};
use std::fmt::Write as _;

pub(super) static EXPORTER: Exporter = Exporter {
    id: "cloud-init",
    title: "cloud-init for the machines that relay",
    extension: "yaml",
    media_type: "text/cloud-config",
    run: Run::Any(write),
};

fn write(topology: &Topology) -> Vec<File> {
    let mut names = Unique::default();
    relay::all(topology)
        .into_iter()
        .map(|(id, relay)| File {
            path: format!("{}.yaml", names.name(id.name())),
            text: cloud_config(&relay),
        })
        .collect()
}

/// How often a machine looks for a changed configuration, in seconds.
const LOOK_SECONDS: u32 = 60;

const REFRESH: &str = r#"#!/bin/sh
# Takes a changed relay configuration from this machine's user data.
set -eu
new=$(mktemp /etc/linkspan/relay.XXXXXX)
trap 'rm -f "$new"' EXIT
curl --silent --show-error --fail --noproxy '*' --max-time 5 --header 'Metadata: true' \
  'http://169.254.169.254/metadata/instance/compute/userData?api-version=2021-01-01&format=text' |
  base64 --decode > "$new"
python3 -m json.tool "$new" > /dev/null
cmp -s "$new" /etc/linkspan/relay.json && exit 0
chmod 0644 "$new"
mv "$new" /etc/linkspan/relay.json
systemctl try-restart linkspan-forwarder.service
"#;

/// The unit: no rights but to listen, time to drain when it is stopped.
fn unit(relay: &RelayConfig) -> String {
    format!(
        "[Unit]
Description=Linkspan relay
After=network-online.target
Wants=network-online.target
ConditionPathExists=/usr/local/bin/linkspan-forwarder

[Service]
ExecStart=/usr/local/bin/linkspan-forwarder --config /etc/linkspan/relay.json
Restart=always
RestartSec=2
TimeoutStopSec={}
LimitNOFILE=1048576
DynamicUser=yes
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
MemoryDenyWriteExecute=yes
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
",
        relay.drain_seconds.saturating_add(10)
    )
}

fn timer() -> String {
    format!(
        "[Unit]
Description=Look for a changed relay configuration

[Timer]
OnBootSec={LOOK_SECONDS}
OnUnitActiveSec={LOOK_SECONDS}

[Install]
WantedBy=timers.target
"
    )
}

const REFRESH_UNIT: &str = "[Unit]
Description=Take a changed relay configuration from the user data

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/linkspan-refresh
";

fn cloud_config(relay: &RelayConfig) -> String {
    let mut text = "#cloud-config
# The relay's program is to be at /usr/local/bin/linkspan-forwarder: bring it with the image, or
# fetch it from storage of your own in `bootcmd`.
write_files:
"
    .to_owned();
    // The same bytes as the user data, so that the first look finds nothing changed.
    let configuration = ascii(&serde_json::to_string(relay).unwrap_or_default());
    for (path, mode, content) in [
        ("/etc/linkspan/relay.json", "0644", configuration.as_str()),
        ("/usr/local/sbin/linkspan-refresh", "0755", REFRESH),
        (
            "/etc/systemd/system/linkspan-forwarder.service",
            "0644",
            &unit(relay),
        ),
        (
            "/etc/systemd/system/linkspan-refresh.service",
            "0644",
            REFRESH_UNIT,
        ),
        (
            "/etc/systemd/system/linkspan-refresh.timer",
            "0644",
            &timer(),
        ),
    ] {
        let _infallible = write!(
            text,
            "  - path: {path}\n    permissions: '{mode}'\n    content: {}\n",
            // The last line break of a configuration would not be in the user data.
            if content.ends_with('\n') { "|" } else { "|-" }
        );
        for line in content.lines() {
            let _infallible = match line {
                "" => writeln!(text),
                line => writeln!(text, "      {line}"),
            };
        }
    }
    text.push_str(
        "runcmd:
  - [systemctl, daemon-reload]
  - [systemctl, enable, --now, linkspan-forwarder.service, linkspan-refresh.timer]
",
    );
    text
}

/// JSON without letters that YAML may not take as they are.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if (' '..='~').contains(&c) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _infallible = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::relay::{ProxyProtocol, RelayListener};
    use saphyr_parser::{Event, Parser};

    /// Every scalar of a YAML text.
    fn scalars(text: &str) -> Vec<String> {
        Parser::new_from_str(text)
            .map(|event| event.unwrap().0)
            .filter_map(|event| match event {
                Event::Scalar(value, ..) => Some(value.into_owned()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_files_come_out_as_they_went_in() {
        let relay = RelayConfig {
            version: 1,
            listeners: vec![RelayListener {
                listen: "0.0.0.0:443".parse().unwrap(),
                to: vec!["bücher.example: #\u{2028}'\"|:443".to_owned()],
                proxy_protocol: ProxyProtocol::Required,
            }],
            health: None,
            drain_seconds: 30,
        };
        let found = scalars(&cloud_config(&relay));
        let json = found.iter().find(|text| text.starts_with('{')).unwrap();
        assert_eq!(serde_json::from_str::<RelayConfig>(json).unwrap(), relay);
        assert!(found.contains(&REFRESH.to_owned()));
        assert!(found.contains(&unit(&relay)));
        assert!(unit(&relay).contains("TimeoutStopSec=40\n"));
    }
}
