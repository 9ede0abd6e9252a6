//! Standard output, which may be a pipe that nobody reads any more, such as that of `… | head`.

use std::{
    fmt,
    io::{ErrorKind, Write as _},
};

/// Writes what `print!` would, but ends nothing when nobody reads.
macro_rules! say {
    ($($text:tt)*) => { $crate::out::write(format_args!($($text)*)) };
}

/// The same with the end of the line.
macro_rules! say_line {
    ($($text:tt)*) => {{
        $crate::out::write(format_args!($($text)*));
        $crate::out::write(format_args!("\n"));
    }};
}

pub(crate) use {say, say_line};

/// Writes; what cannot be written is told on standard error.
pub(crate) fn write(text: fmt::Arguments<'_>) {
    let written = std::io::stdout().write_fmt(text);
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        tracing::error!(%error, "could not write to standard output");
    }
}
