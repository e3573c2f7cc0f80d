//! Calendars of others (iCalendar, RFC 5545): read into appointments, and the plan written as one.
//!
//! Rules: an all-day end is exclusive in the file and inclusive here; a time belongs to the zone
//! that the file names (IANA, Windows, or its own definition), to UTC, or floats in the plan's
//! zone; a series is expanded over bounded days only, with its exceptions, additions and moved
//! instances; what is called off is said to be so. Whatever is left out is told with the reason.
//! Recurrence runs on civil time; instants come from `crate::calendar` alone. It knows no plan file
//! and, but for [`fetch`], no network.

mod component;
mod series;
pub mod write;
mod zones;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::http::{Bounds, Http, HttpError, Question, Said, wait_for};
use crate::calendar::{Calendar, just_before};
use crate::plan::Begin;
use crate::plan::edit::{Imported, When};
use component::{Entry, Moment, entries};
use zones::Zones;

/// The largest file that is read, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// More appointments than anybody keeps an eye on.
const MOST: usize = 500;
/// How many dates of one series are taken.
const MOST_DATES: usize = 120;
/// The length of an event that has no end.
const NO_END: Duration = Duration::from_hours(1);

/// The calendar as it was read.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The calendar's own name.
    pub name: Option<String>,
    /// What is to come, and what was called off.
    pub appointments: Vec<Imported>,
    /// What was left out, by title, and why.
    pub skipped: Vec<Skipped>,
    /// What was taken with a remark, by title.
    pub remarks: Vec<Skipped>,
    /// How many events are over.
    pub past: usize,
    /// Every UID in it, if it is a whole calendar and no invitation.
    pub known: Option<BTreeSet<String>>,
}

/// Something that was left out, or a remark on what was not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// Its title.
    pub title: String,
    /// Why.
    pub why: String,
}

/// What is taken of a calendar.
#[derive(Debug, Clone)]
pub struct Wanted<'w> {
    /// The plan's calendar: zone of floating times, days.
    pub calendar: &'w Calendar,
    /// The first day that matters; what ends before it is over.
    pub from: Date,
    /// The last day on which a series is expanded.
    pub until: Date,
    /// Only events with one of these words in their titles; all where there is none.
    pub only: &'w [String],
}

/// Why a calendar cannot be read at all, for the clinician.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// It is something else.
    #[error("this is no calendar: it does not begin with BEGIN:VCALENDAR")]
    NotACalendar,
    /// It is not whole.
    #[error("the calendar breaks off or is damaged{0}; get it once more")]
    Damaged(String),
    /// It is too large.
    #[error("the calendar is larger than {} MB", LARGEST / 1024 / 1024)]
    TooLarge,
    /// Too many appointments.
    #[error("{0} events are to come, more than {MOST}: choose some of them by their titles")]
    TooMany(usize),
}

/// Gets a calendar from an address; `webcal:` means https.
pub fn fetch(address: &str) -> Result<Vec<u8>, HttpError> {
    let address = match address.split_once("://") {
        Some(("webcal" | "webcals", rest)) => format!("https://{rest}"),
        _ => address.to_owned(),
    };
    let http = Http::within(Bounds {
        largest: LARGEST,
        ..Bounds::default()
    });
    let question = Question::get(address).accepting("text/calendar, */*;q=0.5");
    match wait_for(http.ask(&question))?? {
        Said::Answer(answer) => Ok(answer.body),
        Said::Unchanged => Ok(Vec::new()),
    }
}

/// Reads a calendar.
pub fn read(bytes: &[u8], wanted: &Wanted<'_>) -> Result<Read, CalendarError> {
    if bytes.len() > LARGEST {
        return Err(CalendarError::TooLarge);
    }
    let text = String::from_utf8_lossy(bytes);
    let file = entries(text.trim_start_matches('\u{feff}'))?;
    let zones = Zones::of(&file.zones, &wanted.calendar.zone);
    let mut read = Read {
        name: file.name,
        ..Read::default()
    };
    let mut by_uid: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in file.events {
        by_uid.entry(entry.uid.clone()).or_default().push(entry);
    }
    if !file.invitation {
        read.known = Some(by_uid.keys().cloned().collect());
    }
    for (uid, entries) in by_uid {
        let reading = Reading {
            wanted,
            zones: &zones,
        };
        reading.event(&uid, newest(entries), &mut read);
    }
    let coming = read.appointments.iter().filter(|a| a.when != When::Never);
    let coming = coming.count();
    if coming > MOST {
        return Err(CalendarError::TooMany(coming));
    }
    Ok(read)
}

