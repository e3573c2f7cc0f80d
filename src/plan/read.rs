//! The text of `plan.toml` → a valid `Plan`, or everything that is wrong with it and where.
//!
//! Rules: every key is known or refused (an account's platform settings aside), every value is
//! checked, and each refusal carries the line, the key, what is wrong and what to write instead; one
//! look tells them all. Defaults stand here and in `defaults.rs` alone. It reads text, not files,
//! and knows neither the checklist packs nor the catalogue of sites.

mod accounts;
mod appointments;
mod defaults;
mod fault;
mod posts;
mod section;
mod values;

#[cfg(test)]
pub(super) use accounts::KEYS as ACCOUNT_KEYS;
pub(crate) use fault::line_of;
pub use posts::{PostsError, parse_posts};
pub use values::{NameError, OfError, check_name};

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::{Breaks, Limit, Override, Plan, Posting, Quiet};
use crate::calendar::Calendar;
use fault::{Fault, Faults};
use section::Section;
use values::{date, duration, minute_of_day, positive};

/// What is wrong with a plan, and where: the first fault, and those that follow it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}{message}{}", in_field(.field), and_more(.also.len()))]
pub struct PlanError {
    /// The line of the file, from 1.
    pub line: usize,
    /// The key with its tables, such as `limits.time`; empty where the text is no TOML at all.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The other faults, in the order of their lines; they have no others.
    pub also: Vec<PlanError>,
}

fn in_field(field: &str) -> String {
    if field.is_empty() {
        String::new()
    } else {
        format!("{field}: ")
    }
}

fn and_more(others: usize) -> String {
    match others {
        0 => String::new(),
        others => format!(" (and {others} more)"),
    }
}

/// The word of a plan whose zone follows the machine's.
pub const SYSTEM_ZONE: &str = "system";

/// Reads a plan. A plan that names no timezone is taken to be in UTC: use [`read_in`] with the
/// system's zone for a plan that is to be followed.
pub fn read(text: &str) -> Result<Plan, PlanError> {
    read_in(text, "UTC")
}

/// Reads a plan; `system_zone` is the zone of a plan that names none, or says `system`.
pub fn read_in(text: &str, system_zone: &str) -> Result<Plan, PlanError> {
    let zones = Zones {
        system: &|| system_zone.to_owned(),
        find: &|name| TimeZone::get(name).ok(),
    };
    read_with(text, zones)
}

/// The zones of the machine on which a plan is read.
#[derive(Clone, Copy)]
pub struct Zones<'a> {
    /// Names the zone of a plan that names none, or says `system`.
    pub system: &'a dyn Fn() -> String,
    /// Finds a zone by its name.
    pub find: &'a dyn Fn(&str) -> Option<TimeZone>,
}

/// Reads a plan with the zones of a machine.
pub fn read_with(text: &str, zones: Zones<'_>) -> Result<Plan, PlanError> {
    let (readable, broken) = fault::readable(text);
    let (table, _) = DeTable::parse_recoverable(&readable);
    let faults = Faults::default();
    let plan = plan(Section::top(&table, &faults), zones);
    if !broken.is_empty()
        && let Some(error) = faults.syntax(text, &broken)
    {
        return Err(error);
    }
    match (plan, faults.all(text)) {
        (Some(plan), None) => Ok(plan),
        (_, fault) => Err(fault.unwrap_or_else(PlanError::unknown)),
    }
}

impl PlanError {
    /// Nothing is told although something is wrong, which cannot be.
    fn unknown() -> Self {
        Self {
            line: 1,
            field: String::new(),
            message: "it cannot be read".to_owned(),
            help: "compare it with a plan that `rounds init` writes".to_owned(),
            also: Vec::new(),
        }
    }
}

fn plan(mut raw: Section<'_>, zones: Zones<'_>) -> Option<Plan> {
    let zone = timezone(&mut raw, zones);
    let day_starts = raw.or("day_starts", minute_of_day, defaults::DAY_STARTS);
    let week_starts = raw.or("week_starts", values::weekday, Weekday::Monday);
    let limits = limits(raw.tables("limits", "limits"));
    let breaks = breaks(raw.table("breaks"));
    let quiet = quiet(raw.table("quiet"));
    let posting = posting(raw.table("posting"));
    let accounts = accounts::accounts(raw.tables("accounts", "accounts"));
    let engagements = appointments::engagements(raw.tables("engagements", "engagements"));
    let conferences = appointments::conferences(raw.tables("conferences", "conferences"));
    let feeds = appointments::feeds(raw.tables("feeds", "feeds"));
    raw.end();
    let (timezone, zone) = zone?;
    Some(Plan {
        timezone,
        calendar: Calendar {
            zone,
            day_starts: day_starts?,
            week_starts: week_starts?,
        },
        limits: limits?,
        breaks: breaks?,
        quiet: quiet?,
        posting: posting?,
        accounts: accounts?,
        engagements: engagements?,
        conferences: conferences?,
        feeds: feeds?,
    })
}

