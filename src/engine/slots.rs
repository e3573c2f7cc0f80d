//! The slots of accounts: a word in time when nothing is ready for one, and when too much is queued.
//!
//! Rules. A slot is asked about once, ever, before it comes: on the latest morning (the end of
//! quiet time) that leaves an hour to write; of several slots on one day only one is asked about.
//! Nobody is asked when a post stands on the slot, when it is let pass, when the period's aim is
//! met, or when the account is level with its aim so far; nor in quiet time, nor once the slot has
//! come. The question goes off the screen when it has no reason any more. More queued than meant is
//! told once per period. A slot that passed empty is never made up for: the next one is as any
//! other.
//!
//! Times come from `plan::cadence` alone. It knows posts as places in time, never their texts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use super::presence::later;
use super::series::Recurring;
use super::{Effect, Engine, Nudge};
use crate::clock::Moment;
use crate::plan::cadence::{self, Target, Word, standing, target_on};
use crate::plan::{Account, Plan};

/// So long before a slot somebody is asked at the latest: a short post with its checks takes less.
const LEAD: SignedDuration = SignedDuration::from_hours(1);
/// The morning of who has no quiet time.
const MORNING: Time = Time::constant(7, 0, 0, 0);

/// What memory has of accounts' posts, past and to come, as far as slots are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stock {
    /// Posts that are out or wait, from the running periods on.
    pub posts: Vec<Stocked>,
    /// Slots that are let pass, by account.
    pub skipped: BTreeSet<(String, Timestamp)>,
    /// Posts that recur.
    pub series: Vec<Recurring>,
}

/// A post as a place in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stocked {
    /// The account.
    pub account: String,
    /// When it went out, or will.
    pub at: Timestamp,
    /// The slot on which it stands, if it stands on one.
    pub due_at: Option<Timestamp>,
    /// How far it is.
    pub place: Place,
}

/// How far a post is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// It takes its slot, and something holds it.
    Waiting,
    /// It will go out.
    Queued,
    /// It is out.
    Published,
}

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

    pub(super) fn advance_stock(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        let set_back = now.wall < self.last.wall;
        let due = self.shelf.look_at.is_some_and(|at| at <= now.wall);
        if !self.shelf.is_known || !(due || set_back) {
            return;
        }
        let mut next = self.repeat(now.wall, effects);
        self.put_away(now.wall, effects);
        let (nudges, looks) = self.about_stock(now.wall);
        next.extend(looks);
        if self.quiet(now.wall) {
            next.extend((!nudges.is_empty()).then(|| self.after_quiet(now.wall)));
        } else {
            for nudge in nudges {
                self.shown.first(&nudge.key());
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
            let Some(slot) = cadence::coming(account, &self.plan.calendar, now).next() else {
                continue;
            };
            let asks_at = asks_at(&self.plan, slot);
            looks.push(if now < asks_at { asks_at } else { slot });
            if now >= asks_at
                && is_wanted(&self.plan, &self.shelf.stock, account, slot)
                && !self.asked_that_day(account, slot)
            {
                nudges.push(Nudge::Slot {
                    account: account.name.clone(),
                    slot,
                    when: self.plan.calendar.spoken(slot),
                });
            }
        }
        nudges.extend(ahead(&self.plan, &self.shelf.stock, now));
        nudges.retain(|nudge| !self.shown.has(&nudge.key()));
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
            |(account, slot): &(String, Timestamp)| *slot <= now || !is_free(stock, account, *slot);
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

fn is_free(stock: &Stock, account: &str, slot: Timestamp) -> bool {
    let mut mine = stock.posts.iter().filter(|post| post.account == account);
    !mine.any(|post| post.due_at == Some(slot))
        && !stock.skipped.contains(&(account.to_owned(), slot))
}

/// Whether a post is wanted on a slot: it is free, and the account is behind its aim so far.
fn is_wanted(plan: &Plan, stock: &Stock, account: &Account, slot: Timestamp) -> bool {
    let day = plan.calendar.day_of(slot);
    let Some(target) = target_on(&account.cadence, &plan.calendar, day) else {
        return false;
    };
    if !is_free(stock, &account.name, slot) {
        return false;
    }
    let (from, until) = bounds(plan, &target);
    let within =
        |post: &&Stocked| post.account == account.name && from <= post.at && post.at < until;
    let coming = stock.posts.iter().filter(within).count() as u64;
    let before = stock
        .posts
        .iter()
        .filter(within)
        .filter(|post| post.at <= slot)
        .count() as u64;
    coming < u64::from(target.min) && before < level(&target, (from, until), slot)
}

/// How many posts would be level with the aim once this slot is past, if they were spread evenly.
fn level(target: &Target, (from, until): (Timestamp, Timestamp), slot: Timestamp) -> u64 {
    let seconds = |from: Timestamp, until: Timestamp| {
        u64::try_from(until.duration_since(from).as_secs()).unwrap_or_default()
    };
    let whole = seconds(from, until).max(1);
    let share = u64::from(target.min) * seconds(from, slot) / whole;
    (1 + share).min(u64::from(target.min))
}

/// The instants of a target's period.
fn bounds(plan: &Plan, target: &Target) -> (Timestamp, Timestamp) {
    let calendar = &plan.calendar;
    let ends = target.last.tomorrow();
    let until = ends.map_or(Timestamp::MAX, |day| calendar.day_start(day));
    (calendar.day_start(target.first), until)
}

/// The periods in which more will have gone out than meant, where something can still be changed.
fn ahead(plan: &Plan, stock: &Stock, now: Timestamp) -> Vec<Nudge> {
    let mut nudges = Vec::new();
    for account in &plan.accounts {
        let queued = stock.posts.iter().filter(|post| {
            post.account == account.name && post.place == Place::Queued && post.at > now
        });
        let targets = queued.filter_map(|post| {
            target_on(
                &account.cadence,
                &plan.calendar,
                plan.calendar.day_of(post.at),
            )
        });
        let targets: BTreeMap<_, Target> = targets.map(|target| (target.first, target)).collect();
        for (first, target) in targets {
            let (from, until) = bounds(plan, &target);
            let count = |place: Place| {
                let mine = stock.posts.iter().filter(|post| {
                    post.account == account.name
                        && post.place == place
                        && from <= post.at
                        && post.at < until
                });
                u32::try_from(mine.count()).unwrap_or(u32::MAX)
            };
            let (published, queued) = (count(Place::Published), count(Place::Queued));
            if standing(&target, published, queued) == Word::Ahead {
                nudges.push(Nudge::Ahead {
                    key: format!("ahead:{}:{first}", account.name),
                    account: account.name.clone(),
                    per: target.per,
                    first,
                    planned: published.saturating_add(queued),
                    most: target.max,
                });
            }
        }
    }
    nudges
}

/// How long an effect that memory did not answer is waited for.
pub(super) fn patience(now: Timestamp) -> Timestamp {
    later(now, Duration::from_mins(5))
}

#[cfg(test)]
mod tests;
