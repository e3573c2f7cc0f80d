//! A post as commands and pages show it.

use serde::Serialize;

use super::Desk;
use crate::platforms::handoff::request_of;
use crate::posting::checks::{CheckState, is_disputed};
use crate::posting::evidence::EvidenceKind;
use crate::posting::holds::Hold;
use crate::posting::post::{Media, Post, Relation};
use crate::posting::screening::{Category, Severity, finding_id};
use crate::posting::sources;
use crate::requests::papers::PaperView;
use crate::rulebook::Reviewed;

/// A post; times in RFC 3339 with the plan's offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct PostView {
    pub id: String,
    pub state: &'static str,
    pub text: String,
    pub account: String,
    pub author: String,
    pub due_at: Option<String>,
    pub sends_at: Option<String>,
    pub content_hash: String,
    pub media: Vec<Media>,
    /// Whose post it passes on, quotes or answers.
    pub relation: Relation,
    pub holds: Vec<Hold>,
    pub checks: Vec<CheckView>,
    pub findings: Vec<FindingView>,
    pub papers: Vec<PaperView>,
    pub receipts: Vec<ReceiptView>,
    pub attempts: Vec<AttemptView>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// For which engagement it was prepared, if it was.
    pub engagement: Option<String>,
    /// When its text will be erased, unless it is kept or changed.
    pub erases_at: Option<String>,
    /// When its text was erased.
    pub erased_at: Option<String>,
}

/// A question as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct CheckView {
    pub item: String,
    pub pack: String,
    pub question: String,
    pub severity: Severity,
    pub state: CheckState,
    pub evidence_kind: Option<EvidenceKind>,
    pub evidence: Option<String>,
    /// The evidence of an answer that an edit or time took the force from.
    pub former: Option<String>,
    pub asked_with: Option<String>,
    pub account_level: bool,
    pub source: String,
}

/// Something that screening saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct FindingView {
    pub id: String,
    pub category: Category,
    pub start: usize,
    pub end: usize,
    pub severity: Severity,
    pub item: String,
    pub why: String,
    pub disputed: bool,
}

/// Proof of publishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiptView {
    pub account: String,
    pub remote_id: Option<String>,
    pub url: Option<String>,
    pub published_at: String,
    pub content_hash: String,
}

/// A try to publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttemptView {
    pub at: String,
    pub outcome: String,
    /// The address that a hand-off opens.
    pub opens: Option<String>,
}

impl PostView {
    /// The post with its review.
    pub fn new(post: &Post, reviewed: &Reviewed, desk: &Desk) -> Self {
        let when = |at| desk.plan.calendar.rfc3339(at);
        let content_hash = post.content.hash();
        let findings = reviewed.findings.iter().map(|finding| FindingView {
            id: finding_id(finding),
            category: finding.category,
            start: finding.start,
            end: finding.end,
            severity: finding.severity,
            item: finding.item.clone(),
            why: finding.why.clone(),
            disputed: is_disputed(post, finding, &content_hash),
        });
        let checks = reviewed.review.checks.iter().map(|check| CheckView {
            item: check.item.clone(),
            pack: check.pack.clone(),
            question: check.question.clone(),
            severity: check.severity,
            state: check.state,
            evidence_kind: check.evidence_kind,
            evidence: check.evidence.clone(),
            former: check.former.clone(),
            asked_with: check.asked_with.clone(),
            account_level: check.account_level,
            source: check.source.clone(),
        });
        let receipts = post.receipts.iter().map(|receipt| ReceiptView {
            account: receipt.account.clone(),
            remote_id: receipt.remote_id.clone(),
            url: receipt.url.clone(),
            published_at: when(receipt.published_at),
            content_hash: receipt.content_hash.clone(),
        });
        let attempts = post.attempts.iter().map(|attempt| AttemptView {
            at: when(attempt.at),
            outcome: attempt.outcome.clone(),
            opens: request_of(&attempt.request).and_then(|request| request.open),
        });
        Self {
            id: post.id.to_string(),
            state: post.state.name(),
            text: post.content.text.clone(),
            account: post.content.account.clone(),
            author: post.author.clone(),
            due_at: post.due_at.map(when),
            sends_at: post.sends_at.map(when),
            media: post.content.media.clone(),
            relation: post.content.relation.clone(),
            holds: post.holds.clone(),
            checks: checks.collect(),
            findings: findings.collect(),
            papers: papers(post, reviewed, desk),
            receipts: receipts.collect(),
            attempts: attempts.collect(),
            failure: match &post.state {
                crate::posting::life::State::Failed { why } => Some(why.clone()),
                _ => None,
            },
            engagement: post.about.engagement.clone(),
            content_hash,
            erases_at: reviewed.review.erase_at.map(when),
            erased_at: post.erased_at.map(when),
        }
    }

    /// A question in the words of every item that the same answer settles.
    pub fn asked(&self, check: &CheckView) -> String {
        let with = self.settled_by(check).map(|with| with.question.as_str());
        let all: Vec<_> = std::iter::once(check.question.as_str())
            .chain(with)
            .collect();
        all.join(" ")
    }

    /// The items that an answer to this one settles too.
    pub fn settled_by<'a>(&'a self, check: &'a CheckView) -> impl Iterator<Item = &'a CheckView> {
        let with = move |other: &&CheckView| other.asked_with.as_ref() == Some(&check.item);
        self.checks.iter().filter(with)
    }

    /// Whether every question that stops the post is answered.
    pub fn is_answered(&self) -> bool {
        self.open().next().is_none()
    }

    /// The questions that still need an answer, one for those that are asked together.
    pub fn open(&self) -> impl Iterator<Item = &CheckView> {
        self.checks.iter().filter(|check| {
            check.asked_with.is_none()
                && check.severity >= Severity::Attest
                && !matches!(check.state, CheckState::Attested | CheckState::Unopened)
        })
    }
}

impl CheckView {
    /// Whether no answer does, but only other words or a dispute.
    pub fn takes_no_answer(&self) -> bool {
        let blocked = self.state == CheckState::Found && self.severity == Severity::Block;
        blocked && self.evidence_kind.is_none()
    }
}

/// What is known of each paper that the post rests on; of one that nobody was asked about, why.
fn papers(post: &Post, reviewed: &Reviewed, desk: &Desk) -> Vec<PaperView> {
    let known = |paper| PaperView::new(paper, &desk.plan);
    let heard = reviewed.papers.iter().map(known);
    if !post.state.can_change() {
        return heard.collect();
    }
    let unheard = sources::of_post(post).into_iter();
    let unheard = unheard.filter(|id| !reviewed.papers.iter().any(|paper| paper.id == *id));
    let allowed = desk.config.lookups.sources;
    heard
        .chain(unheard.map(|id| PaperView::unheard(&id, allowed)))
        .collect()
}
