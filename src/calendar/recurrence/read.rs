//! Reading a rule from its text, `FREQ=MONTHLY;BYDAY=1TU;COUNT=6`.
//!
//! Capital letters or small ones, since programs write both; keys of a program's own (`X-…`) say
//! nothing about dates. Values that the RFC does not allow together are refused.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Weekday};

use super::{A_DAY, End, Every, Nth, Recurrence, RecurrenceError};

impl FromStr for Recurrence {
    type Err = RecurrenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.to_uppercase();
        let mut rule = Self {
            every: frequency(&text)?,
            interval: NonZeroU32::MIN,
            count: None,
            until: None,
            week_starts: Weekday::Monday,
            months: Vec::new(),
            weeks: Vec::new(),
            year_days: Vec::new(),
            month_days: Vec::new(),
            weekdays: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            seconds: Vec::new(),
            positions: Vec::new(),
        };
        let mut seen = Vec::new();
        for (key, value) in parts(&text) {
            if seen.contains(&key) {
                return Err(RecurrenceError::NotUnderstood);
            }
            seen.push(key);
            rule.set(key, value)?;
        }
        rule.checked()
    }
}

/// The parts of a rule, in the order of its text.
fn parts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = text.split(';').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        (key.trim(), value.trim())
    })
}

fn frequency(text: &str) -> Result<Every, RecurrenceError> {
    match parts(text).find(|(key, _)| *key == "FREQ") {
        Some((_, "DAILY")) => Ok(Every::Day),
        Some((_, "WEEKLY")) => Ok(Every::Week),
        Some((_, "MONTHLY")) => Ok(Every::Month),
        Some((_, "YEARLY")) => Ok(Every::Year),
        Some((_, "SECONDLY" | "MINUTELY" | "HOURLY")) => Err(RecurrenceError::TooOften),
        _ => Err(RecurrenceError::NotUnderstood),
    }
}

impl Recurrence {
    fn set(&mut self, key: &str, value: &str) -> Result<(), RecurrenceError> {
        let number = || value.parse().map_err(|_| RecurrenceError::NotUnderstood);
        match key {
            "INTERVAL" => self.interval = number()?,
            "COUNT" => self.count = Some(number()?),
            "UNTIL" => self.until = Some(end(value)?),
            "WKST" => self.week_starts = weekday(value)?,
            "BYMONTH" => self.months = numbers(value, 1..=12, false)?,
            "BYWEEKNO" => self.weeks = numbers(value, 1..=53, true)?,
            "BYYEARDAY" => self.year_days = numbers(value, 1..=366, true)?,
            "BYMONTHDAY" => self.month_days = numbers(value, 1..=31, true)?,
            "BYDAY" => self.weekdays = value.split(',').map(nth).collect::<Result<_, _>>()?,
            "BYHOUR" => self.hours = numbers(value, 0..=23, false)?,
            "BYMINUTE" => self.minutes = numbers(value, 0..=59, false)?,
            "BYSECOND" => self.seconds = numbers(value, 0..=59, false)?,
            "BYSETPOS" => self.positions = numbers(value, 1..=366, true)?,
            key if key == "FREQ" || key.starts_with("X-") => {}
            _ => return Err(RecurrenceError::NotUnderstood),
        }
        Ok(())
    }

    /// Refuses what the RFC does not allow together.
    fn checked(self) -> Result<Self, RecurrenceError> {
        let of_day = |named: &[i8]| named.len().max(1);
        if of_day(&self.hours) * of_day(&self.minutes) * of_day(&self.seconds) > A_DAY {
            return Err(RecurrenceError::TooOften);
        }
        let of_a_year = !self.weeks.is_empty() || !self.year_days.is_empty();
        let numbered = self.weekdays.iter().any(|named| named.nth.is_some());
        let allowed = match self.every {
            Every::Day => !of_a_year && !numbered,
            Every::Week => !of_a_year && !numbered && self.month_days.is_empty(),
            Every::Month => !of_a_year,
            Every::Year => !numbered || self.weeks.is_empty(),
        };
        let times = [&self.hours, &self.minutes, &self.seconds];
        let chooses = self.names_days() || !self.months.is_empty();
        let chooses = chooses || times.iter().any(|named| !named.is_empty());
        if !allowed || (!self.positions.is_empty() && !chooses) {
            return Err(RecurrenceError::NotUnderstood);
        }
        Ok(self)
    }
}

/// Numbers of a range, parted by commas; counted from the end where they are `signed` and negative.
fn numbers<N: TryFrom<i16>>(
    text: &str,
    range: RangeInclusive<i16>,
    signed: bool,
) -> Result<Vec<N>, RecurrenceError> {
    let one = |text: &str| {
        let number = text.trim().parse::<i16>().ok()?;
        let allowed = range.contains(&number) || signed && range.contains(&-number);
        N::try_from(number).ok().filter(|_| allowed)
    };
    let all = text.split(',').map(one).collect::<Option<Vec<_>>>();
    all.ok_or(RecurrenceError::NotUnderstood)
}

/// `MO`, `1TU`, `-1FR`.
fn nth(text: &str) -> Result<Nth, RecurrenceError> {
    let text = text.trim();
    let at = text.len().saturating_sub(2);
    let (number, name) = text
        .split_at_checked(at)
        .ok_or(RecurrenceError::NotUnderstood)?;
    let nth = match number {
        "" => None,
        number => numbers(number, 1..=53, true)?.pop(),
    };
    let weekday = weekday(name)?;
    Ok(Nth { nth, weekday })
}

fn weekday(text: &str) -> Result<Weekday, RecurrenceError> {
    match text {
        "MO" => Ok(Weekday::Monday),
        "TU" => Ok(Weekday::Tuesday),
        "WE" => Ok(Weekday::Wednesday),
        "TH" => Ok(Weekday::Thursday),
        "FR" => Ok(Weekday::Friday),
        "SA" => Ok(Weekday::Saturday),
        "SU" => Ok(Weekday::Sunday),
        _ => Err(RecurrenceError::NotUnderstood),
    }
}

/// `20261224`, `20261224T080000`, `20261224T080000Z`.
fn end(text: &str) -> Result<End, RecurrenceError> {
    let time = |text: &str| {
        let time = DateTime::strptime("%Y%m%dT%H%M%S", text);
        time.map_err(|_| RecurrenceError::End)
    };
    if text.len() == 8 {
        let day = Date::strptime("%Y%m%d", text);
        return day.map(End::Day).map_err(|_| RecurrenceError::End);
    }
    match text.strip_suffix('Z') {
        Some(utc) => Ok(End::Utc(time(utc)?)),
        None => Ok(End::Local(time(text)?)),
    }
}
