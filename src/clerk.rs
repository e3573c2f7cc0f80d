//! Performs the effects that concern memory, and hands on those that concern the world.
//!
//! The daemon and the simulation share it, so that what is simulated is what runs. A record that
//! was decided on an older version of a post is not written, and nothing that follows from it may
//! be done: `Performed::Stale` says so.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::attention::breaks::Remembered;
use crate::attention::ledger::first_day_needed;
use crate::attention::usage::Usage;
use crate::clock::Moment;
use crate::engine::{
    Change, Cue, Effect, Engine, Event, Examined, Found, HourStage, Nudge, Outcome, REMEMBERED,
    Stock,
};
use crate::plan::Plan;
use crate::platforms::{Hands, Places};
use crate::posting::holds::{Review, settle};
use crate::posting::post::{Post, PostId};
use crate::posting::series::Series;
use crate::rulebook::Rulebook;
use crate::store::{Result, Store, StoreError};

/// How many posts the engine knows ahead.
const AHEAD: usize = 64;

/// How far back posts count: longer than any period of a cadence.
const COUNTED: SignedDuration = SignedDuration::from_hours(24 * 40);

/// Who knows the professional rules.
#[derive(Debug, Clone)]
pub enum Rules {
    /// A process of its own: to look at a post is an effect that the caller performs.
    Elsewhere,
    /// They are kept here, for the simulation of years.
    Kept(Arc<Rulebook>),
}

/// Memory, and what is needed to decide with it.
#[derive(Debug)]
pub struct Clerk {
    /// The database.
    pub store: Store,
    /// The rules.
    pub rules: Rules,
    /// Where accounts publish from.
    pub places: Places,
}

/// What came of one effect.
#[derive(Debug)]
pub enum Performed {
    /// It is done; these events follow.
    Done(Vec<Event>),
    /// It concerns the world: the caller does it.
    Outside(Effect),
    /// The post changed meanwhile: nothing was written, and what follows must not be done.
    Stale(PostId),
}

impl Clerk {
    /// The events that tell a new engine everything it needs.
    pub fn briefing(&self, plan: &Plan, now: Timestamp) -> Result<Vec<Event>> {
        let since = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        Ok([
            Event::UsageRead(Box::new(self.running_usage(plan, now)?)),
            Event::NudgesRead(self.store.nudges_since(since)?),
        ]
        .into_iter()
        .chain(self.queue(plan, now)?)
        .collect())
    }

    /// The events that tell the engine of posts, slots and series as they are now.
    pub fn queue(&self, plan: &Plan, now: Timestamp) -> Result<Vec<Event>> {
        Ok(vec![
            Event::QueueRead(self.cues()?),
            Event::StockRead(Box::new(self.stock(plan, now)?)),
        ])
    }

    /// What stands on slots, added up post by post.
    fn stock(&self, plan: &Plan, now: Timestamp) -> Result<Stock> {
        let mut stock = Stock::new(plan, now);
        let from = now.checked_sub(COUNTED).unwrap_or(Timestamp::MIN);
        let until = stock.concerns_until();
        self.store.stocked(from, until, |post| stock.put(post))?;
        for (account, slot) in self.store.skipped_slots(now, until)? {
            stock.skip(&account, slot);
        }
        stock.series = self.store.recurring()?;
        Ok(stock)
    }

    /// The usage of the periods that run now.
    pub fn running_usage(&self, plan: &Plan, now: Timestamp) -> Result<Usage> {
        let first = first_day_needed(plan, now);
        // Who flew west has logged time on a day that is still to come there.
        self.store.usage(
            (plan.calendar.day_start(first), Timestamp::MAX),
            (first, Date::MAX),
        )
    }

    /// The posts that the engine needs next.
    pub fn cues(&self) -> Result<Vec<Cue>> {
        self.store.cues(AHEAD)
    }

    /// Performs one effect, or hands it on.
    pub fn perform(&mut self, effect: Effect, engine: &Engine, now: Moment) -> Result<Performed> {
        let plan = engine.plan();
        let mut events = Vec::new();
        match effect {
            Effect::SaveUsage(interval) => self.store.save_span(&interval)?,
            Effect::KeepUsage(interval) => self.store.keep_span(&interval)?,
            Effect::CountBreak(outcome) => {
                self.store.count_break(outcome, now.wall)?;
                self.remember_break(Remembered::after(outcome), now.wall)?;
            }
            Effect::ReadUsage => {
                events.push(Event::UsageRead(Box::new(
                    self.running_usage(plan, now.wall)?,
                )));
            }
            Effect::ReadQueue => events.extend(self.queue(plan, now.wall)?),
            Effect::Repeat { series, at } => {
                let Rules::Kept(rulebook) = &self.rules else {
                    return Ok(Performed::Outside(Effect::Repeat { series, at }));
                };
                if let Some(known) = self.store.series(&series)? {
                    let times = (at, now.wall);
                    let change = occurrence(&self.store, rulebook, plan, &known, times)?;
                    self.store.occur(&series, at, &change)?;
                }
                events.extend(self.queue(plan, now.wall)?);
            }
            Effect::Examine(id) => {
                let Rules::Kept(rulebook) = &self.rules else {
                    return Ok(Performed::Outside(Effect::Examine(id)));
                };
                let Some(post) = self.store.post(&id)? else {
                    return Ok(Performed::Stale(id));
                };
                let review = rulebook.review(&self.store, plan, &post, now.wall)?.review;
                events.push(self.examined(post, review, plan, now.wall));
            }
            Effect::Record(change) => match self.store.write(&change) {
                Ok(()) => {}
                Err(StoreError::Conflict(id)) => return Ok(Performed::Stale(id)),
                Err(error) => return Err(error),
            },
            Effect::Show(mut nudge) => {
                if self.answers_are_over(&mut nudge)? {
                    return Ok(Performed::Done(events));
                }
                self.remember_shown(&nudge, now.wall)?;
                return Ok(Performed::Outside(Effect::Show(nudge)));
            }
            Effect::Withdraw(key) => {
                self.store.forget_nudges(&[&key], None)?;
                return Ok(Performed::Outside(Effect::Withdraw(key)));
            }
            Effect::Scrub => {
                self.store.scrub()?;
                return Ok(Performed::Outside(Effect::Scrub));
            }
            outside => return Ok(Performed::Outside(outside)),
        }
        Ok(Performed::Done(events))
    }

