//! Usage: intervals on the clock and amounts of a day, and what they add up to.
//!
//! Overlaps count once. Time on sites counts in `all`; writing away from a site counts only in
//! `activity:write`. Every amount is whole milliseconds.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Per, Period};
use crate::plan::{Activity, Limit, Of};

/// What somebody was doing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Doing {
    /// The site; none for writing away from one.
    pub site: Option<String>,
    /// Why.
    pub activity: Activity,
}

impl Doing {
    /// Whether this is time on sites: only writing can be done away from them.
    pub fn on_site(&self) -> bool {
        self.site.is_some() || self.activity != Activity::Write
    }

    /// Whether this counts in a limit of `of`.
    pub fn counts_in(&self, of: &Of) -> bool {
        match of {
            Of::All => self.on_site(),
            Of::Site(site) => self.site.as_ref() == Some(site),
            Of::Activity(activity) => self.activity == *activity,
        }
    }
}

/// Where an interval comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A sensor of this desktop.
    Sensor,
    /// `rounds time log --at`.
    Log,
    /// Another program's records.
    Import,
}

/// Measured time with a place on the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// When it began.
    pub from: Timestamp,
    /// When it ended.
    pub until: Timestamp,
    /// What was done.
    pub doing: Doing,
    /// Where it comes from.
    pub source: Source,
}

/// Time that belongs to a day but has no place on the clock; never overlaps anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// The day of the plan.
    pub day: Date,
    /// How much.
    pub time: Duration,
    /// What was done.
    pub doing: Doing,
}

/// Everything recorded for some range of days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Intervals in any order.
    pub intervals: Vec<Interval>,
    /// Amounts in any order.
    pub amounts: Vec<Amount>,
}

impl Usage {
    /// Time that passes `counts`, between two instants, the amounts of `days` included.
    pub fn total(
        &self,
        (from, until): (Timestamp, Timestamp),
        days: (Date, Date),
        counts: impl Fn(&Doing) -> bool,
    ) -> Duration {
        let mut spans: Vec<_> = self
            .intervals
            .iter()
            .filter(|interval| counts(&interval.doing))
            .map(|interval| (interval.from.max(from), interval.until.min(until)))
            .filter(|(from, until)| from < until)
            .collect();
        let amounts: Duration = self
            .amounts
            .iter()
            .filter(|a| days.0 <= a.day && a.day <= days.1 && counts(&a.doing))
            .map(|amount| amount.time)
            .sum();
        union(&mut spans) + amounts
    }

    /// Adds the span that is open now, in place of its part that is recorded already.
    pub fn put_open(&mut self, doing: Doing, from: Timestamp, until: Timestamp) {
        let source = Source::Sensor;
        let recorded = |span: &Interval| span.from == from && span.source == source;
        self.intervals.retain(|span| !recorded(span));
        self.intervals.push(Interval {
            from,
            until,
            doing,
            source,
        });
    }

    /// Time that passes `counts` in one period of the plan.
    pub fn in_period(
        &self,
        calendar: &Calendar,
        period: &Period,
        counts: impl Fn(&Doing) -> bool,
    ) -> Duration {
        self.total(
            calendar.bounds(*period),
            (period.first, period.last),
            counts,
        )
    }
}

/// The length of the union of some spans, in any order.
pub fn union(spans: &mut [(Timestamp, Timestamp)]) -> Duration {
    spans.sort_unstable();
    let mut total = Duration::ZERO;
    let mut covered = Timestamp::MIN;
    for &(from, until) in spans.iter() {
        let from = from.max(covered);
        if from < until {
            total += span(from, until);
            covered = until;
        }
    }
    total
}

/// The length of one span; zero if it is empty or turned round.
pub fn span(from: Timestamp, until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(from)).unwrap_or_default()
}

/// How near a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Less than half is used.
    Under,
    /// At least half.
    Half,
    /// At least four fifths.
    Near,
    /// All of it, or more.
    Over,
}

impl Level {
    /// The level of `used` within `limit`; a limit of zero is over at once.
    pub fn of(used: Duration, limit: Duration) -> Self {
        let (used, limit) = (used.as_millis(), limit.as_millis());
        if used >= limit {
            Self::Over
        } else if used * 5 >= limit * 4 {
            Self::Near
        } else if used * 2 >= limit {
            Self::Half
        } else {
            Self::Under
        }
    }

