//! Which days of one period (a day, week, month or year) a rule takes.
//!
//! Each part of a rule either adds days to a period or leaves some of them out (the table of
//! RFC 5545, section 3.3.10); both come to this: of the period's days those are taken that each
//! named part fits. Where no part names a day, the beginning does.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{Every, Nth, Recurrence, week_start};

impl Recurrence {
    /// The days of the period that starts with `first`, in order.
    pub(super) fn days(&self, first: Date, begins: Date) -> Vec<Date> {
        let end = match self.every {
            Every::Day => first,
            Every::Week => first.saturating_add(6.days()),
            Every::Month => first.last_of_month(),
            Every::Year => first.last_of_year(),
        };
        let fits = |day: &Date| self.fits(*day, begins);
        first
            .series(1.day())
            .take_while(|day| *day <= end)
            .filter(fits)
            .collect()
    }

    fn fits(&self, day: Date, begins: Date) -> bool {
        self.fits_month(day, begins)
            && self.fits_day_of_month(day, begins)
            && fits(&self.year_days, day.day_of_year(), day.days_in_year())
            && self.fits_week(day)
            && self.fits_weekday(day, begins)
    }

    /// Whether a part of the rule says which days it means.
    pub(super) fn names_days(&self) -> bool {
        !(self.weeks.is_empty()
            && self.year_days.is_empty()
            && self.month_days.is_empty()
            && self.weekdays.is_empty())
    }

    fn fits_month(&self, day: Date, begins: Date) -> bool {
        if self.months.is_empty() && self.every == Every::Year && !self.names_days() {
            return day.month() == begins.month();
        }
        self.months.is_empty() || self.months.contains(&day.month())
    }

    fn fits_day_of_month(&self, day: Date, begins: Date) -> bool {
        if matches!(self.every, Every::Month | Every::Year) && !self.names_days() {
            return day.day() == begins.day();
        }
        fits(&self.month_days, day.day(), day.days_in_month())
    }

    fn fits_week(&self, day: Date) -> bool {
        if self.weeks.is_empty() {
            return true;
        }
        let (week, weeks) = week_of_year(day, self.week_starts);
        fits(&self.weeks, week, weeks)
    }

    fn fits_weekday(&self, day: Date, begins: Date) -> bool {
        if self.weekdays.is_empty() {
            // A week of the year names no day either.
            let by_beginning = match self.every {
                Every::Week => true,
                Every::Year => {
                    !self.weeks.is_empty()
                        && self.month_days.is_empty()
                        && self.year_days.is_empty()
                }
                Every::Day | Every::Month => false,
            };
            return !by_beginning || day.weekday() == begins.weekday();
        }
        self.weekdays.iter().any(|named| self.is_nth(day, *named))
    }

    fn is_nth(&self, day: Date, named: Nth) -> bool {
        let Some(nth) = named.nth else {
            return day.weekday() == named.weekday;
        };
        // Of the year only where no month is named.
        let of_year = self.every == Every::Year && self.months.is_empty();
        let (number, days) = if of_year {
            (day.day_of_year(), day.days_in_year())
        } else {
            (i16::from(day.day()), i16::from(day.days_in_month()))
        };
        let nth = i16::from(nth);
        day.weekday() == named.weekday
            && (nth == (number - 1) / 7 + 1 || nth == -((days - number) / 7 + 1))
    }
}

/// Whether a number, the first of `all` being 1, is among those named; none named fits each.
fn fits<N>(named: &[N], number: N, all: N) -> bool
where
    N: Copy + PartialEq + From<i8> + std::ops::Sub<Output = N>,
{
    named.is_empty() || named.contains(&number) || named.contains(&(number - all - N::from(1)))
}

/// The number of a day's week, and how many weeks its year has: the first week is the one with
/// four days or more in the new year.
fn week_of_year(day: Date, week_starts: Weekday) -> (i8, i8) {
    // The fourth day of a week lies in the year to which the week belongs.
    let middle = week_start(day, week_starts).saturating_add(3.days());
    let last = week_start(middle.last_of_year(), week_starts).saturating_add(3.days());
    let last = if last.year() > middle.year() {
        last.saturating_sub(7.days())
    } else {
        last
    };
    let number = |middle: Date| i8::try_from((middle.day_of_year() - 1) / 7 + 1).unwrap_or(1);
    (number(middle), number(last))
}
