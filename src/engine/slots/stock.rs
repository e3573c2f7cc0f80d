//! What stands on the slots and in the periods of accounts, added up at an instant.
//!
//! Posts are counted as memory reads them, and none of them is kept: ten thousand queued posts are
//! the same few numbers as ten. The numbers hold until the first account's next slot comes or its
//! period ends; then they are added up anew. They concern the period that runs, the one after it,
//! and that of the next slot.

use jiff::Timestamp;

use super::{Nudge, Recurring};
use crate::calendar::Calendar;
use crate::plan::cadence::{self, Target, Word, standing, target_on};
use crate::plan::{Account, Plan};

/// What memory has of accounts' posts, past and to come, as far as slots are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stock {
    /// When it was added up; never, for one that says nothing.
    added_up_at: Option<Timestamp>,
    accounts: Vec<Shelf>,
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

/// One account's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shelf {
    account: String,
    slot: Option<NextSlot>,
    periods: Vec<Period>,
}

/// The next slot of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NextSlot {
    at: Timestamp,
    is_free: bool,
}

/// A period of an account's cadence.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Period {
    target: Target,
    from: Timestamp,
    until: Timestamp,
    waiting: u32,
    queued: u32,
    published: u32,
    /// How many of them have their time by the next slot, that one included.
    by_slot: u32,
    /// Something is still to go out in it.
    can_change: bool,
}

impl Stock {
    /// Nothing yet, for what has to be counted at this instant.
    pub fn new(plan: &Plan, now: Timestamp) -> Self {
        let shelf = |account: &Account| Shelf::new(account, &plan.calendar, now);
        Self {
            added_up_at: Some(now),
            accounts: plan.accounts.iter().map(shelf).collect(),
            series: Vec::new(),
        }
    }

    /// Posts whose time comes at this instant or later are of no concern.
    pub fn concerns_until(&self) -> Timestamp {
        let second = jiff::SignedDuration::from_secs(1);
        let ends = self.accounts.iter().flat_map(|shelf| {
            let slot = shelf.slot.iter();
            let slot = slot.map(|slot| slot.at.saturating_add(second).unwrap_or(slot.at));
            slot.chain(shelf.periods.iter().map(|period| period.until))
        });
        ends.max().unwrap_or(Timestamp::MIN)
    }

    /// Counts a post.
    pub fn put(&mut self, post: &Stocked) {
        let Some(now) = self.added_up_at else {
            return;
        };
        let mut shelves = self.accounts.iter_mut();
        if let Some(shelf) = shelves.find(|shelf| shelf.account == post.account) {
            shelf.put(post, now);
        }
    }

    /// Notes that a slot is let pass.
    pub fn skip(&mut self, account: &str, at: Timestamp) {
        let mut shelves = self.accounts.iter_mut();
        let mine = shelves.find(|shelf| shelf.account == account);
        let slot = mine.and_then(|shelf| shelf.slot.as_mut());
        if let Some(slot) = slot.filter(|slot| slot.at == at) {
            slot.is_free = false;
        }
    }

    /// Whether anything was added up; if not, memory is being asked.
    pub(super) fn says_something(&self) -> bool {
        self.added_up_at.is_some()
    }

    /// Whether the numbers are true at this instant.
    pub(super) fn holds_at(&self, now: Timestamp) -> bool {
        self.added_up_at.is_some_and(|at| at <= now)
            && self.holds_until().is_none_or(|until| now < until)
    }

    /// When they have to be added up anew though nothing was written.
    pub(super) fn holds_until(&self) -> Option<Timestamp> {
        let now = self.added_up_at?;
        let ends = self.accounts.iter().flat_map(|shelf| {
            let running = shelf.periods.iter().filter(|period| period.from <= now);
            let slot = shelf.slot.iter().map(|slot| slot.at);
            slot.chain(running.map(|period| period.until))
        });
        ends.filter(|end| *end > now).min()
    }

    /// The next slot of an account.
    pub(super) fn next_slot(&self, account: &str) -> Option<Timestamp> {
        Some(self.shelf(account)?.slot.as_ref()?.at)
    }

