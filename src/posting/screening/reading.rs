//! A text taken apart: sentences, words, and the cues that each sentence gives.
//!
//! The frame is the heart of it: whether a sentence speaks of one patient. Names, dates, places and
//! ages count only there. It knows cues by name, and no rule that finds anything.

use std::ops::Range;

use super::judge::Seen;
use super::lexicon::Marks;
use super::search::Page;
use super::text::Folded;
use super::{Category, Context, Rules};

/// How far back a word before a name may stand, in bytes.
const NEAR: usize = 90;

/// A text with all that is known about its sentences.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) text: Folded,
    marks: Marks,
    pub(super) sentences: Vec<Sentence>,
    /// Cues anywhere in the post.
    pub(super) post: u128,
}

/// One sentence: bytes of the folded text, and its cues as bits.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    pub(super) range: Range<usize>,
    pub(super) cues: u128,
}

impl Reading {
    /// Reads a text with what is known beside it.
    pub(super) fn new(rules: &Rules, text: &str, context: &Context) -> Self {
        let text = Folded::new(text);
        let mut sentences: Vec<Sentence> = split(&text.cased)
            .into_iter()
            .map(|range| Sentence { range, cues: 0 })
            .collect();
        let marks = rules.classes.mark(&text.lower);
        let page = Page {
            text: text.lower.as_bytes(),
            marks: &marks,
            from: 0,
            to: text.lower.len(),
        };
        for (place, cue) in rules.cues.iter().enumerate() {
            for found in cue.matcher.places(&rules.classes, page) {
                if let Some(sentence) = sentences.iter_mut().find(|one| found.start < one.range.end)
                {
                    sentence.cues |= 1 << place;
                }
            }
        }
        let mut reading = Self {
            text,
            marks,
            sentences,
            post: 0,
        };
        reading.gather();
        reading.disclosed(rules);
        reading.know(rules, context);
        reading.frame(rules, context);
        reading
    }

