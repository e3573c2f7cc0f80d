//! The professional rules, loaded for one use and dropped: checklist packs and screening.
//!
//! Nothing of it stays in memory between uses, so that a daemon that once screened a post is as
//! small as one that never did. Packs of the configuration directory are read here; a bad file is
//! refused and the built-in packs stay in force.

use std::path::Path;

use jiff::Timestamp;

use crate::plan::{Account, Plan, SpeaksAs};
use crate::posting::checks::Ground;
use crate::posting::holds::{Review, review};
use crate::posting::packs::{PackError, Packs, read_pack};
use crate::posting::post::Post;
use crate::posting::screening::{Context, Finding, Rules, Screening, screen};
use crate::posting::seen::Seen;
use crate::posting::sources::{self, Paper};
use crate::store::{Store, StoreError};

/// Packs and screening rules, ready for use.
#[derive(Debug)]
pub struct Rulebook {
    packs: Packs,
    rules: Rules,
    version: String,
}

/// A post as it stands: what was seen in it, and what the checks say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// What screening saw, and what is known against its papers.
    pub findings: Vec<Finding>,
    /// The papers that it rests on, as far as anybody was asked about them.
    pub papers: Vec<Paper>,
    /// What holds it, and when it goes.
    pub review: Review,
}

/// Why the rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulebookError {
    /// A file of a pack is wrong.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A file of a pack cannot be read.
    #[error("{file}: {source}")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Rulebook {
    /// The built-in rules.
    pub fn builtin() -> Result<Self, RulebookError> {
        Ok(Self::with(Packs::new(Vec::new())?))
    }

    /// The built-in rules and the packs of a `checklists` directory, if there is one.
    pub fn load(checklists: &Path) -> Result<Self, RulebookError> {
        Ok(Self::with(Self::load_packs(checklists)?))
    }

    /// The packs alone, for those who only ask which there are.
    pub fn load_packs(checklists: &Path) -> Result<Packs, RulebookError> {
        let failed = |file: &Path, source| RulebookError::File {
            file: file.display().to_string(),
            source,
        };
        let mut added = Vec::new();
        if checklists.is_dir() {
            let listing = std::fs::read_dir(checklists).map_err(|e| failed(checklists, e))?;
            let mut files: Vec<_> = listing.flatten().map(|entry| entry.path()).collect();
            files.retain(|file| {
                file.extension()
                    .is_some_and(|extension| extension == "toml")
            });
            files.sort();
            for file in files {
                let text = std::fs::read_to_string(&file).map_err(|e| failed(&file, e))?;
                added.push(read_pack(&file.display().to_string(), &text)?);
            }
        }
        Ok(Packs::new(added)?)
    }

    fn with(packs: Packs) -> Self {
        let rules = Rules::builtin();
        let version = format!("{}-{}", packs.version(), rules.version());
        Self {
            packs,
            rules,
            version,
        }
    }

    /// The packs.
    pub const fn packs(&self) -> &Packs {
        &self.packs
    }

    /// The version of all rules together: answers bind to it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Screens a text by itself.
    pub fn screen(&self, text: &str, context: &Context) -> Screening {
        screen(&self.rules, text, context)
    }

    /// Screens everything that goes out with a post: the text, what pictures are called, and what
    /// was read in them. What is seen beside the text has its place at the text's end.
    pub fn findings(&self, post: &Post, account: &Account) -> Vec<Finding> {
        let context = Context {
            about_patient: post.about.patient,
            has_source: has_answer(post, "source-or-caveat"),
            has_image: !post.content.media.is_empty(),
            has_consent: has_answer(post, "publication-consent"),
            has_sponsor: post.about.sponsor.is_some(),
            professional: account.speaks_as != SpeaksAs::Person,
            language: None,
            own_names: account
                .owner
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        };
        let text = &post.content.text;
        let mut findings = self.screen(text, &context).findings;
        let end = text.chars().count();
        for (number, media) in post.content.media.iter().enumerate() {
            let read = media.seen().map_or(&[][..], Seen::texts);
            let read = read.iter().map(|text| ("words", text));
            let called = [("description", &media.alt), ("file name", &media.file_name)];
            for (part, words) in called.into_iter().chain(read) {
                let seen = self.screen(words, &context).findings;
                findings.extend(seen.into_iter().map(|finding| Finding {
                    start: end,
                    end,
                    why: format!("In the {part} of picture {}: {}", number + 1, finding.why),
                    rule: format!("{} in {part} {}", finding.rule, number + 1),
                    ..finding
                }));
            }
        }
        findings
    }

    /// Screens and reviews a post as it stands now.
    pub fn review(
        &self,
        store: &Store,
        plan: &Plan,
        post: &Post,
        now: Timestamp,
    ) -> Result<Reviewed, StoreError> {
        let Some(account) = plan.account(&post.content.account) else {
            let why = format!("The account “{}” is not in the plan.", post.content.account);
            let review = Review::account_off(post, &why);
            return Ok(Reviewed {
                findings: Vec::new(),
                papers: Vec::new(),
                review,
            });
        };
        let papers = store.papers(&sources::of_post(post))?;
        let mut findings = self.findings(post, account);
        findings.extend(sources::findings(post, &papers));
        let consents = store.consents()?;
        let account_answers = store.account_answers(&account.name)?;
        let ground = Ground {
            account,
            packs: &self.packs,
            rules: &self.version,
            consents: &consents,
            account_answers: &account_answers,
            papers: &papers,
            findings: &findings,
            on: plan
                .calendar
                .day_of(post.due_at.map_or(now, |due| due.max(now))),
        };
        let review = review(post, plan, &ground, now);
        Ok(Reviewed {
            findings,
            papers,
            review,
        })
    }
}

fn has_answer(post: &Post, item: &str) -> bool {
    let hash = post.content.hash();
    post.attestations.iter().any(|answer| {
        answer.item == item && answer.content_hash == hash && answer.evidence.is_some()
    })
}
