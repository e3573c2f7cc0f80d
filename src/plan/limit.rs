//! Which limits hold on a day, and which amount of each in a period; and which held in the past.
//!
//! A period is judged by the limits that were in force when it ended, one that runs by those of now.
//! What an override says of past days holds for them, whenever it was written.

use std::time::Duration;

use jiff::civil::Date;

use super::{Activity, Limit, Of, Plan};
use crate::calendar::{Per, Period};

/// The limits of a plan over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitHistory {
    /// From which day on which limits were in force; the first hold before their day, too.
    former: Vec<(Date, Vec<Limit>)>,
    now: Vec<Limit>,
}

/// What was allowed and meant in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// At most.
    pub time: Duration,
    /// At least.
    pub at_least: Duration,
}

impl LimitHistory {
    /// The limits in force from some days on, and those of now.
    pub fn new(mut former: Vec<(Date, Vec<Limit>)>, now: &[Limit]) -> Self {
        former.sort_by_key(|(day, _)| *day);
        Self {
            former,
            now: now.to_vec(),
        }
    }

    /// The limits that were in force at the end of a day.
    pub fn on(&self, day: Date) -> &[Limit] {
        let begun = self.former.partition_point(|(from, _)| *from <= day);
        let newest = self.former.get(begun.saturating_sub(1));
        newest.map_or(&self.now, |(_, limits)| limits)
    }

    /// What every limit that ever was measures, those of now first.
    pub fn kinds(&self) -> Vec<(Of, Per)> {
        let former = self.former.iter().rev().flat_map(|(_, limits)| limits);
        let mut kinds = Vec::new();
        for limit in self.now.iter().chain(former) {
            let kind = (limit.of.clone(), limit.per);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// Whether a limit is in force now.
    pub fn is_in_force(&self, of: &Of, per: Per) -> bool {
        find(&self.now, of, per).is_some()
    }

    /// What a limit allowed in a period, as it stood on its last day or `today`; nothing where there
    /// was none then.
    pub fn allowed(&self, of: &Of, period: &Period, today: Date) -> Option<Allowed> {
        let end = period.last;
        let then = if end < today { self.on(end) } else { &self.now };
        let limit = find(then, of, period.per)?;
        let since = find(&self.now, of, period.per).and_then(|now| now.exception(period));
        Some(Allowed {
            time: since.unwrap_or_else(|| limit.in_force(period)),
            at_least: limit.at_least,
        })
    }
}

fn find<'l>(limits: &'l [Limit], of: &Of, per: Per) -> Option<&'l Limit> {
    limits
        .iter()
        .find(|limit| limit.of == *of && limit.per == per)
}

impl Plan {
    /// The plan's limits, and on a conference day the one that the conference adds.
    pub fn limits_on(&self, day: Date) -> Vec<Limit> {
        let mut limits = self.limits.clone();
        if let Some(conference) = self.conference_on(day) {
            limits.push(Limit {
                of: Of::Activity(Activity::Conference),
                per: Per::Day,
                time: conference.time,
                at_least: Duration::ZERO,
                overrides: Vec::new(),
            });
        }
        limits
    }
}

impl Limit {
    /// The amount in force in a period: the last written override whose days touch it, else the
    /// limit's own.
    pub fn in_force(&self, period: &Period) -> Duration {
        self.exception(period).unwrap_or(self.time)
    }

    fn exception(&self, period: &Period) -> Option<Duration> {
        let mut overrides = self.overrides.iter().rev();
        let touching = overrides
            .find(|exception| exception.from <= period.last && period.first <= exception.until);
        touching.map(|exception| exception.time)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::plan::read::read;

    fn limits(of: &str, time: &str, more: &str) -> Vec<Limit> {
        let text = format!("[[limits]]\nof = \"{of}\"\nper = \"week\"\ntime = \"{time}\"\n{more}");
        read(&text).unwrap().limits
    }

    #[test]
    fn a_period_is_judged_by_the_limits_of_its_last_day() {
        let first = limits("all", "4h", "");
        let second = limits("all", "3h", "");
        let more = "[[limits.overrides]]\nfrom = 2026-05-05\nuntil = 2026-05-05\ntime = \"9h\"\n";
        let now = limits("all", "2h", more);
        let (wednesday, later) = (date(2026, 5, 20), date(2026, 6, 3));
        let former = vec![
            (wednesday, second),
            (date(2026, 4, 20), first),
            (later, now.clone()),
        ];
        let history = LimitHistory::new(former, &now);
        let calendar = crate::calendar::Calendar::default();
        let hours = |day| {
            let period = calendar.period(Per::Week, day);
            let allowed = history.allowed(&Of::All, &period, date(2026, 6, 10));
            allowed.map(|allowed| allowed.time.as_secs() / 3600)
        };
        // What was in force first holds for all time before.
        assert_eq!(hours(date(2026, 1, 5)), Some(4));
        // An override written later speaks of its own days.
        assert_eq!(hours(date(2026, 5, 5)), Some(9));
        assert_eq!(hours(date(2026, 5, 17)), Some(4));
        // It changed on the Wednesday of this week.
        assert_eq!(hours(date(2026, 5, 18)), Some(3));
        assert_eq!(hours(date(2026, 6, 1)), Some(2));
        assert_eq!(hours(date(2026, 6, 10)), Some(2));
    }

    #[test]
    fn a_limit_judges_only_the_time_in_which_it_was_in_force() {
        let day = date(2026, 5, 20);
        let (x, all) = (limits("x", "1h", ""), limits("all", "4h", ""));
        let history = LimitHistory::new(vec![(date(2026, 1, 5), x), (day, all.clone())], &all);
        let calendar = crate::calendar::Calendar::default();
        let site = Of::Site("x".into());
        let judged = |of: &Of, day| {
            let period = calendar.period(Per::Week, day);
            history.allowed(of, &period, date(2026, 6, 10)).is_some()
        };
        assert!(judged(&site, date(2026, 5, 13)) && !judged(&site, day));
        assert!(!judged(&Of::All, date(2026, 5, 13)) && judged(&Of::All, day));
        let kinds = history.kinds();
        assert_eq!(kinds, [(Of::All, Per::Week), (site.clone(), Per::Week)]);
        assert!(history.is_in_force(&Of::All, Per::Week) && !history.is_in_force(&site, Per::Week));
    }

    #[test]
    fn the_last_override_that_touches_the_period_holds() {
        let exception = |from: &str, until: &str, time: &str| {
            format!("[[limits.overrides]]\nfrom = {from}\nuntil = {until}\ntime = \"{time}\"\n")
        };
        let plan = read(&format!(
            "[[limits]]\nof = \"all\"\nper = \"week\"\ntime = \"4h\"\n{}{}",
            exception("2026-05-03", "2026-05-04", "8h"),
            exception("2026-05-10", "2026-05-20", "2h")
        ))
        .unwrap();
        let hours = |day| {
            let period = plan.calendar.period(Per::Week, day);
            plan.limits[0].in_force(&period).as_secs() / 3600
        };
        // 3 May is a Sunday: its override touches two weeks, the later one the second of them too.
        assert_eq!(hours(date(2026, 4, 26)), 4);
        assert_eq!(hours(date(2026, 4, 27)), 8);
        assert_eq!(hours(date(2026, 5, 10)), 2);
        assert_eq!(hours(date(2026, 5, 20)), 2);
        assert_eq!(hours(date(2026, 5, 25)), 4);
    }
}
