//! Words of a window's title: the browser's name taken off, counters taken off, patterns, addresses.
//!
//! Everything works on borrowed text, with nothing compiled beforehand: the catalogue stays as small
//! as its file. This module knows no site and no browser by name.

/// What may stand between a page's title and the browser's name.
const DASHES: [&str; 3] = [" - ", " — ", " – "];

/// What divides a title into parts, one of which may be an address.
const DIVIDERS: [&str; 7] = [" - ", " — ", " – ", " | ", " · ", " • ", " / "];

/// Marks that browsers and pages put before a title: something is new, or playing.
const MARKS: [char; 6] = ['•', '●', '▶', '🔊', '🔴', '*'];

/// The title with invisible marks left out and every kind of space made plain; Edge writes a
/// zero-width space into its own name.
pub(super) fn plain(title: &str) -> String {
    title
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}'))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect()
}

/// Splits "Home / X - Chromium" into the page's title and the browser's name, "(Incognito)" and the
/// like dropped. `None` when there is no dash.
pub(super) fn split_browser(title: &str) -> Option<(&str, &str)> {
    let (page, name) = last_part(title)?;
    let name = name.split(" (").next().unwrap_or(name);
    Some((page, name))
}

/// The text before and after the last dash.
pub(super) fn last_part(title: &str) -> Option<(&str, &str)> {
    DASHES
        .iter()
        .filter_map(|dash| title.rsplit_once(dash))
        .min_by_key(|(_, last)| last.len())
}

/// Takes "(3) ", "(99+) ", "[2] " and marks such as "• " off the front.
pub(super) fn without_counter(title: &str) -> &str {
    let mut rest = title.trim();
    while let Some(shorter) = one_counter_less(rest) {
        rest = shorter;
    }
    rest
}

fn one_counter_less(title: &str) -> Option<&str> {
    if let Some(rest) = title.strip_prefix(MARKS) {
        return rest.strip_prefix(' ').map(str::trim_start);
    }
    let close = match title.chars().next()? {
        '(' => ") ",
        '[' => "] ",
        _ => return None,
    };
    let (count, rest) = title[1..].split_once(close)?;
    let digits = count.strip_suffix('+').unwrap_or(count);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| rest.trim_start())
}

/// Takes Edge's " and 3 more pages" off the end.
pub(super) fn without_page_count(title: &str) -> &str {
    let shorter = title
        .strip_suffix(" more pages")
        .or_else(|| title.strip_suffix(" more page"));
    match shorter.and_then(|rest| rest.rsplit_once(" and ")) {
        Some((page, count)) if count.bytes().all(|b| b.is_ascii_digit()) => page,
        _ => title,
    }
}

/// Whether a title fits a pattern, in which `*` stands for any text or none and `%` for one word.
pub(super) fn fits(pattern: &str, title: &str) -> bool {
    let Some(wild) = pattern.find(['*', '%']) else {
        return pattern == title;
    };
    let (literal, rest) = (&pattern[..wild], &pattern[wild + 1..]);
    let Some(title) = title.strip_prefix(literal) else {
        return false;
    };
    let mut ends = title.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
    if pattern.as_bytes()[wild] == b'%' {
        return ends
            .take_while(|(_, c)| is_word(*c))
            .any(|(end, _)| fits(rest, &title[end..]));
    }
    if rest.contains(['*', '%']) {
        return fits(rest, title) || ends.any(|(end, _)| fits(rest, &title[end..]));
    }
    title.ends_with(rest)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The host names in a title: parts that are an address as a whole ("x.com", "x.com/home"), and
/// addresses with a scheme anywhere. A host inside a sentence is talk about a site, not the site.
pub(super) fn hosts(title: &str) -> impl Iterator<Item = &str> {
    let parts = Parts { rest: Some(title) }.filter(|part| !part.contains(' '));
    let addresses = title.split(' ').filter(|word| word.contains("://"));
    parts.chain(addresses).filter_map(host_of)
}

/// The host of one word: a bare host, or an address with or without a scheme.
fn host_of(word: &str) -> Option<&str> {
    let word = word.trim_matches(['"', '\'', '“', '”', '<', '>', '(', ')', '[', ']', '…', ',']);
    let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
    let host = rest
        .split(['/', '?', '#', ':'])
        .next()?
        .trim_end_matches('.');
    let good = host.contains('.')
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    good.then_some(host)
}

/// The parts of a title between dividers.
struct Parts<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.take()?;
        let first = DIVIDERS
            .iter()
            .filter_map(|divider| rest.split_once(divider));
        match first.min_by_key(|(part, _)| part.len()) {
            Some((part, rest)) => {
                self.rest = Some(rest);
                Some(part.trim())
            }
            None => Some(rest.trim()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, title, expected) in [
            ("* / X", "Home / X", true),
            ("* / X", "/ X", false),
            ("* / X", "Fix / X-ray", false),
            ("X", "X", true),
            ("r/%", "r/medicine", true),
            ("r/%", "r/K selection", false),
            ("* : r/%", "Night shifts : r/medicine", true),
            ("* (@%@%) - *", "Ann (@ann@med.example) - Med", true),
            ("* (@%@%) - *", "Ann (@ann) - Med", false),
            (
                "* • *Instagram*",
                "Ann (@ann) • Instagram photos and videos",
                true,
            ),
            ("* • *Instagram*", "Ann • Fotos de Instagram y vídeos", true),
            ("*", "", true),
            ("%", "", false),
        ] {
            assert_eq!(fits(pattern, title), expected, "{pattern} against {title}");
        }
    }

    #[test]
    fn counters_come_off() {
        for title in [
            "(3) Home",
            "(99+) Home",
            "[1] Home",
            "• Home",
            "(1) ● Home",
            "  Home ",
        ] {
            assert_eq!(without_counter(title), "Home");
        }
        assert_eq!(without_counter("(PDF) Home"), "(PDF) Home");
        assert_eq!(without_counter("(3)"), "(3)");
    }

    #[test]
    fn addresses() {
        let found = |title| hosts(title).collect::<Vec<_>>();
        assert_eq!(found("x.com"), ["x.com"]);
        assert_eq!(found("Home | x.com/home"), ["x.com"]);
        assert_eq!(
            found("loading https://www.x.com:443/home now"),
            ["www.x.com"]
        );
        assert_eq!(found("How to leave x.com for good"), Vec::<&str>::new());
    }

    #[test]
    fn edge_counts_its_pages() {
        assert_eq!(without_page_count("Home / X and 3 more pages"), "Home / X");
        assert_eq!(
            without_page_count("Ann and 3 more friends"),
            "Ann and 3 more friends"
        );
    }
}
