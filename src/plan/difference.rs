//! What will be otherwise when one plan takes another's place: told before it is saved.
//!
//! Rules: what the forecast shows (limits, slots, engagements, cadence) is compared day by day and
//! told for the days in which it differs; everything else is compared as it stands. Two plans that
//! do the same differ in nothing, however their files are written. Slots come from the forecast
//! alone. Names need not be unique: what is the same in both plans is set aside first. It does not know what anybody does with the answer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::forecast::{Day, forecast};
use super::{Account, Plan};
use crate::calendar::format_duration;

/// How many times are named before the rest is counted.
const NAMED: usize = 5;

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What: a key of the plan, or what it brings.
    pub what: String,
    /// How it was; none where it is new.
    pub before: Option<String>,
    /// How it will be; none where it goes.
    pub after: Option<String>,
}

/// What differs on the days `from..=until` when `new` takes the place of `old`.
pub fn difference(old: &Plan, new: &Plan, from: Date, until: Date) -> Vec<Change> {
    let mut changes = Vec::new();
    compared(settings(old), settings(new), &mut changes);
    let (before, after) = (
        forecast(old, from, until).days,
        forecast(new, from, until).days,
    );
    daily(&before, &after, limits_of, &mut changes);
    daily(&before, &after, aims_of, &mut changes);
    let names: BTreeSet<&str> = old
        .accounts
        .iter()
        .chain(&new.accounts)
        .map(|a| &*a.name)
        .collect();
    for name in names {
        let of = |plan: &Plan, days: &[Day]| slots_of(plan, days, name);
        times(
            format!("slots of {name}"),
            &of(old, &before),
            &of(new, &after),
            &mut changes,
        );
    }
    let names: BTreeSet<&str> = old
        .engagements
        .iter()
        .chain(&new.engagements)
        .map(|e| &*e.name)
        .collect();
    compared(doings(old, new), doings(new, old), &mut changes);
    for name in names {
        let of = |plan: &Plan, days: &[Day]| hours_of(plan, days, name);
        times(
            name.to_owned(),
            &of(old, &before),
            &of(new, &after),
            &mut changes,
        );
    }
    changes
}

