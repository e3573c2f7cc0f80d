//! The end of a simulated life: a quiet day after which nothing may be left undone, and the sums.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::clocks::later;
use super::oracle::{Breach, never};
use super::report::{Breaks, Report};
use super::world::{Happening, World};
use crate::calendar::Period;
use crate::plan::Limit;

impl World {
    /// A day without faults and without anybody: what can be done without a person is done then,
    /// and whoever has to be asked is asked.
    pub(super) fn rest(&mut self, end: Timestamp) -> Result<(), Breach> {
        self.calm();
        self.happen(Happening::Correct)?;
        self.happen(Happening::Focus(None))?;
        for index in 0..self.hosts.len() {
            self.start(index)?;
        }
        self.run(later(end, Duration::from_hours(26)))?;
        // Quiet time is over at noon, so nothing is left unsaid for its sake.
        let noon = jiff::civil::time(12, 0, 0, 0);
        let wall = self.clocks.now().wall;
        let noon = self.plan.calendar.next_local_time(wall, noon);
        self.run(self.clocks.truth_of(noon))?;
        self.happen(Happening::Compare)?;
        self.oracle.nudges.everybody_was_asked()?;
        let now = self.clocks.now().wall;
        for state in ["queued", "publishing", "held"] {
            for post in self.clerk.store.posts(Some(state))? {
                let overdue = post
                    .sends_at
                    .is_some_and(|at| later(at, Duration::from_hours(2)) < now);
                never(overdue && post.wake_at.is_some(), || {
                    format!("{} is still {state}, hours after its time", post.id)
                })?;
            }
        }
        let verdict = self.clerk.store.verify_audit()?;
        never(!verdict.intact, || "the audit chain is broken".to_owned())
    }

    pub(super) fn totals(&mut self, from: Date, until: Date) -> Result<Report, Breach> {
        let calendar = self.plan.calendar.clone();
        let range = (
            calendar.day_start(from),
            calendar.day_start(until.tomorrow().unwrap_or(until)),
        );
        let store = &self.clerk.store;
        let mut report = self.report.clone();
        report.days = (until - from).get_days().unsigned_abs().into();
        report.days += 1;
        for one in store.counted(range.0, Timestamp::MAX)? {
            if one.published {
                report.published += 1;
                *report.by_account.entry(one.account).or_default() += 1;
            }
        }
        let breaks = store.breaks(Timestamp::MIN, Timestamp::MAX)?;
        report.breaks = Breaks {
            taken: breaks.taken.into(),
            snoozed: breaks.snoozed.into(),
            skipped: breaks.skipped.into(),
        };
        report.nudges = self.oracle.nudges.total();
        report.published_without_checks = self.oracle.posts.unchecked();
        let usage = store.usage(range, (from, until))?;
        let all = usage.total(range, (from, until), |doing| doing.site.is_some());
        report.usage_s = all.as_secs();
        report.limits_kept_ratio = self.kept(from, until)?;
        Ok(report)
    }

    /// The share of periods in which a limit was kept.
    fn kept(&self, from: Date, until: Date) -> Result<f64, Breach> {
        let (mut kept, mut all) = (0_u32, 0_u32);
        for limit in &self.plan.limits {
            let mut day = from;
            while day <= until {
                let period = self.plan.calendar.period(limit.per, day);
                all += 1;
                kept += u32::from(self.was_kept(limit, period)?);
                let Ok(next) = period.last.tomorrow() else {
                    break;
                };
                day = next;
            }
        }
        Ok(if all == 0 {
            1.0
        } else {
            f64::from(kept) / f64::from(all)
        })
    }

    fn was_kept(&self, limit: &Limit, period: Period) -> Result<bool, Breach> {
        let calendar = &self.plan.calendar;
        let days = (period.first, period.last);
        let usage = self.clerk.store.usage(calendar.bounds(period), days)?;
        let used = usage.in_period(calendar, &period, |doing| doing.counts_in(&limit.of));
        Ok(used <= limit.in_force(&period))
    }
}
