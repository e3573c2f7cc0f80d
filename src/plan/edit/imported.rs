//! Appointments of a calendar, brought into the text of `plan.toml`.
//!
//! Rules: an entry is found again by its `uid`, whatever was changed in it by hand; the calendar
//! decides about name and times, the clinician about site, activity and time a day. Nothing is
//! doubled, comments stay, and what the calendar called off is removed. It reads no calendar.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use toml_edit::{DocumentMut, TableLike};

use super::list::{self, List};
use super::{EditError, change, entry, read, text_of};
use crate::calendar::{Calendar, format_duration};
use crate::plan::{Activity, Begin, Conference, Engagement, Origin, Times};

/// An appointment as the calendar has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What names it in the calendar.
    pub uid: String,
    /// Its title.
    pub name: String,
    /// When it is.
    pub when: When,
}

/// When an appointment is, and so what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Whole days, both included: a conference.
    Days(Date, Date),
    /// Hours with their length, those of one length together: engagements.
    Hours(Vec<(Duration, Vec<Begin>)>),
    /// It was called off.
    Never,
}

/// What an import brings beside the appointments.
#[derive(Debug, Clone)]
pub struct With {
    /// The calendar's own name, if it has one.
    pub calendar: Option<String>,
    /// The site of what is new.
    pub site: Option<String>,
    /// The activity of new engagements.
    pub activity: Activity,
    /// Time a day at new conferences.
    pub time: Duration,
    /// Entries of this calendar that it no longer knows and that are not over are removed: every
    /// UID that it does know. None where the file is not a whole calendar.
    pub known: Option<BTreeSet<String>>,
    /// The present day: what lies before it is left alone.
    pub today: Date,
}

/// What an import changed, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// New ones.
    pub added: Vec<String>,
    /// Those that were moved or renamed.
    pub changed: Vec<String>,
    /// Those that were called off.
    pub removed: Vec<String>,
    /// How many stayed as they were.
    pub same: usize,
}

/// Brings the appointments of a calendar into a plan.
pub fn merge(
    text: &str,
    appointments: &[Imported],
    with: &With,
) -> Result<(String, Merged), EditError> {
    let plan = read(text)?;
    let mut work = Work {
        calendar: plan.calendar.clone(),
        with,
        merged: Merged::default(),
        names: plan.engagements.iter().map(|e| e.name.clone()).collect(),
    };
    let new = change(text, |document| {
        for appointment in appointments {
            work.put(document, appointment)?;
        }
        for gone in vanished(&plan.engagements, &plan.conferences, &plan.calendar, with) {
            work.keep_first(document, "engagements", &gone, 0)?;
            work.keep_first(document, "conferences", &gone, 0)?;
        }
        Ok(())
    })?;
    Ok((new, work.merged))
}

/// What came from this calendar, is still to come, and is no longer in it.
fn vanished(
    engagements: &[Engagement],
    conferences: &[Conference],
    calendar: &Calendar,
    with: &With,
) -> BTreeSet<String> {
    let (Some(known), Some(_)) = (&with.known, &with.calendar) else {
        return BTreeSet::new();
    };
    let now = calendar.day_start(with.today);
    let coming = engagements
        .iter()
        .filter(|engagement| engagement.times.after(calendar, now).next().is_some())
        .filter_map(|engagement| engagement.origin.as_ref());
    let open = conferences
        .iter()
        .filter(|conference| conference.until >= with.today)
        .filter_map(|conference| conference.origin.as_ref());
    coming
        .chain(open)
        .filter(|origin| origin.calendar == with.calendar && !known.contains(&origin.uid))
        .map(|origin| origin.uid.clone())
        .collect()
}

/// One import under way.
struct Work<'w> {
    calendar: Calendar,
    with: &'w With,
    merged: Merged,
    /// Names of engagements that are taken.
    names: BTreeSet<String>,
}

