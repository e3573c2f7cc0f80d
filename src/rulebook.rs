//! The professional rules, loaded for one use and dropped: checklist packs and screening.
//!
//! Nothing of it stays in memory between uses, so that a daemon that once screened a post is as
//! small as one that never did. Packs of the configuration directory are read here; where one of
//! them is wrong, the packs that were in force stay, from a copy in the data directory.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::files;
use crate::plan::{Account, Plan, SpeaksAs};
use crate::posting::checks::Ground;
use crate::posting::holds::{Review, review};
use crate::posting::interests::{self, Telling};
use crate::posting::packs::{PackError, Packs, read_pack};
use crate::posting::post::Post;
use crate::posting::redirects::{self, Redirects};
use crate::posting::relative::meant_on;
use crate::posting::screening::{Category, Context, Family, Finding, Rules, Screening, screen};
use crate::posting::seen::Seen;
use crate::posting::sources::{self, Paper};
use crate::store::{Store, StoreError};

/// Packs and screening rules, ready for use.
#[derive(Debug)]
pub struct Rulebook {
    packs: Packs,
    rules: Rules,
    version: String,
    /// What is wrong with the packs of the configuration directory, if those in force stayed.
    fault: Option<RulebookError>,
    /// What was screened last. A post is reviewed after every answer, and its text stays the same.
    screened: Mutex<VecDeque<Screened>>,
}

/// A text, what is known beside it, and what was seen in it.
#[derive(Debug)]
struct Screened {
    text: String,
    context: Context,
    screening: Screening,
}

