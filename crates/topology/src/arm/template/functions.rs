//! The functions of the expression language: one file a family, one line of a table a function.
//!
//! Reference: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions>.
//!
//! # Adding a function
//! Write it in the file of its family and add its line to that file's table. The constructor says
//! what happens when an argument is not known: [`Function::pure`] gives an unknown as soon as
//! anything in an argument is unknown, [`Function::shallow`] when an argument itself is,
//! [`Function::lenient`] leaves it to the function, and [`Function::special`] hands over the
//! arguments before they are evaluated.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all functions of a table have one signature"
)]

mod addresses;
mod arrays;
mod conversions;
mod dates;
mod deployment;
mod encodings;
mod format;
mod hashes;
mod lambdas;
mod logic;
mod numbers;
mod objects;
mod resources;
mod strings;

pub(super) use resources::resource_id;

use super::{
    budget::Budget,
    engine::{Engine, Env},
    expression::{Call, Expr},
    problem::Problem,
    value::{Kind, Object, Value},
};
use std::{collections::HashMap, sync::LazyLock};

/// What a function gives.
pub(super) type Outcome = Result<Value, Problem>;

/// A function of the language.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name as Azure spells it; names are compared without case.
    pub name: &'static str,
    /// Fewest arguments.
    pub least: usize,
    /// Most arguments.
    pub most: usize,
    /// How it is called.
    pub about: &'static str,
    pub(super) unknown: OnUnknown,
    pub(super) run: Run,
}

/// What happens when an argument is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnUnknown {
    /// The result is unknown if anything in an argument is.
    Deep,
    /// The result is unknown if an argument itself is.
    Shallow,
    /// The function decides.
    Own,
}

