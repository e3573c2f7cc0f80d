//! Changes to the text of `plan.toml` that keep its comments and order.
//!
//! Rules: every change goes from text to text, and the result is a valid plan or the change is
//! refused. A comment that stands directly above a removed entry goes with it; one set off by an
//! empty line stays. It writes no file.

mod entry;
mod imported;
mod list;

use std::time::Duration;

use toml_edit::{DocumentMut, Table, TableLike, Value};

use super::read::{PlanError, read};
use super::{Account, Conference, Engagement, Feed, Of, Override};
use crate::calendar::{Per, format_duration};
pub use imported::{Imported, Merged, When, With, merge};
use list::List;

/// Why a change was refused. The text is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The plan is wrong as it stands, or would be with the change.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// There is nothing of this name to change or remove.
    #[error("there is no {0}")]
    Absent(String),
    /// An entry of this name is there already.
    #[error("there already is {0}")]
    Exists(String),
    /// A list of the file is written in a way that cannot be changed.
    #[error("`{0}` is not a list of entries: change it in the file")]
    Shape(&'static str),
}

/// Sets the time of the limit of `of` per `per`, or adds it; its overrides stay.
pub fn set_limit(text: &str, of: &Of, per: Per, time: Duration) -> Result<String, EditError> {
    change(text, |document| {
        let mut limits = List::open(document.as_table_mut(), "limits", false)?;
        if let Some(limit) = find_limit(&mut limits, of, per) {
            entry::put(limit, "time", format_duration(time));
            return Ok(());
        }
        if limits.is_empty() {
            document.remove("limits");
        }
        list::push_at_end(document, "limits", entry::limit(of, per, time))
    })
}

/// Removes the limit of `of` per `per` with its overrides.
pub fn remove_limit(text: &str, of: &Of, per: Per) -> Result<String, EditError> {
    remove(
        text,
        "limits",
        |entry| is_limit(entry, of, per),
        || limit_name(of, per),
    )
}

/// Adds an override to a limit; one for the same days is replaced.
pub fn add_override(
    text: &str,
    of: &Of,
    per: Per,
    exception: &Override,
) -> Result<String, EditError> {
    change(text, |document| {
        let mut limits = List::open(document.as_table_mut(), "limits", false)?;
        let inline = limits.is_inline();
        let limit = find_limit(&mut limits, of, per)
            .ok_or_else(|| EditError::Absent(limit_name(of, per)))?;
        let mut overrides = List::open(limit, "overrides", inline)?;
        let (from, until) = (exception.from.to_string(), exception.until.to_string());
        let same = |entry: &dyn TableLike| {
            text_of(entry, "from") == from && text_of(entry, "until") == until
        };
        // The last one written holds, so a replaced one moves to the end.
        while let Some(at) = overrides.position(same) {
            overrides.remove(at);
        }
        overrides.push(entry::exception(exception));
        Ok(())
    })
}

/// Adds an account.
pub fn add_account(text: &str, account: &Account) -> Result<String, EditError> {
    let plan = read(text)?;
    let same = |other: &&Account| other.name.to_lowercase() == account.name.to_lowercase();
    if let Some(other) = plan.accounts.iter().find(same) {
        return Err(EditError::Exists(format!("an account `{}`", other.name)));
    }
    add(text, "accounts", entry::account(account))
}

/// Removes an account from the plan.
pub fn remove_account(text: &str, name: &str) -> Result<String, EditError> {
    remove_named(text, "accounts", "account", name)
}

/// Adds an engagement.
pub fn add_engagement(text: &str, engagement: &Engagement) -> Result<String, EditError> {
    let plan = read(text)?;
    if plan
        .engagements
        .iter()
        .any(|other| other.name == engagement.name)
    {
        return Err(EditError::Exists(format!(
            "an engagement `{}`",
            engagement.name
        )));
    }
    let entry = entry::engagement(engagement, &plan.calendar);
    add(text, "engagements", entry)
}

/// Removes an engagement.
pub fn remove_engagement(text: &str, name: &str) -> Result<String, EditError> {
    remove_named(text, "engagements", "engagement", name)
}

/// Adds a conference. The same name may stand for another year.
pub fn add_conference(text: &str, conference: &Conference) -> Result<String, EditError> {
    let plan = read(text)?;
    let same = |other: &Conference| other.name == conference.name && other.from == conference.from;
    if plan.conferences.iter().any(same) {
        let name = format!("a conference `{}` on {}", conference.name, conference.from);
        return Err(EditError::Exists(name));
    }
    add(text, "conferences", entry::conference(conference))
}

/// Removes a conference, all its years.
pub fn remove_conference(text: &str, name: &str) -> Result<String, EditError> {
    remove_named(text, "conferences", "conference", name)
}

/// Adds a feed.
pub fn add_feed(text: &str, feed: &Feed) -> Result<String, EditError> {
    let plan = read(text)?;
    let same = |other: &&Feed| other.source == feed.source || other.name == feed.name;
    if let Some(other) = plan.feeds.iter().find(same) {
        return Err(EditError::Exists(format!("a feed `{}`", other.name)));
    }
    add(text, "feeds", entry::feed(feed))
}

/// Removes a feed.
pub fn remove_feed(text: &str, name: &str) -> Result<String, EditError> {
    remove_named(text, "feeds", "feed", name)
}

/// Applies a change to a valid plan and makes sure that the result is one.
fn change(
    text: &str,
    apply: impl FnOnce(&mut DocumentMut) -> Result<(), EditError>,
) -> Result<String, EditError> {
    read(text)?;
    let mut document: DocumentMut = text.parse().map_err(|_| EditError::Shape("plan.toml"))?;
    apply(&mut document)?;
    let changed = document.to_string();
    read(&changed)?;
    Ok(changed)
}

fn add(text: &str, key: &'static str, table: Table) -> Result<String, EditError> {
    change(text, |document| list::push_at_end(document, key, table))
}

fn remove_named(
    text: &str,
    key: &'static str,
    kind: &str,
    name: &str,
) -> Result<String, EditError> {
    let named = |entry: &dyn TableLike| text_of(entry, "name").trim() == name;
    remove(text, key, named, || format!("{kind} `{name}`"))
}

/// Removes every entry that matches; at least one has to.
fn remove(
    text: &str,
    key: &'static str,
    matches: impl Fn(&dyn TableLike) -> bool,
    what: impl FnOnce() -> String,
) -> Result<String, EditError> {
    change(text, |document| {
        let mut removed = false;
        while list::remove_first(document, key, &matches)? {
            removed = true;
        }
        removed
            .then_some(())
            .ok_or_else(|| EditError::Absent(what()))
    })
}

fn limit_name(of: &Of, per: Per) -> String {
    format!("limit of {of} per {per}")
}

fn find_limit<'l>(limits: &'l mut List<'_>, of: &Of, per: Per) -> Option<&'l mut dyn TableLike> {
    let at = limits.position(|entry| is_limit(entry, of, per))?;
    limits.entry(at)
}

fn is_limit(entry: &dyn TableLike, of: &Of, per: Per) -> bool {
    text_of(entry, "of").parse().as_ref() == Ok(of)
        && text_of(entry, "per").parse().as_ref() == Ok(&per)
}

/// A value as text, dates included; empty where there is none.
fn text_of(entry: &dyn TableLike, key: &str) -> String {
    match entry.get(key).and_then(|item| item.as_value()) {
        Some(Value::String(text)) => text.value().clone(),
        Some(Value::Datetime(date)) => date.value().to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