    /// A stretch of the text in small letters.
    pub(super) fn page(&self, from: usize, to: usize) -> Page<'_> {
        Page {
            text: self.text.lower.as_bytes(),
            marks: &self.marks,
            from,
            to: to.max(from),
        }
    }

    /// The whole text with its capitals.
    pub(super) fn cased_page(&self) -> Page<'_> {
        let text = self.text.cased.as_bytes();
        Page {
            text,
            to: text.len(),
            ..self.page(0, 0)
        }
    }

    /// The classes of the words that begin at a byte, as patterns write them.
    pub(super) fn classes_at<'a>(
        &'a self,
        rules: &'a Rules,
        at: usize,
    ) -> impl Iterator<Item = &'a str> {
        self.marks
            .classes(at)
            .map(|class| rules.classes.label(class))
    }

    /// What stands right before a byte, from the beginning of its sentence, but not all of a long one.
    pub(super) fn before(&self, from: usize, to: usize) -> Page<'_> {
        self.page(from.max(to.saturating_sub(NEAR)), to)
    }

    /// The sentence in which a byte stands.
    pub(super) fn sentence(&self, at: usize) -> usize {
        self.sentences
            .iter()
            .position(|sentence| at < sentence.range.end)
            .unwrap_or(self.sentences.len().saturating_sub(1))
    }

    /// The cues of the sentence in which a byte stands.
    pub(super) fn cues_at(&self, at: usize) -> u128 {
        self.sentences
            .get(self.sentence(at))
            .map_or(0, |sentence| sentence.cues)
    }

    /// Notes that somebody was pointed to, so that dates and the like there count.
    pub(super) fn identify(&mut self, rules: &Rules, seen: &[Seen]) {
        let identified = rules.bit("identified");
        for one in seen {
            if matches!(
                one.category,
                Category::Name
                    | Category::LocationSmall
                    | Category::RareCaseCue
                    | Category::RelativeDetail
                    | Category::AgeOver89
            ) {
                let place = self.sentence(one.range.start);
                if let Some(sentence) = self.sentences.get_mut(place) {
                    sentence.cues |= identified;
                }
                self.post |= identified;
            }
        }
    }

    fn gather(&mut self) {
        self.post = self
            .sentences
            .iter()
            .fold(self.post, |all, sentence| all | sentence.cues);
    }

    /// Adds to the post what its data says.
    fn know(&mut self, rules: &Rules, context: &Context) {
        for (known, cue) in [
            (context.has_source, "source"),
            (context.has_image, "has_image"),
            (context.has_consent, "has_consent"),
            (context.has_sponsor, "has_sponsor"),
            (context.professional, "professional"),
            (context.about_patient, "about_patient"),
        ] {
            if known {
                self.post |= rules.bit(cue);
            }
        }
    }

    /// Notes a disclosure that stands early enough to be seen without opening the post.
    fn disclosed(&mut self, rules: &Rules) {
        let early = usize::try_from(rules.weight("disclosure_within")).unwrap_or_default();
        let disclosure = rules.cues.iter().find(|cue| cue.name == "disclosure");
        let places = disclosure
            .map(|cue| {
                cue.matcher
                    .places(&rules.classes, self.page(0, self.text.lower.len()))
            })
            .unwrap_or_default();
        if places.iter().any(|place| place.start < early) {
            self.post |= rules.bit("disclosed_early");
        }
    }

    /// Finds the sentences that speak of one patient.
    fn frame(&mut self, rules: &Rules, context: &Context) {
        let bit = |name| rules.bit(name);
        let (frame, individual) = (bit("frame"), bit("individual"));
        let (patient, person, pronoun) = (bit("patient"), bit("person"), bit("pronoun"));
        let care = bit("clinical") | bit("setting");
        let mine = bit("family") | bit("own");
        if self.post & (bit("fiction") | bit("animal")) != 0 && !context.about_patient {
            return;
        }
        let post = self.post;
        let about_care = post & (care | patient | bit("care_act")) != 0;
        for sentence in &mut self.sentences {
            let cues = sentence.cues;
            let cared_for = cues & care != 0 || post & (patient | bit("care_act")) != 0;
            let one = cues & (patient | person) != 0
                && cues & (care | patient | bit("care_act")) != 0
                || cues & (person | pronoun) != 0 && cared_for
                || cues & person != 0 && cues & bit("met_me") != 0
                || context.about_patient;
            let theirs = cues & mine == 0 || cues & patient != 0;
            if one && theirs {
                sentence.cues |= frame;
                if cues & (patient | person) != 0 || context.about_patient {
                    sentence.cues |= individual;
                }
            }
            let somebody = cues & (patient | person | bit("care_act")) != 0
                || cues & bit("met_me") != 0 && cues & care != 0;
            if somebody && about_care && theirs {
                sentence.cues |= bit("one_treated");
            }
        }
        self.gather();
    }
}

/// Splits at full stops, question marks, exclamation marks and line ends, but not after "Dr.".
fn split(text: &str) -> Vec<Range<usize>> {
    const SHORT: [&str; 22] = [
        "dr", "mr", "mrs", "ms", "st", "prof", "sr", "sra", "srta", "dra", "vs", "no", "nr", "d",
        "dna", "hosp", "sta", "pt", "ed", "jr", "tel", "ref",
    ];
    let bytes = text.as_bytes();
    let mut sentences = Vec::new();
    let mut start = 0;
    for at in 0..bytes.len() {
        let ends = match bytes[at] {
            b'\n' => true,
            b'!' | b'?' => bytes
                .get(at + 1)
                .is_none_or(|next| !matches!(next, b'!' | b'?' | b'.')),
            b'.' => {
                let word = text[start..at]
                    .rsplit(|one: char| !one.is_ascii_alphanumeric())
                    .next()
                    .unwrap_or_default();
                bytes
                    .get(at + 1)
                    .is_none_or(|next| matches!(next, b' ' | b'\n' | b'"' | b')'))
                    && !SHORT.contains(&word.to_ascii_lowercase().as_str())
            }
            _ => false,
        };
        if ends {
            sentences.push(start..at + 1);
            start = at + 1;
        }
    }
    if start < bytes.len() || sentences.is_empty() {
        sentences.push(start..bytes.len());
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn splits_sentences_but_not_titles() {
        let parts = |text: &str| split(text).len();
        assert_eq!(parts("Thank you Dr. Lin. See you!! Bye"), 3);
        assert_eq!(parts("Dose 0.5 mg"), 1);
        assert_eq!(parts(""), 1);
    }
}