/// What holds on every day, by its name.
fn settings(plan: &Plan) -> Vec<(String, String)> {
    let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    let calendar = &plan.calendar;
    let mut all = vec![
        ("timezone", plan.timezone.clone()),
        ("day_starts", time(calendar.day_starts)),
        (
            "week_starts",
            format!("{:?}", calendar.week_starts).to_lowercase(),
        ),
        ("breaks.after", format_duration(plan.breaks.after)),
        ("breaks.length", format_duration(plan.breaks.length)),
        ("breaks.snooze", format_duration(plan.breaks.snooze)),
        (
            "quiet",
            format!("{} to {}", time(plan.quiet.from), time(plan.quiet.until)),
        ),
        (
            "posting.cooling_off",
            format_duration(plan.posting.cooling_off),
        ),
        (
            "posting.late_after",
            format_duration(plan.posting.late_after),
        ),
        (
            "posting.attestations_valid",
            format_duration(plan.posting.attestations_valid),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect::<Vec<_>>();
    for limit in plan.limits.iter().filter(|limit| !limit.at_least.is_zero()) {
        let name = format!("least time of {} per {}", limit.of, limit.per);
        all.push((name, format_duration(limit.at_least)));
    }
    all.extend(plan.accounts.iter().flat_map(account));
    for conference in &plan.conferences {
        let site = conference.site.as_ref();
        let site = site.map_or_else(String::new, |site| format!(", on {site}"));
        let days = format!("{} to {}{site}", conference.from, conference.until);
        all.push((format!("conference {}", conference.name), days));
    }
    for feed in &plan.feeds {
        use super::feed::Source::{Address, PubMed};
        let (Address(source) | PubMed(source)) = &feed.source;
        all.push((format!("feed {}", feed.name), source.clone()));
    }
    all
}

/// Activity and site of the engagements that are in the other plan too; of one that comes or goes
/// the hours are told.
fn doings(plan: &Plan, other: &Plan) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for engagement in &plan.engagements {
        let name = &engagement.name;
        if other.engagements.iter().any(|one| one.name == *name) {
            let site = engagement.site.as_deref().unwrap_or("none");
            all.push((
                format!("activity of {name}"),
                engagement.activity.to_string(),
            ));
            all.push((format!("site of {name}"), site.to_owned()));
        }
    }
    all
}

/// What is not a secret of an account and no time.
fn account(account: &Account) -> Vec<(String, String)> {
    use super::Platform::{Folder, Handoff, Later};
    let place = match &account.platform {
        Folder { path } => format!("folder, {path}"),
        Handoff { site } => format!("handoff, {site}"),
        Later { name } => name.clone(),
    };
    let name = &account.name;
    let mut all = vec![(format!("account {name}"), place)];
    let mut more = |key: &str, value: String| {
        if !value.is_empty() {
            all.push((format!("{key} of {name}"), value));
        }
    };
    more("owner", account.owner.clone());
    more("role", format!("{:?}", account.speaks_as).to_lowercase());
    more("packs", account.packs.join(", "));
    for (key, value) in &account.settings {
        more(key, value.clone());
    }
    all
}

/// Tells what differs between named values, in the order of the new ones.
fn compared(old: Vec<(String, String)>, new: Vec<(String, String)>, changes: &mut Vec<Change>) {
    let mut before = old;
    let mut after = Vec::new();
    for one in new {
        match before.iter().position(|other| *other == one) {
            Some(same) => drop(before.remove(same)),
            None => after.push(one),
        }
    }
    for (what, value) in after {
        let was = before.iter().position(|(name, _)| *name == what);
        changes.push(Change {
            what,
            before: was.map(|was| before.remove(was).1),
            after: Some(value),
        });
    }
    changes.extend(before.into_iter().map(|(what, value)| Change {
        what,
        before: Some(value),
        after: None,
    }));
}

/// What holds on one day, by its name.
type Daily = fn(&Day) -> Vec<(String, String)>;

fn limits_of(day: &Day) -> Vec<(String, String)> {
    let limits = day.limits.iter().map(|limit| {
        let time = format_duration(std::time::Duration::from_secs(limit.limit_s));
        (format!("limit of {} per {}", limit.of, limit.per), time)
    });
    limits.collect()
}

fn aims_of(day: &Day) -> Vec<(String, String)> {
    let aims = day.cadence.iter().map(|aim| {
        let number = match (aim.target_min, aim.target_max) {
            (min, max) if min == max => min.to_string(),
            (min, max) => format!("{min}-{max}"),
        };
        (
            format!("posts of {}", aim.account),
            format!("{number} per {}", aim.period),
        )
    });
    aims.collect()
}

/// Tells for each name in which days its value differs; days that follow each other with the same
/// two values are told together.
fn daily(before: &[Day], after: &[Day], of: Daily, changes: &mut Vec<Change>) {
    type Pair = (Option<String>, Option<String>);
    let mut runs: BTreeMap<String, Vec<(Date, Date, Pair)>> = BTreeMap::new();
    for (old, new) in before.iter().zip(after) {
        let mut told = Vec::new();
        compared(of(old), of(new), &mut told);
        for change in told {
            let pair = (change.before, change.after);
            let runs = runs.entry(change.what).or_default();
            let on = runs
                .iter_mut()
                .find(|(_, last, same)| *same == pair && last.tomorrow().ok() == Some(new.date));
            match on {
                Some((_, last, _)) => *last = new.date,
                None => runs.push((new.date, new.date, pair)),
            }
        }
    }
    let whole = (
        after.first().map(|day| day.date),
        after.last().map(|day| day.date),
    );
    for (what, runs) in runs {
        for (first, last, (before, after)) in runs {
            let what = match (first, last) {
                days if (Some(days.0), Some(days.1)) == whole => what.clone(),
                (first, last) if first == last => format!("{what} on {}", spoken(first)),
                (first, last) if Some(last) == whole.1 => format!("{what} from {}", spoken(first)),
                (first, last) => format!("{what} from {} to {}", spoken(first), spoken(last)),
            };
            changes.push(Change {
                what,
                before,
                after,
            });
        }
    }
}

fn spoken(day: Date) -> String {
    day.strftime("%a %-d %b").to_string()
}

fn slots_of(plan: &Plan, days: &[Day], account: &str) -> Vec<String> {
    let slots = days.iter().flat_map(|day| &day.slots);
    let slots = slots.filter(|slot| slot.account == account);
    slots.map(|slot| local(plan, slot.at.at)).collect()
}

fn hours_of(plan: &Plan, days: &[Day], name: &str) -> Vec<String> {
    let hours = days.iter().flat_map(|day| &day.engagements);
    let hours = hours.filter(|hour| hour.name == name);
    hours
        .map(|hour| {
            let ends = plan.calendar.local(hour.until.at).strftime("%H:%M");
            format!("{}-{ends}", local(plan, hour.from.at))
        })
        .collect()
}

fn local(plan: &Plan, at: jiff::Timestamp) -> String {
    plan.calendar
        .local(at)
        .strftime("%a %-d %b %H:%M")
        .to_string()
}

/// Tells times that go and times that come; both lists are in order.
fn times(what: String, old: &[String], new: &[String], changes: &mut Vec<Change>) {
    let (was, is): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
    let only = |these: &[String], others: &BTreeSet<&String>| {
        let these: Vec<&str> = these
            .iter()
            .filter(|time| !others.contains(time))
            .map(String::as_str)
            .collect();
        (!these.is_empty()).then(|| listed(&these))
    };
    let (before, after) = (only(old, &is), only(new, &was));
    if before.is_some() || after.is_some() {
        changes.push(Change {
            what,
            before,
            after,
        });
    }
}

fn listed(times: &[&str]) -> String {
    let named: Vec<&str> = times.iter().take(NAMED).copied().collect();
    match times.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests;
