//! The events of a calendar file, as values: what stands where, without deciding anything.
//!
//! It bounds what a hostile file may cost (nesting, lengths), and refuses a file that breaks off.

use std::time::Duration;

use icalendar::parser::{Component, Property, read_calendar, unfold};
use jiff::civil::{Date, DateTime};
use sha2::{Digest, Sha256};

use super::CalendarError;

/// A calendar holds events, and events hold alarms: more levels are a trap.
const DEEPEST: usize = 5;
/// The longest title that is kept, in characters.
const TITLE: usize = 100;
/// The longest UID that is kept as it is.
const UID: usize = 200;

/// A file's content.
pub(super) struct File<'f> {
    pub(super) name: Option<String>,
    /// It invites to, or calls off, single events: no whole calendar.
    pub(super) invitation: bool,
    pub(super) zones: Vec<Component<'f>>,
    pub(super) events: Vec<Entry>,
}

/// A point in time as a file writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    /// A whole day.
    Day(Date),
    /// A local time without a zone.
    Floating(DateTime),
    /// In UTC.
    Utc(DateTime),
    /// In a zone that the file names.
    In(DateTime, String),
}

/// One VEVENT.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) cancelled: bool,
    pub(super) sequence: i64,
    pub(super) stamp: String,
    /// Which instance of a series it replaces.
    pub(super) instance: Option<Moment>,
    pub(super) begins: Option<Moment>,
    pub(super) ends: Option<Moment>,
    pub(super) length: Option<Duration>,
    pub(super) rule: Option<String>,
    pub(super) also: Vec<Moment>,
    pub(super) except: Vec<Moment>,
}

impl Entry {
    pub(super) fn recurs(&self) -> bool {
        self.rule.is_some() || !self.also.is_empty()
    }
}

/// Takes a file apart.
pub(super) fn entries(text: &str) -> Result<File<'static>, CalendarError> {
    let text = text.trim_start();
    if !text
        .get(..15)
        .is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCALENDAR"))
    {
        return Err(CalendarError::NotACalendar);
    }
    let text = unfold(text);
    let begun = bounded(&text)?;
    let damaged = |_| CalendarError::Damaged(String::new());
    // A file may hold several calendars one after another; each is read by itself.
    let mut file = File {
        name: None,
        invitation: false,
        zones: Vec::new(),
        events: Vec::new(),
    };
    let mut cancels = false;
    for part in calendars(&text) {
        let calendar = read_calendar(part).map_err(damaged)?;
        for property in &calendar.properties {
            let value = property.val.as_str();
            match property.name.as_str().to_uppercase().as_str() {
                "X-WR-CALNAME" | "NAME" => {
                    file.name = Some(plain(property)).filter(|n| !n.is_empty());
                }
                "METHOD" => {
                    file.invitation |= !value.eq_ignore_ascii_case("PUBLISH");
                    cancels |= value.eq_ignore_ascii_case("CANCEL");
                }
                _ => {}
            }
        }
        for component in &calendar.components {
            match component.name.as_str().to_uppercase().as_str() {
                "VEVENT" => file.events.push(entry(component, cancels)),
                "VTIMEZONE" => file.zones.push(owned(component)),
                _ => {}
            }
        }
    }
    if file.events.len() != begun {
        let (read, there) = (file.events.len(), begun);
        return Err(CalendarError::Damaged(format!(
            " (of {there} events, {read} could be read)"
        )));
    }
    Ok(file)
}

/// The calendars in an unfolded text.
fn calendars(text: &str) -> impl Iterator<Item = &str> {
    let (mut begun, mut read) = (0, 0);
    let ends = text.split_inclusive('\n').filter_map(move |line| {
        read += line.len();
        let ended = line.trim().eq_ignore_ascii_case("END:VCALENDAR");
        ended.then(|| std::mem::replace(&mut begun, read)..read)
    });
    ends.filter_map(|part| text.get(part)).map(str::trim_start)
}

/// Counts the events, and refuses what is nested too deeply.
fn bounded(text: &str) -> Result<usize, CalendarError> {
    let (mut depth, mut events) = (0_usize, 0);
    for line in text.lines() {
        let line = line.trim().to_ascii_uppercase();
        if line.starts_with("BEGIN:") {
            depth += 1;
            events += usize::from(line == "BEGIN:VEVENT");
        } else if line.starts_with("END:") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEEPEST {
            return Err(CalendarError::Damaged(" (nested too deeply)".to_owned()));
        }
    }
    if depth > 0 {
        return Err(CalendarError::Damaged(String::new()));
    }
    Ok(events)
}

