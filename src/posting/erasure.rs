//! Texts that were left with something that may not be posted are not kept for ever.
//!
//! - Only what is a draft, missed or cancelled, and has a finding that blocks and that nobody
//!   disputed, released or took out: 30 days after its last change.
//! - A person is told once, 7 days before; where the machine was off then, they are told first and
//!   have their 7 days.
//! - `keep` keeps it. What is held or queued waits for a person and is never erased.
//! - Everything that holds the words goes, frozen requests and quotations too; what was asked,
//!   answered and published stays in the audit.

use jiff::{SignedDuration, Timestamp};

use super::audit::{Entry, Kind};
use super::checks::{Check, CheckState, is_disputed};
use super::evidence::EvidenceKind;
use super::post::Post;
use super::screening::{Finding, Severity};

/// So long after its last change a text is erased.
const AFTER: SignedDuration = SignedDuration::from_hours(24 * 30);
/// So long before a person is told.
pub(super) const NOTICE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// A notice that came this long before is in time.
const IN_TIME: SignedDuration = SignedDuration::from_hours(24 * 6);

/// Whether a finding blocks that nobody has dealt with.
pub fn is_sensitive(post: &Post, findings: &[Finding], checks: &[Check]) -> bool {
    let hash = post.content.hash();
    let answered = |finding: &Finding| {
        let mut checks = checks.iter();
        checks.any(|check| check.item == finding.item && check.state == CheckState::Attested)
    };
    findings.iter().any(|finding| {
        finding.severity == Severity::Block
            && !is_disputed(post, finding, &hash)
            && !answered(finding)
    })
}

/// When the text of a sensitive post that waits for nothing is erased.
pub fn erase_at(post: &Post, now: Timestamp) -> Option<Timestamp> {
    if post.about.keep || post.erased_at.is_some() {
        return None;
    }
    let changed = post.last_changed_at();
    let at = later(changed, AFTER);
    let told = post.told_at.filter(|told| *told >= changed);
    let in_time = told.unwrap_or(now) <= earlier(at, IN_TIME);
    Some(if in_time {
        at
    } else {
        later(told.unwrap_or(now), NOTICE)
    })
}

/// From when on a person is told.
pub(super) fn tell_at(erase_at: Timestamp) -> Timestamp {
    earlier(erase_at, NOTICE)
}

/// Takes everything out of a post that holds its words or pictures.
pub fn erase(post: &mut Post, now: Timestamp) -> Entry {
    let entry = Entry::new(now, Kind::Erased, Some(&post.id), "rounds")
        .with("content", post.content.hash())
        .with("pictures", post.content.media.len().to_string());
    post.content.text.clear();
    post.content.media.clear();
    for attempt in &mut post.attempts {
        attempt.request = serde_json::Value::Null;
    }
    for answer in &mut post.attestations {
        let address = |evidence: &String| EvidenceKind::Url.accepts(evidence, "");
        let quotes = answer.item == "source-or-caveat";
        answer.evidence = answer.evidence.take().filter(|e| !quotes || address(e));
    }
    for dispute in &mut post.disputes {
        dispute.why.clear();
    }
    post.holds.clear();
    post.reminder = None;
    post.erase_at = None;
    post.wake_at = None;
    post.erased_at = Some(now);
    entry
}

fn later(at: Timestamp, time: SignedDuration) -> Timestamp {
    at.saturating_add(time).unwrap_or(Timestamp::MAX)
}

fn earlier(at: Timestamp, time: SignedDuration) -> Timestamp {
    at.saturating_sub(time).unwrap_or(Timestamp::MIN)
}
