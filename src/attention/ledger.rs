//! What is used of each limit in its running period, kept up to date span by span.
//!
//! A ledger is built from everything recorded in the running periods and then fed with closed
//! spans of the sensor. Spans of one sensor never overlap each other; against time that was logged
//! by hand an overlap counts once.

use std::time::Duration;

use jiff::Timestamp;

use super::usage::{Doing, Interval, Source, Standing, Usage, in_force, limits_on, span, union};
use crate::calendar::Per;
use crate::plan::{Limit, Plan};

/// The limits in force, with what is used of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    standings: Vec<Standing>,
    logged: Vec<Interval>,
}

impl Ledger {
    /// Adds up what was recorded in the periods that run at `now`.
    pub fn build(plan: &Plan, usage: &Usage, now: Timestamp) -> Self {
        let today = plan.calendar.day_of(now);
        let standing = |limit: Limit| {
            let period = plan.calendar.period(limit.per, today);
            let used = usage.in_period(&plan.calendar, &period, |d| d.counts_in(&limit.of));
            let time = in_force(&limit, &period);
            Standing {
                of: limit.of,
                per: limit.per,
                period,
                limit: time,
                used,
            }
        };
        Self {
            standings: limits_on(plan, today).into_iter().map(standing).collect(),
            logged: usage
                .intervals
                .iter()
                .filter(|i| i.source != Source::Sensor)
                .cloned()
                .collect(),
        }
    }

    /// Adds a closed span of the sensor.
    pub fn add(&mut self, doing: &Doing, from: Timestamp, until: Timestamp) {
        for index in 0..self.standings.len() {
            if doing.counts_in(&self.standings[index].of) {
                let fresh = self.fresh(index, from, until);
                self.standings[index].used += fresh;
            }
        }
    }

    /// The standings, a span that is still open included.
    pub fn with_open(&self, open: Option<(&Doing, Timestamp, Timestamp)>) -> Vec<Standing> {
        let mut standings = self.standings.clone();
        if let Some((doing, from, until)) = open {
            for (index, standing) in standings.iter_mut().enumerate() {
                if doing.counts_in(&standing.of) {
                    standing.used += self.fresh(index, from, until);
                }
            }
        }
        standings
    }

    /// How much of a span is not yet counted in a limit by time logged by hand.
    fn fresh(&self, index: usize, from: Timestamp, until: Timestamp) -> Duration {
        let of = &self.standings[index].of;
        let mut covered: Vec<_> = self
            .logged
            .iter()
            .filter(|logged| logged.doing.counts_in(of))
            .map(|logged| (logged.from.max(from), logged.until.min(until)))
            .filter(|(from, until)| from < until)
            .collect();
        span(from, until).saturating_sub(union(&mut covered))
    }
}

/// The days whose usage a ledger needs: from the first day of the longest running period on.
pub fn first_day_needed(plan: &Plan, now: Timestamp) -> jiff::civil::Date {
    let today = plan.calendar.day_of(now);
    [Per::Day, Per::Week, Per::Month]
        .into_iter()
        .map(|per| plan.calendar.period(per, today).first)
        .min()
        .unwrap_or(today)
}
