//! Why a post may not go out yet, when it will, and when to look again.
//!
//! A review is a pure function of the post, what its checks stand on, and now. Every gate reads it:
//! there is no other way for a post to become queued.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::audit::{Entry, Kind};
use super::checks::{Check, CheckState, Ground, evaluate};
use super::erasure::{erase_at, is_sensitive, tell_at};
use super::evidence::EvidenceKind;
use super::horizon::Horizon;
use super::life::{NotAllowed, State, Step, Waiting, apply};
use super::packs::UnknownPack;
use super::post::{Post, Reminder};
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

impl HoldKind {
    /// The kind as a person calls it.
    pub const fn spoken(self) -> &'static str {
        match self {
            Self::Check => "a question",
            Self::Finding => "a finding",
            Self::Consent => "a consent",
            Self::Approval => "the owner's approval",
            Self::CoolingOff => "the next morning",
            Self::SecondLook => "a second look",
            Self::AccountOff => "its account, which is off",
            Self::Late => "a new time",
            Self::SlotMissing => "a slot",
        }
    }
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
    /// What a person has to be told now.
    pub reminder: Option<Reminder>,
    /// When the text is erased.
    pub erase_at: Option<Timestamp>,
    /// When it was last changed or answered, if that was in quiet time.
    pub quiet_at: Option<Timestamp>,
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
            wake_at: post.erase_at,
            reminder: None,
            erase_at: post.erase_at,
            quiet_at: post.quiet_at,
        }
    }

    /// Whether nothing is unanswered any more.
    pub fn is_answered(&self) -> bool {
        !self.checks.iter().any(Check::stops)
    }
}

/// Looks at a post as it stands now.
pub fn review(post: &Post, plan: &Plan, ground: &Ground<'_>, now: Timestamp) -> Review {
    let horizon = Horizon {
        now,
        sends_at: sends_at(post, plan, ground),
        late_after: plan.posting.late_after,
        valid_for: plan.posting.attestations_valid,
        timed_at: post.timed_at.unwrap_or(post.created_at),
    };
    match evaluate(post, ground, &horizon) {
        Ok(checks) => reviewed(post, plan, ground, checks, &horizon),
        Err(unknown) => Review::account_off(post, &UnknownPack::to_string(&unknown)),
    }
}

fn reviewed(
    post: &Post,
    plan: &Plan,
    ground: &Ground<'_>,
    checks: Vec<Check>,
    horizon: &Horizon,
) -> Review {
    let (now, sends_at) = (horizon.now, horizon.sends_at);
    let mut holds: Vec<Hold> = checks
        .iter()
        .filter_map(|check| check_hold(check, ground))
        .collect();
    holds.extend(approval_hold(post, ground, horizon));
    holds.extend(dispute_hold(post, plan, now));
    let quiet_at = quiet_at(post, plan);
    holds.extend(second_look_hold(post, quiet_at, sends_at));
    let limit = sends_at.map(|at| later(at, horizon.late_after));
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
    let idle = matches!(post.state, State::Cancelled { .. })
        || post.state.can_change() && matches!(waiting, Waiting::Draft | Waiting::Missed);
    let sensitive = idle && is_sensitive(post, ground.findings, &checks);
    let erase_at = erase_at(post, now).filter(|_| sensitive);
    let mut review = Review {
        checks,
        holds,
        waiting,
        sends_at,
        wake_at: None,
        reminder: None,
        erase_at,
        quiet_at,
    };
    review.reminder = review.reminder(post, horizon);
    review.wake_at = review.wake_at(post, horizon);
    review
}

