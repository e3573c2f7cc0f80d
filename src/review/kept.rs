//! What was kept of the plan in some days: limits with their floors, and the cadence of accounts.
//!
//! A period counts as kept or broken when it has ended; an exceeded limit is exceeded at once. The
//! periods are whole: one that reaches over the edge of the days is measured as a whole.

use std::time::Duration;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::spent::by_period;
use crate::attention::usage::Usage;
use crate::calendar::{Calendar, Per, Period};
use crate::plan::cadence::target_on;
use crate::plan::{Account, Limit, Of, Plan};

/// The days that are looked at, and which of them can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// The first day of which anything is recorded; what lies before it is not judged.
    pub begun: Date,
    /// The last day that has ended, if any; it may lie after `last`.
    pub over: Date,
}

impl Days {
    /// Every period that has a day among these, and of which anything can be recorded by now.
    fn periods(self, calendar: &Calendar, per: Per) -> impl Iterator<Item = Period> {
        let all = self.all_periods(calendar, per);
        all.skip_while(move |period| period.last < self.begun)
    }

    /// Every period that has a day among these, and has begun.
    fn all_periods(self, calendar: &Calendar, per: Per) -> impl Iterator<Item = Period> {
        let begun = self.over.tomorrow().unwrap_or(Date::MAX).min(self.last);
        let first = calendar.period(per, self.first);
        let next = move |period: &Period| {
            let next = period.last.tomorrow().ok()?;
            Some(calendar.period(per, next))
        };
        std::iter::successors(Some(first), next).take_while(move |period| period.first <= begun)
    }

    /// The first days of all periods, those to come included.
    pub fn firsts(self, calendar: &Calendar, per: Per) -> impl Iterator<Item = Date> {
        let whole = Self {
            over: self.last,
            ..self
        };
        whole.all_periods(calendar, per).map(|period| period.first)
    }

    /// Whether all of it was recorded and it is over.
    fn is_whole(self, period: &Period) -> bool {
        self.begun <= period.first && period.last <= self.over
    }
}

/// A limit over the periods of some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitKept {
    /// What is measured.
    #[serde(serialize_with = "as_text")]
    pub of: Of,
    /// Over which period.
    pub per: Per,
    /// What was allowed in all these periods together.
    pub limit_s: u64,
    /// What was used in them together.
    pub used_s: u64,
    /// How many periods there are, the running one included.
    pub periods: u32,
    /// In how many of them the limit was not exceeded.
    pub kept: u32,
    /// By how much it was exceeded in the others together.
    pub over_s: u64,
    /// What was meant at least in each period; zero where there is no floor.
    pub at_least_s: u64,
    /// In how many of the ended periods the floor was missed.
    pub floor_missed: u32,
    /// How much these lacked together.
    pub floor_lacking_s: u64,
    /// What can be judged of it for good.
    pub ended: Ended,
}

/// A limit over the periods that have ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// How many have ended.
    pub periods: u32,
    /// In how many of them the limit was not exceeded and the floor not missed.
    pub kept: u32,
    /// In how many the limit was exceeded.
    pub exceeded: u32,
    /// By how much, together.
    pub over_s: u64,
    /// How many were recorded as a whole, so that the floor is judged.
    pub whole: u32,
    /// What was used in each.
    #[serde(skip)]
    pub used_s: Vec<u64>,
}

impl LimitKept {
    /// How many periods are decided: those that have ended, and a running one that is exceeded.
    pub const fn decided(&self) -> u32 {
        let exceeded = self.periods - self.kept;
        self.ended.periods + exceeded.saturating_sub(self.ended.exceeded)
    }
}

fn as_text<S: Serializer>(of: &Of, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(of)
}

/// Every limit of the plan over the periods of some days, and the one that conferences add.
/// `usage` must reach over all these periods.
pub fn limits(plan: &Plan, usage: &Usage, days: Days) -> Vec<LimitKept> {
    let periods = |limit: &Limit| days.periods(&plan.calendar, limit.per).collect::<Vec<_>>();
    let own = plan.limits.iter().map(|limit| {
        let periods = periods(limit).into_iter();
        let periods = periods.map(|period| (period, limit.in_force(&period)));
        limit_kept(plan, usage, days, limit, &periods.collect::<Vec<_>>())
    });
    let conferences = days.periods(&plan.calendar, Per::Day).filter_map(|day| {
        let added = plan.limits_on(day.first).into_iter().nth(plan.limits.len());
        added.map(|limit| (limit, day))
    });
    let conferences: Vec<_> = conferences.collect();
    let added = conferences.first().map(|(limit, _)| {
        let periods = conferences.iter().map(|(limit, day)| (*day, limit.time));
        limit_kept(plan, usage, days, limit, &periods.collect::<Vec<_>>())
    });
    own.chain(added).collect()
}

