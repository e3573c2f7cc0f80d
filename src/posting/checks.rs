//! Which questions a post has to answer, and which of them are answered.
//!
//! An answer is valid for exactly the content it was given for, under the rules in force then, and
//! for as long as the plan lets answers live. What a finding opened closes only by changed text,
//! by the evidence that the item names, by a dispute, or (where it weighs no more than `attest`)
//! by a plain answer. A dispute answers one finding for one content.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::consent::Consent;
use super::evidence::EvidenceKind;
use super::horizon::Horizon;
use super::packs::{Applicable, CORE, Facts, Item, Level, Packs, PostKind, StateHint, UnknownPack};
use super::post::{Attestation, Media, Post, Relation, hex};
use super::screening::{Category, Finding, Severity, finding_id};
use super::seen::Seen;
use super::sources::{Doubts, Paper};
use crate::plan::Account;

/// Whether a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// It needs an answer.
    Missing,
    /// It has a valid one.
    Attested,
    /// It had one: edited, expired, or given under older rules.
    Stale,
    /// Screening saw something.
    Found,
    /// Only a finding opens it, and there was none.
    Unopened,
}

/// One item as it stands for one post now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The item's id.
    pub item: String,
    /// The pack it comes from.
    pub pack: String,
    /// The question, one sentence.
    pub question: String,
    /// The weight in force for this post now.
    pub severity: Severity,
    /// Whether it is answered.
    pub state: CheckState,
    /// What evidence it takes; none for a plain answer.
    pub evidence_kind: Option<EvidenceKind>,
    /// The evidence of the valid answer.
    pub evidence: Option<String>,
    /// The evidence of an answer that is valid no more: it was for another text, or too long ago.
    pub former: Option<String>,
    /// The item whose question asks this one too.
    pub asked_with: Option<String>,
    /// Answered once for the account rather than for each post.
    pub account_level: bool,
    /// Where the rule comes from.
    pub source: String,
    /// When the valid answer ends.
    #[serde(skip)]
    pub ends_at: Option<Timestamp>,
    /// It is stale by age, by newer rules or by a record that ended, and not because the post was
    /// edited: whoever edits is told at once.
    #[serde(skip)]
    pub aged: bool,
}

impl Check {
    /// Whether it keeps the post from going out.
    pub fn stops(&self) -> bool {
        self.severity >= Severity::Attest
            && !matches!(self.state, CheckState::Attested | CheckState::Unopened)
    }
}

/// Everything that the checks of a post stand on, beside the post itself.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The account as in the plan.
    pub account: &'a Account,
    /// The questions.
    pub packs: &'a Packs,
    /// The version of all rules, packs and screening together.
    pub rules: &'a str,
    /// The consent register.
    pub consents: &'a [Consent],
    /// Answers given once for the account.
    pub account_answers: &'a [Attestation],
    /// What is known of the papers that posts rest on.
    pub papers: &'a [Paper],
    /// What screening saw in the content, and what is known against its papers.
    pub findings: &'a [Finding],
    /// The plan's day on which it is to be sent.
    pub on: Date,
}

/// The hash that account-level answers bind to: who owns the account, where it is, as whom it
/// speaks.
pub fn profile_hash(account: &Account) -> String {
    use sha2::{Digest, Sha256};
    let profile = format!(
        "{}\0{}\0{:?}\0{}\0{:?}",
        account.name,
        account.platform.name(),
        account.platform,
        account.owner,
        account.speaks_as
    );
    hex(&Sha256::digest(profile.as_bytes()))
}

/// All checks of a post, in the order of the packs.
pub fn evaluate(
    post: &Post,
    ground: &Ground<'_>,
    horizon: &Horizon,
) -> Result<Vec<Check>, UnknownPack> {
    let content_hash = post.content.hash();
    let found: Vec<(Category, Severity)> = ground
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Advise)
        .filter(|finding| !is_disputed(post, finding, &content_hash))
        .map(|finding| (finding.category, finding.severity))
        .collect();
    let facts = facts(post, ground.account, &found);
    let packs: Vec<&str> = ground.account.packs.iter().map(String::as_str).collect();
    let questions = ground.packs.items_for(&packs, &facts)?;
    let doubts = Doubts::about(post, ground.papers, |finding| {
        is_disputed(post, finding, &content_hash)
    });
    let judge = Judge {
        post,
        ground,
        doubts,
        content_hash,
        profile: profile_hash(ground.account),
        horizon,
    };
    Ok(questions
        .iter()
        .flat_map(|question| judge.checks(question))
        .collect())
}

/// Whether a person said that this finding is wrong, for this very content.
pub fn is_disputed(post: &Post, finding: &Finding, content_hash: &str) -> bool {
    let id = finding_id(finding);
    post.disputes
        .iter()
        .any(|d| d.finding == id && d.content_hash == content_hash)
}

/// Whether a finding may be disputed at all on an account with these packs: not where a record is
/// the evidence.
pub fn can_dispute(finding: &Finding, packs: &Packs, names: &[String]) -> bool {
    let held = packs.all().iter();
    let held = held.filter(|pack| pack.name == CORE || names.contains(&pack.name));
    let mut items = held.flat_map(|pack| &pack.items);
    !items.any(|item| {
        item.id == finding.item
            && matches!(
                item.evidence_kind,
                Some(EvidenceKind::Consent | EvidenceKind::Approver)
            )
    })
}

