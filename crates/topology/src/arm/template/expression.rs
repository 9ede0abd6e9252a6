//! The expression language of ARM templates, as a tree.
//!
//! A string that begins with `[` and ends with `]` is an expression; `[[` at the beginning stands
//! for a literal bracket. Expressions are calls, literals (`'it''s'`, `-3`), `.name` and `[index]`;
//! there are no operators. Grammar:
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>.
//!
//! Names of functions and the number of their arguments are checked here, as Azure does before it
//! evaluates anything; names with a dot are the template's own functions, looked up later.

use super::{
    functions::{self, Function},
    problem::Problem,
};
use crate::manifest::suggest::{clip, nearest};
use std::{borrow::Cow, ops::Range, sync::Arc};

/// Azure's limit, in characters; bytes are counted here.
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits>.
const MAX_LENGTH: usize = 24_576;
/// How deep calls may nest in the text; the deepest that compilers write is about twenty.
const MAX_DEPTH: usize = 48;

/// An expression and its place in the string, in bytes.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its bytes in the string, counted from the opening bracket.
    pub range: Range<usize>,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `'text'`.
    Text(Arc<str>),
    /// A number as it was written.
    Number(Box<str>),
    /// `name(…)`.
    Call(Call),
    /// `….name`.
    Member {
        /// The object.
        of: Box<Expr>,
        /// The name.
        name: String,
    },
    /// `…[index]`.
    Index {
        /// The array or object.
        of: Box<Expr>,
        /// The index or name.
        index: Box<Expr>,
    },
}

/// A call of a function.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function.
    pub target: Target,
    /// Its name as it was written.
    pub name: String,
    /// The arguments.
    pub args: Vec<Expr>,
}

/// What is called.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// A function of the language.
    Known(&'static Function),
    /// A function of the template, `namespace.name`.
    Own,
}

/// A string of a template.
#[derive(Clone, Debug)]
pub enum Form<'t> {
    /// A text, its leading `[[` made `[`.
    Literal(Cow<'t, str>),
    /// An expression.
    Expression(Expr),
}

/// Whether a string is an expression (or an escaped one), so that it must be looked at.
pub(super) fn is_special(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']')
}

