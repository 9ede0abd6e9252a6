//! The reader itself: one pass over the bytes, no backtracking.

use super::{Member, Node, Value};
use crate::{
    finding::{Finding, Severity},
    manifest::suggest::clip,
    source::{SourceId, Span, Spanned},
};
use std::collections::HashMap;

/// What a text may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Values in it, keys not counted.
    pub nodes: usize,
    /// How deep arrays and objects may nest.
    pub depth: usize,
}

impl Limits {
    /// For exports of whole subscriptions. A template may have 4 MB
    /// (<https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits>);
    /// a hundred thousand exported resources take about 100 MB. Compiled modules nest by five
    /// levels each, and the deepest known resources by twenty.
    pub const EXPORT: Self = Self {
        bytes: 160 * 1024 * 1024,
        nodes: 8_000_000,
        depth: 96,
    };
    /// For texts inside of texts, such as the argument of `json()`.
    pub const EMBEDDED: Self = Self {
        bytes: 4 * 1024 * 1024,
        nodes: 200_000,
        depth: 64,
    };
}

/// Objects with fewer members are searched, larger ones get an index.
const INDEXED: usize = 16;
/// More duplicate keys and the like than this nobody reads.
const MAX_FINDINGS: usize = 100;
/// What to do about a member that is not one.
const MEMBER: &str = "write each member as `\"key\": value`";

/// Reads a JSON text that is `source`; `None` if there is nothing to go on with, and then a finding
/// says why.
pub fn read(text: &str, source: SourceId, findings: &mut Vec<Finding>) -> Option<Node> {
    read_within(text, source, Limits::EXPORT, findings)
}

/// [`read`] with other limits.
pub fn read_within(
    text: &str,
    source: SourceId,
    limits: Limits,
    findings: &mut Vec<Finding>,
) -> Option<Node> {
    let mut reader = Reader {
        text,
        source,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        depth: 0,
        nodes: 0,
        limits,
        findings: Vec::new(),
        dropped: 0,
    };
    let root = reader.document();
    if reader.dropped > 0
        && let Some(last) = reader.findings.last_mut()
    {
        last.note = format!("{} more findings like it were left out", reader.dropped);
    }
    findings.append(&mut reader.findings);
    root.ok()
}

/// Reading ended; the finding that says why is there.
#[derive(Clone, Copy, Debug)]
struct Stop;

type Read<T> = Result<T, Stop>;

