//! Advice for people.

use super::{Advice, Alternative, Need, Points, Verdict};
use std::fmt::Write as _;

/// What is wanted, a line each.
pub(super) fn need(need: &Need) -> Vec<String> {
    let mut lines = Vec::new();
    for target in &need.targets {
        lines.push(format!(
            "to reach: {}, port {}",
            target.service.title(),
            target.port
        ));
    }
    let provider = &need.provider;
    lines.push(format!(
        "provider: network `{}` in {}, subscription `{}`",
        provider.name, provider.region, provider.subscription
    ));
    for consumer in &need.consumers {
        let network = &consumer.network;
        lines.push(format!(
            "consumer: network `{}` in {}, subscription `{}`",
            network.name, network.region, network.subscription
        ));
    }
    let yes = |is: bool| if is { "yes" } else { "no" };
    lines.push(format!(
        "overlapping addresses: {}; other tenant: {}; other region: {}",
        yes(need.overlaps() || need.hidden_target().is_some()),
        yes(need.crosses_tenants()),
        yes(need.crosses_regions())
    ));
    lines
}

/// What to do, in a sentence or two. The alternatives are in order.
pub(super) fn summary(alternatives: &[Alternative]) -> String {
    let fits = |wants_relay: bool| {
        alternatives.iter().find(|alternative| {
            alternative.verdict == Verdict::Fits && alternative.needs_relay == wants_relay
        })
    };
    let amount = |alternative: &Alternative| {
        format!(
            "{:.2} {} a month",
            alternative.monthly, alternative.estimate.currency
        )
    };
    match (fits(false), fits(true)) {
        (Some(best), Some(relay)) => format!(
            "Linkspan's relay is not needed: {} (`{}`) fits as things are, for {}. With relays it is {}.",
            best.title,
            best.id,
            amount(best),
            amount(relay)
        ),
        (Some(best), None) => format!(
            "Linkspan's relay is not needed: {} (`{}`) fits as things are, for {}.",
            best.title,
            best.id,
            amount(best)
        ),
        (None, relay) => {
            let mut text = match relay {
                Some(_) => "Linkspan's relay is what fits as things are.",
                None => "Nothing fits as things are.",
            }
            .to_owned();
            let possible: Vec<String> = alternatives
                .iter()
                .filter(|other| other.verdict == Verdict::Possible && !other.needs_relay)
                .map(|other| format!("`{}`", other.id))
                .collect();
            if !possible.is_empty() {
                let _infallible = write!(
                    text,
                    " It is not needed if you accept what these ask for: {}.",
                    possible.join(", ")
                );
            }
            text
        }
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fits => "fits",
        Verdict::Possible => "possible",
        Verdict::DoesNotFit => "does not fit",
    }
}

/// The whole advice, to be read in a terminal.
pub fn text(advice: &Advice) -> String {
    let mut out = String::new();
    for line in &advice.need {
        let _infallible = writeln!(out, "{line}");
    }
    let _infallible = writeln!(out, "\n{}\n", advice.summary);
    for (at, alternative) in advice.alternatives.iter().enumerate() {
        one(&mut out, at + 1, alternative);
    }
    let usage = &advice.usage;
    let first = advice.alternatives.first();
    let currency = first.map_or("", |alternative| alternative.estimate.currency.as_str());
    let date = first.map_or("", |alternative| alternative.estimate.date.as_str());
    let _infallible = writeln!(
        out,
        "Costs are retail prices in {currency}{} for {} hours, {} GB to the service and {} GB from it; \
         what a price is not known for is named, not guessed. `--prices FILE` takes newer ones.",
        if date.is_empty() {
            String::new()
        } else {
            format!(" as of {date}")
        },
        usage.hours,
        usage.inbound_gigabytes,
        usage.outbound_gigabytes
    );
    let _infallible = writeln!(
        out,
        "`--manifest OPTION` prints an alternative as a manifest."
    );
    out
}

fn one(out: &mut String, number: usize, alternative: &Alternative) {
    let _infallible = writeln!(
        out,
        "{number}. {} ({}): {}",
        alternative.title,
        alternative.id,
        verdict(alternative.verdict)
    );
    let currency = &alternative.estimate.currency;
    let _infallible = writeln!(
        out,
        "   {:.2} {currency} a month, of which {:.2} for the access itself",
        alternative.monthly, alternative.access_monthly
    );
    for unknown in &alternative.estimate.unknown {
        let _infallible = writeln!(out, "   not in it: {unknown}");
    }
    for reason in &alternative.reasons {
        let mark = match reason.points {
            Points::For => "+",
            Points::Against => "-",
            Points::Hinders => "!",
            Points::Blocks => "x",
        };
        let _infallible = writeln!(out, "   {mark} {}", reason.text);
        if !reason.source.is_empty() {
            let _infallible = writeln!(out, "     {}", reason.source);
        }
    }
    for change in &alternative.changes {
        let _infallible = writeln!(out, "   change: {change}");
    }
    for limit in alternative.limits {
        let _infallible = writeln!(out, "   limit: {}", limit.text);
    }
    let _infallible = writeln!(out, "   regions: {}", alternative.regions);
    for runs in &alternative.runs {
        let _infallible = writeln!(out, "   {runs}");
    }
    out.push('\n');
}