fn facts<'a>(post: &Post, account: &'a Account, found: &'a [(Category, Severity)]) -> Facts<'a> {
    let text = &post.content.text;
    Facts {
        speaks_as: account.speaks_as,
        about_patient: post.about.patient,
        has_consent: post
            .attestations
            .iter()
            .any(|a| a.item == "publication-consent"),
        has_media: !post.content.media.is_empty(),
        has_faces_hint: faces_hint(post),
        kind: match post.content.relation {
            Relation::Own => PostKind::Post,
            Relation::Repost(_) => PostKind::Repost,
            Relation::Quote(_) => PostKind::Quote,
            Relation::Reply(_) => PostKind::Reply,
        },
        reply_in_dispute: post.about.dispute,
        has_links: text.contains("http://") || text.contains("https://"),
        has_sponsor: post.about.sponsor.is_some(),
        mentions: text
            .split_whitespace()
            .any(|word| word.len() > 1 && word.starts_with('@')),
        goal: post.about.goal,
        platform: account.platform.name(),
        delegated: post.author != account.owner,
        found,
    }
}

/// Whether something in a picture looks like a face.
fn faces_hint(post: &Post) -> bool {
    let seen = post.content.media.iter().filter_map(Media::seen);
    seen.into_iter().any(Seen::has_faces)
}

struct Judge<'a> {
    post: &'a Post,
    ground: &'a Ground<'a>,
    doubts: Doubts,
    content_hash: String,
    profile: String,
    horizon: &'a Horizon,
}

impl Judge<'_> {
    /// The checks of one question: the item that leads it and those that are asked with it. The
    /// answer to any of them answers all.
    fn checks(&self, question: &Applicable<'_>) -> Vec<Check> {
        let leader = &question.item.id;
        let mut checks = vec![self.check(question, question.item, question.pack, None)];
        for (item, pack) in &question.with {
            checks.push(self.check(question, item, pack, Some(leader.clone())));
        }
        checks
    }

    fn check(
        &self,
        question: &Applicable<'_>,
        item: &Item,
        pack: &str,
        asked_with: Option<String>,
    ) -> Check {
        let kind = question.evidence_kind;
        let answers = match question.item.level {
            Level::Post => &self.post.attestations[..],
            Level::Account => self.ground.account_answers,
        };
        let last = answers
            .iter()
            .rev()
            .find(|answer| question.settles(&answer.item));
        let valid = last.filter(|answer| self.is_valid(answer, question, kind));
        let state = match (question.state, valid, last) {
            (StateHint::Unopened, None, _) => CheckState::Unopened,
            (_, Some(_), _) => CheckState::Attested,
            (StateHint::Opened, None, _) => CheckState::Found,
            (_, None, Some(_)) => CheckState::Stale,
            (_, None, None) => CheckState::Missing,
        };
        let aged = state == CheckState::Stale
            && last.is_some_and(|answer| answer.content_hash == *self.about(question.item.level));
        Check {
            item: item.id.clone(),
            pack: pack.to_owned(),
            question: item.question.clone(),
            severity: question.severity,
            state,
            evidence_kind: kind,
            evidence: valid.and_then(|answer| answer.evidence.clone()),
            former: last
                .filter(|_| valid.is_none())
                .and_then(|answer| answer.evidence.clone()),
            asked_with,
            account_level: question.item.level == Level::Account,
            source: item.source.to_string(),
            ends_at: valid.map(|answer| self.horizon.ends_at(answer.at)),
            aged,
        }
    }

    /// What an answer has to be about.
    const fn about(&self, level: Level) -> &String {
        match level {
            Level::Post => &self.content_hash,
            Level::Account => &self.profile,
        }
    }

    fn is_valid(
        &self,
        answer: &Attestation,
        question: &Applicable<'_>,
        kind: Option<EvidenceKind>,
    ) -> bool {
        answer.content_hash == *self.about(question.item.level)
            && answer.rules == self.ground.rules
            && self.horizon.holds(answer.at)
            && self.evidence_holds(answer, kind)
            && !answers_in_vain(question, kind)
    }

    fn evidence_holds(&self, answer: &Attestation, kind: Option<EvidenceKind>) -> bool {
        let Some(kind) = kind else { return true };
        let Some(evidence) = &answer.evidence else {
            return false;
        };
        if kind == EvidenceKind::Consent {
            return self.consent(evidence).is_some();
        }
        let is_source = matches!(kind, EvidenceKind::Url | EvidenceKind::Doi);
        if is_source && !self.doubts.leave(evidence, answer.at) {
            return false;
        }
        kind.accepts(evidence, &self.post.content.text)
    }

    /// The valid consent record of this reference for this post.
    fn consent(&self, reference: &str) -> Option<&Consent> {
        let account = self.ground.account;
        self.ground.consents.iter().find(|consent| {
            consent.reference == reference
                && consent
                    .covers(&account.name, account.platform.name(), self.ground.on)
                    .is_ok()
        })
    }
}

/// A finding that blocks is not answered by a plain word.
fn answers_in_vain(question: &Applicable<'_>, kind: Option<EvidenceKind>) -> bool {
    question.state == StateHint::Opened && question.severity == Severity::Block && kind.is_none()
}