struct Reader<'t> {
    text: &'t str,
    source: SourceId,
    at: usize,
    depth: usize,
    nodes: usize,
    limits: Limits,
    findings: Vec<Finding>,
    dropped: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// The span of the next `bytes`.
    fn ahead(&self, bytes: usize) -> Span {
        let mut end = self.at.saturating_add(bytes).min(self.text.len());
        // No span may cut a character, which an escape of a longer one would.
        while !self.text.is_char_boundary(end) {
            end = end.saturating_add(1);
        }
        Span::within(self.source, self.at, end)
    }

    /// The span of the character that comes next, empty at the end of the text.
    fn here(&self) -> Span {
        self.ahead(self.rest().chars().next().map_or(0, char::len_utf8))
    }

    fn stop<T>(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) -> Read<T> {
        self.findings
            .push(Finding::at_span(code, Severity::Error, message, span).help(help));
        Err(Stop)
    }

    fn warn(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    fn expected<T>(&mut self, wanted: &str, help: &str) -> Read<T> {
        let found = match self.rest().chars().next() {
            None => "the text ends".to_owned(),
            Some(c) if c.is_control() => format!("there is U+{:04X}", u32::from(c)),
            Some(c) => format!("there is `{c}`"),
        };
        let message = format!("malformed JSON: {wanted} is expected, and {found}");
        self.stop("JSON001", message, self.here(), help)
    }

    fn document(&mut self) -> Read<Node> {
        let (size, most) = (self.text.len(), self.limits.bytes);
        if size > most {
            let message = format!("the text has {size} bytes; {most} are read");
            let help = "split it, or export fewer resources at a time";
            return self.stop("JSON004", message, self.ahead(0), help);
        }
        self.blank()?;
        if self.rest().is_empty() {
            let help = "check that this is the right file, and that the export worked";
            return self.stop("JSON002", "the text holds no JSON value", self.here(), help);
        }
        let root = self.value()?;
        self.blank()?;
        if !self.rest().is_empty() {
            let help = "remove it, or put each value into a file of its own";
            let message = "something follows the JSON value";
            return self.stop("JSON005", message, self.here(), help);
        }
        Ok(root)
    }

    /// Skips white space and comments.
    fn blank(&mut self) -> Read<()> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{a0}']);
            self.advance(rest.len().saturating_sub(trimmed.len()));
            if let Some(comment) = trimmed.strip_prefix("//") {
                let length = comment.find(['\n', '\r']).unwrap_or(comment.len());
                self.advance(length.saturating_add(2));
            } else if let Some(comment) = trimmed.strip_prefix("/*") {
                let Some(length) = comment.find("*/") else {
                    let message = "malformed JSON: this comment does not end";
                    return self.stop("JSON001", message, self.ahead(2), "end it with `*/`");
                };
                self.advance(length.saturating_add(4));
            } else {
                return Ok(());
            }
        }
    }

    fn value(&mut self) -> Read<Node> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > self.limits.nodes {
            let message = format!("more than {} values", self.limits.nodes);
            let help = "split the text, or export fewer resources at a time";
            return self.stop("JSON004", message, self.here(), help);
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(quote @ (b'"' | b'\'')) => Value::String(self.string(quote)?),
            Some(b'-' | b'+' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            _ => {
                let help = "write a string, number, object, array, `true`, `false` or `null`";
                return self.expected("a value", help);
            }
        };
        let span = Span::within(self.source, start, self.at);
        Ok(Node { span, value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<Value>) -> Read<Value> {
        if self.depth >= self.limits.depth {
            let message = format!("nested deeper than {} levels", self.limits.depth);
            let help = "look for a bracket too many";
            return self.stop("JSON004", message, self.here(), help);
        }
        self.depth = self.depth.saturating_add(1);
        let value = read(self);
        self.depth = self.depth.saturating_sub(1);
        value
    }

    /// After an element: whether another one follows.
    fn goes_on(&mut self, close: u8, what: &str) -> Read<bool> {
        self.blank()?;
        match self.peek() {
            Some(b',') => {
                let comma = self.here();
                self.advance(1);
                self.blank()?;
                if self.peek() != Some(close) {
                    return Ok(true);
                }
                self.advance(1);
                let message = "a comma stands after the last element";
                self.warn(
                    Finding::at_span("JSON007", Severity::Warning, message, comma)
                        .note("Azure's reader skips it, and most others refuse the text")
                        .help("remove the comma"),
                );
                Ok(false)
            }
            Some(byte) if byte == close => {
                self.advance(1);
                Ok(false)
            }
            _ => self.expected(
                &format!("`,` or `{}`", char::from(close)),
                &format!("separate {what} by commas, and close each bracket"),
            ),
        }
    }

    fn array(&mut self) -> Read<Value> {
        self.advance(1);
        self.blank()?;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.advance(1);
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            if !self.goes_on(b']', "elements")? {
                return Ok(Value::Array(items));
            }
        }
    }

    fn object(&mut self) -> Read<Value> {
        self.advance(1);
        self.blank()?;
        let mut members = Members::default();
        if self.peek() == Some(b'}') {
            self.advance(1);
            return Ok(Value::Object(members.list));
        }
        loop {
            let start = self.at;
            let value = match self.peek() {
                Some(quote @ (b'"' | b'\'')) => self.string(quote)?,
                _ => return self.expected("a key in quotes", MEMBER),
            };
            let span = Span::within(self.source, start, self.at);
            let key = Spanned { value, span };
            self.blank()?;
            if self.peek() != Some(b':') {
                return self.expected("`:`", MEMBER);
            }
            self.advance(1);
            self.blank()?;
            let value = self.value()?;
            if let Some(twice) = members.insert(Member { key, value }) {
                let message = format!("the key `{}` stands here twice", clip(&twice, 60));
                self.warn(
                    Finding::at_span("JSON006", Severity::Warning, message, span)
                        .note("readers differ in which one they take; here the last one counts")
                        .help("remove one of them"),
                );
            }
            if !self.goes_on(b'}', "members")? {
                return Ok(Value::Object(members.list));
            }
        }
    }

    fn number(&mut self) -> Read<Value> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or("");
        if text.starts_with('+') || text.parse::<f64>().is_err() {
            let message = format!("malformed JSON: `{}` is no number", clip(text, 40));
            let help = "mend the number, or put it in quotes";
            return self.stop("JSON001", message, self.ahead(length), help);
        }
        self.advance(length);
        Ok(Value::Number(text.into()))
    }

    fn word(&mut self) -> Read<Value> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or("");
        let value = match text {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => {
                let shown = clip(text, 40);
                let message = format!("malformed JSON: `{shown}` is no value");
                let help = format!(
                    "write `\"{shown}\"` if it is a text; the words are `true`, `false` and `null`"
                );
                return self.stop("JSON001", message, self.ahead(length), help);
            }
        };
        self.advance(length);
        Ok(value)
    }

    fn string(&mut self, quote: u8) -> Read<String> {
        let start = self.at;
        self.advance(1);
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let stop = rest
                .bytes()
                .position(|byte| byte == quote || byte == b'\\' || byte == 0);
            let plain = rest.get(..stop.unwrap_or(rest.len())).unwrap_or("");
            out.push_str(plain);
            self.advance(plain.len());
            match self.peek() {
                None => {
                    let literal = self.text.get(start..).unwrap_or("");
                    let line = literal.lines().next().unwrap_or("").len();
                    let span = Span::within(self.source, start, start.saturating_add(line));
                    let message = "malformed JSON: this string does not end";
                    return self.stop("JSON001", message, span, "close it with a quotation mark");
                }
                Some(0) => {
                    let help =
                        "save it as UTF-8 text; this looks like another encoding or a binary file";
                    let message = "the text holds a zero byte";
                    return self.stop("JSON003", message, self.here(), help);
                }
                Some(b'\\') => out.push(self.escaped()?),
                Some(_) => {
                    self.advance(1);
                    return Ok(out);
                }
            }
        }
    }

    fn escaped(&mut self) -> Read<char> {
        let Some((length, value)) = escape(self.rest()) else {
            let message = "malformed JSON: this escape is unknown";
            let help = "write `\\\\` for a backslash; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits";
            return self.stop("JSON001", message, self.ahead(2), help);
        };
        if value.is_none() {
            let message = "this escape is half of a character";
            self.warn(
                Finding::at_span("JSON008", Severity::Warning, message, self.ahead(length))
                    .help("write both halves, or the character itself"),
            );
        }
        self.advance(length);
        Ok(value.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

/// The length of the escape at the start of `text`, and what it stands for; `None` there means
/// half of a surrogate pair.
fn escape(text: &str) -> Option<(usize, Option<char>)> {
    let simple = |c| Some((2, Some(c)));
    match text.as_bytes().get(1)? {
        b'"' => simple('"'),
        b'\'' => simple('\''),
        b'\\' => simple('\\'),
        b'/' => simple('/'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'u' => {
            let first = hex(text.get(2..6)?)?;
            if let Some(c) = char::from_u32(first) {
                return Some((6, Some(c)));
            }
            let second = text
                .get(6..)
                .and_then(|rest| rest.strip_prefix("\\u"))
                .and_then(|rest| hex(rest.get(..4)?))
                .filter(|second| (0xdc00..0xe000).contains(second));
            match second {
                Some(second) if first < 0xdc00 => {
                    let high = first.saturating_sub(0xd800) << 10;
                    let low = second.saturating_sub(0xdc00);
                    let code = high.saturating_add(low).saturating_add(0x1_0000);
                    Some((12, char::from_u32(code)))
                }
                _ => Some((6, None)),
            }
        }
        _ => None,
    }
}

fn hex(digits: &str) -> Option<u32> {
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

/// Where the byte `decoded` of a string's value stands in its literal `raw`, quotes included.
pub(super) fn raw_offset(raw: &str, decoded: usize) -> usize {
    let mut at = 1_usize;
    let mut seen = 0_usize;
    while seen < decoded {
        let rest = raw.get(at..).unwrap_or("");
        let (length, value) = match rest.chars().next() {
            None => break,
            Some('\\') => escape(rest).map_or((1, 1), |(length, c)| {
                (length, c.unwrap_or(char::REPLACEMENT_CHARACTER).len_utf8())
            }),
            Some(c) => (c.len_utf8(), c.len_utf8()),
        };
        at = at.saturating_add(length);
        seen = seen.saturating_add(value);
    }
    at.min(raw.len().saturating_sub(1))
}

/// Members of an object while it is read: keeps the first one's position and the last one's value.
#[derive(Default)]
struct Members {
    list: Vec<Member>,
    index: HashMap<String, usize>,
}

impl Members {
    /// Adds a member; if its key is there, replaces the value and gives the key back.
    fn insert(&mut self, member: Member) -> Option<String> {
        let key = &member.key.value;
        let found = if self.list.len() < INDEXED {
            self.list.iter().position(|other| other.key.value == *key)
        } else {
            if self.index.is_empty() {
                let keys = self.list.iter().enumerate();
                self.index = keys
                    .map(|(at, other)| (other.key.value.clone(), at))
                    .collect();
            }
            self.index.get(key).copied()
        };
        if let Some(there) = found.and_then(|at| self.list.get_mut(at)) {
            there.value = member.value;
            return Some(member.key.value);
        }
        if !self.index.is_empty() {
            self.index.insert(key.clone(), self.list.len());
        }
        self.list.push(member);
        None
    }
}
