//! Ready answers for a patient who writes on social media, and what to do where trolls write.
//!
//! - Such an answer only points to the official channel; what speaks of care in it blocks. The
//!   channel itself may be called after what it is for (“our diabetes line”), and orders nothing.
//! - Abuse is not answered: it is muted, blocked or reported, on the site's own pages.
//!
//! Words and links are data (`config/redirects.toml`, with the sources); what could not be checked
//! says UNVERIFIED.

mod clinical;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::clinical::Clinical;
use super::post::Post;
use super::screening::{Category, Finding, Severity};

/// The checklist item that such an answer is held against.
const ITEM: &str = "redirect-official-channel";

/// Ready answers, clinical words, sites' own pages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirects {
    /// What has no place in such an answer.
    clinical: Clinical,
    /// The answers.
    pub answers: Vec<ReadyAnswer>,
    /// The sites.
    pub sites: Vec<Moderation>,
}

/// One ready answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadyAnswer {
    /// Its name in commands.
    pub id: String,
    /// `en`, `es` or `ca`.
    pub language: String,
    /// For which occasion.
    pub when: String,
    /// The words, with `{channel}` for the official way.
    pub text: String,
}

/// A site's own pages against abuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moderation {
    /// The site.
    pub site: String,
    /// How to hear no more of somebody.
    pub mute: String,
    /// How to keep somebody out.
    pub block: String,
    /// How to tell the site.
    pub report: String,
    /// The pages were opened when this was written.
    pub verified: bool,
}

impl Redirects {
    /// The data that the program carries.
    pub fn builtin() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../config/redirects.toml"))
    }

    /// The places that speak of a patient's care in a text, in characters.
    pub fn clinical_in(&self, text: &str) -> Vec<(usize, usize)> {
        self.clinical.places(text)
    }

    /// The same for the name of a channel, which may be called after what it is for.
    pub fn clinical_in_channel(&self, channel: &str) -> Vec<(usize, usize)> {
        self.clinical.places_in_channel(channel)
    }

    /// The places that speak of care in an answer which names this channel: those in the answer
    /// without its name, and those in the name.
    fn clinical_beside(&self, text: &str, channel: Option<&str>) -> Vec<(usize, usize)> {
        let named = channel.filter(|channel| !channel.is_empty());
        let Some((at, channel)) = named.and_then(|one| Some((text.find(one)?, one))) else {
            return self.clinical_in(text);
        };
        let (before, after) = (&text[..at], &text[at + channel.len()..]);
        let nameless: String = channel.chars().map(|_| 'x').collect();
        let mut places = self.clinical_in(&format!("{before}{nameless}{after}"));
        let start = before.chars().count();
        let in_it = self.clinical_in_channel(channel).into_iter();
        places.extend(in_it.map(|(from, to)| (start + from, start + to)));
        places.sort_unstable();
        places
    }
}

/// What speaks of care in a post that was begun as a redirect.
pub fn findings(post: &Post, redirects: &Redirects) -> Vec<Finding> {
    if post.about.redirect.is_none() {
        return Vec::new();
    }
    let finding = |(start, end): (usize, usize)| Finding {
        category: Category::IndividualAdvice,
        start,
        end,
        severity: Severity::Block,
        item: ITEM.to_owned(),
        why: "An answer to a patient only points to the official channel; this speaks of their \
              care."
            .to_owned(),
        rule: "redirect-clinical-word".to_owned(),
    };
    let channel = post.about.channel.as_deref();
    let places = redirects.clinical_beside(&post.content.text, channel);
    places.into_iter().map(finding).collect()
}
