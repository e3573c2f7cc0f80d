//! When a checklist item is asked: one word of a pack, held against what is known about a post.
//!
//! A list of conditions holds when one of them does; there is no "and" and no "not", so that a
//! clinician can read a pack aloud. It knows only the facts that it is given.

use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::{Deserialize, Serialize};

use crate::plan::{Platform, SpeaksAs};
use crate::posting::post::Goal;
use crate::posting::screening::{Category, Severity};

/// What kind of post it is on its platform.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostKind {
    /// A post of its own.
    #[default]
    Post,
    /// An answer to somebody's post.
    Reply,
    /// Somebody's post passed on as it is.
    Repost,
    /// Somebody's post passed on with words of one's own.
    Quote,
}

/// All that the packs may ask about a post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each a word of the packs"
)]
pub struct Facts<'a> {
    /// As whom the account speaks.
    pub speaks_as: SpeaksAs,
    /// The author says that it is about a patient.
    pub about_patient: bool,
    /// A consent record is attached.
    pub has_consent: bool,
    /// A picture, video or sound is attached.
    pub has_media: bool,
    /// Something that looks like a face was seen in a picture; `false` says nothing.
    pub has_faces_hint: bool,
    /// The kind of post.
    pub kind: PostKind,
    /// It answers somebody in a dispute.
    pub reply_in_dispute: bool,
    /// It holds an address.
    pub has_links: bool,
    /// A sponsor is named in the post's data.
    pub has_sponsor: bool,
    /// It mentions or tags somebody.
    pub mentions: bool,
    /// What it is for, where the author said so.
    pub goal: Option<Goal>,
    /// Platform of the account, as in the plan.
    pub platform: &'a str,
    /// Somebody other than the account's owner wrote it.
    pub delegated: bool,
    /// What screening found and nobody has disputed: category and weight of each finding.
    pub found: &'a [(Category, Severity)],
}

/// One word of `applies`, `opened_by` or `block_when`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Condition {
    /// Every post.
    Always,
    /// The account speaks as this.
    SpeaksAs(SpeaksAs),
    /// The author says that it is about a patient.
    AboutPatient,
    /// A consent record is attached.
    Consent,
    /// A picture, video or sound is attached.
    Media,
    /// A face may be seen.
    Faces,
    /// It holds an address.
    Links,
    /// A sponsor is named.
    Sponsor,
    /// Somebody is mentioned.
    Mentions,
    /// Somebody other than the owner wrote it.
    Delegated,
    /// It is of this kind.
    Kind(PostKind),
    /// It answers somebody in a dispute.
    Dispute,
    /// It has this goal.
    Goal(Goal),
    /// The account is on this platform.
    Platform(String),
    /// Screening found this, however much it weighs.
    Found(Category),
    /// Screening found this, and that alone would block.
    Strong(Category),
}

/// The words that stand alone; `goal:` and `platform:` take a name.
const WORDS: &str = "always, doctor, practice, person, about-patient, consent, media, faces, \
    links, sponsor, mentions, delegated, post, reply, repost, quote, dispute, goal:NAME, \
    platform:NAME, and the categories of findings";

impl Condition {
    /// Reads a word that is no finding; the error lists the words there are.
    pub fn parse(word: &str) -> Result<Self, String> {
        if let Some(name) = word.strip_prefix("goal:") {
            return by_name(name)
                .map(Self::Goal)
                .map_err(|e| unknown(name, "goal", &e));
        }
        if let Some(name) = word.strip_prefix("platform:") {
            let known = Platform::NAMES.contains(&name);
            let platform = known.then(|| Self::Platform(name.to_owned()));
            return platform.ok_or_else(|| unknown(name, "platform", &Platform::NAMES.join(", ")));
        }
        if let Ok(speaks_as) = by_name(word) {
            return Ok(Self::SpeaksAs(speaks_as));
        }
        if let Ok(kind) = by_name(word) {
            return Ok(Self::Kind(kind));
        }
        Self::plain(word).ok_or_else(|| unknown(word, "condition", WORDS))
    }

    fn plain(word: &str) -> Option<Self> {
        Some(match word {
            "always" => Self::Always,
            "about-patient" => Self::AboutPatient,
            "consent" => Self::Consent,
            "media" => Self::Media,
            "faces" => Self::Faces,
            "links" => Self::Links,
            "sponsor" => Self::Sponsor,
            "mentions" => Self::Mentions,
            "delegated" => Self::Delegated,
            "dispute" => Self::Dispute,
            _ => return None,
        })
    }

    /// Reads a word of `opened_by`: a finding's category, with or without `strong:`.
    pub fn parse_category(word: &str) -> Result<Self, String> {
        let (name, strong) = match word.strip_prefix("strong:") {
            Some(name) => (name, true),
            None => (word, false),
        };
        let category = by_name(name).map_err(|e| unknown(name, "category of findings", &e))?;
        Ok(if strong {
            Self::Strong(category)
        } else {
            Self::Found(category)
        })
    }

    /// Reads a word of `applies` or `block_when`, which may be either.
    pub fn parse_either(word: &str) -> Result<Self, String> {
        let finding = word.contains('_') || word.starts_with("strong:");
        Self::parse_category(word).or_else(|categories| {
            let words = Self::parse(word);
            if finding { Err(categories) } else { words }
        })
    }

    /// Whether it holds for a post.
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::SpeaksAs(speaks_as) => facts.speaks_as == *speaks_as,
            Self::AboutPatient => facts.about_patient,
            Self::Consent => facts.has_consent,
            Self::Media => facts.has_media,
            Self::Faces => facts.has_faces_hint,
            Self::Links => facts.has_links,
            Self::Sponsor => facts.has_sponsor,
            Self::Mentions => facts.mentions,
            Self::Delegated => facts.delegated,
            Self::Kind(kind) => facts.kind == *kind,
            Self::Dispute => facts.reply_in_dispute,
            Self::Goal(goal) => facts.goal == Some(*goal),
            Self::Platform(platform) => facts.platform == platform,
            Self::Found(category) => facts.found.iter().any(|(found, _)| found == category),
            Self::Strong(category) => facts.found.contains(&(*category, Severity::Block)),
        }
    }

    /// Heaviest weight of the findings that fulfil it; `None` when there are none.
    pub(super) fn weight(&self, facts: &Facts<'_>) -> Option<Severity> {
        let (Self::Found(category) | Self::Strong(category)) = self else {
            return None;
        };
        let weights = facts
            .found
            .iter()
            .filter(|(found, _)| found == category)
            .map(|(_, w)| *w);
        weights.max().filter(|_| self.holds(facts))
    }
}

/// A word of a closed set by its name in the files; the error lists the names.
fn by_name<T: for<'de> Deserialize<'de>>(name: &str) -> Result<T, String> {
    let word: StrDeserializer<'_, WordError> = name.into_deserializer();
    T::deserialize(word).map_err(|error| {
        let text = error.to_string();
        text.split_once("expected one of ")
            .map_or(text.clone(), |(_, names)| names.replace('`', ""))
    })
}

fn unknown(word: &str, what: &str, known: &str) -> String {
    format!("there is no {what} `{word}`; known are: {known}")
}
