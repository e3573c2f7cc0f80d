//! Which nudges are due: each once, none in quiet time, none whose reason is gone.
//!
//! What waits for a person's word is asked once by each run of the program: its popups go with it,
//! and it may have had nowhere to show them. Everything else is shown once for all runs.
//!
//! Evidence for few and explained alerts: Ancker et al., BMC Med Inform Decis Mak 2017,
//! doi 10.1186/s12911-017-0430-8 (acceptance falls with each repetition).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::presence::later;
use super::{Act, Ask, Cue, Effect, Engine, Nudge, post_key};
use crate::attention::breaks::{Remembered, Reply};
use crate::attention::usage::{Level, Standing};
use crate::clock::Moment;
use crate::posting::post::PostId;

/// How long a nudge is remembered as shown: longer than a month and the one before it, in which it
/// may be told of.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 70);

/// The nudges that were shown and are not shown again.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// When each was shown.
    keys: BTreeMap<String, Timestamp>,
    is_known: bool,
}

impl Shown {
    /// Takes up what was shown before. Questions about one post are left out: whatever still waits
    /// is asked about anew.
    pub(super) fn remember(&mut self, shown: Vec<(String, Timestamp)>) {
        self.is_known = true;
        let kept = shown.into_iter().filter(|(key, _)| !is_of_a_post(key));
        self.keys.extend(kept);
    }

    /// Forgets what was shown too long ago, as a restart would. Questions about posts are kept for as
    /// long as the post waits.
    pub(super) fn forget_old(&mut self, now: Timestamp) {
        let since = now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        self.keys
            .retain(|key, shown_at| *shown_at >= since || is_of_a_post(key));
    }