/// So many texts are remembered.
const REMEMBERED: usize = 8;

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

    /// The same; but where a pack is wrong, those that were in force last stay so. Their copy is
    /// the file `kept`.
    pub fn load_or_keep(checklists: &Path, kept: &Path) -> Result<Self, RulebookError> {
        let own = own_packs(checklists).and_then(|texts| Ok((packs_of(&texts)?, texts)));
        let fault = match own {
            Ok((packs, texts)) => {
                let written = keep(kept, &texts);
                written.map_err(|source| failed(kept, source))?;
                return Ok(Self::with(packs));
            }
            Err(fault) => fault,
        };
        let former = fs::read_to_string(kept).unwrap_or_default();
        let former: OwnPacks = serde_json::from_str(&former).unwrap_or_default();
        let packs = packs_of(&former).or_else(|_| packs_of(&OwnPacks::new()))?;
        Ok(Self {
            fault: Some(fault),
            ..Self::with(packs)
        })
    }

    /// The packs alone, for those who only ask which there are.
    pub fn load_packs(checklists: &Path) -> Result<Packs, RulebookError> {
        packs_of(&own_packs(checklists)?)
    }

    /// What is wrong with the packs of the configuration directory, if those in force stayed.
    pub const fn fault(&self) -> Option<&RulebookError> {
        self.fault.as_ref()
    }

    fn with(packs: Packs) -> Self {
        let rules = Rules::builtin();
        let version = format!("{}-{}", packs.version(), rules.version());
        Self {
            packs,
            rules,
            version,
            fault: None,
            screened: Mutex::default(),
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

    /// Screens a text by itself. What is seen depends on the text and what is known beside it alone.
    pub fn screen(&self, text: &str, context: &Context) -> Screening {
        let mut screened = self.screened.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |one: &Screened| one.text == text && one.context == *context;
        if let Some(at) = screened.iter().position(same) {
            return screened[at].screening.clone();
        }
        let screening = screen(&self.rules, text, context);
        screened.truncate(REMEMBERED - 1);
        screened.push_front(Screened {
            text: text.to_owned(),
            context: context.clone(),
            screening: screening.clone(),
        });
        screening
    }

    /// What in these words may tell who a patient is, read as words about one. `None` where nothing
    /// was seen, which says little.
    pub fn tells_who(&self, words: &str) -> Option<Finding> {
        let context = Context {
            about_patient: true,
            professional: true,
            ..Context::default()
        };
        let telling = [Family::Names, Family::Structures, Family::Circumstances];
        let findings = self.screen(words, &context).findings.into_iter();
        let telling = findings.filter(|finding| telling.contains(&finding.category.family()));
        telling.max_by_key(|finding| finding.severity)
    }

    /// Whether a word in small letters is known as somebody's first name.
    pub fn is_first_name(&self, word: &str) -> bool {
        self.rules.is_first_name(word)
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
            // The same words are one thing, however often they were read; others are another.
            let mut known: Vec<(&str, String)> = Vec::new();
            for (part, words) in called.into_iter().chain(read) {
                for finding in self.screen(words, &context).findings {
                    let place = (part, piece(words, &finding));
                    let at = known.iter().position(|one| *one == place);
                    let which = at.unwrap_or_else(|| {
                        known.push(place);
                        known.len() - 1
                    });
                    let picture = number + 1;
                    findings.push(Finding {
                        start: end,
                        end,
                        why: format!("In the {part} of picture {picture}: {}", finding.why),
                        rule: format!("{} in {part} {picture}.{}", finding.rule, which + 1),
                        ..finding
                    });
                }
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
        let on = plan
            .calendar
            .day_of(post.due_at.map_or(now, |due| due.max(now)));
        let mut findings = self.findings(post, account);
        findings.extend(sources::findings(post, &papers));
        if on != plan.calendar.day_of(now) {
            tell_days(&mut findings, &post.content.text, on);
        }
        findings.extend(beside_the_screen(store, post, on)?);
        let consents = store.consents()?;
        let account_answers = store.newest_account_answers(&account.name)?;
        let ground = Ground {
            account,
            packs: &self.packs,
            rules: &self.version,
            consents: &consents,
            account_answers: &account_answers,
            papers: &papers,
            findings: &findings,
            on,
        };
        let review = review(post, plan, &ground, now);
        Ok(Reviewed {
            findings,
            papers,
            review,
        })
    }
}

/// The words of a text that a finding is about.
fn piece(text: &str, finding: &Finding) -> String {
    let length = finding.end - finding.start;
    text.chars().skip(finding.start).take(length).collect()
}

/// Says of days named by their distance which ones they will be when the post goes out.
fn tell_days(findings: &mut [Finding], text: &str, on: Date) {
    for finding in findings.iter_mut().filter(|f| f.category == Category::Date) {
        if let Some(day) = meant_on(&piece(text, finding), on) {
            let (read, meant) = (on.strftime("%A"), day.strftime("%A %-d %B"));
            let more = format!(" Read when it goes out, on {read}, it means {meant}.");
            finding.why.push_str(&more);
        }
    }
}

/// Packs of the clinician's own: the file of each, and its text.
pub type OwnPacks = BTreeMap<String, String>;

/// Reads the files of a `checklists` directory, if there is one.
pub fn own_packs(checklists: &Path) -> Result<OwnPacks, RulebookError> {
    let mut texts = OwnPacks::new();
    if !checklists.is_dir() {
        return Ok(texts);
    }
    let listing = fs::read_dir(checklists).map_err(|error| failed(checklists, error))?;
    for file in listing.flatten().map(|entry| entry.path()) {
        if file
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let text = fs::read_to_string(&file).map_err(|error| failed(&file, error))?;
            texts.insert(file.display().to_string(), text);
        }
    }
    Ok(texts)
}

fn packs_of(texts: &OwnPacks) -> Result<Packs, RulebookError> {
    let added = texts.iter().map(|(file, text)| read_pack(file, text));
    Ok(Packs::new(added.collect::<Result<_, _>>()?)?)
}

/// Keeps the packs that are in force, for the day on which one of them is wrong.
fn keep(kept: &Path, texts: &OwnPacks) -> std::io::Result<()> {
    let text = serde_json::to_string(texts)?;
    let former = fs::read_to_string(kept).ok();
    if former
        .as_deref()
        .map_or(texts.is_empty(), |former| former == text)
    {
        return Ok(());
    }
    files::put(kept, text.as_bytes())
}

fn failed(file: &Path, source: std::io::Error) -> RulebookError {
    RulebookError::File {
        file: file.display().to_string(),
        source,
    }
}

/// What the register of interests and the ready answers say of a post. Their data is read only for
/// posts that they concern.
fn beside_the_screen(store: &Store, post: &Post, on: Date) -> Result<Vec<Finding>, StoreError> {
    let unreadable = |what| {
        move |error: toml::de::Error| StoreError::Unreadable {
            what,
            why: error.to_string(),
        }
    };
    let mut findings = Vec::new();
    let interests = store.interests()?;
    if !interests.is_empty() {
        let telling = Telling::builtin().map_err(unreadable("list of wordings"))?;
        findings.extend(interests::findings(post, &interests, &telling, on));
    }
    if post.about.redirect.is_some() {
        let ready = Redirects::builtin().map_err(unreadable("list of ready answers"))?;
        findings.extend(redirects::findings(post, &ready));
    }
    Ok(findings)
}

fn has_answer(post: &Post, item: &str) -> bool {
    let hash = post.content.hash();
    post.attestations.iter().any(|answer| {
        answer.item == item && answer.content_hash == hash && answer.evidence.is_some()
    })
}
