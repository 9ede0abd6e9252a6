//! Dates: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date>.
//!
//! Days are counted by the proleptic Gregorian calendar, always in UTC.

use super::{Args, Function, Outcome};
use crate::{
    arm::template::{
        engine::{Engine, Env},
        expression::Call,
        problem::Problem,
        value::{Value, Why},
    },
    manifest::suggest::clip,
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::special("utcNow", (0, 1), "utcNow('yyyy-MM-dd')", utc_now),
    Function::pure(
        "dateTimeAdd",
        (2, 3),
        "dateTimeAdd(date, 'P1DT2H', format)",
        date_time_add,
    ),
    Function::pure(
        "dateTimeFromEpoch",
        (1, 1),
        "dateTimeFromEpoch(seconds)",
        from_epoch,
    ),
    Function::pure("dateTimeToEpoch", (1, 1), "dateTimeToEpoch(date)", to_epoch),
];

/// A moment of UTC in whole seconds.
#[derive(Clone, Copy)]
struct Moment {
    /// Days since 1970-01-01.
    days: i64,
    /// Seconds of the day.
    seconds: i64,
}

const DAY: i64 = 86_400;
/// Beyond the years 1 to 9999 .NET has no dates.
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;

impl Moment {
    fn new(days: i64, seconds: i64) -> Option<Self> {
        let days = days.checked_add(seconds.div_euclid(DAY))?;
        let moment = Self {
            days,
            seconds: seconds.rem_euclid(DAY),
        };
        (FIRST_DAY..=LAST_DAY).contains(&days).then_some(moment)
    }

    /// Reads `2024-02-29T13:45:00Z`, `20240229T134500Z`, `2024-02-29 13:45:00Z`, `2024-02-29`.
    fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let plain = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | ':' | 'T' | ' ' | 'Z' | '.'));
        let part = |from: usize, to: usize| -> Option<i64> { digits.get(from..to)?.parse().ok() };
        if !plain || !matches!(digits.len(), 8 | 12 | 14..) {
            return None;
        }
        let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
        let clock = |from, to| part(from, to).unwrap_or(0);
        let (hour, minute, second) = (clock(8, 10), clock(10, 12), clock(12, 14));
        let in_range = (1..=12).contains(&month)
            && (1..=month_length(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        in_range.then_some(())?;
        let seconds = hour
            .checked_mul(3600)?
            .checked_add(minute.checked_mul(60)?)?;
        Self::new(day_number(year, month, day)?, seconds.checked_add(second)?)
    }

    fn epoch(self) -> i64 {
        self.days.saturating_mul(DAY).saturating_add(self.seconds)
    }

    /// Writes it in one of .NET's standard formats or with its usual letters.
    fn write(self, format: &str) -> Option<String> {
        let pattern = match format {
            "o" | "O" => "yyyy-MM-ddTHH:mm:ss.0000000Z",
            "u" => "yyyy-MM-dd HH:mm:ssZ",
            "s" => "yyyy-MM-ddTHH:mm:ss",
            "d" => "M/d/yyyy",
            other => other,
        };
        let (year, month, day) = date(self.days);
        let (hour, minute, second) = (
            self.seconds / 3600,
            self.seconds / 60 % 60,
            self.seconds % 60,
        );
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(letter) = rest.chars().next() {
            let run = rest.chars().take_while(|c| *c == letter).count();
            let number = match letter {
                'y' => Some(year),
                'M' => Some(month),
                'd' => Some(day),
                'H' => Some(hour),
                'm' => Some(minute),
                's' => Some(second),
                c if c.is_ascii_alphabetic() && !matches!(c, 'T' | 'Z') => return None,
                _ => None,
            };
            match number {
                Some(number) if run <= 2 || letter == 'y' => {
                    out.push_str(&format!("{number:0run$}"));
                }
                Some(_) => return None,
                None => out.extend(std::iter::repeat_n(letter, run)),
            }
            rest = rest.get(run.saturating_mul(letter.len_utf8())..)?;
        }
        Some(out)
    }
}

fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the first of January.
fn year_start(year: i64) -> Option<i64> {
    let before = year.checked_sub(1)?;
    let leaps = before
        .div_euclid(4)
        .checked_sub(before.div_euclid(100))?
        .checked_add(before.div_euclid(400))?;
    before
        .checked_mul(365)?
        .checked_add(leaps)?
        .checked_add(FIRST_DAY)
}

fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    let months: i64 = (1..month).map(|month| month_length(year, month)).sum();
    year_start(year)?
        .checked_add(months)?
        .checked_add(day)?
        .checked_sub(1)
}

