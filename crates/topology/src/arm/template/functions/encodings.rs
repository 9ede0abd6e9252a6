//! Base64, data URIs and URIs.

use super::{Args, Function, Outcome, conversions};
use crate::{arm::template::problem::Problem, manifest::suggest::clip};
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::pure("base64", (1, 1), "base64(text)", encode),
    Function::pure("base64ToString", (1, 1), "base64ToString(base64)", decode),
    Function::pure("base64ToJson", (1, 1), "base64ToJson(base64)", decode_json),
    Function::pure("dataUri", (1, 1), "dataUri(text)", data_uri),
    Function::pure(
        "dataUriToString",
        (1, 1),
        "dataUriToString(data URI)",
        data_uri_to_string,
    ),
    Function::pure("uri", (2, 2), "uri(base, relative)", uri),
    Function::pure("uriComponent", (1, 1), "uriComponent(text)", uri_component),
    Function::pure(
        "uriComponentToString",
        (1, 1),
        "uriComponentToString(encoded text)",
        uri_component_to_string,
    ),
];

fn encode(args: &mut Args<'_>) -> Outcome {
    args.ask(args.text(0)?.len().saturating_mul(2))?;
    Ok(STANDARD.encode(args.text(0)?).into())
}

fn decoded(args: &Args<'_>, base64: &str) -> Result<String, Problem> {
    STANDARD
        .decode(base64.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| {
            let message = format!("`{}` is not base64 of a text", clip(base64, 40));
            args.fail(0, message, "give what `base64()` gives")
        })
}

fn decode(args: &mut Args<'_>) -> Outcome {
    Ok(decoded(args, args.text(0)?)?.into())
}

fn decode_json(args: &mut Args<'_>) -> Outcome {
    let text = decoded(args, args.text(0)?)?;
    conversions::parse(args, 0, &text)
}

fn data_uri(args: &mut Args<'_>) -> Outcome {
    let text = args.shown(0)?;
    args.ask(text.len().saturating_mul(2))?;
    Ok(format!(
        "data:text/plain;charset=utf8;base64,{}",
        STANDARD.encode(text)
    )
    .into())
}

fn data_uri_to_string(args: &mut Args<'_>) -> Outcome {
    let text = args.text(0)?;
    let parts = text
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','));
    match parts {
        Some((head, data)) if head.to_ascii_lowercase().ends_with(";base64") => {
            Ok(decoded(args, data)?.into())
        }
        Some((_, data)) => Ok(percent_decoded(data).into()),
        None => {
            let message = format!("`{}` is no data URI", clip(text, 40));
            Err(args.fail(0, message, "give what `dataUri()` gives"))
        }
    }
}

fn uri(args: &mut Args<'_>) -> Outcome {
    let (base, relative) = (args.text(0)?, args.text(1)?);
    if relative.contains("://") {
        return Ok(relative.into());
    }
    let Some((scheme, rest)) = base.split_once("://") else {
        let message = format!("`{}` is no absolute URI", clip(base, 60));
        return Err(args.fail(0, message, "begin it with `https://`"));
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or("");
    let folder = match (relative.starts_with('/'), path.rfind('/')) {
        (true, _) | (_, None) => "",
        (false, Some(at)) => path.get(..=at).unwrap_or(""),
    };
    let (target, query) = match relative.find(['?', '#']) {
        Some(at) => relative.split_at(at),
        None => (relative, ""),
    };
    let joined = format!("{folder}{}", target.trim_start_matches('/'));
    let mut segments: Vec<&str> = Vec::new();
    for segment in joined.split('/') {
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    Ok(format!("{scheme}://{host}/{}{query}", segments.join("/")).into())
}

fn uri_component(args: &mut Args<'_>) -> Outcome {
    args.ask(args.text(0)?.len().saturating_mul(3))?;
    let mut out = String::new();
    for byte in args.text(0)?.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(out.into())
}

fn uri_component_to_string(args: &mut Args<'_>) -> Outcome {
    Ok(percent_decoded(args.text(0)?).into())
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let pair = tail
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let decoded = pair
            .filter(|pair| *first == b'%' && pair.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        if let Some(byte) = decoded {
            bytes.push(byte);
            rest = tail.get(2..).unwrap_or(&[]);
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
