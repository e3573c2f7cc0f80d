//! The text as the rules read it: folded to plain letters, with the way back to the original.
//!
//! Folding takes compatibility forms apart, drops accents, invisible characters and changes of
//! direction, and turns look-alike letters and digits into plain ones, so that a rule is written
//! once. Every byte of the folded text knows the characters of the original it came from; all
//! findings are told in those. It knows no rule.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded text: plain ASCII, one byte a letter, and the place of each byte in the original.
#[derive(Debug, Clone, Default)]
pub(in crate::posting) struct Folded {
    /// With capitals, for names.
    pub(super) cased: String,
    /// In small letters, of the same length, for everything else.
    pub(in crate::posting) lower: String,
    /// First and past-the-last character in the original, for each byte.
    places: Vec<(u32, u32)>,
}

impl Folded {
    /// Folds a text.
    pub(in crate::posting) fn new(text: &str) -> Self {
        let mut folded = Self::default();
        for (index, character) in text.chars().enumerate() {
            folded.push(index as u32, character);
        }
        folded.lower = folded.cased.to_ascii_lowercase();
        folded
    }

    fn push(&mut self, index: u32, character: char) {
        if is_combining_mark(character) || is_modifier(character) {
            if let Some(last) = self.places.last_mut() {
                last.1 = index + 1;
            }
            return;
        }
        if is_invisible(character) {
            return;
        }
        if character.is_ascii() {
            let plain = if character.is_ascii_control() && character != '\n' {
                ' '
            } else {
                character
            };
            self.put(index, plain);
            return;
        }
        if let Some(plain) = special(character) {
            plain.chars().for_each(|part| self.put(index, part));
            return;
        }
        for part in std::iter::once(character).nfkd() {
            if is_combining_mark(part) {
                continue;
            }
            match special(part) {
                Some(plain) => plain.chars().for_each(|letter| self.put(index, letter)),
                None => self.put(index, plain(part)),
            }
        }
    }

    fn put(&mut self, index: u32, plain: char) {
        self.cased.push(plain);
        self.places.push((index, index + 1));
    }

    /// The characters of the original from which the folded bytes `start..end` came.
    pub(in crate::posting) fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let Some(last) = self.places.len().checked_sub(1) else {
            return (0, 0);
        };
        let first = self.places[start.min(last)].0 as usize;
        let past = self.places[end.saturating_sub(1).clamp(start.min(last), last)].1 as usize;
        (first, past.max(first))
    }
}

/// Folds the words of a rule or list as a text is folded.
pub(super) fn fold(words: &str) -> String {
    Folded::new(words).lower
}

/// Skin tones and forms of emoji: part of the character before.
fn is_modifier(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{b7}' | '\u{e0000}'..='\u{e007f}')
}

/// Letters, signs and look-alikes that decomposition leaves as they are.
fn special(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{b4}' | '\u{2032}' => "'",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' | '\u{2033}' => "\"",
        '\u{2010}'..='\u{2013}' | '\u{2212}' => "-",
        '\u{2014}' | '\u{2015}' | '\u{2022}' => ";",
        '\u{a1}' | '\u{bf}' => " ",
        '€' | '£' => "$",
        '📷' | '📸' | '🤳' => " photo ",
        '🎥' | '📹' => " video ",
        'ß' => "ss",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'ø' | 'о' | 'ο' => "o",
        'Ø' | 'О' | 'Ο' => "O",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'Ł' => "L",
        'ı' | 'і' => "i",
        'þ' => "th",
        'а' | 'α' => "a",
        'А' | 'Α' => "A",
        'е' => "e",
        'Е' | 'Ε' => "E",
        'р' => "p",
        'с' => "c",
        'С' => "C",
        'х' => "x",
        'у' => "y",
        'М' | 'Μ' => "M",
        'Н' | 'Η' => "H",
        'Т' | 'Τ' => "T",
        'В' | 'Β' => "B",
        'К' | 'Κ' => "K",
        _ => return None,
    })
}

/// The plain form of anything else: a digit, a letter that no rule knows, or a mark.
fn plain(character: char) -> char {
    if character.is_ascii() {
        return character;
    }
    if let Some(digit) = decimal(character) {
        return digit;
    }
    if character.is_uppercase() {
        'X'
    } else if character.is_alphabetic() {
        'x'
    } else if character.is_whitespace() {
        ' '
    } else {
        '^'
    }
}

/// Digits of other scripts whose blocks start at a known place.
fn decimal(character: char) -> Option<char> {
    let code = character as u32;
    [0x660, 0x6f0, 0x966, 0x9e6, 0xe50]
        .into_iter()
        .find(|zero| (*zero..zero + 10).contains(&code))
        .and_then(|zero| char::from_digit(code - zero, 10))
}

#[cfg(test)]
mod tests {
    use super::Folded;

    #[test]
    fn folds_accents_and_keeps_the_way_back() {
        let folded = Folded::new("👍🏽 Ménière, é!");
        assert!(folded.cased.ends_with("Meniere, e!"), "{}", folded.cased);
        let at = folded.cased.find("Meniere").unwrap_or_default();
        assert_eq!(folded.original(at, at + 7), (3, 10));
    }

    #[test]
    fn takes_a_combining_mark_into_its_letter() {
        let folded = Folded::new("Jose\u{301} x");
        assert_eq!(folded.original(0, 4), (0, 5));
    }

    #[test]
    fn reads_disguised_digits() {
        assert_eq!(Folded::new("０７\u{200b}٧").cased, "077");
    }
}
