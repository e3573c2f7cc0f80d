//! What speaks of a patient's care in an answer that should only point the way.
//!
//! Some words have no place there at all. Others tell by where they stand: an order at the
//! beginning of a clause or behind “you should”, and a mild order or a remark in one sentence with a
//! thing of medicine. Phrases are data, in three languages, read over folded text; a word of a
//! phrase that ends in `*` is a beginning, `#` is a number, alone or before its unit. The name of a
//! channel may name a thing of medicine. It knows no answer.

use serde::Deserialize;

use crate::posting::screening::Folded;

/// Letters that stand at least before the ending of a medicine's name: “April” is none.
const STEM: usize = 3;

/// The words, as the data has them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clinical {
    /// What has no place there wherever it stands.
    words: Vec<Phrase>,
    /// Endings of the names of medicines.
    endings: Vec<Phrase>,
    /// What one does with a treatment and hardly with anything else.
    orders: Vec<Phrase>,
    /// What one does with a treatment, and with much else.
    mild_orders: Vec<Phrase>,
    /// What stands before an order in the same clause.
    leads: Vec<Phrase>,
    /// What is said of somebody's state.
    remarks: Vec<Phrase>,
    /// Medicines, complaints, parts of the body, tests.
    things: Vec<Phrase>,
}

/// Words in a row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
struct Phrase(Vec<String>);

impl From<String> for Phrase {
    fn from(phrase: String) -> Self {
        let folded = Folded::new(&phrase);
        let words = folded
            .lower
            .split(|c: char| !(is_letter(c) || "*#".contains(c)));
        Self(words.filter(|w| !w.is_empty()).map(str::to_owned).collect())
    }
}

const fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// A word of a text, with its place in bytes of the folded text.
struct Word<'t> {
    text: &'t str,
    start: usize,
    /// It begins a sentence, or part of one.
    sentence: bool,
    clause: bool,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut end = 0;
    while let Some(gap) = text[end..].find(is_letter) {
        let (start, between) = (end + gap, &text[end..end + gap]);
        let length = text[start..].find(|c| !is_letter(c));
        end = length.map_or(text.len(), |length| start + length);
        let word = &text[start..end];
        // A point inside a number ends nothing.
        let last = words.last().is_some_and(|last| is_number(last.text));
        let inside = between == "." && last && is_number(word);
        let has = |signs: &str| !inside && between.contains(|c| signs.contains(c));
        let sentence = words.is_empty() || has(".!?;\n");
        let clause = sentence || has(",:()\"") || between.contains(" - ");
        words.push(Word {
            text: word,
            start,
            sentence,
            clause,
        });
    }
    words
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

