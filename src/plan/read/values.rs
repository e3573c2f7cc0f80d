//! Single values of the plan: lengths of time, dates, names, zones, patterns.
//!
//! Each check takes text and returns the value, or what is wrong with it and what to write.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::fault::{Wrong, nearest};
use crate::calendar::{Pattern, Per, parse_duration, weekday_named};
use crate::plan::{Activity, Begin, Of};

fn helped<T, E: Display>(result: Result<T, E>, help: &str) -> Result<T, Wrong> {
    result.map_err(|error| Wrong::new(error, help))
}

/// A length of time, zero allowed.
pub(super) fn duration(text: &str) -> Result<Duration, Wrong> {
    helped(
        parse_duration(text),
        "for example \"15m\", \"1h30m\" or \"14d\"",
    )
}

/// A length of time above zero.
pub(super) fn positive(text: &str) -> Result<Duration, Wrong> {
    let length = duration(text)?;
    if length.is_zero() {
        let help = "write at least \"1s\", or remove the entry if it is not meant to hold";
        return Err(Wrong::new("a time of zero is no amount", help));
    }
    Ok(length)
}

/// A date, `2026-05-05`.
pub(super) fn date(text: &str) -> Result<Date, Wrong> {
    text.parse()
        .ok()
        .filter(|_| text.len() == 10)
        .ok_or_else(|| {
            let message = format!("`{text}` is not a date that exists");
            Wrong::new(message, "write year-month-day, for example 2026-05-05")
        })
}

/// A local time of day in whole minutes, `04:00`.
pub(super) fn minute_of_day(text: &str) -> Result<Time, Wrong> {
    let minutes = text.strip_suffix(":00").filter(|rest| rest.len() == 5);
    let minutes = minutes.unwrap_or(text);
    minutes
        .split_once(':')
        .and_then(|(hour, minute)| Time::new(two_digits(hour)?, two_digits(minute)?, 0, 0).ok())
        .ok_or_else(|| {
            let message = format!("`{text}` is not a time of day");
            Wrong::new(message, "write hours and minutes, \"00:00\" to \"23:59\"")
        })
}

