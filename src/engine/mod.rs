//! Every decision that depends on time or failure: `(state, event, moment) → effects`.
//!
//! Pure: the same state, event and moment give the same effects. The driver performs the effects in
//! order and brings results back as events; it sleeps exactly until `next_wakeup`.
//!
//! The engine holds what it needs to decide next and no more: the open span, what is used of each
//! limit, the session, and the earliest posts of the queue (never their texts).

mod engagements;
mod event;
mod nudges;
mod posts;
mod presence;
mod series;
mod slots;

use jiff::Timestamp;

pub use event::{
    Act, Ask, Change, Cue, Effect, Event, Examined, Found, HourStage, Nudge, Outcome, post_key,
};
pub use series::{Recurring, next as next_of_series};
pub use slots::{Place, Stock, Stocked};

use crate::attention::ledger::Ledger;
use crate::attention::usage::Standing;
use crate::clock::Moment;
use crate::plan::Plan;
use engagements::Hours;
pub use nudges::REMEMBERED;
use nudges::Shown;
use posts::Queue;
use presence::Presence;
use slots::Shelf;

/// The state that decisions are made on.
#[derive(Debug, Clone)]
pub struct Engine {
    plan: Plan,
    last: Moment,
    presence: Presence,
    ledger: Ledger,
    queue: Queue,
    shelf: Shelf,
    shown: Shown,
    hours: Hours,
}

impl Engine {
    /// An engine that knows the plan and nothing else; usage, queue and former nudges follow as
    /// events.
    pub fn new(plan: Plan, now: Moment) -> Self {
        Self {
            plan,
            last: now,
            presence: Presence::default(),
            ledger: Ledger::default(),
            queue: Queue::default(),
            shelf: Shelf::default(),
            shown: Shown::default(),
            hours: Hours::default(),
        }
    }

    /// Decides what to do about one event.
    pub fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.notice_time(now, &mut effects);
        match event {
            Event::Tick => {}
            Event::Observed(observation) => self.observed(observation, now, &mut effects),
            Event::PlanChanged(plan) => self.plan_changed(*plan, now, &mut effects),
            Event::UsageRead(usage) => self.usage_read(&usage, now, &mut effects),
            Event::QueueRead(cues) => self.queue_read(cues, now, &mut effects),
            Event::StockRead(stock) => self.stock_read(*stock, now),
            Event::NudgesRead(shown) => self.nudges_read(shown, &mut effects),
            Event::Break(reply) => self.break_answered(reply, now, &mut effects),
            Event::Focused(focus) => self.focused(focus, now, &mut effects),
            Event::Examined(examined) => self.examined(*examined, now, &mut effects),
            Event::Settled { post, outcome } => self.settled(*post, outcome, now, &mut effects),
            Event::Looked { post, found } => self.looked(*post, found, now, &mut effects),
            Event::Answered { key, button } => self.answered(&key, &button, now, &mut effects),
            Event::Stopping => {
                self.close_for_good(now, &mut effects);
                return effects;
            }
        }
        self.advance(now, &mut effects);
        effects
    }

    /// What time alone brings: cuts at the day's edge, checkpoints, due breaks, levels, due posts.
    fn advance(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.advance_presence(now, effects);
        self.advance_posts(now, effects);
        self.advance_nudges(now, effects);
        self.advance_engagements(now, effects);
        self.advance_stock(now, effects);
        self.last = now;
    }

    /// When to send the next `Tick`; `None` when nothing waits.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        let waits = [
            self.presence_wakeup(),
            self.queue.wakeup(),
            self.nudge_wakeup(),
            self.engagement_wakeup(),
            self.stock_wakeup(),
        ];
        waits.into_iter().flatten().min()
    }

    /// The plan in force.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The limits with what is used of them now, the open span included.
    pub fn standings(&self, now: Moment) -> Vec<Standing> {
        match self.presence.open(now) {
            Some((doing, from, until)) => self.ledger.with_open(Some((doing, from, until))),
            None => self.ledger.with_open(None),
        }
    }

    /// Whether nudges are to be silent at this instant.
    fn quiet(&self, at: Timestamp) -> bool {
        let quiet = self.plan.quiet;
        self.plan
            .calendar
            .in_daily_window(at, quiet.from, quiet.until)
    }
}

#[cfg(test)]
mod tests;
