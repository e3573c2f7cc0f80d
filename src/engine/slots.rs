//! The slots of accounts: a word in time when nothing is ready for one, and when too much is queued.
//!
//! Rules. A slot is asked about once, ever, before it comes: on the latest morning (the end of
//! quiet time) that leaves an hour to write; of several slots on one day only one is asked about.
//! Nobody is asked when a post stands on the slot, when it is let pass, when the period's aim is
//! met, or when the account is level with its aim so far; nor in quiet time, nor once the slot has
//! come. The question goes off the screen when it has no reason any more. More queued than meant is
//! told once for the running period and once for the next. A slot that passed empty is never made
//! up for: the next one is as any other.
//!
//! Times come from `plan::cadence` alone. It knows posts as places in time, never their texts.

mod stock;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use super::presence::later;
use super::series::Recurring;
use super::{Effect, Engine, Nudge};
use crate::clock::Moment;
use crate::plan::{Account, Plan};
pub use stock::{Place, Stock, Stocked};

/// So long before a slot somebody is asked at the latest: a short post with its checks takes less.
const LEAD: SignedDuration = SignedDuration::from_hours(1);
/// The morning of who has no quiet time.
const MORNING: Time = Time::constant(7, 0, 0, 0);

/// What is known of the stock, and when something about it changes by time alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    pub(super) stock: Stock,
    /// It was read at least once: before that nobody is told that nothing is there.
    is_known: bool,
    look_at: Option<Timestamp>,
    /// Questions on the screen, with their account and slot.
    on_screen: BTreeMap<String, (String, Timestamp)>,
    /// A post of a series was asked for; it is not asked for again before this.
    pub(super) repeats_from: Option<Timestamp>,
}

impl Engine {
    pub(super) fn stock_read(&mut self, stock: Stock, now: Moment) {
        self.shelf.stock = stock;
        self.shelf.is_known = true;
        self.shelf.look_at = Some(now.wall);
        self.shelf.repeats_from = None;
    }

    /// Asks memory for the stock as it is now; asks again if no answer comes.
    pub(super) fn read_stock(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.shelf.stock = Stock::default();
        self.shelf.look_at = Some(patience(now.wall));
        effects.push(Effect::ReadQueue);
    }

    pub(super) fn advance_stock(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let due = self.shelf.look_at.is_some_and(|at| at <= now.wall);
        let is_over = !self.shelf.stock.holds_at(now.wall);
        if !self.shelf.is_known || !(due || is_over && self.shelf.stock.says_something()) {
            return;
        }
        if is_over {
            return self.read_stock(now, effects);
        }
        let mut next = self.repeat(now.wall, effects);
        self.put_away(now.wall, effects);
        let (nudges, looks) = self.about_stock(now.wall);
        next.extend(looks);
        if self.quiet(now.wall) {
            next.extend((!nudges.is_empty()).then(|| self.after_quiet(now.wall)));
        } else {
            for nudge in nudges {
                self.shown.first(&nudge.key(), now.wall);
                if let Nudge::Slot { account, slot, .. } = &nudge {
                    let about = (account.clone(), *slot);
                    self.shelf.on_screen.insert(nudge.key(), about);
                }
                effects.push(Effect::Show(nudge));
            }
        }
        self.shelf.look_at = next.into_iter().filter(|at| *at > now.wall).min();
    }

    /// When the stock has to be looked at although nothing happened.
    pub(super) fn stock_wakeup(&self) -> Option<Timestamp> {
        self.shelf.look_at.filter(|_| self.shelf.is_known)
    }

    /// What was not said yet, and when something else could be.
    fn about_stock(&self, now: Timestamp) -> (Vec<Nudge>, Vec<Timestamp>) {
        let (mut nudges, mut looks) = (Vec::new(), Vec::new());
        for account in &self.plan.accounts {
            let Some(slot) = self.shelf.stock.next_slot(&account.name) else {
                continue;
            };
            let asks_at = asks_at(&self.plan, slot);
            if now < asks_at {
                looks.push(asks_at);
            } else if self.shelf.stock.wants(&account.name) && !self.asked_that_day(account, slot) {
                nudges.push(Nudge::Slot {
                    account: account.name.clone(),
                    slot,
                    when: self.plan.calendar.spoken(slot),
                });
            }
        }
        nudges.extend(self.shelf.stock.ahead());
        looks.extend(self.shelf.stock.holds_until());
        nudges.retain(|nudge| !self.shown.contains(&nudge.key()));
        (nudges, looks)
    }

    /// Whether somebody was asked about this slot, or another one of its day.
    fn asked_that_day(&self, account: &Account, slot: Timestamp) -> bool {
        let calendar = &self.plan.calendar;
        let prefix = format!("slot:{}:", account.name);
        let asked = self.shown.with_prefix(&prefix);
        let mut slots = asked.filter_map(|key| slot_of_key(key).map(|(_, slot)| slot));
        slots.any(|other| calendar.day_of(other) == calendar.day_of(slot))
    }

    /// Takes questions off the screen whose slot came, was filled or is let pass.
    fn put_away(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let stock = &self.shelf.stock;
        let gone =
            |(account, slot): &(String, Timestamp)| *slot <= now || !stock.is_free(account, *slot);
        let on_screen = std::mem::take(&mut self.shelf.on_screen);
        let (gone, kept) = on_screen.into_iter().partition(|(_, about)| gone(about));
        self.shelf.on_screen = kept;
        let gone: BTreeMap<String, _> = gone;
        effects.extend(gone.into_keys().map(Effect::PutAway));
    }

    /// What a pressed button of a question about a slot means.
    pub(super) fn slot_answered(&mut self, key: &str, button: &str, effects: &mut Vec<Effect>) {
        let Some((account, slot)) = slot_of_key(key) else {
            return;
        };
        self.shelf.on_screen.remove(key);
        match button {
            "write" => effects.push(Effect::Write { account, slot }),
            "skip" => effects.push(Effect::SkipSlot { account, slot }),
            _ => {}
        }
    }
}

/// The key of the question about a slot.
pub(super) fn slot_key(account: &str, slot: Timestamp) -> String {
    format!("slot:{account}:{}", slot.as_second())
}

fn slot_of_key(key: &str) -> Option<(String, Timestamp)> {
    let (account, second) = key.strip_prefix("slot:")?.rsplit_once(':')?;
    let slot = Timestamp::from_second(second.parse().ok()?).ok()?;
    Some((account.to_owned(), slot))
}

/// When somebody is asked about a slot: the last morning that leaves time to write.
pub(super) fn asks_at(plan: &Plan, slot: Timestamp) -> Timestamp {
    let quiet = plan.quiet;
    let wakes = if quiet.from == quiet.until {
        MORNING
    } else {
        quiet.until
    };
    let latest = slot.saturating_sub(LEAD).unwrap_or(slot);
    let before = latest.saturating_sub(SignedDuration::from_hours(49));
    let mut morning = plan
        .calendar
        .next_local_time(before.unwrap_or(latest), wakes);
    loop {
        let next = plan.calendar.next_local_time(morning, wakes);
        if next > latest || next <= morning {
            return morning;
        }
        morning = next;
    }
}

/// How long an effect that memory did not answer is waited for.
pub(super) fn patience(now: Timestamp) -> Timestamp {
    later(now, Duration::from_mins(5))
}

#[cfg(test)]
mod tests;
