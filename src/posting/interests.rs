//! The register of interests: what ties the clinician to what a post may mention.
//!
//! - A tie holds from its first day to its last; a post is looked at for the day it goes out.
//! - A post that names a tie tells it in its first words: the first 125 characters of the text,
//!   which every platform we know shows without a click. Not in a link, not in a run of hashtags.
//! - Until the text carries it, that is a finding that blocks; a person can say that it is wrong.
//!
//! What counts as telling, and the ready wordings, are data (`config/interests.toml`, with the
//! sources). It knows no file and no clock.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::post::Post;
use super::screening::{Category, Finding, Severity};

/// What kind of tie it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tie {
    /// Money for work, talks, advice.
    Payment,
    /// Products, meals, travel.
    Gift,
    /// Shares or patents.
    Shares,
    /// Somebody close works or owns there.
    Family,
    /// Employment.
    Job,
}

impl Tie {
    /// All, by their names.
    pub const NAMES: [&str; 5] = ["payment", "gift", "shares", "family", "job"];

    /// The word in commands and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Gift => "gift",
            Self::Shares => "shares",
            Self::Family => "family",
            Self::Job => "job",
        }
    }
}

/// One tie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interest {
    /// The company, product or person; stands once in the register.
    pub name: String,
    /// What kind of tie.
    pub kind: Tie,
    /// Its first day.
    pub since: Date,
    /// Its last day, if it ended or will.
    pub until: Option<Date>,
    /// Other names by which a text may mention it: products, handles, short forms.
    pub known_as: Vec<String>,
}

impl Interest {
    /// Whether it is to be told on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.since <= day && self.until.is_none_or(|last| day <= last)
    }

    /// Where a text names it, in characters: whole words, whatever their case.
    pub fn named_in(&self, text: &str) -> Option<(usize, usize)> {
        let names = std::iter::once(&self.name).chain(&self.known_as);
        let places = names.filter_map(|name| place(text, name));
        places.min()
    }
}

/// The first place of a name as a word of its own, in characters.
fn place(text: &str, name: &str) -> Option<(usize, usize)> {
    let folded = |text: &str| -> Vec<char> {
        let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
        text.chars().map(lower).collect()
    };
    let (text, name) = (folded(text), folded(name.trim()));
    if name.is_empty() || name.len() > text.len() {
        return None;
    }
    let is_word = |at: Option<&char>| at.is_some_and(|c| c.is_alphanumeric());
    (0..=text.len() - name.len()).find_map(|start| {
        let end = start + name.len();
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        let alone = !is_word(before) && !is_word(text.get(end));
        (text[start..end] == name[..] && alone).then_some((start, end))
    })
}

/// What counts as telling, and how to tell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telling {
    within: usize,
    plain: Vec<String>,
    tags: Vec<String>,
    wordings: Vec<Wording>,
    lengths: Vec<Length>,
}

/// A ready wording.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wording {
    language: String,
    kind: Tie,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Length {
    platform: String,
    characters: usize,
}

/// A ready wording for one tie, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// `en`, `es` or `ca`.
    pub language: String,
    /// The words.
    pub text: String,
    /// How many characters they are.
    pub characters: usize,
    /// How many are left on each platform of limited length, with a space behind the words.
    pub left: Vec<(String, usize)>,
}

impl Telling {
    /// The data that the program carries.
    pub fn builtin() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../config/interests.toml"))
    }

    /// Whether a text tells a tie in its first words.
    pub fn is_told(&self, text: &str) -> bool {
        let first: String = text.chars().take(self.within).collect();
        let first = first.to_lowercase().replace('’', "'");
        let words: Vec<&str> = first.split_whitespace().collect();
        let is_link = |word: &str| word.contains("://") || word.starts_with("www.");
        let plain: Vec<&str> = words
            .iter()
            .copied()
            .filter(|w| !w.starts_with('#'))
            .collect();
        let plain = plain.join(" ");
        let tells = |at: usize, phrase: &str| {
            let (before, after) = (&plain[..at], &plain[at + phrase.len()..]);
            let alone = before
                .chars()
                .next_back()
                .is_none_or(|c| !c.is_alphanumeric());
            let inside = before.split(' ').next_back().is_some_and(is_link);
            // Words that only lead to a link hide it.
            let leads_away = after.split_whitespace().next().is_some_and(is_link);
            alone && !inside && !leads_away
        };
        let in_words = self
            .plain
            .iter()
            .any(|phrase| plain.match_indices(phrase).any(|(at, _)| tells(at, phrase)));
        in_words || self.is_tagged(&words)
    }

    /// Whether a hashtag tells it, and no other hashtag stands beside it.
    fn is_tagged(&self, words: &[&str]) -> bool {
        let bare = |word: &str| word.trim_end_matches(['.', ',', ':', ';', '!']).to_owned();
        let is_tag = |at: Option<usize>| {
            let word = at.and_then(|at| words.get(at));
            word.is_some_and(|word| word.starts_with('#'))
        };
        words.iter().enumerate().any(|(at, word)| {
            let tells = self.tags.contains(&bare(word));
            tells && !is_tag(at.checked_sub(1)) && !is_tag(Some(at + 1))
        })
    }

    /// Ready wordings for a tie, counted.
    pub fn ready(&self, interest: &Interest) -> Vec<Ready> {
        let fitting = self.wordings.iter().filter(|w| w.kind == interest.kind);
        let ready = |wording: &Wording| {
            let text = wording.text.replace("{name}", &interest.name);
            let characters = text.chars().count();
            let left = |length: &Length| {
                let left = length.characters.saturating_sub(characters + 1);
                (length.platform.clone(), left)
            };
            Ready {
                language: wording.language.clone(),
                characters,
                left: self.lengths.iter().map(left).collect(),
                text,
            }
        };
        fitting.map(ready).collect()
    }
}

/// The ties that a post names and does not tell, as findings that block. `on` is the day on which
/// it goes out. A sponsor of the post who stands in the register is named by that alone.
pub fn findings(post: &Post, interests: &[Interest], telling: &Telling, on: Date) -> Vec<Finding> {
    let text = &post.content.text;
    if telling.is_told(text) {
        return Vec::new();
    }
    let end = text.chars().count();
    let beside = |interest: &Interest| {
        let sponsor = post.about.sponsor.iter();
        let pictures = post.content.media.iter().map(|media| &media.alt);
        let mut words = sponsor.chain(pictures);
        words
            .any(|words| interest.named_in(words).is_some())
            .then_some((end, end))
    };
    let finding = |interest: &Interest| {
        let (start, end) = interest.named_in(text).or_else(|| beside(interest))?;
        let ready = telling.ready(interest);
        let example = ready.first().map_or(String::new(), |ready| {
            format!(
                " For example: “{}” ({} characters).",
                ready.text, ready.characters
            )
        });
        Some(Finding {
            category: Category::UndisclosedSponsorship,
            start,
            end,
            severity: Severity::Block,
            item: Category::UndisclosedSponsorship.item().to_owned(),
            why: format!(
                "It names {}, in your register of interests ({} since {}), and its first {} \
                 characters do not say so.{example}",
                interest.name,
                interest.kind.name(),
                interest.since,
                telling.within
            ),
            rule: format!("interest {}", interest.name),
        })
    };
    let in_force = interests.iter().filter(|interest| interest.holds_on(on));
    in_force.filter_map(finding).collect()
}

#[cfg(test)]
mod tests;