/// Year, month and day of a day.
fn date(days: i64) -> (i64, i64, i64) {
    let mut year = days.div_euclid(365).saturating_add(1971);
    while year_start(year).is_none_or(|start| start > days) {
        year = year.saturating_sub(1);
    }
    let mut left = days.saturating_sub(year_start(year).unwrap_or(0));
    let mut month = 1;
    while left >= month_length(year, month) {
        left = left.saturating_sub(month_length(year, month));
        month = month.saturating_add(1);
    }
    (year, month, left.saturating_add(1))
}

/// The moment after an ISO 8601 duration such as `P1Y2M3DT4H5M6S` or `-PT1H`.
fn after(moment: Moment, duration: &str) -> Option<Moment> {
    let (sign, rest) = match duration.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, duration),
    };
    let rest = rest.strip_prefix('P')?;
    let (mut months, mut days, mut seconds) = (0_i64, 0_i64, 0_i64);
    let mut in_time = false;
    let mut number = String::new();
    for c in rest.chars() {
        match c {
            '0'..='9' => number.push(c),
            'T' if number.is_empty() && !in_time => in_time = true,
            _ => {
                let count: i64 = number.parse().ok()?;
                let count = count.checked_mul(sign)?;
                number.clear();
                let (sum, unit) = match (c, in_time) {
                    ('Y', false) => (&mut months, 12),
                    ('M', false) => (&mut months, 1),
                    ('W', false) => (&mut days, 7),
                    ('D', false) => (&mut days, 1),
                    ('H', true) => (&mut seconds, 3600),
                    ('M', true) => (&mut seconds, 60),
                    ('S', true) => (&mut seconds, 1),
                    _ => return None,
                };
                *sum = sum.checked_add(count.checked_mul(unit)?)?;
            }
        }
    }
    if !number.is_empty() || rest.is_empty() {
        return None;
    }
    let (year, month, day) = date(moment.days);
    let month = year
        .checked_mul(12)?
        .checked_add(month)?
        .checked_sub(1)?
        .checked_add(months)?;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12).checked_add(1)?);
    let day = day.min(month_length(year, month));
    let days = day_number(year, month, day)?.checked_add(days)?;
    Moment::new(days, moment.seconds.checked_add(seconds)?)
}

fn moment(args: &Args<'_>) -> Result<Moment, Problem> {
    let text = args.text(0)?;
    Moment::parse(text).ok_or_else(|| {
        let message = format!("`{}` is no date", clip(text, 40));
        args.fail(0, message, "write it as `2024-02-29T13:45:00Z`")
    })
}

fn date_time_add(args: &mut Args<'_>) -> Outcome {
    let start = moment(args)?;
    let Some(end) = after(start, args.text(1)?) else {
        let message = format!("`{}` cannot be added", clip(args.text(1)?, 40));
        return Err(args.fail(1, message, "write a duration such as `P1D` or `-PT2H`"));
    };
    let format = if args.len() > 2 {
        args.text(2)?
    } else if args.text(0)?.contains(' ') {
        "u"
    } else if args.text(0)?.contains('-') {
        "yyyy-MM-ddTHH:mm:ssZ"
    } else {
        "yyyyMMddTHHmmssZ"
    };
    written(end, format)
}

/// In a format that is not understood the text is unknown, which no other date is.
fn written(moment: Moment, format: &str) -> Outcome {
    Ok(match moment.write(format) {
        Some(text) => text.into(),
        None => Why::Context(format!("a date in the format `{}`", clip(format, 40))).into(),
    })
}

fn from_epoch(args: &mut Args<'_>) -> Outcome {
    match Moment::new(0, args.int(0)?) {
        Some(moment) => written(moment, "yyyy-MM-ddTHH:mm:ssZ"),
        None => Err(args.fail(0, "there is no such date", "give seconds since 1970")),
    }
}

fn to_epoch(args: &mut Args<'_>) -> Outcome {
    Ok(moment(args)?.epoch().into())
}

fn utc_now(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let Some(now) = engine.ctx.utc_now.clone() else {
        return Ok(Why::Context("the time of deployment".to_owned()).into());
    };
    let format = match call.args.first() {
        Some(expr) => engine.eval(env, expr)?,
        None => Value::from("yyyyMMddTHHmmssZ"),
    };
    match (Moment::parse(&now), format.as_str()) {
        (Some(moment), Some(format)) => written(moment, format),
        _ => Ok(Why::Context("the time of deployment".to_owned()).into()),
    }
}
