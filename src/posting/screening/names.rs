//! Names of patients: runs of capitalised words, weighed by what stands around them.
//!
//! A name alone says nothing: authors, colleagues, eponyms, the author's own family and invented
//! people have names too. What counts is a list or title, the patient frame, and the words right
//! before and after. It deliberately does not know who is famous beyond a short list.

use std::ops::Range;

use super::judge::Seen;
use super::reading::Reading;
use super::search::Page;
use super::{Category, Context, Rules, Severity};

/// Words that may tie a name together.
const TIES: [&str; 10] = [
    "de", "del", "la", "van", "von", "der", "bin", "al", "i", "y",
];

/// Finds the names of patients.
pub(super) fn find(rules: &Rules, reading: &Reading, context: &Context) -> Vec<Seen> {
    let text = &reading.text;
    let runs = runs(&text.cased);
    let small = words(&text.cased)
        .into_iter()
        .filter_map(|word| Candidate::small(rules, reading, word));
    runs.into_iter()
        .filter_map(|run| Candidate::new(rules, reading, &run))
        .chain(small)
        .filter(|candidate| !candidate.is_own(text.lower.as_str(), context))
        .filter_map(|candidate| {
            let (score, firm) = candidate.score(rules, reading);
            let severity = if score >= rules.weight("name_block") && firm {
                Severity::Block
            } else if score >= rules.weight("name_attest") {
                Severity::Attest
            } else {
                return None;
            };
            let why = "This looks like the name of a patient or of someone close to one.";
            Some(Seen::new(
                Category::Name,
                candidate.range,
                severity,
                "name",
                why,
            ))
        })
        .collect()
}

/// A possible name.
struct Candidate {
    range: Range<usize>,
    listed: bool,
    title: bool,
    words: usize,
    /// Stands where any word has a capital.
    opens: bool,
}

impl Candidate {
    /// Trims a run of capitalised words to what may be a name.
    fn new(rules: &Rules, reading: &Reading, run: &[Range<usize>]) -> Option<Self> {
        let (cased, lower) = (&reading.text.cased, &reading.text.lower);
        let mut run = run;
        let mut opens = run
            .first()
            .is_some_and(|word| opens_sentence(cased, word.start));
        let mut title = false;
        if run
            .iter()
            .any(|word| rules.in_set("organisation_words", &lower[word.clone()]))
        {
            return None;
        }
        let start = run.first()?.start;
        while let Some(first) = run.first() {
            let word = &lower[first.clone()];
            if rules.in_set("professional_titles", word) {
                return None;
            }
            if rules.in_set("titles", word) {
                title = true;
            } else if !(opens && !rules.first_names.holds(word) || rules.in_set("not_names", word))
            {
                break;
            } else {
                title = false;
            }
            opens = opens && title && !rules.in_set("sure_titles", word);
            run = &run[1..];
        }
        let end = run
            .iter()
            .position(|word| rules.in_set("not_names", &lower[word.clone()]));
        let run = &run[..end.unwrap_or(run.len())];
        let (first, last) = (run.first()?, run.last()?);
        let shouted = cased[first.clone()].len() > 1
            && cased[first.clone()]
                .bytes()
                .all(|byte| byte.is_ascii_uppercase());
        if (shouted && !title) || cased[first.clone()].len() < 2 {
            return None;
        }
        let listed = rules.first_names.holds(&lower[first.clone()]);
        let whole = if title {
            title_start(rules, lower, start, first.start)
        } else {
            first.start
        };
        Some(Self {
            range: whole..last.end,
            listed,
            title,
            words: run.len(),
            opens,
        })
    }

    /// A name written small, where the words before it introduce a patient.
    fn small(rules: &Rules, reading: &Reading, word: Range<usize>) -> Option<Self> {
        let (cased, lower) = (&reading.text.cased, &reading.text.lower);
        let small = cased[word.clone()].starts_with(|one: char| one.is_ascii_lowercase());
        let name = &lower[word.clone()];
        if !small || word.len() < 3 || rules.in_set("not_names", name) {
            return None;
        }
        let before = reading.before(0, word.start);
        let listed = rules.first_names.holds(name);
        let title = rules.context("small_title", before);
        (title || listed && rules.context("introduces_name", before)).then_some(Self {
            range: word,
            listed,
            title,
            words: 1,
            opens: false,
        })
    }

    fn is_own(&self, lower: &str, context: &Context) -> bool {
        let name = &lower[self.range.clone()];
        context.own_names.iter().any(|own| {
            let own = super::text::fold(own);
            own.split_whitespace()
                .any(|part| part.len() > 2 && name.split(' ').any(|word| word == part))
        })
    }

