//! What was kept of the plan in some days: limits with their floors, and the cadence of accounts.
//!
//! A period counts as kept or broken when it has ended, by the limits that were in force then; an
//! exceeded limit is exceeded at once. The periods are whole: one that reaches over the edge of the
//! days is measured as a whole.

use std::time::Duration;

use jiff::civil::Date;
use serde::Serialize;

use super::spent::by_period;
use crate::attention::usage::Usage;
use crate::calendar::{Calendar, Per, Period};
use crate::plan::cadence::target_on;
use crate::plan::{Account, Activity, Allowed, LimitHistory, Of, Plan};

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
    pub of: Of,
    /// Over which period.
    pub per: Per,
    /// Whether it is a limit still.
    pub in_force: bool,
    /// What was allowed in all these periods together.
    pub limit_s: u64,
    /// The least and the greatest that was allowed in one of them.
    pub each_s: (u64, u64),
    /// What was used in them together.
    pub used_s: u64,
    /// How many periods there are, the running one included.
    pub periods: u32,
    /// In how many of them the limit was not exceeded.
    pub kept: u32,
    /// By how much it was exceeded in the others together.
    pub over_s: u64,
    /// What was meant at least in each period, lastly; zero where there is no floor.
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

/// Every limit over the periods of some days, each by what was in force in it, and the one that
/// conferences add. `usage` must reach over all these periods.
pub fn limits(plan: &Plan, history: &LimitHistory, usage: &Usage, days: Days) -> Vec<LimitKept> {
    let today = days.over.tomorrow().unwrap_or(Date::MAX);
    let kinds = history.kinds().into_iter().filter_map(|(of, per)| {
        let periods = days.periods(&plan.calendar, per);
        let allowed = |period: Period| Some((period, history.allowed(&of, &period, today)?));
        let periods: Vec<_> = periods.filter_map(allowed).collect();
        let in_force = history.is_in_force(&of, per);
        let last = plan.calendar.period(per, days.last.min(today));
        // What is over and of which nothing is recorded has no limit to be told of.
        let runs = days.last > days.over;
        let was_meant = runs && history.allowed(&of, &last, today).is_some();
        let kept = || limit_kept(plan, usage, days, (of, per, in_force), &periods);
        (was_meant || !periods.is_empty()).then(kept)
    });
    let conferences = days.periods(&plan.calendar, Per::Day).filter_map(|day| {
        let conference = plan.conference_on(day.first)?;
        let allowed = Allowed {
            time: conference.time,
            at_least: Duration::ZERO,
        };
        Some((day, allowed))
    });
    let conferences: Vec<_> = conferences.collect();
    let kind = (Of::Activity(Activity::Conference), Per::Day, true);
    let added = || limit_kept(plan, usage, days, kind, &conferences);
    let added = (!conferences.is_empty()).then(added);
    kinds.chain(added).collect()
}

fn limit_kept(
    plan: &Plan,
    usage: &Usage,
    days: Days,
    (of, per, in_force): (Of, Per, bool),
    periods: &[(Period, Allowed)],
) -> LimitKept {
    let times = by_period(usage, &plan.calendar, per, |d| d.counts_in(&of));
    let each = periods.iter().map(|(_, allowed)| allowed.time.as_secs());
    let last = periods.last().map(|(_, allowed)| allowed.at_least);
    let mut kept = LimitKept {
        of,
        per,
        in_force,
        limit_s: each.clone().sum(),
        each_s: (each.clone().min().unwrap_or(0), each.max().unwrap_or(0)),
        used_s: 0,
        periods: periods.len() as u32,
        kept: 0,
        over_s: 0,
        at_least_s: last.unwrap_or_default().as_secs(),
        floor_missed: 0,
        floor_lacking_s: 0,
        ended: Ended::default(),
    };
    for (period, allowed) in periods {
        let used = times.get(&period.first).copied().unwrap_or_default();
        kept.add(period, *allowed, used, days);
    }
    kept
}

impl LimitKept {
    /// Counts one period in.
    fn add(&mut self, period: &Period, allowed: Allowed, used: Duration, days: Days) {
        let over_s = used.saturating_sub(allowed.time).as_secs();
        self.used_s += used.as_secs();
        self.kept += u32::from(used <= allowed.time);
        self.over_s += over_s;
        let lacking = allowed.at_least.saturating_sub(used).as_secs();
        let missed = lacking > 0 && days.is_whole(period);
        if missed {
            self.floor_missed += 1;
            self.floor_lacking_s += lacking;
        }
        if period.last <= days.over {
            let ended = &mut self.ended;
            ended.periods += 1;
            ended.kept += u32::from(used <= allowed.time && !missed);
            ended.exceeded += u32::from(used > allowed.time);
            ended.over_s += over_s;
            ended.whole += u32::from(days.is_whole(period));
            ended.used_s.push(used.as_secs());
        }
    }
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
