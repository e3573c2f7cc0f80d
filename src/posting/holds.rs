//! Why a post may not go out yet, when it will, and when to look again.
//!
//! A review is a pure function of the post, what its checks stand on, and now. Every gate reads it:
//! there is no other way for a post to become queued.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::audit::{Entry, Kind};
use super::checks::{Check, CheckState, Ground, evaluate};
use super::evidence::EvidenceKind;
use super::life::{NotAllowed, State, Step, Waiting, apply};
use super::packs::UnknownPack;
use super::post::Post;
use super::sources;
use crate::plan::Plan;

/// How far ahead a post from quiet time needs a second look.
const SECOND_LOOK_WITHIN: SignedDuration = SignedDuration::from_hours(12);

/// The kind of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldKind {
    /// A question has no valid answer.
    Check,
    /// Screening saw something that was not dealt with.
    Finding,
    /// There is no valid consent record.
    Consent,
    /// The owner has not approved somebody else's draft.
    Approval,
    /// A reply in a dispute waits.
    CoolingOff,
    /// Written in quiet time: look at it once more.
    SecondLook,
    /// The account is not in the plan, or its packs are not there.
    AccountOff,
    /// Its time passed.
    Late,
    /// It was to take a slot and there is none.
    SlotMissing,
}

/// One reason why a post may not go out yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its kind.
    pub kind: HoldKind,
    /// The checklist item, where it is one.
    pub item: Option<String>,
    /// The reason, for the clinician.
    pub why: String,
}

impl Hold {
    fn new(kind: HoldKind, why: impl Into<String>) -> Self {
        Self {
            kind,
            item: None,
            why: why.into(),
        }
    }
}

/// What a look at a post found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Every question, answered or not; stays in the process that looked.
    #[serde(skip)]
    pub checks: Vec<Check>,
    /// Why it may not go out; empty when nothing stops it.
    pub holds: Vec<Hold>,
    /// What it becomes if it waits.
    pub waiting: Waiting,
    /// When it will be sent if nothing holds it.
    pub sends_at: Option<Timestamp>,
    /// When time alone may change this review.
    pub wake_at: Option<Timestamp>,
}

impl Review {
    /// A post whose account is gone or whose rules cannot be read: nothing is asked, nothing goes.
    pub fn account_off(post: &Post, why: &str) -> Self {
        Self {
            checks: Vec::new(),
            holds: vec![Hold::new(HoldKind::AccountOff, why)],
            waiting: if post.due_at.is_some() {
                Waiting::Held
            } else {
                Waiting::Draft
            },
            sends_at: post.due_at,
            wake_at: None,
        }
    }

    /// Whether nothing is unanswered any more.
    pub fn is_answered(&self) -> bool {
        !self.checks.iter().any(Check::stops)
    }
}

/// Looks at a post as it stands now.
pub fn review(post: &Post, plan: &Plan, ground: &Ground<'_>, now: Timestamp) -> Review {
    match evaluate(post, ground, now) {
        Ok(checks) => reviewed(post, plan, ground, checks, now),
        Err(unknown) => Review::account_off(post, &UnknownPack::to_string(&unknown)),
    }
}

fn reviewed(
    post: &Post,
    plan: &Plan,
    ground: &Ground<'_>,
    checks: Vec<Check>,
    now: Timestamp,
) -> Review {
    let sends_at = sends_at(post, plan, ground);
    let mut holds: Vec<Hold> = checks
        .iter()
        .filter_map(|check| check_hold(check, ground))
        .collect();
    holds.extend(approval_hold(post, ground));
    holds.extend(dispute_hold(post, plan, now));
    holds.extend(second_look_hold(post, plan, sends_at));
    let limit = sends_at.map(|at| later(at, plan.posting.late_after));
    let late = limit.is_some_and(|limit| limit < now) || matches!(post.state, State::Missed { .. });
    if late {
        holds.push(Hold::new(
            HoldKind::Late,
            "Its time passed while it could not go. Give it a new time, or cancel it.",
        ));
    }
    let waiting = match (post.due_at, late, holds.is_empty()) {
        (None, ..) => Waiting::Draft,
        (Some(_), true, _) => Waiting::Missed,
        (Some(_), false, true) => Waiting::Queued,
        (Some(_), false, false) => Waiting::Held,
    };
    let wake_at = wake_at(&checks, waiting, sends_at, limit, now);
    Review {
        checks,
        holds,
        waiting,
        sends_at,
        wake_at,
    }
}

/// The due time, or the end of cooling off after the last answer, whichever is later. An answer
/// that came when the post was already missed moves nothing.
fn sends_at(post: &Post, plan: &Plan, ground: &Ground<'_>) -> Option<Timestamp> {
    let due = post.due_at?;
    let account = ground.account_answers.iter().map(|answer| answer.at);
    let last = account.chain(post.last_answer_at()).max();
    let in_time = last.filter(|at| *at <= later(due, plan.posting.late_after));
    let cooled = in_time.map(|at| later(at, plan.posting.cooling_off));
    Some(cooled.map_or(due, |cooled| cooled.max(due)))
}

