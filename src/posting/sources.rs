//! The papers that a post rests on, and what is known against them.
//!
//! - A paper is named by its DOI or PMID, in the text or as evidence of the present answers.
//! - A retraction blocks, whatever the text says of it; so does an expression of concern, and a
//!   preprint or an unknown paper asks for a word, unless the text itself says what it is.
//! - An answer given before a notice was seen does not stand against it, and a paper under such a
//!   notice is no evidence.
//! - Nobody is asked here: what Crossref and PubMed said comes in as data, with its date. Nothing
//!   said against a paper is not the same as a sound paper, and is never called so.
//!
//! Sources: General Medical Council and AAFP guidance on accuracy (substantiate-claims,
//! source-or-caveat); meaning of the notices as in Crossref's and PubMed's documentation.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::post::Post;
use super::screening::{Category, Finding, Severity};

/// What names a paper.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaperId {
    /// A DOI, in small letters, such as `10.1136/bmj.r315`.
    Doi(String),
    /// A PMID, digits only.
    Pmid(String),
}

impl PaperId {
    /// Reads one name: a DOI or PMID, bare where it cannot be anything else, or an address.
    pub fn parse(text: &str) -> Option<Self> {
        let mut named = named_in(text.trim());
        (named.len() == 1).then(|| named.remove(0).0)
    }
}

impl std::fmt::Display for PaperId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Doi(doi) => f.write_str(doi),
            Self::Pmid(pmid) => write!(f, "PMID {pmid}"),
        }
    }
}

/// What is said against a paper, or of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// It was not reviewed by peers.
    Preprint,
    /// Its editors have doubts and said so.
    Concern,
    /// Parts of it were taken back.
    PartlyRetracted,
    /// It was taken back.
    Retracted,
}

impl Warning {
    /// What it says of a paper, as the end of a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Preprint => "is a preprint: nobody has reviewed it",
            Self::Concern => "is under an expression of concern",
            Self::PartlyRetracted => "was retracted in part",
            Self::Retracted => "was retracted",
        }
    }
}

/// One notice about a paper.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Notice {
    /// What it says.
    pub warning: Warning,
    /// Of which day, where it is known.
    pub on: Option<Date>,
    /// Which service told of it.
    pub by: String,
}

/// What the services said of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When they were asked.
    pub at: Timestamp,
    /// Who answered.
    pub by: String,
    /// They know the paper.
    pub known: bool,
    /// Its title, to see that it is the paper that was meant.
    pub title: Option<String>,
    /// The heaviest last.
    pub notices: Vec<Notice>,
    /// When the heaviest of them was first seen here.
    pub noticed_at: Option<Timestamp>,
    /// Of a preprint: the DOI under which it was published since.
    pub published_as: Option<String>,
}

/// A try to ask that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// When.
    pub at: Timestamp,
    /// Why, as the end of a sentence.
    pub why: String,
}

/// A paper, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Its name.
    pub id: PaperId,
    /// The last answer.
    pub answer: Option<Answer>,
    /// The last try, if it failed.
    pub unanswered: Option<Unanswered>,
}

impl Paper {
    /// The heaviest that is known against it.
    pub fn worst(&self) -> Option<&Notice> {
        self.answer.as_ref()?.notices.last()
    }

    /// Takes in a new answer. A notice keeps the time at which it was first seen.
    #[must_use]
    pub fn answered(self, new: Answer) -> Self {
        let warning = |answer: &Answer| answer.notices.last().map(|notice| notice.warning);
        let former = self
            .answer
            .filter(|former| warning(former) == warning(&new));
        let first = former.and_then(|former| former.noticed_at);
        let noticed_at = warning(&new).map(|_| first.unwrap_or(new.at));
        Self {
            id: self.id,
            answer: Some(Answer { noticed_at, ..new }),
            unanswered: None,
        }
    }

    /// Takes in that nobody could be asked; what was known stays known.
    #[must_use]
    pub fn left_unanswered(self, at: Timestamp, why: String) -> Self {
        Self {
            unanswered: Some(Unanswered { at, why }),
            ..self
        }
    }

    /// A paper that nobody was asked about.
    pub const fn unheard(id: PaperId) -> Self {
        Self {
            id,
            answer: None,
            unanswered: None,
        }
    }

