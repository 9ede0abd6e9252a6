//! Text that fits: measured roughly, shortened in the middle, escaped.

/// Thousandths of the font's size that a letter takes in a common sans-serif font, a little more
/// than in most of them.
fn width_of(c: char) -> usize {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' => 310,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 400,
        'm' | 'M' | 'W' | '@' | '%' => 980,
        'w' | '…' => 860,
        'A'..='Z' => 740,
        'a'..='z' | '0'..='9' | '_' | '"' | '*' | '#' | '$' | '?' => 610,
        c if u32::from(c) < 0x2e80 => 720,
        _ => 1050,
    }
}

/// The width in pixels at this font size; bold letters are wider.
pub(super) fn width(text: &str, size: usize, is_bold: bool) -> usize {
    let units: usize = text.chars().map(width_of).sum();
    let scale = if is_bold { 108 } else { 100 };
    units * size * scale / 100_000 + 1
}

/// The text, or its beginning and its end with `…` between, so that it fits.
pub(super) fn fitted(text: &str, room: usize, size: usize, is_bold: bool) -> String {
    if width(text, size, is_bold) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    // Names that are alike differ at their ends, so a third of what is kept is the end.
    let mut kept = letters.len().saturating_sub(1);
    loop {
        let tail = kept / 3;
        let head = kept - tail;
        let start: String = letters.iter().take(head).collect();
        let end: String = letters.iter().skip(letters.len() - tail).collect();
        let short = format!("{start}…{end}");
        if width(&short, size, is_bold) <= room || kept == 0 {
            return short;
        }
        kept = kept.saturating_sub(1 + kept / 16);
    }
}

/// Text of an element or an attribute. Letters that XML does not have are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_keeps_its_beginning_and_its_end() {
        assert_eq!(fitted("short", 200, 13, false), "short");
        let long = "a-private-endpoint-with-a-very-long-name-0017";
        let short = fitted(long, 150, 13, true);
        assert!(
            short.starts_with("a-pri") && short.ends_with("0017"),
            "{short}"
        );
        assert!(width(&short, 13, true) <= 150);
        assert_eq!(fitted("漢字漢字漢字", 0, 13, true), "…");
    }

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(escaped("<b>&\"\u{1}\n"), "&lt;b&gt;&amp;&quot; ");
    }
}