fn check_hold(check: &Check, ground: &Ground<'_>) -> Option<Hold> {
    if !check.stops() || check.asked_with.is_some() {
        return None;
    }
    let (kind, why) = match (check.state, check.evidence_kind) {
        (_, Some(EvidenceKind::Consent)) => (
            HoldKind::Consent,
            format!("{} Needs a valid consent record.", check.question),
        ),
        (CheckState::Found, _) => {
            let paper = sources::reason(&check.item, ground.findings);
            let seen = || format!("Screening saw something: {}", check.question);
            (HoldKind::Finding, paper.unwrap_or_else(seen))
        }
        (CheckState::Stale, _) => (
            HoldKind::Check,
            format!(
                "The answer no longer holds (edited, too old, or older rules): {}",
                check.question
            ),
        ),
        _ => (HoldKind::Check, check.question.clone()),
    };
    Some(Hold {
        kind,
        item: Some(check.item.clone()),
        why,
    })
}

fn approval_hold(post: &Post, ground: &Ground<'_>) -> Option<Hold> {
    let owner = &ground.account.owner;
    if post.author == *owner {
        return None;
    }
    let hash = post.content.hash();
    let approved = post
        .approval
        .as_ref()
        .is_some_and(|a| a.by == *owner && a.content_hash == hash);
    (!approved).then(|| {
        let why = format!(
            "{} wrote it; {owner} has to approve exactly this.",
            post.author
        );
        Hold::new(HoldKind::Approval, why)
    })
}

/// When the content or an answer to it last changed.
fn last_touched(post: &Post) -> Timestamp {
    post.last_answer_at()
        .map_or(post.changed_at, |answered| answered.max(post.changed_at))
}

fn in_quiet(plan: &Plan, at: Timestamp) -> bool {
    plan.calendar
        .in_daily_window(at, plan.quiet.from, plan.quiet.until)
}

fn looked_at_again(post: &Post) -> bool {
    let touched = last_touched(post);
    let hash = post.content.hash();
    post.second_look
        .as_ref()
        .is_some_and(|look| look.content_hash == hash && look.at >= touched)
}

/// A reply in a dispute waits at least for the next morning.
fn dispute_hold(post: &Post, plan: &Plan, now: Timestamp) -> Option<Hold> {
    if !post.about.dispute {
        return None;
    }
    let morning = plan
        .calendar
        .next_local_time(post.changed_at, plan.quiet.until);
    (now < morning).then(|| {
        let until = plan.calendar.spoken(morning);
        Hold::new(
            HoldKind::CoolingOff,
            format!("A reply in a dispute waits until {until}."),
        )
    })
}

fn second_look_hold(post: &Post, plan: &Plan, sends_at: Option<Timestamp>) -> Option<Hold> {
    let touched = last_touched(post);
    if !in_quiet(plan, touched) || looked_at_again(post) {
        return None;
    }
    let soon = sends_at.is_some_and(|at| at.duration_since(touched) < SECOND_LOOK_WITHIN);
    (soon || post.about.dispute).then(|| {
        Hold::new(
            HoldKind::SecondLook,
            "It was written or answered in quiet time: look at it once more and approve it.",
        )
    })
}

/// When the review may come out differently although nobody did anything.
fn wake_at(
    checks: &[Check],
    waiting: Waiting,
    sends_at: Option<Timestamp>,
    late_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let answers_end = checks.iter().filter_map(|check| check.ends_at).min();
    let time = match waiting {
        Waiting::Queued => sends_at,
        Waiting::Held => late_at.map(|at| later(at, Duration::from_secs(1))),
        Waiting::Draft | Waiting::Missed => None,
    };
    let answers_end = answers_end.filter(|_| waiting == Waiting::Queued);
    [time, answers_end.filter(|at| *at > now)]
        .into_iter()
        .flatten()
        .min()
}

/// Puts a review into the post: its state, holds and times. Says with audit entries what changed.
pub fn settle(
    post: &mut Post,
    review: &Review,
    now: Timestamp,
    entries: &mut Vec<Entry>,
) -> Result<(), NotAllowed> {
    let next = apply(&post.state, &Step::Review(review.waiting), now)?;
    let kinds = |holds: &[Hold]| {
        holds
            .iter()
            .map(|h| (h.kind, h.item.clone()))
            .collect::<Vec<_>>()
    };
    let holds_changed = kinds(&post.holds) != kinds(&review.holds);
    if holds_changed && !review.holds.is_empty() {
        let held = Entry::new(now, Kind::Held, Some(&post.id), "rounds");
        entries.push(review.holds.iter().fold(held, |entry, hold| {
            let kind = serde_json::to_value(hold.kind).ok();
            let name = kind
                .and_then(|k| k.as_str().map(str::to_owned))
                .unwrap_or_default();
            entry.with(&name, hold.item.clone().unwrap_or_default())
        }));
    }
    if holds_changed && review.holds.is_empty() && post.state == State::Held {
        entries.push(Entry::new(now, Kind::Released, Some(&post.id), "rounds"));
    }
    if matches!(next, State::Missed { .. }) && !matches!(post.state, State::Missed { .. }) {
        entries.push(Entry::new(now, Kind::Missed, Some(&post.id), "rounds"));
    }
    post.state = next;
    post.holds.clone_from(&review.holds);
    post.sends_at = review.sends_at;
    post.wake_at = review.wake_at;
    Ok(())
}

fn later(at: Timestamp, time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    at.saturating_add(time).unwrap_or(Timestamp::MAX)
}