impl Work<'_> {
    fn put(&mut self, document: &mut DocumentMut, new: &Imported) -> Result<(), EditError> {
        match &new.when {
            When::Days(from, until) => {
                self.keep_first(document, "engagements", &new.uid, 0)?;
                self.put_conference(document, new, (*from, *until))
            }
            When::Hours(lengths) => {
                self.keep_first(document, "conferences", &new.uid, 0)?;
                for (number, (length, begins)) in lengths.iter().enumerate() {
                    self.put_engagement(document, new, (number, *length, begins))?;
                }
                self.keep_first(document, "engagements", &new.uid, lengths.len())
            }
            When::Never => {
                self.keep_first(document, "conferences", &new.uid, 0)?;
                self.keep_first(document, "engagements", &new.uid, 0)
            }
        }
    }

    /// Removes the entries of a UID after the first few.
    fn keep_first(
        &mut self,
        document: &mut DocumentMut,
        key: &'static str,
        uid: &str,
        keep: usize,
    ) -> Result<(), EditError> {
        while let Some(at) = nth(document, key, uid, keep)? {
            let name = named(document, key, at)?;
            // By its place, since others may have the same UID.
            let place = Cell::new(0);
            let here = |_: &dyn TableLike| place.replace(place.get() + 1) == at;
            list::remove_first(document, key, here)?;
            self.names.remove(&name);
            self.merged.removed.push(name);
        }
        Ok(())
    }

    fn put_conference(
        &mut self,
        document: &mut DocumentMut,
        new: &Imported,
        (from, until): (Date, Date),
    ) -> Result<(), EditError> {
        let days = [("from", from), ("until", until)];
        if let Some(at) = find_conference(document, new, from)? {
            let name = free_conference_name(document, new, from)?;
            let mut list = List::open(document.as_table_mut(), "conferences", false)?;
            let Some(old) = list.entry(at) else {
                return Ok(());
            };
            let mut changed = put_text(old, "name", &name);
            for (key, day) in days {
                if text_of(old, key) != day.to_string() {
                    entry::put(old, key, entry::day(day));
                    changed = true;
                }
            }
            changed |= put_origin(old, self.with, &new.uid);
            self.note(changed, &name);
        } else if until >= self.with.today {
            let name = free_conference_name(document, new, from)?;
            let conference = Conference {
                name: name.clone(),
                from,
                until,
                time: self.with.time,
                site: self.with.site.clone(),
                origin: Some(self.origin(&new.uid)),
            };
            list::push_at_end(document, "conferences", entry::conference(&conference))?;
            self.merged.added.push(name);
        }
        Ok(())
    }

    fn put_engagement(
        &mut self,
        document: &mut DocumentMut,
        new: &Imported,
        (number, length, begins): (usize, Duration, &[Begin]),
    ) -> Result<(), EditError> {
        let Some(at) = nth(document, "engagements", &new.uid, number)? else {
            let engagement = Engagement {
                name: self.free_name(&new.name),
                site: self.with.site.clone(),
                activity: self.with.activity,
                times: Times::Dated(begins.to_vec()),
                length,
                origin: Some(self.origin(&new.uid)),
            };
            let table = entry::engagement(&engagement, &self.calendar);
            list::push_at_end(document, "engagements", table)?;
            self.merged.added.push(engagement.name);
            return Ok(());
        };
        let old_name = named(document, "engagements", at)?;
        let mut name = old_name.clone();
        if !is_numbered(&old_name, &new.name) {
            self.names.remove(&old_name);
            name = self.free_name(&new.name);
        }
        let mut list = List::open(document.as_table_mut(), "engagements", false)?;
        let Some(old) = list.entry(at) else {
            return Ok(());
        };
        let mut changed = put_text(old, "name", &name);
        changed |= put_dates(old, begins, &self.calendar);
        changed |= put_text(old, "length", &format_duration(length));
        changed |= put_origin(old, self.with, &new.uid);
        self.note(changed, &name);
        Ok(())
    }

    fn note(&mut self, changed: bool, name: &str) {
        if changed {
            self.merged.changed.push(name.to_owned());
        } else {
            self.merged.same += 1;
        }
    }

    fn origin(&self, uid: &str) -> Origin {
        Origin {
            uid: uid.to_owned(),
            calendar: self.with.calendar.clone(),
        }
    }

    /// The name itself, or with a number where another engagement has it.
    fn free_name(&mut self, name: &str) -> String {
        first_free(name, |name| self.names.insert(name.clone()))
    }
}

