//! Which zone a calendar file means by a name.
//!
//! In this order: an IANA name, a Windows name, an IANA name behind a path (`/mozilla.org/…/
//! Europe/Berlin`), the place that the file's own definition names, the definition itself. A zone
//! that none of them tells is refused rather than guessed.

mod windows;

use std::collections::BTreeMap;

use icalendar::parser::Component;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::component::{Moment, find};
use crate::calendar::Calendar;

/// The zones of one file.
pub(super) struct Zones {
    /// What floats is in the plan's zone.
    plan: TimeZone,
    defined: BTreeMap<String, TimeZone>,
}

impl Zones {
    pub(super) fn of(definitions: &[Component<'_>], plan: &TimeZone) -> Self {
        let defined = definitions.iter().filter_map(|definition| {
            let name = find(definition, "TZID")?.val.as_str().to_owned();
            let place = find(definition, "X-LIC-LOCATION");
            let place = place.and_then(|place| TimeZone::get(place.val.as_str()).ok());
            let zone = place.or_else(|| from_rules(definition))?;
            Some((name, zone))
        });
        Self {
            plan: plan.clone(),
            defined: defined.collect(),
        }
    }

    /// The zone of this name.
    pub(super) fn named(&self, name: &str) -> Result<TimeZone, String> {
        known(name)
            .or_else(|| self.defined.get(name).cloned())
            .ok_or_else(|| format!("its time zone “{}” is not known here", shown(name)))
    }

    /// The zone in which a moment is written.
    pub(super) fn of_moment(&self, moment: &Moment) -> Result<TimeZone, String> {
        match moment {
            Moment::Day(_) | Moment::Floating(_) => Ok(self.plan.clone()),
            Moment::Utc(_) => Ok(TimeZone::UTC),
            Moment::In(_, name) => self.named(name),
        }
    }

    /// The instant of a moment; a whole day is its first instant by the clock.
    pub(super) fn instant(&self, moment: &Moment, plan: &Calendar) -> Result<Timestamp, String> {
        let local = moment.local();
        let calendar = Calendar {
            zone: self.of_moment(moment)?,
            ..plan.clone()
        };
        Ok(calendar.instant_of_others(local))
    }
}

impl Moment {
    /// What the clock of its zone shows.
    pub(super) fn local(&self) -> jiff::civil::DateTime {
        match self {
            Self::Day(day) => day.to_datetime(jiff::civil::Time::midnight()),
            Self::Floating(local) | Self::Utc(local) | Self::In(local, _) => *local,
        }
    }
}

/// A short form of a name from a file.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn known(name: &str) -> Option<TimeZone> {
    let iana = |name: &str| TimeZone::get(name).ok();
    let windows = || windows::place(name).and_then(iana);
    let behind_a_path = || {
        let parts: Vec<_> = name.split('/').collect();
        let ends = [3, 2].into_iter().filter(|count| parts.len() > *count);
        ends.map(|count| parts[parts.len() - count..].join("/"))
            .find_map(|end| iana(&end))
    };
    iana(name).or_else(windows).or_else(behind_a_path)
}

/// A zone from its own definition: the newest rule for standard and for daylight time.
fn from_rules(definition: &Component<'_>) -> Option<TimeZone> {
    let standard = newest(definition, "STANDARD")?;
    let offset = posix_offset(standard)?;
    let Some(daylight) = newest(definition, "DAYLIGHT") else {
        return TimeZone::posix(&format!("<STD>{offset}")).ok();
    };
    let (summer, to, back) = (posix_offset(daylight)?, change(daylight), change(standard));
    let (Some(to), Some(back)) = (to, back) else {
        return TimeZone::posix(&format!("<STD>{offset}")).ok();
    };
    TimeZone::posix(&format!("<STD>{offset}<DST>{summer},{to},{back}")).ok()
}

fn newest<'c>(definition: &'c Component<'_>, kind: &str) -> Option<&'c Component<'c>> {
    let parts = definition.components.iter();
    parts
        .filter(|part| part.name.as_str().eq_ignore_ascii_case(kind))
        .max_by_key(|part| {
            let rule = find(part, "RRULE").map(|rule| rule.val.as_str().to_uppercase());
            let endless = rule.is_some_and(|rule| !rule.contains("UNTIL="));
            let begins = find(part, "DTSTART").map(|begins| begins.val.as_str().to_owned());
            (endless, begins)
        })
}

/// `+0100` as POSIX writes it: hours west of Greenwich.
fn posix_offset(part: &Component<'_>) -> Option<String> {
    let text = find(part, "TZOFFSETTO")?.val.as_str().trim().to_owned();
    let sign = match text.get(..1)? {
        "+" => "-",
        "-" => "+",
        _ => return None,
    };
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
    Some(format!("{sign}{}:{:02}", number(1..3)?, number(3..5)?))
}

/// A yearly change as POSIX writes it: `M3.5.0/2:00`.
fn change(part: &Component<'_>) -> Option<String> {
    let rule = find(part, "RRULE")?.val.as_str().to_uppercase();
    let value = |key: &str| {
        let mut parts = rule.split(';').filter_map(|part| part.split_once('='));
        parts.find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let month: u8 = value("BYMONTH")?.parse().ok()?;
    let day = value("BYDAY")?;
    let (week, weekday) = day.split_at_checked(day.len().checked_sub(2)?)?;
    let week = match week.trim_start_matches('+') {
        "-1" => 5,
        number => number.parse::<u8>().ok().filter(|n| (1..=5).contains(n))?,
    };
    let names = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
    let weekday = names.iter().position(|name| *name == weekday)?;
    let begins = find(part, "DTSTART")?.val.as_str().to_owned();
    let (_, time) = begins.split_once('T')?;
    let (hour, minute) = (time.get(..2)?, time.get(2..4)?);
    Some(format!("M{month}.{week}.{weekday}/{hour}:{minute}"))
}
