//! One field of a crontab(5) expression: `*`, numbers, names, ranges, lists and steps.
//!
//! Translates it into a plain list of numbers for the `cron` crate, whose own grammar differs
//! (it counts weekdays from Sunday = 1). It does not know how fields combine.

use std::collections::BTreeSet;
use std::fmt;

use crate::calendar::names::{month_number, weekday_number};

/// Which of the five fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31.
    DayOfMonth,
    /// 1 to 12 or names.
    Month,
    /// 0 to 7 or names; 0 and 7 are Sunday.
    Weekday,
}

/// Which field is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    field: Field,
    part: String,
    problem: &'static str,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            part,
            problem,
        } = self;
        write!(f, "the {field} `{part}` {problem}; {}", field.allowed())
    }
}

impl std::error::Error for FieldError {}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::Weekday => "weekday",
        })
    }
}

impl Field {
    /// The field in the crate's grammar: `*` or a list of its numbers.
    pub(super) fn translate(self, text: &str) -> Result<String, FieldError> {
        if text == "*" {
            return Ok("*".to_owned());
        }
        let mut numbers = BTreeSet::new();
        for part in text.split(',') {
            numbers.extend(self.part(part)?.map(|number| self.in_crate(number)));
        }
        let numbers: Vec<String> = numbers.iter().map(u8::to_string).collect();
        Ok(numbers.join(","))
    }

    /// One element of a list: `*`, a value or a range, with or without a step.
    fn part(self, part: &str) -> Result<impl Iterator<Item = u8> + use<>, FieldError> {
        let wrong = |problem| FieldError {
            field: self,
            part: part.to_owned(),
            problem,
        };
        let (least, most) = self.bounds();
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let (from, until) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, until)) => (
                self.value(from).map_err(wrong)?,
                self.range_end(until).map_err(wrong)?,
            ),
            None if step.is_some() => {
                return Err(wrong("has a step after a single value: give it a range"));
            }
            None => {
                let value = self.value(range).map_err(wrong)?;
                (value, value)
            }
        };
        if from > until {
            return Err(wrong("is a range that ends before it starts"));
        }
        let step = step.map_or(Ok(1), |step| self.step(step).map_err(wrong))?;
        Ok((from..=until).step_by(usize::from(step)))
    }

    fn value(self, text: &str) -> Result<u8, &'static str> {
        let (least, most) = self.bounds();
        let named = match self {
            Self::Month => month_number(text),
            Self::Weekday => weekday_number(text),
            _ => None,
        };
        if let Some(number) = named {
            return Ok(number);
        }
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("is not understood");
        }
        text.parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or("is out of range")
    }

    /// A range may end with Sunday by name: `Fri-Sun`.
    fn range_end(self, text: &str) -> Result<u8, &'static str> {
        match self {
            Self::Weekday if weekday_number(text) == Some(0) => Ok(7),
            _ => self.value(text),
        }
    }

    fn step(self, text: &str) -> Result<u8, &'static str> {
        let (_, most) = self.bounds();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("has a step that is no number");
        }
        text.parse()
            .ok()
            .filter(|step| (1..=most).contains(step))
            .ok_or("has a step that is out of range")
    }

    fn bounds(self) -> (u8, u8) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 7),
        }
    }

    /// The crate counts weekdays from Sunday = 1 to Saturday = 7.
    fn in_crate(self, number: u8) -> u8 {
        match self {
            Self::Weekday => number % 7 + 1,
            _ => number,
        }
    }

    fn allowed(self) -> &'static str {
        match self {
            Self::Minute => "it takes 0 to 59, such as 0, 0,30 or */15",
            Self::Hour => "it takes 0 to 23, such as 8, 8-17 or */2",
            Self::DayOfMonth => "it takes 1 to 31, such as 1, 1,15 or *",
            Self::Month => "it takes 1 to 12 or Jan to Dec, such as 3-5 or *",
            Self::Weekday => {
                "it takes 0 to 7 (0 and 7 are Sunday) or Sun to Sat, such as Tue,Fri or Mon-Fri"
            }
        }
    }
}
