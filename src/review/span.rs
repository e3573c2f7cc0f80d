//! Which days a review is about: the running week, month or year, an earlier one, or any days.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::kept::Days;
use crate::calendar::{Calendar, Per};

/// What kind of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words explain themselves")]
pub enum Kind {
    Week,
    Month,
    Year,
    Days,
}

/// The days of a review, both included, and the day that runs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// What kind of days.
    pub kind: Kind,
    /// The first day.
    pub first: Date,
    /// The last day; it may lie in the future.
    pub last: Date,
    /// The first day of which anything is recorded.
    pub begun: Date,
    /// The day that runs.
    pub today: Date,
}

impl Span {
    /// The week, month or year that runs today, or the one so many before it.
    pub fn ago(calendar: &Calendar, kind: Kind, ago: u32, (begun, today): (Date, Date)) -> Self {
        let mut span = Self::of(today, today, (begun, today)).around(calendar, kind, today);
        for _ in 0..ago {
            span = span.before(calendar);
        }
        span
    }

    /// Any days; what is recorded begins on `begun`.
    pub const fn of(first: Date, last: Date, (begun, today): (Date, Date)) -> Self {
        Self {
            kind: Kind::Days,
            first,
            last,
            begun,
            today,
        }
    }

    /// The week, month or year of a day.
    fn around(self, calendar: &Calendar, kind: Kind, day: Date) -> Self {
        let (first, last) = match kind {
            Kind::Week => {
                let week = calendar.period(Per::Week, day);
                (week.first, week.last)
            }
            Kind::Month => (day.first_of_month(), day.last_of_month()),
            Kind::Year => (day.first_of_year(), day.last_of_year()),
            Kind::Days => (day, day),
        };
        Self {
            kind,
            first,
            last,
            ..self
        }
    }

    /// The one before: the last week, month or year, or as many days.
    #[must_use]
    pub fn before(self, calendar: &Calendar) -> Self {
        let eve = self.first.yesterday().unwrap_or(self.first);
        match self.kind {
            Kind::Days => {
                let days = (self.last - self.first).get_days();
                Self {
                    first: eve.saturating_sub(days.days()),
                    last: eve,
                    ..self
                }
            }
            kind => self.around(calendar, kind, eve),
        }
    }

    /// Whether it has not ended.
    pub fn runs(self) -> bool {
        self.first <= self.today && self.today <= self.last
    }

    /// The same as days that are judged when they are over.
    pub fn days(self) -> Days {
        Days {
            first: self.first,
            last: self.last,
            begun: self.begun,
            over: self.today.yesterday().unwrap_or(self.today),
        }
    }

    /// The days whose usage is needed to measure every period that touches these.
    pub fn widened(self, calendar: &Calendar) -> (Date, Date) {
        let pers = [Per::Day, Per::Week, Per::Month];
        let first = pers.map(|per| calendar.period(per, self.first).first);
        let last = pers.map(|per| calendar.period(per, self.last).last);
        (
            first.into_iter().min().unwrap_or(self.first),
            last.into_iter().max().unwrap_or(self.last),
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn periods_follow_each_other_backwards() {
        let calendar = Calendar::default();
        let today = date(2026, 3, 4);
        let span = |kind, ago| {
            let span = Span::ago(&calendar, kind, ago, (Date::MIN, today));
            (span.first, span.last, span.runs())
        };
        let of = |from, until, runs| (from, until, runs);
        assert_eq!(
            span(Kind::Week, 0),
            of(date(2026, 3, 2), date(2026, 3, 8), true)
        );
        assert_eq!(
            span(Kind::Week, 1),
            of(date(2026, 2, 23), date(2026, 3, 1), false)
        );
        assert_eq!(
            span(Kind::Month, 1),
            of(date(2026, 2, 1), date(2026, 2, 28), false)
        );
        assert_eq!(
            span(Kind::Month, 2),
            of(date(2026, 1, 1), date(2026, 1, 31), false)
        );
        assert_eq!(
            span(Kind::Year, 1),
            of(date(2025, 1, 1), date(2025, 12, 31), false)
        );
        let days = Span::of(date(2026, 3, 1), date(2026, 3, 3), (Date::MIN, today));
        let before = days.before(&calendar);
        assert_eq!(
            (before.first, before.last),
            (date(2026, 2, 26), date(2026, 2, 28))
        );
    }

    #[test]
    fn a_week_over_the_edge_of_a_month_needs_both_months() {
        let calendar = Calendar::default();
        let span = Span::ago(&calendar, Kind::Week, 0, (Date::MIN, date(2026, 4, 1)));
        assert_eq!(
            span.widened(&calendar),
            (date(2026, 3, 1), date(2026, 4, 30))
        );
    }
}
