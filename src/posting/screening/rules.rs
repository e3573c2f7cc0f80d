//! The rules as data: read from the built-in files, and dropped after use.
//!
//! Patterns are written over folded text (see `text`), in small letters unless `cased`; `{word}`
//! stands for a class of words. A cue says what kind of sentence it is; a rule finds something
//! worth telling, if the cues allow. It knows no text to screen.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::impression::Weights;
use super::lexicon::Classes;
use super::lists::Lines;
use super::pattern::Node;
use super::search::{Page, Pattern};
use super::text::{Folded, fold};
use super::{Category, Family, Severity};

const WORDS: &str = include_str!("../../../config/screening/words.toml");
const CUES: &str = include_str!("../../../config/screening/cues.toml");
const RULES: [&str; 4] = [
    include_str!("../../../config/screening/identity.toml"),
    include_str!("../../../config/screening/asides.toml"),
    include_str!("../../../config/screening/circumstances.toml"),
    include_str!("../../../config/screening/conduct.toml"),
];
pub(super) const IMPRESSION: &str = include_str!("../../../config/screening/impression.txt");
const FIRST_NAMES: &str = include_str!("../../../config/screening/first-names.txt");
const SMALL_PLACES: &str = include_str!("../../../config/screening/places-small.txt");
const LARGE_PLACES: &str = include_str!("../../../config/screening/places-large.txt");

/// The rules, ready for use. Holds nothing of any post.
#[derive(Debug, Clone)]
pub struct Rules {
    version: String,
    pub(super) off: Vec<Family>,
    pub(super) classes: Classes,
    pub(super) cues: Vec<Cue>,
    pub(super) written: Vec<Rule>,
    /// What may stand right before or after a name or number, by what it says about it.
    contexts: BTreeMap<String, Matcher>,
    weights: BTreeMap<String, i32>,
    sets: BTreeMap<String, HashSet<String>>,
    pub(super) impression: Weights,
    pub(super) first_names: Lines,
    pub(super) small_places: Lines,
    pub(super) large_places: Lines,
}

/// A kind of sentence.
#[derive(Debug, Clone)]
pub(super) struct Cue {
    pub(super) name: String,
    pub(super) matcher: Matcher,
}

/// Something worth telling.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) category: Category,
    pub(super) severity: Severity,
    pub(super) item: Option<String>,
    pub(super) why: String,
    pub(super) cased: bool,
    pub(super) matcher: Matcher,
    all: Mask,
    any: Mask,
    none: Mask,
}

/// Cues asked for, by number: in the same sentence, and anywhere in the post.
#[derive(Debug, Clone, Copy, Default)]
struct Mask {
    sentence: u128,
    post: u128,
}

/// Patterns, and what makes a match void where it overlaps.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    find: Patterns,
    but_not: Patterns,
}

/// Patterns, read when first asked, since one post asks few rules.
#[derive(Debug, Clone)]
struct Patterns {
    written: Vec<String>,
    cased: bool,
    read: OnceLock<Vec<Pattern>>,
}

#[derive(Deserialize)]
struct WordData {
    classes: BTreeMap<String, String>,
    sets: BTreeMap<String, String>,
    weights: BTreeMap<String, i32>,
}

#[derive(Deserialize)]
struct CueFile {
    cue: Vec<CueData>,
    context: Vec<CueData>,
}

#[derive(Deserialize)]
struct CueData {
    name: String,
    #[serde(default)]
    find: Vec<String>,
    #[serde(default)]
    but_not: Vec<String>,
}

#[derive(Deserialize)]
struct RuleFile {
    rule: Vec<RuleData>,
}

#[derive(Deserialize)]
struct RuleData {
    id: String,
    category: Category,
    severity: Severity,
    item: Option<String>,
    why: String,
    find: Vec<String>,
    #[serde(default)]
    but_not: Vec<String>,
    #[serde(default)]
    cased: bool,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
}

impl Rules {
    /// The rules that are built into the program.
    ///
    /// A part that does not read is left out; the tests show that none is.
    pub fn builtin() -> Self {
        Self::read().unwrap_or_else(|_| Self::empty())
    }

    /// Which rules these are: the beginning of a hash over all rule data.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The same rules with one family switched off, to see what it is worth.
    #[must_use]
    pub fn without(mut self, family: Family) -> Self {
        self.off.push(family);
        self
    }