/// The end of the owner's approval of exactly this content, if there is one.
fn approved_until(post: &Post, owner: &str, horizon: &Horizon) -> Option<Timestamp> {
    let hash = post.content.hash();
    let approval = post.approval.as_ref();
    let valid = approval.filter(|a| a.by == owner && a.content_hash == hash);
    valid.map(|approval| horizon.ends_at(approval.at))
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

fn approval_hold(post: &Post, ground: &Ground<'_>, horizon: &Horizon) -> Option<Hold> {
    let owner = &ground.account.owner;
    if post.author == *owner {
        return None;
    }
    let given = approved_until(post, owner, horizon).is_some();
    let approval = post.approval.as_ref().filter(|_| given);
    if approval.is_some_and(|approval| horizon.holds(approval.at)) {
        return None;
    }
    let author = &post.author;
    let why = if given {
        format!("{owner}'s approval is or will be too old when it goes; approve it again.")
    } else {
        format!("{author} wrote it; {owner} has to approve exactly this.")
    };
    Some(Hold::new(HoldKind::Approval, why))
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
    let touched = last_touched(post).max(post.restored_at.unwrap_or(Timestamp::MIN));
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

/// When it was last changed or answered, if that was in quiet time. What was quiet then stays so,
/// whatever the plan or the zone says by now.
fn quiet_at(post: &Post, plan: &Plan) -> Option<Timestamp> {
    let touched = last_touched(post);
    (post.quiet_at == Some(touched) || in_quiet(plan, touched)).then_some(touched)
}

fn second_look_hold(
    post: &Post,
    quiet_at: Option<Timestamp>,
    sends_at: Option<Timestamp>,
) -> Option<Hold> {
    if looked_at_again(post) {
        return None;
    }
    if post.restored_at.is_some() {
        return Some(Hold::new(
            HoldKind::SecondLook,
            "It came from an older database or a file: it may have gone out or been called off since. \
             Look at the account, then approve or cancel it.",
        ));
    }
    let touched = quiet_at?;
    let soon = sends_at.is_some_and(|at| at.duration_since(touched) < SECOND_LOOK_WITHIN);
    (soon || post.about.dispute).then(|| {
        Hold::new(
            HoldKind::SecondLook,
            "It was written or answered in quiet time: look at it once more and approve it.",
        )
    })
}

impl Review {
    /// What a person has to be told now.
    fn reminder(&self, post: &Post, horizon: &Horizon) -> Option<Reminder> {
        let erasing = self.erase_at.is_some_and(|at| tell_at(at) <= horizon.now);
        if erasing {
            return Some(Reminder::Erasing);
        }
        let waits = self.waiting == Waiting::Held && post.state.can_change();
        let ageing = waits && self.has_aged(post) && horizon.is_soon();
        ageing.then_some(Reminder::Ageing)
    }

    /// Whether an answer or approval that was given for this content is or will be too old.
    fn has_aged(&self, post: &Post) -> bool {
        let hash = post.content.hash();
        let approved = post.approval.as_ref();
        self.checks.iter().any(|check| check.stops() && check.aged)
            || self
                .holds
                .iter()
                .any(|hold| hold.kind == HoldKind::Approval)
                && approved.is_some_and(|approval| approval.content_hash == hash)
    }

    /// When it may come out differently although nobody did anything.
    fn wake_at(&self, post: &Post, horizon: &Horizon) -> Option<Timestamp> {
        let late = |at| later(later(at, horizon.late_after), Duration::from_secs(1));
        let time = match self.waiting {
            Waiting::Queued => self.sends_at,
            Waiting::Held => self.sends_at.map(late),
            Waiting::Draft | Waiting::Missed => None,
        };
        let told = self.erase_at.map(tell_at).filter(|at| *at > horizon.now);
        let erasure = told.or(self.erase_at);
        if matches!(post.state, State::Cancelled { .. }) {
            return erasure;
        }
        let waits = matches!(self.waiting, Waiting::Queued | Waiting::Held);
        let ask = horizon
            .ask_at()
            .filter(|_| waits && self.may_age(post, horizon));
        let ends = self.ends(post, horizon).min();
        let ends = ends.filter(|_| self.waiting == Waiting::Queued);
        let ahead = [ask, ends].into_iter().flatten();
        let ahead = ahead.filter(|at| *at > horizon.now);
        time.into_iter().chain(erasure).chain(ahead).min()
    }

    /// Whether something given is or will be too old when the post goes.
    fn may_age(&self, post: &Post, horizon: &Horizon) -> bool {
        let last = self.sends_at.map(|at| later(at, horizon.late_after));
        self.has_aged(post)
            || self
                .ends(post, horizon)
                .any(|end| last.is_some_and(|last| end <= last))
    }

    /// The ends of what was given and holds.
    fn ends(&self, post: &Post, horizon: &Horizon) -> impl Iterator<Item = Timestamp> {
        let approval = post.approval.as_ref();
        let approval = approval.map(|approval| horizon.ends_at(approval.at));
        let answers = self.checks.iter().filter_map(|check| check.ends_at);
        answers.chain(approval)
    }
}

/// Puts a review into the post: its state, holds and times. Says with audit entries what changed.
/// A cancelled post stays as it is; only when its text is erased is noted.
pub fn settle(
    post: &mut Post,
    review: &Review,
    now: Timestamp,
    entries: &mut Vec<Entry>,
) -> Result<(), NotAllowed> {
    let cancelled = matches!(post.state, State::Cancelled { .. });
    let next = if cancelled {
        post.state.clone()
    } else {
        apply(&post.state, &Step::Review(review.waiting), now)?
    };
    let told = post.told_at.filter(|at| *at >= post.last_changed_at());
    let tells = review.reminder == Some(Reminder::Erasing);
    post.told_at = told.or_else(|| tells.then_some(now));
    post.reminder = review.reminder;
    post.erase_at = review.erase_at;
    post.quiet_at = review.quiet_at;
    post.wake_at = review.wake_at;
    if cancelled {
        return Ok(());
    }
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
    Ok(())
}

fn later(at: Timestamp, time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    at.saturating_add(time).unwrap_or(Timestamp::MAX)
}