fn two_digits(text: &str) -> Option<i8> {
    let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// A weekday by name.
pub(super) fn weekday(text: &str) -> Result<Weekday, Wrong> {
    weekday_named(text).ok_or_else(|| {
        let message = format!("`{text}` is not a weekday");
        Wrong::new(message, "write monday or sunday, for example")
    })
}

/// A time zone by its name, with the name as it is written in the database.
pub(super) fn zone(
    text: &str,
    find: impl Fn(&str) -> Option<TimeZone>,
) -> Result<(String, TimeZone), Wrong> {
    let help = "write Region/City, such as Europe/London (`timedatectl list-timezones` lists them), or \
                \"system\" for this machine's";
    let zone = find(text)
        .ok_or_else(|| Wrong::new(format!("`{text}` is not a time zone known here"), help))?;
    let name = zone.iana_name().unwrap_or(text).to_owned();
    Ok((name, zone))
}

/// Day, week or month.
pub(super) fn per(text: &str) -> Result<Per, Wrong> {
    helped(text.parse(), "for example per = \"week\"")
}

/// A cron expression.
pub(super) fn pattern(text: &str) -> Result<Pattern, Wrong> {
    helped(
        Pattern::parse(text),
        "minute hour day-of-month month weekday, such as \"0 8 * * Tue,Fri\"",
    )
}

/// A date with a time: local to the plan, or with an offset.
pub(super) fn begin(text: &str) -> Result<Begin, Wrong> {
    let local = || text.parse().ok().map(Begin::Local);
    let complete = text.contains(':') && !text.contains('[');
    let exact = text.parse().ok().map(Begin::Exact);
    exact.or_else(local).filter(|_| complete).ok_or_else(|| {
        let message = format!("`{text}` is not a date with a time");
        Wrong::new(
            message,
            "for example 2026-05-05T20:00:00, or with an offset 2026-05-05T20:00:00+02:00",
        )
    })
}

/// An address on the web.
pub(super) fn web_address(text: &str) -> Result<String, Wrong> {
    helped(
        crate::plan::feed::check_address(text).map(|()| text.to_owned()),
        "for example \"https://www.bmj.com/rss/recent.xml\"",
    )
}

/// What a limit measures.
pub(super) fn of(text: &str) -> Result<Of, Wrong> {
    helped(
        text.parse(),
        "\"all\", a site such as \"x\", or an activity such as \"activity:write\"",
    )
}

/// An activity by its word.
pub(super) fn activity(text: &str) -> Result<Activity, Wrong> {
    let words = Activity::ALL.map(Activity::name);
    let meant = nearest(text, &words, 2).map(|word| format!("did you mean \"{word}\"? "));
    let help = format!(
        "{}activities: {}",
        meant.unwrap_or_default(),
        words.join(", ")
    );
    text.parse::<Activity>()
        .map_err(|_| Wrong::new(format!("`{text}` is not an activity"), help))
}

/// A text that names something for people.
pub(super) fn named(text: &str) -> Result<String, Wrong> {
    let name = text.trim();
    if name.is_empty() || name.contains(char::is_control) {
        return Err(Wrong::new(
            "a name is missing",
            "write a short name on one line",
        ));
    }
    Ok(name.to_owned())
}

/// Words for people, on one line; they may be empty.
pub(super) fn words(text: &str) -> Result<String, Wrong> {
    let words = text.trim();
    if words.contains(char::is_control) {
        let message = "it has a line break or a sign that cannot be shown";
        return Err(Wrong::new(
            message,
            "write it on one line, in plain letters",
        ));
    }
    Ok(words.to_owned())
}

/// A name that can be typed on a command line.
pub(super) fn name(text: &str) -> Result<String, Wrong> {
    helped(
        check_name(text).map(|()| text.to_owned()),
        "letters, digits, `-`, `_` and `.`, such as \"blog\"",
    )
}

/// Why a name of an account or a site cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was written.
    #[error("a name is missing")]
    Empty,
    /// More than 40 characters.
    #[error("`{0}` is longer than 40 characters")]
    Long(String),
    /// A character that lists and commands cannot carry.
    #[error("`{name}` has {}: use letters, digits, `-`, `_` and `.`", spoken(*.character))]
    Character {
        /// The name.
        name: String,
        /// The character.
        character: char,
    },
    /// It starts like an option.
    #[error("`{0}` starts with a sign: start with a letter or digit")]
    Start(String),
}

fn spoken(character: char) -> String {
    match character {
        ' ' => "a space".to_owned(),
        ',' => "a comma".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Checks the name of an account or a site: letters, digits, `-`, `_`, `.`, at most 40 of them,
/// starting with a letter or digit, so that lists and commands can carry it.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let first = name.chars().next().ok_or(NameError::Empty)?;
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if let Some(character) = name.chars().find(|c| !allowed(*c)) {
        return Err(NameError::Character {
            name: name.to_owned(),
            character,
        });
    }
    if !first.is_alphanumeric() {
        return Err(NameError::Start(name.to_owned()));
    }
    if name.chars().count() > 40 {
        return Err(NameError::Long(name.to_owned()));
    }
    Ok(())
}

/// Why a text names nothing that a limit can measure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfError {
    /// An activity that does not exist.
    #[error(transparent)]
    Activity(#[from] crate::plan::UnknownActivity),
    /// An activity where a site was read.
    #[error("`{0}` is an activity: write activity:{0}")]
    Bare(Activity),
    /// A site that cannot be one.
    #[error(transparent)]
    Site(#[from] NameError),
}

impl FromStr for Of {
    type Err = OfError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_lowercase();
        if text == "all" {
            return Ok(Self::All);
        }
        if let Some(activity) = text.strip_prefix("activity:") {
            return Ok(Self::Activity(activity.trim().parse()?));
        }
        if let Ok(activity) = text.parse::<Activity>() {
            return Err(OfError::Bare(activity));
        }
        check_name(&text)?;
        Ok(Self::Site(text))
    }
}
