//! Nudges: how many came for one cause, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Breach, never};
use crate::engine::{Ask, HourStage, Nudge};
use crate::plan::Plan;
use crate::posting::post::PostId;
use crate::simulate::person::IDLE_AFTER;

/// A break has one notification and one reminder.
const BREAK: u32 = 2;
/// A limit has at most three a day.
const LIMIT: u32 = 3;

/// A reminder about a post comes once and not again within this.
const REMINDER: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// The witness's own book of nudges.
#[derive(Debug, Default)]
pub(in crate::simulate) struct NudgeBook {
    total: u64,
    /// For the break that is due: how many were shown, and what was used at the last one.
    for_break: u32,
    used_at_break: Option<Duration>,
    by_limit: BTreeMap<(String, Date), u32>,
    by_key: BTreeMap<String, u32>,
    /// How often a post came into a state that a person is asked about, and how often they were.
    asked: BTreeMap<(PostId, &'static str), u32>,
    came: BTreeMap<(PostId, &'static str), u32>,
    state: BTreeMap<PostId, &'static str>,
    /// When a reminder about a post was last shown, by its key.
    reminded: BTreeMap<String, Timestamp>,
    /// Posts in such a state that were not asked about since, nor since the program started.
    unasked: BTreeSet<PostId>,
}

impl NudgeBook {
    /// How many were shown.
    pub(in crate::simulate) const fn total(&self) -> u64 {
        self.total
    }

    /// The break was answered, taken or given up: the next one is another cause.
    pub(in crate::simulate) fn break_ended(&mut self) {
        self.for_break = 0;
    }

    /// The clinician was away for long enough.
    pub(in crate::simulate) fn rested(&mut self) {
        self.for_break = 0;
        self.used_at_break = None;
    }

    /// A post is in this state now; whether it was in another one before.
    pub(in crate::simulate) fn state(&mut self, post: &PostId, state: &'static str) -> bool {
        let changed = self.state.insert(post.clone(), state) != Some(state);
        if changed {
            *self.came.entry((post.clone(), state)).or_default() += 1;
            self.unasked.insert(post.clone());
        }
        changed
    }

    /// The program starts, with nothing on the screen: each post that waits for a word is asked
    /// about once more.
    pub(in crate::simulate) fn program_started(&mut self) {
        self.asked.clear();
        self.reminded.clear();
        self.came.clear();
        for (post, state) in &self.state {
            self.came.insert((post.clone(), state), 1);
            self.unasked.insert(post.clone());
        }
    }

    /// A notification is shown; `used` is the time that the clinician really spent so far.
    pub(in crate::simulate) fn shown(
        &mut self,
        nudge: &Nudge,
        plan: &Plan,
        wall: Timestamp,
        used: Duration,
    ) -> Result<(), Breach> {
        self.total += 1;
        never(is_quiet(plan, wall), || {
            format!("{} is shown at {wall}, in quiet time", nudge.key())
        })?;
        match nudge {
            Nudge::Break { snooze, .. } => self.shown_break(plan, used, *snooze),
            Nudge::Limit { of, per, .. } => {
                let day = plan.calendar.day_of(wall);
                let count = self
                    .by_limit
                    .entry((format!("{of} {per}"), day))
                    .or_default();
                *count += 1;
                never(*count > LIMIT, || {
                    format!("{count} nudges for {of} per {per} on {day}")
                })?;
                self.once(&nudge.key())
            }
            Nudge::Slot { slot, account, .. } => {
                never(*slot <= wall, || {
                    format!("somebody is asked about the slot of {account} at {slot} after it")
                })?;
                let day = format!("{account} on {}", plan.calendar.day_of(*slot));
                self.once(&day)?;
                self.once(&nudge.key())
            }
            Nudge::Ahead { key, .. } => self.once(key),
            Nudge::Post {
                post,
                ask: Ask::Ageing | Ask::Erasing,
                ..
            } => {
                self.unasked.remove(post);
                self.shown_reminder(nudge.key(), wall)
            }
            Nudge::Post { post, ask, .. } => self.shown_post(post, *ask),
            // The others are shown because the person asked for them.
            Nudge::Hour { key, stage, .. } => match stage {
                HourStage::Begins | HourStage::Over => self.once(key),
                HourStage::Again | HourStage::NextAnswer => Ok(()),
            },
            Nudge::SecondLook { key, posts } => {
                for post in posts {
                    *self.asked.entry((post.clone(), "held")).or_default() += 1;
                }
                self.once(key)
            }
        }
    }

    fn once(&mut self, key: &str) -> Result<(), Breach> {
        let count = self.by_key.entry(key.to_owned()).or_default();
        *count += 1;
        never(*count > 1, || format!("{key} is shown {count} times"))
    }

    fn shown_break(&mut self, plan: &Plan, used: Duration, snooze: Duration) -> Result<(), Breach> {
        self.for_break += 1;
        let count = self.for_break;
        never(count > BREAK, || format!("{count} nudges for one break"))?;
        // The program may still count somebody who has just left.
        let unseen = IDLE_AFTER + Duration::from_secs(2);
        let least = snooze.min(plan.breaks.after).saturating_sub(unseen);
        let since = self.used_at_break.map(|before| used.saturating_sub(before));
        self.used_at_break = Some(used);
        never(since.is_some_and(|since| since < least), || {
            format!("two nudges for breaks after {since:?} of use")
        })
    }

    /// A person is reminded of one thing for one time once, and not again the same day.
    fn shown_reminder(&mut self, key: String, wall: Timestamp) -> Result<(), Breach> {
        let before = self.reminded.insert(key, wall);
        let since = before.map(|before| wall.duration_since(before));
        never(since.is_some_and(|since| since < REMINDER), || {
            format!("a reminder came again after {since:?}")
        })
    }

    fn shown_post(&mut self, post: &PostId, ask: Ask) -> Result<(), Breach> {
        let (state, most) = match ask {
            Ask::SecondLook => ("held", 1),
            Ask::Missed => ("missed", 1),
            Ask::Failed => ("failed", 1),
            Ask::Uncertain => ("uncertain", 1),
            Ask::HandedOff => ("handed-off", 2),
            Ask::Ageing | Ask::Erasing => return Ok(()),
        };
        self.unasked.remove(post);
        let key = (post.clone(), state);
        let came = self.came.get(&key).copied().unwrap_or_default();
        let asked = self.asked.entry(key).or_default();
        *asked += 1;
        never(*asked > came * most, || {
            format!("asked {asked} times about {post}, which was {state} {came} times")
        })
    }

    /// After a quiet day nobody waits for an answer to a question that was never asked.
    pub(in crate::simulate) fn everybody_was_asked(&self) -> Result<(), Breach> {
        for (post, state) in &self.state {
            if !["missed", "failed", "uncertain", "handed-off"].contains(state) {
                continue;
            }
            never(self.unasked.contains(post), || {
                format!("nobody was asked about {post}, which is {state}")
            })?;
        }
        Ok(())
    }
}

/// Whether the clock on the wall stands in quiet time, reckoned in minutes of the day.
fn is_quiet(plan: &Plan, wall: Timestamp) -> bool {
    let minute = |time: jiff::civil::Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
    let now = minute(plan.calendar.zone.to_datetime(wall).time());
    let (from, until) = (minute(plan.quiet.from), minute(plan.quiet.until));
    (now - from).rem_euclid(1440) < (until - from).rem_euclid(1440)
}