/// Whether a name is another one, with or without a number behind it.
fn is_numbered(name: &str, base: &str) -> bool {
    let rest = name.strip_prefix(base).map(str::trim);
    rest.is_some_and(|rest| {
        let number = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')'));
        rest.is_empty() || number.is_some_and(|number| number.parse::<u32>().is_ok())
    })
}

/// Sets a text that is another one; whether it was.
fn put_text(table: &mut dyn TableLike, key: &str, text: &str) -> bool {
    let other = text_of(table, key) != text;
    if other {
        entry::put(table, key, text);
    }
    other
}

/// Sets dates that are other ones; a pattern that stood in their place goes.
fn put_dates(table: &mut dyn TableLike, begins: &[Begin], calendar: &Calendar) -> bool {
    let new = entry::at(begins, calendar);
    let bare = |value: &toml_edit::Value| {
        let text = value.to_string();
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    let old = table.get("at").and_then(|item| item.as_value()).map(bare);
    if old == Some(bare(&new)) {
        return false;
    }
    table.remove("cron");
    entry::put(table, "at", new);
    true
}

fn put_origin(table: &mut dyn TableLike, with: &With, uid: &str) -> bool {
    let mut changed = put_text(table, "uid", uid);
    if let Some(calendar) = &with.calendar {
        changed |= put_text(table, "calendar", calendar);
    }
    changed
}

/// Where the entry of that UID with this number stands.
fn nth(
    document: &mut DocumentMut,
    key: &'static str,
    uid: &str,
    number: usize,
) -> Result<Option<usize>, EditError> {
    Ok(all(document, key)?
        .into_iter()
        .enumerate()
        .filter(|(_, entry)| entry.get("uid").is_some_and(|known| known == uid))
        .nth(number)
        .map(|(at, _)| at))
}

/// The conference of that UID, or one that was added by hand with its name and first day.
fn find_conference(
    document: &mut DocumentMut,
    new: &Imported,
    from: Date,
) -> Result<Option<usize>, EditError> {
    if let Some(at) = nth(document, "conferences", &new.uid, 0)? {
        return Ok(Some(at));
    }
    let from = from.to_string();
    let by_hand = |entry: &BTreeMap<&'static str, String>| {
        let is = |key, wanted: &str| entry.get(key).is_some_and(|text| text == wanted);
        is("uid", "") && is("name", &new.name) && is("from", &from)
    };
    Ok(all(document, "conferences")?.iter().position(by_hand))
}

/// Its name, or with a number where another conference has it on the same first day.
fn free_conference_name(
    document: &mut DocumentMut,
    new: &Imported,
    from: Date,
) -> Result<String, EditError> {
    let from = from.to_string();
    let others: BTreeSet<String> = all(document, "conferences")?
        .into_iter()
        .filter(|entry| entry.get("from") == Some(&from))
        .filter(|entry| {
            entry
                .get("uid")
                .is_some_and(|uid| !uid.is_empty() && *uid != new.uid)
        })
        .filter_map(|mut entry| entry.remove("name"))
        .collect();
    Ok(first_free(&new.name, |name| !others.contains(name)))
}

/// The name, or the first with a number behind it, that is free.
fn first_free(name: &str, mut is_free: impl FnMut(&String) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name} ({number})"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| is_free(name)).unwrap_or_default()
}

fn named(document: &mut DocumentMut, key: &'static str, at: usize) -> Result<String, EditError> {
    let all = all(document, key)?;
    let name = all.get(at).and_then(|entry| entry.get("name"));
    Ok(name.cloned().unwrap_or_default())
}

/// What names the entries of a list.
fn all(
    document: &mut DocumentMut,
    key: &'static str,
) -> Result<Vec<BTreeMap<&'static str, String>>, EditError> {
    if !document.contains_key(key) {
        return Ok(Vec::new());
    }
    let mut list = List::open(document.as_table_mut(), key, false)?;
    let mut found = Vec::new();
    while let Some(entry) = list.entry(found.len()) {
        let texts = ["uid", "name", "from"].map(|key| (key, text_of(entry, key)));
        found.push(BTreeMap::from(texts));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
