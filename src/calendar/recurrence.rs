//! When an entry of a calendar recurs: a rule of RFC 5545, section 3.3.10, run on civil time.
//!
//! Rules: an occurrence is a time of the local clock, never an instant, so that a chat at eight
//! stays at eight; none lies before the beginning, which is itself one only if the rule says so.
//! A date that a month does not have (the 31st, the fifth Friday) is left out, not moved. What
//! recurs within the day, or more often than an appointment does, is refused, and so is whatever
//! the rule says that is not understood: half a rule would give wrong dates. However far a rule
//! runs, only the days asked for are expanded. It knows no calendar file.

mod days;
mod read;

use std::num::NonZeroU32;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{Span, ToSpan};

use super::Calendar;

/// How often a day it may recur.
const A_DAY: usize = 4;
/// What lies further back began by mistake.
const EARLIEST_YEAR: i16 = 1900;

/// A recurrence rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    every: Every,
    interval: NonZeroU32,
    /// How many occurrences there are, from the first on.
    count: Option<NonZeroU32>,
    until: Option<End>,
    week_starts: Weekday,
    months: Vec<i8>,
    /// Numbers of weeks; from the year's end where negative.
    weeks: Vec<i8>,
    /// Days of the year; from its end where negative.
    year_days: Vec<i16>,
    /// Days of the month; from its end where negative.
    month_days: Vec<i8>,
    weekdays: Vec<Nth>,
    hours: Vec<i8>,
    minutes: Vec<i8>,
    seconds: Vec<i8>,
    /// Which of a period's occurrences are taken; from its end where negative.
    positions: Vec<i16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// A weekday: each one, or the n-th of its month or year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Nth {
    nth: Option<i8>,
    weekday: Weekday,
}

/// The last time at which it may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// With this day.
    Day(Date),
    /// At this time of its own clock.
    Local(DateTime),
    /// At this time in UTC.
    Utc(DateTime),
}

/// Why a rule is refused, for the clinician.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    /// Something in it has no meaning here.
    #[error("its recurrence rule is not understood")]
    NotUnderstood,
    /// Its end has no meaning.
    #[error("the end of its recurrence is not understood")]
    End,
    /// It is no appointment.
    #[error("it recurs all day long, which is no appointment")]
    TooOften,
    /// It began too long ago to be true.
    #[error("it begins before the year {EARLIEST_YEAR}")]
    TooOld,
}

/// What is taken of a rule that may run for ever.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// How many occurrences at most.
    pub most: usize,
}

impl Recurrence {
    /// The local times at which what first began at `begins` occurs within the window, in order.
    /// `calendar` is that of the series: an end in UTC is read by its clock.
    pub fn occurrences(
        &self,
        begins: DateTime,
        calendar: &Calendar,
        window: Window,
    ) -> Result<Vec<DateTime>, RecurrenceError> {
        if begins.year() < EARLIEST_YEAR {
            return Err(RecurrenceError::TooOld);
        }
        let last = self.last(calendar, window)?;
        let times = self.times(begins.time());
        // Who counts has to begin at the beginning.
        let skipped = match self.count {
            Some(_) => 0,
            None => self.periods_before(begins.date(), window.from),
        };
        let mut left = self.count.map_or(u32::MAX, NonZeroU32::get);
        let mut found = Vec::new();
        for number in skipped.. {
            let Some(first) = self.period(begins.date(), number) else {
                break;
            };
            if first.to_datetime(Time::midnight()) > last {
                break;
            }
            for at in self.of_period(first, begins, &times) {
                if at < begins {
                    continue;
                }
                if at > last || left == 0 || found.len() == window.most {
                    return Ok(found);
                }
                left -= 1;
                if at.date() >= window.from {
                    found.push(at);
                }
            }
        }
        Ok(found)
    }

    /// After which time nothing is looked for.
    fn last(&self, calendar: &Calendar, window: Window) -> Result<DateTime, RecurrenceError> {
        let end_of = |day: Date| day.to_datetime(Time::MAX);
        let until = match self.until {
            None => return Ok(end_of(window.until)),
            Some(End::Day(day)) => end_of(day),
            Some(End::Local(at)) => at,
            Some(End::Utc(at)) => {
                let at = jiff::tz::Offset::UTC.to_timestamp(at);
                calendar.local(at.map_err(|_| RecurrenceError::End)?)
            }
        };
        Ok(until.min(end_of(window.until)))
    }

    /// The times of a day, in order; those of the beginning where the rule names none.
    fn times(&self, begins: Time) -> Vec<Time> {
        let or = |named: &[i8], own: i8| match named {
            [] => vec![own],
            named => named.to_vec(),
        };
        let mut times = Vec::new();
        for hour in or(&self.hours, begins.hour()) {
            for minute in or(&self.minutes, begins.minute()) {
                for second in or(&self.seconds, begins.second()) {
                    times.extend(Time::new(hour, minute, second, 0));
                }
            }
        }
        times.sort_unstable();
        times.dedup();
        times
    }

    /// The occurrences of the period that starts with this day, in order.
    fn of_period(&self, first: Date, begins: DateTime, times: &[Time]) -> Vec<DateTime> {
        let days = self.days(first, begins.date());
        let all: Vec<DateTime> = days
            .iter()
            .flat_map(|day| times.iter().map(|time| day.to_datetime(*time)))
            .collect();
        if self.positions.is_empty() {
            return all;
        }
        let chosen = |index: &usize| {
            let (from_start, from_end) = (index + 1, all.len() - index);
            self.positions.iter().any(|position| {
                let number = usize::from(position.unsigned_abs());
                number == if *position > 0 { from_start } else { from_end }
            })
        };
        (0..all.len())
            .filter(chosen)
            .map(|index| all[index])
            .collect()
    }

    /// The first day of the period in which a day lies.
    fn starts(&self, day: Date) -> Date {
        match self.every {
            Every::Day => day,
            Every::Week => week_start(day, self.week_starts),
            Every::Month => day.first_of_month(),
            Every::Year => day.first_of_year(),
        }
    }

    /// The first day of the period with this number, the one of the beginning being 0; none beyond
    /// the years there are.
    fn period(&self, begins: Date, number: i64) -> Option<Date> {
        let count = number.checked_mul(i64::from(self.interval.get()))?;
        let span = match self.every {
            Every::Day => Span::new().try_days(count),
            Every::Week => Span::new().try_weeks(count),
            Every::Month => Span::new().try_months(count),
            Every::Year => Span::new().try_years(count),
        };
        self.starts(begins).checked_add(span.ok()?).ok()
    }

    /// How many periods are over before this day, at the least.
    fn periods_before(&self, begins: Date, day: Date) -> i64 {
        let begins = self.starts(begins);
        let months = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
        let days = i64::from((day - begins).get_days());
        let units = match self.every {
            Every::Day => days,
            Every::Week => days.div_euclid(7),
            Every::Month => months(day) - months(begins),
            Every::Year => i64::from(day.year()) - i64::from(begins.year()),
        };
        units.max(0) / i64::from(self.interval.get())
    }
}

/// The day with which a day's week starts.
fn week_start(day: Date, week_starts: Weekday) -> Date {
    day.saturating_sub(i64::from(day.weekday().since(week_starts)).days())
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