    /// The least time at which the level is reached.
    pub fn begins_at(self, limit: Duration) -> Duration {
        let limit = limit.as_millis() as u64;
        Duration::from_millis(match self {
            Self::Under => 0,
            Self::Half => limit.div_ceil(2),
            Self::Near => (limit * 4).div_ceil(5),
            Self::Over => limit,
        })
    }
}

/// The amount of a limit that is in force in a period: the last written override whose days touch
/// it, else the limit's own time.
pub fn in_force(limit: &Limit, period: &Period) -> Duration {
    limit.in_force(period)
}

/// A limit with what is used of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is measured.
    pub of: Of,
    /// Over which period.
    pub per: Per,
    /// The running period.
    pub period: Period,
    /// What is allowed in it.
    pub limit: Duration,
    /// What was used.
    pub used: Duration,
}

impl Standing {
    /// How near it is.
    pub fn level(&self) -> Level {
        Level::of(self.used, self.limit)
    }

    /// What is left, at least nothing.
    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.used)
    }
}

/// The session that runs at `now`: time used on sites without a pause of at least `length`, and
/// when it was last used. `None` when the last use is longer ago than that.
pub fn current_session(
    intervals: &[Interval],
    length: Duration,
    now: Timestamp,
) -> Option<(Duration, Timestamp)> {
    let mut spans: Vec<_> = intervals
        .iter()
        .filter(|interval| interval.doing.on_site() && interval.from < now)
        .map(|interval| (interval.from, interval.until.min(now)))
        .filter(|(from, until)| from < until)
        .collect();
    spans.sort_unstable_by_key(|(_, until)| std::cmp::Reverse(*until));
    let ended = spans.first()?.1;
    let mut begun = now;
    let running = spans
        .iter()
        .take_while(|(from, until)| {
            let near = span(*until, begun) < length;
            begun = begun.min(*from);
            near
        })
        .count();
    let used = union(&mut spans[..running]);
    (running > 0).then_some((used, ended))
}

/// The limits that hold on a day, with the one that a conference adds.
pub fn limits_on(plan: &crate::plan::Plan, day: Date) -> Vec<Limit> {
    plan.limits_on(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    fn minutes(n: u64) -> Duration {
        Duration::from_secs(n * 60)
    }

    fn interval(from: i64, until: i64, site: &str, activity: Activity) -> Interval {
        Interval {
            from: at(from),
            until: at(until),
            doing: Doing {
                site: (!site.is_empty()).then(|| site.to_owned()),
                activity,
            },
            source: Source::Sensor,
        }
    }

    #[test]
    fn overlaps_count_once_in_all_and_fully_for_each_site() {
        let usage = Usage {
            intervals: vec![
                interval(0, 30, "x", Activity::Browse),
                interval(20, 50, "bluesky", Activity::Browse),
                interval(25, 28, "x", Activity::Browse),
            ],
            amounts: vec![],
        };
        let day = jiff::civil::date(2027, 1, 15);
        let total = |of: &Of| usage.total((at(0), at(60)), (day, day), |d| d.counts_in(of));
        assert_eq!(total(&Of::All), minutes(50));
        assert_eq!(total(&Of::Site("x".into())), minutes(30));
        assert_eq!(total(&Of::Site("bluesky".into())), minutes(30));
    }

    #[test]
    fn writing_away_from_a_site_counts_only_as_writing() {
        let usage = Usage {
            intervals: vec![interval(0, 40, "", Activity::Write)],
            amounts: vec![],
        };
        let day = jiff::civil::date(2027, 1, 15);
        let total = |of: &Of| usage.total((at(0), at(60)), (day, day), |d| d.counts_in(of));
        assert_eq!(total(&Of::All), Duration::ZERO);
        assert_eq!(total(&Of::Activity(Activity::Write)), minutes(40));
    }

    #[test]
    fn levels_begin_at_half_four_fifths_and_all() {
        let limit = minutes(30);
        for (used_s, level) in [
            (0, Level::Under),
            (899, Level::Under),
            (900, Level::Half),
            (1439, Level::Half),
            (1440, Level::Near),
            (1799, Level::Near),
            (1800, Level::Over),
            (9999, Level::Over),
        ] {
            assert_eq!(
                Level::of(Duration::from_secs(used_s), limit),
                level,
                "{used_s}"
            );
        }
        for level in [Level::Half, Level::Near, Level::Over] {
            assert_eq!(Level::of(level.begins_at(limit), limit), level);
            assert!(
                Level::of(
                    level
                        .begins_at(limit)
                        .saturating_sub(Duration::from_millis(1)),
                    limit
                ) < level
            );
        }
    }
}
