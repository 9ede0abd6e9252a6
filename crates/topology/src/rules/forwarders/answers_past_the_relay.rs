//! `FWD004`: kernel relay without source NAT.

use crate::rules::prelude::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD004",
    severity: Severity::Error,
    title: "kernel relay without source NAT",
    why: "the service answers the address it sees, which then is not the relay's, so the answer goes past the relay and is dropped",
    mend: "add `MASQUERADE`, and keep it over a restart",
    source: "https://learn.microsoft.com/azure/data-factory/tutorial-managed-virtual-network-on-premise-sql-server",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachines/fwd-0,
    properties: { userData: null,
    osProfile: { customData: I2Nsb3VkLWNvbmZpZwpydW5jbWQ6CiAgLSBzeXNjdGwgLXcgbmV0LmlwdjQuaXBfZm9yd2FyZD0xCiAgLSBpcHRhYmxlcyAtdCBuYXQgLUEgUFJFUk9VVElORyAtcCB0Y3AgLS1kcG9ydCA0NDMgLWogRE5BVCAtLXRvLWRlc3RpbmF0aW9uIDEwLjAuMi41OjQ0Mwo= } } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachines/fwd-1,
    properties: { userData: null,
    osProfile: { customData: I2Nsb3VkLWNvbmZpZwpydW5jbWQ6CiAgLSBzeXNjdGwgLXcgbmV0LmlwdjQuaXBfZm9yd2FyZD0xCiAgLSBpcHRhYmxlcyAtdCBuYXQgLUEgUFJFUk9VVElORyAtcCB0Y3AgLS1kcG9ydCA0NDMgLWogRE5BVCAtLXRvLWRlc3RpbmF0aW9uIDEwLjAuMi41OjQ0Mwo= } } } ]"],
    good: &["resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachines/fwd-0,
    properties: { userData: null,
    osProfile: { customData: I2Nsb3VkLWNvbmZpZwpydW5jbWQ6CiAgLSBzeXNjdGwgLXcgbmV0LmlwdjQuaXBfZm9yd2FyZD0xCiAgLSBpcHRhYmxlcyAtdCBuYXQgLUEgUFJFUk9VVElORyAtcCB0Y3AgLS1kcG9ydCA0NDMgLWogRE5BVCAtLXRvLWRlc3RpbmF0aW9uIDEwLjAuMi41OjQ0MwogIC0gaXB0YWJsZXMgLXQgbmF0IC1BIFBPU1RST1VUSU5HIC1qIE1BU1FVRVJBREUK } } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachines/fwd-1,
    properties: { userData: null,
    osProfile: { customData: I2Nsb3VkLWNvbmZpZwpydW5jbWQ6CiAgLSBzeXNjdGwgLXcgbmV0LmlwdjQuaXBfZm9yd2FyZD0xCiAgLSBpcHRhYmxlcyAtdCBuYXQgLUEgUFJFUk9VVElORyAtcCB0Y3AgLS1kcG9ydCA0NDMgLWogRE5BVCAtLXRvLWRlc3RpbmF0aW9uIDEwLjAuMi41OjQ0MwogIC0gaXB0YWJsZXMgLXQgbmF0IC1BIFBPU1RST1VUSU5HIC1qIE1BU1FVRVJBREUK } } } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = IdSet::default();
    for used in &subject.pools.used {
        let nics = subject.pools.members(used.pool).iter();
        let machines = nics.filter_map(|member| subject.pools.machine_of(&member.nic.id));
        let sets = subject
            .pools
            .sets(used.pool)
            .iter()
            .map(|member| member.set);
        for machine in machines.chain(sets) {
            if !seen.insert(&machine.id) {
                continue;
            }
            let Some(pointer) = script_of(machine) else {
                continue;
            };
            let message = format!(
                "`{}` translates destinations, but not sources",
                machine.id.name()
            );
            out.push(rule.at(&machine.id, pointer, message).related(
                &used.balancer.id,
                "",
                "sends to it",
            ));
        }
    }
}

/// JSON pointer to the first boot script of a machine that rewrites destinations only.
fn script_of(machine: &Resource) -> Option<String> {
    let (base, os, user_data) = match &machine.body {
        Body::VirtualMachine(body) => (
            "/properties",
            body.os_profile.as_ref(),
            body.user_data.as_deref(),
        ),
        Body::VirtualMachineScaleSet(body) => {
            let profile = body.virtual_machine_profile.as_ref()?;
            (
                "/properties/virtualMachineProfile",
                profile.os_profile.as_ref(),
                profile.user_data.as_deref(),
            )
        }
        _ => return None,
    };
    let custom = os.and_then(|os| os.get("customData")?.as_str());
    let scripts = [("osProfile/customData", custom), ("userData", user_data)];
    let found = scripts.into_iter().find(|(_, text)| {
        let bytes = text.and_then(|text| STANDARD.decode(text).ok());
        bytes.is_some_and(|bytes| {
            let script = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
            let has = |word: &str| script.contains(word);
            (has("-j dnat") || has("dnat to")) && !has("masquerade") && !has("snat")
        })
    });
    found.map(|(member, _)| format!("{base}/{member}"))
}