/// Reads a string of a template.
pub fn parse(text: &str) -> Result<Form<'_>, Problem> {
    if !is_special(text) {
        return Ok(Form::Literal(Cow::Borrowed(text)));
    }
    if let Some(rest) = text.strip_prefix("[[") {
        return Ok(Form::Literal(Cow::Owned(format!("[{rest}"))));
    }
    if text.len() > MAX_LENGTH {
        return Err(Problem::new(
            "TPL002",
            format!("an expression of more than {MAX_LENGTH} characters"),
            "split it over variables",
        ));
    }
    let end = text.len().saturating_sub(1);
    let mut parser = Parser {
        text,
        at: 1,
        end,
        depth: 0,
    };
    let expr = parser.expression()?;
    parser.blank();
    if parser.at < end {
        return Err(parser.unexpected("the expression ends here, and more follows"));
    }
    Ok(Form::Expression(expr))
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    /// Where the closing bracket stands.
    end: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.end);
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.advance(rest.len().saturating_sub(rest.trim_start().len()));
    }

    /// Takes a character, if it is the next one.
    fn take(&mut self, wanted: char) -> bool {
        self.blank();
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.advance(wanted.len_utf8());
        }
        is_next
    }

    fn here(&self) -> Range<usize> {
        let length = self.peek().map_or(0, char::len_utf8);
        self.at..self.at.saturating_add(length.max(1))
    }

    fn unexpected(&self, what: &str) -> Problem {
        let help = match self.peek() {
            Some('+' | '-' | '*' | '/' | '=' | '!' | '<' | '>' | '&' | '|' | '?') => {
                "there are no operators; write `add(a, b)`, `equals(a, b)`, `and(a, b)`, `if(c, a, b)`"
            }
            Some('"') => "put texts into single quotes",
            Some('{' | '$') => {
                "there are no literals for objects; write `createObject('name', value)`"
            }
            _ => {
                "write `function(argument, …)`, `'text'`, `.name` or `[index]`; for a literal text that begins with a bracket write `[[`"
            }
        };
        Problem::new("TPL002", what, help).within(&self.here())
    }

    fn expression(&mut self) -> Result<Expr, Problem> {
        if self.depth >= MAX_DEPTH {
            return Err(Problem::new(
                "TPL002",
                format!("calls nest deeper than {MAX_DEPTH} levels"),
                "split the expression over variables",
            )
            .within(&self.here()));
        }
        self.depth = self.depth.saturating_add(1);
        let expr = self.accessed();
        self.depth = self.depth.saturating_sub(1);
        expr
    }

    /// A value with all its `.name` and `[index]`.
    fn accessed(&mut self) -> Result<Expr, Problem> {
        self.blank();
        let start = self.at;
        let mut expr = self.primary()?;
        // Each access nests the tree by one level, so it counts as depth.
        let mut accesses = 0_usize;
        loop {
            let kind = if self.take('.') {
                self.blank();
                let name = self.word();
                if name.is_empty() {
                    return Err(self.unexpected("a name is expected after `.`"));
                }
                ExprKind::Member {
                    of: Box::new(expr),
                    name: name.to_owned(),
                }
            } else if self.take('[') {
                let index = Box::new(self.expression()?);
                if !self.take(']') {
                    return Err(self.unexpected("`]` is expected"));
                }
                ExprKind::Index {
                    of: Box::new(expr),
                    index,
                }
            } else {
                return Ok(expr);
            };
            accesses = accesses.saturating_add(1);
            if self.depth.saturating_add(accesses) > MAX_DEPTH {
                return Err(self.unexpected("too many accesses in a row"));
            }
            expr = Expr {
                kind,
                range: start..self.at,
            };
        }
    }

    fn primary(&mut self) -> Result<Expr, Problem> {
        let start = self.at;
        let kind = match self.peek() {
            Some('\'') => ExprKind::Text(self.string()?.into()),
            Some('0'..='9' | '-') => ExprKind::Number(self.number()?.into()),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => ExprKind::Call(self.call()?),
            None => return Err(self.unexpected("the expression ends too early")),
            Some(_) => return Err(self.unexpected("a function or a value is expected")),
        };
        Ok(Expr {
            kind,
            range: start..self.at,
        })
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
            .unwrap_or(rest.len());
        self.advance(length);
        rest.get(..length).unwrap_or("")
    }

    fn number(&mut self) -> Result<&'t str, Problem> {
        let start = self.at;
        let rest = self.rest();
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        let sign = rest.len().saturating_sub(digits.len());
        let length = digits
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(digits.len());
        self.advance(sign.saturating_add(length));
        let text = self.text.get(start..self.at).unwrap_or("");
        if text.parse::<f64>().is_err() {
            let message = format!("`{}` is no number", clip(text, 40));
            return Err(
                Problem::new("TPL002", message, "write an integer, such as `3` or `-1`")
                    .within(&(start..self.at.max(start.saturating_add(1)))),
            );
        }
        Ok(text)
    }

    fn string(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.advance(1);
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(length) = rest.find('\'') else {
                return Err(Problem::new(
                    "TPL002",
                    "this text does not end",
                    "close it with a single quote; a quote inside is written twice",
                )
                .within(&(start..self.end)));
            };
            out.push_str(rest.get(..length).unwrap_or(""));
            self.advance(length.saturating_add(1));
            if self.peek() != Some('\'') {
                return Ok(out);
            }
            self.advance(1);
            out.push('\'');
        }
    }

    fn call(&mut self) -> Result<Call, Problem> {
        let start = self.at;
        let mut name = self.word().to_owned();
        // A dot before the argument list belongs to the name: `namespace.function(…)`.
        while self.peek() == Some('.') {
            self.advance(1);
            let part = self.word();
            if part.is_empty() {
                return Err(self.unexpected("a name is expected after `.`"));
            }
            name = format!("{name}.{part}");
        }
        let named = start..self.at;
        if !self.take('(') {
            let shown = clip(&name, 40);
            let help = if functions::find(&name).is_some() {
                format!("write `{shown}()`")
            } else {
                format!(
                    "write `'{shown}'` for a text, `parameters('{shown}')` or `variables('{shown}')`"
                )
            };
            let message = format!("`{shown}` is not called");
            return Err(Problem::new("TPL002", message, help).within(&named));
        }
        let mut args = Vec::new();
        if !self.take(')') {
            loop {
                args.push(self.expression()?);
                if self.take(')') {
                    break;
                }
                if !self.take(',') {
                    return Err(self.unexpected("`,` or `)` is expected"));
                }
            }
        }
        let target = target(&name, &named, args.len())?;
        Ok(Call { target, name, args })
    }
}

/// The function of this name, if it takes so many arguments.
fn target(name: &str, named: &Range<usize>, args: usize) -> Result<Target, Problem> {
    if name.contains('.') {
        return Ok(Target::Own);
    }
    let Some(function) = functions::find(name) else {
        let help = match nearest(name, functions::names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "functions of the template itself are called `namespace.name(…)`".to_owned(),
        };
        let message = format!("there is no function `{}`", clip(name, 40));
        return Err(Problem::new("TPL003", message, help).within(named));
    };
    if args < function.least || args > function.most {
        let wanted = match (function.least, function.most) {
            (least, most) if least == most => format!("{least}"),
            (least, usize::MAX) => format!("at least {least}"),
            (least, most) => format!("{least} to {most}"),
        };
        let message = format!(
            "`{}` takes {wanted} arguments, and not {args}",
            function.name
        );
        return Err(Problem::new("TPL004", message, "add or remove arguments")
            .note(function.about)
            .within(named));
    }
    Ok(Target::Known(function))
}
