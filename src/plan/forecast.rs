//! What the plan will do: limits, slots, engagements and cadence of every day in a range.
//!
//! Rules: it depends on the plan alone, not on the time, usage, the queue or what was published.
//! Slots are all occurrences, past days and quiet time included, each under its day of the plan.
//! An engagement stands under the day on which it begins. Its JSON is part of the contract.
//! It does not know how it is shown to people.

use std::iter::{self, Peekable};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::cadence::{occurrences, target_on};
use super::{Engagement, Limit, Of, Plan};
use crate::calendar::{Calendar, Per};

/// What the plan will do on each day of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// Every day from the first to the last.
    pub days: Vec<Day>,
}

/// One day of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// Its date.
    pub date: Date,
    /// Every limit with the amount in force in the period to which the day belongs, in the order
    /// of the plan; a conference's comes last.
    pub limits: Vec<Budget>,
    /// Slots of all accounts, by time.
    pub slots: Vec<Slot>,
    /// Engagements that begin on the day, by time.
    pub engagements: Vec<Appointment>,
    /// Targets of the accounts whose cadence has begun, in the order of the plan.
    pub cadence: Vec<Aim>,
}

/// A limit as it holds on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// What it measures.
    #[serde(serialize_with = "as_text")]
    pub of: Of,
    /// Over which period.
    pub per: Per,
    /// The amount, in whole seconds.
    pub limit_s: u64,
}

/// A slot of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// The account's name.
    pub account: String,
    /// When a post may go out.
    pub at: Told,
}

/// One hour of an engagement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Appointment {
    /// The engagement's name.
    pub name: String,
    /// When it begins.
    pub from: Told,
    /// When it ends.
    pub until: Told,
}

/// What an account means to publish in the period to which a day belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Aim {
    /// The account's name.
    pub account: String,
    /// Week or month.
    pub period: Per,
    /// Least number of posts.
    pub target_min: u32,
    /// Greatest number of posts.
    pub target_max: u32,
}

/// An instant; serializes as RFC 3339 with the plan's offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The instant.
    pub at: Timestamp,
    /// The same in RFC 3339.
    pub text: String,
}

impl Told {
    fn new(calendar: &Calendar, at: Timestamp) -> Self {
        let text = calendar.rfc3339(at);
        Self { at, text }
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

fn as_text<S: Serializer>(of: &Of, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(of)
}

/// What the plan will do on every day from `from` to `to`, both included; no day where `to` lies
/// before `from`.
pub fn forecast(plan: &Plan, from: Date, to: Date) -> Forecast {
    let calendar = &plan.calendar;
    let until = calendar.bounds(calendar.period(Per::Day, to)).1;
    let since = calendar.day_start(from);
    let mut slots = slots(plan, since, until).into_iter().peekable();
    let mut engagements = engagements(plan, since, until).into_iter().peekable();
    let dates = iter::successors(Some(from), |day| day.tomorrow().ok());
    let days = dates
        .take_while(|date| *date <= to)
        .map(|date| {
            let end = calendar.bounds(calendar.period(Per::Day, date)).1;
            Day {
                date,
                limits: limits(plan, date),
                slots: before(&mut slots, |slot| slot.at.at < end),
                engagements: before(&mut engagements, |hour| hour.from.at < end),
                cadence: cadence(plan, date),
            }
        })
        .collect();
    Forecast { days }
}

/// Takes what still belongs to a day from what is sorted by time.
fn before<I: Iterator>(
    sorted: &mut Peekable<I>,
    belongs: impl Fn(&I::Item) -> bool,
) -> Vec<I::Item> {
    iter::from_fn(|| sorted.next_if(&belongs)).collect()
}

fn slots(plan: &Plan, since: Timestamp, until: Timestamp) -> Vec<Slot> {
    let calendar = &plan.calendar;
    let mut slots: Vec<Slot> = plan
        .accounts
        .iter()
        .flat_map(|account| {
            occurrences(account, calendar, since, until).map(|at| Slot {
                account: account.name.clone(),
                at: Told::new(calendar, at),
            })
        })
        .collect();
    // Stable: accounts that share an instant stay in the order of the plan.
    slots.sort_by_key(|slot| slot.at.at);
    slots
}

fn engagements(plan: &Plan, since: Timestamp, until: Timestamp) -> Vec<Appointment> {
    let mut hours: Vec<Appointment> = plan
        .engagements
        .iter()
        .flat_map(|engagement| {
            let begins = engagement.times.between(&plan.calendar, since, until);
            begins.map(|at| appointment(&plan.calendar, engagement, at))
        })
        .collect();
    hours.sort_by_key(|hour| hour.from.at);
    hours
}

fn appointment(calendar: &Calendar, engagement: &Engagement, begins: Timestamp) -> Appointment {
    let length = SignedDuration::try_from(engagement.length).unwrap_or(SignedDuration::MAX);
    let ends = begins.saturating_add(length).unwrap_or(Timestamp::MAX);
    Appointment {
        name: engagement.name.clone(),
        from: Told::new(calendar, begins),
        until: Told::new(calendar, ends),
    }
}

fn limits(plan: &Plan, day: Date) -> Vec<Budget> {
    let budget = |limit: Limit| Budget {
        limit_s: limit
            .in_force(&plan.calendar.period(limit.per, day))
            .as_secs(),
        of: limit.of,
        per: limit.per,
    };
    plan.limits_on(day).into_iter().map(budget).collect()
}

fn cadence(plan: &Plan, day: Date) -> Vec<Aim> {
    let accounts = plan.accounts.iter();
    accounts
        .filter_map(|account| {
            let target = target_on(&account.cadence, &plan.calendar, day)?;
            Some(Aim {
                account: account.name.clone(),
                period: target.per,
                target_min: target.min,
                target_max: target.max,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