/// Of several versions of an instance, the newest.
fn newest(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|one, other| {
        let key = |entry: &Entry| (entry.sequence, entry.stamp.clone());
        key(other).cmp(&key(one))
    });
    let mut seen = BTreeSet::new();
    entries.retain(|entry| seen.insert(entry.instance.clone()));
    entries
}

/// Why an entry of an export of our own is left out.
pub const OWN: &str = "it is an entry that rounds itself exported";

struct Reading<'r> {
    wanted: &'r Wanted<'r>,
    zones: &'r Zones,
}

impl Reading<'_> {
    fn event(&self, uid: &str, entries: Vec<Entry>, read: &mut Read) {
        let (masters, instances): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| entry.instance.is_none());
        let Some(first) = masters.first().or(instances.first()) else {
            return;
        };
        let title = first.title.clone();
        let skip = |read: &mut Read, why: &str| {
            let (title, why) = (title.clone(), why.to_owned());
            read.skipped.push(Skipped { title, why });
        };
        if uid.ends_with(write::OURS) {
            return skip(read, OWN);
        }
        if masters.first().is_some_and(|master| master.cancelled) {
            read.appointments.push(Imported {
                uid: uid.to_owned(),
                name: title,
                when: When::Never,
            });
            return;
        }
        if !self.is_wanted(&title) {
            return skip(read, "its title has none of the words asked for");
        }
        if title.is_empty() {
            return skip(read, "it has no title");
        }
        let mut odd = Vec::new();
        match self.when(masters.first(), &instances, &mut odd) {
            Ok(Some(when)) => {
                let remarks = odd.into_iter().map(|why| Skipped {
                    title: title.clone(),
                    why,
                });
                read.remarks.extend(remarks);
                read.appointments.push(Imported {
                    uid: uid.to_owned(),
                    name: title,
                    when,
                });
            }
            Ok(None) => read.past += 1,
            Err(why) => skip(read, &why),
        }
    }

    fn is_wanted(&self, title: &str) -> bool {
        let title = title.to_lowercase();
        let only = self.wanted.only;
        only.is_empty() || only.iter().any(|word| title.contains(&word.to_lowercase()))
    }

    /// When an event is, and what is odd about it; none where it is over.
    fn when(
        &self,
        master: Option<&Entry>,
        instances: &[Entry],
        odd: &mut Vec<String>,
    ) -> Result<Option<When>, String> {
        let entry = master.or(instances.first()).ok_or("it is empty")?;
        if entry.begins.is_none() {
            return Err("it has no beginning".to_owned());
        }
        if let Some(Moment::Floating(_)) = &entry.begins {
            odd.push("its time names no zone, so it is taken in the plan's".to_owned());
        }
        let whole_days = self.days(entry)?;
        if let Some((from, until)) = whole_days {
            if !matches!(entry.begins, Some(Moment::Day(_))) {
                let why = "it lasts a day or longer, so its days are taken as a congress";
                odd.push(why.to_owned());
            }
            if master.is_some_and(Entry::recurs) {
                return Err(
                    "it recurs on whole days, like a birthday or a duty, which is no \
                            congress"
                        .to_owned(),
                );
            }
            let coming = until >= self.wanted.from;
            return Ok(coming.then_some(When::Days(from, until)));
        }
        let mut hours: BTreeMap<Duration, BTreeSet<Timestamp>> = BTreeMap::new();
        let mut moved = BTreeSet::new();
        for instance in instances {
            if let Some(at) = &instance.instance {
                moved.insert(self.instant(at)?);
            }
            if !instance.cancelled {
                let begins = self.begins(instance)?;
                hours
                    .entry(self.length(instance)?)
                    .or_default()
                    .insert(begins);
            }
        }
        if let Some(master) = master {
            odd.extend(self.odd_end(master)?.map(str::to_owned));
            let dates = series::dates(master, self.zones, self.wanted)?;
            let dates = dates.into_iter().filter(|at| !moved.contains(at));
            hours.entry(self.length(master)?).or_default().extend(dates);
        }
        let when = self.coming(hours, odd);
        let called_off = instances.iter().all(|instance| instance.cancelled);
        let is_open = master.is_none() && called_off && !instances.is_empty();
        Ok(when.or(is_open.then_some(When::Never)))
    }

    /// The hours that are not over, a bounded number of them.
    fn coming(
        &self,
        hours: BTreeMap<Duration, BTreeSet<Timestamp>>,
        odd: &mut Vec<String>,
    ) -> Option<When> {
        let calendar = self.wanted.calendar;
        let from = calendar.day_start(self.wanted.from);
        let mut found = Vec::new();
        for (length, mut dates) in hours {
            dates.retain(|at| *at >= from);
            if dates.len() > MOST_DATES {
                odd.push(format!("only its next {MOST_DATES} dates were taken"));
            }
            let dates: Vec<_> = dates
                .into_iter()
                .take(MOST_DATES)
                .map(Begin::Exact)
                .collect();
            if !dates.is_empty() {
                found.push((length, dates));
            }
        }
        // What there is most of comes first: it keeps the event's own name.
        found.sort_by_key(|(_, dates)| std::cmp::Reverse(dates.len()));
        (!found.is_empty()).then_some(When::Hours(found))
    }

    /// The days of an event that takes whole ones: all-day, or a day and longer by the clock.
    fn days(&self, entry: &Entry) -> Result<Option<(Date, Date)>, String> {
        if let Some(Moment::Day(first)) = &entry.begins {
            let last = match (&entry.ends, entry.length) {
                // The end is the first day that no longer belongs to it.
                (Some(Moment::Day(end)), _) => end.yesterday().unwrap_or(*end),
                (_, Some(length)) => {
                    let days = (length.as_secs() / 86_400).saturating_sub(1);
                    first.saturating_add(SignedDuration::from_hours(24 * days.cast_signed()))
                }
                _ => *first,
            };
            return Ok(Some((*first, last.max(*first))));
        }
        if self.length(entry)? < Duration::from_hours(24) {
            return Ok(None);
        }
        let calendar = self.wanted.calendar;
        let begins = self.begins(entry)?;
        let ends = later(begins, self.length(entry)?);
        let last = just_before(ends);
        Ok(Some((calendar.day_of(begins), calendar.day_of(last))))
    }

    /// Why the length of an event is not its own.
    fn odd_end(&self, entry: &Entry) -> Result<Option<&'static str>, String> {
        if entry.length.is_some_and(|length| !length.is_zero()) {
            return Ok(None);
        }
        let Some(ends) = &entry.ends else {
            let no_end = "it has no end, so an hour is assumed";
            let no_length = "it has no length, so an hour is assumed";
            return Ok(Some(if entry.length.is_some() {
                no_length
            } else {
                no_end
            }));
        };
        let (begins, ends) = (self.begins(entry)?, self.instant(ends)?);
        Ok(match ends.cmp(&begins) {
            Ordering::Less => Some("it ends before it begins, so an hour is assumed"),
            Ordering::Equal => Some("it ends as it begins, so an hour is assumed"),
            Ordering::Greater => None,
        })
    }

    fn length(&self, entry: &Entry) -> Result<Duration, String> {
        if let Some(length) = entry.length.filter(|length| !length.is_zero()) {
            return Ok(length);
        }
        let Some(ends) = &entry.ends else {
            return Ok(NO_END);
        };
        let time = self.instant(ends)?.duration_since(self.begins(entry)?);
        Ok(Duration::try_from(time)
            .ok()
            .filter(|time| !time.is_zero())
            .unwrap_or(NO_END))
    }

    fn begins(&self, entry: &Entry) -> Result<Timestamp, String> {
        let begins = entry.begins.as_ref().ok_or("it has no beginning")?;
        self.instant(begins)
    }

    fn instant(&self, moment: &Moment) -> Result<Timestamp, String> {
        self.zones.instant(moment, self.wanted.calendar)
    }
}

fn later(at: Timestamp, time: Duration) -> Timestamp {
    at.saturating_add(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
