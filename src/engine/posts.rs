//! Which post to look at when, and what follows from an attempt.
//!
//! A post is claimed by one recorded change before anything leaves; whatever is not certainly
//! unsent is looked for before it is sent again; what cannot be known is asked of a person. Posts
//! that are overdue together go out one after another, not at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::presence::{NOISE, later};
use super::{Ask, Change, Cue, Effect, Engine, Examined, Found, Outcome};
use crate::clock::Moment;
use crate::posting::audit::{Entry, Kind};
use crate::posting::erasure::erase;
use crate::posting::holds::settle;
use crate::posting::life::{Looked, State, Step, apply};
use crate::posting::post::{Attempt, Post, PostId, Receipt};

/// Waits between tries that certainly did not send, in minutes.
const RETRY_MINUTES: [u64; 3] = [1, 5, 10];
/// Reads of the platform that find nothing before a post counts as not sent.
const LOOKS: u8 = 2;
/// Wait before asking the platform, so that its replicas catch up.
const LOOK_AFTER: Duration = Duration::from_secs(45);
/// For so long a claim belongs to the program that made it; no adapter waits longer for an answer.
const LEASE: Duration = Duration::from_mins(1);
/// A post this late counts as overdue.
const OVERDUE: SignedDuration = SignedDuration::from_mins(1);
/// Distance between posts that are overdue together.
const SPACING: Duration = Duration::from_mins(1);
/// A hand-off that nobody answered is asked about once more after this.
const ASK_AGAIN_AFTER: Duration = Duration::from_hours(4);

/// The posts that the engine will need next.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    cues: Vec<Cue>,
    /// Posts being examined or sent by this process now.
    busy: BTreeSet<PostId>,
    /// When the last overdue post was let go.
    spaced_until: Option<Timestamp>,
    /// The queue was read at least once.
    is_known: bool,
    /// When, by the boot clock, a post in doubt was first looked for and not seen.
    unseen: BTreeMap<PostId, Duration>,
    /// Posts that were being sent when this program started: whoever sent them is gone.
    orphans: BTreeSet<PostId>,
    /// Posts that wait for a person's word and whose composer was opened from here.
    opened: BTreeSet<PostId>,
}

impl Queue {
    /// The queue as it is. What was being sent when the program started is in doubt at once.
    pub(super) fn replace(&mut self, mut cues: Vec<Cue>, now: Timestamp) {
        let starts = !std::mem::replace(&mut self.is_known, true);
        for cue in cues.iter_mut().filter(|cue| starts && cue.sending) {
            cue.wake_at = cue.wake_at.map(|at| at.min(now));
            self.orphans.insert(cue.post.clone());
        }
        self.cues = cues;
        let waits = |post: &PostId| self.cues.iter().any(|cue| cue.post == *post);
        self.opened.retain(waits);
    }

    pub(super) fn open(&mut self, post: &PostId) {
        self.opened.insert(post.clone());
    }

    pub(super) fn is_opened(&self, post: &PostId) -> bool {
        self.opened.contains(post)
    }

    /// Something came of a post: its cue is as old as that, and is read anew.
    fn done(&mut self, post: &PostId) {
        self.busy.remove(post);
        self.cues.retain(|cue| cue.post != *post);
    }

    pub(super) fn cues(&self) -> &[Cue] {
        &self.cues
    }

    pub(super) fn wakeup(&self) -> Option<Timestamp> {
        let waiting = self
            .cues
            .iter()
            .filter(|cue| !self.busy.contains(&cue.post));
        waiting.filter_map(|cue| cue.wake_at).min()
    }
}

impl Engine {
    pub(super) fn advance_posts(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        for cue in &self.queue.cues {
            let due = cue.wake_at.is_some_and(|at| at <= now.wall);
            if due && self.queue.busy.insert(cue.post.clone()) {
                effects.push(Effect::Examine(cue.post.clone()));
            }
        }
    }

    /// A post that an `Examine` asked for is gone, or could not be read.
    pub fn forget(&mut self, post: &PostId) {
        self.queue.done(post);
    }

