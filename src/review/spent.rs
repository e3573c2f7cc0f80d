//! Time added up by period: how much of what was spent in each day, week or month.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::attention::usage::{Doing, Usage, union};
use crate::calendar::{Calendar, Per};

/// The time that passes `counts` in each period, by the period's first day; overlaps count once.
/// Periods without any are left out.
pub fn by_period(
    usage: &Usage,
    calendar: &Calendar,
    per: Per,
    counts: impl Fn(&Doing) -> bool,
) -> BTreeMap<Date, Duration> {
    let mut spans: BTreeMap<Date, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    for interval in usage.intervals.iter().filter(|i| counts(&i.doing)) {
        let mut from = interval.from;
        while from < interval.until {
            let period = calendar.period_at(per, from);
            let end = calendar.bounds(period).1.min(interval.until);
            spans.entry(period.first).or_default().push((from, end));
            if end <= from {
                break;
            }
            from = end;
        }
    }
    let mut times: BTreeMap<Date, Duration> = spans
        .into_iter()
        .map(|(first, mut spans)| (first, union(&mut spans)))
        .collect();
    for amount in usage.amounts.iter().filter(|a| counts(&a.doing)) {
        let first = calendar.period(per, amount.day).first;
        *times.entry(first).or_default() += amount.time;
    }
    times
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::attention::usage::{Amount, Interval, Source};
    use crate::plan::Activity;

    fn usage(calendar: &Calendar) -> Usage {
        let at = |day: Date, hour| calendar.instant(day.at(hour, 0, 0, 0));
        let doing = Doing {
            site: Some("x".to_owned()),
            activity: Activity::Scan,
        };
        let interval = |from, until| Interval {
            from,
            until,
            doing: doing.clone(),
            source: Source::Log,
        };
        let (sunday, monday) = (date(2026, 3, 1), date(2026, 3, 2));
        Usage {
            intervals: vec![
                interval(at(monday, 3), at(monday, 6)),
                interval(at(monday, 5), at(monday, 7)),
            ],
            amounts: vec![Amount {
                day: sunday,
                time: Duration::from_mins(10),
                doing: doing.clone(),
            }],
        }
    }

    #[test]
    fn a_span_over_the_edge_is_cut_and_overlaps_count_once() {
        let calendar = Calendar::default();
        let usage = usage(&calendar);
        let minutes = |per| {
            let times = by_period(&usage, &calendar, per, |_| true);
            let whole = times
                .into_iter()
                .map(|(day, time)| (day, time.as_secs() / 60));
            whole.collect::<Vec<_>>()
        };
        let (sunday, monday) = (date(2026, 3, 1), date(2026, 3, 2));
        assert_eq!(minutes(Per::Day), [(sunday, 70), (monday, 180)]);
        assert_eq!(minutes(Per::Week), [(date(2026, 2, 23), 70), (monday, 180)]);
        assert_eq!(minutes(Per::Month), [(sunday, 250)]);
        assert!(by_period(&usage, &calendar, Per::Day, |_| false).is_empty());
    }

    #[test]
    fn each_period_has_what_a_total_over_it_has() {
        let calendar = Calendar::default();
        let usage = usage(&calendar);
        for per in [Per::Day, Per::Week, Per::Month] {
            for (first, time) in by_period(&usage, &calendar, per, |_| true) {
                let period = calendar.period(per, first);
                assert_eq!(usage.in_period(&calendar, &period, |_| true), time, "{per}");
            }
        }
    }
}
