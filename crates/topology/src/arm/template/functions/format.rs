//! `format()`, which is .NET's `String.Format`:
//! <https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting>.

use super::{Args, Outcome, arrays, shown};
use crate::arm::template::{
    problem::Problem,
    value::{Kind, Unknown, Value, Why},
};

pub(super) fn format(args: &mut Args<'_>) -> Outcome {
    if let Kind::Unknown(unknown) = &args.value(0).kind {
        return Ok(unknown.why.clone().into());
    }
    let template = args.text(0)?.to_owned();
    let mut out = String::new();
    // `None` once an unknown without a stand-in went into the text.
    let mut missing: Option<(Why, bool)> = None;
    let mut rest = template.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        let (plain, tail) = rest.split_at(at);
        push(args, &mut out, plain)?;
        rest = if let Some(tail) = tail.strip_prefix("{{") {
            push(args, &mut out, "{")?;
            tail
        } else if let Some(tail) = tail.strip_prefix("}}") {
            push(args, &mut out, "}")?;
            tail
        } else {
            let item = tail
                .strip_prefix('{')
                .and_then(|tail| tail.split_once('}'))
                .and_then(|(item, tail)| Some((Item::parse(item)?, tail)));
            let Some((item, tail)) = item else {
                return Err(args.fail(
                    0,
                    "the format holds a brace that is no placeholder",
                    "write `{0}` for the first value, `{{` and `}}` for braces",
                ));
            };
            place(args, &mut out, &mut missing, &item)?;
            tail
        };
    }
    push(args, &mut out, rest)?;
    Ok(match missing {
        None => out.into(),
        Some((why, has_stand_in)) => Unknown {
            why,
            stand_in: has_stand_in.then_some(out),
        }
        .into(),
    })
}

fn push(args: &mut Args<'_>, out: &mut String, text: &str) -> Result<(), Problem> {
    args.ask(text.len())?;
    out.push_str(text);
    Ok(())
}

/// `index,alignment:specifier`.
struct Item<'f> {
    index: usize,
    alignment: i64,
    specifier: &'f str,
}

impl<'f> Item<'f> {
    fn parse(text: &'f str) -> Option<Self> {
        let (front, specifier) = text.split_once(':').unwrap_or((text, ""));
        let (index, alignment) = front.split_once(',').unwrap_or((front, "0"));
        Some(Self {
            index: index.trim().parse().ok()?,
            alignment: alignment.trim().parse().ok()?,
            specifier: specifier.trim(),
        })
    }
}

fn place(
    args: &mut Args<'_>,
    out: &mut String,
    missing: &mut Option<(Why, bool)>,
    item: &Item<'_>,
) -> Result<(), Problem> {
    let index = item.index.saturating_add(1);
    if index >= args.len() {
        let message = format!(
            "the format names `{{{}}}`, and there is no such value",
            item.index
        );
        return Err(args.fail(0, message, "add the value; they are counted from 0"));
    }
    let value = args.value(index).clone();
    let text = if let Some(unknown) = value.unknown() {
        let stand_in = arrays::stand_in(&value);
        let (_, has_stand_in) = missing.get_or_insert_with(|| (unknown.why.clone(), true));
        *has_stand_in &= stand_in.is_some();
        stand_in.unwrap_or_default()
    } else {
        written(args, index, &value, item.specifier)?
    };
    let width = usize::try_from(item.alignment.unsigned_abs()).unwrap_or(usize::MAX);
    args.ask(width)?;
    let blanks = " ".repeat(width.saturating_sub(text.chars().count()));
    if item.alignment < 0 {
        push(args, out, &text)?;
        push(args, out, &blanks)
    } else {
        push(args, out, &blanks)?;
        push(args, out, &text)
    }
}

fn written(
    args: &mut Args<'_>,
    index: usize,
    value: &Value,
    specifier: &str,
) -> Result<String, Problem> {
    if let (false, Kind::Int(number)) = (specifier.is_empty(), &value.kind) {
        return integer(*number, specifier).ok_or_else(|| {
            args.fail(
                0,
                format!("the number format `{specifier}` is not understood"),
                "use `D`, `N`, `F` or `X` with a number of digits, such as `{0:D2}`",
            )
        });
    }
    if let Some(text) = shown(value) {
        return Ok(text);
    }
    args.budget.ask(value.size().weight)?;
    match &value.kind {
        Kind::Array(_) | Kind::Object(_) => Ok(value.to_json().to_string()),
        _ => Err(args.wrong(index, "a string, integer or boolean")),
    }
}

/// An integer in one of .NET's standard formats.
fn integer(number: i64, specifier: &str) -> Option<String> {
    let mut chars = specifier.chars();
    let kind = chars.next()?;
    let digits: Option<usize> = match chars.as_str() {
        "" => None,
        digits => Some(digits.parse().ok().filter(|digits| *digits <= 99)?),
    };
    let sign = if number < 0 { "-" } else { "" };
    let plain = number.unsigned_abs().to_string();
    let zeros = |count: usize| "0".repeat(count);
    Some(match kind.to_ascii_uppercase() {
        'D' => {
            let missing = digits.unwrap_or(0).saturating_sub(plain.len());
            format!("{sign}{}{plain}", zeros(missing))
        }
        'X' => {
            let width = digits.unwrap_or(0);
            if kind == 'x' {
                format!("{number:0width$x}")
            } else {
                format!("{number:0width$X}")
            }
        }
        'G' if digits.is_none() => number.to_string(),
        'F' | 'N' => {
            let whole = if kind.eq_ignore_ascii_case(&'N') {
                grouped(&plain)
            } else {
                plain
            };
            match digits.unwrap_or(2) {
                0 => format!("{sign}{whole}"),
                decimals => format!("{sign}{whole}.{}", zeros(decimals)),
            }
        }
        _ => return None,
    })
}

/// Digits with a comma before each group of three.
fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
