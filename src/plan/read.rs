//! The text of `plan.toml` → a valid `Plan`, or what is wrong with it and where.
//!
//! Rules: every key is known or refused (an account's platform settings aside), every value is
//! checked, and a refusal carries the line, the key, what is wrong and what to write instead.
//! Defaults stand here and in `defaults.rs` alone. It reads text, not files, and knows neither
//! the checklist packs nor the catalogue of sites.

mod accounts;
mod appointments;
mod defaults;
mod fault;
mod place;
mod posts;
mod raw;
mod values;

pub use posts::{PostsError, parse_posts};
pub use values::{NameError, OfError, check_name};

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{Breaks, Limit, Override, Plan, Posting, Quiet};
use crate::calendar::Calendar;
use fault::Fault;
use raw::{Leaf, RawLimit, RawOverride, RawPlan};
use values::{date, duration, minute_of_day, or, positive, value, words, zone};

/// What is wrong with a plan, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {}{message}", in_field(.field))]
pub struct PlanError {
    /// The line of the file, from 1.
    pub line: usize,
    /// The key with its tables, such as `limits.time`; empty where the text is no TOML at all.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

fn in_field(field: &str) -> String {
    if field.is_empty() {
        String::new()
    } else {
        format!("{field}: ")
    }
}

/// The word of a plan whose zone follows the machine's.
pub const SYSTEM_ZONE: &str = "system";

/// The keys that the reader knows of an account, for the test of the schema.
#[cfg(test)]
pub(super) const ACCOUNT_KEYS: [&str; 7] = raw::RawAccount::KEYS;

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
    let raw: RawPlan = toml::from_str(text).map_err(|error| fault::from_toml(text, &error))?;
    plan(raw, zones).map_err(|fault| fault.in_text(text))
}

fn plan(raw: RawPlan, zones: Zones<'_>) -> Result<Plan, Fault> {
    let (timezone, zone) = match &raw.timezone {
        Some(leaf) if leaf.get_ref().0 != SYSTEM_ZONE => {
            value(leaf, "timezone", |text| zone(text, zones.find))?
        }
        _ => {
            let name = (zones.system)();
            let zone = (zones.find)(&name).unwrap_or(TimeZone::UTC);
            (name, zone)
        }
    };
    let calendar = Calendar {
        zone,
        day_starts: or(
            raw.day_starts,
            "day_starts",
            minute_of_day,
            defaults::DAY_STARTS,
        )?,
        week_starts: or(
            raw.week_starts,
            "week_starts",
            values::weekday,
            Weekday::Monday,
        )?,
    };
    let accounts = accounts::accounts(raw.accounts)?;
    let plan = Plan {
        timezone,
        calendar,
        limits: limits(&raw.limits)?,
        breaks: breaks(raw.breaks)?,
        quiet: quiet(raw.quiet)?,
        posting: posting(raw.posting)?,
        accounts,
        engagements: appointments::engagements(&raw.engagements)?,
        conferences: appointments::conferences(&raw.conferences)?,
        feeds: appointments::feeds(&raw.feeds)?,
    };
    Ok(plan)
}

fn breaks(raw: raw::RawBreaks) -> Result<Breaks, Fault> {
    let default = Breaks::default();
    Ok(Breaks {
        after: or(raw.after, "breaks.after", positive, default.after)?,
        length: or(raw.length, "breaks.length", positive, default.length)?,
        snooze: or(raw.snooze, "breaks.snooze", positive, default.snooze)?,
    })
}

fn quiet(raw: raw::RawQuiet) -> Result<Quiet, Fault> {
    let default = Quiet::default();
    Ok(Quiet {
        from: or(raw.from, "quiet.from", minute_of_day, default.from)?,
        until: or(raw.until, "quiet.until", minute_of_day, default.until)?,
    })
}

fn posting(raw: raw::RawPosting) -> Result<Posting, Fault> {
    let default = Posting::default();
    Ok(Posting {
        cooling_off: or(
            raw.cooling_off,
            "posting.cooling_off",
            duration,
            default.cooling_off,
        )?,
        late_after: or(
            raw.late_after,
            "posting.late_after",
            duration,
            default.late_after,
        )?,
        attestations_valid: or(
            raw.attestations_valid,
            "posting.attestations_valid",
            positive,
            default.attestations_valid,
        )?,
    })
}

fn limits(raw: &[RawLimit]) -> Result<Vec<Limit>, Fault> {
    let mut seen = BTreeSet::new();
    raw.iter()
        .map(|raw| {
            let limit = limit(raw)?;
            if !seen.insert((limit.of.clone(), limit.per)) {
                return Err(Fault::at(&raw.of, "limits.of")
                    .saying(format!(
                        "there already is a limit of {} per {}",
                        limit.of, limit.per
                    ))
                    .help("keep one of the two, or give one another period"));
            }
            Ok(limit)
        })
        .collect()
}

fn limit(raw: &RawLimit) -> Result<Limit, Fault> {
    Ok(Limit {
        of: value(&raw.of, "limits.of", values::of)?,
        per: value(&raw.per, "limits.per", values::per)?,
        time: value(&raw.time, "limits.time", positive)?,
        at_least: or(
            raw.at_least.clone(),
            "limits.at_least",
            duration,
            defaults::AT_LEAST,
        )?,
        overrides: raw
            .overrides
            .iter()
            .map(exception)
            .collect::<Result<_, _>>()?,
    })
}

fn exception(raw: &RawOverride) -> Result<Override, Fault> {
    let (from, until) = days(&raw.from, &raw.until, "limits.overrides")?;
    Ok(Override {
        from,
        until,
        time: value(&raw.time, "limits.overrides.time", positive)?,
        why: words(raw.why.as_ref(), "limits.overrides.why")?,
    })
}

/// Two inclusive days in their order.
fn days(from: &Leaf, until: &Leaf, table: &str) -> Result<(Date, Date), Fault> {
    let first = value(from, format!("{table}.from"), date)?;
    let last = value(until, format!("{table}.until"), date)?;
    if last < first {
        return Err(Fault::at(until, format!("{table}.until"))
            .saying(format!("{last} lies before the first day, {first}"))
            .help("both days belong to it, so `until` is `from` or later"));
    }
    Ok((first, last))
}

#[cfg(test)]
mod tests;
