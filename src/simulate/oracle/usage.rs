//! Usage: where the clinician really was, against what is remembered and what limits count.
//!
//! Tolerances, each for what the program cannot know:
//! - too little: one minute for each crash, since an open span is written every minute;
//! - too much: the idle threshold, where a crash, a sleep, a step or a cut falls between the last
//!   input and the idle alarm;
//! - as much as the clock was put back, since some time is shown twice then;
//! - two milliseconds for each span, which is the database's resolution at both ends;
//! - a ten-thousandth, twice what the wall clock may gain or lose against the time awake.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Breach, never};
use crate::attention::usage::{Source, Standing};
use crate::calendar::Period;
use crate::plan::{Of, Plan};
use crate::store::Store;

type Span = (Timestamp, Timestamp);

/// The witness's own book of time.
#[derive(Debug, Default)]
pub(in crate::simulate) struct UsageBook {
    /// Where the wall clock stood while somebody was really there and the program ran.
    real: Vec<Span>,
    total: Duration,
    logged: Vec<Span>,
    amounts: Vec<(Date, Duration)>,
    too_little: Vec<(Timestamp, Duration)>,
    too_much: Vec<(Timestamp, Duration)>,
}

impl UsageBook {
    /// Somebody was on a site for so long.
    pub(in crate::simulate) fn was_there(&mut self, from: Timestamp, time: Duration) {
        self.total += time;
        let until = crate::simulate::clocks::later(from, time);
        match self.real.last_mut() {
            Some(last) if last.1 == from => last.1 = until,
            _ => self.real.push((from, until)),
        }
    }

    /// The time that somebody was really there, as measured.
    pub(in crate::simulate) const fn total(&self) -> Duration {
        self.total
    }

    pub(in crate::simulate) fn logged(&mut self, from: Timestamp, until: Timestamp) {
        self.logged.push((from, until));
    }

    pub(in crate::simulate) fn logged_amount(&mut self, day: Date, time: Duration) {
        self.amounts.push((day, time));
    }

    /// A crash may lose the last minute.
    pub(in crate::simulate) fn may_lose(&mut self, wall: Timestamp) {
        self.too_little.push((wall, Duration::from_secs(61)));
    }

    /// The program could not see that somebody had just left.
    pub(in crate::simulate) fn may_exceed(&mut self, wall: Timestamp, time: Duration) {
        self.too_much.push((wall, time));
    }

    /// Compares memory with the truth.
    pub(in crate::simulate) fn compare(&self, store: &Store) -> Result<(), Breach> {
        let everything = (Timestamp::MIN, Timestamp::MAX);
        let usage = store.usage(everything, (Date::MIN, Date::MAX))?;
        let sensed = usage.intervals.iter();
        let sensed: Vec<Span> = sensed
            .filter(|i| i.source == Source::Sensor && i.doing.site.is_some())
            .map(|i| (i.from, i.until))
            .collect();
        let resolution = self.resolution(sensed.len());
        let sum: Duration = sensed
            .iter()
            .map(|(from, until)| crate::simulate::clocks::between(*from, *until))
            .sum();
        self.near("all sensed time", everything, sum, self.total, resolution)?;
        let days = (Date::MIN, Date::MAX);
        let all = usage.total(everything, days, |doing| doing.site.is_some());
        let own = self.truth(everything, days);
        self.near("all time", everything, all, own, resolution)
    }

    /// Compares what the limits count with the truth.
    pub(in crate::simulate) fn compare_limits(
        &self,
        standings: &[Standing],
        plan: &Plan,
        wall: Timestamp,
    ) -> Result<(), Breach> {
        let running = |period: &Period| *period == plan.calendar.period_at(period.per, wall);
        for standing in standings {
            if standing.of == Of::All && running(&standing.period) {
                let days = (standing.period.first, standing.period.last);
                let range = plan.calendar.bounds(standing.period);
                let own = self.truth(range, days);
                let what = format!("all per {}", standing.per);
                let resolution = self.resolution(self.real.len());
                self.near(&what, range, standing.used, own, resolution)?;
            }
        }
        Ok(())
    }

    fn near(
        &self,
        what: &str,
        range: Span,
        counted: Duration,
        own: Duration,
        resolution: Duration,
    ) -> Result<(), Breach> {
        let most = own + allowed(&self.too_much, range) + resolution;
        never(counted > most, || {
            format!("{what}: {counted:?} are counted, {own:?} were real")
        })?;
        let lost = allowed(&self.too_little, range) + Duration::from_secs(61);
        let least = own.saturating_sub(lost + resolution);
        never(counted < least, || {
            format!("{what}: only {counted:?} counted of {own:?}")
        })
    }

    fn resolution(&self, spans: usize) -> Duration {
        Duration::from_millis(spans as u64 * 2) + self.total / 10_000
    }

    /// Real and logged time of a range, overlaps once.
    fn truth(&self, (from, until): Span, (first, last): (Date, Date)) -> Duration {
        let all = self.real.iter().chain(&self.logged);
        let mut edges: Vec<(Timestamp, i32)> = all
            .map(|span| (span.0.max(from), span.1.min(until)))
            .filter(|span| span.0 < span.1)
            .flat_map(|span| [(span.0, 1), (span.1, -1)])
            .collect();
        edges.sort_unstable();
        let (mut depth, mut since, mut total) = (0, Timestamp::MIN, Duration::ZERO);
        for (at, change) in edges {
            if depth > 0 {
                total += crate::simulate::clocks::between(since, at);
            }
            (depth, since) = (depth + change, at);
        }
        let amounts = self.amounts.iter();
        let amounts: Duration = amounts
            .filter(|(day, _)| first <= *day && *day <= last)
            .map(|(_, time)| *time)
            .sum();
        total + amounts
    }
}

/// What is allowed for what happened in a range, or within an hour of it.
fn allowed(allowances: &[(Timestamp, Duration)], (from, until): Span) -> Duration {
    let hour = jiff::SignedDuration::from_hours(1);
    let from = from.saturating_sub(hour).unwrap_or(Timestamp::MIN);
    let until = until.saturating_add(hour).unwrap_or(Timestamp::MAX);
    let near = allowances
        .iter()
        .filter(|(at, _)| from <= *at && *at <= until);
    near.map(|(_, time)| *time).sum()
}
