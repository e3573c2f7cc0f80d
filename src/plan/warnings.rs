//! What contradicts itself in a valid plan: accepted, and told.
//!
//! Rules: a warning names the entry and says what to do; a conference that is over is none.
//! It looks a year ahead from `now`. It knows neither usage nor queue.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::{Account, Activity, Conference, Engagement, Limit, Of, Plan, Stage, cadence};
use crate::calendar::{Pattern, Per, Period, format_duration};

/// How far ahead is looked, in days.
const AHEAD: i64 = 366;

/// How many occurrences of one pattern are looked at: more than a day of one a minute.
const OCCURRENCES: usize = 1500;

/// Something that contradicts something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The entry, such as `accounts.blog.slots`.
    pub field: String,
    /// What contradicts what.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Warning {
    fn new(field: String, message: String, help: &str) -> Self {
        Self {
            field,
            message,
            help: help.to_owned(),
        }
    }
}

/// Everything in a plan that contradicts itself, seen from `now`.
pub fn warnings(plan: &Plan, now: Timestamp) -> Vec<Warning> {
    let mut found = Vec::new();
    found.extend(plan.limits.iter().filter_map(floor_above_limit));
    found.extend(plan.limits.iter().filter_map(limit_above_period));
    for account in &plan.accounts {
        found.extend(slots_in_quiet_time(plan, account, now));
        found.extend(unreachable_cadence(plan, account, now));
    }
    for engagement in &plan.engagements {
        found.extend(engagement_above_a_day(engagement));
        found.extend(engagement_in_quiet_time(plan, engagement, now));
        found.extend(engagement_above_limits(plan, engagement, now));
    }
    for conference in &plan.conferences {
        found.extend(odd_conference(conference));
        found.extend(conference_above_limits(plan, conference, now));
    }
    found
}

fn limit_field(limit: &Limit) -> String {
    format!("limits, {} per {}", limit.of, limit.per)
}

fn floor_above_limit(limit: &Limit) -> Option<Warning> {
    let times = limit.overrides.iter().map(|exception| exception.time);
    let least = times.fold(limit.time, Duration::min);
    (limit.at_least > least).then(|| {
        let message = format!(
            "at least {} cannot be kept where at most {} is allowed",
            format_duration(limit.at_least),
            format_duration(least)
        );
        Warning::new(
            limit_field(limit),
            message,
            "lower `at_least` or raise `time`",
        )
    })
}

fn limit_above_period(limit: &Limit) -> Option<Warning> {
    let days = match limit.per {
        Per::Day => 1,
        Per::Week => 7,
        Per::Month => 31,
    };
    let whole = Duration::from_secs(days * 86_400);
    (limit.time > whole).then(|| {
        let time = format_duration(limit.time);
        let message = format!(
            "{time} is more than a whole {}: it limits nothing",
            limit.per
        );
        Warning::new(
            limit_field(limit),
            message,
            "lower `time` or take a longer period",
        )
    })
}

fn slots_in_quiet_time(plan: &Plan, account: &Account, now: Timestamp) -> Vec<Warning> {
    let quiet = plan.quiet;
    let in_quiet = |pattern: &&Pattern| {
        coming(plan, pattern, now)
            .any(|at| plan.calendar.in_daily_window(at, quiet.from, quiet.until))
    };
    let slots = account.slots.iter().filter(in_quiet);
    slots
        .map(|pattern| {
            let message = format!(
                "slot `{pattern}` falls into quiet time ({} to {}), when nobody is told if it fails",
                quiet.from.strftime("%H:%M"),
                quiet.until.strftime("%H:%M")
            );
            let field = format!("accounts.{}.slots", account.name);
            Warning::new(field, message, "move the slot, or shorten quiet time")
        })
        .collect()
}

/// Occurrences of the coming year, the first of them.
fn coming<'a>(
    plan: &'a Plan,
    pattern: &'a Pattern,
    now: Timestamp,
) -> impl Iterator<Item = Timestamp> + 'a {
    let end = a_year_ahead(plan, now);
    pattern.between(&plan.calendar, now, end).take(OCCURRENCES)
}

fn a_year_ahead(plan: &Plan, now: Timestamp) -> Timestamp {
    let today = plan.calendar.day_of(now);
    plan.calendar.day_start(today.saturating_add(AHEAD.days()))
}

/// Beginnings of the coming year, the first of them.
fn starts<'a>(
    plan: &'a Plan,
    engagement: &'a Engagement,
    now: Timestamp,
) -> impl Iterator<Item = Timestamp> + 'a {
    let end = a_year_ahead(plan, now);
    let times = engagement.times.between(&plan.calendar, now, end);
    times.take(OCCURRENCES)
}

/// Quiet time is quiet: an engagement that begins in it opens without a word.
fn engagement_in_quiet_time(
    plan: &Plan,
    engagement: &Engagement,
    now: Timestamp,
) -> Option<Warning> {
    let quiet = plan.quiet;
    let silent = |at| plan.calendar.in_daily_window(at, quiet.from, quiet.until);
    starts(plan, engagement, now).any(silent).then(|| {
        let message = format!(
            "it begins in quiet time ({} to {}), when no nudge says so",
            quiet.from.strftime("%H:%M"),
            quiet.until.strftime("%H:%M")
        );
        let field = format!("engagements, {}", engagement.name);
        Warning::new(
            field,
            message,
            "shorten quiet time, or remember it yourself",
        )
    })
}

/// The length of a day.
const DAY: Duration = Duration::from_hours(24);