    /// Whether this is the next slot of an account, nothing stands on it, and it is not let pass.
    pub(super) fn is_free(&self, account: &str, slot: Timestamp) -> bool {
        let next = self.shelf(account).and_then(|shelf| shelf.slot.as_ref());
        next.is_some_and(|next| next.at == slot && next.is_free)
    }

    /// Whether a post is wanted on the next slot: it is free, and the account is behind its aim so
    /// far.
    pub(super) fn wants(&self, account: &str) -> bool {
        let wanted = |mine: &Shelf| {
            let slot = mine.slot.as_ref().filter(|slot| slot.is_free)?.at;
            let period = mine.periods.iter().find(|period| period.has(slot))?;
            Some(period.all() < period.target.min && period.by_slot < period.level(slot))
        };
        self.shelf(account).and_then(wanted).unwrap_or_default()
    }

    /// The periods in which more will have gone out than meant, where something can still be
    /// changed.
    pub(super) fn ahead(&self) -> impl Iterator<Item = Nudge> + '_ {
        self.accounts.iter().flat_map(|shelf| {
            let ahead = shelf.periods.iter().filter(|period| period.is_ahead());
            ahead.map(|period| Nudge::Ahead {
                key: format!("ahead:{}:{}", shelf.account, period.target.first),
                account: shelf.account.clone(),
                per: period.target.per,
                first: period.target.first,
                planned: period.published.saturating_add(period.queued),
                most: period.target.max,
            })
        })
    }

    fn shelf(&self, account: &str) -> Option<&Shelf> {
        self.accounts.iter().find(|shelf| shelf.account == account)
    }
}

impl Shelf {
    fn new(account: &Account, calendar: &Calendar, now: Timestamp) -> Self {
        let slot = cadence::coming(account, calendar, now).next();
        let mut periods: Vec<Period> = Vec::new();
        let mut add = |at: Timestamp| {
            let known = periods.iter().any(|period| period.has(at));
            let found = Period::of(account, calendar, at).filter(|_| !known);
            periods.extend(found);
            periods.last().map(|period| period.until)
        };
        let next = add(now);
        for at in next.into_iter().chain(slot) {
            add(at);
        }
        Self {
            account: account.name.clone(),
            slot: slot.map(|at| NextSlot { at, is_free: true }),
            periods,
        }
    }

    fn put(&mut self, post: &Stocked, now: Timestamp) {
        if let Some(slot) = &mut self.slot {
            slot.is_free &= post.due_at != Some(slot.at);
        }
        let Some(period) = self.periods.iter_mut().find(|period| period.has(post.at)) else {
            return;
        };
        let count = match post.place {
            Place::Waiting => &mut period.waiting,
            Place::Queued => &mut period.queued,
            Place::Published => &mut period.published,
        };
        *count = count.saturating_add(1);
        period.can_change |= post.place == Place::Queued && post.at > now;
        let by_slot = self.slot.as_ref().is_some_and(|slot| post.at <= slot.at);
        period.by_slot = period.by_slot.saturating_add(u32::from(by_slot));
    }
}

impl Period {
    fn of(account: &Account, calendar: &Calendar, at: Timestamp) -> Option<Self> {
        let target = target_on(&account.cadence, calendar, calendar.day_of(at))?;
        let (from, until) = target.bounds(calendar);
        Some(Self {
            target,
            from,
            until,
            waiting: 0,
            queued: 0,
            published: 0,
            by_slot: 0,
            can_change: false,
        })
    }

    fn has(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    fn all(&self) -> u32 {
        let sure = self.published.saturating_add(self.queued);
        sure.saturating_add(self.waiting)
    }

    fn is_ahead(&self) -> bool {
        self.can_change && standing(&self.target, self.published, self.queued) == Word::Ahead
    }

    /// How many posts would be level with the aim once this slot is past, if they were spread
    /// evenly.
    fn level(&self, slot: Timestamp) -> u32 {
        let seconds = |until: Timestamp| {
            u64::try_from(until.duration_since(self.from).as_secs()).unwrap_or_default()
        };
        let share = u64::from(self.target.min) * seconds(slot) / seconds(self.until).max(1);
        let level = u32::try_from(1 + share).unwrap_or(u32::MAX);
        level.min(self.target.min)
    }
}
