//! Spans of the calendar: `2y`, `18mo`, `6w`, `10d`, `1y6mo`.
//!
//! Rules: added to dates by the calendar, so two years after 29 February 2024 is 28 February
//! 2026. Months are `mo`, since `m` is minutes everywhere else.
//! It does not know hours or instants: those are durations.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::duration::{DurationError, parts};

/// The units from large to small.
const UNITS: [&str; 4] = ["y", "mo", "w", "d"];

/// The most of any unit: more than a lifetime.
const MOST: u64 = 100_000;

/// A span of whole days, weeks, months and years; zero or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Age {
    years: u32,
    months: u32,
    weeks: u32,
    days: u32,
}

impl Age {
    /// Reads `2y`, `18mo`, `6w`, `10d` or several of them from large to small.
    pub fn parse(text: &str) -> Result<Self, AgeError> {
        let text = text.trim();
        let wrong = || AgeError::NotAnAge(text.to_owned());
        let mut age = Self::default();
        let mut smallest = None;
        for (number, unit) in parts(text).map_err(|error| AgeError::from_duration(text, &error))? {
            let rank = UNITS.iter().position(|name| *name == unit);
            let rank = rank.ok_or_else(wrong)?;
            if smallest.is_some_and(|before| before >= rank) || number > MOST {
                return Err(wrong());
            }
            smallest = Some(rank);
            let number = u32::try_from(number).map_err(|_| wrong())?;
            match rank {
                0 => age.years = number,
                1 => age.months = number,
                2 => age.weeks = number,
                _ => age.days = number,
            }
        }
        Ok(age)
    }

    /// Whether it spans no time at all.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// The date this long after `date`. A day that the month does not have becomes its last day;
    /// beyond the calendar's end (year 9999) the last day there is.
    pub fn after(&self, date: Date) -> Date {
        self.span()
            .map_or(Date::MAX, |span| date.saturating_add(span))
    }

    /// The date this long before `date`, by the same rules.
    pub fn before(&self, date: Date) -> Date {
        self.span()
            .map_or(Date::MIN, |span| date.saturating_sub(span))
    }

    fn span(&self) -> Option<Span> {
        Span::new()
            .try_years(self.years)
            .and_then(|span| span.try_months(self.months))
            .and_then(|span| span.try_weeks(self.weeks))
            .and_then(|span| span.try_days(self.days))
            .ok()
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0d");
        }
        let numbers = [self.years, self.months, self.weeks, self.days];
        for (number, unit) in numbers.iter().zip(UNITS) {
            if *number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

/// Why a text is no span of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// A number stands without its unit.
    #[error("`{0}` is a number without a unit: write {0}y for years, {0}mo for months")]
    NoUnit(String),
    /// Anything else.
    #[error("`{0}` is not a span of days: write for example 2y, 18mo, 6w or 10d")]
    NotAnAge(String),
}

impl AgeError {
    fn from_duration(text: &str, error: &DurationError) -> Self {
        match error {
            DurationError::NoUnit(number) => Self::NoUnit(number.clone()),
            _ => Self::NotAnAge(text.to_owned()),
        }
    }
}

impl FromStr for Age {
    type Err = AgeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Age {
    type Error = AgeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Age> for String {
    fn from(age: Age) -> Self {
        age.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn years_and_months_follow_the_calendar() {
        let after = |age: &str, from| Age::parse(age).unwrap().after(from);
        assert_eq!(after("2y", date(2024, 2, 29)), date(2026, 2, 28));
        assert_eq!(after("4y", date(2024, 2, 29)), date(2028, 2, 29));
        assert_eq!(after("1mo", date(2026, 1, 31)), date(2026, 2, 28));
        assert_eq!(after("18mo", date(2026, 1, 5)), date(2027, 7, 5));
        assert_eq!(after("6w", date(2026, 1, 5)), date(2026, 2, 16));
        assert_eq!(after("1y10d", date(2026, 1, 5)), date(2027, 1, 15));
        assert_eq!(
            Age::parse("7d").unwrap().before(date(2026, 3, 1)),
            date(2026, 2, 22)
        );
        assert_eq!(after("100000y", date(2026, 1, 5)), Date::MAX);
    }

    #[test]
    fn minutes_and_bare_numbers_are_no_age() {
        assert_eq!(Age::parse("2"), Err(AgeError::NoUnit("2".into())));
        for text in [
            "18m", "2h", "", "-2y", "1.5y", "1d1y", "2y2y", "yes", "999999d",
        ] {
            assert_eq!(
                Age::parse(text),
                Err(AgeError::NotAnAge(text.into())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["2y", "18mo", "6w", "10d", "1y6mo2w3d", "0d"] {
            assert_eq!(Age::parse(text).unwrap().to_string(), text);
        }
    }
}
