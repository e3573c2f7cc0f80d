//! Calendars: appointments of others brought into the plan, the plan handed to other programs.
//!
//! An address is asked once, when it is given here, and is not kept: it often is a secret itself.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;

use super::failure::sentence;
use super::{Desk, Failure, files, plans, words};
use crate::lookups::calendar::write::{self, Entry, Span};
use crate::lookups::calendar::{self, CalendarError, LARGEST, Read, Skipped, Wanted};
use crate::plan::edit::{Merged, With, merge};
use crate::plan::forecast::{Day, forecast};
use crate::plan::{Activity, Plan};

/// For so many days a series is brought in; importing again brings the next ones.
const AHEAD: i64 = 400;
/// How long a slot is in other calendars, which cannot show an instant.
const SLOT: SignedDuration = SignedDuration::from_mins(15);

/// What is brought in, and how.
#[derive(Debug, Clone)]
pub struct Import {
    /// A file, or an address.
    pub from: String,
    /// Only events with one of these words in their titles.
    pub only: Vec<String>,
    /// The site of new appointments.
    pub site: Option<String>,
    /// The activity of new engagements.
    pub activity: Activity,
    /// Time a day at new conferences.
    pub time: Duration,
    /// Say what would change, and change nothing.
    pub dry_run: bool,
}

/// What an import changed, and what it left out.
#[derive(Debug, Clone, Serialize)]
pub struct Imported {
    /// The calendar's own name.
    pub calendar: Option<String>,
    /// New conferences and engagements, by name.
    pub added: Vec<String>,
    /// Those that were moved or renamed.
    pub changed: Vec<String>,
    /// Those that were called off or are gone from the calendar.
    pub removed: Vec<String>,
    /// How many stayed as they were.
    pub same: usize,
    /// How many events are over.
    pub past: usize,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
    /// What was taken with a remark.
    pub remarks: Vec<Skipped>,
    /// The last day on which series were brought in.
    pub until: Date,
}

/// Brings the events of a calendar into the plan: whole days become conferences, hours
/// engagements. Again, it moves what moved, doubles nothing, and removes what was called off.
pub fn import(desk: &mut Desk, ask: &Import) -> Result<Imported, Failure> {
    let bytes = bytes(&ask.from)?;
    let today = desk.plan.calendar.day_of(desk.now.wall);
    let until = today.saturating_add(AHEAD.days());
    let plan_calendar = desk.plan.calendar.clone();
    let wanted = Wanted {
        calendar: &plan_calendar,
        from: today,
        until,
        only: &ask.only,
    };
    let read = calendar::read(&bytes, &wanted).map_err(|error| {
        let failure = Failure::failed(sentence(&error.to_string()));
        failure.with_help(match error {
            CalendarError::TooMany(_) | CalendarError::TooLarge => {
                "--only TITLE takes some events; `rounds calendar import --help` shows how"
            }
            CalendarError::NotACalendar => "give the .ics file that the other program exports",
            CalendarError::Damaged(_) => "export it once more, or ask for its address",
        })
    })?;
    let with = With {
        calendar: read.name.clone(),
        site: ask.site.clone(),
        activity: ask.activity,
        time: ask.time,
        known: known(&read, &ask.only),
        today,
    };
    let mut merged = Merged::default();
    let change = |text: &str| {
        let (new, done) = merge(text, &read.appointments, &with)?;
        merged = done;
        Ok(new)
    };
    if ask.dry_run {
        plans::would_change(desk, change)?;
    } else {
        plans::change(desk, change)?;
    }
    Ok(Imported {
        calendar: read.name,
        added: merged.added,
        changed: merged.changed,
        removed: merged.removed,
        same: merged.same,
        past: read.past,
        skipped: read.skipped,
        remarks: read.remarks,
        until,
    })
}

/// What the calendar knows, so that the rest can go; not where only a part of it was asked for.
fn known(read: &Read, only: &[String]) -> Option<BTreeSet<String>> {
    read.known.clone().filter(|_| only.is_empty())
}

fn bytes(from: &str) -> Result<Vec<u8>, Failure> {
    if from.contains("://") {
        return calendar::fetch(from).map_err(|error| {
            Failure::failed(sentence(&error.to_string()))
                .with_help("check the address, or save the calendar as a file and import that")
        });
    }
    let file = Path::new(from);
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|open| open.take(LARGEST as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::file(file, &error))?;
    Ok(bytes)
}

/// A calendar that was written.
#[derive(Debug, Clone, Serialize)]
pub struct Exported {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How many entries it has.
    pub entries: usize,
    /// The file; none where the text itself was asked for.
    pub file: Option<String>,
    /// The calendar's text, where no file was named.
    pub text: Option<String>,
}

/// Writes slots, engagements and conferences of some days as a calendar: titles and times, never
/// the text of a post. Without a file the text is handed back.
pub fn export(
    desk: &Desk,
    (from, to): (Date, Date),
    file: Option<&Path>,
    replace: bool,
) -> Result<Exported, Failure> {
    words::in_order((from, to))?;
    if to.duration_since(from).as_hours() / 24 > 1100 {
        return Err(
            Failure::usage("That is more than three years.").with_help("ask for fewer days")
        );
    }
    let entries = entries(&desk.plan, (from, to));
    let text = write::calendar(&entries, desk.now.wall);
    match file {
        Some(file) if replace && fs::metadata(file).is_ok() => {
            files::replace(file, text.as_bytes())?;
        }
        Some(file) => files::create(file, text.as_bytes())?,
        None => {}
    }
    Ok(Exported {
        from,
        to,
        entries: entries.len(),
        file: file.map(|file| file.display().to_string()),
        text: file.is_none().then_some(text),
    })
}

fn entries(plan: &Plan, (from, to): (Date, Date)) -> Vec<Entry> {
    let days = forecast(plan, from, to).days;
    let timed = days.iter().flat_map(of_day);
    let conferences = plan.conferences.iter();
    let conferences = conferences
        .filter(|conference| conference.from <= to && conference.until >= from)
        .map(|conference| Entry {
            kind: "conference",
            name: conference.name.clone(),
            title: conference.name.clone(),
            span: Span::Days(conference.from, conference.until),
        });
    conferences.chain(timed).collect()
}

fn of_day(day: &Day) -> Vec<Entry> {
    let slots = day.slots.iter().map(|slot| Entry {
        kind: "slot",
        name: slot.account.clone(),
        title: format!("Post on {}", slot.account),
        span: Span::Time(slot.at.at, later(slot.at.at, SLOT)),
    });
    let engagements = day.engagements.iter().map(|hour| Entry {
        kind: "engagement",
        name: hour.name.clone(),
        title: hour.name.clone(),
        span: Span::Time(hour.from.at, hour.until.at),
    });
    slots.chain(engagements).collect()
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
