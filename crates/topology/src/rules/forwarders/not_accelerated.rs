//! `FWD015`: NIC without accelerated networking.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD015",
    severity: Severity::Hint,
    title: "NIC without accelerated networking",
    why: "the size of the machine supports it, and without it every packet costs time and processor",
    mend: "say `enableAcceleratedNetworking: true`",
    source: "https://learn.microsoft.com/azure/virtual-network/accelerated-networking-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["forwarders: { fwd: { vmSize: Standard_D2s_v5 } }"],
    good: &["forwarders: { fwd: { vmSize: Standard_B2s } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for relay in &subject.relays.all {
        let size = relay.size().unwrap_or_default();
        if !supports(size) {
            continue;
        }
        for port in relay.ports() {
            if port.enable_accelerated_networking == Some(true) {
                continue;
            }
            let pointer = format!("{}/enableAcceleratedNetworking", port.pointer);
            let message = format!(
                "`{}` is not accelerated, and {size} could",
                port.holder.id.name()
            );
            out.push(rule.at(&port.holder.id, pointer.clone(), message).fix(
                "accelerate it",
                [Change::set(&port.holder.id, pointer, true)],
            ));
        }
    }
}

/// Whether a size surely supports it: general purpose, memory and compute optimized ones of
/// generation 4 and later, and of generation 2 and 3 with four processors or more.
fn supports(size: &str) -> bool {
    let Some(rest) = size.strip_prefix("Standard_") else {
        return false;
    };
    let Some((name, generation)) = rest.rsplit_once("_v") else {
        return false;
    };
    let family: String = name.chars().take_while(char::is_ascii_alphabetic).collect();
    let digits: String = name
        .chars()
        .skip(family.len())
        .take_while(char::is_ascii_digit)
        .collect();
    let (Ok(processors), Ok(generation)) = (digits.parse::<u32>(), generation.parse::<u32>())
    else {
        return false;
    };
    match family.as_str() {
        "D" | "E" if generation >= 4 => processors >= 2,
        "D" | "DS" | "E" | "F" => generation >= 2 && processors >= 4,
        _ => false,
    }
}
