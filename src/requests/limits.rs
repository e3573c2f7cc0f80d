//! Time budgets: set, listed, removed, given other amounts on some days.

use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;

use super::{Desk, Failure, plans, words};
use crate::calendar::Per;
use crate::plan::edit;
use crate::plan::{Limit, LimitHistory, Of};

/// Another amount for some days.
pub use crate::plan::Override as Exception;

/// A limit, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct LimitRow {
    pub of: String,
    pub per: Per,
    pub limit_s: u64,
    pub at_least_s: u64,
    pub overrides: Vec<OverrideRow>,
}

/// An override, as others read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract's own words")]
pub struct OverrideRow {
    pub from: Date,
    pub until: Date,
    pub limit_s: u64,
    pub why: String,
}

impl LimitRow {
    /// How much is allowed.
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.limit_s)
    }
}

impl OverrideRow {
    /// How much is allowed on its days.
    pub const fn limit(&self) -> Duration {
        Duration::from_secs(self.limit_s)
    }
}

/// All limits, in the plan's order.
pub fn list(desk: &Desk) -> Vec<LimitRow> {
    rows(&desk.plan)
}

/// All limits of a plan.
pub(super) fn rows(plan: &crate::plan::Plan) -> Vec<LimitRow> {
    plan.limits.iter().map(row).collect()
}

fn row(limit: &Limit) -> LimitRow {
    let overrides = limit.overrides.iter().map(|exception| OverrideRow {
        from: exception.from,
        until: exception.until,
        limit_s: exception.time.as_secs(),
        why: exception.why.clone(),
    });
    LimitRow {
        of: limit.of.to_string(),
        per: limit.per,
        limit_s: limit.time.as_secs(),
        at_least_s: limit.at_least.as_secs(),
        overrides: overrides.collect(),
    }
}

/// Sets a limit, or changes the one of the same `of` and `per`; its overrides stay.
pub fn set(desk: &mut Desk, of: &Of, per: Per, time: Duration) -> Result<LimitRow, Failure> {
    plans::change(desk, |text| edit::set_limit(text, of, per, time))?;
    find(desk, of, per)
}

/// Removes a limit with its overrides; returns what it was.
pub fn remove(desk: &mut Desk, of: &Of, per: Per) -> Result<LimitRow, Failure> {
    let was = find(desk, of, per)?;
    plans::change(desk, |text| edit::remove_limit(text, of, per))?;
    Ok(was)
}

/// Gives a limit another amount for some days.
pub fn add_override(
    desk: &mut Desk,
    of: &Of,
    per: Per,
    exception: &Exception,
) -> Result<LimitRow, Failure> {
    words::in_order((exception.from, exception.until))?;
    find(desk, of, per)?;
    plans::change(desk, |text| edit::add_override(text, of, per, exception))?;
    find(desk, of, per)
}

/// Keeps which limits are in force from today on, if they are other ones than before, so that what
/// is over is judged by what was meant then.
pub(super) fn remember(desk: &mut Desk) -> Result<(), Failure> {
    let today = desk.plan.calendar.day_of(desk.now.wall);
    let known = desk.store.limits_over_time()?;
    let now = &desk.plan.limits;
    let is_known = !known.is_empty() && LimitHistory::new(known, now).on(today) == now;
    if !is_known {
        desk.store.save_limits(today, now)?;
    }
    Ok(())
}

fn find(desk: &Desk, of: &Of, per: Per) -> Result<LimitRow, Failure> {
    let same = |limit: &&Limit| limit.of == *of && limit.per == per;
    desk.plan.limits.iter().find(same).map(row).ok_or_else(|| {
        Failure::failed(format!("There is no limit of {of} per {per}."))
            .with_help("`rounds limit list` shows them, `rounds limit set` adds one")
    })
}

/// Understands `4h per week`, also as one word or with a stroke: `15m/day`.
pub fn budget(text: &[String]) -> Result<(Duration, Per), Failure> {
    let joined = text.join(" ").replace('/', " per ");
    let parts: Vec<&str> = joined.split_whitespace().collect();
    match parts.as_slice() {
        [time, "per", per] | [time, per] => Ok((words::length(time)?, period(per)?)),
        [time] => {
            words::length(time)?;
            Err(
                Failure::usage(format!("`{time}` says how much, but not in which period."))
                    .with_help(format!("write {time} per day, per week or per month")),
            )
        }
        _ => Err(
            Failure::usage(format!("`{}` is no budget.", text.join(" ")))
                .with_help("write how much and in which period, such as 15m per day"),
        ),
    }
}

/// Understands `per week`.
pub fn which(text: &[String]) -> Result<Per, Failure> {
    let joined = text.join(" ").replace('/', " ");
    let mut parts = joined.split_whitespace().filter(|word| *word != "per");
    match (parts.next(), parts.next()) {
        (Some(per), None) => period(per),
        _ => Err(
            Failure::usage(format!("`{}` is no period.", text.join(" ")))
                .with_help("write per day, per week or per month"),
        ),
    }
}

fn period(text: &str) -> Result<Per, Failure> {
    text.parse().map_err(|error| words::usage(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Duration, Per), String> {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        budget(&words).map_err(|failure| failure.message)
    }

    #[test]
    fn budgets_are_understood_in_each_form() {
        for text in ["15m per day", "15m/day", "15m /day", "15m day"] {
            assert_eq!(
                read(text),
                Ok((Duration::from_mins(15), Per::Day)),
                "{text}"
            );
        }
        for text in [
            "15 per day",
            "15m",
            "0s per day",
            "15m per year",
            "15m per day now",
            "per day",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