/// No congress takes longer.
const LONGEST_CONFERENCE: i32 = 31;

fn engagement_above_a_day(engagement: &Engagement) -> Option<Warning> {
    (engagement.length > DAY).then(|| {
        let length = format_duration(engagement.length);
        let field = format!("engagements, {}", engagement.name);
        let message = format!("it lasts {length}, which is more than a day");
        Warning::new(field, message, "shorten `length`, or make it a conference")
    })
}

fn odd_conference(conference: &Conference) -> Vec<Warning> {
    let field = || format!("conferences, {}", conference.name);
    let mut found = Vec::new();
    if conference.time > DAY {
        let time = format_duration(conference.time);
        let message = format!("{time} a day is more than a day has");
        found.push(Warning::new(
            field(),
            message,
            "lower `time`: it is meant for each day",
        ));
    }
    let days = (conference.until - conference.from).get_days() + 1;
    if days > LONGEST_CONFERENCE {
        let message = format!(
            "it lasts {days} days, from {} to {}",
            conference.from, conference.until
        );
        found.push(Warning::new(field(), message, "look at its days once more"));
    }
    found
}

fn unreachable_cadence(plan: &Plan, account: &Account, now: Timestamp) -> Vec<Warning> {
    if account.slots.is_empty() {
        return Vec::new();
    }
    let today = plan.calendar.day_of(now);
    let starts = cadence::dates(&account.cadence);
    let mut found = Vec::new();
    for (number, (stage, start)) in account.cadence.iter().zip(&starts).enumerate() {
        let over = starts.get(number + 1).is_some_and(|next| *next <= today);
        let from = today.max(*start);
        if over || fewest_slots(plan, account, stage, from) >= stage.min {
            continue;
        }
        let message = format!(
            "{} per {} from {start} on is more than its slots allow",
            stage.min, stage.per
        );
        let field = format!("accounts.{}.cadence", account.name);
        found.push(Warning::new(
            field,
            message,
            "add slots, or plan fewer posts",
        ));
    }
    found
}

/// The smallest number of slots in any whole period of a year, counted up to the stage's least.
fn fewest_slots(plan: &Plan, account: &Account, stage: &Stage, from: Date) -> u32 {
    let end = from.saturating_add(AHEAD.days());
    let mut period = following(plan, plan.calendar.period(stage.per, from));
    let mut fewest = stage.min;
    while period.last < end {
        let (start, until) = plan.calendar.bounds(period);
        let slots = cadence::occurrences(account, &plan.calendar, start, until)
            .take(stage.min as usize)
            .count();
        fewest = fewest.min(u32::try_from(slots).unwrap_or(u32::MAX));
        period = following(plan, period);
    }
    fewest
}

fn following(plan: &Plan, period: Period) -> Period {
    let day = period.last.tomorrow().unwrap_or(period.last);
    plan.calendar.period(period.per, day)
}

fn engagement_above_limits(plan: &Plan, engagement: &Engagement, now: Timestamp) -> Vec<Warning> {
    let counts = |limit: &&Limit| match &limit.of {
        // Writing away from a site counts in its own limit only.
        Of::All => engagement.site.is_some() || engagement.activity != Activity::Write,
        Of::Site(site) => engagement.site.as_ref() == Some(site),
        Of::Activity(activity) => *activity == engagement.activity,
    };
    let field = format!("engagements, {}", engagement.name);
    let limits = plan.limits.iter().filter(counts);
    limits
        .filter_map(|limit| {
            let days = starts(plan, engagement, now).map(|at| plan.calendar.day_of(at));
            busiest(plan, limit, days, engagement.length)
        })
        .map(|told| Warning::new(field.clone(), told, "raise the limit, or add an override"))
        .collect()
}

fn conference_above_limits(plan: &Plan, conference: &Conference, now: Timestamp) -> Vec<Warning> {
    let today = plan.calendar.day_of(now);
    let counts = |limit: &&Limit| match &limit.of {
        Of::All => true,
        Of::Site(site) => conference.site.as_ref() == Some(site),
        Of::Activity(activity) => *activity == Activity::Conference,
    };
    let field = format!("conferences, {}", conference.name);
    let limits = plan.limits.iter().filter(counts);
    limits
        .filter_map(|limit| {
            let days = conference.from.series(1.day());
            let days = days
                .take_while(|day| *day <= conference.until)
                .filter(|day| *day >= today)
                .take(OCCURRENCES);
            busiest(plan, limit, days, conference.time)
        })
        .map(|told| {
            let help = "give the limit an override for these days: rounds limit override";
            Warning::new(field.clone(), told, help)
        })
        .collect()
}

/// Words for the first period in which appointments of `length` on `days` need more than the
/// limit gives.
fn busiest(
    plan: &Plan,
    limit: &Limit,
    days: impl Iterator<Item = Date>,
    length: Duration,
) -> Option<String> {
    let mut needed: BTreeMap<Period, Duration> = BTreeMap::new();
    for day in days {
        let period = plan.calendar.period(limit.per, day);
        let sum = needed.entry(period).or_default();
        *sum = sum.saturating_add(length);
    }
    needed.into_iter().find_map(|(period, needed)| {
        let allowed = limit.in_force(&period);
        (needed > allowed).then(|| {
            format!(
                "it needs {} in the {} from {}, where the limit of {} is {}",
                format_duration(needed),
                period.per,
                period.first,
                limit.of,
                format_duration(allowed)
            )
        })
    })
}

#[cfg(test)]
mod tests;
