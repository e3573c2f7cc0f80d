//! When an engagement begins: at the times of a pattern, or on given dates.
//!
//! Rules: forecast, agenda, warnings and engine ask here and nowhere else, so that they agree. A
//! date without an offset is the plan's local time (daylight saving as in `calendar`); one with an
//! offset is that instant, wherever the plan's zone moves to. Instants strictly increase.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::calendar::{Calendar, Pattern, just_before};

/// When something begins, again and again or on given dates.
#[derive(Debug, Clone, PartialEq)]
pub enum Times {
    /// At the times of a pattern.
    Recurring(Pattern),
    /// On these dates.
    Dated(Vec<Begin>),
}

/// One date with its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Begin {
    /// By the clock in the plan's zone.
    Local(DateTime),
    /// This instant.
    Exact(Timestamp),
}

impl Begin {
    /// The instant that it means.
    pub fn instant(self, calendar: &Calendar) -> Timestamp {
        match self {
            Self::Local(local) => calendar.instant(local),
            Self::Exact(at) => at,
        }
    }

    /// As the plan's file has it; an instant gets the offset of the plan's zone.
    pub fn text(self, calendar: &Calendar) -> String {
        match self {
            Self::Local(local) => local.to_string(),
            Self::Exact(at) => calendar.rfc3339(at),
        }
    }
}

impl Times {
    /// The pattern, where there is one.
    pub const fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Recurring(pattern) => Some(pattern),
            Self::Dated(_) => None,
        }
    }

    /// All beginnings strictly after `after`.
    pub fn after<'a>(
        &'a self,
        calendar: &'a Calendar,
        after: Timestamp,
    ) -> Box<dyn Iterator<Item = Timestamp> + 'a> {
        match self {
            Self::Recurring(pattern) => Box::new(pattern.after(calendar, after)),
            Self::Dated(dates) => {
                let mut found: Vec<_> = dates.iter().map(|date| date.instant(calendar)).collect();
                found.retain(|at| *at > after);
                found.sort_unstable();
                found.dedup();
                Box::new(found.into_iter())
            }
        }
    }

    /// All beginnings from `from` until before `until`.
    pub fn between<'a>(
        &'a self,
        calendar: &'a Calendar,
        from: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        self.after(calendar, just_before(from))
            .take_while(move |at| *at < until)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    fn london() -> Calendar {
        Calendar {
            zone: TimeZone::get("Europe/London").unwrap(),
            ..Calendar::default()
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn dates_come_in_order_and_once() {
        let calendar = london();
        let dates = Times::Dated(vec![
            Begin::Local(date(2026, 7, 9).at(20, 0, 0, 0)),
            Begin::Local(date(2026, 7, 2).at(20, 0, 0, 0)),
            Begin::Exact(at("2026-07-02T19:00:00Z")),
        ]);
        let all: Vec<_> = dates.after(&calendar, at("2026-07-01T00:00:00Z")).collect();
        assert_eq!(
            all,
            [at("2026-07-02T19:00:00Z"), at("2026-07-09T19:00:00Z")]
        );
        let exactly = dates.between(&calendar, all[0], all[1]).collect::<Vec<_>>();
        assert_eq!(exactly, [all[0]], "the first instant belongs, the last not");
        assert_eq!(dates.after(&calendar, all[0]).next(), Some(all[1]));
    }

    #[test]
    fn a_local_time_that_is_skipped_is_the_first_after_the_gap() {
        let calendar = london();
        let skipped = Begin::Local(date(2026, 3, 29).at(1, 30, 0, 0));
        assert_eq!(skipped.instant(&calendar), at("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn a_pattern_says_the_same_as_before() {
        let calendar = london();
        let pattern = Pattern::parse("0 20 * * Sun").unwrap();
        let times = Times::Recurring(pattern.clone());
        let (from, until) = (at("2026-03-01T00:00:00Z"), at("2026-11-01T00:00:00Z"));
        assert!(
            times
                .between(&calendar, from, until)
                .eq(pattern.between(&calendar, from, until))
        );
    }
}