    /// Whether what stands after a preposition is more likely a place than a name.
    fn is_place(&self, rules: &Rules, name: &str, before: Page, after: Page) -> bool {
        let clearly_a_name = self.title
            || rules.context("patient_before", before)
            || self.listed && rules.context("patient_after", after);
        let known = rules.small_places.holds(name) || rules.large_places.holds(name);
        !clearly_a_name && (!self.listed || known)
    }

    /// A name of a disease or of history. The commonest surnames are eponyms too: whoever has a title
    /// or is called a patient is none.
    fn is_everybodys(&self, rules: &Rules, name: &str, before: Page, after: Page) -> bool {
        let spoken_of = self.title
            || rules.context("patient_before", before)
            || rules.context("patient_after", after);
        let known = |word| rules.in_set("eponyms", word) || rules.in_set("famous", word);
        !spoken_of && name.split([' ', '-']).any(known)
    }

    /// How much speaks for a patient's name, and whether care and a second cue stand behind it.
    fn score(&self, rules: &Rules, reading: &Reading) -> (i32, bool) {
        let lower = &reading.text.lower;
        let sentence = reading.sentences.get(reading.sentence(self.range.start));
        let (from, to, cues) = sentence.map_or((0, lower.len(), 0), |one| {
            (one.range.start, one.range.end, one.cues)
        });
        let before = reading.before(from, self.range.start);
        let after = reading.page(self.range.end, to);
        let name = &lower[self.range.clone()];
        if rules.context("not_a_name_before", before)
            || rules.context("not_a_name_after", after)
            || self.is_everybodys(rules, name, before, after)
        {
            return (0, false);
        }
        let place = rules.context("place_before", before);
        if place && self.is_place(rules, name, before, after) {
            return (0, false);
        }
        let mut score = 0;
        let mut add =
            |holds: bool, weight: &str| score += if holds { rules.weight(weight) } else { 0 };
        add(self.listed, "listed");
        add(self.title, "title");
        add(self.words > 1 && !self.title, "several_words");
        add(place, "place");
        add(self.opens, "opens_sentence");
        for context in [
            "patient_before",
            "thanks_before",
            "patient_after",
            "staff_before",
            "staff_after",
            "kin_before",
        ] {
            let side = if context.ends_with("before") {
                before
            } else {
                after
            };
            add(rules.context(context, side), context);
        }
        for (cue, here, elsewhere) in [
            ("frame", "frame", "frame_elsewhere"),
            ("clinical", "clinical", "clinical_elsewhere"),
            ("setting", "setting", "setting_elsewhere"),
            ("care_act", "care_act", "care_act_elsewhere"),
            ("event", "event", "event_elsewhere"),
            ("career", "career", "career_elsewhere"),
            ("history", "history", "history_elsewhere"),
            ("sport_or_art", "sport_or_art", "sport_or_art_elsewhere"),
            ("citation", "citation", "citation_elsewhere"),
            ("family", "family", "family_elsewhere"),
            ("own", "own", "own_elsewhere"),
            ("official_contact", "official", "official_elsewhere"),
            ("animal", "animal", "animal_elsewhere"),
            ("fiction", "fiction", "fiction_elsewhere"),
        ] {
            let bit = rules.bit(cue);
            add(cues & bit != 0, here);
            add(cues & bit == 0 && reading.post & bit != 0, elsewhere);
        }
        (
            score,
            self.is_firm(rules, cues | reading.post, before, after),
        )
    }

    /// Whether the post speaks of care, and two cues of different kinds point to this name.
    fn is_firm(&self, rules: &Rules, cues: u128, before: Page, after: Page) -> bool {
        let has = |name: &str| cues & rules.bit(name) != 0;
        let spoken_of = rules.context("patient_before", before)
            || rules.context("patient_after", after)
            || rules.context("kin_before", before);
        let care = ["frame", "patient", "care_act", "clinical"].map(has);
        let signs = [
            self.listed,
            self.title,
            spoken_of,
            care[0] || care[1],
            care[2],
            care[3] || has("setting"),
        ];
        // A first name with a surname may be anybody's in public: care must be spoken of.
        let full = self.words > 1 && !self.title;
        (spoken_of && !full || self.title || care[0] || care[1] || care[3] || care[2] && !full)
            && signs.into_iter().filter(|sign| *sign).count() >= 2
    }
}

/// The title stays in the span, a sentence's first word does not.
fn title_start(rules: &Rules, lower: &str, start: usize, name: usize) -> usize {
    let mut at = name;
    for (offset, _) in lower[start..name]
        .match_indices(|one: char| one.is_ascii_alphabetic())
        .rev()
    {
        let word: &str = lower[start + offset..name]
            .split(|one: char| !one.is_ascii_alphabetic())
            .next()
            .unwrap_or("");
        if rules.in_set("titles", word) {
            at = start + offset;
        }
    }
    at
}