    pub(super) fn examined(&mut self, examined: Examined, now: Moment, effects: &mut Vec<Effect>) {
        let Examined {
            mut post,
            review,
            request,
        } = examined;
        self.queue.done(&post.id);
        if let State::Publishing { since, looked } = post.state {
            let leased = since <= now.wall && now.wall < later(since, LEASE);
            if looked.is_none() && leased && !self.queue.orphans.contains(&post.id) {
                // Another program has just claimed it.
                effects.push(Effect::ReadQueue);
            } else {
                self.in_doubt(post, looked, now, effects);
            }
            return;
        }
        if let State::HandedOff { since, asked } = post.state {
            self.ask_again(post, since, asked, now, effects);
            return;
        }
        if review.erase_at.is_some_and(|at| at <= now.wall) {
            let entry = erase(&mut post, now.wall);
            record(post, vec![entry], effects);
            effects.push(Effect::Scrub);
            return;
        }
        let mut entries = Vec::new();
        if settle(&mut post, &review, now.wall, &mut entries).is_err() {
            self.forget(&post.id);
            return;
        }
        let State::Queued { retry_at } = post.state else {
            record(post, entries, effects);
            return;
        };
        let sends_at = post
            .sends_at
            .unwrap_or(now.wall)
            .max(retry_at.unwrap_or(Timestamp::MIN));
        if retry_at.is_some() {
            post.wake_at = Some(sends_at);
        }
        if sends_at > now.wall {
            record(post, entries, effects);
        } else if let Some(turn) = self.wait_for_turn(sends_at, now.wall) {
            post.wake_at = Some(turn);
            record(post, entries, effects);
        } else {
            self.claim(post, request, entries, now, effects);
        }
    }

    /// When an overdue post may go, if another overdue one has just gone.
    fn wait_for_turn(&mut self, sends_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        if now.duration_since(sends_at) < OVERDUE {
            return None;
        }
        let last = self.queue.spaced_until;
        // A turn further away than that was given before the clock was put back.
        let turn = last.filter(|turn| *turn > now && *turn <= later(now, SPACING));
        if turn.is_none() {
            self.queue.spaced_until = Some(later(now, SPACING));
        }
        turn
    }

    fn claim(
        &mut self,
        mut post: Post,
        request: serde_json::Value,
        mut entries: Vec<Entry>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Ok(next) = apply(&post.state, &Step::Claim, now.wall) else {
            return;
        };
        self.queue.unseen.remove(&post.id);
        self.queue.orphans.remove(&post.id);
        post.state = next;
        post.attempts.push(Attempt {
            at: now.wall,
            request,
            outcome: "sending".into(),
        });
        post.wake_at = Some(later(now.wall, LEASE));
        let entry = Entry::new(now.wall, Kind::Sending, Some(&post.id), "rounds");
        entries.push(entry.with("content", post.content.hash()));
        let id = post.id.clone();
        self.queue.busy.insert(id.clone());
        record(post, entries, effects);
        effects.push(Effect::Publish(id));
    }

    pub(super) fn settled(
        &mut self,
        mut post: Post,
        outcome: Outcome,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.queue.done(&post.id);
        let mut entries = Vec::new();
        let is_waited_for = matches!(post.state, State::Publishing { .. });
        if !is_waited_for && !matches!(outcome, Outcome::Published(_)) {
            // Somebody else gave it up meanwhile; only a receipt says more than they knew.
            effects.push(Effect::ReadQueue);
            return;
        }
        let said = match outcome {
            Outcome::Published(receipt) => {
                Self::publish(&mut post, receipt, now, &mut entries);
                return record(post, entries, effects);
            }
            Outcome::HandedOff => {
                step(&mut post, &Step::HandOff, now.wall);
                post.wake_at = Some(later(now.wall, ASK_AGAIN_AFTER));
                entries.push(Entry::new(
                    now.wall,
                    Kind::HandedOff,
                    Some(&post.id),
                    "rounds",
                ));
                "handed off".to_owned()
            }
            Outcome::NotSent { why, lasting } => {
                Self::not_sent(&mut post, &why, lasting, now, &mut entries);
                format!("not sent: {why}")
            }
            Outcome::Unknown { why } => {
                let next_at = later(now.wall, LOOK_AFTER);
                step(
                    &mut post,
                    &Step::Doubt(Looked { absent: 0, next_at }),
                    now.wall,
                );
                post.wake_at = Some(next_at);
                entries.push(Entry::new(
                    now.wall,
                    Kind::InDoubt,
                    Some(&post.id),
                    "rounds",
                ));
                format!("unknown: {why}")
            }
        };
        set_outcome(&mut post, said);
        record(post, entries, effects);
    }

    fn publish(post: &mut Post, receipt: Receipt, now: Moment, entries: &mut Vec<Entry>) {
        step(post, &Step::Confirm, now.wall);
        let entry = Entry::new(now.wall, Kind::Published, Some(&post.id), "rounds");
        entries.push(
            entry
                .with("account", receipt.account.clone())
                .with("remote-id", receipt.remote_id.clone().unwrap_or_default())
                .with("content", receipt.content_hash.clone()),
        );
        post.receipts.push(receipt);
        set_outcome(post, "published".into());
        post.wake_at = None;
    }

