//! `linkspan trace`.

use crate::{
    arguments::{Format, Trace as Options},
    input::{self, Read},
    proof,
};
use anyhow::{Context as _, Result};
use serde_json::Value;
use topology::{
    Topology,
    reach::{self, Selector, SelectorKind, WhatCanReach, WhoCanReach},
    source::{SourceMap, Span},
    trace::{DecidedBy, Hop, Live, Outcome, Trace, Verdict, World},
};

/// 0 delivered or answered, 1 dropped or unknown, or nobody.
pub(crate) fn run(options: &Options) -> Result<u8> {
    let read = input::read(&options.manifest)?;
    if read.topology.resources.is_empty() {
        eprint!("{}", crate::print::findings(&read));
        return Ok(1);
    }
    let from: Selector = options
        .from
        .parse()
        .with_context(|| format!("cannot trace from `{}`", options.from))?;
    let to: Selector = options
        .to
        .parse()
        .with_context(|| format!("cannot trace to `{}`", options.to))?;
    let live = options
        .live
        .then(|| super::twin::live_world(&read.topology))
        .transpose()?;
    let (topology, health): (&Topology, Option<&Live>) = match &live {
        Some((topology, health)) => (topology, Some(health)),
        None => (&read.topology, None),
    };
    match (&from.kind, &to.kind) {
        (SelectorKind::Any, _) => {
            let answer = reach::who_can_reach(topology, &to).context(at(&read))?;
            match options.format {
                Format::Text => crate::out::say!("{}", who(&answer)),
                Format::Json => print_json(&read.sources, &serde_json::to_value(&answer)?),
            }
            let any = answer
                .groups
                .iter()
                .any(|group| group.outcome == Outcome::Delivered);
            Ok(u8::from(!any))
        }
        (_, SelectorKind::Any) => {
            let answer = reach::what_can(topology, &from).context(at(&read))?;
            match options.format {
                Format::Text => crate::out::say!("{}", what(&answer)),
                Format::Json => print_json(&read.sources, &serde_json::to_value(&answer)?),
            }
            let any = answer.sets.iter().any(|set| !set.reached.is_empty());
            Ok(u8::from(!any))
        }
        _ => {
            let trace = World::new(topology)
                .trace_between(&from, &to, health)
                .context(at(&read))?;
            match options.format {
                Format::Text => crate::out::say!("{}", text(&trace, &read.sources)),
                Format::Json => print_json(&read.sources, &serde_json::to_value(&trace)?),
            }
            Ok(u8::from(trace.outcome != Outcome::Delivered))
        }
    }
}

fn at(read: &Read) -> String {
    let known: Vec<&str> = read.topology.clients.keys().map(String::as_str).collect();
    if known.is_empty() {
        format!("cannot trace in {}", read.name())
    } else {
        format!(
            "cannot trace in {}, whose clients are {}",
            read.name(),
            known.join(", ")
        )
    }
}

/// JSON with file, line and column beside every place.
pub(crate) fn print_json(sources: &SourceMap, value: &Value) {
    crate::out::say_line!("{:#}", located(sources, value.clone()));
}

fn located(sources: &SourceMap, mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => {
            for item in items {
                *item = located(sources, item.take());
            }
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                *member = located(sources, member.take());
            }
            let span: Option<Span> = members
                .get("span")
                .and_then(|span| serde_json::from_value(span.clone()).ok());
            if let Some(location) =
                span.and_then(|span| serde_json::to_value(sources.location(span)).ok())
            {
                members.insert("location".to_owned(), location);
            }
        }
        _ => {}
    }
    value
}

/// `file:line:column` of what the sentence names, else of what decided first.
fn written(because: &str, by: &[DecidedBy], sources: &SourceMap) -> String {
    let is_named = |by: &&DecidedBy| {
        by.span.is_some() && !by.name.is_empty() && because.contains(&format!("`{}`", by.name))
    };
    let named = by.iter().rev().find(is_named);
    let Some(span) = named
        .and_then(|by| by.span)
        .or_else(|| by.iter().find_map(|by| by.span))
    else {
        return String::new();
    };
    let place = sources.location(span);
    format!(" [{}:{}:{}]", place.file, place.line, place.column)
}

