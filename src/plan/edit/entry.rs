//! Entries of the plan as TOML tables, in the form that `read` takes.

use std::time::Duration;

use toml_edit::{Array, InlineTable, Table, TableLike, Value, value};

use crate::calendar::{Calendar, Pattern, Per, format_duration};
use crate::plan::feed::{Feed, Source};
use crate::plan::{
    Account, Begin, Begins, Conference, Engagement, Of, Origin, Override, Platform, SpeaksAs,
    Stage, Times,
};

/// A limit.
pub(super) fn limit(of: &Of, per: Per, time: Duration) -> Table {
    let mut table = Table::new();
    put(&mut table, "of", of.to_string());
    put(&mut table, "per", per.to_string());
    put(&mut table, "time", format_duration(time));
    table
}

/// An override of a limit.
pub(super) fn exception(exception: &Override) -> Table {
    let mut table = Table::new();
    put(&mut table, "from", day(exception.from));
    put(&mut table, "until", day(exception.until));
    put(&mut table, "time", format_duration(exception.time));
    if !exception.why.is_empty() {
        put(&mut table, "why", exception.why.as_str());
    }
    table
}

/// An engagement; its dates get the offsets of this calendar's zone.
pub(super) fn engagement(engagement: &Engagement, calendar: &Calendar) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", engagement.name.as_str());
    if let Some(site) = &engagement.site {
        put(&mut table, "site", site.as_str());
    }
    put(&mut table, "activity", engagement.activity.name());
    match &engagement.times {
        Times::Recurring(cron) => put(&mut table, "cron", cron.as_str()),
        Times::Dated(dates) => put(&mut table, "at", at(dates, calendar)),
    }
    put(&mut table, "length", format_duration(engagement.length));
    put_origin(&mut table, engagement.origin.as_ref());
    table
}

/// The dates of an engagement: one, or a list with one a line.
pub(super) fn at(dates: &[Begin], calendar: &Calendar) -> Value {
    let value = |date: &Begin| {
        let text = date.text(calendar);
        text.parse::<toml_edit::Datetime>()
            .map_or_else(|_| Value::from(text), Value::from)
    };
    if let [only] = dates {
        return value(only);
    }
    let mut array: Array = dates.iter().map(value).collect();
    for entry in array.iter_mut() {
        entry.decor_mut().set_prefix("\n  ");
    }
    array.set_trailing_comma(true);
    array.set_trailing("\n");
    Value::from(array)
}

fn put_origin(table: &mut Table, origin: Option<&Origin>) {
    if let Some(origin) = origin {
        put(table, "uid", origin.uid.as_str());
        if let Some(calendar) = &origin.calendar {
            put(table, "calendar", calendar.as_str());
        }
    }
}

/// A feed.
pub(super) fn feed(feed: &Feed) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", feed.name.as_str());
    match &feed.source {
        Source::Address(address) => put(&mut table, "address", address.as_str()),
        Source::PubMed(query) => put(&mut table, "pubmed", query.as_str()),
    }
    table
}

/// A conference.
pub(super) fn conference(conference: &Conference) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", conference.name.as_str());
    put(&mut table, "from", day(conference.from));
    put(&mut table, "until", day(conference.until));
    put(&mut table, "time", format_duration(conference.time));
    if let Some(site) = &conference.site {
        put(&mut table, "site", site.as_str());
    }
    put_origin(&mut table, conference.origin.as_ref());
    table
}

/// Sets a value; one that stands there keeps its comment.
pub(super) fn put(table: &mut dyn TableLike, key: &str, new: impl Into<Value>) {
    let mut new = new.into();
    match table.get_mut(key).and_then(|item| item.as_value_mut()) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => {
            table.insert(key, value(new));
        }
    }
}

/// A date as TOML has it.
pub(super) fn day(date: jiff::civil::Date) -> Value {
    let text = date.to_string();
    text.parse::<toml_edit::Datetime>()
        .map_or_else(|_| Value::from(text), Value::from)
}

/// An account.
pub(super) fn account(account: &Account) -> Table {
    let mut table = Table::new();
    put(&mut table, "name", account.name.as_str());
    put(&mut table, "platform", account.platform.name());
    match &account.platform {
        Platform::Folder { path } => put(&mut table, "path", path.as_str()),
        Platform::Handoff { site } => put(&mut table, "site", site.as_str()),
        Platform::Later { .. } => {}
    }
    for (key, text) in &account.settings {
        put(&mut table, key, text.as_str());
    }
    if !account.owner.is_empty() {
        put(&mut table, "owner", account.owner.as_str());
    }
    put(&mut table, "speaks_as", speaks_as(account.speaks_as));
    if !account.packs.is_empty() {
        put(&mut table, "packs", account.packs.iter().collect::<Array>());
    }
    let slots: Array = account.slots.iter().map(Pattern::as_str).collect();
    put(&mut table, "slots", slots);
    put(&mut table, "cadence", cadence(&account.cadence));
    table
}

fn speaks_as(role: SpeaksAs) -> &'static str {
    match role {
        SpeaksAs::Doctor => "doctor",
        SpeaksAs::Practice => "practice",
        SpeaksAs::Person => "person",
    }
}

/// The stages, one a line where there are several.
fn cadence(stages: &[Stage]) -> Array {
    let mut array: Array = stages.iter().map(stage).collect();
    if stages.len() > 1 {
        for stage in array.iter_mut() {
            stage.decor_mut().set_prefix("\n  ");
        }
        array.set_trailing_comma(true);
        array.set_trailing("\n");
    }
    array
}

fn stage(stage: &Stage) -> InlineTable {
    let mut table = InlineTable::new();
    match stage.begins {
        Begins::On(date) => put(&mut table, "from", day(date)),
        Begins::After(age) => put(&mut table, "after", age.to_string()),
    }
    let number = if stage.min == stage.max {
        stage.min.to_string()
    } else {
        format!("{}-{}", stage.min, stage.max)
    };
    put(&mut table, "posts", format!("{number} per {}", stage.per));
    table
}
