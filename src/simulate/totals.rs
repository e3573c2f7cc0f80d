//! The end of a simulated life: a quiet day after which nothing may be left undone, and the sums.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::clocks::later;
use super::oracle::{Breach, never};
use super::report::{Breaks, Report};
use super::world::{Happening, World};
use crate::attention::usage::Doing;
use crate::plan::{Activity, LimitHistory};
use crate::posting::post::PostId;
use crate::review::kept::{self, Days, LimitKept};

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
        let mut published: BTreeMap<String, Vec<Date>> = BTreeMap::new();
        for one in store.counted(range.0, Timestamp::MAX)? {
            if one.published {
                report.published += 1;
                let days = published.entry(one.account).or_default();
                days.push(calendar.day_of(one.at));
            }
        }
        let counts = published
            .iter()
            .map(|(a, days)| (a.clone(), days.len() as u64));
        report.by_account = counts.collect();
        let breaks = store.breaks(Timestamp::MIN, Timestamp::MAX)?;
        report.breaks = Breaks {
            taken: breaks.taken.into(),
            snoozed: breaks.snoozed.into(),
            skipped: breaks.skipped.into(),
        };
        report.nudges = self.oracle.nudges.total();
        report.published_without_checks = self.oracle.posts.unchecked();
        report.held = self.held.long(self.clocks.now().wall);
        let usage = store.usage((Timestamp::MIN, Timestamp::MAX), (Date::MIN, Date::MAX))?;
        let time =
            |counts: &dyn Fn(&Doing) -> bool| usage.total(range, (from, until), counts).as_secs();
        report.usage_s = time(&|doing| doing.site.is_some());
        for activity in Activity::ALL {
            let seconds = time(&|doing| doing.activity == activity);
            if seconds > 0 {
                report.by_activity_s.insert(activity, seconds);
            }
        }
        let days = Days {
            first: from,
            last: until,
            begun: from,
            over: until,
        };
        let posts = |name: &str| published.get(name).map_or(&[][..], Vec::as_slice);
        let accounts = self.plan.accounts.iter();
        report.stages = accounts
            .flat_map(|account| kept::stages(account, &calendar, days, posts(&account.name)))
            .collect();
        report.skipped = report.stages.iter().map(|s| u64::from(s.lacking)).sum();
        let history = LimitHistory::new(Vec::new(), &self.plan.limits);
        report.limits = kept::limits(&self.plan, &history, &usage, days);
        report.limits_kept_ratio = ratio(&report.limits);
        let every_day = from.series(1.day()).take_while(|day| *day <= until);
        let at_conference = every_day.filter(|day| self.plan.conference_on(*day).is_some());
        report.days_of_conferences = at_conference.count() as u64;
        Ok(report)
    }
}

/// The share of periods in which a limit was kept.
fn ratio(limits: &[LimitKept]) -> f64 {
    let all: u32 = limits.iter().map(|limit| limit.periods).sum();
    let kept: u32 = limits.iter().map(|limit| limit.kept).sum();
    if all == 0 {
        1.0
    } else {
        f64::from(kept) / f64::from(all)
    }
}

/// Which posts waited on a hold, and for how long.
#[derive(Debug, Default)]
pub(super) struct HeldBook {
    since: BTreeMap<PostId, Timestamp>,
    long: BTreeSet<PostId>,
}

impl HeldBook {
    /// Less than this belongs to writing a post and answering its questions.
    const LONG: SignedDuration = SignedDuration::from_hours(1);

    /// A post is in this state now.
    pub(super) fn state(&mut self, post: &PostId, state: &str, now: Timestamp) {
        if state == "held" {
            self.since.entry(post.clone()).or_insert(now);
        } else if let Some(since) = self.since.remove(post)
            && now.duration_since(since) >= Self::LONG
        {
            self.long.insert(post.clone());
        }
    }

    /// How many posts were held for long, some perhaps until now.
    fn long(&self, now: Timestamp) -> u64 {
        let still = self.since.iter();
        let still = still.filter(|(post, since)| {
            now.duration_since(**since) >= Self::LONG && !self.long.contains(*post)
        });
        (self.long.len() + still.count()) as u64
    }
}