    /// The same rules with another table of weights, to judge what was learned.
    #[must_use]
    pub fn with_impression(mut self, table: &'static str) -> Self {
        self.impression = Weights::read(table);
        self
    }

    pub(super) fn has(&self, family: Family) -> bool {
        !self.off.contains(&family)
    }

    /// Whether a folded word is in the named set.
    pub(super) fn in_set(&self, set: &str, word: &str) -> bool {
        self.sets.get(set).is_some_and(|words| words.contains(word))
    }

    /// The number of a cue, as a bit; 0 when there is none of that name.
    pub(super) fn bit(&self, name: &str) -> u128 {
        self.cues
            .iter()
            .position(|cue| cue.name == name)
            .map_or(0, |place| 1 << place)
    }

    /// Several cues, as bits.
    pub(super) fn bits(&self, names: &[&str]) -> u128 {
        names.iter().fold(0, |all, name| all | self.bit(name))
    }

    /// The cues of which each says that somebody is spoken of.
    pub(super) fn somebody(&self) -> u128 {
        self.bits(&["frame", "person", "patient", "pronoun", "mishap"])
    }

    /// The names of cues that stand in a text itself, not those that findings leave behind.
    pub(super) fn cue_names(&self, bits: u128) -> impl Iterator<Item = &str> {
        self.cues
            .iter()
            .enumerate()
            .filter(move |(place, cue)| bits & 1 << place != 0 && cue.name != "identified")
            .map(|(_, cue)| cue.name.as_str())
    }

    /// A weight of the scoring table; 0 when absent.
    pub(super) fn weight(&self, name: &str) -> i32 {
        self.weights.get(name).copied().unwrap_or_default()
    }

    /// Whether a named context holds in a stretch of folded, small text.
    pub(super) fn context(&self, name: &str, page: Page) -> bool {
        self.contexts
            .get(name)
            .is_some_and(|matcher| matcher.is_in(&self.classes, page))
    }

    fn empty() -> Self {
        Self {
            version: version(),
            off: Vec::new(),
            classes: Classes::default(),
            cues: Vec::new(),
            written: Vec::new(),
            contexts: BTreeMap::new(),
            weights: BTreeMap::new(),
            sets: BTreeMap::new(),
            impression: Weights::default(),
            first_names: Lines::new(FIRST_NAMES),
            small_places: Lines::new(SMALL_PLACES),
            large_places: Lines::new(LARGE_PLACES),
        }
    }

    /// Whether a word in small letters stands in the list of first names.
    pub fn is_first_name(&self, word: &str) -> bool {
        self.first_names.holds(word)
    }

    /// Reads the built-in data, or says what does not read.
    pub(super) fn read() -> Result<Self, String> {
        let data: WordData = toml::from_str(WORDS).map_err(|error| error.to_string())?;
        let mut rules = Self::empty();
        rules.classes = Classes::read(&data.classes)?;
        rules.weights = data.weights;
        rules.impression = Weights::read(IMPRESSION);
        rules.sets = data
            .sets
            .iter()
            .map(|(name, words)| (name.clone(), split(words).collect()))
            .collect();
        let cues: CueFile = toml::from_str(CUES).map_err(|error| error.to_string())?;
        for cue in cues.cue {
            let matcher = Matcher::new(cue.find, cue.but_not, false);
            rules.cues.push(Cue {
                name: cue.name,
                matcher,
            });
        }
        for context in cues.context {
            let matcher = Matcher::new(context.find, context.but_not, false);
            rules.contexts.insert(context.name, matcher);
        }
        for file in RULES {
            let file: RuleFile = toml::from_str(file).map_err(|error| error.to_string())?;
            for rule in file.rule {
                let rule = rules.rule(rule)?;
                rules.written.push(rule);
            }
        }
        Ok(rules)
    }

    /// What of all patterns does not read.
    #[cfg(test)]
    fn unreadable(&self) -> Vec<String> {
        self.cues
            .iter()
            .map(|cue| &cue.matcher)
            .chain(self.written.iter().map(|rule| &rule.matcher))
            .chain(self.contexts.values())
            .flat_map(|matcher| [&matcher.find, &matcher.but_not])
            .filter_map(|patterns| patterns.read(&self.classes).err())
            .collect()
    }

