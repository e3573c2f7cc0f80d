//! Ready answers for a patient who writes on social media, and what to do where trolls write.
//!
//! - Such an answer only points to the official channel; a clinical word in it blocks.
//! - Abuse is not answered: it is muted, blocked or reported, on the site's own pages.
//!
//! Words and links are data (`config/redirects.toml`, with the sources); what could not be checked
//! says UNVERIFIED.

use serde::{Deserialize, Serialize};

use super::post::Post;
use super::screening::{Category, Finding, Severity};

/// The checklist item that such an answer is held against.
const ITEM: &str = "redirect-official-channel";

/// Ready answers, clinical words, sites' own pages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirects {
    /// Beginnings of words that have no place in such an answer.
    clinical: Vec<String>,
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

    /// The places of clinical words in a text, in characters.
    pub fn clinical_in(&self, text: &str) -> Vec<(usize, usize)> {
        let lower: Vec<char> = text
            .chars()
            .map(|c| c.to_lowercase().next().unwrap_or(c))
            .collect();
        let begins = |at: usize| at == 0 || !lower[at - 1].is_alphanumeric();
        let is_here = |at: usize, word: &str| {
            let mut rest = lower[at..].iter();
            word.chars().all(|c| rest.next() == Some(&c))
        };
        let word_at = |at: usize| {
            let known = self.clinical.iter().find(|word| is_here(at, word))?;
            Some((at, at + known.chars().count()))
        };
        (0..lower.len())
            .filter(|at| begins(*at))
            .filter_map(word_at)
            .collect()
    }
}

/// Clinical words in a post that was begun as a redirect.
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
        why: "An answer to a patient only points to the official channel; this word speaks of \
              their care."
            .to_owned(),
        rule: "redirect-clinical-word".to_owned(),
    };
    let places = redirects.clinical_in(&post.content.text);
    places.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ready_answer_points_to_the_channel_and_holds_no_clinical_word() {
        let redirects = Redirects::builtin().unwrap();
        for language in ["en", "es", "ca"] {
            let in_it = redirects.answers.iter().filter(|a| a.language == language);
            assert_eq!(in_it.count(), 3, "{language}");
        }
        for answer in &redirects.answers {
            assert_eq!(answer.text.matches("{channel}").count(), 1, "{}", answer.id);
            assert_eq!(redirects.clinical_in(&answer.text), [], "{}", answer.id);
            assert!(
                answer.text.chars().count() < 260,
                "{} is too long for X",
                answer.id
            );
        }
    }

    #[test]
    fn clinical_words_are_seen_in_three_languages_and_others_are_not() {
        let redirects = Redirects::builtin().unwrap();
        for text in [
            "Take your tablets twice",
            "That sounds like an infection",
            "Ñ: Stop taking it",
            "Tome la pastilla",
            "Sus resultados son normales",
            "Tens febre?",
            "INSULIN",
        ] {
            assert!(!redirects.clinical_in(text).is_empty(), "{text}");
        }
        for text in [
            "Please call the practice.",
            "Campaign for trains",
            "Gràcies",
            "",
        ] {
            assert_eq!(redirects.clinical_in(text), [], "{text}");
        }
    }
}
