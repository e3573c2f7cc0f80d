//! Whether a text tells a tie: a label at its very front, or telling words in one sentence with the
//! name, undenied, in words or in a hashtag that stands alone.
//!
//! A tie told for one company tells nothing of another; "I was not paid" tells none.

use std::ops::Range;

use super::{Interest, Telling, folded};
use crate::posting::denial;

/// Shortened words whose full stop ends no sentence.
const SHORT: [&str; 10] = [
    "dr", "dra", "mr", "mrs", "ms", "prof", "st", "sr", "sra", "inc",
];

/// The first words of a text, folded, with single spaces; a new line stays one.
struct Opening {
    chars: Vec<char>,
    /// The tie's names in it.
    names: Vec<(usize, usize)>,
}

impl Telling {
    /// Whether a text tells this tie in its first words.
    pub fn is_told(&self, text: &str, interest: &Interest) -> bool {
        let opening = Opening::read(text, self.within, interest);
        let plain = self.plain.iter().any(|phrase| {
            let phrase = folded(phrase);
            let places = opening.places(&phrase);
            places.into_iter().any(|at| opening.tells(&at))
        });
        let tagged = || {
            let words = opening.words();
            words.iter().enumerate().any(|(nth, word)| {
                self.is_lone_tag(&opening, &words, nth)
                    && (nth == 0 || opening.names_undenied(word))
            })
        };
        self.is_labelled(&opening) || plain || tagged()
    }

    /// Whether the text opens with a label, such as "Ad:" or "[Publicidad]".
    fn is_labelled(&self, opening: &Opening) -> bool {
        let is_mark = |c: &&char| !c.is_alphanumeric() && **c != '#';
        let skipped = opening.chars.iter().take_while(is_mark).count();
        let rest = &opening.chars[skipped..];
        self.labels.iter().any(|label| {
            let after = rest.strip_prefix(&folded(label)[..]);
            let mark = after.and_then(<[char]>::first);
            let after_mark = after.and_then(|after| after.get(1..)).unwrap_or_default();
            // Words that only lead to a link hide it.
            let next: String = after_mark.iter().collect();
            let leads_away = next.split_whitespace().next().is_some_and(is_link);
            mark.is_some_and(|c| ":.!)]|\n".contains(*c)) && !leads_away
        })
    }

    /// Whether the nth word is a hashtag that tells, and no other hashtag stands beside it.
    fn is_lone_tag(&self, opening: &Opening, words: &[Range<usize>], nth: usize) -> bool {
        let word = |at: usize| words.get(at).map(|word| opening.string(word));
        let is_tag = |at: usize| word(at).is_some_and(|word| word.starts_with('#'));
        let tells = word(nth).is_some_and(|word| {
            let bare = word.trim_end_matches(['.', ',', ':', ';', '!']);
            self.tags.iter().any(|tag| tag == bare)
        });
        tells && !nth.checked_sub(1).is_some_and(is_tag) && !is_tag(nth + 1)
    }
}

impl Opening {
    fn read(text: &str, within: usize, interest: &Interest) -> Self {
        let mut words = String::new();
        let mut gap = None;
        for c in text.trim_start().chars().take(within) {
            if c.is_whitespace() {
                gap = if c == '\n' {
                    Some(c)
                } else {
                    gap.or(Some(' '))
                };
            } else {
                words.extend(gap.take());
                words.push(c);
            }
        }
        Self {
            chars: folded(&words),
            names: interest.places(&words),
        }
    }

    fn string(&self, range: &Range<usize>) -> String {
        self.chars[range.clone()].iter().collect()
    }

    fn words(&self) -> Vec<Range<usize>> {
        let mut words = Vec::new();
        let mut start = 0;
        for end in 0..=self.chars.len() {
            if self.chars.get(end).is_none_or(|c| c.is_whitespace()) {
                if start < end {
                    words.push(start..end);
                }
                start = end + 1;
            }
        }
        words
    }

    /// Where a phrase stands as words of its own, not in a link, a hashtag, or before a link.
    fn places(&self, phrase: &[char]) -> Vec<Range<usize>> {
        let stands = |at: &Range<usize>| {
            let before = self.chars[..at.start].iter().rev();
            let joined: String = before.take_while(|c| !c.is_whitespace()).collect();
            let joined: String = joined.chars().rev().collect();
            let alone = !joined.ends_with(char::is_alphanumeric)
                && !joined.starts_with('#')
                && !is_link(&joined);
            let rest = self.string(&(at.end..self.chars.len()));
            // Words that only lead to a link hide it.
            let leads_away = rest.split_whitespace().next().is_some_and(is_link);
            self.chars[at.clone()] == *phrase && alone && !leads_away
        };
        let last = (self.chars.len() + 1).saturating_sub(phrase.len());
        let all = (0..last).map(|start| start..start + phrase.len());
        all.filter(stands).collect()
    }

    /// Whether the telling words stand with a name and are not denied, also by what follows them
    /// ("conflict of interest: none").
    fn tells(&self, at: &Range<usize>) -> bool {
        let rest = self.string(&(at.end..self.sentence(at).end));
        let next = rest.split_whitespace().take(2);
        !next.into_iter().any(denial::denies) && self.names_undenied(at)
    }

    /// Whether a name stands in the sentence of these words, with no denial before either.
    fn names_undenied(&self, at: &Range<usize>) -> bool {
        let sentence = self.sentence(at);
        self.names.iter().any(|(start, end)| {
            let shares = *start < sentence.end && sentence.start < *end;
            let until = at.start.max(*start).min(sentence.end);
            // The words themselves may hold a denial; what is around them may not.
            let between = self.string(&(at.end.min(until)..until));
            let before = self.string(&(sentence.start..at.start));
            shares && !denial::within(&before) && !denial::within(&between)
        })
    }

    /// The sentence around some words.
    fn sentence(&self, at: &Range<usize>) -> Range<usize> {
        let start = (0..at.start).rev().find(|at| self.ends_sentence(*at));
        let end = (at.end.saturating_sub(1)..self.chars.len()).find(|at| self.ends_sentence(*at));
        start.map_or(0, |at| at + 1)..end.map_or(self.chars.len(), |at| at + 1)
    }

    fn ends_sentence(&self, at: usize) -> bool {
        let gap = |at: usize| self.chars.get(at).is_none_or(|c| c.is_whitespace());
        match self.chars[at] {
            '\n' => at.checked_sub(1).is_none_or(|at| self.chars[at] != ':'),
            '.' => {
                let before = self.chars[..at].iter().rev();
                let word: String = before.take_while(|c| c.is_alphanumeric()).collect();
                let word: String = word.chars().rev().collect();
                gap(at + 1) && !SHORT.contains(&word.as_str())
            }
            '!' | '?' | '…' => gap(at + 1),
            _ => false,
        }
    }
}

fn is_link(word: &str) -> bool {
    word.contains("://") || word.starts_with("www.")
}
