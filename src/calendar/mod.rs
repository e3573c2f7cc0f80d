//! The clinician's days, weeks and months, and every step between local clock time and instants.
//!
//! Rules: a day runs from `day_starts` to `day_starts`, so a late evening counts as that evening.
//! A local time that daylight saving skips means the first instant after the gap; one that occurs
//! twice means its first occurrence. Time is always an argument.
//! Only this folder knows cron and chrono, and only as civil values: instants come from jiff.
//! It does not know what the times are for: no plan, no posts, no limits.

mod age;
mod duration;
mod names;
mod near;
mod pattern;
mod recurrence;
mod when;

pub use age::Age;
pub use duration::{DurationError, format_duration, parse_duration, serde_duration};
pub use names::weekday_named;
pub use pattern::{Pattern, PatternError};
pub use recurrence::{Recurrence, RecurrenceError, Window};
pub use when::{Direction, WhenError, parse_day, parse_when, parse_when_towards};

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// How one clinician counts time: the zone, when a day starts and when a week starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// The zone in which all local times are meant.
    pub zone: TimeZone,
    /// The local time at which one day of the plan ends and the next starts.
    pub day_starts: Time,
    /// The weekday with which a week starts.
    pub week_starts: Weekday,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            day_starts: Time::constant(4, 0, 0, 0),
            week_starts: Weekday::Monday,
        }
    }
}

impl Calendar {
    /// The local clock's date and time at an instant.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    /// The plan's day to which an instant belongs: 01:30 on Sunday is still Saturday when days
    /// start at 04:00.
    pub fn day_of(&self, at: Timestamp) -> Date {
        let mut day = self.local(at).date();
        while at < self.day_start(day) && day > Date::MIN {
            day = previous(day);
        }
        while day < Date::MAX && at >= self.day_start(next(day)) {
            day = next(day);
        }
        day
    }

    /// The instant at which a day of the plan starts.
    pub fn day_start(&self, day: Date) -> Timestamp {
        self.instant(day.to_datetime(self.day_starts))
    }

    /// The instant that a local time means: the first one after it where daylight saving skips
    /// it, the first of two where it occurs twice. Beyond jiff's range (years -9999 to 9999) the
    /// nearest instant.
    pub fn instant(&self, local: DateTime) -> Timestamp {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let found = match ambiguous.offset() {
            AmbiguousOffset::Gap { after, .. } => ambiguous
                .earlier()
                .map(|before_gap| self.change_to(after, before_gap)),
            _ => ambiguous.earlier(),
        };
        found.unwrap_or_else(|_| farthest(local))
    }

    /// The instant that a local time in a calendar of others means (RFC 5545, 3.3.5): counted from
    /// the offset before the jump where daylight saving skips it, the first of two where it occurs
    /// twice.
    pub fn instant_of_others(&self, local: DateTime) -> Timestamp {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        ambiguous.compatible().unwrap_or_else(|_| farthest(local))
    }

    /// The first instant after `from` at which the zone changes to the offset `to`.
    fn change_to(&self, to: Offset, from: Timestamp) -> Timestamp {
        self.zone
            .following(from)
            .find(|change| change.offset() == to)
            .map_or(from, |change| change.timestamp())
    }

    /// The day, week or month to which a day of the plan belongs.
    pub fn period(&self, per: Per, day: Date) -> Period {
        let (first, last) = match per {
            Per::Day => (day, day),
            Per::Week => {
                let first =
                    day.saturating_sub(i64::from(day.weekday().since(self.week_starts)).days());
                (first, first.saturating_add(6.days()))
            }
            Per::Month => (day.first_of_month(), day.last_of_month()),
        };
        Period { per, first, last }
    }

    /// The day, week or month to which an instant belongs.
    pub fn period_at(&self, per: Per, at: Timestamp) -> Period {
        self.period(per, self.day_of(at))
    }

    /// When a period starts and when it has ended: its instants are those `>= .0` and `< .1`.
    pub fn bounds(&self, period: Period) -> (Timestamp, Timestamp) {
        (
            self.day_start(period.first),
            self.day_start(next(period.last)),
        )
    }

    /// The next instant strictly after `after` at which the local clock shows `time`, or jumps
    /// over it. Where the clock is put back it shows a time twice, and both count.
    pub fn next_local_time(&self, after: Timestamp, time: Time) -> Timestamp {
        let mut date = previous(self.local(after).date());
        loop {
            let local = date.to_datetime(time);
            let ambiguous = self.zone.to_ambiguous_timestamp(local);
            let first = self.instant(local);
            let second = match ambiguous.offset() {
                AmbiguousOffset::Fold { .. } => ambiguous.later().unwrap_or(first),
                _ => first,
            };
            if let Some(found) = [first, second].into_iter().find(|at| *at > after) {
                return found;
            }
            if date == Date::MAX {
                return Timestamp::MAX;
            }
            date = next(date);
        }
    }

    /// Whether the local clock at `at` stands in the daily window from `from` until before
    /// `until`. The window may cross midnight; `from == until` means there is none.
    pub fn in_daily_window(&self, at: Timestamp, from: Time, until: Time) -> bool {
        let time = self.local(at).time();
        if from <= until {
            from <= time && time < until
        } else {
            time >= from || time < until
        }
    }

    /// RFC 3339 with the zone's offset at that instant, in whole seconds:
    /// `2026-11-24T08:00:00+00:00`.
    pub fn rfc3339(&self, at: Timestamp) -> String {
        let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
        whole
            .display_with_offset(self.zone.to_offset(at))
            .to_string()
    }

    /// For people: `Tue 24 Nov 2026 08:00 Europe/London`; seconds are shown where there are any.
    pub fn spoken(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let format = if local.second() == 0 {
            "%a %-d %b %Y %H:%M"
        } else {
            "%a %-d %b %Y %H:%M:%S"
        };
        format!("{} {}", local.strftime(format), self.zone_name(at))
    }

    /// The zone's name, or its offset at that instant where it has none.
    pub fn zone_name(&self, at: Timestamp) -> String {
        match self.zone.iana_name() {
            Some(name) => name.to_owned(),
            None => self.zone.to_offset(at).to_string(),
        }
    }
}

/// The kind of period in which a budget or a cadence is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// A day of the plan, from `day_starts` to `day_starts`.
    Day,
    /// Seven days from `week_starts`.
    Week,
    /// A calendar month of such days.
    Month,
}

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        })
    }
}

/// A word that is no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a period: write day, week or month")]
pub struct PerError(String);

impl FromStr for Per {
    type Err = PerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_lowercase().as_str() {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            _ => Err(PerError(text.to_owned())),
        }
    }
}

/// One day, week or month: inclusive days of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// What kind of period it is.
    pub per: Per,
    /// Its first day.
    pub first: Date,
    /// Its last day; it belongs to the period.
    pub last: Date,
}

impl Period {
    /// Whether a day of the plan lies in it.
    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

/// The next day; the last day there is stays itself.
fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

/// The day before; the first day there is stays itself.
fn previous(day: Date) -> Date {
    day.yesterday().unwrap_or(day)
}

/// The nearest instant to a local time beyond jiff's range.
fn farthest(local: DateTime) -> Timestamp {
    if local.year() > 0 {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    }
}

/// The last instant before another; what is asked for strictly after it may be that one.
pub fn just_before(at: Timestamp) -> Timestamp {
    at.saturating_sub(Duration::from_nanos(1)).unwrap_or(at)
}

#[cfg(test)]
mod tests;