    /// Whether what was shown before was read already.
    pub(super) const fn is_known(&self) -> bool {
        self.is_known
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    pub(super) fn forget(&mut self, key: &str) {
        self.keys.remove(key);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The keys that begin like this.
    pub(super) fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = &String> {
        let from = self.keys.range(prefix.to_owned()..);
        let from = from.map(|(key, _)| key);
        from.take_while(move |key| key.starts_with(prefix))
    }

    /// True the first time.
    pub(super) fn first(&mut self, key: &str, now: Timestamp) -> bool {
        let is_first = !self.contains(key);
        if is_first {
            self.keys.insert(key.to_owned(), now);
        }
        is_first
    }
}

/// Whether a key names a question about one post.
fn is_of_a_post(key: &str) -> bool {
    let of = |ask: Ask| key.split(':').next() == Some(ask.name());
    Ask::OF_ONE_POST.into_iter().any(of)
}

impl Engine {
    /// What was shown before a restart.
    pub(super) fn nudges_read(
        &mut self,
        shown: Vec<(String, Timestamp)>,
        effects: &mut Vec<Effect>,
    ) {
        let known = |remembered: &Remembered| shown.iter().any(|(key, _)| key == remembered.key());
        if let Some(remembered) = Remembered::ALL.into_iter().find(known) {
            self.recall_break(remembered, effects);
        }
        self.shown.remember(shown);
    }

    /// The posts that wait. A question that has no reason any more is taken back; should it come
    /// up again, it is asked again.
    pub(super) fn queue_read(&mut self, cues: Vec<Cue>, now: Moment, effects: &mut Vec<Effect>) {
        let asked: BTreeSet<String> = cues
            .iter()
            .filter_map(|cue| Some(post_key(cue.ask?, &cue.post, cue.due_at)))
            .collect();
        // Only keys of posts are looked at: those of breaks and limits are many after some years.
        let of_posts = Ask::OF_ONE_POST.map(|ask| format!("{}:", ask.name()));
        let shown = of_posts
            .iter()
            .flat_map(|prefix| self.shown.with_prefix(prefix));
        let gone: BTreeSet<String> = shown.filter(|key| !asked.contains(*key)).cloned().collect();
        for key in &gone {
            self.shown.forget(key);
        }
        effects.extend(gone.into_iter().map(Effect::Withdraw));
        self.queue.replace(cues, now.wall);
    }

    pub(super) fn advance_nudges(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.quiet(now.wall) {
            return;
        }
        self.nudge_limits(now, effects);
        self.nudge_posts(now, effects);
    }

    fn nudge_limits(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.current().is_none() {
            return;
        }
        for standing in self.standings(now) {
            let level = standing.level();
            if level < Level::Near || standing.limit.is_zero() && standing.used.is_zero() {
                continue;
            }
            let counts = self
                .current()
                .is_some_and(|doing| doing.counts_in(&standing.of));
            let key = limit_key(&standing, level);
            if counts && self.shown.first(&key, now.wall) {
                // Once over, the warning before it has no reason any more.
                self.shown
                    .first(&limit_key(&standing, Level::Near), now.wall);
                effects.push(Effect::Show(Nudge::Limit {
                    key,
                    of: standing.of,
                    per: standing.per,
                    level,
                    used: standing.used,
                    limit: standing.limit,
                }));
            }
        }
    }

    fn nudge_posts(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let mut second_look = Vec::new();
        for cue in self.queue.cues().to_vec() {
            match cue.ask {
                Some(Ask::SecondLook) => second_look.push(cue.post),
                Some(ask)
                    if self
                        .shown
                        .first(&post_key(ask, &cue.post, cue.due_at), now.wall) =>
                {
                    let Cue {
                        post,
                        account,
                        due_at,
                        ..
                    } = cue;
                    effects.push(Effect::Show(Nudge::Post {
                        opened: self.queue.is_opened(&post),
                        post,
                        account,
                        ask,
                        due_at,
                    }));
                }
                Some(_) | None => {}
            }
        }
        let key = format!("second-look:{}", self.plan.calendar.day_of(now.wall));
        if !second_look.is_empty() && self.shown.first(&key, now.wall) {
            effects.push(Effect::Show(Nudge::SecondLook {
                key,
                posts: second_look,
            }));
        }
    }

    /// What a pressed button means.
    pub(super) fn answered(
        &mut self,
        key: &str,
        button: &str,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        if key == Nudge::BREAK {
            let reply = match button {
                "take" => Reply::Take,
                "snooze" => Reply::Snooze,
                "skip" => Reply::Skip,
                _ => return,
            };
            return self.break_answered(reply, now, effects);
        }
        if key.starts_with("hour:") {
            return self.hour_answered(key, button, now, effects);
        }
        if key.starts_with("slot:") {
            return self.slot_answered(key, button, effects);
        }
        if button == "open" {
            return self.open_composer(key, effects);
        }
        let act = match button {
            "send-now" => Act::SendNow,
            "cancel" => Act::Cancel,
            "approve" => Act::Approve,
            "posted" => Act::Posted,
            "not-posted" => Act::NotPosted,
            "keep" => Act::Keep,
            // `later`: the question is off the screen, and comes once more by itself.
            _ => return,
        };
        if key.starts_with("second-look:") {
            let asked = self
                .queue
                .cues()
                .iter()
                .filter(|cue| cue.ask == Some(Ask::SecondLook));
            effects.extend(asked.map(|cue| Effect::Act(cue.post.clone(), act)));
        } else if let Some(post) = key.split(':').nth(1) {
            effects.push(Effect::Act(PostId(post.to_owned()), act));
        }
    }

    /// Opens the composer and asks again, since a press takes the question off the screen.
    fn open_composer(&mut self, key: &str, effects: &mut Vec<Effect>) {
        let mut cues = self.queue.cues().iter();
        let asked = |cue: &&Cue| {
            cue.ask == Some(Ask::HandedOff)
                && post_key(Ask::HandedOff, &cue.post, cue.due_at) == key
        };
        if let Some(post) = cues.find(asked).map(|cue| cue.post.clone()) {
            self.queue.open(&post);
            effects.push(Effect::Open(post));
            self.shown.forget(key);
        }
    }

    pub(super) fn nudge_wakeup(&self) -> Option<Timestamp> {
        let posts = self.has_unasked().then(|| self.after_quiet(self.last.wall));
        let posts = posts.filter(|at| *at > self.last.wall);
        [posts, self.limit_wakeup()].into_iter().flatten().min()
    }

    fn has_unasked(&self) -> bool {
        let today = self.plan.calendar.day_of(self.last.wall);
        self.queue.cues().iter().any(|cue| match cue.ask {
            None => false,
            Some(Ask::SecondLook) => !self.shown.contains(&format!("second-look:{today}")),
            Some(ask) => !self.shown.contains(&post_key(ask, &cue.post, cue.due_at)),
        })
    }

    /// When the open span will reach the next level of some limit.
    fn limit_wakeup(&self) -> Option<Timestamp> {
        let doing = self.current()?;
        let standings = self.standings(self.last);
        let next = standings
            .iter()
            .filter(|standing| doing.counts_in(&standing.of))
            .flat_map(|standing| {
                [Level::Near, Level::Over].map(|level| {
                    let unseen = !self.shown.contains(&limit_key(standing, level));
                    let left = level.begins_at(standing.limit).checked_sub(standing.used);
                    let at = later(self.last.wall, left.unwrap_or_default());
                    (unseen && standing.level() < Level::Over).then(|| self.after_quiet(at))
                })
            });
        next.flatten().filter(|at| *at > self.last.wall).min()
    }
}

fn limit_key(standing: &Standing, level: Level) -> String {
    let level = if level == Level::Over { "over" } else { "near" };
    format!(
        "limit:{}:{}:{}:{level}",
        standing.of, standing.per, standing.period.first
    )
}
