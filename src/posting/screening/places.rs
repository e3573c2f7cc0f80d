//! Small places: where a place and a little else point to one person.
//!
//! A place counts with a preposition before it or a place of care after it, and only in a post
//! about somebody treated. A large place counts never. It knows no dates.

use std::ops::Range;

use super::judge::Seen;
use super::reading::Reading;
use super::{Category, Rules, Severity};

const WHY: &str = "This place is small enough to help tell who is meant.";

/// Finds small places in posts about somebody treated.
pub(super) fn find(rules: &Rules, reading: &Reading) -> Vec<Seen> {
    let bit = |name| rules.bit(name);
    let treated = bit("frame")
        | bit("patient")
        | bit("care_act")
        | bit("person")
        | bit("met_me")
        | bit("clinical")
        | bit("setting");
    let barred = bit("fiction") | bit("animal");
    if reading.post & treated == 0 || reading.post & barred != 0 {
        return Vec::new();
    }
    let mut seen: Vec<Seen> = Vec::new();
    let words = capitals(&reading.text.cased);
    let mut at = 0;
    while at < words.len() {
        match longest(rules, reading, &words, at) {
            Some((range, used)) => {
                seen.push(Seen::new(
                    Category::LocationSmall,
                    range,
                    Severity::Attest,
                    "small-place",
                    WHY,
                ));
                at += used;
            }
            None => at += 1,
        }
    }
    seen
}

/// The longest place that opens with a capitalised word, and how many such words it has.
fn longest(
    rules: &Rules,
    reading: &Reading,
    words: &[Range<usize>],
    at: usize,
) -> Option<(Range<usize>, usize)> {
    let lower = &reading.text.lower;
    let start = words[at].start;
    let sentence = reading.sentences.get(reading.sentence(start))?;
    if sentence.cues
        & rules.bits(&[
            "event",
            "career",
            "family",
            "own",
            "history",
            "official_contact",
        ])
        != 0
    {
        return None;
    }
    let before = reading.before(sentence.range.start, start);
    if rules.context("place_not_before", before) {
        return None;
    }
    let preposition = rules.context("place_before", before);
    let cared_for =
        reading.post & rules.bits(&["frame", "patient", "care_act", "clinical", "setting"]) != 0;
    let far = (at..words.len().min(at + 4)).rev().find_map(|last| {
        let end = words[last].end;
        let name = &lower[start..end];
        let near =
            lower[start..end].split(' ').count() <= last - at + 3 && end <= sentence.range.end;
        let after = reading.page(end, sentence.range.end);
        let care = rules.context("care_place_after", after);
        if !near || rules.large_places.holds(name) || rules.context("not_a_place_after", after) {
            return None;
        }
        let listed = rules.small_places.holds(name)
            && !rules.in_set("eponyms", name)
            && (preposition
                || care
                || (last > at && !rules.first_names.holds(&lower[words[at].clone()])));
        let unlisted = cared_for
            && last == run_end(&reading.text.cased, words, at)
            && preposition
            && rules.context("in_before", before)
            && words[at..=last]
                .iter()
                .all(|word| plausible(rules, &lower[word.clone()]));
        (listed || unlisted).then_some((start..end, last - at + 1))
    });
    far.filter(|(range, _)| !rules.in_set("not_places", &lower[range.clone()]))
}

fn plausible(rules: &Rules, word: &str) -> bool {
    word.len() > 3
        && !rules.large_places.holds(word)
        && !rules.first_names.holds(word)
        && ![
            "not_names",
            "organisation_words",
            "not_places",
            "eponyms",
            "famous",
            "titles",
            "professional_titles",
        ]
        .iter()
        .any(|set| rules.in_set(set, word))
}

/// The last of the capitalised words that follow each other directly.
fn run_end(cased: &str, words: &[Range<usize>], at: usize) -> usize {
    let mut last = at;
    while last + 1 < words.len() && &cased[words[last].end..words[last + 1].start] == " " {
        last += 1;
    }
    last
}

/// Capitalised words, without an elided article.
fn capitals(cased: &str) -> Vec<Range<usize>> {
    let bytes = cased.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let fresh = at == 0
            || !(bytes[at - 1].is_ascii_alphanumeric()
                || matches!(bytes[at - 1], b'@' | b'#' | b'/'));
        if !(fresh && bytes[at].is_ascii_uppercase()) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len()
            && (bytes[at].is_ascii_alphabetic()
                || bytes[at] == b'-' && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic))
        {
            at += 1;
        }
        if at - start > 1 && bytes[start + 1].is_ascii_lowercase() {
            words.push(start..at);
        }
        at = at.max(start + 1);
    }
    words
}
