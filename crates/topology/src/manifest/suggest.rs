//! The nearest of some names, for *did you mean*.

/// Words longer than this are not compared: nobody mistypes them by one letter.
const LONGEST: usize = 80;

/// At most `limit` characters of a text, for a headline.
pub(crate) fn clip(text: &str, limit: usize) -> String {
    let mut kept: String = text
        .chars()
        .take(limit)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(limit).is_some() {
        kept.push('…');
    }
    kept
}

/// The candidate that the word most likely stands for.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if word.len() > LONGEST {
        return None;
    }
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The help for a name that is not among the candidates.
pub(crate) fn one_of<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let mut listed: Vec<String> = candidates
        .iter()
        .take(12)
        .map(|candidate| format!("`{}`", clip(candidate, 60)))
        .collect();
    if candidates.len() > listed.len() {
        listed.push("…".to_owned());
    }
    match (nearest(word, candidates.iter().copied()), listed.as_slice()) {
        (Some(found), [_]) => format!("did you mean `{found}`?"),
        (Some(found), _) => format!("did you mean `{found}`? There is {}", listed.join(", ")),
        (None, []) => "there is none yet; define one".to_owned(),
        (None, _) => format!("use one of {}", listed.join(", ")),
    }
}

/// How many letters must be changed, put in, left out or swapped with their neighbor; case counts
/// for nothing.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last_a = None;
    for (row, letter) in a.iter().enumerate() {
        let mut line = vec![row.saturating_add(1)];
        let mut last_b = None;
        for (column, other) in b.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX);
            let change = at(&above, column).saturating_add(usize::from(letter != other));
            let leave = at(&above, column.saturating_add(1)).saturating_add(1);
            let put = at(&line, column).saturating_add(1);
            let mut best = change.min(leave).min(put);
            if last_a == Some(other) && last_b == Some(letter) && column > 0 {
                best = best.min(at(&before, column.saturating_sub(1)).saturating_add(1));
            }
            line.push(best);
            last_b = Some(other);
        }
        before = std::mem::replace(&mut above, line);
        last_a = Some(letter);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_wins_and_far_ones_do_not() {
        assert_eq!(nearest("subent", ["subnet", "sku"]), Some("subnet"));
        assert_eq!(nearest("SUBNET", ["subnet"]), Some("subnet"));
        assert_eq!(nearest("zebra", ["subnet", "sku"]), None);
        assert_eq!(nearest(&"x".repeat(10_000), ["subnet"]), None);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("", "abc"), 3);
    }
}