    /// Counts the prepared answers for an hour's nudge; whether it is shown for one more and there
    /// is none.
    fn answers_are_over(&self, nudge: &mut Nudge) -> Result<bool> {
        let Nudge::Hour {
            name,
            stage,
            answers,
            ..
        } = nudge
        else {
            return Ok(false);
        };
        let waiting = self.store.prepared(Some(name))?.len();
        *answers = u32::try_from(waiting).unwrap_or(u32::MAX);
        Ok(*stage == HourStage::NextAnswer && *answers == 0)
    }

    /// What a new engine has to know of a nudge that is shown.
    fn remember_shown(&mut self, nudge: &Nudge, now: Timestamp) -> Result<()> {
        match nudge {
            Nudge::Break { reminder: true, .. } => {
                self.remember_break(Some(Remembered::Reminded), now)
            }
            Nudge::Break { .. } => self.remember_break(Some(Remembered::Shown), now),
            // The next run asks anew about whatever still waits for a word.
            Nudge::Post { .. } => Ok(()),
            nudge => self.store.remember_nudge(&nudge.key(), now),
        }
    }

    /// What a new engine has to know of the break that is due, instead of what it had to know.
    fn remember_break(&mut self, state: Option<Remembered>, now: Timestamp) -> Result<()> {
        let former = Remembered::ALL.map(Remembered::key);
        let instead = state.map(|state| (state.key(), now));
        self.store.forget_nudges(&former, instead)
    }

    /// The event for a post that was looked at, with its frozen request.
    pub fn examined(&self, post: Post, review: Review, plan: &Plan, now: Timestamp) -> Event {
        let request = self.request(&post, plan, now);
        Event::Examined(Box::new(Examined {
            post,
            review,
            request,
        }))
    }

    /// The frozen request: the one of the last try if the content is the same, else a new one.
    fn request(&self, post: &Post, plan: &Plan, now: Timestamp) -> serde_json::Value {
        let hash = post.content.hash();
        let former = post
            .attempts
            .last()
            .filter(|attempt| attempt.request["content"] == hash);
        if let Some(former) = former {
            return former.request.clone();
        }
        let Some(account) = plan.account(&post.content.account) else {
            return serde_json::Value::Null;
        };
        let mut request = Hands::of(account, &self.places).freeze(post, now, &plan.calendar);
        request["content"] = hash.into();
        request
    }

    /// The hands and the frozen request of a post's last attempt, to publish or to look for it.
    pub fn attempt(&self, id: &PostId, plan: &Plan) -> Result<Option<(Hands, Post)>> {
        let Some(post) = self.store.post(id)? else {
            return Ok(None);
        };
        let account = plan.account(&post.content.account);
        Ok(account.map(|account| (Hands::of(account, &self.places), post)))
    }

    /// The event for the outcome of an attempt.
    pub fn settled(&self, id: &PostId, outcome: Outcome) -> Result<Option<Event>> {
        let post = self.store.post(id)?;
        Ok(post.map(|post| Event::Settled {
            post: Box::new(post),
            outcome,
        }))
    }

    /// The event for what a look at the platform found.
    pub fn looked(&self, id: &PostId, found: Found) -> Result<Option<Event>> {
        let post = self.store.post(id)?;
        Ok(post.map(|post| Event::Looked {
            post: Box::new(post),
            found,
        }))
    }

    /// Writes a change that a person asked for.
    pub fn write(&mut self, change: &Change) -> Result<()> {
        self.store.write(change)
    }
}

/// The post of a series for a time, reviewed as it is made, now. It has no answer of its own yet.
pub fn occurrence(
    store: &Store,
    rulebook: &Rulebook,
    plan: &Plan,
    series: &Series,
    (at, now): (Timestamp, Timestamp),
) -> Result<Change> {
    let mut attempt = 0;
    let (mut post, entry) = loop {
        let (post, entry) = series.occurrence(at, now, attempt);
        if store.post(&post.id)?.is_none() {
            break (post, entry);
        }
        attempt += 1;
    };
    let mut entries = vec![entry];
    let review = rulebook.review(store, plan, &post, now)?.review;
    settle(&mut post, &review, now, &mut entries)
        .map_err(|error| StoreError::Other(error.to_string()))?;
    Ok(Change { post, entries })
}
