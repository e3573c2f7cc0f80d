//! Markup to plain text on one line: no tags, no scripts, nothing that a terminal would obey.
//!
//! It does not judge whether the markup is right; whatever looks like a tag goes.

/// The words of a text that may be HTML.
pub(super) fn plain(text: &str) -> String {
    // Feeds often escape their markup once more, so entities are read before tags and after.
    let once = decoded(&without_tags(text));
    let twice = if once.contains('<') {
        decoded(&without_tags(&once))
    } else {
        once
    };
    let spaced: String = twice
        .chars()
        .map(|c| if is_harmful(c) { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters, cut at a word.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let at_word = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(before, _)| before);
    format!("{}…", at_word.trim_end_matches([',', ';', ':', '.']))
}

/// Control characters, and those that change the direction of what follows.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let begins_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        if !begins_tag {
            out.push('<');
            rest = after;
            continue;
        }
        out.push(' ');
        rest = match hidden(after) {
            Some(shown) => shown,
            None => after.split_once('>').map_or("", |(_, shown)| shown),
        };
    }
    out.push_str(rest);
    out
}

/// What follows an element whose content nobody reads, if this is one.
fn hidden(tag: &str) -> Option<&str> {
    let begins = |name: &str| {
        tag.get(..name.len())
            .is_some_and(|t| t.eq_ignore_ascii_case(name))
    };
    if let Some(comment) = tag.strip_prefix("!--") {
        return Some(comment.split_once("-->").map_or("", |(_, shown)| shown));
    }
    if let Some(text) = tag.strip_prefix("![CDATA[") {
        return Some(text);
    }
    let name = ["script", "style"].into_iter().find(|name| begins(name))?;
    let mut from = 0;
    while let Some(at) = tag[from..].find("</") {
        let end = from + at + 2;
        if tag[end..]
            .get(..name.len())
            .is_some_and(|t| t.eq_ignore_ascii_case(name))
        {
            return Some(tag[end..].split_once('>').map_or("", |(_, shown)| shown));
        }
        from = end;
    }
    Some("")
}

/// Reads entities, each once.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = after.split_once(';').filter(|(name, _)| name.len() <= 10);
        if let Some((c, behind)) = known.and_then(|(name, behind)| Some((entity(name)?, behind))) {
            out.push(c);
            rest = behind;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = match hex {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" | "ldquo" | "rdquo" => '"',
        "apos" | "rsquo" | "lsquo" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "eacute" => 'é',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        assert_eq!(plain("<p>Flu &amp; <b>measles</b></p>"), "Flu & measles");
        assert_eq!(
            plain("&lt;p&gt;Escaped once more&lt;/p&gt;"),
            "Escaped once more"
        );
        assert_eq!(plain("p < 0.05 and q > 1"), "p < 0.05 and q > 1");
        assert_eq!(
            plain("a<script>alert('x<y')</script>b<style>p{}</STYLE>c"),
            "a b c"
        );
        assert_eq!(plain("a<!-- <b>no</b> -->b"), "a b");
        assert_eq!(plain("never closed <a href='"), "never closed");
        assert_eq!(
            plain("AT&T &unknown; &#233;&#x e9;"),
            "AT&T &unknown; é&#x e9;"
        );
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(
            plain("a\u{1b}[31mb\u{7}\u{9b}2Jc\u{202e}d"),
            "a [31mb 2Jc d"
        );
        assert_eq!(plain("&#27;[2J&#x1b;x"), "[2J x");
    }

    #[test]
    fn long_texts_are_cut_at_a_word() {
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened("ééééé", 3), "ééé…");
        assert_eq!(shortened("short", 9), "short");
    }
}