fn line(number: usize, hop: &Hop, sources: &SourceMap) -> String {
    let mark = match hop.verdict {
        Verdict::Pass => "ok  ",
        Verdict::Drop => "DROP",
        Verdict::Unknown => "?   ",
    };
    let list = |one: &str, several: &[String]| {
        if several.is_empty() {
            one.to_owned()
        } else {
            several.join("|")
        }
    };
    let source = list(&hop.source, &hop.source_any_of);
    let destination = list(&hop.destination, &hop.destination_any_of);
    let way = if source.is_empty() {
        destination
    } else {
        format!("{source} → {destination}")
    };
    format!(
        "{number:>3} {mark} {:<40} {way:<40} {}{}\n",
        places(hop),
        hop.because,
        written(&hop.because, &hop.decided_by, sources)
    )
}

/// Where it is: all that may be chosen, the kind once.
fn places(hop: &Hop) -> String {
    let mut places = proof::short(&hop.at);
    for other in hop.at_any_of.iter().skip(1) {
        places.push('|');
        places.push_str(other.rsplit('/').next().unwrap_or(other));
    }
    places
}

/// A table, there and back.
fn text(trace: &Trace, sources: &SourceMap) -> String {
    let mut out = String::new();
    for (number, hop) in trace.hops.iter().enumerate() {
        out.push_str(&line(number + 1, hop, sources));
    }
    if !trace.back.is_empty() {
        out.push_str("back\n");
        for (number, hop) in trace.back.iter().enumerate() {
            out.push_str(&line(number + 1, hop, sources));
        }
    }
    out.push_str(&format!("{}: {}\n", word(trace.outcome), trace.because));
    if let Some(mend) = &trace.mend {
        out.push_str(&format!("mend: {}\n", mend.text));
    }
    if let Some(shortest) = trace.idle_timeouts.iter().min_by_key(|idle| idle.seconds) {
        out.push_str(&format!(
            "shortest idle time-out on the path: {} s, at hop {} ({})\n",
            shortest.seconds, shortest.hop, shortest.because
        ));
    }
    if let Some(mtu) = &trace.mtu {
        out.push_str(&format!("MTU of the path: {} bytes\n", mtu.bytes));
    }
    out
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Dropped => "dropped",
        Outcome::Unknown => "unknown",
    }
}

fn who(answer: &WhoCanReach) -> String {
    let mut out = String::new();
    for group in &answer.groups {
        let mark = match (group.outcome, group.is_let_in) {
            (Outcome::Delivered, _) => "can",
            (Outcome::Unknown, _) => "may",
            (Outcome::Dropped, true) => "gets in, and nothing listens",
            (Outcome::Dropped, false) => "cannot",
        };
        out.push_str(&format!("{mark}: {}\n", group.because));
        for sender in &group.senders {
            out.push_str(&format!("    {}", sender.name));
            if !sender.named.is_empty() {
                out.push_str(&format!(", also {}", sender.named.join(", ")));
            }
            out.push('\n');
        }
    }
    out.push_str(&format!(
        "asked: who can reach {} on {}\n",
        answer.to, answer.ports
    ));
    out
}

fn what(answer: &WhatCanReach) -> String {
    let mut out = String::new();
    for set in &answer.sets {
        out.push_str(&format!(
            "{} {}\n",
            set.sender.name,
            set.sender.addresses.join(", ")
        ));
        for thing in &set.reached {
            let mut said = Vec::new();
            for (word, ports) in [
                ("arrives on", &thing.delivered),
                ("is let in on", &thing.let_in),
                ("unknown on", &thing.unknown),
            ] {
                if !ports.is_empty() {
                    said.push(format!("{word} {ports}"));
                }
            }
            let hosts = if thing.hosts.is_empty() {
                String::new()
            } else {
                format!(" as {}", thing.hosts.join(", "))
            };
            out.push_str(&format!(
                "    {} {}{hosts}: {}\n",
                thing.name.replace('`', ""),
                thing.address,
                said.join("; ")
            ));
        }
        out.push_str(&format!("    not reached: {}\n", set.not_reached));
    }
    out
}