    fn rule(&self, data: RuleData) -> Result<Rule, String> {
        Ok(Rule {
            matcher: Matcher::new(data.find, data.but_not, data.cased),
            all: self.mask(&data.all)?,
            any: self.mask(&data.any)?,
            none: self.mask(&data.none)?,
            id: data.id,
            category: data.category,
            severity: data.severity,
            item: data.item,
            why: data.why,
            cased: data.cased,
        })
    }

    fn mask(&self, names: &[String]) -> Result<Mask, String> {
        let mut mask = Mask::default();
        for name in names {
            let (place, cue) = match name.strip_prefix("post.") {
                Some(cue) => (&mut mask.post, cue),
                None => (&mut mask.sentence, name.as_str()),
            };
            match self.bit(cue) {
                0 => return Err(format!("no cue {cue}")),
                bit => *place |= bit,
            }
        }
        Ok(mask)
    }
}

impl Rule {
    /// Whether the cues of a sentence and of its post allow this rule.
    pub(super) fn allowed(&self, sentence: u128, post: u128) -> bool {
        let any = self.any.sentence | self.any.post == 0
            || sentence & self.any.sentence != 0
            || post & self.any.post != 0;
        any && sentence & self.all.sentence == self.all.sentence
            && post & self.all.post == self.all.post
            && sentence & self.none.sentence == 0
            && post & self.none.post == 0
    }
}

impl Matcher {
    const fn new(find: Vec<String>, but_not: Vec<String>, cased: bool) -> Self {
        Self {
            find: Patterns::new(find, cased),
            but_not: Patterns::new(but_not, cased),
        }
    }

    /// Whether anything matches.
    fn is_in(&self, classes: &Classes, page: Page) -> bool {
        if self.but_not.written.is_empty() {
            self.find.get(classes).iter().any(|find| find.is_in(page))
        } else {
            !self.places(classes, page).is_empty()
        }
    }

    /// The places of all matches (of the first group, where there is one).
    pub(super) fn places(&self, classes: &Classes, page: Page) -> Vec<Range<usize>> {
        let mut places = self.find.places(classes, page);
        if !places.is_empty() && !self.but_not.written.is_empty() {
            let voids = self.but_not.places(classes, page);
            places.retain(|place| {
                voids
                    .iter()
                    .all(|void| void.end <= place.start || place.end <= void.start)
            });
        }
        places
    }
}

impl Patterns {
    const fn new(written: Vec<String>, cased: bool) -> Self {
        Self {
            written,
            cased,
            read: OnceLock::new(),
        }
    }

    /// The patterns. Those that do not read are left out together; the tests show that all do.
    fn get(&self, classes: &Classes) -> &[Pattern] {
        self.read
            .get_or_init(|| self.read(classes).unwrap_or_default())
    }

    fn read(&self, classes: &Classes) -> Result<Vec<Pattern>, String> {
        self.written
            .iter()
            .map(|pattern| {
                // Folding keeps the capitals, since `\S` is not `\s`.
                if self.cased || pattern.is_ascii() {
                    Node::read(pattern, classes).map(Pattern::new)
                } else {
                    Node::read(&Folded::new(pattern).cased, classes).map(Pattern::new)
                }
            })
            .collect()
    }

    fn places(&self, classes: &Classes, page: Page) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        for find in self.get(classes) {
            find.places(page, &mut places);
        }
        places
    }
}

fn split(words: &str) -> impl Iterator<Item = String> {
    words
        .split([',', '\n'])
        .map(|word| fold(word.trim()))
        .filter(|word| !word.is_empty())
}

fn version() -> String {
    let mut hash = Sha256::new();
    for part in [
        WORDS,
        CUES,
        IMPRESSION,
        FIRST_NAMES,
        SMALL_PLACES,
        LARGE_PLACES,
    ]
    .iter()
    .chain(&RULES)
    {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut name = crate::posting::post::hex(&hash.finalize());
    name.truncate(12);
    name
}

#[cfg(test)]
mod tests {
    use super::Rules;

    #[test]
    fn all_built_in_data_reads() {
        let rules = Rules::read();
        assert_eq!(rules.map(|rules| rules.unreadable()), Ok(Vec::new()));
    }

    #[test]
    fn there_is_room_for_every_cue() {
        assert!(Rules::builtin().cues.len() < 128);
    }
}