/// Whether a byte stands at the beginning of a sentence, or where one would begin anew: after a colon
/// or quote, a dash between spaces, a bracket that closed behind a stop, the number of a list.
fn opens_sentence(cased: &str, at: usize) -> bool {
    let before = cased[..at].trim_end_matches([' ', '"', '(', '^', '*', '\'']);
    if before.is_empty() || before.ends_with(['.', '!', '?', '\n', ';', ':']) {
        return true;
    }
    let apart = |text: &str| text.is_empty() || text.ends_with([' ', '\n']);
    let dashless = before.trim_end_matches('-');
    let dash = dashless.len() < before.len() && before.len() < at && apart(dashless);
    let inner = before.trim_end_matches([')', ']']);
    let number = inner.trim_end_matches(|one: char| one.is_ascii_digit());
    let listed = number.len() < inner.len() && apart(number) && !number.contains(['(', '[']);
    dash || inner.len() < before.len() && (inner.ends_with(['.', '!', '?']) || listed)
}

/// Runs of capitalised words with nothing but a space, a title's dot or a small tie between.
fn runs(cased: &str) -> Vec<Vec<Range<usize>>> {
    let mut runs: Vec<Vec<Range<usize>>> = Vec::new();
    let mut last_end = None;
    let mut tied = false;
    for word in words(cased) {
        let capital = cased[word.clone()].starts_with(|one: char| one.is_ascii_uppercase());
        let joined = last_end
            .is_some_and(|end: usize| matches!(&cased[end..word.start], " " | ". " | " & "));
        if capital {
            match runs.last_mut() {
                Some(run) if joined && (tied || last_end == run.last().map(|last| last.end)) => {
                    run.push(word.clone());
                }
                _ => runs.push(vec![word.clone()]),
            }
            tied = false;
        } else {
            tied = joined
                && TIES.contains(&&cased[word.clone()])
                && (tied
                    || runs.last().and_then(|run| run.last()).map(|last| last.end) == last_end);
        }
        last_end = Some(word.end);
    }
    runs
}

/// Words of letters, with inner hyphens and apostrophes; an elided article and a possessive are cut off.
fn words(cased: &str) -> Vec<Range<usize>> {
    let bytes = cased.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphabetic()
            || (at > 0 && matches!(bytes[at - 1], b'@' | b'#' | b'/' | b'_'))
            || (at > 0 && bytes[at - 1].is_ascii_digit())
        {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len()
            && (bytes[at].is_ascii_alphanumeric()
                || (matches!(bytes[at], b'\'' | b'-')
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)))
        {
            at += 1;
        }
        words.push(trim(cased, start..at));
    }
    words
}

fn trim(cased: &str, word: Range<usize>) -> Range<usize> {
    let text = &cased[word.clone()];
    let start = match text.split_once('\'') {
        Some((article, rest))
            if matches!(article, "l" | "d" | "L" | "D" | "n" | "N" | "s" | "m" | "t")
                && rest.starts_with(|one: char| one.is_ascii_uppercase()) =>
        {
            word.start + article.len() + 1
        }
        _ => word.start,
    };
    let end = if text.ends_with("'s") || text.ends_with("'S") {
        word.end - 2
    } else {
        word.end
    };
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::{opens_sentence, runs, words};

    #[test]
    fn knows_where_any_word_has_a_capital() {
        for (text, opens) in [
            ("Turmeric", true),
            ("A patient asked. Turmeric", true),
            ("A patient asked - Turmeric", true),
            ("- Turmeric", true),
            ("takes:\n- Turmeric", true),
            ("(A patient asked.) Turmeric", true),
            ("takes 1) Turmeric", true),
            ("takes 1. Turmeric", true),
            ("our patient Zoe-Turmeric", false),
            ("our patient (aged 50) Turmeric", false),
            ("our patient (50) Turmeric", false),
            ("our patient, Turmeric", false),
            ("our patient -Turmeric", false),
        ] {
            let at = text.find("Turmeric").unwrap();
            assert_eq!(opens_sentence(text, at), opens, "{text}");
        }
    }

    #[test]
    fn cuts_elisions_and_possessives() {
        let text = "L'Arnau saw Siobhan's bed";
        let found: Vec<&str> = words(text).into_iter().map(|word| &text[word]).collect();
        assert_eq!(found, ["Arnau", "saw", "Siobhan", "bed"]);
    }

    #[test]
    fn ties_names_together() {
        let text = "met Ana de la Cruz and Bo, then Cy";
        let found: Vec<usize> = runs(text).iter().map(Vec::len).collect();
        assert_eq!(found, [2, 1, 1], "{text}");
    }
}
