//! The register of interests: what ties the clinician to what a post may mention.
//!
//! - A tie holds from its first day to its last; a post is looked at for the day it goes out.
//! - A post that names a tie tells it in its first words: the first 125 characters of the text,
//!   which every platform we know shows without a click. Not in a link, not in a run of hashtags.
//! - The words that tell it stand in one sentence with its name and are not denied, or the text opens
//!   with a label such as "Ad:".
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

    /// Where a text names it first, in characters.
    pub fn named_in(&self, text: &str) -> Option<(usize, usize)> {
        self.places(text).into_iter().min()
    }

    /// Everywhere a text names it, in characters: whole words, whatever their case, also in the
    /// plural and at the head of a hashtag.
    fn places(&self, text: &str) -> Vec<(usize, usize)> {
        let text = folded(text);
        let names = std::iter::once(&self.name).chain(&self.known_as);
        names.flat_map(|name| places(&text, name)).collect()
    }
}

/// In lower case, character for character.
fn folded(text: &str) -> Vec<char> {
    let lower = |c: char| match c.to_lowercase().next() {
        Some('’') => '\'',
        lower => lower.unwrap_or(c),
    };
    text.chars().map(lower).collect()
}

/// The places of a name in a folded text.
fn places(text: &[char], name: &str) -> Vec<(usize, usize)> {
    let name = folded(name.trim());
    if name.is_empty() || name.len() > text.len() {
        return Vec::new();
    }
    let is_word = |at: usize| text.get(at).is_some_and(|c| c.is_alphanumeric());
    let names = |start: &usize| {
        let (start, end) = (*start, *start + name.len());
        let before = start.checked_sub(1);
        let plural = text.get(end) == Some(&'s') && name.len() >= 3 && !is_word(end + 1);
        let tag = before.is_some_and(|at| text[at] == '#') || name[0] == '#';
        let digit = text.get(end).is_some_and(|c| c.is_numeric());
        let runs_on = tag && (name.len() >= 4 || digit);
        text[start..end] == name[..]
            && !before.is_some_and(is_word)
            && (!is_word(end) || plural || runs_on)
    };
    let starts = (0..=text.len() - name.len()).filter(names);
    starts.map(|start| (start, start + name.len())).collect()
}

/// What counts as telling, and how to tell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telling {
    within: usize,
    labels: Vec<String>,
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
    let untold = in_force.filter(|interest| !telling.is_told(text, interest));
    untold.filter_map(finding).collect()
}

mod told;

#[cfg(test)]
mod tests;