    /// What is known, in a sentence for the clinician.
    pub fn said(&self) -> String {
        let Some(answer) = &self.answer else {
            let why = self.unanswered.as_ref().map_or("", |failed| &failed.why);
            return match why {
                "" => "nobody was asked yet".to_owned(),
                why => format!("nobody could be asked: {why}"),
            };
        };
        if !answer.known {
            return format!(
                "{} knows no such paper; it may be mistyped, or registered elsewhere",
                answer.by
            );
        }
        let Some(worst) = answer.notices.last() else {
            return format!("{} holds nothing against it", answer.by);
        };
        let day = worst.on.map_or(String::new(), |day| format!(" on {day}"));
        let since = answer.published_as.as_ref();
        let since = since.map_or(String::new(), |doi| format!("; published since as {doi}"));
        format!(
            "it {}{day}, says {}{since}",
            worst.warning.words(),
            worst.by
        )
    }
}

/// The papers that a text names, each with its place in Unicode scalar values.
pub fn named_in(text: &str) -> Vec<(PaperId, usize, usize)> {
    let mut found: Vec<(PaperId, usize, usize)> = Vec::new();
    let scalars = |bytes: usize| text[..bytes].chars().count();
    for (start, end, id) in dois(text).into_iter().chain(pmids(text)) {
        if !found.iter().any(|(known, ..)| *known == id) {
            found.push((id, scalars(start), scalars(end)));
        }
    }
    found
}

/// DOIs with their places in bytes: `10.`, four to nine digits, a slash, and what follows.
fn dois(text: &str) -> Vec<(usize, usize, PaperId)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("10.") {
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '.') {
            continue;
        }
        let rest = &text[start..];
        let end = rest
            .find(|c: char| c.is_whitespace() || "<>\"“”«»|?#&".contains(c))
            .unwrap_or(rest.len());
        let word = rest[..end].replace("%2F", "/").replace("%2f", "/");
        let doi = trimmed(&word);
        let Some((registrant, suffix)) = doi.get(3..).and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        let digits = registrant.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if (4..=9).contains(&registrant.len()) && digits && !suffix.is_empty() {
            let end = start + rest[..end].len() - (word.len() - doi.len());
            found.push((start, end, PaperId::Doi(doi.to_lowercase())));
        }
    }
    found
}

/// A word without the signs that end a sentence; a bracket goes only if it was opened outside.
fn trimmed(word: &str) -> &str {
    let mut word = word;
    loop {
        let shorter = word.trim_end_matches(['.', ',', ';', ':', '!', '\'', '’', '…', '*', '_']);
        let opened = |open: char, close: char| {
            let count = |c: char| shorter.matches(c).count();
            shorter.ends_with(close) && count(close) > count(open)
        };
        let shorter = if opened('(', ')') || opened('[', ']') || opened('{', '}') {
            &shorter[..shorter.len() - 1]
        } else {
            shorter
        };
        if shorter.len() == word.len() {
            return word;
        }
        word = shorter;
    }
}

/// PMIDs with their places in bytes: after the word, or in an address of PubMed.
fn pmids(text: &str) -> Vec<(usize, usize, PaperId)> {
    let mut found = Vec::new();
    let lower = text.to_ascii_lowercase();
    for mark in [
        "pmid",
        "pubmed.ncbi.nlm.nih.gov/",
        "ncbi.nlm.nih.gov/pubmed/",
    ] {
        for (start, _) in lower.match_indices(mark) {
            let rest = &lower[start + mark.len()..];
            let gap = rest.len() - rest.trim_start_matches([':', ' ', '#']).len();
            let digits: String = rest[gap..]
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            if (1..=8).contains(&digits.len()) {
                let end = start + mark.len() + gap + digits.len();
                found.push((start, end, PaperId::Pmid(digits)));
            }
        }
    }
    found
}

/// The papers that a post rests on now: named in its text, or evidence of the last answer to an
/// item for the present content.
pub fn of_post(post: &Post) -> Vec<PaperId> {
    let mut papers: Vec<PaperId> = named_in(&post.content.text)
        .into_iter()
        .map(|(id, ..)| id)
        .collect();
    for evidence in present_evidence(post) {
        papers.extend(named_in(evidence).into_iter().map(|(id, ..)| id));
    }
    papers.sort();
    papers.dedup();
    papers
}

fn present_evidence(post: &Post) -> Vec<&str> {
    let hash = post.content.hash();
    let mut last: std::collections::BTreeMap<&str, &str> = std::collections::BTreeMap::new();
    for answer in post.attestations.iter().filter(|a| a.content_hash == hash) {
        last.insert(&answer.item, answer.evidence.as_deref().unwrap_or_default());
    }
    last.into_values().collect()
}

/// What is known against the papers of a post, as findings on the item that asks for a source.
/// What stands only in an answer has its place at the text's end.
pub fn findings(post: &Post, papers: &[Paper]) -> Vec<Finding> {
    let seen = seen(post, papers);
    seen.into_iter().map(|(_, finding)| finding).collect()
}

