//! `linkspan trace`.

use crate::{
    arguments::{Format, Trace as Options},
    input, proof,
};
use anyhow::{Context as _, Result, bail};
use topology::trace::{Flow, Hop, Outcome, Target, Trace, Verdict};

/// 0 delivered, 1 dropped or unknown.
pub(crate) fn run(options: &Options) -> Result<u8> {
    let read = input::read(&options.manifest)?;
    if read.topology.resources.is_empty() {
        eprint!("{}", crate::print::findings(&read));
        return Ok(1);
    }
    if !read.topology.clients.contains_key(&options.from) {
        let known: Vec<&str> = read.topology.clients.keys().map(String::as_str).collect();
        bail!(
            "no client `{}` in {}; it has: {}",
            options.from,
            read.name(),
            known.join(", ")
        );
    }
    let to: Target = options
        .to
        .parse()
        .with_context(|| format!("cannot trace to `{}`", options.to))?;
    let flow = Flow {
        from: options.from.clone(),
        to,
    };
    let trace = if options.live {
        super::twin::live_trace(&read.topology, &flow)?
    } else {
        topology::trace::trace(&read.topology, &flow)
    };
    match options.format {
        Format::Text => print!("{}", text(&trace)),
        Format::Json => println!("{:#}", serde_json::to_value(&trace)?),
    }
    Ok(u8::from(trace.outcome != Outcome::Delivered))
}

fn line(number: usize, hop: &Hop) -> String {
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
        "{number:>3} {mark} {:<40} {way:<40} {}\n",
        proof::short(&hop.at),
        hop.because
    )
}

/// A table, there and back.
pub(crate) fn text(trace: &Trace) -> String {
    let mut out = String::new();
    for (number, hop) in trace.hops.iter().enumerate() {
        out.push_str(&line(number + 1, hop));
    }
    if !trace.back.is_empty() {
        out.push_str("back\n");
        for (number, hop) in trace.back.iter().enumerate() {
            out.push_str(&line(number + 1, hop));
        }
    }
    let outcome = match trace.outcome {
        Outcome::Delivered => "delivered",
        Outcome::Dropped => "dropped",
        Outcome::Unknown => "unknown",
    };
    out.push_str(&format!("{outcome}: {}\n", trace.because));
    if let Some(seconds) = trace.idle_timeout_seconds {
        out.push_str(&format!(
            "shortest idle time-out on the path: {seconds} s\n"
        ));
    }
    out
}
