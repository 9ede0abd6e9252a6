//! `linkspan explain`.

use crate::arguments::{Explain, Format};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use topology::{
    Severity,
    rules::{self, Rule},
};

/// Prints one rule, or all of them.
pub(crate) fn run(options: &Explain) -> Result<u8> {
    let wanted: Vec<&Rule> = if options.all {
        rules::all().collect()
    } else {
        let mut wanted = Vec::new();
        for code in &options.codes {
            let Some(rule) = rules::explain(code) else {
                if let Some((code, why)) = rules::retired(code) {
                    bail!("{code} is retired: {why}");
                }
                bail!("there is no rule `{code}`; `linkspan explain --all` lists them");
            };
            wanted.push(rule);
        }
        wanted
    };
    match options.format {
        Format::Json => {
            let list: Vec<Value> = wanted.iter().map(|rule| described(rule)).collect();
            crate::out::say_line!("{:#}", json!({ "version": 1, "rules": list }));
        }
        Format::Text if options.all => {
            for rule in wanted {
                let fix = if rule.has_fix { "fix" } else { "" };
                crate::out::say_line!(
                    "{:<8} {:<8} {fix:<4} {}",
                    rule.code,
                    word(rule.severity),
                    rule.title
                );
            }
        }
        Format::Text => {
            let texts: Vec<String> = wanted.iter().map(|rule| explained(rule)).collect();
            crate::out::say!("{}", texts.join("\n"));
        }
    }
    Ok(0)
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    }
}

fn described(rule: &Rule) -> Value {
    json!({
        "code": rule.code,
        "severity": rule.severity,
        "title": rule.title,
        "why": rule.why,
        "mend": rule.mend,
        "source": rule.source,
        "armCode": rule.arm_code,
        "hasFix": rule.has_fix,
        "bad": rule.bad,
        "good": rule.good,
    })
}

fn explained(rule: &Rule) -> String {
    let mut text = format!(
        "{} ({}): {}\n\n  why:    {}\n  mend:   {}\n",
        rule.code,
        word(rule.severity),
        rule.title,
        rule.why,
        rule.mend
    );
    if let Some(code) = rule.arm_code {
        text.push_str(&format!("  ARM:    refuses it with `{code}`\n"));
    }
    if rule.has_fix {
        text.push_str("  fix:    `linkspan fix` mends it\n");
    }
    text.push_str(&format!("  source: {}\n", rule.source));
    for (label, examples) in [("wrong", rule.bad), ("right", rule.good)] {
        for example in examples {
            text.push_str(&format!("\n  # {label}, laid over the example topology\n"));
            for line in example.lines() {
                text.push_str(&format!("  {line}\n"));
            }
        }
    }
    text
}