/// How a function runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    /// On evaluated arguments.
    Values(fn(&mut Args<'_>) -> Outcome),
    /// On the call as it is written.
    Special(fn(&mut Engine<'_>, &Env, &Call) -> Outcome),
}

/// No upper bound on arguments.
const MANY: usize = usize::MAX;

impl Function {
    const fn values(
        name: &'static str,
        count: (usize, usize),
        about: &'static str,
        unknown: OnUnknown,
        run: fn(&mut Args<'_>) -> Outcome,
    ) -> Self {
        Self {
            name,
            least: count.0,
            most: count.1,
            about,
            unknown,
            run: Run::Values(run),
        }
    }

    const fn pure(
        name: &'static str,
        count: (usize, usize),
        about: &'static str,
        run: fn(&mut Args<'_>) -> Outcome,
    ) -> Self {
        Self::values(name, count, about, OnUnknown::Deep, run)
    }

    const fn shallow(
        name: &'static str,
        count: (usize, usize),
        about: &'static str,
        run: fn(&mut Args<'_>) -> Outcome,
    ) -> Self {
        Self::values(name, count, about, OnUnknown::Shallow, run)
    }

    const fn lenient(
        name: &'static str,
        count: (usize, usize),
        about: &'static str,
        run: fn(&mut Args<'_>) -> Outcome,
    ) -> Self {
        Self::values(name, count, about, OnUnknown::Own, run)
    }

    const fn special(
        name: &'static str,
        count: (usize, usize),
        about: &'static str,
        run: fn(&mut Engine<'_>, &Env, &Call) -> Outcome,
    ) -> Self {
        Self {
            name,
            least: count.0,
            most: count.1,
            about,
            unknown: OnUnknown::Own,
            run: Run::Special(run),
        }
    }
}

/// Every function, by family.
const TABLES: &[&[Function]] = &[
    addresses::FUNCTIONS,
    arrays::FUNCTIONS,
    conversions::FUNCTIONS,
    dates::FUNCTIONS,
    deployment::FUNCTIONS,
    encodings::FUNCTIONS,
    hashes::FUNCTIONS,
    lambdas::FUNCTIONS,
    logic::FUNCTIONS,
    numbers::FUNCTIONS,
    objects::FUNCTIONS,
    resources::FUNCTIONS,
    strings::FUNCTIONS,
];

/// All functions.
pub fn all() -> impl Iterator<Item = &'static Function> {
    TABLES.iter().copied().flatten()
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().map(|function| function.name)
}

static BY_NAME: LazyLock<HashMap<String, &'static Function>> = LazyLock::new(|| {
    all()
        .map(|function| (function.name.to_ascii_lowercase(), function))
        .collect()
});

/// The function of this name; every name that begins with `list` is one.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    let folded = name.to_ascii_lowercase();
    BY_NAME
        .get(&folded)
        .copied()
        .or_else(|| folded.starts_with("list").then_some(&resources::LIST))
}

/// The evaluated arguments of a call.
#[derive(Debug)]
pub(super) struct Args<'a> {
    pub(super) function: &'static Function,
    pub(super) values: Vec<Value>,
    pub(super) exprs: &'a [Expr],
    pub(super) budget: &'a mut Budget,
}

impl Args<'_> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn value(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::NULL)
    }

    /// Takes an argument out.
    fn take(&mut self, index: usize) -> Value {
        self.values
            .get_mut(index)
            .map_or(Value::NULL, |value| std::mem::replace(value, Value::NULL))
    }

    /// The argument is of the wrong kind.
    fn wrong(&self, index: usize, wanted: &str) -> Problem {
        wrong(self.function, index, wanted, self.value(index)).at_argument(self.exprs, index)
    }

    /// The function cannot do this with an argument's value.
    fn fail(&self, index: usize, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem::new("TPL017", message, help)
            .note(self.function.about)
            .at_argument(self.exprs, index)
    }

    fn text(&self, index: usize) -> Result<&str, Problem> {
        self.value(index)
            .as_str()
            .ok_or_else(|| self.wrong(index, "a string"))
    }

    fn int(&self, index: usize) -> Result<i64, Problem> {
        self.value(index)
            .as_int()
            .ok_or_else(|| self.wrong(index, "an integer"))
    }

    fn items(&self, index: usize) -> Result<&[Value], Problem> {
        self.value(index)
            .items()
            .ok_or_else(|| self.wrong(index, "an array"))
    }

    fn object(&self, index: usize) -> Result<&Object, Problem> {
        self.value(index)
            .as_object()
            .ok_or_else(|| self.wrong(index, "an object"))
    }

    /// A number of elements or characters: negative ones are none.
    fn count(&self, index: usize) -> Result<usize, Problem> {
        Ok(usize::try_from(self.int(index)?).unwrap_or(0))
    }

    /// A text, or the text of a number or boolean, as functions that join texts take it.
    fn shown(&self, index: usize) -> Result<String, Problem> {
        shown(self.value(index)).ok_or_else(|| self.wrong(index, "a string, integer or boolean"))
    }

    /// Asks for room for so many bytes.
    fn ask(&mut self, bytes: usize) -> Result<(), Problem> {
        self.budget.ask(u64::try_from(bytes).unwrap_or(u64::MAX))
    }

    /// Asks for the steps of comparing each of some values with each of others.
    fn compare(&mut self, some: usize, others: usize) -> Result<(), Problem> {
        let pairs = some.saturating_mul(others) / 8;
        self.budget.spend(u64::try_from(pairs).unwrap_or(u64::MAX))
    }
}

impl Problem {
    /// Says that an argument is the place.
    fn at_argument(self, exprs: &[Expr], index: usize) -> Self {
        match exprs.get(index) {
            Some(expr) => self.within(&expr.range),
            None => self,
        }
    }
}

/// An argument of the wrong kind.
fn wrong(function: &Function, index: usize, wanted: &str, found: &Value) -> Problem {
    const ORDINALS: [&str; 4] = ["first", "second", "third", "fourth"];
    let which = match ORDINALS.get(index) {
        Some(ordinal) => format!("the {ordinal} argument"),
        None => format!("argument {}", index.saturating_add(1)),
    };
    Problem::new(
        "TPL004",
        format!(
            "{which} of `{}` must be {wanted}, and it is {}",
            function.name,
            found.kind_name()
        ),
        format!("give {wanted}"),
    )
    .note(function.about)
}

/// A scalar as text: booleans as .NET writes them, `null` as nothing.
fn shown(value: &Value) -> Option<String> {
    Some(match &value.kind {
        Kind::Null => String::new(),
        Kind::Bool(true) => "True".to_owned(),
        Kind::Bool(false) => "False".to_owned(),
        Kind::Int(value) => value.to_string(),
        Kind::Number(value) => value.to_string(),
        Kind::String(text) => text.to_string(),
        Kind::Array(_) | Kind::Object(_) | Kind::Unknown(_) => return None,
    })
}
