//! Text in lines that fit a terminal.
//!
//! A word that is longer than a line, an address above all, stays whole: it is there to be copied.

use unicode_width::UnicodeWidthStr as _;

/// Breaks each line of a text at white space, so that none is wider than `width` where words allow.
/// `first` stands before the first line, `rest` before each other.
pub(super) fn wrapped(text: &str, width: usize, first: &str, rest: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let head = |lines: &Vec<String>| if lines.is_empty() { first } else { rest }.to_owned();
        let mut broken = head(&lines);
        let mut is_begun = false;
        for word in line.split_whitespace() {
            if is_begun && broken.width() + 1 + word.width() > width {
                lines.push(broken);
                broken = head(&lines);
                is_begun = false;
            }
            if is_begun {
                broken.push(' ');
            }
            broken.push_str(word);
            is_begun = true;
        }
        lines.push(broken.trim_end().to_owned());
    }
    lines
}

/// The text without what would move the cursor or colour the screen.
pub(super) fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => '\n',
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_nothing_is_lost() {
        let text =
            "Wash your hands before and after.\n\nhttps://example.org/a/very/long/address it";
        let lines = wrapped(text, 20, "1. ", "   ");
        insta::assert_snapshot!(lines.join("\n"), @r"
        1. Wash your hands
           before and after.

           https://example.org/a/very/long/address
           it
        ");
    }

    #[test]
    fn wide_letters_take_two_places() {
        assert_eq!(wrapped("手手 手手", 6, "", ""), ["手手", "手手"]);
    }

    #[test]
    fn nothing_in_a_text_moves_the_cursor() {
        assert_eq!(printable("a\u{1b}[2Jb\r\nc\td"), "a\u{fffd}[2Jb\nc d");
    }
}