/// The parts of a zone's definition, free of the text that they were read from.
fn owned(component: &Component<'_>) -> Component<'static> {
    Component {
        name: component.name.to_owned(),
        properties: component.properties.iter().map(own_property).collect(),
        components: component.components.iter().map(owned).collect(),
    }
}

fn own_property(property: &Property<'_>) -> Property<'static> {
    Property {
        name: property.name.to_owned(),
        val: property.val.to_owned(),
        params: Vec::new(),
    }
}

fn entry(component: &Component<'_>, cancels: bool) -> Entry {
    let text = |name| find(component, name).map(|found| found.val.as_str().trim().to_owned());
    let moment = |name| find(component, name).and_then(|found| moments(found).into_iter().next());
    let several = |name: &str| {
        let all = component.properties.iter();
        all.filter(|property| property.name.as_str().eq_ignore_ascii_case(name))
            .flat_map(moments)
            .collect()
    };
    let title = find(component, "SUMMARY").map(plain).unwrap_or_default();
    let uid = text("UID").filter(|uid| !uid.is_empty());
    // Without a UID, what it says and when has to name it.
    let uid = uid.unwrap_or_else(|| format!("{title}@{}", text("DTSTART").unwrap_or_default()));
    Entry {
        uid: short(&uid),
        title,
        cancelled: cancels
            || text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")),
        sequence: text("SEQUENCE").and_then(|n| n.parse().ok()).unwrap_or(0),
        stamp: text("LAST-MODIFIED")
            .or(text("DTSTAMP"))
            .unwrap_or_default(),
        instance: moment("RECURRENCE-ID"),
        begins: moment("DTSTART"),
        ends: moment("DTEND"),
        length: text("DURATION").and_then(|text| length(&text)),
        rule: text("RRULE").filter(|rule| !rule.is_empty()),
        also: several("RDATE"),
        except: several("EXDATE"),
    }
}

/// A UID that can stand in the plan.
fn short(uid: &str) -> String {
    let clean: String = uid.chars().filter(|c| !c.is_control()).collect();
    if clean.chars().count() <= UID {
        return clean;
    }
    crate::posting::post::hex(&Sha256::digest(uid.as_bytes()))
}

pub(super) fn find<'c>(component: &'c Component<'_>, name: &str) -> Option<&'c Property<'c>> {
    let mut properties = component.properties.iter();
    properties.find(|property| property.name.as_str().eq_ignore_ascii_case(name))
}

/// A text on one line, without escapes and signs that a terminal would obey.
fn plain(property: &Property<'_>) -> String {
    let text = property.val.to_owned().unescape_text();
    let spaced: String = text
        .as_str()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<_> = spaced.split_whitespace().collect();
    let line = words.join(" ");
    line.chars()
        .take(TITLE)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// The times of a property: one, or several separated by commas.
fn moments(property: &Property<'_>) -> Vec<Moment> {
    let zone = property
        .params
        .iter()
        .find(|p| p.key.as_str().eq_ignore_ascii_case("TZID"));
    let zone = zone.and_then(|parameter| parameter.val.as_ref());
    let zone = zone.map(|zone| zone.as_str().trim_matches('"').to_owned());
    let value = property.val.as_str();
    // Of a period only the beginning matters.
    let values = value
        .split(',')
        .map(|one| one.split('/').next().unwrap_or(one).trim());
    values
        .filter_map(|one| moment(one, zone.as_deref()))
        .collect()
}

fn moment(text: &str, zone: Option<&str>) -> Option<Moment> {
    let Some((day, time)) = text.split_once(['T', 't']) else {
        return date(text).map(Moment::Day);
    };
    let utc = time.strip_suffix(['Z', 'z']);
    let time = utc.unwrap_or(time);
    let number = |range: std::ops::Range<usize>| time.get(range)?.parse::<i8>().ok();
    let second = number(4..6).unwrap_or(0).min(59);
    let time = jiff::civil::Time::new(number(0..2)?, number(2..4)?, second, 0).ok()?;
    let local = date(day)?.to_datetime(time);
    Some(match (utc, zone) {
        (Some(_), _) => Moment::Utc(local),
        (None, Some(zone)) => Moment::In(local, zone.to_owned()),
        (None, None) => Moment::Floating(local),
    })
}

fn date(text: &str) -> Option<Date> {
    let plain = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
    let year: i16 = plain.then(|| number(0..4)).flatten()?;
    let part = |range: std::ops::Range<usize>| i8::try_from(number(range)?).ok();
    Date::new(year, part(4..6)?, part(6..8)?).ok()
}

/// `PT1H30M`, `P3D`, `P1W`; nothing for what is no length, or a negative one.
fn length(text: &str) -> Option<Duration> {
    let text = text.trim().to_uppercase();
    let rest = text.strip_prefix('+').unwrap_or(&text).strip_prefix('P')?;
    let (mut seconds, mut number) = (0_u64, String::new());
    for c in rest.chars() {
        let unit = match c {
            'T' => continue,
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        let count: u64 = number.parse().ok()?;
        number.clear();
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
    }
    Some(Duration::from_secs(seconds))
}