/// Each finding with the paper that it is about.
fn seen<'a>(post: &Post, papers: &'a [Paper]) -> Vec<(&'a Paper, Finding)> {
    let text = &post.content.text;
    let end = text.chars().count();
    let named = named_in(text);
    let of_post = of_post(post);
    let concerned = papers.iter().filter(|paper| of_post.contains(&paper.id));
    let finding = |paper: &'a Paper| {
        let place = named.iter().find(|(id, ..)| *id == paper.id);
        let (start, end) = place.map_or((end, end), |(_, start, end)| (*start, *end));
        let (severity, rule) = weight(paper, text)?;
        let finding = Finding {
            category: Category::UnreferencedClaim,
            start,
            end,
            severity,
            item: Category::UnreferencedClaim.item().to_owned(),
            why: why(paper),
            rule: format!("{rule} {}", paper.id),
        };
        Some((paper, finding))
    };
    concerned.filter_map(finding).collect()
}

fn why(paper: &Paper) -> String {
    let advice = match paper.worst().map(|notice| notice.warning) {
        Some(Warning::Preprint) => "Say so in the post, or name another source.",
        Some(_) => "Take it out, or name another source that holds.",
        None => "Look it up yourself, then give the source again.",
    };
    format!("{}: {}. {advice}", paper.id, paper.said())
}

fn weight(paper: &Paper, text: &str) -> Option<(Severity, &'static str)> {
    let Some(answer) = &paper.answer else {
        return paper
            .unanswered
            .as_ref()
            .map(|_| (Severity::Attest, "paper-not-looked-up"));
    };
    if !answer.known {
        return Some((Severity::Attest, "paper-unknown"));
    }
    let worst = answer.notices.last()?.warning;
    match worst {
        Warning::Retracted => Some((Severity::Block, "paper-retracted")),
        Warning::PartlyRetracted => Some((Severity::Block, "paper-retracted-in-part")),
        Warning::Concern if says(text, &CONCERN_WORDS) => None,
        Warning::Concern => Some((Severity::Block, "paper-under-concern")),
        Warning::Preprint if says(text, &PREPRINT_WORDS) => None,
        Warning::Preprint => Some((Severity::Attest, "paper-is-preprint")),
    }
}

/// How a text says that its editors doubt a paper, in English, Spanish and Catalan.
const CONCERN_WORDS: [&str; 3] = [
    "expression of concern",
    "expresión de preocupación",
    "expressió de preocupació",
];

/// How a text says that a paper was not reviewed.
const PREPRINT_WORDS: [&str; 12] = [
    "preprint",
    "pre-print",
    "not peer reviewed",
    "not peer-reviewed",
    "not yet peer reviewed",
    "not yet peer-reviewed",
    "preimpres",
    "prepublica",
    "sin revisión por pares",
    "sin revisar por pares",
    "sense revisió d'experts",
    "sense revisar per experts",
];

fn says(text: &str, words: &[&str]) -> bool {
    let lower = text.to_lowercase().replace('’', "'");
    words.iter().any(|word| lower.contains(word))
}

/// Why an item is open, if it is because of a paper: the heaviest reason.
pub fn reason(item: &str, findings: &[Finding]) -> Option<String> {
    let papers = findings
        .iter()
        .filter(|finding| finding.item == item && finding.rule.starts_with("paper-"));
    papers.max_by_key(|f| f.severity).map(|f| f.why.clone())
}

/// When the last notice was seen that no answer given before stands against, if there is one that
/// nobody disputes; and the papers that are no evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Answers have to be later than this.
    pub since: Option<Timestamp>,
    /// Under a notice that blocks.
    pub papers: Vec<PaperId>,
}

impl Doubts {
    /// The doubts about a post's papers; `is_disputed` tells of each finding.
    pub fn about(post: &Post, papers: &[Paper], is_disputed: impl Fn(&Finding) -> bool) -> Self {
        let mut doubts = Self::default();
        for (paper, finding) in seen(post, papers) {
            if finding.severity == Severity::Block && !is_disputed(&finding) {
                let noticed = paper.answer.as_ref().and_then(|answer| answer.noticed_at);
                doubts.since = doubts.since.max(noticed);
                doubts.papers.push(paper.id.clone());
            }
        }
        doubts
    }

    /// Whether evidence given at some time still stands.
    pub fn leave(&self, evidence: &str, at: Timestamp) -> bool {
        let named = named_in(evidence);
        let doubted = |(id, ..): &(PaperId, usize, usize)| self.papers.contains(id);
        let another = evidence
            .split_whitespace()
            .any(|word| word.starts_with("http") && named_in(word).is_empty());
        let only_doubted = !named.is_empty() && named.iter().all(doubted) && !another;
        self.since.is_none_or(|since| at > since) && !only_doubted
    }
}

#[cfg(test)]
mod tests;
