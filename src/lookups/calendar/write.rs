//! The plan as a calendar for other programs: titles and times, never the text of a post.
//!
//! Rules: the same entry has the same UID each time, so that whoever subscribes sees it moved and
//! not doubled; a whole-day end is exclusive, as RFC 5545 wants it; lines are folded, texts escaped.

use icalendar::{Component, Event, EventLike, Property};
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::posting::post::hex;

/// How UIDs of our own entries end; they are not taken back in.
pub const OURS: &str = "@plan.rounds";

/// An entry to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is, in the words of the plan: `slot`, `engagement`, `conference`.
    pub kind: &'static str,
    /// The plan's name for it; with the kind and the beginning it makes the UID.
    pub name: String,
    /// What others read.
    pub title: String,
    /// When.
    pub span: Span,
}

/// When an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// From an instant until before another.
    Time(Timestamp, Timestamp),
    /// Whole days, both included.
    Days(Date, Date),
}

impl Entry {
    fn uid(&self) -> String {
        let begins = match self.span {
            Span::Time(from, _) => from.to_string(),
            Span::Days(from, _) => from.to_string(),
        };
        let named = format!("{}\0{}\0{begins}", self.kind, self.name);
        let digest = hex(&Sha256::digest(named.as_bytes()));
        format!("{}{OURS}", &digest[..32])
    }

    fn event(&self, now: Timestamp) -> Option<Event> {
        let mut event = Event::new();
        event
            .uid(&self.uid())
            .summary(&self.title)
            .timestamp(utc(now)?)
            // A plan does not make anybody busy.
            .add_property("TRANSP", "TRANSPARENT");
        match self.span {
            Span::Time(from, until) => event.starts(utc(from)?).ends(utc(until)?),
            Span::Days(first, last) => event
                .starts(day(first)?)
                .ends(day(last.tomorrow().unwrap_or(last))?),
        };
        Some(event.done())
    }
}

/// Writes a calendar of these entries.
pub fn calendar(entries: &[Entry], now: Timestamp) -> String {
    let mut calendar = icalendar::Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//rounds//plan//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", "rounds"),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    for event in entries.iter().filter_map(|entry| entry.event(now)) {
        calendar.push(event);
    }
    calendar.to_string()
}

fn utc(at: Timestamp) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp(at.as_second(), 0)
}

fn day(day: Date) -> Option<chrono::NaiveDate> {
    let number = |n: i8| u32::try_from(n).ok();
    chrono::NaiveDate::from_ymd_opt(day.year().into(), number(day.month())?, number(day.day())?)
}
