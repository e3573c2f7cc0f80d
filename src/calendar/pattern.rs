//! When something recurs, as a crontab(5) expression: `0 8 * * Tue,Fri`.
//!
//! Rules: the `cron` crate only ever sees civil time, never a zone with daylight saving (given
//! one it skips times and fires twice). A local time that daylight saving skips runs at the first
//! instant after the gap; one that occurs twice runs once, the first time; the instants strictly
//! increase. Its calendar ends with the year 2100.
//! It does not know the plan's days: a pattern speaks of the clock on the wall.

mod field;

use std::fmt;
use std::iter;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Timelike, Utc};
use cron::Schedule;
use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use serde::{Deserialize, Serialize};

use super::{Calendar, just_before};
use field::{Field, FieldError};

/// A recurring local time. Reads from and writes as its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    text: String,
    /// One, or two where day of month or weekday may match.
    schedules: Vec<Schedule>,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Too few or too many fields.
    #[error(
        "`{text}` has {} where a cron expression has five: minute hour day-of-month month weekday, \
         such as `0 8 * * Tue,Fri` for 08:00 on Tuesday and Friday{}",
        fields(*.found), if *.found == 6 { "; seconds are left out" } else { "" }
    )]
    Fields {
        /// The whole text.
        text: String,
        /// How many fields it has.
        found: usize,
    },
    /// A word after `@` that is none of the known ones.
    #[error(
        "`{0}` is not known: use @hourly, @daily, @weekly, @monthly, @yearly, \
         or five fields such as `0 8 * * Tue,Fri`"
    )]
    Word(String),
    /// One field is wrong.
    #[error("in `{text}`, {error}")]
    Field {
        /// The whole text.
        text: String,
        /// Which field, and what is wrong with it.
        error: FieldError,
    },
    /// No date there is fits.
    #[error("`{0}` never occurs: no year has such a date")]
    Never(String),
}

fn fields(found: usize) -> String {
    match found {
        0 => "no fields".to_owned(),
        1 => "1 field".to_owned(),
        more => format!("{more} fields"),
    }
}

impl Pattern {
    /// Reads a crontab(5) expression: five fields, or a word such as `@daily`.
    ///
    /// Weekdays 0 and 7 are Sunday. Where day of month and weekday are both restricted (neither
    /// starts with `*`) either matches.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        let expression = if text.starts_with('@') {
            word(text).ok_or_else(|| PatternError::Word(text.to_owned()))?
        } else {
            text
        };
        let found: Vec<&str> = expression.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = found.as_slice() else {
            return Err(PatternError::Fields {
                text: text.to_owned(),
                found: found.len(),
            });
        };
        let in_text = |error| PatternError::Field {
            text: text.to_owned(),
            error,
        };
        let time = format!(
            "0 {} {}",
            Field::Minute.translate(minute).map_err(in_text)?,
            Field::Hour.translate(hour).map_err(in_text)?
        );
        let month = Field::Month.translate(month).map_err(in_text)?;
        let either = !day.starts_with('*') && !weekday.starts_with('*');
        let day = Field::DayOfMonth.translate(day).map_err(in_text)?;
        let weekday = Field::Weekday.translate(weekday).map_err(in_text)?;
        let days = if either {
            vec![format!("{day} {month} *"), format!("* {month} {weekday}")]
        } else {
            vec![format!("{day} {month} {weekday}")]
        };
        Self::of(text, days.iter().map(|days| format!("{time} {days}")))
    }

    /// Builds the schedules from expressions in the crate's own grammar, and makes sure that
    /// they ever occur.
    fn of(text: &str, expressions: impl Iterator<Item = String>) -> Result<Self, PatternError> {
        let schedules = expressions
            .map(|expression| Schedule::from_str(&expression))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| PatternError::Never(text.to_owned()))?;
        let pattern = Self {
            text: text.to_owned(),
            schedules,
        };
        let start = date(2000, 1, 1).at(0, 0, 0, 0);
        let occurs = pattern.civil_after(start).next().is_some();
        occurs
            .then_some(pattern)
            .ok_or_else(|| PatternError::Never(text.to_owned()))
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All instants strictly after `after`, strictly increasing.
    pub fn after<'a>(
        &'a self,
        calendar: &'a Calendar,
        after: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        let mut last = after;
        self.civil_after(calendar.local(after))
            .map(|local| calendar.instant(local))
            .filter(move |at| {
                let later = *at > last;
                last = last.max(*at);
                later
            })
    }

    /// All instants from `from` until before `until`.
    pub fn between<'a>(
        &'a self,
        calendar: &'a Calendar,
        from: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        self.after(calendar, just_before(from))
            .take_while(move |at| *at < until)
    }

    /// Local times after the whole second of `start`, increasing, each once.
    fn civil_after(&self, start: DateTime) -> impl Iterator<Item = DateTime> + '_ {
        let mut streams: Vec<_> = chrono_seconds(start)
            .into_iter()
            .flat_map(|start| {
                self.schedules
                    .iter()
                    .map(move |schedule| schedule.after(&start).peekable())
            })
            .collect();
        iter::from_fn(move || {
            let next = streams.iter_mut().filter_map(|s| s.peek().copied()).min()?;
            for stream in &mut streams {
                stream.next_if_eq(&next);
            }
            Some(next)
        })
        .map_while(jiff_seconds)
    }
}

/// The five fields that a word stands for.
fn word(text: &str) -> Option<&'static str> {
    match text.to_lowercase().as_str() {
        "@hourly" => Some("0 * * * *"),
        "@daily" | "@midnight" => Some("0 0 * * *"),
        "@weekly" => Some("0 0 * * 0"),
        "@monthly" => Some("0 0 1 * *"),
        "@yearly" | "@annually" => Some("0 0 1 1 *"),
        _ => None,
    }
}

/// A civil time as chrono has it, `Utc` standing for no zone; fractions of a second are dropped
/// and nothing lies before 1970.
fn chrono_seconds(local: DateTime) -> Option<chrono::DateTime<Utc>> {
    let local = local.max(date(1970, 1, 1).at(0, 0, 0, 0));
    NaiveDate::from_ymd_opt(
        local.year().into(),
        u32::try_from(local.month()).ok()?,
        u32::try_from(local.day()).ok()?,
    )?
    .and_hms_opt(
        u32::try_from(local.hour()).ok()?,
        u32::try_from(local.minute()).ok()?,
        u32::try_from(local.second()).ok()?,
    )
    .map(|local| local.and_utc())
}

/// The way back.
fn jiff_seconds(local: chrono::DateTime<Utc>) -> Option<DateTime> {
    DateTime::new(
        i16::try_from(local.year()).ok()?,
        i8::try_from(local.month()).ok()?,
        i8::try_from(local.day()).ok()?,
        i8::try_from(local.hour()).ok()?,
        i8::try_from(local.minute()).ok()?,
        i8::try_from(local.second()).ok()?,
        0,
    )
    .ok()
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