fn limit_kept(
    plan: &Plan,
    usage: &Usage,
    days: Days,
    limit: &Limit,
    periods: &[(Period, Duration)],
) -> LimitKept {
    let times = by_period(usage, &plan.calendar, limit.per, |d| d.counts_in(&limit.of));
    let mut kept = LimitKept {
        of: limit.of.clone(),
        per: limit.per,
        limit_s: 0,
        used_s: 0,
        periods: periods.len() as u32,
        kept: 0,
        over_s: 0,
        at_least_s: limit.at_least.as_secs(),
        floor_missed: 0,
        floor_lacking_s: 0,
        ended: Ended::default(),
    };
    for (period, allowed) in periods {
        let used = times.get(&period.first).copied().unwrap_or_default();
        kept.limit_s += allowed.as_secs();
        kept.used_s += used.as_secs();
        kept.kept += u32::from(used <= *allowed);
        kept.over_s += used.saturating_sub(*allowed).as_secs();
        let lacking = limit.at_least.saturating_sub(used).as_secs();
        let missed = lacking > 0 && days.is_whole(period);
        if missed {
            kept.floor_missed += 1;
            kept.floor_lacking_s += lacking;
        }
        if period.last <= days.over {
            let ended = &mut kept.ended;
            ended.periods += 1;
            ended.kept += u32::from(used <= *allowed && !missed);
            ended.exceeded += u32::from(used > *allowed);
            ended.over_s += used.saturating_sub(*allowed).as_secs();
            ended.whole += u32::from(days.is_whole(period));
            ended.used_s.push(used.as_secs());
        }
    }
    kept
}

/// One stage of an account's cadence over some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageKept {
    /// The account's name.
    pub account: String,
    /// The first of the days that the stage holds.
    pub from: Date,
    /// The last of them.
    pub until: Date,
    /// Week or month.
    pub period: Per,
    /// Least number of posts in a period.
    pub target_min: u32,
    /// Greatest number of posts in a period.
    pub target_max: u32,
    /// Posts published on these days.
    pub published: u32,
    /// Whole periods within these days that have ended.
    pub periods: u32,
    /// In how many of them there were enough posts and not too many.
    pub kept: u32,
    /// How many posts these periods lacked together.
    pub lacking: u32,
    /// How many posts they had too many.
    pub beyond: u32,
}

/// The stages of an account's cadence over some days; `published` are the days of its posts.
pub fn stages(
    account: &Account,
    calendar: &Calendar,
    days: Days,
    published: &[Date],
) -> Vec<StageKept> {
    let mut stages: Vec<StageKept> = Vec::new();
    let mut day = days.first;
    while day <= days.last {
        let Some(target) = target_on(&account.cadence, calendar, day) else {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            continue;
        };
        let until = target.last.min(days.last);
        let same = stages.last().is_some_and(|last| {
            (last.period, last.target_min, last.target_max) == (target.per, target.min, target.max)
        });
        if !same {
            stages.push(StageKept {
                account: account.name.clone(),
                from: day,
                until,
                period: target.per,
                target_min: target.min,
                target_max: target.max,
                published: 0,
                periods: 0,
                kept: 0,
                lacking: 0,
                beyond: 0,
            });
        }
        if let Some(stage) = stages.last_mut() {
            let posts = published.iter().filter(|at| day <= **at && **at <= until);
            let posts = posts.count() as u32;
            stage.until = until;
            stage.published += posts;
            if day == target.first && target.last <= days.last.min(days.over) {
                stage.periods += 1;
                stage.kept += u32::from(target.min <= posts && posts <= target.max);
                stage.lacking += target.min.saturating_sub(posts);
                stage.beyond += posts.saturating_sub(target.max);
            }
        }
        let Ok(next) = until.tomorrow() else { break };
        day = next;
    }
    stages
}
