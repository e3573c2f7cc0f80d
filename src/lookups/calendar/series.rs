//! The dates of a series: its rule, what was added, what was left out, within bounded days.
//!
//! The rule runs on civil time in the series' own zone (rrule only ever sees UTC standing for no
//! zone), so that a chat at eight stays at eight; each time becomes an instant afterwards.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Timelike};
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};
use rrule::{RRule, Tz, Unvalidated};

use super::Wanted;
use super::component::{Entry, Moment};
use super::zones::Zones;
use crate::calendar::Calendar;

/// More dates than a series can have in the days that are looked at.
const MOST: u16 = 1000;
/// How often a day a series may recur.
const A_DAY: usize = 4;
/// A series is older than this by mistake.
const EARLIEST_YEAR: i16 = 1900;

/// All dates of an event: one, or those of its series.
pub(super) fn dates(
    entry: &Entry,
    zones: &Zones,
    wanted: &Wanted<'_>,
) -> Result<BTreeSet<Timestamp>, String> {
    let begins = entry.begins.as_ref().ok_or("it has no beginning")?;
    let own = Calendar {
        zone: zones.of_moment(begins)?,
        ..wanted.calendar.clone()
    };
    let mut dates = BTreeSet::new();
    match &entry.rule {
        None => {
            dates.insert(own.instant(begins.local()));
        }
        Some(rule) => {
            let civil = by_rule(rule, begins, &own, wanted)?;
            dates.extend(civil.into_iter().map(|local| own.instant(local)));
        }
    }
    for also in &entry.also {
        dates.insert(match also {
            Moment::Day(day) => own.instant(day.to_datetime(begins.local().time())),
            timed => zones.instant(timed, wanted.calendar)?,
        });
    }
    for except in &entry.except {
        match except {
            Moment::Day(day) => dates.retain(|at| own.local(*at).date() != *day),
            timed => {
                dates.remove(&zones.instant(timed, wanted.calendar)?);
            }
        }
    }
    Ok(dates)
}

/// The local times of a rule on the days that are wanted.
fn by_rule(
    rule: &str,
    begins: &Moment,
    own: &Calendar,
    wanted: &Wanted<'_>,
) -> Result<Vec<DateTime>, String> {
    let not_understood = || "its recurrence rule is not understood".to_owned();
    let local = begins.local();
    if local.year() < EARLIEST_YEAR {
        return Err(format!("it begins before the year {EARLIEST_YEAR}"));
    }
    let rule = civil_rule(rule, own)?;
    let start = to_chrono(local).ok_or_else(not_understood)?;
    let rule: RRule<Unvalidated> = rule.parse().map_err(|_| not_understood())?;
    let set = rule.build(start).map_err(|_| not_understood())?;
    let day = |day: jiff::civil::Date, by: i64| {
        to_chrono(day.saturating_add(by.days()).at(0, 0, 0, 0)).ok_or_else(not_understood)
    };
    let found = set
        .after(day(wanted.from, -1)?)
        .before(day(wanted.until, 2)?)
        .all(MOST);
    Ok(found.dates.iter().filter_map(from_chrono).collect())
}

/// The rule with its end on the series' own clock; refused where it recurs all the time.
fn civil_rule(rule: &str, own: &Calendar) -> Result<String, String> {
    let mut parts = Vec::new();
    let mut a_day = 1;
    for part in rule.split(';').filter(|part| !part.trim().is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match key.trim().to_uppercase().as_str() {
            "FREQ"
                if matches!(
                    value.to_uppercase().as_str(),
                    "SECONDLY" | "MINUTELY" | "HOURLY"
                ) =>
            {
                return Err(too_often());
            }
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
                a_day *= value.split(',').count();
                parts.push(part.to_owned());
            }
            "UNTIL" => parts.push(format!("UNTIL={}", civil_end(value, own)?)),
            // Some calendars write their own keys.
            key if key.starts_with("X-") => {}
            _ => parts.push(part.to_owned()),
        }
    }
    if a_day > A_DAY {
        return Err(too_often());
    }
    Ok(parts.join(";"))
}

fn too_often() -> String {
    "it recurs all day long, which is no appointment".to_owned()
}

/// An end of a rule, given in UTC, by the clock or as a day, by the clock of the series.
fn civil_end(text: &str, own: &Calendar) -> Result<String, String> {
    let wrong = || "the end of its recurrence is not understood".to_owned();
    let text = text.trim().to_uppercase();
    if text.len() == 8 {
        return Ok(format!("{text}T235959Z"));
    }
    let Some(utc) = text.strip_suffix('Z') else {
        return Ok(format!("{text}Z"));
    };
    let utc = DateTime::strptime("%Y%m%dT%H%M%S", utc).map_err(|_| wrong())?;
    let utc = jiff::tz::Offset::UTC
        .to_timestamp(utc)
        .map_err(|_| wrong())?;
    Ok(own.local(utc).strftime("%Y%m%dT%H%M%SZ").to_string())
}

fn to_chrono(local: DateTime) -> Option<chrono::DateTime<Tz>> {
    let date = NaiveDate::from_ymd_opt(
        local.year().into(),
        u32::try_from(local.month()).ok()?,
        u32::try_from(local.day()).ok()?,
    )?;
    let time = date.and_hms_opt(
        u32::try_from(local.hour()).ok()?,
        u32::try_from(local.minute()).ok()?,
        u32::try_from(local.second()).ok()?,
    )?;
    time.and_local_timezone(Tz::UTC).single()
}

fn from_chrono(at: &chrono::DateTime<Tz>) -> Option<DateTime> {
    DateTime::new(
        i16::try_from(at.year()).ok()?,
        i8::try_from(at.month()).ok()?,
        i8::try_from(at.day()).ok()?,
        i8::try_from(at.hour()).ok()?,
        i8::try_from(at.minute()).ok()?,
        i8::try_from(at.second()).ok()?,
        0,
    )
    .ok()
}
