//! Integers: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-numeric>.

use super::{Args, Function, MANY, Outcome};
use crate::arm::template::{problem::Problem, value::Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::pure("add", (2, 2), "add(a, b)", |args| {
        compute(args, i64::checked_add)
    }),
    Function::pure("sub", (2, 2), "sub(a, b)", |args| {
        compute(args, i64::checked_sub)
    }),
    Function::pure("mul", (2, 2), "mul(a, b)", |args| {
        compute(args, i64::checked_mul)
    }),
    Function::pure("div", (2, 2), "div(a, b)", |args| {
        divide(args, i64::checked_div)
    }),
    Function::pure("mod", (2, 2), "mod(a, b)", |args| {
        divide(args, i64::checked_rem)
    }),
    Function::pure(
        "min",
        (1, MANY),
        "min(integers, or an array of them)",
        |args| pick(args, i64::min),
    ),
    Function::pure(
        "max",
        (1, MANY),
        "max(integers, or an array of them)",
        |args| pick(args, i64::max),
    ),
];

fn compute(args: &mut Args<'_>, operation: fn(i64, i64) -> Option<i64>) -> Outcome {
    let (a, b) = (args.int(0)?, args.int(1)?);
    match operation(a, b) {
        Some(value) => Ok(value.into()),
        None => Err(args.fail(0, "the result has more than 64 bits", "use smaller numbers")),
    }
}

fn divide(args: &mut Args<'_>, operation: fn(i64, i64) -> Option<i64>) -> Outcome {
    if args.int(1)? == 0 {
        return Err(args.fail(1, "division by zero", "give another divisor"));
    }
    compute(args, operation)
}

fn pick(args: &mut Args<'_>, choose: fn(i64, i64) -> i64) -> Outcome {
    let integers: Result<Vec<i64>, Problem> = match args.value(0).items() {
        Some(items) => {
            let integers: Option<Vec<i64>> = items.iter().map(Value::as_int).collect();
            integers.ok_or_else(|| args.wrong(0, "an array of integers"))
        }
        None => (0..args.len()).map(|index| args.int(index)).collect(),
    };
    match integers?.into_iter().reduce(choose) {
        Some(value) => Ok(value.into()),
        None => Err(args.fail(0, "the array is empty", "give at least one integer")),
    }
}