    fn not_sent(post: &mut Post, why: &str, lasting: bool, now: Moment, entries: &mut Vec<Entry>) {
        let tries = post
            .attempts
            .iter()
            .filter(|a| a.outcome.starts_with("not sent"))
            .count();
        let retry = RETRY_MINUTES.get(tries).filter(|_| !lasting);
        let retry_at = retry.map(|minutes| later(now.wall, Duration::from_mins(*minutes)));
        entries.push(Entry::new(
            now.wall,
            Kind::NotSent,
            Some(&post.id),
            "rounds",
        ));
        if let Some(at) = retry_at {
            step(post, &Step::Retry(at), now.wall);
            post.wake_at = Some(at);
        } else {
            step(post, &Step::Fail(why.to_owned()), now.wall);
            post.wake_at = None;
            entries.push(Entry::new(now.wall, Kind::Failed, Some(&post.id), "rounds"));
        }
    }

    /// An attempt that nobody here is waiting for: after a crash, or when it is time to look.
    fn in_doubt(
        &mut self,
        mut post: Post,
        looked: Option<Looked>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        match looked {
            Some(looked) if looked.next_at > now.wall => {
                post.wake_at = Some(looked.next_at);
                record(post, Vec::new(), effects);
            }
            _ => {
                self.queue.busy.insert(post.id.clone());
                effects.push(Effect::Look(post.id));
            }
        }
    }

    pub(super) fn looked(
        &mut self,
        mut post: Post,
        found: Found,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.queue.done(&post.id);
        let State::Publishing { looked, .. } = post.state else {
            return;
        };
        let mut entries = Vec::new();
        let absent = looked.map_or(0, |looked| looked.absent).saturating_add(1);
        // By the clock that nobody can put on, and seen by this program itself.
        let first = *self.queue.unseen.entry(post.id.clone()).or_insert(now.boot);
        let waited = now.boot.saturating_sub(first) + NOISE >= LOOK_AFTER;
        match found {
            Found::Published(receipt) => Self::publish(&mut post, receipt, now, &mut entries),
            Found::CertainlyAbsent => Self::send_again(&mut post, now, &mut entries),
            Found::NotSeen if absent >= LOOKS && waited => {
                Self::send_again(&mut post, now, &mut entries);
            }
            Found::NotSeen => {
                let next_at = later(now.wall, LOOK_AFTER);
                step(
                    &mut post,
                    &Step::Doubt(Looked { absent, next_at }),
                    now.wall,
                );
                post.wake_at = Some(next_at);
            }
            Found::CannotTell { why } => {
                step(&mut post, &Step::GiveUpLooking, now.wall);
                post.wake_at = None;
                set_outcome(&mut post, format!("unknown: {why}"));
                entries.push(Entry::new(
                    now.wall,
                    Kind::Uncertain,
                    Some(&post.id),
                    "rounds",
                ));
            }
        }
        record(post, entries, effects);
    }

    /// It is certainly not there: it waits again, with the same frozen request.
    fn send_again(post: &mut Post, now: Moment, entries: &mut Vec<Entry>) {
        step(post, &Step::Retry(now.wall), now.wall);
        post.wake_at = Some(now.wall);
        set_outcome(post, "not sent: it is not on the platform".into());
        entries.push(Entry::new(
            now.wall,
            Kind::NotSent,
            Some(&post.id),
            "rounds",
        ));
    }

    fn ask_again(
        &mut self,
        mut post: Post,
        since: Timestamp,
        asked: u8,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let again = later(since, ASK_AGAIN_AFTER);
        post.wake_at = Some(again).filter(|at| asked < 2 && *at > now.wall);
        if asked < 2 && again <= now.wall {
            step(&mut post, &Step::AskAgain, now.wall);
            self.shown
                .forget(&super::post_key(Ask::HandedOff, &post.id, post.due_at));
        }
        record(post, Vec::new(), effects);
    }
}

/// Applies a step that the present state allows; leaves the post alone otherwise.
fn step(post: &mut Post, step: &Step, now: Timestamp) {
    if let Ok(next) = apply(&post.state, step, now) {
        post.state = next;
    }
}

fn set_outcome(post: &mut Post, outcome: String) {
    if let Some(attempt) = post.attempts.last_mut() {
        attempt.outcome = outcome;
    }
}

fn record(post: Post, entries: Vec<Entry>, effects: &mut Vec<Effect>) {
    effects.push(Effect::Record(Box::new(Change { post, entries })));
    effects.push(Effect::ReadQueue);
}