impl Phrase {
    /// How many words it takes up here, if it stands here. It never reaches over a sentence's end.
    fn at(&self, words: &[Word<'_>]) -> Option<usize> {
        let length = self.0.len();
        let fits = |(number, (wanted, word)): (usize, (&String, &Word<'_>))| {
            (number == 0 || !word.sentence) && fits(wanted, word.text)
        };
        let pairs = self.0.iter().zip(words).enumerate();
        (length > 0 && words.len() >= length && pairs.into_iter().all(fits)).then_some(length)
    }
}

fn fits(wanted: &str, word: &str) -> bool {
    if let Some(beginning) = wanted.strip_suffix('*') {
        return word.starts_with(beginning);
    }
    match wanted.strip_prefix('#') {
        Some("") => word.starts_with(|c: char| c.is_ascii_digit()),
        Some(unit) => word
            .strip_suffix(unit)
            .is_some_and(|n| !n.is_empty() && is_number(n)),
        None => word == wanted,
    }
}

/// The longest of some phrases that stands here.
fn longest(phrases: &[Phrase], words: &[Word<'_>]) -> Option<usize> {
    phrases.iter().filter_map(|phrase| phrase.at(words)).max()
}

impl Clinical {
    /// The places that speak of care, in characters.
    pub(super) fn places(&self, text: &str) -> Vec<(usize, usize)> {
        self.found(text, |_| true)
    }

    /// The same for the name of a channel: a line for diabetes may be called so, but no channel
    /// tells anybody what to take, or how often.
    pub(super) fn places_in_channel(&self, channel: &str) -> Vec<(usize, usize)> {
        self.found(channel, |words| !self.is_name(words))
    }

    fn found(&self, text: &str, counts: impl Fn(&[Word<'_>]) -> bool) -> Vec<(usize, usize)> {
        let folded = Folded::new(text);
        let words = words(&folded.lower);
        let mut places = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let length = self.care(&words, at).unwrap_or_default();
            if let Some(last) = words[at..at + length].last()
                && counts(&words[at..at + length])
            {
                let end = last.start + last.text.len();
                places.push(folded.original(words[at].start, end));
            }
            at += length.max(1);
        }
        places
    }

    /// Whether these words only name a thing of medicine, as the name of a service does: one word,
    /// and no amount or order.
    fn is_name(&self, words: &[Word<'_>]) -> bool {
        let [word] = words else { return false };
        let ordered = self.orders.iter().chain(&self.mild_orders);
        let counted = word.text.starts_with(|c: char| c.is_ascii_digit());
        !counted && !ordered.into_iter().any(|order| order.at(words).is_some())
    }

    /// How many words from here on speak of care; none if none do.
    fn care(&self, words: &[Word<'_>], at: usize) -> Option<usize> {
        let here = &words[at..];
        if let Some(length) = longest(&self.words, here) {
            return Some(length);
        }
        if self.is_medicine(here[0].text) {
            return Some(1);
        }
        let ordered = self.may_order(words, at);
        if let Some(length) = longest(&self.orders, here).filter(|_| ordered) {
            return Some(length);
        }
        let mild = longest(&self.mild_orders, here).filter(|_| ordered);
        if let Some(length) = mild
            && let Some(to) = self.thing_behind(here, length)
        {
            return Some(to);
        }
        let length = longest(&self.remarks, here)?;
        let behind = self.thing_behind(here, length);
        behind.or_else(|| self.thing_before(words, at).then_some(length))
    }

    fn is_medicine(&self, word: &str) -> bool {
        let ends = |ending: &Phrase| {
            let ending = ending.0.first().map_or("", String::as_str);
            let stem = word.strip_suffix(ending);
            stem.or_else(|| word.strip_suffix('s')?.strip_suffix(ending))
                .is_some_and(|stem| stem.len() >= STEM && !ending.is_empty())
        };
        self.endings.iter().any(ends)
    }

    /// Whether an order can stand here: at the beginning of a clause, or behind what leads to one.
    fn may_order(&self, words: &[Word<'_>], at: usize) -> bool {
        let leads = |lead: &Phrase| {
            let length = lead.0.len();
            let from = at.checked_sub(length);
            from.is_some_and(|from| lead.at(&words[from..at]).is_some())
        };
        words[at].clause || self.leads.iter().any(leads)
    }

    /// Up to where the first thing behind these words reaches, in the same sentence.
    fn thing_behind(&self, here: &[Word<'_>], length: usize) -> Option<usize> {
        let ends = here.iter().skip(1).position(|word| word.sentence);
        let end = ends.map_or(here.len(), |place| place + 1);
        (length..end).find_map(|at| {
            let thing = longest(&self.things, &here[at..end])
                .or_else(|| longest(&self.words, &here[at..end]))
                .or_else(|| self.is_medicine(here[at].text).then_some(1));
            thing.map(|thing| at + thing)
        })
    }

    /// Whether a thing stands before these words in the same sentence.
    fn thing_before(&self, words: &[Word<'_>], at: usize) -> bool {
        let begins = (0..=at).rev().find(|before| words[*before].sentence);
        let before = begins.unwrap_or(0)..at;
        before
            .into_iter()
            .any(|from| longest(&self.things, &words[from..at]).is_some())
    }
}
