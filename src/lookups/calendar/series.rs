//! The dates of a series: its rule, what was added, what was left out, within bounded days.
//!
//! The rule runs on civil time in the series' own zone, so that a chat at eight stays at eight; each
//! time becomes an instant afterwards.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

use super::Wanted;
use super::component::{Entry, Moment};
use super::zones::Zones;
use crate::calendar::{Calendar, Recurrence, RecurrenceError, Window};

/// More dates than a series can have in the days that are looked at.
const MOST: usize = 1000;

/// All dates of an event: one, or those of its series.
pub(super) fn dates(
    entry: &Entry,
    zones: &Zones,
    wanted: &Wanted<'_>,
) -> Result<BTreeSet<Timestamp>, String> {
    let begins = entry.begins.as_ref().ok_or("it has no beginning")?;
    let own = Calendar {
        zone: zones.of_moment(begins)?,
        ..wanted.calendar.clone()
    };
    let mut dates = BTreeSet::new();
    match &entry.rule {
        None => {
            dates.insert(own.instant_of_others(begins.local()));
        }
        Some(rule) => {
            let civil = by_rule(rule, begins, &own, wanted);
            let civil = civil.map_err(|error| error.to_string())?;
            dates.extend(civil.into_iter().map(|local| own.instant_of_others(local)));
        }
    }
    for also in &entry.also {
        dates.insert(match also {
            Moment::Day(day) => own.instant_of_others(day.to_datetime(begins.local().time())),
            timed => zones.instant(timed, wanted.calendar)?,
        });
    }
    for except in &entry.except {
        match except {
            Moment::Day(day) => dates.retain(|at| own.local(*at).date() != *day),
            timed => {
                dates.remove(&zones.instant(timed, wanted.calendar)?);
            }
        }
    }
    Ok(dates)
}

/// The local times of a rule on the days that are wanted, and on those beside them.
fn by_rule(
    rule: &str,
    begins: &Moment,
    own: &Calendar,
    wanted: &Wanted<'_>,
) -> Result<Vec<DateTime>, RecurrenceError> {
    let rule: Recurrence = rule.parse()?;
    let window = Window {
        from: wanted.from.saturating_sub(1.day()),
        until: wanted.until.saturating_add(1.day()),
        most: MOST,
    };
    rule.occurrences(begins.local(), own, window)
}