/// The zone with its name; the system's where the plan names none, or says so.
fn timezone(raw: &mut Section<'_>, zones: Zones<'_>) -> Option<(String, TimeZone)> {
    let system = || {
        let name = (zones.system)();
        let zone = (zones.find)(&name).unwrap_or(TimeZone::UTC);
        (name, zone)
    };
    let named = raw.optional("timezone", |text| match text {
        SYSTEM_ZONE => Ok(system()),
        text => values::zone(text, zones.find),
    });
    Some(named.ok()?.unwrap_or_else(system))
}

fn breaks(mut raw: Section<'_>) -> Option<Breaks> {
    let default = Breaks::default();
    let after = raw.or("after", positive, default.after);
    let length = raw.or("length", positive, default.length);
    let snooze = raw.or("snooze", positive, default.snooze);
    raw.end();
    Some(Breaks {
        after: after?,
        length: length?,
        snooze: snooze?,
    })
}

fn quiet(mut raw: Section<'_>) -> Option<Quiet> {
    let default = Quiet::default();
    let from = raw.or("from", minute_of_day, default.from);
    let until = raw.or("until", minute_of_day, default.until);
    raw.end();
    Some(Quiet {
        from: from?,
        until: until?,
    })
}

fn posting(mut raw: Section<'_>) -> Option<Posting> {
    let default = Posting::default();
    let cooling_off = raw.or("cooling_off", duration, default.cooling_off);
    let late_after = raw.or("late_after", duration, default.late_after);
    let valid = raw.or("attestations_valid", positive, default.attestations_valid);
    raw.end();
    Some(Posting {
        cooling_off: cooling_off?,
        late_after: late_after?,
        attestations_valid: valid?,
    })
}

/// Reads every entry of a list, whatever is wrong with others; none where anything is.
fn each<'t, T>(
    entries: Vec<Section<'t>>,
    mut read: impl FnMut(Section<'t>) -> Option<T>,
) -> Option<Vec<T>> {
    let all: Vec<Option<T>> = entries.into_iter().map(&mut read).collect();
    all.into_iter().collect()
}

fn limits(raw: Vec<Section<'_>>) -> Option<Vec<Limit>> {
    let mut seen = BTreeSet::new();
    each(raw, |raw| limit(raw, &mut seen))
}

fn limit(
    mut raw: Section<'_>,
    seen: &mut BTreeSet<(super::Of, crate::calendar::Per)>,
) -> Option<Limit> {
    let of_leaf = raw.required_leaf("of");
    let of = of_leaf
        .as_ref()
        .and_then(|leaf| raw.check(leaf, "of", values::of));
    let per = raw.required("per", values::per);
    let time = raw.required("time", positive);
    let at_least = raw.or("at_least", duration, defaults::AT_LEAST);
    let overrides = each(raw.tables("overrides", "limits.overrides"), exception);
    if let (Some(of), Some(per), Some(leaf)) = (&of, per, of_leaf)
        && !seen.insert((of.clone(), per))
    {
        let twice = format!("there already is a limit of {of} per {per}");
        let fault = Fault::at(leaf.at, raw.field("of"));
        raw.note(fault.saying(twice, "keep one of the two, or give one another period"));
    }
    raw.end();
    Some(Limit {
        of: of?,
        per: per?,
        time: time?,
        at_least: at_least?,
        overrides: overrides?,
    })
}

fn exception(mut raw: Section<'_>) -> Option<Override> {
    let days = days(&mut raw);
    let time = raw.required("time", positive);
    let why = raw.words("why");
    raw.end();
    let (from, until) = days?;
    Some(Override {
        from,
        until,
        time: time?,
        why: why?,
    })
}

/// Two inclusive days in their order.
fn days(raw: &mut Section<'_>) -> Option<(Date, Date)> {
    let first = raw.required("from", date);
    let until = raw.required_leaf("until")?;
    let last = raw.check(&until, "until", date)?;
    let first = first?;
    if last < first {
        let message = format!("{last} lies before the first day, {first}");
        let help = "both days belong to it, so `until` is `from` or later";
        raw.note(Fault::at(until.at, raw.field("until")).saying(message, help));
        return None;
    }
    Some((first, last))
}

#[cfg(test)]
mod tests;
